"""Sessions: who has a token is who signed in, until it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.accounts.actors import Role
from service.accounts.networks import network_of
from service.accounts.sign_in.sessions import IDLE, LONGEST, Sessions
from service.storage.database import Database
from service.storage.models import Account, SignedIn
from tests.factories.people import account, organisation

START = datetime(2026, 11, 25, 8, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock=clock)


@pytest.fixture
def person(database: Database) -> int:
    return account(database, organisation(database, "Ostrelind"), Role.IMPORTER, Role.RELEASER)


def test_a_token_names_its_person(sessions: Sessions, person: int) -> None:
    token = sessions.begin(person, address="203.0.113.77", device="Firefox")
    actor = sessions.actor(token, address="203.0.113.99")
    assert actor is not None
    assert (actor.account_id, actor.organisation, actor.strong) == (person, "Ostrelind", False)
    assert actor.roles == {Role.IMPORTER, Role.RELEASER}
    assert actor.network == "203.0.113.0/24"
    strong = sessions.actor(sessions.begin(person, address="", device="", strong=True), address="")
    assert strong is not None
    assert strong.strong


def test_the_database_has_no_token_in_it(sessions: Sessions, person: int, database: Database) -> None:
    token = sessions.begin(person, address="", device="")
    with database.reading() as connection:
        kept = connection.execute(select(SignedIn.__table__)).one()
    assert token not in {str(value) for value in kept}
    assert sessions.actor(kept.token_hash, address="") is None


def test_a_made_up_token_names_nobody(sessions: Sessions) -> None:
    for token in ("", "x", "\ud800", "a" * 5000):
        assert sessions.actor(token, address="") is None


@pytest.mark.parametrize(
    ("steps", "lives"),
    [
        ([IDLE - timedelta(seconds=1)], True),
        ([IDLE], False),
        # each request keeps it alive
        ([IDLE / 2, IDLE / 2, IDLE / 2], True),
        # but not for ever
        ([IDLE / 2] * (int(LONGEST / (IDLE / 2))), False),
    ],
)
def test_a_session_ends(
    sessions: Sessions, person: int, clock: Clock, steps: list[timedelta], lives: bool
) -> None:
    token = sessions.begin(person, address="", device="")
    for step in steps:
        clock.now += step
        actor = sessions.actor(token, address="")
    assert (actor is not None) is lives


@pytest.mark.parametrize("how", ["ended", "disabled"])
def test_a_session_can_be_taken_away(sessions: Sessions, person: int, database: Database, how: str) -> None:
    token, other = (sessions.begin(person, address="", device="") for _ in range(2))
    actor = sessions.actor(token, address="")
    assert actor is not None
    if how == "ended":
        sessions.end(actor.session, account_id=person + 1)
        assert sessions.actor(token, address="") is not None, "somebody else's session is not theirs to end"
        sessions.end(actor.session, account_id=person)
        assert sessions.actor(other, address="") is not None
    else:
        with database.transaction() as connection:
            connection.execute(update(Account).values(disabled=START))
    assert sessions.actor(token, address="") is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        # a socket of both kinds gives every IPv4 address like this: they are not one network
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
        ("203.0.113.77, 10.0.0.1", ""),  # what a proxy adds is no address
    ],
)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
