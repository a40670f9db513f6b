"""Habits: how single vials are scanned, assumed or learned from a log in which most vials are single ones.

Two things differ most between markets: after how long people look at a vial again, and how often another
device turns up in another place for innocent reasons. Both are learned from scans that are hardly ever a
copy's: the same device or the same place again shows how long vials are looked at; two scans within three
days show how often the two differ in both. So a log teaches without labels of copies, and many copies teach
little that is wrong.
"""

from math import log2, log10

from msgspec import Struct

from service.authenticity.scan_history.sightings import Region

DAY = 86400

LONGEST = 2.0
"""A long time alone, however long, weighs no more than this."""

_BINS = 20
_SHORT = 3 * DAY
_PRIOR = 100
"""So many scans are assumed to have been seen before the first one."""

_PRIOR_BOTH = 0.03
_LEAST, _MOST = 1.0, 3.2  # whatever a log says: a sign is a sign, and one alone is never enough
_MARGIN = 0.6


def seldom(days: float, half: float) -> float:
    """-log10 of how many of a vial's scans lie further apart than `days`, if half lie within `half`."""
    return min(LONGEST, log10(1 + (max(days, 0.0) / half) ** 1.5))


class ScanHabits(Struct, frozen=True):
    """What single vials were seen to show.

    `both` is the weight of another device in another place; `by_length` that of a time between scans, for
    lengths of time that grow by half from half a day on.
    """

    both: float
    by_length: tuple[float, ...]

    def seldom_apart(self, days: float) -> float:
        """The weight of so many days between scans."""
        return self.by_length[_bin(days)]


class Lesson(Struct, frozen=True):
    """What one more scan of a unit says: how long after the first, how long after the one before (seconds).

    `alike`: one device so far, or one place. `both`: another device in another place than the one before.
    """

    since_first: int
    since_last: int
    alike: bool
    both: bool


class Learning:
    """Counts of a log so far. What a unit taught is taken back when it turns out to be several."""

    def __init__(self, half: float) -> None:
        self._half = half
        self._lengths = [0] * _BINS
        self._units = 0
        self._again = 0
        self._short = 0
        self._short_both = 0

    def unit(self, number: int = 1) -> None:
        """Count a unit that was scanned; -1: one less."""
        self._units += number

    def count(self, lesson: Lesson, number: int = 1) -> None:
        """Learn; -1: unlearn."""
        if lesson.alike:
            self._again += number
            self._lengths[_bin(lesson.since_first / DAY)] += number
        if 0 <= lesson.since_last <= _SHORT:
            self._short += number
            self._short_both += lesson.both * number

    def habits(self) -> ScanHabits:
        """What can be said by now."""
        weights, beyond = [], self._again
        for number, found in enumerate(self._lengths):
            assumed = _PRIOR * 10 ** -seldom(_least_days(number), self._half)
            weights.append(min(LONGEST, -log10((beyond + assumed) / (self._again + _PRIOR))))
            beyond -= found
        differ = (self._short_both + _PRIOR * _PRIOR_BOTH) / (self._short + _PRIOR)
        scanned_again = (self._again + _PRIOR * 0.4) / (self._units + _PRIOR)
        both = _MARGIN - log10(differ * scanned_again)
        return ScanHabits(min(_MOST, max(_LEAST, both)), tuple(max(0.0, each) for each in weights))


def differ_in_both(one: tuple[Region, str], other: tuple[Region, str]) -> bool:
    """Whether two scans are of two devices in two places, all of them known."""
    (place, device), (place_2, device_2) = one, other
    return (
        bool(device and device_2)
        and device != device_2
        and place.known
        and place_2.known
        and place != place_2
    )


def _bin(days: float) -> int:
    return min(_BINS - 1, max(0, int(log2(max(days, 0.25)) * 2) + 2))


def _least_days(number: int) -> float:
    return float(2 ** ((number - 2) / 2)) if number else 0.0
