"""Charts of stacked columns: geometry here, SVG in `charts.html`, colours in the style sheet.

Every chart stands beside a table of the same figures, which is what a screen reader reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from service.authenticity.reasons import Action
from service.registry.statistics import DayCount

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 240, 48, 28, 20
"""Size and margins of a chart in SVG units; it scales to the page."""

STACKED = (Action.ACCEPT, Action.CHECK, Action.UNKNOWN, Action.QUARANTINE, Action.REJECT)
"""From the bottom up: the worst action is on top, where it is seen."""

_LABELS = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a column for one action."""

    action: Action
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of an axis: position and text."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """A chart of stacked columns, one for each day."""

    segments: tuple[Segment, ...]
    counts: tuple[Tick, ...]
    days: tuple[tuple[float, date], ...]
    used: tuple[Action, ...]
    total: int


def columns(days: Sequence[DayCount]) -> ColumnChart:
    """Lay out checks by day and action."""
    top = _round_up(max((day.total for day in days), default=0))
    step = (WIDTH - LEFT) / max(len(days), 1)
    every = max(1, -(-len(days) // _LABELS))
    return ColumnChart(
        segments=tuple(_segments(days, step, top)),
        counts=tuple(Tick(_height_at(share * top, top), str(int(share * top))) for share in _shares(top)),
        days=tuple((LEFT + (at + 0.5) * step, day.day) for at, day in enumerate(days) if at % every == 0),
        used=tuple(each for each in STACKED if any(day.answers.get(each) for day in days)),
        total=sum(day.total for day in days),
    )


def _segments(days: Sequence[DayCount], step: float, top: int) -> Iterator[Segment]:
    for at, day in enumerate(days):
        below = 0
        for action in STACKED:
            count = day.answers.get(action, 0)
            if count:
                y, base = _height_at(below + count, top), _height_at(below, top)
                width = max(step * 0.8, 1)
                yield Segment(action, LEFT + at * step + (step - width) / 2, y, width, base - y)
            below += count


def _height_at(count: float, top: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top), 2)


def _shares(top: int) -> tuple[float, ...]:
    return (0, 0.5, 1) if top % 2 == 0 else (0, 1)


def _round_up(count: int) -> int:
    """Return the next of 2, 4, 10, 20, 40, 100, …, so that an axis ends in a round number.

    >>> [_round_up(each) for each in (0, 1, 3, 10, 11, 350)]
    [2, 2, 4, 10, 20, 400]
    """
    size = 1
    while True:
        for step in (2, 4, 10):
            if count <= step * size:
                return step * size
        size *= 10
