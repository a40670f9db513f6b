"""Spreadsheets as lists: what a cell that is no text says, and what is never opened."""

import csv
import random
import resource
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest

from service.errors import ErrorCode, RefusedError
from service.registry.lists.readers import Table
from service.registry.workbooks import extraction, write_text_workbook
from service.registry.workbooks.containers import require_workbook
from service.storage.database import Database
from tests.factories.lists import BATCHES, GTIN, PRODUCTS, counts, put_in, table, written
from tests.factories.workbooks import MAIN, Cell, Raw, ods, ods_row, sheet_xml, xlsx

HEADER = ("gtin", "lot", "expiry")
GOOD = (GTIN, "C1", "2028-12-31")


def book(
    folder: Path, *rows: tuple[Cell, ...], name: str = "list.xlsx", merged: tuple[str, ...] = ()
) -> Path:
    return xlsx(folder / name, {"Batches": sheet_xml(rows, merged)})


@pytest.fixture
def world(sqlite: Database, tmp_path: Path) -> Database:
    put_in(sqlite, written(tmp_path, PRODUCTS, "p.csv"), written(tmp_path, BATCHES, "b.csv"))
    return sqlite


def test_text_and_dates_go_in(world: Database, tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ("gtin", "lot", "expiry", "quantity", "made"),
        (GTIN, "1E3304", date(2028, 10, 31), 24000.0, date(2026, 1, 2)),
        (GTIN, "0012", "12/2028", "500", None),
    )
    outcome = put_in(world, path)
    assert counts(outcome.files[0]) == (2, 0, 0, 0)
    rows = {row["lot"]: row for row in table(world, "batch")}
    assert (str(rows["1E3304"]["expiry"]), rows["1E3304"]["quantity"]) == ("2028-10-31", 24000)
    assert rows["0012"]["expiry_month_only"]


@pytest.mark.parametrize(
    ("row", "where", "says"),
    [
        # a check digit that does not hold: digits may be gone (one that holds vouches for the number)
        ((9506000134353.0, "C1", "2028-12-31"), "A2 (gtin)", "the number 9506000134353 and not text"),
        ((GTIN, 12.0, "2028-12-31"), "B2 (lot)", "the number 12 and not text"),
        ((GTIN, Raw('<c r="{ref}"><v>1E33</v></c>'), "2028-12-31"), "B2 (lot)", "the number 1E+33 and"),
        ((GTIN, Raw('<c r="{ref}"><v>1E3304</v></c>'), "2028-12-31"), "B2 (lot)", "the number INF and"),
        ((GTIN, date(2024, 3, 1), "2028-12-31"), "B2 (lot)", "the date 2024-03-01 and not text"),
        ((GTIN, True, "2028-12-31"), "B2 (lot)", "the yes-or-no value yes and not text"),
        ((GTIN, "C1", 47000.0), "C2 (expiry)", "the number 47000 and not text"),
        ((GTIN, Raw('<c r="{ref}" t="e"><v>#N/A</v></c>'), "2028-12-31"), "B2 (lot)", "an error value"),
        ((GTIN, None, "2028-12-31"), "B2 (lot)", "nothing is written here"),
    ],
)
def test_what_a_spreadsheet_changed_is_said_with_its_cell(
    world: Database, tmp_path: Path, row: tuple[Cell, ...], where: str, says: str
) -> None:
    (file,) = put_in(world, book(tmp_path, HEADER, row), keep_good=True).files
    (error,) = file.errors
    assert error.where == where
    assert says in error.reason
    assert file.refused_file is not None
    assert where in file.refused_file.read_text()
    again = put_in(world, file.refused_file)  # given back as it is, it is refused as it was: nothing guessed
    assert counts(again.files[0]) == (0, 0, 0, 1)


def test_a_numeric_serial_is_not_taken_for_the_text_of_the_row_before(
    world: Database, tmp_path: Path
) -> None:
    path = book(
        tmp_path,
        ("gtin", "lot", "serial"),
        (GTIN, "A1", "123"),
        (GTIN, "A1", 124.0),
        (9506000134353.0, "A1", "125"),
    )
    (file,) = put_in(world, path, keep_good=True).files
    assert counts(file) == (1, 0, 0, 2)
    assert [error.where for error in file.errors] == ["C3 (serial)", "A4 (gtin)"]


def test_cells_merged_over_rows_are_named(world: Database, tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, GOOD, (None, "C2", "2028-12-31"), merged=("A2:A3",))
    (file,) = put_in(world, path, keep_good=True).files
    assert counts(file) == (1, 0, 0, 1)
    assert file.errors[0].where == "A3 (gtin)"
    assert "merged with A2" in file.errors[0].reason


def test_a_title_empty_rows_and_an_empty_column_before_the_header(world: Database, tmp_path: Path) -> None:
    path = book(
        tmp_path,
        (None, "Batches released in 2026", None, None),
        (),
        (None, *HEADER),
        (),
        (None, *GOOD),
        (None, GTIN, "C2", "soon"),
        merged=("B1:D1",),
    )
    (file,) = put_in(world, path, keep_good=True).files
    assert counts(file) == (1, 0, 0, 1)
    assert file.errors[0].where == "D6 (expiry)"
    with path.with_name("list.refused.csv").open() as source:
        assert next(csv.reader(source))[-1] == "refused because"


def test_which_sheet(tmp_path: Path) -> None:
    notes, batches = sheet_xml([("Notes",), ("hello",)]), sheet_xml([HEADER, GOOD])
    one = xlsx(tmp_path / "one.xlsx", {"Notes": notes, "Lots": batches, "Old": batches}, hidden=("Old",))
    with Table(one) as opened:
        assert (opened.sheet, opened.header.kind) == ("Lots", "batches")
    several = xlsx(tmp_path / "two.xlsx", {"January": batches, "February": batches})
    with pytest.raises(RefusedError) as refusal:
        Table(several)
    assert refusal.value.code is ErrorCode.SHEET_UNCLEAR
    assert "January, February" in refusal.value.found
    with Table(several, sheet="February") as opened:
        assert list(opened.rows()) == [(2, list(GOOD))]


def test_ods(world: Database, tmp_path: Path) -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2028-10-31"/>'
    number = '<table:table-cell office:value-type="float" office:value="9506000134353"><text:p>09506000134353</text:p></table:table-cell>'
    rows = ods_row(*HEADER) + ods_row("", repeated=2) + ods_row(GTIN, "C1", day) + ods_row(number, "C2", day)
    (file,) = put_in(world, ods(tmp_path / "list.ods", rows), keep_good=True).files
    assert counts(file) == (1, 0, 0, 1)
    assert file.errors[0].where == "A5 (gtin)"


def lying(path: Path) -> Path:
    """A table of contents that says 10 bytes of a part that has more."""
    content = bytearray(xlsx(path, {"S": sheet_xml([HEADER, GOOD])}).read_bytes())
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", content, place + 24, 10)
    path.write_bytes(content)
    return path


def encrypted(path: Path) -> Path:
    content = bytearray(xlsx(path, {"S": sheet_xml([HEADER])}).read_bytes())
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    path.write_bytes(content)
    return path


def archive(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


PLAIN = {"S": sheet_xml([HEADER, GOOD])}
DECLARED = f'<!DOCTYPE x [<!ENTITY e "boom">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
FAR = Raw('<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>')
WRONG_ODS = '<table:table-cell table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: xlsx(p, PLAIN, more={"xl/media/a.bin": bytes(280 * 2**20)}), "280 MB inside"),
        (lambda p: xlsx(p, PLAIN, more={f"xl/{n}": b"" for n in range(2001)}), "parts"),
        (lambda p: xlsx(p, PLAIN, more={"xl/vbaProject.bin": b"x"}), "macros"),
        (lambda p: xlsx(p, PLAIN, more={"xl/workbook.bin": b"x"}), "binary workbook"),
        (lambda p: xlsx(p, {"S": DECLARED}), "DOCTYPE"),
        (lambda p: xlsx(p, {"S": DECLARED}, more={"xl/a.xml": DECLARED.encode("utf-16")}), "DOCTYPE"),
        (lambda p: xlsx(p, {"S": sheet_xml([HEADER, (FAR,)])}), "cells far outside its list"),
        (lambda p: xlsx(p, {"S": "<worksheet><sheetData><row"}), "damaged"),
        (lying, "damaged"),
        (encrypted, "a password"),
        (lambda p: ods(p, ods_row(*HEADER), manifest="<manifest:encryption-data/>"), "a password"),
        (lambda p: ods(p, ods_row(*HEADER), more={"Basic/script-lc.xml": b"<x/>"}), "macros"),
        (lambda p: ods(p, ods_row(*HEADER) + ods_row(GTIN, WRONG_ODS)), "cells that show an error"),
        (lambda p: ods(p, ods_row(*HEADER) + ods_row(*["x"] * 400, repeated=1_000_000)), "damaged"),
        (lambda p: written(p.parent, b"PK\x03\x04" + b"x" * 100, p.name), "a damaged file (a ZIP"),
    ],
    ids=range(15),
)
def test_what_stays_shut(tmp_path: Path, make, says: str) -> None:  # type: ignore[no-untyped-def]
    path = make(tmp_path / "list.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RefusedError) as refusal:
        Table(path)
    assert refusal.value.code is ErrorCode.WORKBOOK_REFUSED
    assert says in refusal.value.found
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # kB


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refusal:
        Table(archive(tmp_path / "a.zip", readme=b"hello"))
    assert (refusal.value.code, "ZIP" in refusal.value.found) == (ErrorCode.FILE_NOT_TEXT, True)


def test_a_workbook_of_text_gives_back_what_was_put_in(tmp_path: Path) -> None:
    cells = ["0012", "=1+1", "1E33", "a\x0bb & <c>", "", " two  spaces ", "\U0001f489", "x" * 20]
    with (tmp_path / "t.xlsx").open("wb") as target:
        write_text_workbook(
            target, [["gtin", "lot", "expiry", "status", "made", "released", "markets", "quantity"], cells]
        )
    with Table(tmp_path / "t.xlsx") as opened:
        ((line, back),) = opened.rows()
    assert (line, back) == (2, [cell.replace("\x0b", "\ufffd") for cell in cells])
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_damaged_workbook_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    chance, path = random.Random(7), tmp_path / "damaged"
    whole = [
        xlsx(tmp_path / "a.xlsx", PLAIN).read_bytes(),
        ods(tmp_path / "a.ods", ods_row(*HEADER)).read_bytes(),
    ]
    refusals = 0
    for _ in range(400):
        content = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 2, 8))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        try:
            require_workbook(path)
        except RefusedError:
            refusals += 1
        else:
            refusals += "refused" in extraction.main(path, tmp_path)
    assert refusals > 100
