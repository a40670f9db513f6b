"""What comes round again and again is done by whoever does the work of imports."""

from pathlib import Path
from threading import Event

from service.registry.import_jobs.files import Shelf
from service.registry.import_jobs.queue import Job, Runner
from service.registry.import_jobs.worker import Worker
from service.storage.database import Database


def test_the_queue_knows_what_comes_round(database: Database, tmp_path: Path) -> None:
    done: list[str] = []
    worker = Worker(database, Shelf(tmp_path))
    jobs = [Job("one", "*/10", lambda: done.append("one")), Job("two", "5", lambda: done.append("two"))]
    runner = Runner(worker, tmp_path, Event(), jobs)
    queue = runner._queue
    try:
        for task in queue._registry.periodic_tasks:
            queue.execute(task)
    finally:
        runner.close()
    assert done == ["one", "two"]
