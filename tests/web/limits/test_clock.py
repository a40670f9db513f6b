"""A running service on a machine whose clock is set wrong: it says so, records nothing, and recovers."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from service.storage.clock_records import latest_record
from service.storage.database import Database
from service.storage.models import AuditEntry, Scan, SightingRow
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.fake_time import FakedClock, faked_clock
from tests.factories.records import TOXIN, put
from tests.factories.running_service import RunningService, running_service

pytestmark = pytest.mark.slow

KNOWN = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
YEARS = "+36500d"  # everything has expired by then


@pytest.fixture
def clock(tmp_path: Path) -> FakedClock:
    return faked_clock(tmp_path)


@contextmanager
def filled(url: str) -> Iterator[Database]:
    opened = Database(url)
    put(opened)
    yield opened
    opened.close()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with filled(sqlite_url) as opened:
        yield opened


@pytest.fixture
def both(database_url: str) -> Iterator[Database]:
    with filled(database_url) as opened:
        yield opened


def vialcheck(url: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    run = [sys.executable, "-m", "service.cli", *words]
    env = os.environ | {"VIALCHECK_DATABASE_URL": url} | environment
    return subprocess.run(run, env=env, capture_output=True, text=True, check=False)


def action(service: RunningService) -> str:
    said = service.ask(scan=KNOWN, asker="clinic")  # on disk before it is answered
    return str(said.json["action"]) if said.status == 201 else str(said.json["code"])


def soon(what: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds: processes look again once a second."""
    for _ in range(100):
        if what():
            return True
        Event().wait(0.1)
    return False


def test_a_jump_of_years_stops_checks_and_leaves_nothing_behind(
    database: Database, sqlite_url: str, tmp_path: Path, clock: FakedClock
) -> None:
    with running_service(sqlite_url, tmp_path, environment=clock.environment) as service:
        assert action(service) == "accept"
        assert soon(lambda: service.get("/health").status == 200)
        clock.set(YEARS)
        assert action(service) == "clock_in_doubt"
        assert soon(lambda: service.get("/health").status == 503)
        form = service.post("/check", scan=KNOWN)
        assert form.status == 503
        assert b"vialcheck clock" in form.body
        clock.set("+0d")
        assert action(service) == "accept"
        assert soon(lambda: service.get("/health").status == 200)
    latest = latest_record(database).moment
    assert latest is not None
    assert latest <= datetime.now(UTC)


@pytest.mark.chaos
def test_a_service_that_starts_under_such_a_clock_says_so_until_an_operator_has_spoken(
    database: Database, sqlite_url: str, tmp_path: Path, clock: FakedClock
) -> None:
    with running_service(sqlite_url, tmp_path, environment=clock.environment) as service:
        assert action(service) == "accept"
    clock.set("+200d")  # it may well be: nobody has asked for so long
    told = vialcheck(sqlite_url, "clock", **clock.environment)
    assert told.returncode == 1
    assert "in doubt" in told.stderr
    with running_service(sqlite_url, tmp_path, environment=clock.environment) as service:
        assert action(service) == "clock_in_doubt"
        assert soon(lambda: service.get("/health").status == 503)
        refused = vialcheck(sqlite_url, "tidy", **clock.environment)
        assert refused.returncode == 2
        assert "clock" in refused.stderr
        words = ("clock", "set-right", "--yes", "--reason", "shut over the winter")
        assert vialcheck(sqlite_url, *words, **clock.environment).returncode == 0
        assert soon(lambda: action(service) == "accept")
        assert soon(lambda: service.get("/health").status == 200)
    with database.reading() as connection:
        entry = connection.execute(select(AuditEntry.action, AuditEntry.reason)).all()
    assert ("set_clock_right", "shut over the winter") in [tuple(each) for each in entry]


def poison(url: str, clock: FakedClock) -> None:
    """As an older version did: a check on record of a hundred years from now."""
    clock.set(YEARS)
    script = (
        "import sys; from service.storage.database import Database;"
        "from service.verification.clock import machine_time;"
        "from service.verification.service import VerificationService;"
        "from service.verification.question import Channel, Question, RequestOrigin;"
        "service = VerificationService(Database(sys.argv[1]), read_clock=machine_time.__call__);"
        f"print(service.verify(Question(scan={KNOWN!r}), RequestOrigin(Channel.WEB, client='x')).verdict.action); service.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, url],
        env=os.environ | clock.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "reject\n"
    clock.set("+0d")


def test_records_of_the_future_are_cured_by_a_command(
    both: Database, database_url: str, tmp_path: Path, clock: FakedClock
) -> None:
    poison(database_url, clock)
    with running_service(database_url, tmp_path, environment=clock.environment) as service:
        assert action(service) == "reject"  # cautious: the record says that it is a hundred years later
        assert soon(lambda: service.get("/health").status == 503)  # and loud
        words = ("clock", "set-right", "--yes", "--reason", "the battery was flat")
        assert vialcheck(database_url, *words, **clock.environment).returncode == 0
        assert soon(lambda: action(service) == "accept")
        assert soon(lambda: service.get("/health").status == 200)
    now = datetime.now(UTC)
    with both.reading() as connection:
        latest = connection.scalar(select(func.max(Scan.at)))
        seen = connection.scalar(select(func.max(SightingRow.last)))
    assert latest is not None
    assert latest <= now
    assert seen is not None
    assert seen <= now.timestamp()


def test_nothing_is_deleted_by_a_clock_in_doubt(
    database: Database, sqlite_url: str, tmp_path: Path, clock: FakedClock
) -> None:
    service = VerificationService(database)
    service.verify(Question(scan=KNOWN), RequestOrigin(Channel.WEB))
    service.close()
    clock.set("+400d")
    assert vialcheck(sqlite_url, "tidy", **clock.environment).returncode == 2
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Scan)) == 1
    # The negative control: by a clock that is believed it goes.
    words = ("clock", "set-right", "--yes", "--reason", "it is")
    assert vialcheck(sqlite_url, *words, **clock.environment).returncode == 0
    assert vialcheck(sqlite_url, "tidy", **clock.environment).returncode == 0
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Scan)) == 0
