"""Random days of two sites: deliver, use, waste, transfer, return, count, undo. The books balance throughout.

VIALCHECK_LONG=1 runs many more and longer ones.
"""

import os
import shutil
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from service.authenticity.dispositions import IN_CIRCULATION
from service.clinics.deliveries import DeliveryLine, DeliveryNote
from service.clinics.reconciliation import reconcile
from service.clinics.stock_control.shipments import ShipmentKind, ShippedState
from service.clinics.undo import StepUndo, UndoRequest, latest_step
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import VialcheckError
from service.storage.database import Database
from service.storage.models import ShipmentLine, Unit, Vial
from tests.clinics.stock_control.world import Rooms
from tests.factories.clinics import LOT, UNIT

LONG = bool(os.environ.get("VIALCHECK_LONG"))
PACKS = [UNIT + "SN0001", UNIT + "SN0009", LOT]
STEPS = [Step.USE_UP, Step.OPEN, Step.FINISH, Step.WASTE, Step.MISS, Step.QUARANTINE, Step.RELEASE]
SITES = st.booleans()
PLACES = st.integers(0, 5)
"""Mostly the same few vials and shipments, so that steps follow on one another."""


class DaysOfTwoSites(RuleBasedStateMachine):
    """One clinic with a main site and a branch, two numbered packs and packs without a number."""

    migrated: Path
    here: Path

    def __init__(self) -> None:
        super().__init__()
        path = self.here / "sites.db"
        for each in self.here.glob("sites.db*"):
            each.unlink()
        shutil.copy(self.migrated, path)
        self.database = Database(f"sqlite:///{path}")
        self.rooms = Rooms.of(self.database)
        self.now = self.rooms.ward.desk.now
        self.vials: list[int] = []
        self.shipments: list[int] = []
        self.receive(at_branch=False, pack=PACKS[0])
        self.receive(at_branch=True, pack=LOT)
        self.a_transfer_loses_one()

    def teardown(self) -> None:
        self.rooms.ward.desk.close()
        self.database.close()

    def site(self, at_branch: bool) -> int | None:
        return self.rooms.branch if at_branch else None

    @rule(at_branch=SITES, pack=st.sampled_from(PACKS))
    def receive(self, at_branch: bool, pack: str) -> None:
        ward, note = self.rooms.ward, DeliveryNote(site_id=self.site(at_branch))
        try:
            line = DeliveryLine(ward.check(pack))
            self.vials += ward.gate.receive(self.rooms.who, [line], note).vial_ids
        except VialcheckError:
            return  # used before

    @rule(place=PLACES, step=st.sampled_from(STEPS))
    def take(self, place: int, step: Step) -> None:
        vial = self.vials[place % len(self.vials)]
        try:
            self.rooms.ward.hands.record_step(self.rooms.who, vial, StepTaken(step, "Why"), self.now())
        except VialcheckError:
            return

    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        vial = self.vials[place % len(self.vials)]
        latest = latest_step(self.rooms.ward.shelves.vial(self.rooms.who, vial)[0].events)
        wish = UndoRequest(latest.id if latest else 0, "Mistake")
        try:
            StepUndo(self.database, self.rooms.ward.desk).undo(self.rooms.who, vial, wish, self.now())
        except VialcheckError:
            return

    @rule(to_branch=SITES, back=SITES, packs=st.lists(st.sampled_from(PACKS), min_size=1, max_size=3))
    def send(self, to_branch: bool, back: bool, packs: list[str]) -> None:
        kind = ShipmentKind.RETURN if back else ShipmentKind.TRANSFER
        shipments, who = self.rooms.control.shipments, self.rooms.who
        number = shipments.begin(who, kind, self.site(to_branch), None, self.now())
        for pack in packs:
            self.rooms.pack(number, pack)
        try:
            shipments.send(who, number, "", "Why", self.now())
        except VialcheckError:
            return  # nothing was packed, or it is stopped
        self.shipments.append(number)

    @rule(place=PLACES, pack=st.sampled_from([*PACKS, ""]))
    def arrive(self, place: int, pack: str) -> None:
        """One of a shipment; an empty one: all."""
        if self.shipments:
            number = self.shipments[-1 - place % len(self.shipments)]
            shipments, who = self.rooms.control.shipments, self.rooms.who
            if pack:
                shipments.arrive(who, number, self.rooms.scanned(pack), self.now())
            else:
                shipments.arrive_all(who, number, self.now())

    @rule()
    def a_transfer_loses_one(self) -> None:
        """Two are sent, one arrives, the other does not."""
        for _ in range(2):
            self.receive(at_branch=False, pack=LOT)
        self.send(to_branch=True, back=False, packs=[LOT, LOT])
        self.arrive(0, LOT)
        self.the_rest_did_not_arrive(0)

    @rule(place=PLACES)
    def the_rest_did_not_arrive(self, place: int) -> None:
        if self.shipments:
            number = self.shipments[-1 - place % len(self.shipments)]
            self.rooms.control.shipments.finish(self.rooms.who, number, "Not there", self.now())

    @rule(at_branch=SITES, packs=st.lists(st.sampled_from(PACKS), max_size=4), record=SITES)
    def stocktake(self, at_branch: bool, packs: list[str], record: bool) -> None:
        """What is recorded as missing is what was not counted, and the next one misses nothing more."""
        takes, who = self.rooms.control.stocktakes, self.rooms.who
        number = takes.begin(who, self.site(at_branch), None, self.now())
        for pack in packs:
            self.rooms.count(number, pack)
        takes.close(who, number, self.now(), missing_because="Stocktake" if record else None)
        missing = takes.one(who, number).result.missing
        assert not record or all(each.state is VialState.MISSING for each in missing)

    @invariant()
    def the_books_balance(self) -> None:
        books = reconcile(self.database, self.rooms.who)
        assert all(lot.missing == 0 for lot in books.lots)
        assert books.differences == ()

    @invariant()
    def a_number_is_used_once(self) -> None:
        with self.database.reading() as connection:
            used = connection.scalars(
                select(Vial.serial).where(Vial.used_on.is_not(None), Vial.serial != "")
            ).all()
            units = {row[0]: row[1] for row in connection.execute(select(Unit.serial, Unit.disposition))}
        assert len(used) == len(set(used))
        assert all(units[serial] not in IN_CIRCULATION for serial in used)

    @invariant()
    def what_is_on_its_way_is_so_in_one_shipment(self) -> None:
        shipments = self.rooms.control.shipments
        with self.database.reading() as connection:
            ways = sorted(connection.scalars(select(Vial.id).where(Vial.state == VialState.IN_TRANSIT)))
            numbers = list(connection.scalars(select(ShipmentLine.shipment_id).distinct()))
        told = [
            each.vial.id
            for number in numbers
            for each in shipments.one(self.rooms.who, number).lines
            if each.state is ShippedState.ON_ITS_WAY
        ]
        assert sorted(told) == ways


def test_the_days_of_two_sites(migrated_sqlite: Path, tmp_path: Path) -> None:
    DaysOfTwoSites.migrated, DaysOfTwoSites.here = migrated_sqlite, tmp_path
    run_state_machine_as_test(
        DaysOfTwoSites,
        settings=settings(
            max_examples=150 if LONG else 6,
            stateful_step_count=50 if LONG else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
