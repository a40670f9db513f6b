"""Lot and expiry in the lines of a print: which is which, what else they may be, where to look again."""

import pytest

from service.verification.pictures.print_reader import PrintedLine
from service.verification.pictures.printed_fields import MOST_OFFERED, printed_fields


def lines(*texts: str) -> list[PrintedLine]:
    return [PrintedLine(((text, 1.0),), row) for row, text in enumerate(texts)]


PRINTS = {
    "English": (["LOT C6835C3", "EXP 03/2028"], "C6835C3", "2028-03"),
    "German": (["Ch.-B.: 12345678", "verw. bis 2028-03"], "12345678", "2028-03"),
    "Portuguese": (["Lote AB-12345", "VAL MAR 2028"], "AB-12345", "2028-03"),
    "Dutch": (["Partij R2999I8", "EXP 12 2027"], "R2999I8", "2027-12"),
    "French, among other lines": (
        ["Poudre pour solution injectable", "100 unités", "Lot A1001", "EXP 03/2028", "2-8 °C"],
        "A1001",
        "2028-03",
    ),
    "labels above their values": (["LOT", "C6835C3", "EXP", "03/2028"], "C6835C3", "2028-03"),
    # A recogniser loses spaces first.
    "labels glued to their values": (["LOTC6835C3", "EXP03/2028"], "C6835C3", "2028-03"),
    # One letter may as well begin the lot.
    "a lot that begins like a short label": (["LOT", "L49412", "EXP 07/2030"], "L49412", "2030-07"),
    "no labels": (["C6835C3", "03/2028"], "C6835C3", "2028-03"),
    "a lot that ends like an amount": (["LOT", "KZ65158G", "EXP. 2026-01"], "KZ65158G", "2026-01"),
    "no expiry": (["LOT C6835C3"], "C6835C3", None),
}


@pytest.mark.parametrize("kind", PRINTS)
def test_a_print_says_its_lot_and_expiry(kind: str) -> None:
    texts, lot, expiry = PRINTS[kind]
    found = printed_fields(lines(*texts))
    assert found is not None
    assert (found.lot.text, found.expiry and found.expiry.text) == (lot, expiry)
    assert (found.lot.unsure, found.lot.others) == ((), ())


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["Powder for solution", "100 units", "2-8 °C"],
        ["LOT", "EXP"],
        ["LOT", "EXP 03/2028"],
        ["EXP 03/2028"],  # an expiry alone identifies nothing
        ["LOT akukon"],  # no lot is without a digit
        ["LOT", "2", "VAL 06 2030"],  # what is left of one
        ["x" * 5000],
        ["(10)", "]d2", "https://", "{", "%", "\x00"],
    ],
)
def test_a_print_without_a_lot_says_nothing(texts: list[str]) -> None:
    assert printed_fields(lines(*texts)) is None


def test_parts_of_a_row_stand_beside_each_other() -> None:
    """Read line by line these would be two labels and then two values."""
    parts = [("LOT", 0), ("EXP", 1), ("C6835C3", 0), ("03/2028", 1)]
    found = printed_fields(
        [PrintedLine(((text, 1.0),), row) for text, row in sorted(parts, key=lambda each: each[1])]
    )
    assert found is not None
    assert (found.lot.text, found.expiry and found.expiry.text) == ("C6835C3", "2028-03")


def test_where_the_recogniser_was_not_sure_is_marked_and_its_other_spelling_offered() -> None:
    line = PrintedLine(
        (("LOT SF06734", 0.6), ("LOT SFO6734", 0.3), ("LOT SF06134", 0.0995), ("LOT XF06734", 0.0005)), 0
    )
    found = printed_fields([line])
    assert found is not None
    assert found.lot.text == "SF06734"
    assert found.lot.unsure == (2, 4)  # not the first character: too unlikely
    assert found.lot.others == ("SFO6734", "SF06134")
    assert len(found.lot.others) == MOST_OFFERED


def test_what_differs_in_case_and_marks_alone_is_no_other_lot() -> None:
    found = printed_fields([PrintedLine((("Lot AB-123", 0.5), ("Lot AB123", 0.3), ("Lot ab-123", 0.2)), 0)])
    assert found is not None
    assert (found.lot.unsure, found.lot.others) == ((), ())


def test_a_label_with_a_digit_in_it_is_still_one() -> None:
    line = PrintedLine((("L0T C6835C3", 0.6), ("LOT C6835C3", 0.4)), 0)
    found = printed_fields([line])
    assert found is not None
    assert (found.lot.text, found.lot.others) == ("C6835C3", ())
