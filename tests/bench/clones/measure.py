"""Figures of one detector on one log."""

import statistics
from collections import Counter
from dataclasses import dataclass

from tests.bench.clones.detectors import Detector, Found
from tests.bench.clones.worlds import Log, kinds

MISTAKES = 1000
"""One single vial in so many is taken for a copy at the line where detectors are compared."""

NOTHING = Found(0.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one kind, in percent of the codes made: found at one mistake in a thousand, and as shipped (None: it has no
    threshold of its own); days from the kind's first scan to the flag; `seen`: scanned at all.
    """

    at_line: float
    as_shipped: float | None
    days: float | None
    seen: float


def measure(log: Log, detector: Detector) -> tuple[dict[str, Figure], list[str]]:
    """The figures by kind, `genuine` among them; and the serials of single vials that it flags by mistake."""
    truth: dict[str, str] = {}
    first: dict[str, int] = {}
    for row in log.rows:
        truth.setdefault(row["serial"], row["truth"])
        first.setdefault(row["serial"], int(row["time"]))
    found = detector({name: value for name, value in row.items() if name != "truth"} for row in log.rows)
    of_kind: dict[str, list[str]] = {kind: [] for kind in log.made}
    for serial, kind in truth.items():
        of_kind[kind].append(serial)
    single = sorted((found.get(serial, NOTHING).score for serial in of_kind["genuine"]), reverse=True)
    line = single[len(single) // MISTAKES]
    figures = {}
    for kind in ("genuine", *kinds(log)):
        units = {serial: found.get(serial, NOTHING) for serial in of_kind[kind]}
        made = log.made[kind]
        days = [
            (each.flagged_at - first[serial]) / 86400
            for serial, each in units.items()
            if each.flagged_at is not None
        ]
        figures[kind] = Figure(
            100 * sum(each.score > line for each in units.values()) / made,
            100 * len(days) / made,
            statistics.median(days) if days else None,
            100 * len(units) / made,
        )
    mistaken = [s for s in of_kind["genuine"] if found.get(s, NOTHING).flagged_at is not None]
    return figures, mistaken


def causes(log: Log, mistaken: list[str]) -> list[tuple[str, int]]:
    """What happened to the single vials that were flagged by mistake, the most frequent first."""
    counted = Counter(event for serial in mistaken for event in log.events.get(serial, ()))
    return counted.most_common()
