"""Random days of two clinics against a small model: steps, undo, recalls, and what the manufacturer says.

After each step the books of both balance, no number is used twice, and a stopped vial was not used nor let out
of quarantine. VIALCHECK_LONG=1 runs many more and longer ones.
"""

import os
import shutil
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.scan_history.sightings import SightingKind
from service.clinics.reconciliation import BookDifference, reconcile
from service.clinics.undo import StepUndo, UndoRequest, latest_step
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import VialcheckError
from service.storage.database import Database
from service.storage.models import Batch, SightingRow, Unit, Vial
from tests.factories.clinics import LOT, TYPED, UNIT, Ward, a_ward, clinic

LONG = bool(os.environ.get("VIALCHECK_LONG"))
WHOLE = 100
STEPS = [each for each in Step if each not in {Step.RECEIVE, Step.UNDO}]
PACKS = [UNIT + "SN0001", TYPED + "SN0001", UNIT + "SN0002", LOT]
PLACES = st.integers(0, 3)
"""Mostly the same few vials, so that steps follow on one another."""
MAKERS = [Disposition.ACTIVE, Disposition.STOLEN]


class Days(RuleBasedStateMachine):
    """Two clinics, two numbered packs and packs without a number."""

    migrated: Path
    here: Path

    def __init__(self) -> None:
        super().__init__()
        path = self.here / "days.db"
        for each in self.here.glob("days.db*"):
            each.unlink()
        shutil.copy(self.migrated, path)
        self.database = Database(f"sqlite:///{path}")
        self.ward: Ward = a_ward(self.database)
        self.undoing = StepUndo(self.database, self.ward.desk)
        self.clinics = [clinic(self.database, name) for name in ("Clinic A", "Clinic B")]
        self.vials: list[tuple[int, int]] = []  # clinic, vial
        self.recalled = False

    def teardown(self) -> None:
        self.ward.desk.close()
        self.database.close()

    @initialize()
    def put(self) -> None:
        """Both clinics have the first number, one of them by typing alone; one has another."""
        with self.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE product SET content = '100 units'")
        for who, pack in ((0, TYPED + "SN0001"), (1, UNIT + "SN0001"), (0, UNIT + "SN0002")):
            self.receive(who, pack)

    @rule(who=st.integers(0, 1), pack=st.sampled_from(PACKS))
    def receive(self, who: int, pack: str) -> None:
        receive = self.ward.received if not self.recalled else self.ward.aside
        try:
            self.vials += [(who, vial) for vial in receive(self.clinics[who], pack)]
        except VialcheckError:
            return  # stopped: another clinic has used the number, or the manufacturer misses it

    @rule(place=PLACES, number=st.integers(0, 8), units=st.sampled_from([None, 1, 40, 100, 101]))
    def take(self, place: int, number: int, units: int | None) -> None:
        """A step that starts from the vial's state, or, for the largest numbers, any step."""
        who, vial = self.vials[place % len(self.vials)]
        state = self.ward.shelves.vial(self.clinics[who], vial)[0].vial.state
        fitting = [each for each in STEPS if state in each.starts_from]
        steps = fitting if fitting and number < 8 else STEPS
        step = steps[number % len(steps)]
        if step is not Step.DISCARD or units:
            self.step(who, vial, StepTaken(step, "Why", Decimal(units) if units else None))

    def step(self, who: int, vial: int, taken: StepTaken) -> None:
        """Take a step, or be refused: never a use of a stopped vial."""
        try:
            self.ward.hands.record_step(self.clinics[who], vial, taken, self.ward.desk.now())
        except VialcheckError:
            return
        used = taken.step.uses or taken.step is Step.RELEASE
        assert not (self.recalled and used), "a stopped vial was used"

    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        who, vial = self.vials[place % len(self.vials)]
        traced = self.ward.shelves.vial(self.clinics[who], vial)[0]
        latest, was = latest_step(traced.events), traced.vial.state
        wish = UndoRequest(latest.id if latest else 0, "Mistake")
        try:
            now = self.undoing.undo(self.clinics[who], vial, wish, self.ward.desk.now()).state
        except VialcheckError:
            return
        left = was is VialState.QUARANTINED and now in {VialState.IN_STOCK, VialState.OPEN}
        assert not (self.recalled and left), "a stopped vial was let out of quarantine"

    @rule(recalled=st.sampled_from([True, False, False]))
    def recall(self, recalled: bool) -> None:
        self.recalled = recalled
        status = "recalled" if recalled else "released"
        with self.database.transaction() as connection:
            connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status=status))

    @rule(place=PLACES)
    def a_recall_comes_before_an_undo(self, place: int) -> None:
        who, vial = self.vials[place % len(self.vials)]
        self.step(who, vial, StepTaken(Step.QUARANTINE, "Why"))
        self.recall(recalled=True)
        self.undo(place)

    @rule()
    def both_clinics_use_the_number(self) -> None:
        """The one that typed it first: the other has the pack and is not kept from it."""
        for who, vial in self.vials[:2]:
            self.step(who, vial, StepTaken(Step.OPEN))

    @rule(serial=st.sampled_from(["SN0001", "SN0002"]), says=st.sampled_from(MAKERS))
    def maker_says(self, serial: str, says: Disposition) -> None:
        """Only of a number that no clinic has moved: what a clinic did is not for the manufacturer to undo."""
        with self.database.transaction() as connection:
            used = select(Vial.id).where(Vial.serial == serial, Vial.unit_was.is_not(None))
            if connection.scalar(used) is None:
                connection.execute(update(Unit).where(Unit.serial == serial).values(disposition=says))

    @invariant()
    def the_books_balance(self) -> None:
        for who in self.clinics:
            books = reconcile(self.database, who)
            assert all(lot.missing == 0 for lot in books.lots)
            found = {each for _, each in books.differences}
            assert found <= {BookDifference.GONE_ON_RECORD}, found

    @invariant()
    def a_number_is_used_once_and_counted_once(self) -> None:
        """A use that was only typed keeps no clinic from the pack that it has in its hands."""
        with self.database.reading() as connection:
            used = connection.execute(
                select(Vial.serial, Vial.code_scanned).where(Vial.used_on.is_not(None), Vial.serial != "")
            ).all()
            units = {row[0]: row[1] for row in connection.execute(select(Unit.serial, Unit.disposition))}
            counted = select(SightingRow.count).where(SightingRow.kind == SightingKind.DISPENSING)
            dispensed = sum(connection.scalars(counted))
        scanned = [row.serial for row in used if row.code_scanned]
        assert len(scanned) == len(set(scanned)) == dispensed
        assert len(used) == len(set(used)), "one number was typed as used twice"
        assert all(units[row.serial] not in IN_CIRCULATION for row in used)

    @invariant()
    def no_more_is_used_than_came_in(self) -> None:
        for who, vial in self.vials:
            held = self.ward.shelves.vial(self.clinics[who], vial)[0].vial
            assert held.used + held.wasted <= WHOLE


def test_the_books_of_two_clinics(migrated_sqlite: Path, tmp_path: Path) -> None:
    Days.migrated, Days.here = migrated_sqlite, tmp_path
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=300 if LONG else 8,
            stateful_step_count=60 if LONG else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
