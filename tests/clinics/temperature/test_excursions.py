"""Excursions hold the vials that lay there then, until a releaser decides; nothing lets them go by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from service.accounts.actors import Actor, Role
from service.clinics.temperature.decisions import ExcursionDecisions
from service.clinics.temperature.logger_files import LoggerLog, TemperatureUnit
from service.clinics.temperature.logs import LogTaken, TemperatureLogs
from service.clinics.temperature.open_holds import DESTROY, USE
from service.clinics.temperature.places import StoragePlaces
from service.clinics.temperature.readings import LoggerReading
from service.clinics.undo import StepUndo, UndoRequest
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import (
    ConflictError,
    ErrorCode,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.storage.database import Database
from service.storage.models import Product, TemperatureReading, VialEvent, VialPlace
from tests.factories.clinics import LOT, UNIT, a_ward, clinic


class Fridge:
    """A clinic's fridge at 2 to 8 degrees, in which a vial has lain for a day, and the services around it."""

    def __init__(self, database: Database) -> None:
        self.database, self.ward = database, a_ward(database)
        self.who = clinic(database, "Clinic A")
        self.releaser = replace(self.who, roles=frozenset({Role.RELEASER}), strong=True)
        self.places, self.logs = StoragePlaces(database), TemperatureLogs(database)
        self.decisions = ExcursionDecisions(database, self.ward.desk)
        with database.transaction() as connection:
            connection.execute(update(Product).values(storage_min=2, storage_max=8))
        self.now = self.ward.desk.now()
        self.place = self.places.add(self.who, "Fridge 1", "Europe/London", self.now - timedelta(days=2))
        [self.vial] = self.ward.received(self.who, UNIT + "SN0001")
        self.start = self.now + timedelta(minutes=1)

    def log(self, *values: int, after: int = 0, who: Actor | None = None) -> LogTaken:
        """Take in readings in hundredths of a degree, every ten minutes, `after` so many minutes."""
        moments = (self.start + timedelta(minutes=after + 10 * n) for n in range(len(values)))
        readings = tuple(map(LoggerReading, moments, values))
        log = LoggerLog(readings, TemperatureUnit.CELSIUS)
        later = readings[-1].at + timedelta(minutes=1)
        return self.logs.take_in(
            who or self.who, self.place, log, "log.csv", lambda *_: "Too warm in Fridge 1", later
        )

    def state(self, vial: int | None = None) -> VialState:
        return self.ward.shelves.vial(self.who, vial or self.vial)[0].vial.state

    def step(self, step: Step, vial: int | None = None, at: datetime | None = None) -> None:
        reason = "A reason" if step.needs_reason else ""
        self.ward.hands.record_step(self.who, vial or self.vial, StepTaken(step, reason), at or self.start)

    def decide(
        self, decision: str, number: int, who: Actor | None = None, reason: str = "Maker says so"
    ) -> None:
        at = self.start + timedelta(hours=5)
        self.decisions.decide(who or self.releaser, number, [self.vial], decision, reason, at)


@pytest.fixture
def fridge(database: Database) -> Fridge:
    return Fridge(database)


def refused(act: object) -> ErrorCode:
    with pytest.raises(VialcheckError) as error:
        act()  # type: ignore[operator]
    return error.value.code


def test_an_excursion_holds_what_lay_there_until_a_releaser_decides(fridge: Fridge) -> None:
    taken = fridge.log(450, 900, 1230, 600)
    assert (taken.new, taken.known, taken.found.held) == (4, 0, (fridge.vial,))
    assert fridge.state() is VialState.QUARANTINED
    [number] = taken.found.excursions
    excursion = fridge.decisions.one(fridge.who, number)
    assert (excursion.period.lowest, excursion.period.highest) == (900, 1230)
    assert len(excursion.open) == 1
    for act, code in (
        (lambda: fridge.step(Step.RELEASE), ErrorCode.TEMPERATURE_HOLD),
        (lambda: fridge.decide(USE, number, who=fridge.who), ErrorCode.NOT_ALLOWED),
        (
            lambda: fridge.decide(USE, number, who=replace(fridge.releaser, by_pin=True)),
            ErrorCode.NOT_ALLOWED,
        ),
        (lambda: fridge.decide(USE, number, reason="  "), ErrorCode.REASON_MISSING),
        (lambda: fridge.decide("keep", number), ErrorCode.CHOICE_MISSING),
    ):
        assert refused(act) is code
        assert fridge.state() is VialState.QUARANTINED
    assert [each.id for each in fridge.decisions.open(fridge.who)] == [number]
    fridge.decide(USE, number)
    assert fridge.state() is VialState.IN_STOCK
    assert fridge.decisions.open(fridge.who) == []
    assert refused(lambda: fridge.decide(USE, number)) is ErrorCode.CHOICE_MISSING, "decided once"
    fridge.step(Step.OPEN)


def test_the_person_who_sent_the_log_cannot_undo_its_quarantine(fridge: Fridge) -> None:
    fridge.log(900, 450)
    with fridge.database.reading() as connection:
        event = connection.scalars(select(VialEvent.id).where(VialEvent.step == "quarantine")).one()
    undo = StepUndo(fridge.database, fridge.ward.desk)
    wish = UndoRequest(event, "A mistake")
    now = fridge.start + timedelta(minutes=20)
    assert refused(lambda: undo.undo(fridge.who, fridge.vial, wish, now)) is ErrorCode.TEMPERATURE_HOLD
    assert fridge.state() is VialState.QUARANTINED


def test_readings_twice_are_taken_once_and_hold_once(fridge: Fridge) -> None:
    first = fridge.log(450, 900, 600)
    again = fridge.log(450, 900, 600)
    assert (again.new, again.known, again.found.held) == (0, 3, ())
    fridge.decide(USE, first.found.excursions[0])
    assert fridge.log(450, 900, 600).found.held == ()
    assert fridge.state() is VialState.IN_STOCK
    with fridge.database.reading() as connection:
        assert len(connection.execute(select(TemperatureReading.__table__)).all()) == 3


def test_a_log_that_shows_more_of_it_holds_again(fridge: Fridge) -> None:
    first = fridge.log(450, 900)
    fridge.decide(USE, first.found.excursions[0])
    more = fridge.log(900, 1500, 600, after=20)
    assert more.found.excursions == first.found.excursions, "it is the same one, and grew"
    assert more.found.held == (fridge.vial,)
    assert fridge.state() is VialState.QUARANTINED


def test_only_what_lay_there_then_is_held(fridge: Fridge) -> None:
    other = fridge.places.add(fridge.who, "Fridge 2", "Europe/London", fridge.now)
    elsewhere, late, used = fridge.ward.received(fridge.who, LOT, 3)
    fridge.logs.put_vials(fridge.who, other, [elsewhere], lambda *_: "", fridge.start, since_received=False)
    fridge.logs.put_vials(fridge.who, other, [late], lambda *_: "", fridge.start, since_received=False)
    back = fridge.start + timedelta(minutes=31)
    fridge.logs.put_vials(fridge.who, fridge.place, [late], lambda *_: "", back, since_received=False)
    fridge.step(Step.USE_UP, used, fridge.start + timedelta(minutes=5))
    taken = fridge.log(450, 900, 900, 600, 600)
    assert taken.found.held == (fridge.vial,)
    assert taken.found.gone == ()
    assert [fridge.state(each) for each in (elsewhere, late)] == [VialState.IN_STOCK] * 2


def test_what_was_used_out_of_an_excursion_is_told(fridge: Fridge) -> None:
    fridge.step(Step.USE_UP, at=fridge.start + timedelta(minutes=25))
    taken = fridge.log(450, 900, 900, 600)
    assert (taken.found.held, taken.found.gone) == ((), (fridge.vial,))
    assert len(fridge.decisions.one(fridge.who, taken.found.excursions[0]).gone) == 1


def test_a_vial_that_is_put_there_afterwards_is_judged_by_what_is_on_record(fridge: Fridge) -> None:
    with fridge.database.transaction() as connection:
        connection.execute(delete(VialPlace))  # as of a vial that came in before the clinic had a place
    assert fridge.log(450, 900, 600).found.held == ()
    later = fridge.start + timedelta(hours=1)
    moved, found = fridge.logs.put_vials(
        fridge.who, fridge.place, [fridge.vial], lambda *_: "Too warm", later, since_received=True
    )
    assert (moved, found.held) == (1, (fridge.vial,))
    assert fridge.state() is VialState.QUARANTINED


def test_a_vial_in_quarantine_for_another_reason_stays_there(fridge: Fridge) -> None:
    fridge.step(Step.QUARANTINE)
    number = fridge.log(900, 450).found.excursions[0]
    assert refused(lambda: fridge.step(Step.RELEASE)) is ErrorCode.TEMPERATURE_HOLD
    fridge.decide(USE, number)
    assert fridge.state() is VialState.QUARANTINED
    fridge.step(Step.RELEASE)
    assert fridge.state() is VialState.IN_STOCK


def test_destroyed_stays_destroyed_and_an_undone_destruction_stays_held(fridge: Fridge) -> None:
    number = fridge.log(900, 450).found.excursions[0]
    fridge.decide(DESTROY, number)
    assert fridge.state() is VialState.WASTED
    with fridge.database.reading() as connection:
        event = connection.scalars(select(VialEvent.id).where(VialEvent.step == "waste")).one()
    now = fridge.start + timedelta(hours=5, minutes=1)
    StepUndo(fridge.database, fridge.ward.desk).undo(
        fridge.releaser, fridge.vial, UndoRequest(event, "No"), now
    )
    assert refused(lambda: fridge.step(Step.RELEASE)) is ErrorCode.TEMPERATURE_HOLD
    assert len(fridge.decisions.one(fridge.who, number).open) == 1


def test_no_limits_on_record_are_said_and_hold_nothing(fridge: Fridge) -> None:
    with fridge.database.transaction() as connection:
        connection.execute(update(Product).values(storage_min=None, storage_max=None))
    taken = fridge.log(450, 3000)
    assert (taken.found.held, taken.found.without_limits) == ((), 1)


def test_another_clinic_sees_and_moves_nothing(fridge: Fridge) -> None:
    stranger = replace(clinic(fridge.database, "Clinic B"), roles=frozenset({Role.RELEASER}), strong=True)
    number = fridge.log(900, 450).found.excursions[0]
    for act in (
        lambda: fridge.log(450, who=stranger),
        lambda: fridge.places.one(stranger, fridge.place),
        lambda: fridge.decisions.one(stranger, number),
        lambda: fridge.decide(USE, number, who=stranger),
        lambda: fridge.logs.latest(stranger, fridge.place),
    ):
        with pytest.raises(NotFoundError):
            act()
    theirs = fridge.places.add(stranger, "Fridge 1", "Europe/London", fridge.now)
    moved, _ = fridge.logs.put_vials(
        stranger, theirs, [fridge.vial], lambda *_: "", fridge.now, since_received=True
    )
    assert moved == 0


def test_gaps_are_said_also_between_two_logs(fridge: Fridge) -> None:
    fridge.log(450, 460, 450)
    [gap] = fridge.log(450, 460, 450, after=300).gaps
    assert gap.before - gap.after == timedelta(minutes=280)


@pytest.mark.parametrize(
    ("name", "zone", "field"), [(" ", "Europe/London", "name"), ("A", "Mars/Base", "zone")]
)
def test_a_place_that_is_refused(fridge: Fridge, name: str, zone: str, field: str) -> None:
    with pytest.raises(RefusedError) as error:
        fridge.places.add(fridge.who, name, zone, fridge.now)
    assert error.value.field == field
    with pytest.raises(ConflictError):
        fridge.places.add(fridge.who, "Fridge 1", "Europe/London", fridge.now)


def test_a_releaser_without_a_second_person_is_no_other_role(fridge: Fridge) -> None:
    number = fridge.log(900, 450).found.excursions[0]
    with pytest.raises(ForbiddenError):
        fridge.decide(DESTROY, number, who=replace(fridge.who, roles=frozenset({Role.CLINIC, Role.VIEWER})))
