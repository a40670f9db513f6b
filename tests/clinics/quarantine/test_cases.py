"""A quarantine as a case: when the answer is overdue, who reads what, and that it ends with the quarantine."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.clinics.quarantine.case_forms import (
    Answerer,
    CaseAssignment,
    CaseEntryKind,
    read_assignment,
    read_text,
)
from service.clinics.quarantine.cases import QuarantineCases
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.errors import ConflictError, ErrorCode, InvalidFieldsError, NotFoundError, RefusedError
from service.storage.database import Database
from service.storage.models import Manufacturer
from tests.factories.clinics import UNIT, Ward, a_ward, clinic
from tests.factories.people import organisation

PACK = UNIT + "SN0001"
TODAY = date(2026, 11, 28)


def maker(database: Database) -> Actor:
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=number))
    kind, roles = OrganisationKind.MANUFACTURER, frozenset({Role.RELEASER})
    return Actor("Releaser", 1, number, "Example Biologics", kind, roles, strong=True)


def quarantined(ward: Ward, who: Actor) -> int:
    [vial] = ward.received(who, PACK)
    ward.hands.record_step(who, vial, StepTaken(Step.QUARANTINE, "Seal broken"), ward.desk.now())
    return vial


def test_every_quarantine_is_a_case_until_it_ends(database: Database) -> None:
    ward, cases = a_ward(database), QuarantineCases(database)
    who = clinic(database, "Clinic A")
    vial, now = quarantined(ward, who), ward.desk.now()
    [case] = cases.open(who, now.date())
    assert (case.assignment.answerer, case.quarantined.reason) == (Answerer.CLINIC, "Seal broken")
    assert not case.is_overdue(now.date() + timedelta(days=3))
    assert case.is_overdue(now.date() + timedelta(days=4))
    cases.note(who, vial, CaseEntryKind.FOUND, "The seal is intact below the cap", now)
    assert cases.open(who, now.date())[0].is_overdue(now.date() + timedelta(days=4))
    cases.note(who, vial, CaseEntryKind.ANSWER, "By telephone: it may be used", now)
    assert not cases.open(who, now.date())[0].is_overdue(now.date() + timedelta(days=4))
    for stranger in (clinic(database, "Clinic B"), maker(database)):
        with pytest.raises(NotFoundError):
            cases.one(stranger, vial)
    ward.hands.record_step(who, vial, StepTaken(Step.RELEASE, "Answered"), now)
    assert cases.open(who, now.date()) == []
    with pytest.raises(NotFoundError):
        cases.note(who, vial, CaseEntryKind.FOUND, "Late", now)
    ward.hands.record_step(who, vial, StepTaken(Step.QUARANTINE, "Again"), now)
    assert cases.one(who, vial).entries == ()  # a case of its own


def test_the_owner_is_asked_and_the_answer_comes_back(database: Database) -> None:
    ward, cases, owner = a_ward(database), QuarantineCases(database), maker(database)
    who = clinic(database, "Clinic A")
    vial, now = quarantined(ward, who), ward.desk.now()
    assert cases.asked(owner, now.date()) == []
    due = now.date() + timedelta(days=2)
    cases.assign(who, vial, CaseAssignment("Fridge 2", Answerer.MAKER, due, "Did you issue it?"), now)
    [asked] = cases.asked(owner, now.date())
    assert (asked.clinic, asked.serial, asked.answer) == ("Clinic A", "SN0001", None)
    assert asked.question == "Did you issue it?"
    assert "Seal broken" not in str(asked)
    assert "Fridge 2" not in str(asked)
    assert asked.is_overdue(due + timedelta(days=1))
    stranger = replace(owner, organisation_id=organisation(database, "Other Biologics"))
    assert cases.asked(stranger, now.date()) == []
    with pytest.raises(NotFoundError):
        cases.answer(stranger, asked.event_id, "No", now)
    cases.answer(owner, asked.event_id, "Yes, we did", now)
    with pytest.raises(ConflictError):
        cases.answer(owner, asked.event_id, "No, we did not", now)
    case = cases.one(who, vial)
    assert (case.answered, case.entries[-1].text, case.entries[-1].of_owner) == (True, "Yes, we did", True)
    cases.assign(who, vial, CaseAssignment("Fridge 2", Answerer.AUTHORITY, due), now)
    assert not cases.one(who, vial).answered  # asked anew
    assert cases.asked(owner, now.date()) == []


WRONG = [
    # holder, answerer, due, question, the fields that are wrong
    ("", "clinic", "2026-12-01", "", ["holder"]),
    ("\x00 ", "clinic", "2026-12-01", "", ["holder"]),  # nothing that a person reads
    ("Fridge", "neighbour", "2026-12-01", "", ["answerer"]),
    ("Fridge", "maker", "2026-12-01", " ", ["question"]),
    ("Fridge", "clinic", "2026-11-27", "", ["due"]),
    ("Fridge", "clinic", "2027-11-30", "", ["due"]),
    ("Fridge", "clinic", "soon", "", ["due"]),
    ("x" * 201, "", "", "x" * 501, ["holder", "question", "answerer", "due"]),
]


@pytest.mark.parametrize(("holder", "answerer", "due", "question", "fields"), WRONG)
def test_all_wrong_fields_are_named_together(
    holder: str, answerer: str, due: str, question: str, fields: list[str]
) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        read_assignment(holder, answerer, due, question, TODAY)
    assert [each.field for each in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("text", "code"), [(" ", ErrorCode.CASE_TEXT_MISSING), ("x" * 501, ErrorCode.TOO_LONG)]
)
def test_an_entry_says_something(text: str, code: ErrorCode) -> None:
    with pytest.raises(RefusedError) as refused:
        read_text(text, "text")
    assert refused.value.code is code
