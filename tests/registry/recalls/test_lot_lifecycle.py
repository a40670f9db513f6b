"""The life of a lot against a small model of it: whatever happens in whatever order, both databases answer alike.

VIALCHECK_LONG=1 runs many more and longer lives.
"""

import os
import shutil
from collections.abc import Callable, Iterator
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
from sqlalchemy import insert, update

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.gs1.identifiers import Expiry
from service.registry import recalls
from service.registry.corrections.extensions import ExpiryChange
from service.registry.corrections.kinds import change_requests
from service.registry.recalls import releases
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Unit
from service.verification.service import VerificationService
from tests.factories.questions import make_question
from tests.postgres import Postgres

GTIN, WHO, LOTS = "09506000134352", AuditActor("Rita"), ("L1", "L2")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PRINTED = {"L1": Expiry(2026, 12, 31), "L2": Expiry(2026, 6, 30)}
LATER = Expiry(2027, 12, 31)
LONG = bool(os.environ.get("VIALCHECK_LONG"))
STOP = {"recall": Action.REJECT, "hold": Action.QUARANTINE}


class Life(RuleBasedStateMachine):
    """Two lots of one product. The model knows what was issued and not lifted, and what each lot is in itself."""

    databases: tuple[Database, ...] = ()

    @initialize()
    def put(self) -> None:
        self.standing: dict[int, tuple[str, str, str]] = {}  # number: kind, scope, lot
        self.released = {"L1": True, "L2": False}
        self.expiry = dict(PRINTED)
        self.units: dict[str, tuple[str, bool]] = {}  # serial: lot, dispensed
        for database in self.databases:
            with database.transaction() as connection:
                for table in (
                    "scan",
                    "recall_lift",
                    "recalled_serial",
                    "recall",
                    "expiry_extension",
                    "unit",
                    "batch",
                    "product",
                    "manufacturer",
                ):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
                connection.execute(insert(Manufacturer).values(id=1, name="M"))
                connection.execute(
                    insert(Product).values(id=1, manufacturer_id=1, gtin=GTIN, name="P", complete=True)
                )
                for number, lot in enumerate(LOTS, start=1):
                    status = "released" if self.released[lot] else "pending"
                    row = {"id": number, "product_id": 1, "lot": lot, "lot_key": lot, "lot_folded": lot}
                    row |= {"expiry": PRINTED[lot].last_day, "status": status}
                    connection.execute(insert(Batch).values(row))

    def each(self, act: Callable[[Database], Any]) -> Any:
        """Do it in both databases; both say the same."""
        first, *others = [act(database) for database in self.databases]
        assert all(other == first for other in others)
        return first

    @rule(lot=st.sampled_from(LOTS), serial=st.sampled_from(["S1", "S2", "S3"]))
    def commission(self, lot: str, serial: str) -> None:
        if serial in self.units:
            return
        self.units[serial] = (lot, False)
        row = {
            "product_id": 1,
            "batch_id": LOTS.index(lot) + 1,
            "serial": serial,
            "disposition": Disposition.ACTIVE,
        }
        self._write(insert(Unit).values(row))

    @precondition(lambda self: self.units)
    @rule(data=st.data())
    def dispense(self, data: st.DataObject) -> None:
        serial = data.draw(st.sampled_from(sorted(self.units)))
        self.units[serial] = (self.units[serial][0], True)
        self._write(update(Unit).where(Unit.serial == serial).values(disposition=Disposition.DISPENSED))

    @rule(
        kind=st.sampled_from(["recall", "hold"]),
        scope=st.sampled_from(["product", "lot", "window", "range", "list"]),
        lot=st.sampled_from(LOTS),
    )
    def stop(self, kind: str, scope: str, lot: str) -> None:
        ends = PRINTED[lot].printed_form
        given = {"gtin": GTIN, "scope": scope, "reason": "r", "recall_class": "I"}
        given |= {"lot": lot} if scope in ("lot", "range", "list") else {}
        given |= {
            "expiry_from": ends,
            "expiry_to": ends,
            "serial_from": "S1",
            "serial_to": "S2",
            "serials": "s1 S3",
        }
        order = recalls.read_recall_form(given, hold=kind == "hold")
        number = len(self.numbers) + 1
        self.numbers[number] = [
            recalls.issue(database, order, who=WHO, clock=lambda: NOW) for database in self.databases
        ]
        self.standing[number] = (kind, scope, lot)

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[int, list[int]] = {}  # a database counts on after a rollback
        self.desks = [
            VerificationService(database, window=0.01, read_clock=lambda: NOW) for database in self.databases
        ]

    def teardown(self) -> None:
        for desk in self.desks:
            desk.close()

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.standing)))
        for database, own in zip(self.databases, self.numbers[number], strict=True):
            recalls.lift(database, own, reason="r", who=WHO, clock=lambda: NOW)
        del self.standing[number]

    @rule(lot=st.sampled_from(LOTS))
    def release(self, lot: str) -> None:
        """Only what waits, and is not stopped meanwhile, can be released."""
        if self.released[lot] or self._stopped_status(lot):
            return
        number = LOTS.index(lot) + 1
        self.each(
            lambda database: releases.release(database, [number], reason="r", who=WHO, clock=lambda: NOW)
        )
        self.released[lot] = True

    @rule(lot=st.sampled_from(LOTS))
    def put_later(self, lot: str) -> None:
        if self.expiry[lot] == LATER:
            return
        change = ExpiryChange(GTIN, lot, LATER.printed_form, "x")
        self.each(lambda database: change_requests(database, lambda: NOW).submit(change, reason="r", who=WHO))
        self.expiry[lot] = LATER

    @invariant()
    def every_check_says_what_the_model_says(self) -> None:
        if not hasattr(self, "units"):
            return
        for lot in LOTS:
            for serial in (None, *(each for each, (home, _) in self.units.items() if home == lot)):
                question = make_question(
                    gtin=GTIN,
                    lot=lot,
                    serial=serial or "",
                    expiry=PRINTED[lot].printed_form,
                    asker=Asker.CLINIC,
                )
                said = {desk.preview(*question).verdict.action for desk in self.desks}
                assert said == {self._expected(lot, serial)}, (lot, serial, said)
        for lot in LOTS:
            expected = self._stopped_status(lot) or ("released" if self.released[lot] else "pending")
            assert {self._status(database, lot) for database in self.databases} == {expected}

    def _expected(self, lot: str, serial: str | None) -> Action:
        known = [Action.ACCEPT if serial else Action.CHECK]
        for kind, scope, about in self.standing.values():
            reached = scope == "product" or about == lot
            if scope in ("range", "list") and reached:
                if serial is None:
                    known.append(Action.CHECK)  # nobody can say which of them it is
                    continue
                reached = serial in (("S1", "S2") if scope == "range" else ("S1", "S3"))
            known += [STOP[kind]] if reached else []
        if not self.released[lot]:
            # a hold or recall of the batch stands in the place of what it was before, and asks for no less
            known.append(Action.QUARANTINE)
        if self.expiry[lot].last_day < date(2026, 11, 25):
            known.append(Action.REJECT)
        if serial and self.units[serial][1]:
            known.append(Action.QUARANTINE)
        return max(known, key=lambda action: action.rank)

    def _stopped_status(self, lot: str) -> str:
        kinds = {
            kind
            for kind, scope, about in self.standing.values()
            if scope == "product" or (scope in ("lot", "window") and about == lot)
        }
        return "recalled" if "recall" in kinds else "on_hold" if "hold" in kinds else ""

    @staticmethod
    def _status(database: Database, lot: str) -> str:
        with database.reading() as connection:
            return str(connection.execute(Batch.__table__.select().where(Batch.lot == lot)).one().status)

    def _write(self, statement: Any) -> None:
        for database in self.databases:
            with database.transaction() as connection:
                connection.execute(statement)


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


def test_the_life_of_a_lot(both: tuple[Database, ...]) -> None:
    life = type("LifeInBoth", (Life,), {"databases": both})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=400 if LONG else 8,
            stateful_step_count=60 if LONG else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
