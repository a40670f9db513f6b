"""A clinic's own vial is judged as everything else: with its scan history, and on what was presented of it."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import Action, ReasonCode
from service.clinics.usage import StepTaken, VialUsage
from service.clinics.vial_lifecycle import Step
from service.errors import ConflictError, ErrorCode
from service.storage.database import Database
from service.storage.models import Alert, AuditEntry, Batch, Product, Unit
from service.verification.question import Channel
from service.verification.service import VerificationService
from tests.factories.clinics import UNIT, Ward, a_ward, clinic
from tests.factories.questions import make_question
from tests.factories.records import TOXIN

R = ReasonCode
ALERT = {"id": 99, "fingerprint": "a", "authority": "MHRA", "kind": "falsified", "gtin": TOXIN}


@pytest.fixture
def ward(database: Database) -> Ward:
    return a_ward(database)


def reasons(ward: Ward, who: object, number: int) -> set[ReasonCode]:
    _, verdict = ward.shelves.vial(who, number)  # type: ignore[arg-type]  # an Actor
    return {reason.code for reason in verdict.reasons}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        # each stop that the record can come to hold after a vial was received
        (update(Batch).where(Batch.lot == "A1001").values(status="recalled"), R.RECALLED),
        (update(Batch).where(Batch.lot == "A1001").values(status="on_hold"), R.ON_HOLD),
        (update(Batch).where(Batch.lot == "A1001").values(status="pending"), R.NOT_RELEASED),
        (update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.STOLEN), R.STOLEN),
        (
            update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.INACTIVE),
            R.DECOMMISSIONED,
        ),
        (update(Unit).where(Unit.serial == "SN0001").values(disposition=Disposition.DISPENSED), R.DISPENSED),
        (update(Product).values(markets=("TR",)), R.MARKET_NOT_AUTHORISED),
        (insert(Alert).values(ALERT | {"serial": "SN0001", "serial_folded": "sn0001"}), R.ALERT_FALSIFIED),
    ],
)
@pytest.mark.parametrize("step", [Step.OPEN, Step.USE_UP])
def test_a_vial_that_is_stopped_is_neither_opened_nor_used(
    ward: Ward, change: object, code: ReasonCode, step: Step
) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    with ward.database.transaction() as connection:
        connection.execute(change)  # type: ignore[call-overload]  # a statement of any kind
    assert code in reasons(ward, who, number)
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(who, number, StepTaken(step), ward.desk.now())
    assert refused.value.code in {
        ErrorCode.VIAL_STOPPED,
        ErrorCode.NOT_IN_CIRCULATION,
        ErrorCode.ALREADY_USED,
    }


def _same(moment: datetime) -> datetime:
    return moment


def test_a_number_that_was_seen_in_other_places_stops_the_vial_at_hand(ward: Ward) -> None:
    """Its scan history is part of every verdict on it, not only of the scan that found it."""
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    assert reasons(ward, who, number) == {
        R.UNIT_ON_RECORD,
        R.CHECKED_BEFORE,
    } or R.SEEN_ELSEWHERE not in reasons(ward, who, number)
    now = ward.desk.now()
    for day, (country, town) in enumerate(
        [("BR", "Natal"), ("TR", "Izmir"), ("JP", "Osaka"), ("ZA", "Durban")]
    ):
        moment = now + timedelta(days=day, hours=1)
        desk = VerificationService(ward.database, read_clock=partial(_same, moment))
        for device in range(4):
            desk.verify(
                *make_question(
                    Channel.API, scan=UNIT + "SN0001", country=country, region=town, client=f"{town}-{device}"
                )
            )
        desk.close()
    later = VerificationService(ward.database, read_clock=lambda: now + timedelta(days=5))
    hands, shelves = VialUsage(ward.database, later), type(ward.shelves)(ward.database, later)
    _, verdict = shelves.vial(who, number)
    assert verdict.action is Action.QUARANTINE
    assert {R.SEEN_ELSEWHERE, R.IMPOSSIBLE_JOURNEY} & {reason.code for reason in verdict.reasons}
    with pytest.raises(ConflictError) as refused:
        hands.record_step(who, number, StepTaken(Step.OPEN), later.now())
    assert refused.value.code is ErrorCode.VIAL_STOPPED
    later.close()


def test_what_a_scan_for_use_shows_stops_the_vial_until_it_is_scanned_again(ward: Ward) -> None:
    """The delivery was scanned without an expiry; the scan for use reads one that the record contradicts."""
    who = clinic(ward.database, "Clinic A")
    bare = UNIT.replace("17701231", "")
    [number] = ward.received(who, bare + "SN0001")
    wrong = ward.desk.find_check(ward.check(UNIT.replace("701231", "721231") + "SN0001"))
    ward.hands.add_check(who, number, wrong, ward.desk.now())
    assert R.EXPIRY_MISMATCH in reasons(ward, who, number)
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    assert refused.value.code is ErrorCode.VIAL_STOPPED
    less = ward.desk.find_check(ward.check(bare + "SN0001"))
    ward.hands.add_check(who, number, less, ward.desk.now())
    assert R.EXPIRY_MISMATCH in reasons(ward, who, number)  # a scan that says less takes nothing back
    right = ward.desk.find_check(ward.check(UNIT + "SN0001"))
    ward.hands.add_check(who, number, right, ward.desk.now())
    assert R.EXPIRY_MISMATCH not in reasons(ward, who, number)
    ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    with ward.database.reading() as connection:
        checks = connection.scalars(select(AuditEntry.action).where(AuditEntry.action == "check")).all()
    assert len(checks) == 4  # of the delivery, and of the three scans


def test_what_the_clinic_itself_did_is_not_held_against_its_vial(ward: Ward) -> None:
    who = clinic(ward.database, "Clinic A")
    [number] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, number, StepTaken(Step.OPEN), ward.desk.now())
    assert R.DISPENSED not in reasons(ward, who, number)
    other = clinic(ward.database, "Clinic B")
    check = ward.desk.preview(*make_question(scan=UNIT + "SN0001", market="GB", trade=True, client="b"))
    assert R.DISPENSED in {reason.code for reason in check.verdict.reasons}
    assert other.organisation_id != who.organisation_id
