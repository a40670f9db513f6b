"""A case that is late is told to the clinic's webhook and to that of the owner who was asked, once each."""

from datetime import timedelta

from sqlalchemy import update

from service.clinics.quarantine.case_forms import Answerer, CaseAssignment
from service.clinics.quarantine.cases import QuarantineCases
from service.clinics.quarantine.overdue import tell_overdue_cases
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.storage.webhook_outbox import WebhookTopic
from tests.factories.clinics import UNIT, a_ward, clinic
from tests.factories.people import organisation
from tests.factories.webhooks import queued, webhook


def test_an_overdue_case_is_told_once_for_each_day_that_was_set(database: Database) -> None:
    ward, who = a_ward(database), clinic(database, "Clinic A")
    maker = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=maker))
    ours = webhook(database, who.organisation_id or 0, WebhookTopic.CASE)
    theirs = webhook(database, maker, WebhookTopic.CASE)
    webhook(database, organisation(database, "Other"), WebhookTopic.CASE)
    [vial] = ward.received(who, UNIT + "SN0001")
    now = ward.desk.now()
    ward.hands.record_step(who, vial, StepTaken(Step.QUARANTINE, "Seal broken"), now)
    for days in (3, 4, 4):
        tell_overdue_cases(database, now + timedelta(days=days))
    [(hook, topic, content)] = queued(database)
    assert (hook, topic, content["answerer"]) == (ours, "case.overdue", "clinic")
    due = now.date() + timedelta(days=6)
    asked = CaseAssignment("Ana", Answerer.MAKER, due, "Is the seal yours?")
    QuarantineCases(database).assign(who, vial, asked, now)
    tell_overdue_cases(database, now + timedelta(days=8))
    assert [hook for hook, _, _ in queued(database)] == [ours, *sorted((ours, theirs))]
    assert queued(database)[-1][2]["clinic"] == "Clinic A"
    assert "seal" not in str(queued(database)), "the question stays on the page"
