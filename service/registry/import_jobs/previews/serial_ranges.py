"""Orders the units of a long list by ranges of their serials, so that each piece writes pages of its own.

Units lie on disk by product and serial (`Unit`'s key). Serials are given in no order, so a piece of a list in
the list's order touches nearly every page of the table, and every piece writes them all again. Memory is one
piece: what belongs to a range is kept in a temporary file of its own.
"""

import json
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup

_MOST_RANGES = 100  # temporary files that are open at once
_SAMPLED = 2000  # serials of each of the first chunks, of which the borders are made


def borders_of(sample: Sequence[str], ranges: int) -> list[str]:
    """The serials with which ranges of about equal numbers begin, but the first.

    >>> borders_of(["D", "A", "C", "B"], 2)
    ['C']
    """
    ordered = sorted(sample)
    return [ordered[len(ordered) * place // ranges] for place in range(1, ranges)] if ordered else []


class SerialRanges:
    """Takes groups of units in any order, and gives them back range by range."""

    def __init__(self, borders: Sequence[str]) -> None:
        self._borders = list(borders)
        self._files = ExitStack()
        self._ranges = [
            self._files.enter_context(tempfile.TemporaryFile("w+", encoding="ascii"))  # noqa: SIM115 (entered)
            for _ in range(len(borders) + 1)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    @classmethod
    def of(cls, groups: Iterator[UnitRowGroup], units: int, in_a_range: int) -> Self:
        """Ranges for a list of so many units, made from a sample of it."""
        count = min(-(-units // in_a_range), _MOST_RANGES)
        sample: list[str] = []
        taken: dict[int, int] = {}
        for group in groups:
            room = _SAMPLED - taken.get(group.chunk, 0)
            if room > 0:
                some = json.loads(group.serials)[:: max(1, group.size // 20)]
                sample += some[:room]
                taken[group.chunk] = taken.get(group.chunk, 0) + len(some[:room])
        return cls(borders_of(sample, count))

    def add(self, group: UnitRowGroup) -> None:
        """Keep the units of a group, each in its range."""
        parts: dict[int, tuple[list[int], list[str]]] = {}
        borders = self._borders
        for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
            lines, serials = parts.setdefault(bisect_right(borders, serial), ([], []))
            lines.append(line)
            serials.append(serial)
        for place, (lines, serials) in parts.items():
            self._ranges[place].write(json.dumps([group.what, lines, serials]) + "\n")

    def groups(self) -> Iterator[UnitRowGroup]:
        """All units again, range by range, those that say the same together."""
        for number, file in enumerate(self._ranges):
            file.seek(0)
            together: dict[UnitRow, tuple[list[int], list[str]]] = {}
            for text in file:
                what, lines, serials = json.loads(text)
                kept = together.setdefault(UnitRow(*what), ([], []))
                kept[0].extend(lines)
                kept[1].extend(serials)
            for what, (lines, serials) in together.items():
                yield UnitRowGroup(number, len(lines), what, json.dumps(lines), json.dumps(serials))
