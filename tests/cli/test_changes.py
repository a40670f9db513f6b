"""`vialcheck correct`, `withdraw`, `merge`, `requests`, `approve` and `refuse`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from service.cli import group
from service.errors import ErrorCode, ForbiddenError, InvalidFieldsError, RefusedError
from service.registry.alerts import matches
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from tests.factories import recall_records
from tests.factories.lists import count, imported, table, written
from tests.factories.recall_records import GTIN, alert_facts

WHY = ("--reason", "Typed wrong", "--actor", "Ada")


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    recall_records.put(database)
    yield database
    database.close()


def vialcheck(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, list(map(str, arguments)))


def test_a_product_and_a_lot(on_record: Database) -> None:
    name = ("correct", "product", GTIN, "--set", "name=Ondrevaine 50", *WHY)
    shown = vialcheck(*name, "--dry-run")
    assert "name: Ondrevaine 100 → Ondrevaine 50" in shown.output, shown.output
    assert "nothing was changed" in shown.output
    assert "Done: on record." in vialcheck(*name).output
    lot = vialcheck("correct", "lot", f"{GTIN}/A1", "--set", "expiry=2027-07-31", "--set", "quantity=7", *WHY)
    assert "expiry: 2027-06-30 → 2027-07-31" in lot.output
    assert (table(on_record, "product")[0]["name"], table(on_record, "batch")[0]["quantity"]) == (
        "Ondrevaine 50",
        7,
    )
    assert [row["actor"] for row in table(on_record, "audit_entry")] == ["Ada", "Ada"]


def test_what_cannot_be_set_is_said(on_record: Database) -> None:
    unknown = vialcheck("correct", "product", GTIN, "--set", "colour=blue", *WHY).exception
    assert isinstance(unknown, RefusedError)
    assert "a field of name, active_substance" in unknown.expected
    wrong = vialcheck("correct", "lot", f"{GTIN}/A1", "--set", "expiry=soon", *WHY).exception
    assert isinstance(wrong, InvalidFieldsError)
    assert count(on_record, "audit_entry") == 0


@pytest.mark.parametrize("how", ["serial", "range", "list"])
def test_units_each_way_and_back(on_record: Database, tmp_path: Path, how: str) -> None:
    listed = written(tmp_path, "A1SN001\nA1SN002\n", "serials.txt")
    which: dict[str, tuple[str | Path, ...]] = {
        "serial": ("--serial", "A1SN001", "--serial", "A1SN002"),
        "range": ("--serials", "A1SN001", "A1SN002"),
        "list": ("--serial-list", listed),
    }
    taken = vialcheck("correct", "units", GTIN, *which[how], "--step", "decommissioning", *WHY)
    assert "units: A1: 2 → decommissioning" in taken.output, taken.output
    assert [row["disposition"] for row in table(on_record, "unit")].count(8) == 2
    assert "Done" in vialcheck("withdraw", "units", "1", *WHY).output
    assert {row["disposition"] for row in table(on_record, "unit")} == {1}


def test_which_and_what_are_said_once(on_record: Database) -> None:
    for wrong in (
        ("--serial", "A1SN001"),
        ("--serial", "A1SN001", "--step", "holding", "--to-lot", "B2"),
        ("--step", "holding"),
        ("--serial", "A1SN001", "--serials", "A", "B", "--step", "holding"),
    ):
        assert vialcheck("correct", "units", GTIN, *wrong, *WHY).exit_code == 2
    moved = vialcheck("correct", "units", GTIN, "--serial", "A1SN001", "--to-lot", "b2", *WHY)
    assert "A1: 1 → b2" in moved.output
    assert count(on_record, "unit_change") == 1


def test_alerts_extensions_and_imports_are_withdrawn(on_record: Database, tmp_path: Path) -> None:
    matches.raise_alert(on_record, alert_facts(), who=AuditActor("Ada"), reason="r")
    vialcheck("extend", "--gtin", GTIN, "--lot", "A1", "--expiry", "2028-06", "--reference", "CP", *WHY)
    imported(on_record, tmp_path, f"gtin,lot,serial\n{GTIN},A1,X1\n")
    assert "1  " in vialcheck("withdraw", "import").output
    for what in ("alert", "extension", "import"):
        done = vialcheck("withdraw", what, "1", *WHY)
        assert "Done: on record." in done.output, (what, done.output, done.exception)
    assert "withdrawn by Ada" in vialcheck("withdraw", "import").output
    assert vialcheck("withdraw", "alert").exit_code == 2
    assert count(on_record, "withdrawal") == 3
    assert str(table(on_record, "batch")[0]["expiry"]) == "2027-06-30"


def test_two_people_at_a_terminal(on_record: Database) -> None:
    assert "Nothing waits." in vialcheck("requests").output
    asked = vialcheck(
        "extend", "--gtin", GTIN, "--lot", "A1", "--expiry", "2050-06", "--reference", "CP", *WHY
    )
    assert "vialcheck approve 1" in asked.output
    assert "extension" in vialcheck("requests").output
    own = vialcheck("approve", "1", "--actor", "Ada").exception
    assert isinstance(own, ForbiddenError)
    assert own.code is ErrorCode.OWN_REQUEST
    assert "Dry run" in vialcheck("approve", "1", "--actor", "Sam", "--dry-run").output
    assert "request 1 of Ada is made" in vialcheck("approve", "1", "--actor", "Sam").output
    with on_record.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    vialcheck("correct", "product", GTIN, "--set", "form=powder", *WHY)
    assert "nothing was changed" in vialcheck("refuse", "2", "--reason", "No", "--actor", "Sam").output
    assert table(on_record, "product")[0]["form"] == ""


def test_manufacturers_are_merged(on_record: Database) -> None:
    with on_record.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 2).values(organisation_id=None))
    assert "Done" in vialcheck("merge", "Other Biologics", "Example Biologics", *WHY).output
    assert [row["name"] for row in table(on_record, "manufacturer")] == ["Example Biologics"]


def test_several_lots_and_what_was_meant(on_record: Database) -> None:
    shown = vialcheck(
        "recall",
        "--gtin",
        GTIN,
        "--lot",
        "A1, B2, A11",
        "--class",
        "I",
        "--reason",
        "Glass",
        "--actor",
        "Ada",
    )
    assert "Lot A11 is not on record. Did you mean A1?" in shown.output
    assert "Recall 1, 2, 3 stand now." in shown.output
