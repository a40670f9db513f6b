"""Uses with their numbers, as a clinic's software takes them over."""

import pytest

from service.clinics.uses.register import UseRegister, UseSearch
from service.storage.database import Database
from tests.factories.clinics import clinic
from tests.factories.fhir import REFERENCE, UsedVials


@pytest.fixture
def used(database: Database) -> UsedVials:
    return UsedVials.put(database)


def test_uses_are_found_by_number_and_reference(database: Database, used: UsedVials) -> None:
    register, who = UseRegister(database), used.who
    whole, part = register.treatments(who, UseSearch())
    assert (whole[1].reference, part[1].reference) == (REFERENCE, "")
    assert whole[1].expiry is not None
    assert whole[1].expiry.printed_form == "2070-12-31"
    rows = [
        (UseSearch(ids=[part[0]]), [part]),
        (UseSearch(ids=[]), []),
        (UseSearch(after=whole[0]), [part]),
        (UseSearch(limit=1), [whole]),
        # whole references alone, and capitals count: a part of one may be another patient's
        (UseSearch(identified=[((), [REFERENCE])]), [whole]),
        (UseSearch(identified=[((), [REFERENCE[:-1]])]), []),
        (UseSearch(identified=[([part[0]], [REFERENCE])]), [whole, part]),
        (UseSearch(identified=[([part[0]], []), ((), [REFERENCE])]), []),
    ]
    assert [register.treatments(who, wanted) for wanted, _ in rows] == [found for _, found in rows]
    assert register.treatments(clinic(database, "Another"), UseSearch()) == []
