"""What comes round again and again is done by whoever does the work of imports."""

from pathlib import Path
from threading import Event

from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.queue import JobQueue, PeriodicJob
from service.registry.import_jobs.worker import ImportWorker
from service.storage.database import Database


def test_the_queue_knows_what_comes_round(database: Database, tmp_path: Path) -> None:
    done: list[str] = []
    worker = ImportWorker(database, ImportFiles(tmp_path))
    jobs = [
        PeriodicJob("one", "*/10", lambda: done.append("one")),
        PeriodicJob("two", "5", lambda: done.append("two")),
    ]
    runner = JobQueue(worker, tmp_path, Event(), jobs)
    queue = runner._queue
    try:
        for task in queue._registry.periodic_tasks:
            queue.execute(task)
    finally:
        runner.close()
    assert done == ["one", "two"]
