"""What single vials are seen to show: assumed, and learned from a log."""

from math import log10

import pytest

from service.authenticity.scan_history.habits import (
    DAY,
    Learning,
    Lesson,
    ScanHabits,
    differ_in_both,
    seldom,
)
from service.authenticity.scan_history.sightings import NOWHERE, Region

LYON, PARIS = Region("FR", "Lyon"), Region("FR", "Paris")
HALF = 5.0
LAST = 19


@pytest.mark.parametrize(
    ("days", "weight"),
    [
        (0, 0.0),
        (-3, 0.0),  # queues arrive in any order
        (HALF, log10(2)),  # half of the scans lie further apart
        (4 * HALF, log10(9)),
        (1000 * HALF, 2.0),  # never more than this
    ],
)
def test_the_longer_the_more_seldom(days: float, weight: float) -> None:
    assert seldom(days, HALF) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("days", "place"),
    [(-1, 0), (0, 0), (0.5, 0), (0.6, 1), (1, 2), (1.5, 3), (2, 4), (3, 5), (4, 6), (300, 18), (10**6, LAST)],
)
def test_lengths_of_time_grow_by_half(days: float, place: int) -> None:
    assert ScanHabits(0.0, tuple(map(float, range(LAST + 1)))).seldom_apart(days) == place


def test_before_anything_is_learned_it_is_what_is_assumed() -> None:
    habits = Learning(HALF).habits()
    lengths = [0.0, *(2 ** ((number - 2) / 2) for number in range(1, LAST + 1))]
    assert habits.by_length == pytest.approx([seldom(days, HALF) for days in lengths])
    assert habits.both == pytest.approx(0.6 - log10(0.03 * 0.4))


def taught(
    lessons: int = 100,
    units: int = 300,
    *,
    first: float = 4,
    last: float = 1,
    alike: bool = True,
    both: bool = False,
) -> Learning:
    """A log of so many units, some of them scanned again: so many days after the first, and the last, scan."""
    learning = Learning(HALF)
    for _ in range(units):
        learning.unit()
    for _ in range(lessons):
        learning.count(Lesson(int(first * DAY), int(last * DAY), alike, both))
    return learning


def test_what_is_learned_of_lengths() -> None:
    """A hundred scans assumed before the first; those seen lie four days after their unit's first."""
    habits = taught().habits()

    def assumed(number: int) -> float:
        return 100 * 10 ** -seldom(2 ** ((number - 2) / 2), HALF)

    assert habits.by_length[0] == 0.0
    assert habits.by_length[6] == pytest.approx(-log10((100 + assumed(6)) / 200))
    assert habits.by_length[7] == pytest.approx(-log10(assumed(7) / 200))
    assert habits.by_length[LAST] == 2.0


def test_what_is_learned_of_devices_and_places() -> None:
    scanned_again = (100 + 40) / (300 + 100)
    assert taught().habits().both == pytest.approx(0.6 - log10(3 / 200 * scanned_again))
    some = taught(both=True).habits().both
    assert some == pytest.approx(max(1.0, 0.6 - log10(103 / 200 * scanned_again)))


def test_scans_that_were_not_alike_teach_no_length() -> None:
    assert taught(alike=False).habits().by_length == Learning(HALF).habits().by_length


@pytest.mark.parametrize(
    ("last", "counts"),
    [(0, True), (1, True), (3, True), (3 + 1 / DAY, False), (30, False), (-1 / DAY, False)],
)
def test_only_scans_within_three_days_say_how_often_both_differ(last: float, counts: bool) -> None:
    seen = taught(last=last).habits().both
    without = taught(last=30).habits().both
    assert (seen != without) is counts


@pytest.mark.parametrize(("both", "weight"), [(True, 1.0), (False, 3.2)])
def test_whatever_a_log_says_a_sign_is_one_and_alone_not_enough(both: bool, weight: float) -> None:
    assert taught(5000, 6000, both=both).habits().both == weight


def test_what_a_unit_taught_is_taken_back() -> None:
    learning = taught()
    lesson = Lesson(9 * DAY, DAY, alike=True, both=True)
    before = learning.habits()
    learning.unit(3)
    learning.count(lesson, 2)
    assert learning.habits() != before
    learning.unit(-3)
    learning.count(lesson, -2)
    assert learning.habits() == before


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ((LYON, "a"), (PARIS, "b"), True),
        ((LYON, "a"), (PARIS, "a"), False),
        ((LYON, "a"), (LYON, "b"), False),
        ((LYON, "a"), (NOWHERE, "b"), False),
        ((NOWHERE, "a"), (PARIS, "b"), False),
        ((LYON, ""), (PARIS, "b"), False),
        ((LYON, "a"), (PARIS, ""), False),
    ],
)
def test_two_devices_in_two_places_all_known(
    one: tuple[Region, str], other: tuple[Region, str], differ: bool
) -> None:
    assert differ_in_both(one, other) is differ
