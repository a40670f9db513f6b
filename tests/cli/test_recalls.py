"""`vialcheck recall` and its kin, and `vialcheck alerts cut`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import group
from service.errors import InvalidFieldsError, NotFoundError
from service.storage.database import Database
from service.verification.service import VerificationService
from tests.factories import recall_records
from tests.factories.lists import count, imported, table, written
from tests.factories.recall_records import GTIN


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    recall_records.put(database)
    yield database
    database.close()


def vialcheck(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, list(map(str, arguments)))


WHY = ("--reason", "Glass", "--actor", "Ada")


def test_a_recall_from_preview_to_lift(on_record: Database) -> None:
    what = ("recall", "--gtin", GTIN, "--lot", "A1", "--class", "II", *WHY)
    shown = vialcheck(*what, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "Batches: 1 (A1)\nUnits: 5\nChecks so far: 0" in shown.output
    assert count(on_record, "recall") == 0
    assert "Recall 1 stands now." in vialcheck(*what).output
    assert [row["status"] for row in table(on_record, "batch")] == ["recalled", "released"]
    assert "nothing was changed" in vialcheck("lift", "1", *WHY, "--dry-run").output
    assert vialcheck("lift", "1", *WHY).exit_code == 0
    assert [row["status"] for row in table(on_record, "batch")] == ["released", "released"]


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ((), "product"),
        (("--lot", "A1"), "lot"),
        (("--expires", "2027-01", "2027-12"), "window"),
        (("--serials", "A1SN000", "A1SN003"), "range"),
    ],
)
def test_each_way_to_say_what(on_record: Database, more: tuple[str, ...], scope: str) -> None:
    assert vialcheck("hold", "--gtin", GTIN, *more, *WHY).exit_code == 0
    (row,) = table(on_record, "recall")
    assert (row["kind"], row["scope"], row["actor"]) == ("hold", scope, "Ada")


def test_a_file_of_serials(on_record: Database, tmp_path: Path) -> None:
    serials = written(tmp_path, "A1SN001\nA1SN002\n")
    vialcheck("recall", "--gtin", GTIN, "--serial-list", serials, "--class", "1", *WHY)
    assert [row["serial"] for row in table(on_record, "recalled_serial")] == ["a1sn001", "a1sn002"]


def test_two_ways_at_once_are_refused(on_record: Database) -> None:
    both = ("--expires", "2027-01", "2027-12", "--serials", "A1", "A2")
    assert vialcheck("hold", "--gtin", GTIN, *both, *WHY).exit_code == 2
    assert isinstance(vialcheck("recall", "--gtin", "1", "--class", "V", *WHY).exception, InvalidFieldsError)
    assert isinstance(vialcheck("lift", "7", *WHY).exception, NotFoundError)
    assert count(on_record, "recall") == 0


def test_releasing_and_extending(on_record: Database, tmp_path: Path) -> None:
    imported(on_record, tmp_path, f"gtin,lot,expiry,status,quality\n{GTIN},P1,2028-12-31,pending,pH | 6.9\n")
    assert "P1  Ondrevaine 100  expires 2028-12-31  pH | 6.9" in vialcheck("release").output
    assert vialcheck("release", f"{GTIN}/P1", *WHY, "--dry-run").output.startswith("1 would be released")
    assert vialcheck("release", f"{GTIN}/p-1", *WHY).output == f"{GTIN}/P1: released\n"
    later = ("extend", "--gtin", GTIN, "--lot", "P1", "--expiry", "2029-06", "--reference", "CP-7", *WHY)
    assert "2028-12-31 → 2029-06" in vialcheck(*later, "--dry-run").output
    assert count(on_record, "expiry_extension") == 0
    assert vialcheck(*later).exit_code == 0
    assert count(on_record, "expiry_extension") == 1


def test_what_would_be_cut(tmp_path: Path) -> None:
    lines = written(tmp_path, "Lot #: 8D82, Exp 01/13; call us\n\nAll lots\n")
    first, second = map(json.loads, vialcheck("alerts", "cut", lines).output.splitlines())
    assert first == {
        "text": "Lot #: 8D82, Exp 01/13; call us",
        "lots": [{"lot": "8D82", "expiry": "2013-01"}],
        "ranges": [],
        "all_lots": False,
        "rest": ["call us"],
    }
    assert (second["lots"], second["all_lots"]) == ([], True)
    report = {"recall_number": "D-1-2026", "product_description": "X", "code_info": "Lot 8D82"}
    (cut,) = vialcheck(
        "alerts", "cut", written(tmp_path, json.dumps({"results": [report]}))
    ).output.splitlines()
    assert json.loads(cut)["recall_number"] == "D-1-2026"


def test_new_alerts_say_which_checks_they_touch(on_record: Database, tmp_path: Path) -> None:
    desk = VerificationService(on_record, window=0.1)
    recall_records.asked(desk, gtin=GTIN, lot="A1")
    recall_records.asked(desk, lot="a-1")
    recall_records.asked(desk, gtin=GTIN, lot="B2")
    desk.close()
    notice = written(tmp_path, f"authority,kind,gtin,lot\nMHRA,falsified,{GTIN},A1\n")
    assert "Checks so far that the new alerts touch: 2" in vialcheck("import", notice).output
    assert "touch" not in vialcheck("import", notice).output
