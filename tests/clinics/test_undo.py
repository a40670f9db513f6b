"""Steps undone: what goes back, who may and until when, and that nothing of others is overwritten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.accounts.actors import Actor, Role
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.scan_history.sightings import SightingKind
from service.clinics.deliveries import DeliveryOutcome
from service.clinics.queries import HeldVial
from service.clinics.undo import StepUndo, UndoRequest, latest_step
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError, VialcheckError
from service.storage.clinic_holdings import clinics_that_received
from service.storage.database import Database
from service.storage.models import AuditEntry, Batch, Manufacturer, SightingRow, Unit, VialEvent
from service.verification.question import Channel, Question, RequestOrigin
from tests.factories.clinics import LOT, TYPED, UNIT, Ward, a_ward, clinic
from tests.factories.people import account, organisation

PACK = UNIT + "SN0001"


def take(ward: Ward, who: Actor, vial: int, *steps: Step) -> None:
    for step in steps:
        ward.hands.record_step(
            who, vial, StepTaken(step, "Why" if step.needs_reason else ""), ward.desk.now()
        )


def undo(ward: Ward, who: Actor, vial: int, *, after: timedelta = timedelta(), nonce: str = "") -> HeldVial:
    """Undo the latest step that stands."""
    latest = latest_step(ward.shelves.vial(who, vial)[0].events)
    wish = UndoRequest(latest.id if latest else 0, "Wrong vial", nonce or None)
    return StepUndo(ward.database, ward.desk).undo(who, vial, wish, ward.desk.now() + after)


def unit(database: Database) -> Disposition:
    with database.reading() as connection:
        return connection.execute(select(Unit.disposition).where(Unit.serial == "SN0001")).scalar_one()


def dispensings(database: Database) -> int:
    """How often the scan history counts the unit as dispensed."""
    with database.reading() as connection:
        counts = select(SightingRow.count).where(SightingRow.kind == SightingKind.DISPENSING)
        return sum(connection.scalars(counts))


STEPS = [
    # steps before the one that is undone, and that one: all of them go back, also where the unit has moved
    ([], Step.OPEN),
    ([], Step.USE_UP),
    ([], Step.QUARANTINE),
    ([], Step.WASTE),
    ([], Step.RETURN),
    ([Step.OPEN], Step.USE),
    ([Step.OPEN], Step.FINISH),
    ([Step.OPEN], Step.QUARANTINE),
    ([Step.OPEN], Step.WASTE),
    ([Step.QUARANTINE], Step.RELEASE),
    ([Step.QUARANTINE], Step.RETURN),
    ([Step.QUARANTINE], Step.WASTE),
]


@pytest.mark.parametrize(("earlier", "step"), STEPS, ids=str)
def test_vial_unit_and_history_are_what_they_were(
    database: Database, earlier: list[Step], step: Step
) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, *earlier)
    before = ward.shelves.vial(who, vial)[0].vial, unit(database), dispensings(database)
    take(ward, who, vial, step)
    after = undo(ward, who, vial)
    assert (after, unit(database), dispensings(database)) == before
    happened = ward.shelves.vial(who, vial)[0].events
    assert [each.step for each in happened] == [Step.RECEIVE, *earlier, step, Step.UNDO]
    assert (happened[-2].undone, happened[-1].undoes) == (True, happened[-2].id)
    with database.reading() as connection:
        entry = connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.object_type, entry.reason) == ("undo", "vial", "Wrong vial")
    take(ward, who, vial, step)  # and it can be taken again


def test_steps_are_undone_one_after_the_other_back_to_the_receipt(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, Step.OPEN, Step.USE, Step.FINISH)
    states = [undo(ward, who, vial).state for _ in range(4)]
    assert states == [VialState.OPEN, VialState.OPEN, VialState.IN_STOCK, VialState.CANCELLED]
    with pytest.raises(ConflictError):
        undo(ward, who, vial)
    assert ward.shelves.house(who).lots == ()
    maker = organisation(database, "Maker")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=maker))
    with database.reading() as connection:
        assert clinics_that_received(connection, owner=maker, product_id=1) == []
    assert ward.received(who, PACK) != [vial]  # the vial that does come in later is another row


@pytest.mark.parametrize("outcome", [DeliveryOutcome.ASIDE, DeliveryOutcome.RETURNED])
def test_what_was_put_aside_at_receipt_goes_with_the_receipt(
    database: Database, outcome: DeliveryOutcome
) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.aside(who, PACK, outcome)
    assert undo(ward, who, vial, nonce="n").state is VialState.CANCELLED
    assert unit(database) is Disposition.ACTIVE


WHO = [
    # who, how long after the step, whether it is undone
    ("own", timedelta(minutes=59), None),
    ("own", timedelta(minutes=61), ErrorCode.UNDO_LATE),
    ("colleague", timedelta(), ErrorCode.UNDO_NOT_YOURS),
    ("admin", timedelta(hours=23), None),
    ("admin", timedelta(hours=25), ErrorCode.UNDO_LATE),
    ("admin without a second factor", timedelta(), ErrorCode.SECOND_FACTOR_NEEDED),
    ("another clinic's admin", timedelta(), ErrorCode.NOT_FOUND),
]


@pytest.mark.parametrize(("name", "after", "code"), WHO, ids=str)
def test_who_may_and_until_when(
    database: Database, name: str, after: timedelta, code: ErrorCode | None
) -> None:
    ward = a_ward(database)
    nurse = clinic(database, "Clinic A")
    [vial] = ward.received(nurse, PACK)
    take(ward, nurse, vial, Step.OPEN)
    person = account(database, nurse.organisation_id, Role.ADMIN, email="a@clinic.example")
    admin = replace(nurse, name="Admin", account_id=person, roles=frozenset({Role.ADMIN}), strong=True)
    people = {
        "own": nurse,
        "colleague": replace(nurse, account_id=person),
        "admin": admin,
        "admin without a second factor": replace(admin, strong=False),
        "another clinic's admin": replace(
            admin, organisation_id=clinic(database, "Clinic B").organisation_id
        ),
    }
    latest = latest_step(ward.shelves.vial(nurse, vial)[0].events)
    assert latest is not None
    wish, undoing = UndoRequest(latest.id, "Wrong vial"), StepUndo(database, ward.desk)
    if code is None:
        assert undoing.undo(people[name], vial, wish, ward.desk.now() + after).state is VialState.IN_STOCK
        return
    with pytest.raises(VialcheckError) as refused:
        undoing.undo(people[name], vial, wish, ward.desk.now() + after)
    assert refused.value.code is code
    assert unit(database) is Disposition.DISPENSED


def test_an_undo_says_why_is_once_and_of_the_latest_step_alone(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, Step.OPEN)
    opened = latest_step(ward.shelves.vial(who, vial)[0].events)
    assert opened is not None
    undoing, now = StepUndo(database, ward.desk), ward.desk.now()
    with pytest.raises(RefusedError):
        undoing.undo(who, vial, UndoRequest(opened.id, " "), now)
    take(ward, who, vial, Step.USE)
    with pytest.raises(ConflictError) as refused:  # a page that was open since before the use
        undoing.undo(who, vial, UndoRequest(opened.id, "Wrong vial"), now)
    assert refused.value.code is ErrorCode.VIAL_MOVED_ON
    for _ in range(2):
        undo(ward, who, vial, nonce="once")
    assert [each.step for each in ward.shelves.vial(who, vial)[0].events][-2:] == [Step.USE, Step.UNDO]
    [theirs] = ward.received(clinic(database, "Clinic B"), LOT)
    with pytest.raises(NotFoundError):
        undo(ward, who, theirs)


# --- others


def asked(ward: Ward, region: str) -> set[ReasonCode]:
    """The reasons for a clinic of this region that scans the pack now."""
    origin = RequestOrigin(Channel.WEB, "GB", region, trade=True)
    question = Question(scan=PACK, asker=Asker.CLINIC, market="GB")
    return {each.code for each in ward.desk.verify(question, origin).verdict.reasons}


def test_a_use_that_was_undone_is_no_dispensing_for_the_next_clinic(database: Database) -> None:
    ward = a_ward(database)
    who = replace(clinic(database, "Clinic A"), region="Kent")
    [vial] = ward.received(who, PACK)
    earlier = ward.desk.now() - timedelta(days=2)
    ward.hands.record_step(who, vial, StepTaken(Step.OPEN), earlier)
    latest = latest_step(ward.shelves.vial(who, vial)[0].events)
    assert latest is not None
    assert ReasonCode.SEEN_AFTER_DISPENSING in asked(ward, "Devon")  # the control
    wish = UndoRequest(latest.id, "Wrong vial")
    StepUndo(database, ward.desk).undo(who, vial, wish, earlier + timedelta(minutes=5))
    found = asked(ward, "Devon")
    assert not found & {ReasonCode.SEEN_AFTER_DISPENSING, ReasonCode.DISPENSED}


def test_another_clinic_may_use_the_number_after_an_undo_and_not_before(database: Database) -> None:
    ward = a_ward(database)
    first, second = clinic(database, "Clinic A"), clinic(database, "Clinic B")
    [ours], [theirs] = ward.received(first, PACK), ward.received(second, PACK)
    take(ward, first, ours, Step.OPEN)
    with pytest.raises(ConflictError):
        take(ward, second, theirs, Step.OPEN)
    undo(ward, first, ours)
    take(ward, second, theirs, Step.OPEN)
    assert unit(database) is Disposition.DISPENSED
    with pytest.raises(ConflictError):
        take(ward, first, ours, Step.OPEN)


def test_what_others_did_with_the_number_since_stays(database: Database) -> None:
    """The first use was typed alone, so that the clinic with the pack could use it: that use stays."""
    ward = a_ward(database)
    typist, holder = clinic(database, "Clinic A"), clinic(database, "Clinic B")
    [typed], [held] = ward.received(typist, TYPED + "SN0001"), ward.received(holder, PACK)
    take(ward, typist, typed, Step.OPEN)
    take(ward, holder, held, Step.OPEN)
    assert undo(ward, typist, typed).state is VialState.IN_STOCK
    assert (unit(database), dispensings(database)) == (Disposition.DISPENSED, 1)
    assert undo(ward, holder, held).state is VialState.IN_STOCK
    assert (unit(database), dispensings(database)) == (Disposition.ACTIVE, 0)


def test_what_the_manufacturer_said_since_stays_and_stops(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, Step.WASTE)
    with database.transaction() as connection:
        connection.execute(update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.STOLEN))
    undo(ward, who, vial)
    assert unit(database) is Disposition.STOLEN
    assert ward.shelves.vial(who, vial)[1].action is Action.REJECT


def test_the_quarantine_of_a_stopped_vial_is_not_undone(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, Step.QUARANTINE)
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    with pytest.raises(ConflictError) as refused:
        undo(ward, who, vial)
    assert refused.value.code is ErrorCode.VIAL_STOPPED
    assert ward.shelves.vial(who, vial)[0].vial.state is VialState.QUARANTINED


def test_a_number_is_in_stock_once_after_an_undo_too(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [first] = ward.received(who, PACK)
    take(ward, who, first, Step.RETURN)
    ward.received(who, PACK)
    with pytest.raises(ConflictError) as refused:
        undo(ward, who, first)
    assert refused.value.code is ErrorCode.NUMBER_IN_STOCK


def test_what_an_earlier_version_recorded_is_not_undone(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    with database.transaction() as connection:
        connection.execute(update(VialEvent).values(before=None))
    with pytest.raises(ConflictError) as refused:
        undo(ward, who, vial)
    assert refused.value.code is ErrorCode.UNDO_LATE


def test_the_owner_of_the_record_does_not_read_the_clinics_reason(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, PACK)
    take(ward, who, vial, Step.WASTE)
    undo(ward, who, vial)
    with database.reading() as connection:
        of_unit = select(AuditEntry.reason).where(AuditEntry.object_type == "unit")
        assert connection.scalars(of_unit.order_by(AuditEntry.id)).all() == ["waste", "undo"]
