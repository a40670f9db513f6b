"""Lists whose fields do not stand side by side: below one another, in GS1 codes, in text out of print."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from service.errors import ErrorCode, RefusedError
from service.registry.import_jobs.inspect import inspect_file
from service.registry.lists.cells import Cells
from service.registry.lists.columns import ListKind
from service.registry.lists.readers import Row, Table
from service.registry.lists.shapes.code_columns import code_column
from service.registry.lists.shapes.rearranged import arranged
from service.registry.lists.shapes.spaced_text import refuse_spaced_text
from service.registry.lists.shapes.standing import turned
from service.registry.lists.typed_cells import CODE, marked
from service.registry.workbooks import Sheet, write_text_workbook
from tests.factories.lists import GTIN, written

OTHER = "09506000134369"
GS = "\x1d"
BATCHES = [["GTIN", "Lot", "Expiry"], [GTIN, "A1", "2028-04-30"], [OTHER, "B2", "2028-05"]]


def taken(path: Path) -> tuple[ListKind, bool, list[Row]]:
    """Kind, whether its fields stood below one another, and the fields of each row in the header's order."""
    with Table(path) as table:
        found = []
        for line, row in table.rows():
            cells = Cells(table.header, row)
            found.append((line, [cells.raw(field) for field in table.header.index]))
        return table.header.kind, table.header.standing, found


def workbook(folder: Path, rows: Iterable[Sequence[str]]) -> Path:
    """A workbook with these rows."""
    path = folder / "list.xlsx"
    with path.open("wb") as target:
        write_text_workbook(target, rows)
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"GTIN;{GTIN};{OTHER}\nLot;A1;B2\nExpiry;2028-04-30;2028-05\n",
        f"Lot\tA1\tB2\r\nRemark\tgood\t\r\n\r\nGTIN\t{GTIN}\t{OTHER}\r\nExpiry\t2028-04-30\t2028-05\r\n",
        f"Stock on 1 April;;\nGTIN;{GTIN};{OTHER}\nCh.-B.;A1;B2\nverwendbar bis;2028-04-30;2028-05\n",
    ],
    ids=["plain", "another order, blank lines, a column that is not read", "a title, German"],
)
def test_a_record_in_each_column(tmp_path: Path, text: str) -> None:
    kind, standing, rows = taken(written(tmp_path, text))
    assert (kind, standing) == (ListKind.BATCHES, True)
    assert [(line, sorted(cells)) for line, cells in rows] == [
        (2, sorted(BATCHES[1])),
        (3, sorted(BATCHES[2])),
    ]


def test_one_record_of_labels_with_colons(tmp_path: Path) -> None:
    text = f"GTIN: {GTIN}\nLot: A1\nExpiry: 2028-04-30\n"
    assert taken(written(tmp_path, text)) == (ListKind.BATCHES, True, [(2, BATCHES[1])])


def test_a_sheet_whose_fields_stand_below_one_another(tmp_path: Path) -> None:
    path = workbook(tmp_path, zip(*BATCHES, strict=True))
    assert taken(path) == (ListKind.BATCHES, True, [(2, BATCHES[1]), (3, BATCHES[2])])
    with Table(path) as table:
        assert table.header.where("lot", 3) == "column C, Lot"
    (part,) = inspect_file(path)
    assert (part.kind, part.columns, part.header_row) == (ListKind.BATCHES, ("gtin", "lot", "expiry"), 1)


@pytest.mark.parametrize(
    "rows",
    [
        BATCHES,  # a list as all are
        [["GTIN", "A1"], ["Lot", "B2"], ["Expiry", "2028-05"]],  # beside GTIN stands none
        [["GTIN", GTIN], ["Lot", "A1"], ["Lot", "B2"], ["Expiry", "2028-05"]],  # which lot?
        [["GTIN", GTIN], ["Expiry", "2028-05"]],  # no lot
        [["GTIN"], ["Lot"], ["Expiry"]],  # no record
    ],
)
def test_what_is_not_certain_is_not_turned(rows: list[list[str]]) -> None:
    assert turned(rows) is None


CODES = {
    "bracketed": "(01){gtin}(17)280430(10)A1(21)S{n}",
    "with its AIM identifier": "]d201{gtin}1728043010A1" + GS + "21S{n}",
    "the separator named": "01{gtin}1728043010A1<GS>21S{n}",
    "a link": "https://id.example/01/{gtin}/10/A1/21/S{n}?17=280430",
}


@pytest.mark.parametrize("form", CODES.values(), ids=list(CODES))
@pytest.mark.parametrize("header", ["Code", "DataMatrix", "Barcode"])
def test_codes_in_one_column(tmp_path: Path, form: str, header: str) -> None:
    lines = "".join(f"{n},{form.format(gtin=GTIN, n=n)},box {n}\n" for n in (1, 2))
    kind, _, rows = taken(written(tmp_path, f"No.,{header},Where\n{lines}"))
    assert kind is ListKind.UNITS
    assert rows == [(2, [GTIN, "A1", "2028-04-30", "S1"]), (3, [GTIN, "A1", "2028-04-30", "S2"])]


def test_codes_without_serials_are_batches_and_the_lines_are_the_files(tmp_path: Path) -> None:
    text = f'\nscan\n"(01){GTIN}(17)280400(10)A1"\n\n(01){OTHER}(10)B2(17)280531\n'
    kind, _, rows = taken(written(tmp_path, text))
    assert (kind, rows) == (
        ListKind.BATCHES,
        [(3, [GTIN, "A1", "2028-04"]), (5, [OTHER, "B2", "2028-05-31"])],
    )


def test_codes_in_a_sheet(tmp_path: Path) -> None:
    code = f"(01){GTIN}(17)280430(10)A1(21)S1"
    path = workbook(tmp_path, [["Our codes"], ["UDI", "Where"], [code, "box 1"]])
    assert taken(path) == (ListKind.UNITS, False, [(3, [GTIN, "A1", "2028-04-30", "S1"])])


@pytest.mark.parametrize(
    "code",
    [
        f"01{GTIN}1728043010A121S3",  # no separator: lot A121S3, or lot A1 and serial S3
        f"(01){GTIN[:-1]}3(17)280430(10)A1(21)S3",  # a wrong check digit
        f"(01){GTIN}(17)280430(21)S3",  # no lot
        "out of print",
    ],
)
def test_a_code_that_is_not_certain_is_refused_alone(tmp_path: Path, code: str) -> None:
    good = f"(01){GTIN}(17)280430(10)A1(21)S1"
    with Table(written(tmp_path, f"Code\n{good}\n{good[:-1]}2\n{code}\n")) as table:
        cells = [Cells(table.header, row) for _, row in table.rows()]
    said = [each.need("lot", str) for each in cells]
    assert said == ["A1", "A1", None]
    assert [each.code for each in cells[2].problems] == [ErrorCode.VALUE_INVALID]
    assert "cannot be told apart" in cells[2].problems[0].found


def test_codes_beside_columns_of_their_own_stay_what_they_are() -> None:
    code = f"(01){GTIN}(17)280430(10)A1"
    assert code_column([["GTIN", "Lot", "Code"], [GTIN, "A1", code]]) is None
    column = code_column([["Code", "Expiry"], [code, "2028-04-30"]])
    assert column is not None
    assert column.fields == ("gtin", "lot")
    assert column.cells(["nothing", ""]) == [marked(CODE, "nothing")] * 2


def test_codes_without_a_header_are_said_to_lack_one(tmp_path: Path) -> None:
    path = written(tmp_path, f"(01){GTIN}(10)A1(21)S1\n(01){GTIN}(10)A1(21)S2\n")
    for look in (Table, inspect_file):
        with pytest.raises(RefusedError) as refused:
            look(path)
        assert refused.value.code is ErrorCode.FILE_KIND_UNKNOWN
        assert "such as Code" in refused.value.expected


PRINTED = {
    "columns of spaces": f"GTIN            Lot    Expiry\n{GTIN}  A1     2028-04-30\n{OTHER}  B2     2028-05\n",
    "single spaces": f"GTIN Lot Expiry\n{GTIN} A1 2028-04-30\n",
    "a title": f"Batches, released\n\nGTIN  Lot  Expiry\n{GTIN}  A1  2028-04-30\n{OTHER}  B2  2028-05\n",
    "a cell on each line": f"GTIN\nLot\nExpiry\n{GTIN}\nA1\n2028-04-30\n",
}


@pytest.mark.parametrize("text", PRINTED.values(), ids=list(PRINTED))
def test_text_out_of_print_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    for look in (Table, inspect_file):
        with pytest.raises(RefusedError) as refused:
            look(path)
        assert refused.value.code is ErrorCode.FILE_KIND_UNKNOWN
        assert "copied out of a PDF" in refused.value.expected


@pytest.mark.parametrize(
    "rows",
    [
        [["Product GTIN"], [GTIN]],  # one column
        [["Stuff", "Lot No GTIN"], [GTIN, "A1"]],  # columns with signs between them
        [["GTIN Lot Expiry"], ["nothing of the kind"]],
    ],
)
def test_what_may_be_columns_is_not_said_to_be_print(rows: list[list[str]]) -> None:
    refuse_spaced_text(rows)


def test_only_the_sheet_that_is_so_is_written_anew(tmp_path: Path) -> None:
    def sheet(name: str, rows: list[list[str]]) -> Sheet:
        path, text = tmp_path / name, io.StringIO()
        csv.writer(text).writerows([str(n), "", *row] for n, row in enumerate(rows, start=1))
        path.write_text(text.getvalue(), newline="")
        return Sheet(name, visible=True, path=path)

    bare = [[f"(01){GTIN}(10)A1(21)S1"]]  # without a header; there is another sheet
    names = ("turned", "plain", "bare")
    shapes = [list(map(list, itertools.zip_longest(*BATCHES))), BATCHES, bare]
    sheets = [sheet(*each) for each in zip(names, shapes, strict=True)]
    before = [each.path.read_text() for each in sheets]
    found = arranged(sheets)
    assert [each.standing for each in found] == [True, False, False]
    assert [each.path.read_text() == text for each, text in zip(found, before, strict=True)] == [
        False,
        True,
        True,
    ]
