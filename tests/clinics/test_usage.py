"""Vials at clinics: what may follow on what, what the record's unit does with it, and who sees it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.clinics.deliveries import DeliveryLine, DeliveryNote, DeliveryOutcome
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import HERE, USABLE, Step, VialState
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError, VialcheckError
from service.storage.clinic_holdings import clinics_that_received
from service.storage.database import Database
from service.storage.models import AuditEntry, Batch, Manufacturer, Product, Unit, Vial, VialEvent
from service.verification.service import VerificationService
from tests.factories.clinics import LOT, RECALLED, UNIT, Ward, a_ward, clinic
from tests.factories.people import organisation
from tests.factories.questions import make_question


@pytest.fixture
def ward(database: Database) -> Iterator[Ward]:
    made = a_ward(database)
    yield made
    made.desk.close()


def unit(database: Database, serial: str = "SN0001") -> Disposition:
    with database.reading() as connection:
        return connection.execute(select(Unit.disposition).where(Unit.serial == serial)).scalar_one()


def recall(database: Database, lot: str = "A1001") -> None:
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == lot).values(status="recalled"))


def why(step: Step) -> str:
    return "Dropped" if step.needs_reason else ""


# --- steps

STOCK, OPEN, ASIDE = VialState.IN_STOCK, VialState.OPEN, VialState.QUARANTINED
PATHS = [
    # steps, the vial's state after them, the record's unit after them
    ([], STOCK, Disposition.ACTIVE),  # a pack at a clinic is still what its maker said
    ([Step.OPEN], OPEN, Disposition.DISPENSED),
    ([Step.OPEN, Step.USE, Step.USE], OPEN, Disposition.DISPENSED),
    ([Step.OPEN, Step.FINISH], VialState.FINISHED, Disposition.DISPENSED),
    ([Step.USE_UP], VialState.FINISHED, Disposition.DISPENSED),
    ([Step.OPEN, Step.WASTE], VialState.WASTED, Disposition.DISPENSED),
    ([Step.WASTE], VialState.WASTED, Disposition.DESTROYED),
    ([Step.QUARANTINE], ASIDE, Disposition.LOCKED),
    ([Step.QUARANTINE, Step.RELEASE], STOCK, Disposition.ACTIVE),
    ([Step.QUARANTINE, Step.RELEASE, Step.OPEN], OPEN, Disposition.DISPENSED),
    ([Step.QUARANTINE, Step.WASTE], VialState.WASTED, Disposition.DESTROYED),
    # its maker decides about a suspect vial that comes back
    ([Step.QUARANTINE, Step.RETURN], VialState.RETURNED, Disposition.LOCKED),
    ([Step.RETURN], VialState.RETURNED, Disposition.IN_TRANSIT),
    # an open vial that is released is still open
    ([Step.OPEN, Step.QUARANTINE, Step.RELEASE], OPEN, Disposition.DISPENSED),
]


@pytest.mark.parametrize(("steps", "state", "disposition"), PATHS, ids=str)
def test_a_vial_and_its_unit_move_together(
    ward: Ward, steps: list[Step], state: VialState, disposition: Disposition
) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    for step in steps:
        ward.hands.record_step(who, number, StepTaken(step, why(step)), ward.desk.now())
    [traced] = ward.shelves.trace(who, "A1001")
    assert (traced.vial.state, unit(ward.database)) == (state, disposition)
    assert [each.step for each in traced.events] == [Step.RECEIVE, *steps]


def test_a_step_that_does_not_start_here_changes_nothing(ward: Ward) -> None:
    who, now = clinic(ward.database, "Clinic A"), ward.desk.now()
    [number] = ward.received(who, LOT)
    for state in VialState:
        opened = state in {VialState.OPEN, VialState.FINISHED}
        row = {"state": state, "opened": now if opened else None, "used_on": now.date() if opened else None}
        with ward.database.transaction() as connection:
            connection.execute(update(Vial).values(row))
        for step in (each for each in Step if state not in each.starts_from):
            with pytest.raises(ConflictError) as refused:
                ward.hands.record_step(who, number, StepTaken(step, "Because", Decimal(1)), now)
            assert refused.value.code is ErrorCode.VIAL_MOVED_ON
    with ward.database.reading() as connection:
        assert connection.execute(select(VialEvent.step)).scalars().all() == [Step.RECEIVE]


def test_every_step_of_the_record_is_used_only_where_the_core_lets_it() -> None:
    assert {Step.OPEN, Step.USE_UP} == {each for each in Step if each.opens}
    assert USABLE < HERE
    for step in Step:
        assert step.biz_step
        assert step.disposition


@pytest.mark.parametrize(
    "step", [Step.QUARANTINE, Step.RELEASE, Step.WASTE, Step.DISCARD, Step.RETURN, Step.UNDO]
)
def test_somebody_says_why(step: Step) -> None:
    with pytest.raises(RefusedError) as refused:
        StepTaken(step, "  ")
    assert refused.value.code is ErrorCode.REASON_MISSING


@pytest.mark.parametrize("units", ["0", "-1", "NaN", "Infinity", "0.0001", "100001"])
def test_an_amount_that_cannot_be_kept_exactly_is_refused(units: str) -> None:
    with pytest.raises(RefusedError) as refused:
        StepTaken(Step.USE, units=Decimal(units))
    assert refused.value.code is ErrorCode.UNITS_INVALID


def test_units_add_up_exactly(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.OPEN, units=Decimal("0.1")), ward.desk.now())
    held = ward.hands.record_step(who, number, StepTaken(Step.USE, units=Decimal("0.2")), ward.desk.now())
    assert held.used == Decimal("0.3")


def test_the_same_form_twice_is_one_step(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.OPEN, nonce="n1"), ward.desk.now())
    for _ in range(2):
        held = ward.hands.record_step(
            who, number, StepTaken(Step.USE, units=Decimal(20), nonce="n2"), ward.desk.now()
        )
    assert held.used == 20


# --- stops


def test_a_recall_counts_from_the_moment_that_it_is_there(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    assert not ward.shelves.house(who).stopped
    recall(ward.database)
    [lot] = ward.shelves.house(who).stopped
    assert (lot.stopped, lot.verdict.headline) == (1, ReasonCode.RECALLED)
    for step in (Step.OPEN, Step.USE_UP):
        with pytest.raises(ConflictError) as refused:
            ward.hands.record_step(who, number, StepTaken(step), ward.desk.now())
        assert refused.value.code is ErrorCode.VIAL_STOPPED
    assert unit(ward.database) is Disposition.ACTIVE
    ward.hands.record_step(who, number, StepTaken(Step.QUARANTINE, "Recalled"), ward.desk.now())
    with pytest.raises(ConflictError):
        ward.hands.record_step(who, number, StepTaken(Step.RELEASE, "It looks fine"), ward.desk.now())


def test_what_the_clinic_itself_did_does_not_speak_against_the_vial(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    assert ward.shelves.vial(who, number)[1].action is Action.ACCEPT
    # but what somebody else says of it meanwhile does
    with ward.database.transaction() as connection:
        connection.execute(update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.STOLEN))
    assert ward.shelves.vial(who, number)[1].headline is ReasonCode.STOLEN


def test_a_used_number_is_seen_by_the_next_check_with_its_day(ward: Ward) -> None:
    who, other = clinic(ward.database, "Clinic A"), clinic(ward.database, "Clinic B")
    [ours], [theirs] = ward.received(who, UNIT + "SN0001"), ward.received(other, UNIT + "SN0001")
    held = ward.hands.record_step(who, ours, StepTaken(Step.OPEN), ward.desk.now())
    answer = ward.desk.find_check(ward.check(UNIT + "SN0001"))
    assert answer.verdict.headline is ReasonCode.DISPENSED
    assert held.used_on is not None
    assert dict(answer.verdict.reasons[0].params)["used"] == held.used_on.isoformat()
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(other, theirs, StepTaken(Step.OPEN), ward.desk.now())
    assert (refused.value.code, refused.value.found) == (ErrorCode.ALREADY_USED, held.used_on.isoformat())


def test_a_number_without_a_unit_on_record_is_used_once_too(ward: Ward) -> None:
    """The manufacturer of this product put no units on record."""
    text = "(01)09506000134369(10)SHARED1(21)X1"
    who, other = clinic(ward.database, "Clinic A"), clinic(ward.database, "Clinic B")
    [ours], [theirs] = ward.received(who, text), ward.received(other, text)
    ward.hands.record_step(who, ours, StepTaken(Step.OPEN), ward.desk.now())
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(other, theirs, StepTaken(Step.USE_UP), ward.desk.now())
    assert refused.value.code is ErrorCode.ALREADY_USED


def test_a_vial_that_the_record_has_as_used_is_not_opened(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    with ward.database.transaction() as connection:
        connection.execute(
            update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.DISPENSED)
        )
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    assert refused.value.code is ErrorCode.NOT_IN_CIRCULATION


def test_a_vial_is_not_used_after_its_time_in_use(ward: Ward) -> None:
    who, now = clinic(ward.database, "Clinic A"), ward.desk.now()
    [number] = ward.received(who, UNIT + "SN0001")
    ward.shelves.set_in_use_time(who, 1, 24)
    held = ward.hands.record_step(who, number, StepTaken(Step.OPEN), now)
    assert held.use_before == now + timedelta(hours=24)
    ward.hands.record_step(who, number, StepTaken(Step.USE), now + timedelta(hours=23, minutes=59))
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(who, number, StepTaken(Step.USE), now + timedelta(hours=24))
    assert refused.value.code is ErrorCode.IN_USE_OVER
    ward.hands.record_step(who, number, StepTaken(Step.FINISH, units=Decimal(5)), now + timedelta(hours=25))


@pytest.mark.parametrize(("by_record", "own", "hours"), [(24, None, 24), (24, 6, 6), (None, 6, 6)])
def test_the_stricter_time_in_use_counts(
    ward: Ward, by_record: int | None, own: int | None, hours: int
) -> None:
    who, now = clinic(ward.database, "Clinic A"), ward.desk.now()
    with ward.database.transaction() as connection:
        connection.execute(update(Product).values(in_use_hours=by_record))
    [number] = ward.received(who, UNIT + "SN0001")
    ward.shelves.set_in_use_time(who, 1, own)
    held = ward.hands.record_step(who, number, StepTaken(Step.OPEN), now)
    assert held.use_before == now + timedelta(hours=hours)


def test_a_clinics_own_time_in_use_is_no_longer_than_the_records(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    ward.received(who, UNIT + "SN0001")
    with ward.database.transaction() as connection:
        connection.execute(update(Product).values(in_use_hours=24))
    with pytest.raises(RefusedError) as refused:
        ward.shelves.set_in_use_time(who, 1, 25)
    assert (refused.value.code, refused.value.found) == (ErrorCode.HOURS_ABOVE, "24")


THROWN = [
    # steps with their units, what was used and what was thrown away of a vial of 100
    ([(Step.OPEN, 60), (Step.FINISH, 10)], (70, 30)),
    (
        [(Step.OPEN, None), (Step.FINISH, None)],
        (0, 0),
    ),  # a clinic that records no units says nothing of the rest
    ([(Step.OPEN, 60), (Step.WASTE, None)], (60, 40)),
    ([(Step.WASTE, None)], (0, 100)),
    ([(Step.USE_UP, 80)], (80, 20)),
    ([(Step.USE_UP, None)], (0, 0)),
    ([(Step.OPEN, 60), (Step.DISCARD, 15), (Step.USE, 25)], (85, 15)),
]


@pytest.mark.parametrize(("steps", "sums"), THROWN, ids=str)
def test_what_is_thrown_away_is_counted(
    ward: Ward, steps: list[tuple[Step, int | None]], sums: tuple[int, int]
) -> None:
    who = clinic(ward.database, "Clinic A")
    with ward.database.transaction() as connection:
        connection.execute(update(Product).values(strengths=("100 units",)))
    [number] = ward.received(who, UNIT + "SN0001")
    for step, units in steps:
        taken = StepTaken(step, why(step), Decimal(units) if units else None)
        ward.hands.record_step(who, number, taken, ward.desk.now())
    held = ward.shelves.vial(who, number)[0].vial
    assert (held.used, held.wasted) == tuple(map(Decimal, sums))


def test_the_first_to_expire_is_named_unless_it_is_stopped(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    with ward.database.transaction() as connection:
        batch = {
            "product_id": 1,
            "lot": "SOON",
            "lot_key": "SOON",
            "lot_folded": "SOON",
            "status": "released",
        }
        connection.execute(insert(Batch).values(batch | {"expiry": date(2069, 12, 31)}))
    [later], [sooner] = ward.received(who, LOT), ward.received(who, LOT.replace("A1001", "SOON"))
    held = ward.shelves.vial(who, later)[0].vial
    first = ward.shelves.first_to_expire(who, held)
    assert first is not None
    assert first.id == sooner
    assert ward.shelves.first_to_expire(who, first) is None
    other = clinic(ward.database, "Clinic B")
    [theirs] = ward.received(other, LOT)
    assert ward.shelves.first_to_expire(other, ward.shelves.vial(other, theirs)[0].vial) is None
    recall(ward.database, "SOON")
    assert ward.shelves.first_to_expire(who, held) is None


# --- receiving


def test_a_delivery_keeps_what_it_may_and_records_the_rest(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    lines = [
        DeliveryLine(ward.check(UNIT + "SN0001")),
        DeliveryLine(ward.check(LOT), count=3),
        DeliveryLine(ward.check(RECALLED), DeliveryOutcome.ASIDE, "Recalled"),
        DeliveryLine(ward.check(RECALLED), DeliveryOutcome.RETURNED, "Recalled"),
    ]
    done = ward.gate.receive(who, lines, DeliveryNote("Medica", "LS-7", "nonce"))
    assert (done.received, done.aside, done.returned, done.already) == (4, 1, 1, 0)
    again = ward.gate.receive(who, lines, DeliveryNote("Medica", "LS-7", "nonce"))
    assert (again.before, again.delivery_id, again.vial_ids) == (4, done.delivery_id, ())
    longer = [
        *lines,
        DeliveryLine(ward.check(UNIT + "SN0001")),
    ]  # the list went on; and the vial is in stock already
    more = ward.gate.receive(who, longer, DeliveryNote(nonce="nonce"))
    assert (more.before, more.already, more.delivery_id) == (4, 1, done.delivery_id)
    came, vials = ward.shelves.delivery(who, done.delivery_id)
    assert (came.supplier, came.note_number, len(vials)) == ("Medica", "LS-7", 6)
    house = ward.shelves.house(who)
    assert [(lot.first.lot, len(lot.vials)) for lot in house.lots] == [("A1001", 4)]
    assert [vial.lot for vial in house.quarantined] == ["A1002"]


@pytest.mark.parametrize(
    ("text", "asker", "count", "code"),
    [
        (RECALLED, Asker.CLINIC, 1, ErrorCode.VIAL_STOPPED),
        (LOT, Asker.PATIENT, 1, ErrorCode.NOT_FOUND),  # a patient's answer weighs otherwise
        (LOT, Asker.CLINIC, 0, ErrorCode.COUNT_INVALID),
        (LOT, Asker.CLINIC, 501, ErrorCode.COUNT_INVALID),
        (UNIT + "SN0001", Asker.CLINIC, 2, ErrorCode.COUNT_INVALID),  # one number, one vial
    ],
)
def test_one_wrong_line_keeps_the_whole_delivery_out(
    ward: Ward, text: str, asker: Asker, count: int, code: ErrorCode
) -> None:
    who = clinic(ward.database, "Clinic A")
    lines = [DeliveryLine(ward.check(LOT)), DeliveryLine(ward.check(text, asker), count=count)]
    with pytest.raises(VialcheckError) as refused:
        ward.gate.receive(who, lines, DeliveryNote())
    assert refused.value.code is code
    with ward.database.reading() as connection:
        assert connection.execute(select(Vial.id)).all() == []


def test_a_suspect_pack_stops_the_one_whose_number_it_carries(ward: Ward) -> None:
    """Two packs with one number: that one of them was put aside counts against the other, wherever it is."""
    who, other = clinic(ward.database, "Clinic A"), clinic(ward.database, "Clinic B")
    ward.received(other, UNIT + "SN0001")
    ward.aside(who, UNIT + "SN0001")
    [lot] = ward.shelves.house(other).stopped
    assert lot.verdict.headline is not ReasonCode.DISPENSED
    assert unit(ward.database) is Disposition.LOCKED


def test_a_pack_that_contradicts_the_record_does_not_lock_the_one_on_record(ward: Ward) -> None:
    ward.aside(clinic(ward.database, "Clinic A"), (UNIT + "SN0001").replace("701231", "601231"))
    assert unit(ward.database) is Disposition.ACTIVE


# --- whose it is


def test_nobody_sees_or_moves_another_clinics_vials(ward: Ward) -> None:
    who, other = clinic(ward.database, "Clinic A"), clinic(ward.database, "Clinic B")
    [number] = ward.received(who, UNIT + "SN0001")
    delivery = ward.shelves.vial(who, number)[0].vial.delivery_id
    assert delivery is not None
    answer = ward.desk.find_check(ward.check(UNIT + "SN0001"))
    assert [vial.id for vial in ward.shelves.same(who, answer)] == [number]
    assert ward.shelves.same(other, answer) == []
    assert ward.shelves.trace(other, "A1001") == []
    assert ward.shelves.house(other).lots == ()
    assert ward.shelves.in_use_times(other) == []
    for attempt in (
        lambda: ward.shelves.vial(other, number),
        lambda: ward.shelves.delivery(other, delivery),
        lambda: ward.hands.record_step(other, number, StepTaken(Step.OPEN), ward.desk.now()),
        lambda: ward.gate.receive(other, [], DeliveryNote(), delivery_id=delivery),
        lambda: ward.shelves.set_in_use_time(other, 1, 4),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_only_the_owner_of_a_product_learns_which_clinics_received_it(ward: Ward) -> None:
    owner, stranger = (organisation(ward.database, name) for name in ("Example Biologics", "Other Labs"))
    with ward.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    who, other = clinic(ward.database, "Clinic A"), clinic(ward.database, "Clinic B")
    numbers = ward.received(who, LOT, count=3)
    ward.received(other, UNIT + "SN0001")
    ward.hands.record_step(who, numbers[0], StepTaken(Step.USE_UP), ward.desk.now())
    with ward.database.reading() as connection:
        told = clinics_that_received(connection, owner=owner, product_id=1, batch_ids=[1])
        assert [(each.clinic, each.vials, each.here) for each in told] == [
            ("Clinic A", 3, 2),
            ("Clinic B", 1, 1),
        ]
        assert clinics_that_received(connection, owner=owner, product_id=1, batch_ids=[2]) == []
        assert clinics_that_received(connection, owner=stranger, product_id=1) == []


def test_every_change_is_written_down_with_who_did_it(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.WASTE, "Dropped"), ward.desk.now())
    ward.shelves.set_in_use_time(who, 1, 4)
    with ward.database.reading() as connection:
        entries = connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.id)).all()
    assert {each.actor for each in entries} == {who.name}
    assert {each.organisation_id for each in entries} == {who.organisation_id}
    told = {(each.object_type, each.action): (each.before, each.after) for each in entries}
    assert told["vial", "waste"] == ({"state": "in_stock"}, {"state": "wasted"})
    assert told["unit", "destroying"] == ({"disposition": "active"}, {"disposition": "destroyed"})
    assert told["product", "in_use_time"] == ({"hours": None}, {"hours": 4})
    assert ("delivery", "receiving") in told


def test_what_was_used_here_and_turns_up_elsewhere_is_said(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    later = ward.desk.now() + timedelta(days=2)
    desk = VerificationService(ward.database, read_clock=lambda: later)
    asked, origin = make_question(scan=UNIT + "SN0001", asker=Asker.CLINIC, trade=True, client="clinic-x")
    elsewhere = desk.preview(asked, replace(origin, country="BR")).verdict
    here = desk.preview(asked, replace(origin, country=who.country, region=who.region)).verdict
    desk.close()
    assert ReasonCode.SEEN_AFTER_DISPENSING in {reason.code for reason in elsewhere.reasons}
    assert ReasonCode.SEEN_AFTER_DISPENSING not in {reason.code for reason in here.reasons}
