"""What is kept of scans: one line for each place, and what can be asked of two lines."""

from datetime import UTC, date, datetime

import pytest

from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    NOWHERE,
    Region,
    Sighting,
    SightingKind,
    day_of,
    hours_apart,
    rank,
    rounded,
    same_window,
    sighting,
    sighting_at,
    together,
)
from tests.factories.evidence import FIRST_SCAN, LYON, TOKYO, scan

TURIN = Region("IT", "Turin")
HOUR = 1 / 24
STRANGER, TRADE = SightingKind.STRANGER, SightingKind.TRADE


def lines(*scans: Sighting) -> Sighting:
    """One place's line of several scans."""
    (line,) = together(scans)
    return line


def test_a_line_is_what_its_scans_have_in_common() -> None:
    line = lines(scan(LYON, 1, "a"), scan(LYON, 0, "b"), scan(LYON, 3, "a"), scan(LYON, 2, ""))
    start = int(FIRST_SCAN.timestamp())
    assert (line.kind, line.place) == (STRANGER, LYON)
    assert (line.first, line.last, line.count) == (start, start + 3 * 86400, 4)
    assert line.devices.bit_count() == 2
    assert line.some_without_key
    assert line.windows.bit_count() == line.windows_later.bit_count() == 4


def test_one_scan() -> None:
    known, unknown = sighting(TRADE, LYON, FIRST_SCAN, "a"), sighting(TRADE, LYON, FIRST_SCAN)
    assert known == sighting_at(TRADE, LYON, int(FIRST_SCAN.timestamp()), "a")
    assert (known.devices.bit_count(), known.some_without_key) == (1, False)
    assert (unknown.devices, unknown.some_without_key) == (0, True)
    assert known.count == unknown.count == 1


def test_lines_are_of_one_kind_and_place_in_an_order() -> None:
    scans = [scan(TURIN, 0), scan(LYON, 0, kind=TRADE), scan(LYON, 0), scan(TURIN, 1), scan(NOWHERE, 0)]
    found = together(scans)
    assert [(each.kind, each.rank) for each in found] == sorted((each.kind, each.rank) for each in found)
    assert {(each.kind, each.place): each.count for each in found} == {
        (STRANGER, NOWHERE): 1,
        (STRANGER, LYON): 1,
        (STRANGER, TURIN): 2,
        (TRADE, LYON): 1,
    }
    assert together([]) == ()


def test_of_each_kind_so_many_places_are_kept_and_the_rest_is_one_line() -> None:
    towns = [Region("FR", f"Town {number}") for number in range(MOST_PLACES + 4)]
    kept_places = sorted(towns, key=lambda town: rank(town.country, town.region))[:MOST_PLACES]
    found = together(
        [scan(town, number, f"d{number}") for number, town in enumerate(towns)] + [scan(LYON, 0, kind=TRADE)]
    )
    strangers = [each for each in found if each.kind is STRANGER]
    assert [each.place for each in strangers] == [NOWHERE, *kept_places]
    assert strangers[0].count == 4
    assert [each.place for each in found if each.kind is TRADE] == [LYON]
    exactly = together([scan(town, 0) for town in kept_places])
    assert [each.place for each in exactly] == kept_places


def test_a_rank_is_a_places_own_and_no_place_has_none() -> None:
    assert rank("", "") == 0
    numbers = {rank("FR", ""), rank("", "FR"), rank("FR", "Lyon"), rank("IT", "Lyon"), rank("", "Lyon")}
    assert len(numbers) == 5
    assert all(0 < number < 2**62 for number in numbers)


@pytest.mark.parametrize(
    ("hours", "apart"),
    [
        # FIRST_SCAN is at noon, the beginning of a window of two hours
        (0, 2),
        (1.9, 2),
        (2, 4),
        (3.9, 4),
        (4, 6),
        (24, 26),
        (24 * 7, 24 * 7 + 2),
        (24 * 200, 24 * 200 + 2),
    ],
)
def test_hours_between_two_scans_at_the_most(hours: float, apart: int) -> None:
    one, other = scan(LYON, 0), scan(TOKYO, hours * HOUR)
    assert hours_apart(one, other) == hours_apart(other, one) == apart
    assert same_window(one, other) is same_window(other, one) is (apart == 2)


@pytest.mark.parametrize(
    ("ours", "theirs", "apart"),
    [
        ([0, 100], [50], 50),  # in the middle of a long line
        ([0, 100], [90], 10),
        ([0, 100], [10], 10),
        ([0, 40, 100], [44, 300], 4),
        ([0], [20, 8, 30], 8),
        ([50], [20, 80, 90], 30),
        ([50], [10, 20, 80, 90], 30),
        ([200, 0], [60, 120, 180, 240], 20),
    ],
)
def test_the_two_that_are_nearest_count(ours: list[int], theirs: list[int], apart: int) -> None:
    one = lines(*(scan(LYON, hour * HOUR) for hour in ours))
    other = lines(*(scan(TOKYO, hour * HOUR) for hour in theirs))
    assert hours_apart(one, other) == hours_apart(other, one) == apart + 2
    assert not same_window(one, other)


def test_lines_that_overlap_are_in_one_window_only_where_both_have_a_scan() -> None:
    here = lines(scan(LYON, 0), scan(LYON, 10), scan(LYON, 250))
    assert same_window(here, lines(scan(TOKYO, 3), scan(TOKYO, 10 + HOUR)))
    assert same_window(here, lines(scan(TOKYO, 250 + HOUR), scan(TOKYO, 300)))
    assert not same_window(here, lines(scan(TOKYO, 3), scan(TOKYO, 12)))
    assert not same_window(here, scan(TOKYO, 251))
    assert not same_window(here, scan(TOKYO, -1))
    # a remainder of 63 windows in common, and one of 62, but of no window in which both were
    busy = lines(*(scan(LYON, hour * HOUR) for hour in (0, 20, 800)))
    assert not same_window(busy, lines(*(scan(TOKYO, hour * HOUR) for hour in (-10, 126, 144))))
    # the same remainder of 63 windows, and of 62: another one each time
    assert not same_window(scan(LYON, 0), scan(TOKYO, 63 * 2 * HOUR))
    assert not same_window(scan(LYON, 0), scan(TOKYO, 62 * 2 * HOUR))


def test_days_are_utcs() -> None:
    assert day_of(int(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC).timestamp())) == date(2026, 3, 1)
    assert day_of(int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("country", "region", "kept"),
    [
        ("", "46.2 N, 6.1 E", Region("", "46 6")),
        ("", "46.2n 6.1e", Region("", "46 6")),
        ("", "46.2°S, 6.1°W", Region("", "46 6")),
        ("", "-46,7 178.4", Region("", "-47 178")),
        ("ch", "Geneva 46.2 N, 6.1 E", Region("CH", "Geneva")),
        ("FR", "  saint  denis [93] ", Region("FR", "Saint Denis 93")),
        ("FR", "Aix/Arles|Nice;Toulon", Region("FR", "Aix Arles Nice Toulon")),
        ("FR", "!!!", Region("FR", "!!!")),
        ("", "", NOWHERE),
        ("", "x" * 39 + " y", Region("", "X" + "x" * 38)),  # cut, and no space at the end
    ],
)
def test_places_as_people_and_services_write_them(country: str, region: str, kept: Region) -> None:
    assert rounded(country, region) == kept


@pytest.mark.parametrize(
    ("place", "known"), [(NOWHERE, False), (Region("FR"), True), (Region("", "Lyon"), True), (LYON, True)]
)
def test_whether_a_place_says_anything(place: Region, known: bool) -> None:
    assert place.known is known
