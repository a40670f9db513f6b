"""Behind an import: the dry run says what would happen, pieces go in once each, whoever dies in between."""

import io
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import ErrorCode, ForbiddenError, NotFoundError
from service.registry.import_jobs import plan as import_jobs_plan
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.queue import JobQueue
from service.registry.import_jobs.service import ImportJobs
from service.registry.import_jobs.worker import ImportWorker
from service.registry.lists.columns import Layout, ListKind
from service.registry.lists.ownership import Owner
from service.storage.database import Database
from tests.factories.import_jobs import GTIN, Office, units
from tests.factories.lists import count, imported, table


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path / "files")


def test_pieces_add_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs_plan, "UNITS", 100)
    number = office.previewed(units(1050) + f"{GTIN},NONE,Z\n".encode())
    seen = office.look(number).seen
    assert seen is not None
    assert (seen["new"], seen["refused"], count(office.database, "unit")) == (1050, 1, 0)
    office.decide(number)
    office.worker.carry_on(number)
    upload = office.look(number)
    assert (upload.state, upload.new, upload.refused) == ("done", 1050, 1)
    assert count(office.database, "unit") == 1050
    (entry,) = table(office.database, "import", "rows_new, rows_refused, file_name, actor")
    assert (entry["rows_new"], entry["rows_refused"], entry["file_name"]) == (1050, 1, "list.csv")
    changes = table(office.database, "audit_entry", "id, import_id, account_id, after")
    assert len(changes) == 11  # one for each piece, in its transaction
    assert {row["account_id"] for row in changes} == {7}


def test_a_recall_of_serials_that_came_first_learns_whose_they_are(office: Office, tmp_path: Path) -> None:
    recall = f"gtin,kind,scope,serials,reason,class\n{GTIN},recall,list,000000001X 000000002X,particles,1\n"
    assert imported(office.database, tmp_path, recall).new == 1
    assert table(office.database, "recall", "owning_lots") == [{"owning_lots": ""}]
    number = office.previewed(units(20))
    office.decide(number)
    office.worker.carry_on(number)
    assert table(office.database, "recall", "owning_lots") == [{"owning_lots": "A1"}]


serials = st.sampled_from(["S1", "S2", "S3", "s1", "S 4", "", "S5"])
row = st.tuples(
    st.sampled_from([GTIN, "09506000110509"]),
    st.sampled_from(["A1", "B2", "ZZ"]),
    serials,
    st.sampled_from(["", "active", "destroyed"]),
)


@pytest.mark.slow
@settings(max_examples=25)
@given(before=st.lists(row, max_size=4), rows=st.lists(row, max_size=12))
def test_the_preview_of_units_says_what_an_import_does(
    migrated_sqlite: Path, before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    """The dry run reads, the terminal's import writes: for every list they come to the same."""
    header = "gtin,lot,serial,disposition\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "v.db"
        path.write_bytes(migrated_sqlite.read_bytes())
        database = Database(f"sqlite:///{path}")
        office = Office(database, Path(folder) / "files")
        imported(
            database, Path(folder), header + "".join(",".join(each) + "\n" for each in before), keep_good=True
        )
        content = header + "".join(",".join(each) + "\n" for each in rows)
        columns = ("gtin", "lot", "serial", "disposition")
        number = office.previewed(content.encode(), columns=columns)
        seen = office.look(number).seen
        assert seen is not None
        office.decide(number)
        office.worker.carry_on(number)
        ours = table(database, "unit")
        put = imported(database, Path(folder), content, keep_good=True)
        assert table(database, "unit") == ours  # the terminal finds nothing left to do
        assert put.new == 0
        assert put.unchanged == seen["new"] + seen["unchanged"]
        assert put.refused == seen["conflicting"] + seen["refused"]
        assert office.look(number).new == seen["new"]
        database.close()


@pytest.mark.slow
def test_a_list_of_batches_goes_in_pieces(office: Office) -> None:
    rows = "".join(f"{GTIN},L{number},2028-12-31\n" for number in range(450))
    number = office.previewed(
        b"gtin,lot,expiry\n" + rows.encode(), ListKind.BATCHES, ("gtin", "lot", "expiry")
    )
    office.decide(number)
    office.worker.carry_on(number)
    assert office.look(number).new == 450
    assert count(office.database, "batch") == 452


def test_cancelled_midway(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs_plan, "UNITS", 100)
    number = office.previewed(units(1000))
    office.decide(number)
    put, pieces = office.worker._put_next, []

    def third(*args: object) -> bool:
        pieces.append(1)
        if len(pieces) == 4:
            office.jobs.cancel(office.actor, number)
        return put(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(office.worker, "_put_next", third)
    office.worker.carry_on(number)
    upload = office.look(number)
    assert (upload.state, upload.new, count(office.database, "unit")) == ("cancelled", 300, 300)
    assert len(office.jobs.changes(office.actor, number)[0]) == 3  # what stays is listed
    monkeypatch.undo()
    again = office.previewed(units(1000))
    assert (office.look(again).seen or {})["unchanged"] == 300
    office.decide(again)
    office.worker.carry_on(again)
    assert count(office.database, "unit") == 1000


def test_cancelled_while_it_is_checked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.registry.import_jobs.worker._TOLD", 0)
    number = office.previewed(units(10))
    office.jobs.again(office.actor, number)
    told = office.worker._meter

    def cancels(job: int, state: str):  # type: ignore[no-untyped-def]
        office.jobs.cancel(office.actor, job)
        return told(job, state)

    monkeypatch.setattr(office.worker, "_meter", cancels)
    upload = office.look(number)
    part = upload.parts[0]
    office.jobs.choose(office.actor, number, Layout(part.kind, part.columns))
    office.worker.carry_on(number)
    assert office.look(number).state == "cancelled"


def killed(url: str, office: Office, number: int, pieces: int) -> str:
    """Carry on in a process that is killed after so many pieces more; what it said."""
    program = "import sys; from tests.factories.import_jobs import work_until_killed as work; work(sys.argv[1], sys.argv[2], int(sys.argv[3]))"
    process = subprocess.Popen(
        [sys.executable, "-c", program, url, str(office.files), str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    with process:
        while said.count("piece") < pieces and (line := process.stdout.readline()):
            said += line
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    return said


@pytest.mark.slow
def test_killed_and_carried_on(office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs_plan, "UNITS", 50)
    rows = 2000
    number = office.previewed(units(rows))
    office.decide(number)
    chance, done = random.Random(4), 0
    for _ in range(3):
        done += killed(database_url, office, number, chance.randrange(1, 6)).count("piece")
        upload = office.look(number)
        on_record = count(office.database, "unit")
        assert upload.new == on_record  # the cursor, the counts and the units are one
        assert on_record >= done * 50  # what was acknowledged stays
        assert on_record % 50 == 0
        assert sum(row["after"]["units"] for row in parsed(office)) == on_record
    office.worker.carry_on(number)
    assert (office.look(number).state, office.look(number).new) == ("done", rows)
    assert count(office.database, "unit") == rows
    assert sum(row["after"]["units"] for row in parsed(office)) == rows  # each exactly once


def parsed(office: Office) -> list[dict[str, dict[str, int]]]:
    entries, _ = office.jobs.changes(office.actor, 1)
    every = list(entries)
    page = 2
    while entries := office.jobs.changes(office.actor, 1, page)[0]:
        every += entries
        page += 1
    return [{"after": entry.after or {}} for entry in every]


def test_two_workers_at_one_import_do_no_harm(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs_plan, "UNITS", 100)
    number = office.previewed(units(1000))
    office.decide(number)
    other = ImportWorker(office.database, ImportFiles(office.files))
    put = office.worker._put_next

    def in_turn(*args: object) -> bool:
        other_job = other._job(number)
        assert other_job is not None
        if other_job["state"] == "applying":
            other._put_next(other_job, *args[1:])  # type: ignore[arg-type]
        return put(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(office.worker, "_put_next", in_turn)
    office.worker.carry_on(number)
    assert (office.look(number).state, office.look(number).new) == ("done", 1000)
    assert count(office.database, "unit") == 1000


def test_a_plan_that_is_not_the_one_that_was_shown(office: Office) -> None:
    number = office.previewed(units(10))
    office.decide(number)
    plan = ImportFiles(office.files).plan(office.look(number).folder)
    plan.write_text(plan.read_text().replace("A1", "B2"))
    office.worker.carry_on(number)
    upload = office.look(number)
    assert upload.state == "failed"
    assert count(office.database, "unit") == 0


def test_the_queue_does_the_work_and_takes_over_what_was_left(office: Office) -> None:
    left = office.previewed(units(10))
    office.decide(left)  # whoever was to do it is gone
    stop = Event()
    runner = JobQueue(ImportWorker(office.database, ImportFiles(office.files), stop=stop), office.files, stop)
    done = Event()
    carry_on = runner._worker.carry_on

    def told(number: int) -> None:
        carry_on(number)
        done.set()

    runner._worker.carry_on = told  # type: ignore[method-assign]
    runner.start()
    assert done.wait(30)
    assert office.look(left).state == "done"
    done.clear()
    jobs = ImportJobs(office.database, ImportFiles(office.files), runner.wake, most_bytes=1000)
    number = jobs.begin(office.actor, io.BytesIO(units(3)), "a.csv")
    assert done.wait(30)
    assert office.look(number).state == "columns"
    standby = JobQueue(ImportWorker(office.database, ImportFiles(office.files)), office.files, Event())
    standby.start()
    assert not standby.at_work.is_set()  # one at a time
    runner.close()
    standby.close()


def test_files_are_let_go_of(office: Office) -> None:
    number = office.previewed(units(10))
    folder = office.files / office.look(number).folder
    office.decide(number)
    office.worker.carry_on(number)
    assert sorted(path.name for path in folder.iterdir()) == ["refused.csv", "samples.json"]
    undecided = office.previewed(units(5))
    later = ImportWorker(
        office.database, ImportFiles(office.files), clock=lambda: datetime(2099, 1, 1, tzinfo=UTC)
    )
    later.tidy()
    assert not folder.exists()
    assert office.look(undecided).state == "cancelled"
    with pytest.raises(NotFoundError):
        office.jobs.refused(office.actor, number)


def test_a_terminal_may_do_everything_and_an_organisation_its_own() -> None:
    assert Owner().owns(None)
    assert not Owner(3, "x").owns(None)
    with pytest.raises(ForbiddenError) as refusal:
        Owner(3, "x", frozenset({ListKind.ALERTS})).require(ListKind.UNITS)
    assert refusal.value.code is ErrorCode.LIST_NOT_YOURS
