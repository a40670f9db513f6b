"""Bounded thread pools of one worker process: one for each `Pool`, none waits behind another.

Python runs one thread at a time, so few threads do; what differs is who queues behind whom. A full queue
refuses at once (503), a job that waited too long is not begun, and one that does not end is answered with
503 while its thread goes on.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from service.storage.database.server_watch import answering_until
from service.web.core.concurrency import Pool

Work = Callable[[], Any]
Send = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Threads, requests that may wait for one, and seconds after which a request is answered with 503."""

    threads: int
    queue: int
    seconds: float


def pool_limits(check_threads: int, *, database_wait: float) -> dict[Pool, PoolLimits]:
    """The limits of a process. `database_wait`: seconds that a write waits for another (a setting)."""
    at_least = database_wait + 0.5
    return {
        Pool.CHECKS: PoolLimits(check_threads, 256, max(3.0, at_least)),
        Pool.LOOKUPS: PoolLimits(4, 64, max(5.0, at_least)),
        Pool.PAGES: PoolLimits(2, 64, max(20.0, at_least)),
        Pool.COSTLY: PoolLimits(1, 16, 20.0),
        Pool.SIGN_IN: PoolLimits(1, 32, 20.0),
        Pool.PICTURES: PoolLimits(1, 16, 30.0),
        Pool.PROVIDER: PoolLimits(2, 8, 20.0),
        Pool.OUTSIDE: PoolLimits(4, 16, max(8.0, at_least)),
    }


class BusyError(Exception):
    """The pool takes no more, or the answer did not come in time."""


class _Job:
    """Work for a thread. The thread, or the sweep that gives it up, acquires `answered` and then answers."""

    __slots__ = ("answered", "due", "future", "jobs", "send", "work")

    def __init__(
        self, work: Work, send: Send | None, future: "asyncio.Future[Any]", due: float, jobs: "set[_Job]"
    ) -> None:
        self.work, self.send, self.future, self.due, self.jobs = work, send, future, due, jobs
        self.answered = threading.Lock()


class _ThreadPool:
    """`jobs` are known to the event loop alone; its threads see the queue."""

    def __init__(self, limits: PoolLimits) -> None:
        self.limits = limits
        self.queue: SimpleQueue[_Job | None] = SimpleQueue()
        self.jobs: set[_Job] = set()


class ThreadPools:
    """All pools of a process. Every method is called from the event loop's thread."""

    def __init__(self, limits: dict[Pool, PoolLimits]) -> None:
        self._pools = {pool: _ThreadPool(each) for pool, each in limits.items()}
        self._sent: deque[_Job] = deque()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads. Answers are handed over in `loop`."""
        self._loop = loop
        for name, pool in self._pools.items():
            for number in range(pool.limits.threads):
                thread = threading.Thread(
                    target=self._work, args=(pool.queue,), name=f"{name}-{number}", daemon=True
                )
                thread.start()

    async def run(self, pool: Pool, work: Work, send: Send | None = None) -> Any:
        """What `work` returns, from a thread of the pool; BusyError. What `work` raises is raised here.

        `send`: called in the thread with what `work` returned. Where it returns True, all is done, and this
        returns None, but not at once: to wake the event loop for it would take a tenth of a check's time.
        """
        self._end_sent()
        inside = self._pools[pool]
        limits = inside.limits
        if len(inside.jobs) >= limits.threads + limits.queue:
            raise BusyError
        due = time.monotonic() + limits.seconds
        job = _Job(work, send, self._loop.create_future(), due, inside.jobs)
        inside.jobs.add(job)
        inside.queue.put(job)
        return await job.future

    def give_up_late(self) -> None:
        """Answer what is overdue with BusyError. Call it about twice a second."""
        self._end_sent()
        now = time.monotonic()
        for pool in self._pools.values():
            for job in pool.jobs:
                if now > job.due and job.answered.acquire(blocking=False):
                    job.future.set_exception(BusyError())

    def usage(self) -> Iterator[tuple[Pool, int]]:
        """How many requests of each pool wait or are worked on."""
        for name, pool in self._pools.items():
            yield name, len(pool.jobs)

    def close(self) -> None:
        """Let every thread end after the job that it is at."""
        for pool in self._pools.values():
            for _ in range(pool.limits.threads):
                pool.queue.put(None)

    def _work(self, queue: "SimpleQueue[_Job | None]") -> None:
        while (job := queue.get()) is not None:
            result: Any = None
            error: BaseException | None = None
            if time.monotonic() > job.due:
                error = BusyError()  # it waited too long, and may not have been given up yet
            else:
                try:
                    with answering_until(job.due):
                        result = job.work()
                except BaseException as caught:
                    error = caught
            ours = job.answered.acquire(blocking=False)
            if ours and error is None and job.send is not None:
                try:
                    if job.send(result):
                        self._sent.append(job)
                        continue
                except BaseException as caught:  # a thread less would be one for good
                    error = caught
            try:
                self._loop.call_soon_threadsafe(_finish, job, ours, result, error)
            except RuntimeError:
                return  # the loop is closed: the process ends

    def _end_sent(self) -> None:
        """Let the coroutines go on whose answers were sent by a thread."""
        while self._sent:
            _finish(self._sent.popleft(), True, None, None)


def _finish(job: _Job, ours: bool, result: Any, error: BaseException | None) -> None:
    """In the event loop: end the job. `ours`: its thread answers; else it was given up already."""
    job.jobs.discard(job)
    if not ours or job.future.done():
        return
    if error is None:
        job.future.set_result(result)
    else:
        job.future.set_exception(error)
