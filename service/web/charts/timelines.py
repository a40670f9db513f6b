"""A timeline of where something was seen: for each place a bar from the first day to the last.

The bars lie in the rows of the table that says the same, so that a phone has room for both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.registry.suspects.subjects import SightingGroup

WIDTH = 200.0
"""Of the whole time, in the SVG's own units."""

_LEAST = 4.0


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """From where, and how wide; what lasted a day only is seen all the same."""

    x: float
    width: float


def spread(spots: Sequence[SightingGroup]) -> Iterator[tuple[SightingGroup, TimelineBar]]:
    """Each spot with its bar, in the order given."""
    first = min((each.first for each in spots), default=None)
    last = max((each.last for each in spots), default=None)
    if first is None or last is None:
        return
    scale = WIDTH / ((last - first).days + 1)
    for spot in spots:
        width = max(((spot.last - spot.first).days + 1) * scale, _LEAST)
        x = min((spot.first - first).days * scale, WIDTH - width)
        yield spot, TimelineBar(round(x, 1), round(width, 1))
