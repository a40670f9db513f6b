"""A clinic that records vials which it never held: by other clinics' checks, and very many of them."""

import pytest
from sqlalchemy import select

from service.authenticity.evidence import Asker
from service.clinics import usage
from service.clinics.deliveries import DeliveryLine, DeliveryNote
from service.clinics.origin import clinic_origin
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.errors import NotFoundError
from service.storage.database import Database
from service.storage.models import AuditEntry
from service.verification.question import Channel, Question
from tests.factories.clinics import LOT, UNIT, a_ward, clinic


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
