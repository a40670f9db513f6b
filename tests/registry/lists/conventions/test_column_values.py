"""Columns whose header alone does not tell what they mean."""

from pathlib import Path

import pytest

from service.errors import ErrorCode, RefusedError
from service.registry.import_jobs.inspect import inspect_file
from service.registry.lists.columns import ListHints, ListKind
from service.registry.lists.conventions.column_values import ColumnValues
from service.registry.lists.readers import Table
from tests.factories.lists import GTIN, written


@pytest.mark.parametrize(
    ("column", "counts"),
    [
        (["1", "2", "3"], True),
        (["1.", "2.", ""], True),  # with points, a total below
        (["1"], True),
        (["A1B2C3", "X9Y8Z7"], False),
        (["1001", "1002"], False),  # a run of serials does not begin at 1
        (["1", "3"], False),
        (["", ""], False),
    ],
)
def test_a_column_that_numbers_the_rows(column: list[str], *, counts: bool) -> None:
    assert ColumnValues([[each] for each in column]).count_rows(0) is counts


@pytest.mark.parametrize("header", ["Sıra No", "序號", "連番", "일련번호"])
def test_the_number_of_a_row_is_no_serial(tmp_path: Path, header: str) -> None:
    rows = "".join(f"{n};{GTIN};LOT{n};2028-12-31\n" for n in (1, 2))
    with Table(written(tmp_path, f"{header};GTIN;Lot;Expiry\n{rows}")) as table:
        assert table.header.kind is ListKind.BATCHES
        assert header in table.header.ignored
    with Table(written(tmp_path, f"{header};GTIN;Lot\nA1B2C3;{GTIN};LOT1\n", "u.csv")) as table:
        assert table.header.kind is ListKind.UNITS


@pytest.mark.parametrize(
    ("headers", "rows", "read"),
    [
        # two dates that both may be meant: asked, at a terminal by a refusal, in a browser by an empty column
        (("Expiry date", "New expiry date"), (("2027-06-30", "2027-12-31"),), None),
        (("Verfalldatum", "Verfall neu"), (("30.06.2027", "31.12.2027"),), None),
        (("Exp", "Extended exp"), (("04/05/2027", "05/06/2027"),), None),
        # the same dates, or nothing in the other column: nothing to ask
        (("Expiry date", "New expiry date"), (("2027-06-30", "2027-06-30"),), "Expiry date"),
        (("Expiry date", "New expiry date"), (("2027-06-30", ""),), "Expiry date"),
        # no dates in it: SAP's stock that is free to use
        (("Verfallsd./MHD", "Frei verwendbar"), (("31.12.2027", "1.200"),), "Verfallsd./MHD"),
    ],
)
def test_a_second_expiry(
    tmp_path: Path, headers: tuple[str, str], rows: tuple[tuple[str, str], ...], read: str | None
) -> None:
    lines = [";".join(("GTIN", "Lot", *headers)), *(f"{GTIN};LOT1;{';'.join(row)}" for row in rows)]
    path = written(tmp_path, "\n".join(lines) + "\n")
    (part,) = inspect_file(path)
    offered = [label for label, field in zip(part.labels, part.columns, strict=True) if field == "expiry"]
    assert offered == ([] if read is None else [read])
    if read is None:
        with pytest.raises(RefusedError) as refused, Table(path):
            pass
        assert refused.value.code is ErrorCode.COLUMN_TWICE
        with pytest.raises(RefusedError), Table(path, ListHints(kind=ListKind.BATCHES)):
            pass
        with Table(path, ListHints(columns={headers[1]: "expiry"})) as table:
            assert table.header.label("expiry") == headers[1]
    else:
        with Table(path) as table:
            assert table.header.label("expiry") == read


def test_a_header_that_stands_again_in_another_order_is_refused(tmp_path: Path) -> None:
    same = f"GTIN;Lot;Released;Expiry\n{GTIN};A1;2026-01-31;2027-12-31\n"
    other = f"GTIN;Lot;Expiry;Released\n{GTIN};A2;2027-12-31;2026-01-31\n"
    with Table(written(tmp_path, same + same.replace("A1", "A3"))) as table:
        assert sum(table.is_row(*row) for row in table.rows()) == 2
    with (
        Table(written(tmp_path, same + other, "o.csv")) as table,
        pytest.raises(RefusedError, match="line 3"),
    ):
        [table.is_row(*row) for row in table.rows()]


def test_a_row_of_units_below_the_header_is_no_row(tmp_path: Path) -> None:
    text = f"GTIN;Lot;Expiry;Qty\n[-];[-];[date];[pcs]\n;;(MM/YYYY);(packs)\n{GTIN};A1;12/2027;5\n"
    with Table(written(tmp_path, text)) as table:
        assert [line for line, row in table.rows() if table.is_row(line, row)] == [4]
