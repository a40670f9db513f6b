"""A PostgreSQL server that hangs: every wait ends, the next is refused at once, and it heals by itself."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from service.errors import ErrorCode, UnavailableError
from service.storage.database import Database, server_watch
from service.storage.database.server_watch import answering_until
from tests.postgres import Postgres

pytestmark = pytest.mark.postgres

LONGEST = 3.0
"""Seconds within which every request has to be answered: a deadline of the product, not a speed."""


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of its own: nothing else has to stand still with it."""
    with Postgres() as own:
        yield own


def ask(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(text("SELECT 1"))


def refused(database: Database) -> float:
    """Seconds until a question is refused."""
    begun = time.monotonic()
    with pytest.raises(UnavailableError) as error:
        ask(database)
    assert error.value.code is ErrorCode.STORAGE_UNAVAILABLE
    return time.monotonic() - begun


def heals(database: Database) -> bool:
    """Whether it answers again, within a minute."""
    for _ in range(600):
        try:
            ask(database)
        except UnavailableError:
            threading.Event().wait(0.1)
        else:
            return True
    return False


@pytest.mark.slow
def test_a_server_that_hangs_is_given_up_within_the_deadline_and_comes_back(server: Postgres) -> None:
    """With connections open and without; many at once; and again. Beside it the driver by itself hangs."""
    fresh, used = Database(server.url("postgres")), Database(server.url("postgres"))
    ask(used)
    plain = psycopg.connect(server.url("postgres"))
    hanging = threading.Thread(target=lambda: plain.execute("SELECT 1"), daemon=True)
    with server.hung():
        hanging.start()
        waits: list[float] = []
        many = [threading.Thread(target=lambda: waits.append(refused(used))) for _ in range(20)]
        for thread in many:
            thread.start()
        assert refused(fresh) < LONGEST
        for thread in many:
            thread.join()
        assert len(waits) == 20
        assert max(waits) < LONGEST
        assert refused(used) < 0.5, "at once, now that it is known"
        assert hanging.is_alive(), "the negative control: nothing else ends this wait"
    assert heals(used)
    assert heals(fresh)
    hanging.join()
    plain.close()
    used.close()
    fresh.close()


def test_a_slow_statement_on_a_server_that_lives_goes_on(postgres: Postgres) -> None:
    database = Database(postgres.url("postgres"))
    seconds = server_watch._PATIENCE + 0.5
    with database.reading() as connection:
        connection.execute(text(f"SELECT pg_sleep({seconds})"))
    database.close()


def test_a_statement_ends_with_the_request_that_it_is_for(postgres: Postgres) -> None:
    database = Database(postgres.url("postgres"))
    begun = time.monotonic()
    with answering_until(begun + 0.3), pytest.raises(UnavailableError), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    assert time.monotonic() - begun < 10
    ask(database)  # on another connection, without a deadline
    database.close()
