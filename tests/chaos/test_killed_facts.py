"""A process that takes lists, events and notices from watched folders, killed again and again at any moment."""

import json
import os
import random
from collections import Counter
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import select

from service.app import import_queue_of
from service.errors import UnavailableError
from service.registry.import_jobs.service import ImportJobs
from service.registry.import_jobs.worker import ImportWorker
from service.registry.watched_folders.watcher import FolderWatcher
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Alert, Batch, EpcisCapture, EpcisEvent, EpcisEventEpc, ImportJob, Unit
from service.verification.clock import Clock, machine_time
from tests.factories import recall_records
from tests.factories.events import commissioning, document
from tests.factories.recall_records import GTIN

KILLS = int(os.environ.get("KILLS", "200"))
LOTS, UNITS = 20, 40
"""Of each list, and of each document."""


def work(url: str, root: str, *, rounds: int = 0) -> None:
    """Look into the folders and do the work, as the service does; until it is killed, or so many times."""
    database = Database(url)
    settings = Settings(database_url=url, files=Path(root, "files"), watched=Path(root, "incoming"))
    files, _, captures = import_queue_of(settings, database, Clock.of(database, machine_time))
    jobs = ImportJobs(database, files, lambda _: None, most_bytes=1 << 20)
    worker = ImportWorker(database, files)
    watcher = FolderWatcher(database, Path(root, "incoming"), jobs, captures)
    done = 0
    while not rounds or done < rounds:
        with suppress(UnavailableError):
            watcher.look()
            for number in worker.waiting():
                worker.carry_on(number)
            for number in captures.waiting():
                captures.carry_on(number)
        done += 1
    database.close()


def fill(root: Path, number: int) -> None:
    """One more file of each kind, in place at once."""
    lots = "".join(f"{GTIN},L{number}-{each},2029-06-30,released\n" for each in range(LOTS))
    serials = [f"S{number}X{each}" for each in range(UNITS)]
    events = commissioning(serials, lot="B2", ilmd={"cbvmda:lotNumber": "B2"})
    report = {"recall_number": f"D-{number}-2026", "product_description": "Exampline Tablets 10 mg"}
    report |= {"code_info": f"Lot #: Q{number}A, Exp 10/29; Q{number}B, Exp 11/29"}
    for folder, name, content in (
        ("maker", f"{number}.csv", f"gtin,lot,expiry,status\n{lots}"),
        ("maker", f"{number}.json", document(events)),
        ("notices", f"{number}.json", json.dumps({"results": [report]})),
    ):
        path = root / "incoming" / folder / f"{name}.part"
        path.write_text(content)
        path.rename(path.with_suffix(""))


@pytest.mark.chaos
def test_nothing_is_twice_and_nothing_half(database_url: str, tmp_path: Path) -> None:
    database, chance, processes = Database(database_url), random.Random(18), get_context("forkserver")
    processes.set_forkserver_preload([__name__])  # so that most of its short life is work
    recall_records.put(database)
    with database.reading() as connection:
        before = (
            len(connection.execute(select(Batch.id)).all()),
            len(connection.execute(select(Unit.serial)).all()),
        )
    for folder, profile in (
        ("maker", 'organisation = "Example Biologics"\n'),
        ("notices", 'feed = "notices"\n'),
    ):
        (tmp_path / "incoming" / folder).mkdir(parents=True)
        (tmp_path / "incoming" / folder / "profile.toml").write_text(profile)
    for number in range(KILLS):
        fill(tmp_path, number)
        process = processes.Process(target=work, args=(database_url, str(tmp_path)))
        process.start()
        process.join(chance.uniform(0.1, 1.2))
        assert process.is_alive(), "it ended by itself"
        process.kill()
        process.join()
    work(database_url, str(tmp_path), rounds=8 + KILLS // 10)
    with database.reading() as connection:
        lots = connection.execute(select(Batch.id)).all()
        units = connection.execute(select(Unit.serial)).all()
        events = connection.execute(select(EpcisEvent.id)).all()
        epcs = connection.execute(select(EpcisEventEpc.place)).all()
        alerts = connection.scalars(select(Alert.lot)).all()
        jobs = [tuple(row) for row in connection.execute(select(ImportJob.file_name, ImportJob.state))]
        captures = connection.scalars(select(EpcisCapture.state)).all()
    assert (len(lots) - before[0], len(units) - before[1]) == (KILLS * LOTS, KILLS * UNITS)
    assert (len(events), len(epcs), set(captures)) == (KILLS, KILLS * UNITS, {"done"})
    assert sorted(alerts) == sorted(f"Q{number}{each}" for number in range(KILLS) for each in "AB")
    assert Counter(jobs) == Counter((f"{number}.csv", "done") for number in range(KILLS))
    for folder, kinds in (("maker", 2), ("notices", 1)):
        done = tmp_path / "incoming" / folder / "done"
        names = [path.name for path in done.iterdir() if path.name.endswith(".result.json")]
        assert len(names) == KILLS * kinds, folder
        assert not list((tmp_path / "incoming" / folder / "working").iterdir())
        assert not list((tmp_path / "incoming" / folder / "refused").iterdir())
    database.close()
