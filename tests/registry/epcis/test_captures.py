"""Captures in pieces: stopped anywhere, they go on where they were; and the jobs of HTTP and the browser."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.accounts.actors import Actor, OrganisationKind, Role
from service.errors import ConflictError, ErrorCode, RefusedError, UnavailableError
from service.registry.epcis import captures, staging
from service.registry.epcis.captures import EventCaptures
from service.registry.epcis.jobs import CaptureJobs
from service.registry.import_jobs.files import ImportFiles
from service.storage.database import Database
from tests.factories.events import captured, commissioning, document, event, step
from tests.factories.lists import NOW, prepared, table
from tests.factories.people import organisation

SERIALS = [f"S{number:03}" for number in range(60)]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten EPCs are a chunk, and two chunks a piece."""
    monkeypatch.setattr(staging, "CHUNK", 10)
    monkeypatch.setattr(captures, "CHUNK", 10)
    monkeypatch.setattr(captures, "AT_ONCE", 20)


def large() -> str:
    """Three events of 60, 30 and 1 EPCs, which are seven pieces or more."""
    return document(
        commissioning(SERIALS, lot="B2", ilmd={"cbvmda:lotNumber": "B2"}),
        step("shipping", SERIALS[:30]),
        event(epcList=["urn:a:b"]),
    )


def state(database: Database) -> list[Any]:
    """Everything that a capture writes, without times and names made by chance."""
    return [
        [(row["serial"], row["disposition"]) for row in table(database, "unit")],
        [
            (row["type"], row["outcome"], bool(row["whole"]), row["why"])
            for row in table(database, "epcis_event")
        ],
        [(row["field"], row["place"], row["uri"]) for row in table(database, "epcis_event_epc")],
        [(row["state"], row["errors"]) for row in table(database, "epcis_capture")],
        sorted(
            (row["action"], row["object_id"], str(row["after"])) for row in table(database, "audit_entry")
        ),
        [row["importing"] for row in table(database, "product")],
    ]


class _KilledError(BaseException):
    """The process ends here."""


@pytest.mark.usefixtures("small_pieces")
def test_stopped_before_any_piece_it_goes_on_where_it_was(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction is whole or not there, so that a kill is one before or behind a piece."""
    put_next: Callable[..., bool] = EventCaptures._put_next
    expected: list[Any] | None = None
    for pieces in range(9):
        path = tmp_path / f"{pieces}.db"
        path.write_bytes(migrated_sqlite.read_bytes())
        database = Database(f"sqlite:///{path}")
        prepared(database, tmp_path)
        left = pieces or 100

        def stops(self: EventCaptures, *arguments: Any) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                raise _KilledError
            return put_next(self, *arguments)

        monkeypatch.setattr(EventCaptures, "_put_next", stops)
        try:
            captured(database, tmp_path, large())
        except _KilledError:
            assert {row["importing"] for row in table(database, "product") if row["importing"]}
        monkeypatch.setattr(EventCaptures, "_put_next", put_next)
        for _, outcome in EventCaptures(database, lambda: NOW).resume():
            assert not outcome.errors
        found = state(database)
        expected = expected or found
        assert found == expected
        assert list(EventCaptures(database).resume()) == []
        database.close()


@pytest.mark.slow
def test_killed_again_and_again_a_document_is_there_once_and_whole(sqlite_url: str, tmp_path: Path) -> None:
    """A real process, killed at other moments each time, from the first piece to the last."""
    database = Database(sqlite_url)
    prepared(database, tmp_path)
    path, many = tmp_path / "events.json", [f"K{number:05}" for number in range(60_000)]
    path.write_text(document(commissioning(many, lot="B2", ilmd={"cbvmda:lotNumber": "B2"})))
    environment = os.environ | {
        "VIALCHECK_DATABASE_URL": sqlite_url,
        "VIALCHECK_FILES": str(tmp_path / "files"),
    }

    def run(*arguments: str, kill_at: int | None) -> None:
        """Run the command; kill it once so many units are on record."""
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "import", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
        )
        while kill_at is not None and process.poll() is None:
            if len(table(database, "unit", "serial")) >= kill_at:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.01)
        process.communicate()

    run(str(path), kill_at=10_000)
    for kill_at in (20_000, 30_000, 50_000):
        run("--resume", kill_at=kill_at)
    run("--resume", kill_at=None)
    assert len(table(database, "unit", "serial")) == 60_000
    assert len(table(database, "epcis_event_epc", "place")) == 60_000
    assert [bool(row["whole"]) for row in table(database, "epcis_event")] == [True]
    assert [row["state"] for row in table(database, "epcis_capture")] == ["done"]
    database.close()


@pytest.mark.usefixtures("small_pieces")
def test_what_others_wrote_meanwhile_is_named_and_its_event_kept(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the last piece, a unit was put into another lot."""
    prepared(database, tmp_path)
    begin: Callable[..., int] = EventCaptures._begin

    def then_others(self: EventCaptures, *arguments: Any) -> int:
        with database.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO unit (product_id, serial, batch_id, disposition) "
                "SELECT product_id, 'S055', id, 1 FROM batch WHERE lot = 'A1' ORDER BY id LIMIT 1"
            )
        return begin(self, *arguments)

    monkeypatch.setattr(EventCaptures, "_begin", then_others)
    outcome = captured(database, tmp_path, large())
    assert [(each["event"], each["code"], each["given"]) for each in outcome.errors] == [
        (1, "conflict", "S055")
    ]
    assert all(row["whole"] for row in table(database, "epcis_event"))
    assert len(table(database, "epcis_event_epc")) == 91


@pytest.fixture
def office(database: Database, tmp_path: Path) -> tuple[Database, CaptureJobs, Actor]:
    prepared(database, tmp_path)
    owner = organisation(database, "Ostrelind")
    with database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE manufacturer SET organisation_id = {owner}")
    roles = frozenset({Role.IMPORTER})
    actor = Actor("Ada", None, owner, "Ostrelind", OrganisationKind.MANUFACTURER, roles)
    files = ImportFiles(tmp_path / "files")
    return database, CaptureJobs(database, files, most_bytes=100_000, clock=lambda: NOW), actor


def sent(jobs: CaptureJobs, actor: Actor, content: str, **options: Any) -> str:
    return jobs.begin(actor, io.BytesIO(content.encode()), "events.json", **options)


def worked(jobs: CaptureJobs) -> None:
    for number in jobs.waiting():
        jobs.carry_on(number)


@pytest.mark.usefixtures("small_pieces")
def test_a_job_in_pieces(office: tuple[Database, CaptureJobs, Actor], tmp_path: Path) -> None:
    database, jobs, actor = office
    token = sent(jobs, actor, large())
    worked(jobs)
    job = jobs.one(actor, token)
    assert (job.state, job.good, job.seen["units"]) == ("done", True, 60)
    assert not any((tmp_path / "files").iterdir())  # nothing is left of the document
    assert jobs.waiting() == []
    assert len(table(database, "unit")) == 60


def test_a_person_decides_once(office: tuple[Database, CaptureJobs, Actor]) -> None:
    database, jobs, actor = office
    token = sent(jobs, actor, document(commissioning("12")), previews=True)
    worked(jobs)
    job = jobs.one(actor, token)
    assert (job.state, job.seen["units"], table(database, "unit")) == ("preview", 2, [])
    jobs.decide(actor, token, "first delivery")
    worked(jobs)
    assert len(table(database, "unit")) == 2
    assert {row["reason"] for row in table(database, "audit_entry")} >= {"first delivery"}
    with pytest.raises(ConflictError):
        jobs.decide(actor, token, "again")
    with pytest.raises(ConflictError):
        jobs.cancel(actor, token)


def test_a_cancelled_document_leaves_nothing(
    office: tuple[Database, CaptureJobs, Actor], tmp_path: Path
) -> None:
    database, jobs, actor = office
    token = sent(jobs, actor, document(commissioning("12")), previews=True)
    worked(jobs)
    jobs.cancel(actor, token)
    assert (jobs.one(actor, token).state, table(database, "unit")) == ("cancelled", [])
    assert not any((tmp_path / "files").iterdir())


def test_a_document_that_is_too_large_or_empty_is_not_kept(
    office: tuple[Database, CaptureJobs, Actor], tmp_path: Path
) -> None:
    _, jobs, actor = office
    for content in ("", "x" * 100_001):
        with pytest.raises(RefusedError):
            sent(jobs, actor, content)
    assert not any((tmp_path / "files").iterdir())


def test_a_fault_of_ours_ends_a_job_and_a_busy_database_does_not(
    office: tuple[Database, CaptureJobs, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, jobs, actor = office
    token = sent(jobs, actor, document(commissioning("12")))

    def fails(*_: object, **__: object) -> None:
        raise raised

    raised: Exception = UnavailableError(ErrorCode.BUSY)
    monkeypatch.setattr(EventCaptures, "stage", fails)
    with pytest.raises(UnavailableError):
        worked(jobs)
    assert jobs.one(actor, token).state == "waiting"
    raised = ZeroDivisionError()
    worked(jobs)
    assert (jobs.one(actor, token).state, jobs.waiting()) == ("failed", [])
