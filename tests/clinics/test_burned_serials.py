"""A clinic that records vials which it never held: by other clinics' checks, by typing, and very many of them."""

import pytest
from sqlalchemy import select

from service.accounts.actors import Actor
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.clinics import usage
from service.clinics.deliveries import DeliveryLine, DeliveryNote
from service.clinics.origin import clinic_origin
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.errors import ConflictError, ErrorCode, NotFoundError
from service.storage.database import Database
from service.storage.models import AuditEntry
from service.verification.question import Channel, Question, RequestOrigin
from tests.factories.clinics import LOT, TYPED, UNIT, Ward, a_ward, clinic


def test_a_check_is_its_own_clinics(database: Database) -> None:
    ward = a_ward(database)
    mine, theirs = clinic(database, "Mine"), clinic(database, "Theirs")
    question = Question(scan=f"{UNIT}SN0001", asker=Asker.CLINIC)
    check = ward.desk.verify(question, clinic_origin(mine, Channel.WEB)).id
    assert check is not None
    with pytest.raises(NotFoundError):
        ward.gate.receive(theirs, [DeliveryLine(check)], DeliveryNote())
    assert ward.gate.receive(mine, [DeliveryLine(check)], DeliveryNote()).received == 1


@pytest.mark.parametrize("opened", [2, 3, 5])
def test_very_many_opened_vials_are_an_alarm_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, opened: int
) -> None:
    monkeypatch.setattr(usage, "MOST_AN_HOUR", 3)
    ward = a_ward(database)
    mine = clinic(database, "Mine")
    for vial in ward.received(mine, LOT, count=opened):
        ward.hands.record_step(mine, vial, StepTaken(Step.OPEN), ward.desk.now())
    with database.reading() as connection:
        alarms = connection.scalars(select(AuditEntry.action).where(AuditEntry.reason == "alarm")).all()
    assert alarms == (["many_vials_opened"] if opened >= 3 else [])


def opened(ward: Ward, who: Actor, text: str) -> int:
    """A vial that a clinic has received by this text and opened."""
    (vial,) = ward.received(who, text)
    ward.hands.record_step(who, vial, StepTaken(Step.OPEN), ward.desk.now())
    return vial


def asked(ward: Ward, asker: Asker, country: str = "") -> tuple[Action, set[ReasonCode]]:
    """The action and reasons for one who scans the unit."""
    origin = RequestOrigin(Channel.WEB, country, trade=asker is Asker.CLINIC)
    answer = ward.desk.verify(Question(scan=f"{UNIT}SN0001", asker=asker, market="GB"), origin)
    return answer.verdict.action, {reason.code for reason in answer.verdict.reasons}


def test_a_use_that_was_only_typed_is_said_to_be_that_and_stops_nobody(database: Database) -> None:
    ward = a_ward(database)
    opened(ward, clinic(database, "Burner"), f"{TYPED}SN0001")
    for asker in Asker:
        action, codes = asked(ward, asker)
        assert action is Action.CHECK
        assert ReasonCode.RECORDED_WITHOUT_SCAN in codes
        assert ReasonCode.DISPENSED not in codes
        assert ReasonCode.SEEN_AFTER_DISPENSING not in codes


def test_a_use_after_a_scan_stops_the_next_clinic(database: Database) -> None:
    """The control: what is typed above weighs when it is scanned."""
    ward = a_ward(database)
    opened(ward, clinic(database, "Honest"), f"{UNIT}SN0001")
    action, codes = asked(ward, Asker.CLINIC)
    assert action is Action.QUARANTINE
    assert ReasonCode.DISPENSED in codes


def test_the_clinic_that_has_the_pack_uses_it_although_another_typed_its_number(database: Database) -> None:
    ward = a_ward(database)
    opened(ward, clinic(database, "Burner"), f"{TYPED}SN0001")
    honest = clinic(database, "Honest")
    vial = opened(ward, honest, f"{UNIT}SN0001")
    # from now on it is used for everybody, and its own record does not speak against it
    assert asked(ward, Asker.CLINIC)[0] is Action.QUARANTINE
    ward.hands.record_step(honest, vial, StepTaken(Step.FINISH), ward.desk.now())


@pytest.mark.parametrize("first", [TYPED, UNIT])
def test_a_number_that_is_only_typed_is_not_used_after_another_use(database: Database, first: str) -> None:
    ward = a_ward(database)
    late = clinic(database, "Late")
    (vial,) = ward.received(late, f"{TYPED}SN0001")
    opened(ward, clinic(database, "First"), f"{first}SN0001")
    with pytest.raises(ConflictError) as refused:
        ward.hands.record_step(late, vial, StepTaken(Step.OPEN), ward.desk.now())
    assert refused.value.code in {ErrorCode.ALREADY_USED, ErrorCode.VIAL_STOPPED}


def test_a_typed_vial_that_is_scanned_for_use_is_scanned(database: Database) -> None:
    ward = a_ward(database)
    mine = clinic(database, "Mine")
    (vial,) = ward.received(mine, f"{TYPED}SN0001")
    question = Question(scan=f"{UNIT}SN0001", asker=Asker.CLINIC, market="GB")
    answer = ward.desk.verify(question, clinic_origin(mine, Channel.WEB))
    ward.hands.add_check(mine, vial, answer, ward.desk.now())
    ward.hands.record_step(mine, vial, StepTaken(Step.OPEN), ward.desk.now())
    assert ReasonCode.DISPENSED in asked(ward, Asker.CLINIC)[1]
