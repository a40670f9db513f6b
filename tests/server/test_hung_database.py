"""A running service whose PostgreSQL hangs or stops: every door answers in time, and all is well again after it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event

import pytest

from service.storage.database import Database
from tests.factories.records import TOXIN, put
from tests.factories.running_service import RunningService, Said, running_service
from tests.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

LONGEST = 3.0
"""Seconds within which every request has to be answered: a deadline of the product, not a speed."""


@pytest.fixture
def server() -> Iterator[Postgres]:
    with Postgres() as own:
        yield own


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def timed(ask: Callable[[], Said]) -> tuple[float, Said]:
    begun = time.monotonic()
    answer = ask()
    return time.monotonic() - begun, answer


@pytest.mark.parametrize("away", [Postgres.hung, stopped])
def test_every_door_answers_in_time_and_heals(
    server: Postgres, tmp_path: Path, away: Callable[[Postgres], AbstractContextManager[None]]
) -> None:
    url = server.create("records")
    database = Database(url)
    database.migrate()
    put(database)
    database.close()
    with running_service(url, tmp_path, ready="/ready", RATE_LIMIT="off", WORKERS=1) as service:
        assert service.ask(gtin=TOXIN, lot="A1001").status == 201
        doors: list[Callable[[], Said]] = [
            lambda: service.ask(gtin=TOXIN, lot="A1001", serial="SN0001"),
            lambda: service.ask(gtin=TOXIN, lot="A1002", record=False),
            lambda: service.get("/ready"),
            lambda: service.get("/01/09506000134352/10/A1001", Accept="text/html"),
            lambda: service.get("/01/09506000134352/10/A1002?linkType=linkset"),
            lambda: service.post("/api/v1/readings", scan="A1001"),  # refused or not, it needs no records
        ]
        with away(server), ThreadPoolExecutor(24) as pool:
            for _ in range(2):  # when it begins, and when it is known
                answers = [each.result() for each in [pool.submit(timed, door) for door in doors * 4]]
                assert [said.status for _, said in answers[:2]] == [503] * 2
                assert [said.status for _, said in answers if said.status >= 500 and said.status != 503] == []
                assert max(seconds for seconds, _ in answers) < LONGEST
                assert all(said.headers.get("retry-after") for _, said in answers if said.status == 503)
            assert service.get("/live").status == 200
        assert _comes_back(service)


@pytest.mark.chaos
@pytest.mark.parametrize("away", [Postgres.hung, stopped])
def test_a_promoted_standby_is_found_by_itself(
    server: Postgres, tmp_path: Path, away: Callable[[Postgres], AbstractContextManager[None]]
) -> None:
    """The URL names both; the first that takes writes is used. Until one does, all are told in time."""
    url = server.create("records")
    database = Database(url)
    database.migrate()
    put(database)
    database.close()
    with Postgres(primary=server) as standby:
        both = f"postgresql://app@{server.host},{standby.host}/records?target_session_attrs=read-write"
        with running_service(both, tmp_path, ready="/ready", RATE_LIMIT="off", WORKERS=1) as service:
            assert service.ask(gtin=TOXIN, lot="A1001").status == 201
            with away(server):
                seconds, said = timed(lambda: service.ask(gtin=TOXIN, lot="A1002"))
                assert (said.status, seconds < LONGEST + 1.0) == (503, True)
                standby.promote()
                assert _comes_back(service)
                assert service.ask(gtin=TOXIN, lot="A1002").json["action"] == "reject"


def _comes_back(service: RunningService) -> bool:
    for _ in range(300):
        if service.ask(gtin=TOXIN, lot="A1001").status == 201 and service.get("/ready").status == 200:
            return True
        Event().wait(0.1)
    return False
