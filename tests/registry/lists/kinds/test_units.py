"""Lists of units."""

from pathlib import Path

import pytest

from service.authenticity.dispositions import Disposition
from service.errors import ErrorCode
from service.storage.database import Database
from tests.factories.lists import GTIN, OTHER, count, counts, imported, prepared, table

HEADER = "gtin,lot,serial,expiry,disposition\n"


@pytest.fixture
def known_sqlite(sqlite: Database, tmp_path: Path) -> Database:
    """The same, where the kind of database makes no difference."""
    prepared(sqlite, tmp_path)
    return sqlite


@pytest.fixture
def known(database: Database, tmp_path: Path) -> Database:
    """Batches A1 and B2 of one product, A1 of another."""
    prepared(database, tmp_path)
    return database


def lots(database: Database) -> dict[str, str]:
    rows = table(database, "unit JOIN batch ON batch.id = unit.batch_id", "unit.serial, batch.lot")
    return {row["serial"]: row["lot"] for row in rows}


def test_units_go_into_their_batches(known: Database, tmp_path: Path) -> None:
    rows = f"{GTIN},A1,S1,,\n{GTIN},b-2,S2,06/2028,\n9506000134352, A 1 ,  s1 ,2028-12-31,dispensed\n"
    assert counts(imported(known, tmp_path, HEADER + rows)) == (3, 0, 0, 0)
    assert lots(known) == {"S1": "A1", "S2": "B2", "s1": "A1"}  # serials keep their case
    dispositions = {row["serial"]: row["disposition"] for row in table(known, "unit")}
    assert dispositions == {"S1": 1, "S2": 1, "s1": Disposition.DISPENSED.number}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{GTIN},A1,,,", "serial", ErrorCode.VALUE_MISSING),
        (f"{GTIN},A1,{'S' * 21},,", "serial", ErrorCode.TOO_LONG),
        (f"{GTIN},A1,S 1,,", "serial", ErrorCode.BAD_CHARACTER),
        (f"{GTIN},A1,S\u0455,,", "serial", ErrorCode.BAD_CHARACTER),  # a Cyrillic look-alike
        (f"{GTIN},A1,4.3E+11,,", "serial", ErrorCode.SPREADSHEET_NUMBER),
        (f"{GTIN},A1,#N/A,,", "serial", ErrorCode.SPREADSHEET_NUMBER),
        (f"{GTIN},A1,S1,2029-12-31,", "expiry", ErrorCode.CONFLICT),
        (f"{GTIN},A1,S1,31 February 2028,", "expiry", ErrorCode.EXPIRY_IMPOSSIBLE),
        (f"{GTIN},C3,S1,,", "lot", ErrorCode.LOT_NOT_ON_RECORD),
        (f"{OTHER},B2,S1,,", "lot", ErrorCode.LOT_NOT_ON_RECORD),  # another product's lot
        ("09506000201009,A1,S1,,", "gtin", ErrorCode.PRODUCT_NOT_ON_RECORD),
        (f"{GTIN},A1,S1,,fresh", "disposition", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,S1,", "row", ErrorCode.ROW_TOO_SHORT),
    ],
)
def test_refused_rows(known_sqlite: Database, tmp_path: Path, row: str, column: str, code: ErrorCode) -> None:
    good = f"{GTIN},A1,G1,,\n"
    file = imported(known_sqlite, tmp_path, f"{HEADER}{good}{row}\n{good}", keep_good=True)
    assert counts(file) == (1, 0, 1, 1)
    assert [(error.line, error.column, error.code) for error in file.errors] == [(3, column, code)]
    assert set(lots(known_sqlite)) == {"G1"}


def test_what_is_on_record_otherwise_is_refused_and_named(known: Database, tmp_path: Path) -> None:
    imported(known, tmp_path, f"{HEADER}{GTIN},A1,S1,,\n{GTIN},A1,S2,,dispensed\n{GTIN},A1,S3,,\n")
    again = f"{GTIN},B2,S1,,\n{GTIN},A1,S2,,active\n{GTIN},A1,S2,,\n{GTIN},A1,S3,,active\n{GTIN},A1,S4,,\n"
    file = imported(known, tmp_path, HEADER + again, keep_good=True)
    assert counts(file) == (1, 0, 2, 2)
    assert [(error.line, error.column, error.value, error.code) for error in file.errors] == [
        (2, "lot", "B2", ErrorCode.CONFLICT),
        (3, "disposition", "active", ErrorCode.CONFLICT),
    ]
    assert "lot A1, as on record for serial S1" in file.errors[0].reason
    assert "dispensed, as on record for serial S2" in file.errors[1].reason
    assert lots(known) == {"S1": "A1", "S2": "A1", "S3": "A1", "S4": "A1"}


def test_rows_of_one_serial_that_differ_are_refused_with_both_lines(known: Database, tmp_path: Path) -> None:
    rows = f"{GTIN},A1,S1,,\n{GTIN},A1,S1,,\n{GTIN},B2,S2,,\n{GTIN},A1,S2,,\n{OTHER},A1,S2,,\n"
    file = imported(known, tmp_path, HEADER + rows, keep_good=True)
    assert counts(file) == (2, 0, 1, 2)
    assert [(error.line, error.column) for error in file.errors] == [(4, "serial"), (5, "serial")]
    assert "line 5 of this file" in file.errors[0].reason
    assert "line 4 of this file" in file.errors[1].reason
    assert lots(known) == {"S1": "A1", "S2": "A1"}  # S2 of the other product
    assert table(known, "import")[-1]["rows_new"] == 2


def test_contradictions_far_apart_in_a_long_list(known: Database, tmp_path: Path) -> None:
    rows = [f"{GTIN},{'A1' if number % 2 else 'B2'},S{number},,\n" for number in range(110_000)]
    rows[99_000] = f"{GTIN},A1,S7,,\n"  # says the same as the first S7
    rows[105_000] = f"{GTIN},B2,S9,,\n"  # says something else
    file = imported(known, tmp_path, HEADER + "".join(rows), keep_good=True)
    assert counts(file) == (110_000 - 4 + 1, 0, 1, 2)
    assert [error.line for error in file.errors] == [11, 105_002]
    assert count(known, "unit") == 110_000 - 3


@pytest.mark.slow
def test_a_list_of_nothing_but_contradictions_is_refused_as_a_whole(known: Database, tmp_path: Path) -> None:
    header = "gtin,lot,serial\n"
    first = header + "".join(f"{GTIN},A1,S{number}\n" for number in range(100_001))
    assert counts(imported(known, tmp_path, first)) == (100_001, 0, 0, 0)
    file = imported(known, tmp_path, first.replace(",A1,", ",B2,"), keep_good=True)
    assert file.error is not None
    assert file.error.code is ErrorCode.CONFLICT
    assert set(lots(known).values()) == {"A1"}


def test_units_of_one_batch_are_one_audit_entry(known: Database, tmp_path: Path) -> None:
    imported(known, tmp_path, f"{HEADER}{GTIN},A1,S1,,\n{GTIN},B2,S2,,\n{GTIN},A1,S3,,sample\n")
    entries = [row for row in table(known, "audit_entry") if row["action"] == "commission"]
    said = sorted((row["object_id"], str(row["after"])) for row in entries)
    assert [name for name, _ in said] == [f"{GTIN}/A1", f"{GTIN}/B2"]
    assert ["2" in after for _, after in said] == [True, False]
