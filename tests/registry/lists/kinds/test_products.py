"""Lists of products."""

from pathlib import Path

import pytest

from service.errors import ErrorCode
from service.storage.database import Database
from tests.factories.lists import GTIN, OTHER, count, counts, imported, table

HEADER = (
    "gtin,name,manufacturer,gs1_prefix,catalogue_complete,contact,active_substance,strengths,form,"
    "national_numbers,markets,complete\n"
)
FULL = (
    f"{GTIN},Ondrevaine,Ostrelind,95060001,yes,help@example.org,toxin,50 units; 100 units,powder,"
    "pzn:123; CIP:456,Turkey; BR,yes\n"
)


def test_everything_that_can_be_said_of_a_product(database: Database, tmp_path: Path) -> None:
    assert counts(imported(database, tmp_path, HEADER + FULL)) == (1, 0, 0, 0)
    (product,) = table(database, "product")
    assert product["strengths"] == "50 units\n100 units"
    assert product["national_numbers"] == "PZN:123\nCIP:456"
    assert product["markets"] == "BR TR"
    assert product["complete"]
    (maker,) = table(database, "manufacturer")
    assert maker["gs1_prefixes"] == "95060001"
    assert maker["catalogue_complete"]
    assert counts(imported(database, tmp_path, HEADER + FULL)) == (0, 0, 1, 0)


def test_blanks_are_filled_and_audited(database: Database, tmp_path: Path) -> None:
    imported(database, tmp_path, f"gtin,name,manufacturer\n{GTIN},ONDREVAINE,ostrelind\n")
    assert counts(imported(database, tmp_path, HEADER + FULL)) == (0, 1, 0, 0)
    (product,) = table(database, "product")
    assert product["name"] == "ONDREVAINE"  # case makes no other name, and the first spelling stays
    assert product["form"] == "powder"
    changes = [row for row in table(database, "audit_entry") if row["action"] == "change"]
    assert [row["object_type"] for row in changes] == ["manufacturer", "product"]
    less = imported(database, tmp_path, f"gtin,name,manufacturer\n{GTIN},Ondrevaine,Ostrelind\n")
    assert counts(less) == (0, 0, 1, 0)  # an empty cell takes nothing back


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{GTIN},Othername,Ostrelind,,,,,,,,,", "name"),
        (f"{GTIN},Ondrevaine,Quenvara,,,,,,,,,", "manufacturer"),
        (f"{GTIN},Ondrevaine,Ostrelind,,,,,200 units,,,,", "strengths"),
        (f"{GTIN},Ondrevaine,Ostrelind,,,,,,,,GB,", "markets"),
        (f"{GTIN},Ondrevaine,Ostrelind,,,,,,,,,no", "complete"),
        (f"{GTIN},Ondrevaine,Ostrelind,,no,,,,,,,", "catalogue_complete"),
        (f"{OTHER},Another,Quenvara,950600011,,,,,,,,", "gs1_prefix"),  # inside the prefix of Ostrelind
    ],
)
def test_contradictions_are_refused_and_named(
    database: Database, tmp_path: Path, row: str, column: str
) -> None:
    imported(database, tmp_path, HEADER + FULL)
    before = [table(database, name) for name in ("product", "manufacturer", "audit_entry", "import")]
    file = imported(database, tmp_path, f"{HEADER}{row}\n", keep_good=True)
    assert counts(file) == (0, 0, 0, 1)
    assert [(error.column, error.code) for error in file.errors] == [(column, ErrorCode.CONFLICT)]
    assert "on record" in file.errors[0].reason
    assert [table(database, name) for name in ("product", "manufacturer", "audit_entry", "import")] == before


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{GTIN},Name,Maker,4012345,,,,,,,,", "gs1_prefix", ErrorCode.VALUE_INVALID),  # not this GTIN's
        (f"{GTIN},Name,Maker,95,,,,,,,,", "gs1_prefix", ErrorCode.VALUE_INVALID),
        (f"{GTIN},,Maker,,,,,,,,,", "name", ErrorCode.VALUE_MISSING),
        (f"{GTIN},Name, ,,,,,,,,,", "manufacturer", ErrorCode.VALUE_MISSING),
        (f"{GTIN},{'n' * 201},Maker,,,,,,,,,", "name", ErrorCode.TOO_LONG),
        (f"{GTIN},Name,Maker,,,,,,,XYZ:1,,", "national_numbers", ErrorCode.VALUE_INVALID),
        (f"{GTIN},Name,Maker,,,,,,,,Atlantis,", "markets", ErrorCode.COUNTRY_UNKNOWN),
        (f"{GTIN},Name,Maker,,,,,,,,,perhaps", "complete", ErrorCode.VALUE_INVALID),
        ("9.506E+12,Name,Maker,,,,,,,,,", "gtin", ErrorCode.SPREADSHEET_NUMBER),
        ("506000134352,Name,Maker,,,,,,,,,", "gtin", ErrorCode.GTIN_CHECK_DIGIT),
    ],
)
def test_refused_cells(sqlite: Database, tmp_path: Path, row: str, column: str, code: ErrorCode) -> None:
    file = imported(sqlite, tmp_path, f"{HEADER}{row}\n")
    assert [(error.column, error.code) for error in file.errors] == [(column, code)]
    assert count(sqlite, "product") == count(sqlite, "manufacturer") == 0


def test_two_rows_of_one_gtin_that_differ_are_both_refused(database: Database, tmp_path: Path) -> None:
    rows = f"{GTIN},One,Maker\n{GTIN},One,Maker\n{OTHER},Other,Maker\n{GTIN},Two,Maker\n"
    file = imported(database, tmp_path, "gtin,name,manufacturer\n" + rows, keep_good=True)
    assert counts(file) == (1, 0, 0, 3)
    assert [
        (error.line, f"line {other} of this file" in error.reason)
        for error, other in zip(file.errors, (5, 5, 2), strict=True)
    ] == [(2, True), (3, True), (5, True)]
    assert [row["gtin"] for row in table(database, "product")] == [OTHER]
