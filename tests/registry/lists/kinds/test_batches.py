"""Lists of batches."""

from pathlib import Path

import pytest

from service.errors import ErrorCode
from service.storage.database import Database
from tests.factories.lists import GTIN, PRODUCTS, count, counts, imported, table

HEADER = "gtin,lot,expiry,made,released,status,markets,quantity,quality,recall_class,recall_reference,recall_reason\n"


@pytest.fixture
def known_sqlite(sqlite: Database, tmp_path: Path) -> Database:
    """Two products on record."""
    imported(sqlite, tmp_path, PRODUCTS)
    return sqlite


@pytest.fixture
def known(database: Database, tmp_path: Path) -> Database:
    """Two products on record."""
    imported(database, tmp_path, PRODUCTS)
    return database


def test_everything_that_can_be_said_of_a_batch(known: Database, tmp_path: Path) -> None:
    row = (
        f'{GTIN},c3016 C3,12/2028,03/2025,2025-05-02,Recalled,TR BR,"12 000",'
        '"Potency | assay | 103 %; Sterility | complies",Class 2,R-1,"Glass, found"\n'
    )
    assert counts(imported(known, tmp_path, HEADER + row)) == (1, 0, 0, 0)
    (batch,) = table(known, "batch")
    assert (batch["lot"], batch["lot_key"], batch["status"]) == ("c3016 C3", "C3016C3", "recalled")
    assert (str(batch["expiry"]), bool(batch["expiry_month_only"])) == ("2028-12-31", True)
    assert (str(batch["made"]), str(batch["released"])) == ("2025-03-01", "2025-05-02")
    assert (batch["markets"], batch["quantity"]) == ("BR TR", 12000)
    assert (batch["recall_class"], batch["recall_reference"], batch["recall_reason"]) == (
        "Class 2",
        "R-1",
        "Glass, found",
    )
    results = [(row["test"], row["method"], row["result"]) for row in table(known, "quality_result", "*")]
    assert sorted(results) == [("Potency", "assay", "103 %"), ("Sterility", "", "complies")]
    assert counts(imported(known, tmp_path, HEADER + row)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (f"gtin,lot,expiry\n{GTIN},A1,2028-12-31\n", "released"),  # a list of what was issued
        (f"gtin,lot,expiry,status\n{GTIN},A1,2028-12-31,\n", "pending"),  # nobody said so of this one
        (f"gtin,lot,expiry,released\n{GTIN},A1,2028-12-31,\n", "pending"),
        (f"gtin,lot,expiry,released\n{GTIN},A1,2028-12-31,2025-01-01\n", "released"),
        (f"gtin,lot,expiry,status\n{GTIN},A1,2028-12-31,Not released\n", "pending"),
        (f"gtin,lot,expiry,status\n{GTIN},A1,2028-12-31,On hold\n", "on_hold"),
        (f"gtin,lot,expiry,status,released\n{GTIN},A1,2028-12-31,on_hold,2025-01-01\n", "on_hold"),
    ],
)
def test_the_status_of_a_new_batch(known_sqlite: Database, tmp_path: Path, content: str, status: str) -> None:
    assert counts(imported(known_sqlite, tmp_path, content)) == (1, 0, 0, 0)
    assert [row["status"] for row in table(known_sqlite, "batch")] == [status]


ORDER = ["released", "pending", "on hold", "recalled"]


@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("after", ORDER)
def test_a_status_moves_toward_caution_and_from_waiting_to_released(
    known: Database, tmp_path: Path, before: str, after: str
) -> None:
    header = "gtin,lot,expiry,status\n"
    imported(known, tmp_path, f"{header}{GTIN},A1,2028-12-31,{before}\n")
    file = imported(known, tmp_path, f"{header}{GTIN},A1,2028-12-31,{after}\n")
    step = ORDER.index(after) - ORDER.index(before)
    if (before, after) == ("pending", "released"):
        step = 1  # what it waited for
    assert counts(file) == ((0, 1, 0, 0) if step > 0 else (0, 0, 1, 0) if step == 0 else (0, 0, 0, 1))
    (batch,) = table(known, "batch")
    assert batch["status"] == (after if step > 0 else before).replace(" ", "_")
    if step < 0:
        assert file.errors[0].code is ErrorCode.CONFLICT
    if step > 0:
        entry = table(known, "audit_entry")[-1]
        assert entry["action"] == ("recall" if after == "recalled" else "change")
        assert before.replace(" ", "_") in str(entry["before"])


def test_a_recall_fills_its_fields_and_another_one_contradicts(known: Database, tmp_path: Path) -> None:
    start = f"{GTIN},A1,2028-12-31,,2025-01-01,"
    imported(known, tmp_path, f"{HEADER}{start}released,,,,,,\n")
    recall = f"{HEADER}{start}recalled,,,,Class 1,R-7,Weak\n"
    assert counts(imported(known, tmp_path, recall)) == (0, 1, 0, 0)
    assert counts(imported(known, tmp_path, recall)) == (0, 0, 1, 0)
    other = imported(known, tmp_path, f"{HEADER}{start}recalled,,,,Class 1,R-8,Weak\n")
    assert [(error.column, error.value) for error in other.errors] == [("recall_reference", "R-8")]
    assert "R-7, as on record" in other.errors[0].reason


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{GTIN},a 1,2028-11-30,,,,,,,,,", "expiry"),  # the same lot, written otherwise
        (f"{GTIN},A1,2028-12-30,,,,,,,,,", "expiry"),
        (f"{GTIN},A1,2028-12-31,2025-03-02,,,,,,,,", "made"),
        (f"{GTIN},A1,2028-12-31,,2025-04-02,,,,,,,", "released"),
        (f"{GTIN},A1,2028-12-31,,,,GB,,,,,", "markets"),
        (f"{GTIN},A1,2028-12-31,,,,,501,,,,", "quantity"),
        (f'{GTIN},A1,2028-12-31,,,,,,"Potency | 90 %",,,', "quality"),
    ],
)
def test_contradictions_are_refused_and_named(known: Database, tmp_path: Path, row: str, column: str) -> None:
    first = f'{HEADER}{GTIN},A1,2028-12-31,2025-03-01,2025-04-01,,TR,500,"Potency | 100 %",,,\n'
    imported(known, tmp_path, first)
    before = [table(known, name) for name in ("batch", "quality_result", "audit_entry", "import")]
    file = imported(known, tmp_path, f"{HEADER}{row}\n", keep_good=True)
    assert counts(file) == (0, 0, 0, 1)
    assert [(error.column, error.code) for error in file.errors] == [(column, ErrorCode.CONFLICT)]
    assert "as on record" in file.errors[0].reason
    assert [table(known, name) for name in ("batch", "quality_result", "audit_entry", "import")] == before


def test_a_month_and_a_day_in_it_agree(known: Database, tmp_path: Path) -> None:
    header = "gtin,lot,expiry\n"
    imported(known, tmp_path, f"{header}{GTIN},A1,12/2028\n")
    assert counts(imported(known, tmp_path, f"{header}{GTIN},A1,2028-12-15\n")) == (0, 1, 0, 0)
    assert counts(imported(known, tmp_path, f"{header}{GTIN},A1,DEC 2028\n")) == (0, 0, 1, 0)
    (batch,) = table(known, "batch")
    assert (str(batch["expiry"]), bool(batch["expiry_month_only"])) == ("2028-12-15", False)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{GTIN},A1,2028-12-31,2029-01-01,,,,,,,,", "made", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,2025-02-01,2025-01-01,,,,,,,", "released", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,released,,,,Class 1,,", "status", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,,,,,Class 1,,", "status", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,fine,,,,,,", "status", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,,,,Potency,,,", "quality", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,,,,a|1;a|2,,,", "quality", ErrorCode.VALUE_INVALID),
        (f"{GTIN},A1,2028-12-31,,,,,-5,,,,", "quantity", ErrorCode.VALUE_INVALID),
        ("09506000201009,A1,2028-12-31,,,,,,,,,", "gtin", ErrorCode.PRODUCT_NOT_ON_RECORD),
    ],
)
def test_refused_cells(
    known_sqlite: Database, tmp_path: Path, row: str, column: str, code: ErrorCode
) -> None:
    file = imported(known_sqlite, tmp_path, f"{HEADER}{row}\n")
    assert [(error.column, error.code) for error in file.errors] == [(column, code)]
    assert count(known_sqlite, "batch") == 0


def test_marks_make_another_lot(known: Database, tmp_path: Path) -> None:
    rows = [f"{GTIN},143-6,2028-12-31", f"{GTIN},14-36,2029-12-31", f"{GTIN},14-3 6,2029-12-31"]
    file = imported(known, tmp_path, "gtin,lot,expiry\n" + "\n".join(rows))
    assert counts(file) == (2, 0, 1, 0)
    assert sorted(row["lot"] for row in table(known, "batch")) == ["14-36", "143-6"]
    assert [row["lot_key"] for row in table(known, "batch")] == ["1436", "1436"]


def test_the_days_on_which_lists_came_are_kept(known: Database, tmp_path: Path) -> None:
    rows = f"gtin,lot,expiry\n{GTIN},A1,2028-12-31\n"
    for _ in range(2):  # the same list on the same day changes nothing
        imported(known, tmp_path, rows)
    (product,) = (row for row in table(known, "product") if row["gtin"] == GTIN)
    assert len(product["lists_received"].split()) == 1


def test_rows_of_one_lot_that_differ_are_refused_with_both_lines(known: Database, tmp_path: Path) -> None:
    rows = [
        f"{GTIN},A1,2028-12-31",
        f"{GTIN},a 1,2028-12-31",
        f"{GTIN},B2,2028-12-31",
        f"{GTIN},b 2,2029-12-31",
    ]
    file = imported(known, tmp_path, "gtin,lot,expiry\n" + "\n".join(rows), keep_good=True)
    assert counts(file) == (1, 0, 1, 2)  # the same lot written otherwise is the same lot
    assert ["line 5" in file.errors[0].reason, "line 4" in file.errors[1].reason] == [True, True]
    assert [row["lot"] for row in table(known, "batch")] == ["A1"]
