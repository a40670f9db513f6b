"""A timeline of sightings: for each place a bar from the first day to the last.

The bars are in the rows of the table with the same data, so that both fit on a phone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.registry.suspects.subjects import SightingGroup

WIDTH = 200.0
"""The width of the whole time, in SVG units."""

_LEAST = 4.0


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """Start and width of a bar; one day is still visible."""

    x: float
    width: float


def spread(spots: Sequence[SightingGroup]) -> Iterator[tuple[SightingGroup, TimelineBar]]:
    """Yield each place with its bar, in the given order."""
    first = min((each.first for each in spots), default=None)
    last = max((each.last for each in spots), default=None)
    if first is None or last is None:
        return
    scale = WIDTH / ((last - first).days + 1)
    for spot in spots:
        width = max(((spot.last - spot.first).days + 1) * scale, _LEAST)
        x = min((spot.first - first).days * scale, WIDTH - width)
        yield spot, TimelineBar(round(x, 1), round(width, 1))
