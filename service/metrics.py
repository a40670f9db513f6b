"""Metrics of all worker processes of a host, for Prometheus.

Each process counts in its own memory, which takes less than a microsecond, and writes what it has to a file
of its own about once a second (`share`). `exposition` adds the files up: counters and histograms of every
process that ever was, gauges of those that live. Names and labels hold no identifier of a product, person or
client.
"""

import operator
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

HELP = {
    "vialcheck_requests": ("Answered requests.", ("pool", "status")),
    "vialcheck_request_seconds": ("From the request's head to its answer.", ("pool",)),
    "vialcheck_check_seconds": ("Making a verdict, by its action.", ("action",)),
    "vialcheck_pool_requests": ("Requests that wait or are worked on.", ("pool",)),
    "vialcheck_bodies_arriving": ("Request bodies on their way.", ()),
    "vialcheck_unwritten_checks": ("Answered checks that are not on disk yet.", ()),
    "vialcheck_database_connections": ("Connections to the database in use.", ()),
    "vialcheck_job_last_success_timestamp_seconds": ("When a periodic job last ended well.", ("job",)),
    "vialcheck_text_messages": ("Answers to text messages, by what became of them.", ("provider", "outcome")),
    "vialcheck_job_failures": ("Periodic jobs that failed.", ("job",)),
}
"""Each metric: what it says, and its labels."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Histogram(msgspec.Struct):
    """`counts`: one for each bucket, and one for what is above the last."""

    counts: list[int]
    total: float = 0.0


class Counts(msgspec.Struct):
    """What one process counted: a value for each metric and each set of labels (joined by a line feed)."""

    counters: dict[str, dict[str, float]]
    gauges: dict[str, dict[str, float]]
    latest: dict[str, dict[str, float]]
    histograms: dict[str, dict[str, _Histogram]]


def _nothing() -> Counts:
    return Counts(defaultdict(dict), defaultdict(dict), defaultdict(dict), defaultdict(dict))


_counts = _nothing()
_lock = threading.Lock()  # several threads count, and `x += 1` on a dict is two steps


def count(metric: str, *labels: str, by: float = 1.0) -> None:
    """Add to a counter."""
    key = "\n".join(labels)
    with _lock:
        values = _counts.counters[metric]
        values[key] = values.get(key, 0.0) + by


def observe(metric: str, seconds: float, *labels: str) -> None:
    """Add a duration to a histogram."""
    key = labels[0] if len(labels) == 1 else "\n".join(labels)
    place = bisect_left(_BUCKETS, seconds)
    with _lock:
        values = _counts.histograms[metric]
        known = values.get(key)
        if known is None:
            known = values[key] = _Histogram([0] * (len(_BUCKETS) + 1))
        known.counts[place] += 1
        known.total += seconds


def show(metric: str, value: float, *labels: str) -> None:
    """Set what this process has of something at this moment; shown is the sum over the processes."""
    with _lock:
        _counts.gauges[metric]["\n".join(labels)] = value


def count_job(job: str, *, ended_well: bool) -> None:
    """Note that a periodic job has ended; when it last ended well is the latest over the processes."""
    if not ended_well:
        count("vialcheck_job_failures", job)
        return
    with _lock:
        _counts.latest["vialcheck_job_last_success_timestamp_seconds"][job] = time.time()


def count_check(action: str, seconds: float) -> None:
    """Count one verdict."""
    observe("vialcheck_check_seconds", seconds, action)


def share(folder: Path) -> None:
    """Write what this process has counted to its file in `folder`, at once or not at all."""
    with _lock:
        content = msgspec.json.encode(_counts)
    file = folder / f"{os.getpid()}.json"
    draft = file.with_suffix(f".{threading.get_ident()}")
    draft.write_bytes(content)
    draft.replace(file)


def exposition(folder: Path) -> bytes:
    """The metrics of all processes that share them in `folder`, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Collected(folder))
    return generate_latest(registry)


class _Collected(Collector):
    """The sum of all processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Each metric that was counted, in the order of its name."""
        together = _nothing()
        for file in sorted(self._folder.glob("*.json")):
            _add(together, msgspec.json.decode(file.read_bytes(), type=Counts), lives=_lives(int(file.stem)))
        yield from _families(together)


def _add(together: Counts, one: Counts, *, lives: bool) -> None:
    _merge(together.counters, one.counters, operator.add)
    _merge(together.latest, one.latest, max)
    if lives:
        _merge(together.gauges, one.gauges, operator.add)
    for metric, histograms in one.histograms.items():
        kept = together.histograms[metric]
        for key, each in histograms.items():
            before = kept.get(key)
            counts = (
                [a + b for a, b in zip(before.counts, each.counts, strict=True)] if before else each.counts
            )
            kept[key] = _Histogram(counts, each.total + (before.total if before else 0.0))


def _merge(
    together: dict[str, dict[str, float]],
    one: dict[str, dict[str, float]],
    both: Callable[[float, float], float],
) -> None:
    for metric, values in one.items():
        known = together[metric]
        for key, value in values.items():
            known[key] = both(known.get(key, 0.0), value)


def _families(counts: Counts) -> Iterator[Metric]:
    for metric, values in sorted(counts.counters.items()):
        said, names = HELP[metric]
        counter = CounterMetricFamily(metric, said, labels=names)
        for labels, value in _labelled(values):
            counter.add_metric(labels, value)
        yield counter
    for metric, values in sorted((counts.gauges | counts.latest).items()):
        said, names = HELP[metric]
        gauge = GaugeMetricFamily(metric, said, labels=names)
        for labels, value in _labelled(values):
            gauge.add_metric(labels, value)
        yield gauge
    for metric, histograms in sorted(counts.histograms.items()):
        said, names = HELP[metric]
        histogram = HistogramMetricFamily(metric, said, labels=names)
        for key, each in histograms.items():
            below, buckets = 0, []
            for bound, number in zip((*map(str, _BUCKETS), "+Inf"), each.counts, strict=True):
                below += number
                buckets.append((bound, below))
            histogram.add_metric(_split(key), buckets, each.total)
        yield histogram


def _labelled(values: Mapping[str, float]) -> Iterator[tuple[list[str], float]]:
    for key, value in values.items():
        yield _split(key), value


def _split(key: str) -> list[str]:
    return key.split("\n") if key else []


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's by now
        return False
    return True
