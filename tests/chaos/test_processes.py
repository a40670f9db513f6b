"""Workers that die are replaced, those of a dead launcher end, and a second service is refused."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from service.errors import RefusedError
from service.server.claims import PortClaim
from tests.chaos.attacking import check_seconds
from tests.factories.running_service import RunningService, free_port, running_service

pytestmark = pytest.mark.slow
_PATIENCE = 300  # tenths of a second


@pytest.fixture
def running(records: str, tmp_path: Path) -> Iterator[RunningService]:
    with running_service(records, tmp_path) as service:
        assert eventually(lambda: listening(service) == 2)
        yield service


def listening(service: RunningService) -> int:
    """How many sockets listen on its port: each worker has its own, and one may still start."""
    address = f":{service.port:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(line[1].endswith(address) and line[3] == "0A" for line in lines)


def workers(service: RunningService) -> set[int]:
    """The process numbers of its workers."""
    path = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    return set(map(int, path.read_text().split())) if path.exists() else set()


def lives(process: int) -> bool:
    """Whether a process runs: one that has ended, and that nothing waited for, does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def eventually(so: Callable[[], bool]) -> bool:
    return any(so() or Event().wait(0.1) for _ in range(_PATIENCE))


def test_a_worker_that_dies_is_replaced_and_the_service_goes_on(running: RunningService) -> None:
    before = workers(running)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: not lives(victim) and len(workers(running) - {victim}) == len(before))
    assert eventually(lambda: listening(running) == 2)
    check_seconds(running, 10)


@pytest.mark.chaos
def test_workers_that_die_one_after_the_other_are_replaced(running: RunningService) -> None:
    """Four ends within seconds: granian's own supervision ends the service with the second."""
    for _ in range(4):
        kill_one(running)
        assert running.process.poll() is None
    assert eventually(lambda: listening(running) == 2)
    check_seconds(running, 10)


def kill_one(service: RunningService) -> None:
    """End one worker, and wait until another is there in its place."""
    before = workers(service)
    victim = max(before)
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: not lives(victim) and len(workers(service) - {victim}) == len(before))


@pytest.mark.chaos
def test_a_service_whose_workers_cannot_start_ends_and_says_so(
    records: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "files").write_text("no folder")
    settings = {
        "DATABASE_URL": records,
        "PORT": str(free_port()),
        "WORKERS": "2",
        "FILES": tmp_path / "files",
    }
    process = subprocess.run(
        [sys.executable, "-m", "service.cli", "serve", "--no-seed"],
        env=os.environ | {f"VIALCHECK_{name}": str(value) for name, value in settings.items()},
        timeout=300,
        check=False,
    )
    assert process.returncode == 1
    assert "no worker process could start" in capfd.readouterr().err


@pytest.mark.chaos
def test_without_supervision_a_dead_worker_is_not_replaced(unguarded: RunningService) -> None:
    """The negative control: the whole service ends, or stays with what is left of it."""
    before = workers(unguarded)
    os.kill(min(before), signal.SIGKILL)
    assert not any(workers(unguarded) - before or Event().wait(0.1) for _ in range(30))


def test_workers_end_with_their_launcher(running: RunningService) -> None:
    orphans = workers(running)
    running.process.kill()
    running.process.wait(10)
    assert eventually(lambda: not any(map(lives, orphans)))


@pytest.mark.chaos
def test_without_a_watch_workers_outlive_their_launcher(unguarded: RunningService) -> None:
    """The negative control: they go on answering, with nothing above them."""
    orphans = workers(unguarded)
    unguarded.process.kill()
    unguarded.process.wait(10)
    check_seconds(unguarded, 3)
    assert all(map(lives, orphans))


def start(url: str, folder: Path, port: int, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A start that is to end by itself."""
    given = {"DATABASE_URL": url, "PORT": str(port), "FILES": str(folder / "files2")} | settings
    return subprocess.run(
        [sys.executable, "-m", "service.cli", "serve", "--no-seed"],
        env=os.environ | {f"VIALCHECK_{name}": value for name, value in given.items()},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_second_service_on_the_port_or_the_records_is_refused(
    running: RunningService, records: str, tmp_path: Path
) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'other.db'}"
    for url, port, named in (
        (elsewhere, running.port, "VIALCHECK_PORT"),
        (records, free_port(), "VIALCHECK_DATABASE_URL"),
    ):
        second = start(url, tmp_path, port)
        assert second.returncode != 0
        assert named in second.stderr
        assert len(second.stderr.splitlines()) == 1
    check_seconds(running, 5)


def is_free(port: int) -> bool:
    try:
        PortClaim("127.0.0.1", port).__exit__(None, None, None)
    except RefusedError:
        return False
    return True


@pytest.mark.chaos
def test_after_its_end_the_same_service_starts_again(records: str, tmp_path: Path) -> None:
    """The claims go with the processes, even when they are killed."""
    with running_service(records, tmp_path) as first:
        pids = workers(first)
        first.process.kill()
        assert eventually(lambda: not any(map(lives, pids)))
    assert eventually(lambda: is_free(first.port))  # a process is gone a moment before its sockets are
    with running_service(records, tmp_path) as second:
        assert second.get("/ready").status == 200


@pytest.mark.parametrize(
    "after", [pytest.param(0.0, marks=pytest.mark.chaos), 0.3, pytest.param(0.6, marks=pytest.mark.chaos)]
)
def test_a_stop_while_workers_start_is_heard(records: str, tmp_path: Path, after: float) -> None:
    given = {"DATABASE_URL": records, "PORT": str(free_port()), "FILES": str(tmp_path / "files")}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve", "--no-seed"],
        env=os.environ | {f"VIALCHECK_{name}": value for name, value in given.items()},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Stop with"):  # the last before the workers are started
            break
    Event().wait(after)
    process.terminate()
    assert process.wait(60) in {0, -signal.SIGTERM}
    process.stdout.close()


def test_an_open_address_needs_to_know_its_name(records: str, tmp_path: Path) -> None:
    """Links in invitations and labels would follow whatever host a request names."""
    refused = start(records, tmp_path, free_port(), HOST="0.0.0.0")
    assert refused.returncode != 0
    assert "VIALCHECK_PUBLIC_URL" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    # the negative control: with a name it starts
    with running_service(records, tmp_path, HOST="0.0.0.0", PUBLIC_URL="http://127.0.0.1:8000") as service:
        assert service.get("/ready").status == 200


def test_a_request_for_another_host_is_refused_where_hosts_are_listed(records: str, tmp_path: Path) -> None:
    with running_service(records, tmp_path, HOSTS="check.example.org") as service:
        hosts = {"check.example.org": 200, "check.example.org:8443": 200, "localhost": 200}
        hosts |= {"evil.example.org": 400, "check.example.org.evil.example": 400}
        assert {host: service.get("/about", Host=host).status for host in hosts} == hosts
