"""Units come back range by range: none lost, none twice, each under what was said of it."""

import itertools
import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from service.registry.import_jobs.previews.serial_ranges import SerialRanges, borders_of
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup

SERIALS = st.lists(st.text("AB019-", min_size=1, max_size=4), unique=True, max_size=60)
LOTS = ("L1", "L2", "L3")


def groups_of(serials: list[str]) -> Iterator[UnitRowGroup]:
    for chunk, first in enumerate(range(0, len(serials), 20)):
        some = serials[first : first + 20]
        for place, lot in enumerate(LOTS):
            lines = [first + at for at in range(place, len(some), len(LOTS))]
            own = some[place :: len(LOTS)]
            if own:
                what = UnitRow("09506000134352", lot, lot, "", "")
                yield UnitRowGroup(chunk, len(own), what, json.dumps(lines), json.dumps(own))


def told(groups: Iterator[UnitRowGroup]) -> list[tuple[str, int, str]]:
    rows = []
    for group in groups:
        lines, serials = json.loads(group.lines), json.loads(group.serials)
        assert len(lines) == len(serials) == group.size
        rows += [(group.what.lot, line, serial) for line, serial in zip(lines, serials, strict=True)]
    return rows


@given(SERIALS, st.integers(1, 10))
def test_every_unit_comes_back_once_and_ranges_do_not_overlap(serials: list[str], size: int) -> None:
    with SerialRanges.of(groups_of(serials), max(len(serials), 1), size) as ranges:
        for group in groups_of(serials):
            ranges.add(group)
        back = list(ranges.groups())
    assert sorted(told(iter(back))) == sorted(told(groups_of(serials)))
    by_range: dict[int, list[str]] = {}
    for group in back:
        by_range.setdefault(group.chunk, []).extend(json.loads(group.serials))
    ordered = [by_range[number] for number in sorted(by_range)]
    assert all(max(low) < min(high) for low, high in itertools.pairwise(ordered))


def test_ranges_are_about_equal() -> None:
    serials = [f"{number * 7919 % 10_000:05}" for number in range(10_000)]
    borders = borders_of(serials[:1000], 4)
    assert len(borders) == 3
    counts = [
        sum(low <= each < high for each in serials)
        for low, high in zip(["", *borders], [*borders, "~"], strict=True)
    ]
    assert max(counts) < 2 * min(counts)
