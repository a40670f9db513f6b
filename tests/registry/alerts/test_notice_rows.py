"""Lots of a cell: each word understood, or none read."""

import pytest

from service.errors import RefusedError
from service.registry.alerts.notice_rows import MOST_LOTS, all_rows, lots_of


@pytest.mark.parametrize(
    ("cell", "lots"),
    [
        ("737, 737A, 737B, 737C", ["737", "737A", "737B", "737C"]),
        ("Canadian lots: 3213779, 3213780", ["3213779", "3213780"]),
        ("D838888 e D838858", ["D838888", "D838858"]),  # ANVISA's "and"
        ("HW2892; HW2893", ["HW2892", "HW2893"]),
        ("lotes AD5035C22 e AD4055C21", ["AD5035C22", "AD4055C21"]),
        ("Lote 61/411", ["61/411"]),
        ("0119.020", ["0119.020"]),
        ("LOT12", ["LOT12"]),  # a lot that begins so, and no label
        ("805927 (AMOSTRA GRÁTIS)", ["805927"]),
        ("2334605 (prazo de validade 14 e 16-06-2024)", ["2334605"]),  # the "and" stands in brackets
    ],
)
def test_cells_that_are_certain(cell: str, lots: list[str]) -> None:
    assert [lot for lot, _ in lots_of(cell, "T")] == lots


def test_what_stands_in_brackets_is_kept() -> None:
    assert lots_of("805927 (AMOSTRA GRÁTIS), 1", "T") == [("805927", "AMOSTRA GRÁTIS"), ("1", "")]


@pytest.mark.parametrize(
    "cell",
    [
        "D880403, MJR 257, D854901",  # one lot that is printed with a space, or two
        "TODOS",
        "All lots (since July 2023)",
        "from 5000879 to 5000964",
        "5000879-5000964",  # a range
        "HW2892/HW2893",  # two lots
        "27/01/2022",  # a day of making
        "11/2027",
        "2029-04-19",
        "FABRICADOS ANTES DE 19/02/2025",
        "A1,, A2",
        "A1 A2",
        "",
        "A" * 21,  # longer than a lot may be
        "1" * 9000,
        "A1 (b) (c)",
        "A1 \N{EN DASH} A9",
    ],
)
def test_cells_that_are_not(cell: str) -> None:
    with pytest.raises(RefusedError):
        lots_of(cell, "T")


def test_a_notice_has_rows_and_not_too_many() -> None:
    rows = [["x"]] * MOST_LOTS
    assert len(all_rows(rows, "T", "lots")) == MOST_LOTS
    for wrong in ([], [*rows, ["x"]]):
        with pytest.raises(RefusedError):
            all_rows(wrong, "T", "lots")
