"""Clinics are told of stopped vials that they have and used; the owner learns counts and nothing else."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.reasons import ReasonCode
from service.clinics.notices.affected import StopNotice, StopNotices, count_open_notices
from service.clinics.notices.recall_progress import ClinicProgress, recall_progress
from service.clinics.undo import StepUndo, UndoRequest, latest_step
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.errors import NotFoundError
from service.registry import recalls
from service.storage.database import Database
from service.storage.models import Alert, AuditEntry, Manufacturer
from tests.factories.clinics import LOT, UNIT, Ward, a_ward, clinic
from tests.factories.people import organisation
from tests.factories.recall_records import order
from tests.factories.records import TOXIN

SCOPES = [
    # the recall, whether it reaches lot A1001 with serials from SN0001 on
    ({"scope": "product"}, True),
    ({"scope": "lot", "lot": "A1001"}, True),
    ({"scope": "lot", "lot": "A1002"}, False),
    ({"scope": "window", "expiry_from": "2070-01-01", "expiry_to": "2071-01-01"}, True),
    ({"scope": "window", "expiry_from": "2031-01-01", "expiry_to": "2031-12-31"}, False),
    ({"scope": "range", "serial_from": "SN0001", "serial_to": "SN0001"}, True),
    ({"scope": "range", "serial_from": "SN0002", "serial_to": "SN0009"}, False),
    ({"scope": "list", "serials": "SN0001"}, True),
    ({"scope": "list", "serials": "SN0001", "lot": "A1002"}, False),
]


def maker(database: Database) -> Actor:
    """A releaser of the organisation that owns the products."""
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=number))
    kind, roles = OrganisationKind.MANUFACTURER, frozenset({Role.RELEASER})
    return Actor("Releaser", 1, number, "Example Biologics", kind, roles, strong=True)


def recall(database: Database, who: Actor, **given: str) -> int:
    given = {"kind": "recall", "gtin": TOXIN, "scope": "lot", "reason": "Glass", "reference": "R-1"} | given
    return recalls.issue(database, order(**given), who=who.who)


def take(ward: Ward, who: Actor, vial: int, step: Step, reference: str = "") -> None:
    taken = StepTaken(step, "Why" if step.needs_reason else "", reference=reference)
    ward.hands.record_step(who, vial, taken, ward.desk.now())


def notices(ward: Ward, who: Actor) -> list[StopNotice]:
    return StopNotices(ward.database, ward.desk).all(who)


@pytest.mark.parametrize(("given", "reached"), SCOPES, ids=str)
def test_clinic_and_owner_count_the_same_vials(
    database: Database, given: dict[str, str], reached: bool
) -> None:
    ward, owner = a_ward(database), maker(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, UNIT + "SN0001")
    take(ward, who, vial, Step.OPEN)
    number = recall(database, owner, **given)
    told = [each for each in notices(ward, who) if each.reason.code is ReasonCode.RECALLED]
    counted = recall_progress(database, owner, [number])
    assert bool(told) is reached
    assert counted == ([ClinicProgress("Clinic A", 1, 1, 1)] if reached else [])
    for each in told:
        StopNotices(database, ward.desk).acknowledge(who, each.key, ward.desk.now())
        assert recall_progress(database, owner, [number]) == [ClinicProgress("Clinic A", 1, 1, 0)]


def test_a_clinic_that_used_it_has_a_list_of_whom_to_tell(database: Database) -> None:
    ward, owner = a_ward(database), maker(database)
    who, other = clinic(database, "Clinic A"), clinic(database, "Clinic B")
    [used, kept] = ward.received(who, LOT, count=2)
    [theirs] = ward.received(other, LOT)
    take(ward, who, used, Step.OPEN, "A-1042")
    take(ward, who, used, Step.USE, "A-1043")
    take(ward, who, used, Step.USE, "A-1044")
    undone = latest_step(ward.shelves.vial(who, used)[0].events)
    assert undone is not None
    StepUndo(database, ward.desk).undo(who, used, UndoRequest(undone.id, "Mistake"), ward.desk.now())
    take(ward, who, used, Step.FINISH)
    take(ward, other, theirs, Step.OPEN, "B-7")
    assert notices(ward, who) == []
    recall(database, owner, lot="A1001")
    service, now = StopNotices(database, ward.desk), ward.desk.now()
    [notice] = service.all(who)
    assert [each.id for each in notice.here] == [kept]
    assert [each.id for each in notice.used] == [used]
    tasks = service.tasks(who, notice)
    assert [(each.use.reference, each.told) for each in tasks] == [("A-1043", None), ("A-1042", None)]
    [elsewhere] = service.tasks(other, service.one(other, notice.key))
    service.mark_told(who, notice.key, [tasks[0].event_id, elsewhere.event_id, 999], now)
    told = [each.told for each in service.tasks(who, notice)]
    assert told[0] is not None
    assert (told[0].actor, told[1]) == (who.name, None)
    [elsewhere] = service.tasks(other, service.one(other, notice.key))
    assert elsewhere.told is None  # another clinic's use is not ours to mark
    with database.reading() as connection:
        audit = str(connection.execute(AuditEntry.__table__.select()).all())
    assert "A-1042" not in audit
    with pytest.raises(NotFoundError):
        service.one(clinic(database, "Clinic C"), notice.key)


def test_a_notice_is_read_once_and_is_open_again_for_a_vial_that_comes_later(database: Database) -> None:
    ward, owner = a_ward(database), maker(database)
    who = clinic(database, "Clinic A")
    ward.received(who, LOT)
    number = recall(database, owner, lot="A1001")
    service = StopNotices(database, ward.desk)
    [notice] = service.all(who)
    assert count_open_notices(database, who.organisation_id) == 1
    for _ in range(2):
        service.acknowledge(who, notice.key, ward.desk.now())
    [read] = service.all(who)
    assert count_open_notices(database, who.organisation_id) == 0
    assert (notice.is_open, read.is_open) == (True, False)
    with database.reading() as connection:
        audit = connection.execute(
            AuditEntry.__table__.select().where(AuditEntry.action == "acknowledge")
        ).all()
    assert len(audit) == 1
    ward.aside(who, LOT)
    [again] = service.all(who)
    assert again.is_open
    assert recall_progress(database, owner, [number]) == [ClinicProgress("Clinic A", 2, 0, 1)]
    recalls.lift(database, number, reason="Over", reference="", who=owner.who)
    assert service.all(who) == []


def test_a_regulators_notice_reaches_what_was_used(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    [vial] = ward.received(who, LOT)
    take(ward, who, vial, Step.USE_UP)
    values: dict[str, object] = {
        "fingerprint": "f",
        "authority": "MHRA",
        "kind": "falsified",
        "lot": "A1001",
        "lot_key": "A1001",
    }
    values |= {"lot_folded": "A1001", "product_name": "Examplinum 100", "product_id": 1, "gtin": TOXIN}
    with database.transaction() as connection:
        connection.execute(insert(Alert).values(values))
    [notice] = notices(ward, who)
    assert str(notice.reason.code).startswith("alert_")
    assert [each.id for each in notice.used] == [vial]


def test_another_owner_and_a_clinic_see_no_progress(database: Database) -> None:
    ward, owner = a_ward(database), maker(database)
    who = clinic(database, "Clinic A")
    ward.received(who, LOT)
    number = recall(database, owner, lot="A1001")
    stranger = replace(owner, organisation_id=organisation(database, "Other Biologics"))
    assert recall_progress(database, stranger, [number]) == []
    assert recall_progress(database, who, [number]) == []
