"""What a list does to the record: new, unchanged, refused, named, and never half."""

import csv
from pathlib import Path

import pytest

from service.errors import ErrorCode, VialcheckError
from service.registry.import_jobs.import_files import run
from service.registry.lists.columns import REASON_COLUMN, ListKind
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.lists import (
    BATCHES,
    GTIN,
    OTHER,
    PRODUCTS,
    count,
    counts,
    imported,
    prepared,
    put_in,
    table,
    written,
)

UNITS = f"gtin,lot,serial\n{GTIN},A1,S1\n{GTIN},A1,S2\n{OTHER},A1,S1\n"
ALERTS = f"authority,kind,product,gtin,lot,expiry\nANVISA,falsified,Ondrevaine,{GTIN},A1,12/2029\n"


def test_the_files_of_one_command_go_in_by_kind_whatever_their_order(
    database: Database, tmp_path: Path
) -> None:
    files = [
        written(tmp_path, content, f"{name}.csv")
        for name, content in (("a", ALERTS), ("u", UNITS), ("b", BATCHES), ("p", PRODUCTS))
    ]
    outcome = put_in(database, *files)
    assert [file.kind for file in outcome.files] == [
        each
        for each in ListKind
        if each not in (ListKind.RECALLS, ListKind.LINKS, ListKind.STATEMENTS, ListKind.MARKS)
    ]
    assert [counts(file) for file in outcome.files] == [
        (2, 0, 0, 0),
        (3, 0, 0, 0),
        (3, 0, 0, 0),
        (1, 0, 0, 0),
    ]
    assert outcome.committed
    assert count(database, "unit") == 3
    (alert,) = table(database, "alert")
    assert alert["product_id"] is not None


def test_the_same_files_twice_change_nothing_and_leave_no_trace(database: Database, tmp_path: Path) -> None:
    files = [
        written(tmp_path, content, name)
        for name, content in (("p", PRODUCTS), ("b", BATCHES), ("u", UNITS), ("a", ALERTS))
    ]
    put_in(database, *files)
    before = {
        name: table(database, name) for name in ("import", "audit_entry", "product", "batch", "unit", "alert")
    }
    again = put_in(database, *files)
    assert again.changes_nothing
    assert again.good
    assert [file.unchanged for file in again.files] == [2, 3, 3, 1]
    assert {name: table(database, name) for name in before} == before


def test_an_import_is_audited(database: Database, tmp_path: Path) -> None:
    put_in(
        database,
        *[written(tmp_path, text, name) for name, text in (("p", PRODUCTS), ("b", BATCHES), ("u", UNITS))],
    )
    imports = {row["kind"]: row for row in table(database, "import")}
    assert imports["units"]["rows_new"] == 3
    assert imports["units"]["actor"] == "tester"
    assert imports["batches"]["file_name"] == "b"
    assert len(imports["products"]["sha256"]) == 64
    entries = [
        (row["action"], row["object_type"], row["object_id"]) for row in table(database, "audit_entry")
    ]
    assert entries == [
        ("create", "manufacturer", "Ostrelind"),
        ("create", "product", GTIN),
        ("create", "product", OTHER),
        ("create", "batch", f"{GTIN}/A1"),
        ("create", "batch", f"{GTIN}/B2"),
        ("create", "batch", f"{OTHER}/A1"),
        ("change", "product", OTHER),  # a list of its batches came
        ("change", "product", GTIN),
        ("commission", "batch", f"{GTIN}/A1"),
        ("commission", "batch", f"{OTHER}/A1"),
    ]
    assert {row["reason"] for row in table(database, "audit_entry")} == {"test"}


def test_all_or_nothing_and_the_good_rows_when_told(database: Database, tmp_path: Path) -> None:
    mixed = f"gtin,lot,serial\n{GTIN},A1,S1\n{GTIN},NONE,S2\n{GTIN},A1,S 3\n"
    prepared(database, tmp_path)
    refused = imported(database, tmp_path, mixed)
    assert counts(refused) == (1, 0, 0, 2)
    assert count(database, "unit") == 0
    assert count(database, "import") == 2
    kept = imported(database, tmp_path, mixed, keep_good=True)
    assert counts(kept) == (1, 0, 0, 2)
    assert [row["serial"] for row in table(database, "unit")] == ["S1"]
    assert table(database, "import")[-1]["rows_refused"] == 2


def test_a_refused_file_stops_the_others_unless_good_rows_are_kept(
    database: Database, tmp_path: Path
) -> None:
    good, bad = written(tmp_path, PRODUCTS, "p.csv"), written(tmp_path, "nonsense", "n.csv")
    outcome = put_in(database, good, bad)
    assert not outcome.committed
    assert count(database, "product") == 0
    assert [file.error.code for file in outcome.files if file.error] == [ErrorCode.FILE_KIND_UNKNOWN]
    assert put_in(database, good, bad, keep_good=True).committed
    assert count(database, "product") == 2


def test_a_dry_run_says_the_same_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    files = [written(tmp_path, text, name) for name, text in (("p", PRODUCTS), ("b", BATCHES), ("u", UNITS))]
    dry = put_in(database, *files, dry_run=True)
    assert not dry.committed
    assert count(database, "manufacturer") == count(database, "import") == count(database, "audit_entry") == 0
    assert put_in(database, *files).files == dry.files


def test_row_errors_name_line_column_value_code_and_reason(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    file = imported(
        database,
        tmp_path,
        "EAN;Lot No.;EXP;MFG\n"
        f"9506000134353;C3;2028-12-31;\n"  # check digit
        f"{GTIN};C3;31.02.2028;\n"  # 31 February
        f"{GTIN};;2028-12-31;2029-01-01\n"
        f"{GTIN};C4;45292;\n"
        f"{GTIN};C5\n"
        f"{GTIN};C6;2028-12-31;;more\n"
        f"{GTIN};1E+3304;2028-12-31;\n"
        f"{GTIN};C\u200b7;2028-12-31;\n"
        ";;;\n"
        "09506000999999;C8;05/06/2028;\n",
    )
    assert [(each.line, each.column, each.value, each.code) for each in file.errors] == [
        (2, "EAN", "9506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        (3, "EXP", "31.02.2028", ErrorCode.EXPIRY_IMPOSSIBLE),
        (4, "Lot No.", "", ErrorCode.VALUE_MISSING),
        (4, "MFG", "2029-01-01", ErrorCode.VALUE_INVALID),
        (5, "EXP", "45292", ErrorCode.SPREADSHEET_NUMBER),
        (6, "row", "", ErrorCode.ROW_TOO_SHORT),
        (6, "EXP", "", ErrorCode.VALUE_MISSING),
        (7, "row", "more", ErrorCode.VALUE_INVALID),
        (8, "Lot No.", "1E+3304", ErrorCode.SPREADSHEET_NUMBER),
        (9, "Lot No.", "C\u200b7", ErrorCode.BAD_CHARACTER),
        (11, "EXP", "05/06/2028", ErrorCode.EXPIRY_AMBIGUOUS),
    ]
    assert file.refused == 9
    assert all(each.reason and "\n" not in each.reason for each in file.errors)
    assert "expected check digit 2; found check digit 3" in file.errors[0].reason


@pytest.mark.slow
def test_only_the_first_errors_are_carried_and_all_rows_are_written(
    database: Database, tmp_path: Path
) -> None:
    rows = "".join(f"{GTIN},A1,S {number}\n" for number in range(6_000))
    prepared(database, tmp_path)
    file = imported(database, tmp_path, "gtin,lot,serial\n" + rows)
    assert len(file.errors) == 20
    assert file.refused == 6_000
    assert file.refused_file is not None
    assert file.refused_file.read_text().count("\n") == 6_001


def test_refused_rows_come_back_as_they_were_with_their_reason(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    content = (
        "\ufeffGTIN;Lot;Serial;Note\r\n"
        f'{GTIN};A1;=1+1;"two\r\nlines"\r\n'
        f"{GTIN};A1;GOOD1;fine\r\n"
        f"{GTIN};NONE;S2;@x\r\n"
        f"{GTIN};A1;'=odd odd;\r\n"
        f"{GTIN};A1\r\n"
    )
    file = imported(database, tmp_path, content)
    assert file.refused_file == tmp_path / "list.refused.csv"
    with file.refused_file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source, delimiter=";"))
    assert rows[0] == ["GTIN", "Lot", "Serial", "Note", REASON_COLUMN]
    assert [row[:4] for row in rows[1:]] == [
        [GTIN, "NONE", "S2", "'@x"],
        [GTIN, "A1", "''=odd odd", ""],
        [GTIN, "A1", "", ""],
    ]  # "=1+1" is a serial of character set 82, and went in
    assert [row[4].startswith(f"line {line}: ") for row, line in zip(rows[1:], (5, 6, 7), strict=True)] == [
        True
    ] * 3
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


def test_a_mended_file_of_refused_rows_goes_in_as_first_written(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    content = f"gtin|lot|serial\n{GTIN}|NONE|-12\n{GTIN}|A1|'-12\n{GTIN}|NONE|=S3\n"
    first = imported(database, tmp_path, content, keep_good=True)
    assert first.refused_file is not None
    mended = first.refused_file.read_text().replace("NONE", "B2")
    second = put_in(database, written(tmp_path, mended, "mended.csv"))
    assert counts(second.files[0]) == (2, 0, 0, 0)
    assert second.files[0].ignored_columns == ()
    assert [row["serial"] for row in sorted(table(database, "unit"), key=lambda row: row["serial"])] == [
        "'-12",
        "-12",
        "=S3",
    ]


def test_a_file_that_is_refused_again_keeps_one_reason_column(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    first = imported(database, tmp_path, f"gtin,lot,serial\n{GTIN},NONE,S1\n")
    assert first.refused_file is not None
    (again,) = put_in(database, first.refused_file).files
    assert again.refused_file is not None
    assert again.refused_file.read_text().splitlines()[0] == f"gtin,lot,serial,{REASON_COLUMN}"


def test_the_refused_rows_go_where_they_are_wanted(database: Database, tmp_path: Path) -> None:
    bad = written(tmp_path, f"gtin,lot,serial\n{GTIN},NONE,S1\n")
    (file,) = put_in(database, bad, errors=tmp_path / "here.csv").files
    assert file.refused_file == tmp_path / "here.csv"
    (file,) = put_in(database, bad, errors=tmp_path / "no" / "folder.csv").files
    assert file.refused_file is None
    assert "No such file" in file.unwritten


def test_the_progress_adds_up_to_the_bytes(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    rows = "".join(f"{GTIN},A1,S{number}\n" for number in range(120_000))
    files = [written(tmp_path, "gtin,lot,serial\n" + rows, "u.csv"), written(tmp_path, BATCHES, "b.csv")]
    told: list[int] = []
    put_in(database, *files, progress=told.append)
    assert sum(told) == sum(file.stat().st_size for file in files)
    assert len(told) > 4
    assert min(told) > 0


def test_an_import_has_somebody_who_brought_it(sqlite: Database, tmp_path: Path) -> None:
    for actor, code in (
        (" ", ErrorCode.VALUE_MISSING),
        ("a\x00", ErrorCode.BAD_CHARACTER),
        ("a" * 201, ErrorCode.TOO_LONG),
    ):
        with pytest.raises(VialcheckError) as refusal:
            run(sqlite, [written(tmp_path, PRODUCTS)], who=AuditActor(actor), reason="test")
        assert (refusal.value.code, refusal.value.field) == (code, "actor")
