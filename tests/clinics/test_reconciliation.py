"""The clinic's books: they balance after every kind of step, and what does not agree has a name."""

import pytest
from sqlalchemy import update

from service.authenticity.dispositions import Disposition
from service.clinics.reconciliation import BookDifference, reconcile
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.storage.database import Database
from service.storage.models import Unit, Vial, VialEvent
from tests.factories.clinics import LOT, UNIT, a_ward, clinic


def test_what_came_in_is_accounted_for(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    vials = ward.received(who, LOT, count=8)
    steps = [Step.OPEN, Step.USE_UP, Step.QUARANTINE, Step.WASTE, Step.RETURN, Step.SEND, Step.MISS]
    for vial, step in zip(vials, steps, strict=False):
        ward.hands.record_step(who, vial, StepTaken(step, "Why"), ward.desk.now())
    ward.received(clinic(database, "Clinic B"), LOT)
    books = reconcile(database, who)
    [lot] = books.lots
    assert (lot.received, lot.missing, books.differences) == (8, 0, ())
    assert dict(lot.states) == {each: 1 for each in VialState if each is not VialState.CANCELLED}


WRONG = [
    # what is changed behind the books' back, and the name of what then differs
    (update(Vial).values(state="wasted"), [BookDifference.STATE]),
    (update(VialEvent).where(VialEvent.step == "open").values(units_used=500), [BookDifference.UNITS]),
    (update(Unit).values(disposition=Disposition.ACTIVE), [BookDifference.USED_NOT_ON_RECORD]),
]


@pytest.mark.parametrize(("change", "names"), WRONG, ids=lambda each: str(each)[:30])
def test_a_difference_has_a_name(database: Database, change: object, names: list[BookDifference]) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE product SET content = '100 units'")
    [vial] = ward.received(who, UNIT + "SN0001")
    ward.hands.record_step(who, vial, StepTaken(Step.OPEN), ward.desk.now())
    with database.transaction() as connection:
        connection.execute(change)  # type: ignore[call-overload]  # an update
    assert [each for _, each in reconcile(database, who).differences] == names


def test_a_vial_in_stock_whose_number_is_gone_on_record_is_named(database: Database) -> None:
    ward = a_ward(database)
    who = clinic(database, "Clinic A")
    ward.received(who, UNIT + "SN0001")
    with database.transaction() as connection:
        connection.execute(update(Unit).values(disposition=Disposition.STOLEN))
    assert [each for _, each in reconcile(database, who).differences] == [BookDifference.GONE_ON_RECORD]
