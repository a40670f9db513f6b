"""What an operator sees: readiness that fails when checks do, metrics, and a line for every refusal."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from tests.chaos.attacking import attacked
from tests.factories.running_service import RunningService, running_service

pytestmark = pytest.mark.slow
SERIAL, KEY = "PLANTED8SERIAL", "planted-key-9f8e7d"


@pytest.fixture
def running(records: str, tmp_path: Path) -> Iterator[RunningService]:
    with running_service(records, tmp_path, WAIT=0.2) as service:
        yield service


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def becomes(service: RunningService, path: str, status: int) -> bool:
    """Whether every process answers so in the end: an outcome stands for a second."""
    return any(
        all(service.get(path).status == status for _ in range(8)) or Event().wait(0.3) for _ in range(60)
    )


def test_ready_while_checks_are_and_alive_all_along(running: RunningService, records: str) -> None:
    """The negative control of each: `/live` says nothing of it."""
    assert becomes(running, "/ready", 200)
    with closing(sqlite3.connect(file_of(records), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # no write gets through, as on a full disk
        assert becomes(running, "/ready", 503)
        assert running.get("/ready").json["failing"] == ["write"]
        assert running.get("/health").status == 503  # its name of before
        assert running.get("/live").status == 200
    assert becomes(running, "/ready", 200)


def test_not_ready_with_broken_pages(running: RunningService, records: str) -> None:
    assert becomes(running, "/ready", 200)
    file = file_of(records)
    with file.open("r+b") as damaged:
        size = file.stat().st_size
        damaged.seek(4096)
        damaged.write(b"\xff" * (size - 4096))
    assert becomes(running, "/ready", 503)
    assert "check" in running.get("/ready").json["failing"]
    assert running.get("/live").status == 200


def test_live_needs_no_thread(service: RunningService) -> None:
    with attacked(service, "label_sheets", 64), attacked(service, "sign_ins", 64):
        assert [service.get("/live").status for _ in range(20)] == [200] * 20


def test_metrics_count_over_all_processes_and_are_not_for_everybody(running: RunningService) -> None:
    for _ in range(20):
        assert running.ask(lot="A1001").status == 201
    assert running.get("/nothing-here").status == 404

    def counted(name: str) -> float:
        text = running.get("/metrics").body.decode()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))

    # what the other process has is there within a second or two
    assert any(counted("vialcheck_check_seconds_count") == 20 or Event().wait(0.3) for _ in range(60))
    assert counted('vialcheck_requests_total{pool="checks",status="201"}') == 20
    assert counted('vialcheck_requests_total{pool="pages",status="404"}') == 1
    assert "vialcheck_unwritten_checks" in running.get("/metrics").body.decode()
    # through a proxy on this machine that nobody announced
    assert running.get("/metrics", **{"X-Forwarded-For": "203.0.113.9"}).status == 403


def test_a_token_reads_metrics_from_anywhere(records: str, tmp_path: Path) -> None:
    with running_service(records, tmp_path, METRICS_TOKEN=KEY) as service:
        from_elsewhere = {"X-Forwarded-For": "203.0.113.9"}
        assert service.get("/metrics", **from_elsewhere, Authorization=f"Bearer {KEY}").status == 200
        assert service.get("/metrics", **from_elsewhere, Authorization="Bearer another").status == 403


def test_every_refusal_leaves_a_line_without_serial_address_or_key(
    records: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Time, level, id, view, status, code, network; nothing that was planted."""
    with running_service(records, tmp_path, LOG="json") as service:
        capfd.readouterr()
        ids = []
        paths = {
            f"/01/09506000134353/10/A1/21/{SERIAL}": "pages.link",
            f"/checks/{SERIAL}": "pages.result",
            f"/nothing/{SERIAL}": "none",
        }
        for path in paths:
            said = service.get(path, Authorization=f"Bearer {KEY}", **{"User-Agent": KEY})
            assert said.status >= 400, path
            ids.append(said.headers["x-request-id"])
        for said in (service.ask(lot="", expiry="soon"), service.post("/check", scan="", expiry="soon")):
            assert said.status == 422
            ids.append(said.headers["x-request-id"])
        assert service.get("/about").status == 200
    logged = capfd.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    told = {line["request_id"]: line for line in lines if line["event"] == "request"}
    assert list(told) == ids  # and none for the page that was given
    views = [*paths.values(), "api.verify", "pages.check"]
    assert [line["view"] for line in told.values()] == views
    for line in told.values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"])
        assert line["level"] == "warning"
        assert line["status"] >= 400
        assert line["code"]
        assert line["network"] == "127.0.0.0/24"
    for planted in (SERIAL, KEY, "127.0.0.1"):
        assert planted not in logged
