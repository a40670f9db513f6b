"""Changing one's own password: who finds an open session does not guess the old one there."""

import pytest

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.people import People
from service.errors import RefusedError, WaitError
from service.storage.database import Database
from tests.factories.clock import Clock
from tests.factories.people import PASSWORD, member, organisation

NEW = "quiet lantern orchard 93"


@pytest.fixture
def someone(database: Database) -> Actor:
    number = member(database, Role.VIEWER, email="ana@example.org")
    kind = organisation(database, "Example Biologics")
    return Actor(
        "Ana", number, kind, "Example Biologics", OrganisationKind.MANUFACTURER, frozenset({Role.VIEWER})
    )


def test_wrong_old_passwords_have_to_wait_longer_and_longer(database: Database, someone: Actor) -> None:
    clock = Clock()
    people = People(database, clock=clock)
    for _ in range(5):
        with pytest.raises(RefusedError):
            people.change_password(someone, "wrong", NEW)
    with pytest.raises(WaitError) as first:
        people.change_password(someone, PASSWORD, NEW)  # the right one waits too: it is not looked at
    clock.ahead(seconds=first.value.seconds)
    with pytest.raises(RefusedError):
        people.change_password(someone, "wrong", NEW)
    with pytest.raises(WaitError) as second:
        people.change_password(someone, PASSWORD, NEW)
    assert second.value.seconds > first.value.seconds
    clock.ahead(seconds=second.value.seconds)
    people.change_password(someone, PASSWORD, NEW)


def test_those_who_know_it_never_wait(database: Database, someone: Actor) -> None:
    people = People(database, clock=Clock())
    for number in range(8):
        old, new = (PASSWORD, NEW) if number % 2 == 0 else (NEW, PASSWORD)
        people.change_password(someone, old, new)
