"""Corrections that are killed at any moment leave all of themselves or nothing, and their audit with them."""

import multiprocessing
import random
import shutil
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories import recall_records
from tests.factories.killed_correction import correct_for_ever, faults, mend, put_units
from tests.factories.lists import table

pytestmark = pytest.mark.slow

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.factories.killed_correction"])


@pytest.fixture
def url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "records.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    recall_records.put(database)
    put_units(database)
    database.close()
    return f"sqlite:///{path}"


class Correcting:
    """A process that corrects until it is killed, and what it acknowledged."""

    def __init__(self, url: str, first: int, *, apart: bool = False) -> None:
        self._hears, tells = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=correct_for_ever, args=(url, first, apart, tells))
        self._process.start()
        tells.close()
        self._last = int(self._hears.recv_bytes())  # something is on record: it works

    def kill(self, after: float = 0) -> int:
        """Kill it so many seconds from now; the last turn that it acknowledged."""
        self._process.join(after)
        self._process.kill()
        self._process.join()
        with self._hears as hears:
            while True:
                try:
                    self._last = int(hears.recv_bytes())
                except EOFError:
                    return self._last


@pytest.mark.parametrize("kills", [10, pytest.param(400, marks=pytest.mark.chaos)])
def test_killed_at_any_moment(url: str, kills: int) -> None:
    chance, turns = random.Random(22), 0
    for _ in range(kills):
        acknowledged = Correcting(url, turns).kill(after=chance.random() * 0.3)
        database = Database(url)
        assert faults(database) == []
        assert table(database, "batch")[0]["quantity"] > acknowledged  # never lost
        turns = int(table(database, "batch")[0]["quantity"])
        mend(database)
        assert faults(database) == []
        database.close()


@pytest.mark.chaos
def test_control_two_transactions_leave_a_half(url: str) -> None:
    """Killed between the change and its audit: what the test above looks for."""
    Correcting(url, 0, apart=True).kill()
    database = Database(url)
    assert faults(database) == ["quantity: 1 and None"]
    database.close()
