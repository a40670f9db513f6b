"""Readings of a temperature logger, and what they say of a product's storage limits. No I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

LONGEST_INTERVAL = timedelta(minutes=60)
"""A logger of a place for medicines records at least so often; a longer silence is a gap in any case."""


@dataclass(frozen=True, slots=True, order=True)
class LoggerReading:
    """One reading: when (aware, UTC), and hundredths of a degree Celsius."""

    at: datetime
    hundredths: int


@dataclass(frozen=True, slots=True)
class StorageLimits:
    """A product's limits in degrees Celsius; None for no limit on that side."""

    lowest: int | None
    highest: int | None

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return self.lowest is not None or self.highest is not None

    def allows(self, hundredths: int) -> bool:
        """Whether a reading lies within the limits; the limits themselves do.

        >>> StorageLimits(2, 8).allows(800), StorageLimits(2, 8).allows(801), StorageLimits(None,
        8).allows(-2000) (True, False, True)
        """
        too_cold = self.lowest is not None and hundredths < self.lowest * 100
        too_warm = self.highest is not None and hundredths > self.highest * 100
        return not too_cold and not too_warm


@dataclass(frozen=True, slots=True)
class ExcursionPeriod:
    """A time outside the limits, with its extremes. `ended`: the next reading inside, or the last one."""

    started: datetime
    ended: datetime
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class LogGap:
    """A time without readings, between two of them."""

    after: datetime
    before: datetime


def excursions_in(readings: Sequence[LoggerReading], limits: StorageLimits) -> Iterator[ExcursionPeriod]:
    """Yield each time outside the limits. `readings`: in order; of several at one moment, one outside counts.

    A vial that came before the next reading inside the limits lay there while nothing shows that it was well.
    """
    outside: list[LoggerReading] = []
    moments = _by_moment(readings)
    for at, values in moments:
        bad = [LoggerReading(at, each) for each in values if not limits.allows(each)]
        if bad:
            outside += bad
        elif outside:
            yield _period(outside, ended=at)
            outside = []
    if outside:
        yield _period(outside, ended=outside[-1].at)


def gaps_in(readings: Sequence[LoggerReading]) -> list[LogGap]:
    """Return the times without readings: two and a half times the log's interval, or more than an hour.

    The interval is the median of all; `readings` are in order.
    """
    moments = sorted({each.at for each in readings})
    steps = [after - before for before, after in pairwise(moments)]
    if not steps:
        return []
    usual = timedelta(seconds=median(step.total_seconds() for step in steps))
    most = min(max(usual * 2.5, timedelta(minutes=1)), max(LONGEST_INTERVAL, usual))
    return [LogGap(before, after) for before, after in pairwise(moments) if after - before > most]


def _by_moment(readings: Sequence[LoggerReading]) -> Iterator[tuple[datetime, list[int]]]:
    values: dict[datetime, list[int]] = {}
    for each in readings:
        values.setdefault(each.at, []).append(each.hundredths)
    yield from values.items()


def _period(outside: Sequence[LoggerReading], *, ended: datetime) -> ExcursionPeriod:
    values = [each.hundredths for each in outside]
    return ExcursionPeriod(outside[0].at, ended, min(values), max(values))
