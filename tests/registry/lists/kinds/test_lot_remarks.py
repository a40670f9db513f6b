"""What stands beside a lot in its cell is refused, and a genuine lot never."""

import pytest

from service.errors import VialcheckError
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.kinds.plausible_cells import listed_lot


def read(cell: str) -> str | None:
    """The lot that a list with this cell puts on record, None where it is refused."""
    try:
        return listed_lot(normal("lot", cell, "", {})[1]).printed
    except VialcheckError:
        return None


@pytest.mark.parametrize(
    ("cell", "lot"),
    [
        ("MT24A020 EXP: 12/2027", None),  # an expiry in the same cell, as packs print both
        ("LOT: MT24A020 EXP: 12/2027", None),  # the label alone is cut, and the rest stays refused
        ("XY125 exp 12/27", None),
        ("XY156 2027-12-31", None),  # a date without a word
        ("XY149 500 Stk", None),  # how many packs
        ("A0010*", None),  # the mark of a footnote
        ("A0011 ¹", None),
        ("A0012 (1)", None),
        ("XY124 (US)", None),  # a remark
        ("XY127 (neu)", None),
        ("XY145 -- recalled", None),
        ("XY141ff.", None),  # this and the following
        ("XY1?7", None),  # a letter that the clerk could not read
        ("XY…", None),  # cut off by the program that wrote the list
        ("A001/A002", None),  # two lots of one form
        ("A001+A002", None),
        ("12345/12346", None),
        ("all lots", None),  # words
        ("alle Chargen", None),
        ("various", None),
        ("siehe Anlage", None),
        ("XQ: A17", None),  # a label that nothing tells
        ("B: XY123", "XY123"),  # labels that are known
        ("Nr. XY151", "XY151"),
        ("#XY150", "XY150"),
        ("XY\u2011144", "XY-144"),  # a word processor's hyphen
        ("XY\u00ad144", "XY144"),  # its hyphen that is not seen
        ("VNT16 M003", "VNT16 M003"),  # real lots with a space
        ("MA04P3R F1", "MA04P3R F1"),
        ("143/2026", "143/2026"),  # a number and a year are one lot
        ("A1/B2", "A1/B2"),
        ("10D9T", "10D9T"),
        ("xy 146", "xy 146"),  # typed in lower case
    ],
)
def test_lots_and_what_stands_beside_them(cell: str, lot: str | None) -> None:
    assert read(cell) == lot
