"""Prometheus metrics of all worker processes of a host, gathered in files that they share.

Nothing is counted before `start`, so a test client and the terminal count nothing. Names and labels hold no
identifier of a product, a person or a client.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class _Metrics:
    """Each metric of `docs/operations.md`. Any: the library is imported by `start` only."""

    requests: Any
    request_seconds: Any
    check_seconds: Any
    pool_requests: Any
    bodies: Any
    unwritten: Any
    connections: Any
    job_success: Any
    job_failures: Any


_known: dict[str, _Metrics] = {}  # one entry, after `start`


def start(folder: Path) -> None:
    """Count from now on, into files in `folder`. Gauges of processes that have ended are taken away."""
    # The library decides when it is imported whether it shares its values between processes.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415

    _known["metrics"] = _Metrics(
        requests=Counter("vialcheck_requests", "Answered requests.", ["pool", "status"]),
        request_seconds=Histogram(
            "vialcheck_request_seconds", "From the request's head to its answer.", ["pool"], buckets=_SLOW
        ),
        check_seconds=Histogram(
            "vialcheck_check_seconds", "Making a verdict, by its action.", ["action"], buckets=_FAST
        ),
        pool_requests=_gauge(Gauge, "pool_requests", "Requests that wait or are worked on.", ["pool"]),
        bodies=_gauge(Gauge, "bodies_arriving", "Request bodies on their way."),
        unwritten=_gauge(Gauge, "unwritten_checks", "Answered checks that are not on disk yet."),
        connections=_gauge(Gauge, "database_connections", "Connections to the database in use."),
        job_success=Gauge(
            "vialcheck_job_last_success_timestamp_seconds",
            "When a periodic job last ended well (Unix time).",
            ["job"],
            multiprocess_mode="max",
        ),
        job_failures=Counter("vialcheck_job_failures", "Periodic jobs that failed.", ["job"]),
    )
    _forget_ended(folder)


def count_request(pool: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    if _known:
        known = _known["metrics"]
        known.requests.labels(pool, status).inc()
        known.request_seconds.labels(pool).observe(seconds)


def count_check(action: str, seconds: float) -> None:
    """Count one verdict."""
    if _known:
        _known["metrics"].check_seconds.labels(action).observe(seconds)


def show_usage(pools: Iterable[tuple[str, int]], bodies: int) -> None:
    """Set what the front of this process has in hand."""
    if _known:
        known = _known["metrics"]
        for pool, number in pools:
            known.pool_requests.labels(pool).set(number)
        known.bodies.set(bodies)


def show_storage(unwritten: int, connections: int) -> None:
    """Set how many checks wait for the disk, and how many database connections are in use."""
    if _known:
        _known["metrics"].unwritten.set(unwritten)
        _known["metrics"].connections.set(connections)


def count_job(job: str, *, ended_well: bool) -> None:
    """Note that a periodic job has ended."""
    if not _known:
        return
    if ended_well:
        _known["metrics"].job_success.labels(job).set_to_current_time()
    else:
        _known["metrics"].job_failures.labels(job).inc()


def exposition() -> bytes:
    """The metrics of all processes in Prometheus' text format; empty where nothing is counted."""
    if not _known:
        return b""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _gauge(kind: Any, name: str, said: str, labels: Iterable[str] = ()) -> Any:
    """A gauge that is the sum over the processes that live."""
    return kind(f"vialcheck_{name}", said, list(labels), multiprocess_mode="livesum")


def _forget_ended(folder: Path) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    for file in folder.glob("gauge_live*_*.db"):
        number = int(file.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker was faster
                mark_process_dead(number)  # type: ignore[no-untyped-call]
