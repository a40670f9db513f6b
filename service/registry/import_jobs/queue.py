"""Runs the work behind imports: a queue on disk (huey), served by one process at a time.

The import's own row says what is to be done; the queue only wakes the worker. So nothing is lost with the
queue: the process that takes over wakes every import that has not ended. A file lock, which the system
releases when a process dies, keeps it to one process.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from typing import Any, Protocol

from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from service.errors import UnavailableError
from service.registry.import_jobs.worker import ImportWorker

_TURN = 2.0  # seconds between two looks whether the lock is free
_AGAIN = 1  # seconds until work that met a busy database is tried again
_IDLE = 0.25  # seconds between two looks into the queue


class _QuietConsumer(Consumer):  # type: ignore[misc]  # untyped
    """Leave signals to the process that it runs in."""

    def _set_signal_handlers(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """What comes round again and again. `minutes` as crontab(5) has them: 17, or */10."""

    name: str
    minutes: str
    do: Callable[[], object]


class QueuedWork(Protocol):
    """Work that waits under numbers, such as that of imports."""

    def waiting(self) -> list[int]:
        """The numbers that have something to be done."""

    def carry_on(self, number: int) -> None:
        """Do what can be done. UnavailableError: later, from where it is."""

    def tidy(self) -> None:
        """Let go of what ended long ago."""


class JobQueue:
    """Wakes the work of an import; after `start` a thread of this process does it, and what comes round.

    `events`: the work of documents of events, beside that of lists.
    """

    def __init__(
        self,
        worker: ImportWorker,
        folder: Path,
        stop: Event,
        rounds: Sequence[PeriodicJob] = (),
        *,
        events: QueuedWork | None = None,
    ) -> None:
        self._worker = worker
        self._events = events
        tidied = [PeriodicJob("tidy_events", "19", events.tidy)] if events else []
        self._rounds = (PeriodicJob("tidy", "17", worker.tidy), *tidied, *rounds)
        self._folder = folder
        self._stop = stop
        self._thread: Thread | None = None
        self.at_work = Event()
        """Set while this process does the work."""

    @cached_property
    def _queue(self) -> Any:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # No write-ahead log: several hosts may share the folder, and it needs memory that all of them see.
        queue = SqliteHuey(
            "imports", filename=str(self._folder / "queue.db"), results=False, journal_mode="delete"
        )
        for job in self._rounds:
            queue.periodic_task(crontab(minute=job.minutes), name=job.name)(job.do)
        return queue

    @cached_property
    def _task(self) -> Any:
        return self._queue.task(name="carry_on")(self._carry_on)

    @cached_property
    def _event_task(self) -> Any:
        return self._queue.task(name="carry_on_events")(self._carry_on_events)

    def wake(self, number: int) -> None:
        """Have an import carried on."""
        self._task(number)

    def wake_events(self, number: int) -> None:
        """Have a capture of events carried on."""
        self._event_task(number)

    def start(self) -> None:
        """Do the work here, as soon as no other process does it for these files."""
        self._thread = Thread(target=self._work, name="imports", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the piece that is being put on record."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if "_queue" in self.__dict__:
            self._queue.storage.close()

    def _carry_on(self, number: int) -> None:
        try:
            self._worker.carry_on(number)
        except UnavailableError:
            self._task.schedule((number,), delay=_AGAIN)

    def _carry_on_events(self, number: int) -> None:
        try:
            if self._events is not None:
                self._events.carry_on(number)
        except UnavailableError:
            self._event_task.schedule((number,), delay=_AGAIN)

    def _work(self) -> None:
        lock = self._take_turn()
        if lock is None:
            return
        _ = self._task, self._event_task  # the queue knows what it is asked to do
        consumer = _QuietConsumer(
            self._queue, workers=1, initial_delay=0.02, max_delay=_IDLE, check_worker_health=False
        )
        consumer.start()
        for number in self._worker.waiting():
            self.wake(number)
        for number in self._events.waiting() if self._events else ():
            self.wake_events(number)
        self.at_work.set()
        self._stop.wait()
        consumer.stop(graceful=True)
        lock.close()

    def _take_turn(self) -> sqlite3.Connection | None:
        """The lock, as soon as it is free; None when this process is to end before."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while not self._stop.is_set():
            lock = sqlite3.connect(self._folder / "turn.db", timeout=0, isolation_level=None)
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                lock.close()
                self._stop.wait(_TURN)
            else:
                return lock
        return None
