"""An import is withdrawn whole: what it alone put in goes, and what was built on it stays and is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from service.errors import ConflictError, ErrorCode, NotFoundError
from service.registry import recalls
from service.registry.corrections.imports.withdrawal import ImportWithdrawal, latest_imports
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.units.selection import UnitSelection
from service.registry.corrections.units.unit_changes import UnitCorrection
from service.registry.lists.columns import ListKind
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Vial
from tests.factories.import_jobs import Office, units
from tests.factories.lists import GTIN, NOW, OTHER, count, imported, prepared, put_in, table, written

WHO = AuditActor("Ada")
UNITS = "gtin,lot,serial\n" + "".join(f"{GTIN},A1,S{number}\n" for number in range(5))


def withdraw(database: Database, number: int, who: AuditActor = WHO) -> int | None:
    return change_requests(database, lambda: NOW).submit(ImportWithdrawal(number), reason="wrong", who=who)


def left(database: Database, number: int) -> dict[str, str]:
    seen = change_requests(database).preview(ImportWithdrawal(number), WHO)
    return {each.name: each.why for each in seen.left}


def numbers(database: Database) -> dict[str, int]:
    """The latest import of each kind."""
    return {row["kind"]: row["id"] for row in table(database, "import")}


def records(database: Database) -> dict[str, list[dict[str, Any]]]:
    return {
        name: table(database, name)
        for name in ("manufacturer", "product", "batch", "unit", "quality_result", "alert")
    }


def test_lists_of_one_command_are_withdrawn_one_after_the_other(database: Database, tmp_path: Path) -> None:
    empty = records(database)
    prepared(database, tmp_path)
    before_units = records(database)
    imported(database, tmp_path, UNITS)
    made = numbers(database)
    seen = change_requests(database).preview(ImportWithdrawal(made["units"]), WHO)
    assert [(each.field, each.before) for each in seen.fields] == [("units", 5)]
    # products first: everything stands on them
    assert set(left(database, made["products"]).values()) == {"lots", "products"}
    withdraw(database, made["units"])
    assert records(database) == before_units
    withdraw(database, made["batches"])
    withdraw(database, made["products"])
    assert records(database) == empty
    with pytest.raises(ConflictError) as again:
        withdraw(database, made["units"])
    assert again.value.code is ErrorCode.WITHDRAWN_BEFORE
    assert [line.withdrawn for line in latest_imports(database)] == ["Ada"] * 3
    imported(database, tmp_path, "gtin,name,manufacturer\n" + f"{GTIN},Ondrevaine,Ostrelind\n")  # and again
    assert count(database, "product") == 1


Built = Callable[[Database, Path], object]


def corrected_since(database: Database, _: Path) -> None:
    with database.transaction() as connection:
        change = AuditChange("correct", "batch", f"{GTIN}/B2")
        write_down(connection, [change], who=WHO, at=NOW, reason="r")


def received(database: Database, _: Path) -> None:
    with database.transaction() as connection:
        organisation = connection.exec_driver_sql(
            "INSERT INTO organisation (name, kind, created) VALUES ('Clinic', 'clinic', '2026-01-01') RETURNING id"
        ).scalar_one()
        vial = {
            "organisation_id": organisation,
            "scan_id": "x",
            "product_id": 1,
            "batch_id": 2,
            "state": "in_stock",
        }
        connection.execute(insert(Vial).values(vial | {"received": NOW, "serial": "T1"}))


def another_list(database: Database, folder: Path) -> None:
    imported(database, folder, f"gtin,lot,serial\n{GTIN},B2,T1\n")


def recalled(database: Database, _: Path) -> None:
    form = {"gtin": GTIN, "scope": "lot", "lot": "B2", "recall_class": "I", "reason": "glass"}
    recalls.issue(database, recalls.read_recall_form(form), who=WHO)


@pytest.mark.parametrize(
    ("build", "why"),
    [(corrected_since, "changed"), (received, "vials"), (another_list, "units"), (recalled, "changed")],
    ids=["corrected", "received by a clinic", "units of another list", "recalled"],
)
def test_what_something_was_built_on_stays_and_is_named(
    database: Database, tmp_path: Path, build: Built, why: str
) -> None:
    prepared(database, tmp_path)
    build(database, tmp_path)
    number = next(row["id"] for row in table(database, "import") if row["kind"] == "batches")
    assert left(database, number)[f"{GTIN}/B2"] == why
    withdraw(database, number)
    assert [(row["lot"], row["product_id"]) for row in table(database, "batch")] == [("B2", 1)]


def test_units_that_a_clinic_holds_or_a_person_changed_stay(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    imported(database, tmp_path, UNITS)
    change = UnitCorrection(GTIN, UnitSelection(serials=("S1",)), "holding")
    change_requests(database).submit(change, reason="r", who=WHO)
    received(database, tmp_path)
    with database.transaction() as connection:
        connection.execute(update(Vial).values(serial="S2", batch_id=1))
    assert left(database, numbers(database)["units"]) == {f"{GTIN}/A1": "used_units"}
    withdraw(database, numbers(database)["units"])
    assert [row["serial"] for row in table(database, "unit", "serial")] == ["S1", "S2"]


def test_values_that_a_list_filled_in_are_taken_out_again(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    before = records(database)
    rows = (
        f"gtin,name,manufacturer,markets,strengths\n{GTIN},Ondrevaine 100 units,Ostrelind,FR; DE,100 units\n"
    )
    imported(database, tmp_path, rows)
    imported(database, tmp_path, f"gtin,lot,expiry,made,quantity\n{GTIN},A1,2028-12-31,2026-01-15,1200\n")
    made = numbers(database)
    withdraw(database, made["batches"])
    withdraw(database, made["products"])
    assert records(database) == before


def test_a_value_that_was_corrected_since_stays(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    imported(database, tmp_path, f"gtin,lot,expiry,quantity\n{GTIN},A1,2028-12-31,1200\n")
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(quantity=1100))
    number = numbers(database)["batches"]
    assert left(database, number) == {f"{GTIN}/A1": "changed_values"}
    withdraw(database, number)
    assert table(database, "batch")[0]["quantity"] == 1100


def test_an_import_in_a_browser_is_withdrawn_by_its_organisation_alone(
    database: Database, tmp_path: Path
) -> None:
    office = Office(database, tmp_path / "files")
    number = office.previewed(units(20))
    office.decide(number)
    office.worker.carry_on(number)
    import_id = office.look(number).import_id
    assert import_id is not None
    assert {row["import_id"] for row in table(database, "unit")} == {import_id}
    with pytest.raises(NotFoundError):
        withdraw(database, import_id, AuditActor("Otto", 3, 99))
    withdraw(database, import_id, office.actor.who)
    assert count(database, "unit") == 0
    (entry,) = [row for row in table(database, "audit_entry") if row["object_type"] == "import"]
    assert (entry["action"], entry["actor"]) == ("withdraw", "Ada")


def test_two_persons_where_the_organisation_asks_for_them(database: Database, tmp_path: Path) -> None:
    office = Office(database, tmp_path / "files")
    number = office.previewed(
        b"gtin,lot,expiry\n" + f"{GTIN},C3,2028-12-31\n".encode(), ListKind.BATCHES, ("gtin", "lot", "expiry")
    )
    office.decide(number)
    office.worker.carry_on(number)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    import_id = office.look(number).import_id
    assert import_id is not None
    request = withdraw(database, import_id, office.actor.who)
    assert request is not None
    change_requests(database).approve(request, who=AuditActor("Sam", 8, 1))
    assert [row["lot"] for row in table(database, "batch")] == ["A1", "B2"]


def test_a_list_that_brings_nothing_new_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    imported(database, tmp_path, UNITS)
    before = count(database, "import")
    imported(database, tmp_path, UNITS)
    assert count(database, "import") == before


def test_alerts_of_a_list(database: Database, tmp_path: Path) -> None:
    put_in(database, written(tmp_path, f"authority,kind,gtin,lot\nMHRA,falsified,{OTHER},A1\n"))
    withdraw(database, numbers(database)["alerts"])
    assert count(database, "alert") == 0


def test_many_units_go_in_pieces_and_a_run_that_was_killed_is_made_once_more(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(database, tmp_path)
    before = records(database)
    imported(database, tmp_path, UNITS)
    number = numbers(database)["units"]
    monkeypatch.setattr("service.registry.corrections.imports.withdrawal.UNITS_AT_ONCE", 2)
    pieces = 0
    remove = ImportWithdrawal._remove_piece

    def killed(self: ImportWithdrawal, *arguments: Any) -> Any:
        nonlocal pieces
        pieces += 1
        if pieces == 2:
            raise KeyboardInterrupt
        return remove(self, *arguments)

    monkeypatch.setattr(ImportWithdrawal, "_remove_piece", killed)
    with pytest.raises(KeyboardInterrupt):
        withdraw(database, number)
    # one piece is gone, with its entry; until the rest is, a missing unit speaks against no vial
    assert count(database, "unit") == 3
    (entry,) = [row for row in table(database, "audit_entry") if row["action"] == "withdraw"]
    assert entry["object_id"] == f"{GTIN}/A1"
    assert [row["importing"] for row in table(database, "product")] == [-number, None]
    withdraw(database, number)
    assert records(database) == before
    entries = [row["object_type"] for row in table(database, "audit_entry") if row["action"] == "withdraw"]
    assert entries == ["batch", "batch", "batch", "import"]
