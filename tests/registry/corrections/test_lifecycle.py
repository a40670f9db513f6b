"""Random sequences of corrections and withdrawals against a small model, alike in both databases.

After each step the records are what the model says, every check answers as a record built anew from the model
would, and each change is in the audit exactly once. VIALCHECK_LONG=1 runs many more and longer ones.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, insert, select

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.errors import VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry.alerts import matches
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.batches import read_batch
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.extensions import ExpiryChange, ExtensionWithdrawal
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.units.selection import UnitSelection
from service.registry.corrections.units.unit_changes import UnitCorrection, UnitsWithdrawal
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import AuditEntry, Batch, Manufacturer, Product, Unit
from service.verification.service import VerificationService
from tests.factories.questions import make_question
from tests.factories.recall_records import alert_facts
from tests.postgres import Postgres

GTIN, WHO, LOTS = "09506000134352", AuditActor("Rita"), ("L1", "L2")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERIALS = ("S1", "S2", "S3")
DATES = ("2027-06-30", "2027-12-31", "2028-06-30", "2028-12-31")
LONG = bool(os.environ.get("VIALCHECK_LONG"))
CLEARED = (
    "changed_unit",
    "unit_change",
    "withdrawal",
    "alert",
    "expiry_extension",
    "scan",
    "unit",
    "batch",
    "product",
    "manufacturer",
)


class Records(RuleBasedStateMachine):
    """Two lots and three serials of one product."""

    databases: tuple[Database, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.desks = [
            VerificationService(database, window=0.01, read_clock=lambda: NOW) for database in self.databases
        ]

    def teardown(self) -> None:
        for desk in self.desks:
            desk.close()

    @initialize()
    def put(self) -> None:
        self.expiry = dict.fromkeys(LOTS, DATES[0])
        self.extensions: list[tuple[str, str, str, list[int]]] = []  # lot, old, new, number in each database
        self.units = {serial: (LOTS[place % 2], "active") for place, serial in enumerate(SERIALS)}
        self.changes: list[tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]], list[int]]] = []
        self.alerts: dict[str, list[int]] = {}  # by lot, those that stand
        self.raised = 0
        self.made = 0
        self.begun = []
        for database in self.databases:
            with database.transaction() as connection:
                for table in CLEARED:
                    connection.exec_driver_sql(f"DELETE FROM {table}")
                self.begun.append(connection.scalar(select(func.count()).select_from(AuditEntry)) or 0)
                connection.execute(insert(Manufacturer).values(id=1, name="M"))
                product = {"id": 1, "manufacturer_id": 1, "gtin": GTIN, "name": "P", "complete": True}
                connection.execute(insert(Product).values(product))
                for number, lot in enumerate(LOTS, start=1):
                    row: dict[str, Any] = {"id": number, "product_id": 1, "lot": lot, "lot_key": lot}
                    row |= {"lot_folded": lot, "expiry": date(2027, 6, 30), "status": "released"}
                    connection.execute(insert(Batch).values(row))
                for serial, (lot, _) in self.units.items():
                    unit = {"product_id": 1, "serial": serial, "batch_id": LOTS.index(lot) + 1}
                    connection.execute(insert(Unit).values(unit | {"disposition": Disposition.ACTIVE}))

    def submit(self, changes: list[RecordChange]) -> bool:
        """Make the change in each database; both make it or both refuse it, and only then is it audited."""
        outcomes = set()
        for database, change in zip(self.databases, changes, strict=True):
            try:
                change_requests(database, lambda: NOW).submit(change, reason="r", who=WHO)
                outcomes.add("")
            except VialcheckError as error:
                outcomes.add(str(error.code))
        assert len(outcomes) == 1, outcomes
        made = outcomes == {""}
        self.made += made
        return made

    @rule(lot=st.sampled_from(LOTS), to=st.sampled_from(DATES))
    def correct_expiry(self, lot: str, to: str) -> None:
        changes: list[RecordChange] = [
            read_batch(database, Gtin(GTIN), Lot.parse(lot), {"expiry": to}, WHO)
            for database in self.databases
        ]
        extended = any(each[0] == lot for each in self.extensions)
        assert self.submit(changes) is (to != self.expiry[lot] and not extended)
        if to != self.expiry[lot] and not extended:
            self.expiry[lot] = to

    @rule(lot=st.sampled_from(LOTS), to=st.sampled_from(DATES))
    def extend(self, lot: str, to: str) -> None:
        made = self.submit([ExpiryChange(GTIN, lot, to, "CP") for _ in self.databases])
        assert made is (to > self.expiry[lot])
        if made:
            self.extensions.append((lot, self.expiry[lot], to, self._latest("expiry_extension")))
            self.expiry[lot] = to

    @precondition(lambda self: self.extensions)
    @rule(data=st.data())
    def withdraw_extension(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.extensions))
        lot, old, _, numbers = chosen
        latest = [each for each in self.extensions if each[0] == lot][-1]
        made = self.submit([ExtensionWithdrawal(number) for number in numbers])
        assert made is (chosen is latest)
        if made:
            self.extensions.remove(chosen)
            self.expiry[lot] = old

    @rule(
        serials=st.lists(st.sampled_from(SERIALS), min_size=1, unique=True),
        step=st.sampled_from(["decommissioning", "holding", "destroying", "sampling"]),
    )
    def step(self, serials: list[str], step: str) -> None:
        leaves = {
            "decommissioning": "inactive",
            "holding": "locked",
            "destroying": "destroyed",
            "sampling": "sample",
        }[step]
        able = [each for each in serials if self.units[each][1] == "active" or step == "destroying"]
        selection = UnitSelection(serials=tuple(sorted(serials)))
        made = self.submit([UnitCorrection(GTIN, selection, step) for _ in self.databases])
        assert made is bool(able)
        if made:
            self._changed({each: (self.units[each][0], leaves) for each in able})

    @rule(serials=st.lists(st.sampled_from(SERIALS), min_size=1, unique=True), to=st.sampled_from(LOTS))
    def move(self, serials: list[str], to: str) -> None:
        able = [each for each in serials if self.units[each][0] != to]
        selection = UnitSelection(serials=tuple(sorted(serials)))
        made = self.submit([UnitCorrection(GTIN, selection, "", to) for _ in self.databases])
        assert made is bool(able)
        if made:
            # one entry for each lot that they were of; here there is one other lot
            self._changed({each: (to, self.units[each][1]) for each in able})

    def _changed(self, after: dict[str, tuple[str, str]]) -> None:
        before = {each: self.units[each] for each in after}
        lots = {lot for lot, _ in before.values()}
        self.made += len(lots) - 1  # one entry of the audit for each lot
        self.changes.append((before, after, self._latest("unit_change")))
        self.units |= after

    @precondition(lambda self: self.changes)
    @rule()
    def withdraw_the_latest_change_of_units(self) -> None:
        before, _, numbers = self.changes.pop()
        assert self.submit([UnitsWithdrawal(number) for number in numbers])
        self.units |= before

    @rule(lot=st.sampled_from(LOTS))
    def raise_alert(self, lot: str) -> None:
        if lot in self.alerts:
            return
        self.raised += 1
        facts = alert_facts(gtin=GTIN, lot=Lot.parse(lot), reference=f"N-{self.raised}")
        self.alerts[lot] = [
            matches.raise_alert(database, facts, who=WHO, reason="r") for database in self.databases
        ]
        self.made += 1

    @precondition(lambda self: self.alerts)
    @rule(data=st.data())
    def withdraw_alert(self, data: st.DataObject) -> None:
        lot = data.draw(st.sampled_from(sorted(self.alerts)))
        assert self.submit([AlertWithdrawal(number) for number in self.alerts.pop(lot)])

    @invariant()
    def records_and_verdicts_are_those_of_the_model(self) -> None:
        if not hasattr(self, "alerts"):
            return
        for database in self.databases:
            with database.reading() as connection:
                found = {row.lot: row for row in connection.execute(Batch.__table__.select())}
                units = {row.serial: row for row in connection.execute(Unit.__table__.select())}
            assert {lot: row.expiry.isoformat() for lot, row in found.items()} == self.expiry
            assert {
                serial: (LOTS[row.batch_id - 1], str(row.disposition)) for serial, row in units.items()
            } == self.units
        for serial, (lot, state) in self.units.items():
            printed = Expiry.parse(self.expiry[lot]).printed_form
            question = make_question(gtin=GTIN, lot=lot, serial=serial, expiry=printed, asker=Asker.CLINIC)
            said = {desk.preview(*question).verdict.action for desk in self.desks}
            assert said == {self._expected(lot, state)}, (serial, lot, state, said)

    def _expected(self, lot: str, state: str) -> Action:
        known = [Action.ACCEPT]
        known += [Action.CHECK] if lot in self.alerts else []  # a genuine lot that was counterfeited
        known += {
            "inactive": [Action.REJECT],
            "sample": [Action.REJECT],
            "destroyed": [Action.REJECT],
            "locked": [Action.QUARANTINE],
        }.get(state, [])
        return max(known, key=lambda action: action.rank)

    @invariant()
    def each_change_is_in_the_audit_once(self) -> None:
        if not hasattr(self, "alerts"):
            return
        for database, begun in zip(self.databases, self.begun, strict=True):
            with database.reading() as connection:
                entries = connection.scalar(select(func.count()).select_from(AuditEntry)) or 0
            assert entries - begun == self.made

    def _latest(self, table: str) -> list[int]:
        numbers = []
        for database in self.databases:
            with database.reading() as connection:
                numbers.append(int(connection.exec_driver_sql(f"SELECT max(id) FROM {table}").scalar_one()))
        return numbers


@pytest.fixture
def both(
    migrated_sqlite: Path, tmp_path: Path, postgres: Postgres, migrated_postgres: str
) -> Iterator[tuple[Database, ...]]:
    shutil.copy(migrated_sqlite, tmp_path / "life.db")
    opened = (
        Database(f"sqlite:///{tmp_path / 'life.db'}"),
        Database(postgres.create_from(migrated_postgres)),
    )
    yield opened
    for database in opened:
        database.close()


def test_any_sequence_of_corrections_and_withdrawals(both: tuple[Database, ...]) -> None:
    machine = type("RecordsInBoth", (Records,), {"databases": both})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=300 if LONG else 8,
            stateful_step_count=50 if LONG else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
