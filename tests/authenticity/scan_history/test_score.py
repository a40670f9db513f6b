"""What each sign of a second vial weighs, alone and together: the whole score of small histories."""

import pytest

from service.authenticity.scan_history.habits import ScanHabits, seldom
from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds, is_full, weigh
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from tests.factories.evidence import LYON, TOKYO, scan

PARIS, NICE, TURIN = Region("FR", "Paris"), Region("FR", "Nice"), Region("IT", "Turin")
FRANCE, ITALY = Region("FR"), Region("IT")
TRADE, DISPENSING, SUPPLY = SightingKind.TRADE, SightingKind.DISPENSING, SightingKind.SUPPLY
LASTING = Thresholds(key_days=0)
"""A device's key lasts: another key is another device."""
LEARNED = Thresholds(key_days=0, habits=ScanHabits(3.0, (0.5,) * 20))
WEEKLY_LEARNED = Thresholds(habits=ScanHabits(3.0, (0.5,) * 20))
SECOND = 1 / 86400
A_MONTH = seldom(30, 5.0)
TOWNS = [Region("FR", f"Town {number}") for number in range(16)]


@pytest.mark.parametrize(
    ("why", "scans", "thresholds", "score"),
    [
        # another device in another place: once in 250 vials, then once in 16, then once in ten
        ("two devices in two places", [scan(LYON, 0, "a"), scan(PARIS, 0, "b")], LASTING, 2.4),
        ("three in three", [scan(LYON, 0, "a"), scan(PARIS, 0, "b"), scan(NICE, 0, "c")], LASTING, 3.6),
        ("five in five", [scan(place, 0, f"d{n}") for n, place in enumerate(TOWNS[:5])], LASTING, 5.6),
        ("a key may be the same device a week later", [scan(LYON, 0, "a"), scan(PARIS, 0, "b")], DEFAULTS, 1.6),
        ("three keys in three places", [scan(LYON, 0, "a"), scan(PARIS, 0, "b"), scan(NICE, 0, "c")], DEFAULTS, 2.8),
        ("five keys in five places", [scan(place, 0, f"d{n}") for n, place in enumerate(TOWNS[:5])], DEFAULTS, 4.8),
        ("one device that travels", [scan(LYON, 0, "a"), scan(PARIS, 0, "a")], LASTING, 0.0),
        ("two devices at home", [scan(LYON, 0, "a"), scan(LYON, 0, "b")], LASTING, 0.0),
        ("two devices in each of two places are two apart", [scan(p, 0, d) for p in (LYON, PARIS) for d in "ab"], LASTING, 2.4 + 0.0),
        ("two countries are two places", [scan(FRANCE, 0, "a"), scan(ITALY, 0, "b")], LASTING, 2.4),
        ("a country may be any of its regions", [scan(FRANCE, 0, "a"), scan(LYON, 0, "b")], LASTING, 0.0),
        ("a region without its country is a place", [scan(Region("", "Lyon"), 0, "a"), scan(Region("", "Paris"), 0, "b")], LASTING, 2.4),
        # a crowd at one place
        ("as many devices as a family has", [scan(LYON, 0, d) for d in "abc"], LASTING, 0.0),
        ("two more", [scan(LYON, 0, d) for d in "abcde"], LASTING, 0.7),
        ("keys by the week are no crowd", [scan(LYON, 0, d) for d in "abcde"], DEFAULTS, 0.0),
        # the device not known
        ("two places", [scan(LYON, 0, ""), scan(PARIS, 0, "")], DEFAULTS, 1.2),
        ("four places", [scan(place, 0, "") for place in TOWNS[:4]], DEFAULTS, 3.5),
        ("one place", [scan(LYON, 0, ""), scan(LYON, 30, "")], LASTING, 0.0),
        # the place not known
        ("two devices somewhere", [scan(NOWHERE, 0, "a"), scan(NOWHERE, 0, "b")], LASTING, 0.9),
        ("three devices somewhere", [scan(NOWHERE, 0, d) for d in "abc"], LASTING, 1.8),
        ("keys somewhere", [scan(NOWHERE, 0, "a"), scan(NOWHERE, 0, "b"), scan(LYON, 0, "a")], DEFAULTS, 0.0),
        ("one device somewhere", [scan(NOWHERE, 0, "a"), scan(NOWHERE, 30, "a")], LASTING, 0.0),
        # time between them
        ("a month apart", [scan(LYON, 0, "a"), scan(PARIS, 30, "b")], LASTING, 2.4 + A_MONTH),
        ("a month apart, whichever was first", [scan(PARIS, 30, "b"), scan(LYON, 0, "a")], LASTING, 2.4 + A_MONTH),
        ("a month at one of them counts from its end to the other's beginning", [scan(LYON, 0, "a"), scan(LYON, 30, "a"), scan(PARIS, 30, "b")], LASTING, 2.4 + A_MONTH),
        ("a month apart without a device", [scan(LYON, 0, ""), scan(PARIS, 30, "")], LASTING, 1.2 + A_MONTH),
        ("a month apart without a place", [scan(NOWHERE, 0, "a"), scan(NOWHERE, 30, "b")], LASTING, 0.9 + A_MONTH),
        ("another half", [scan(LYON, 0, "a"), scan(PARIS, 30, "b")], Thresholds(key_days=0, recheck_days=30), 2.4 + seldom(30, 30)),
        # what a log taught
        ("learned of devices and of time", [scan(LYON, 0, "a"), scan(PARIS, 30, "b")], LEARNED, 3.0 + 0.5),
        ("the second sign is as assumed", [scan(LYON, 0, "a"), scan(PARIS, 0, "b"), scan(NICE, 0, "c")], LEARNED, 3.0 + 1.2 + 0.5),
        ("learned of time alone where keys change", [scan(LYON, 0, "a"), scan(PARIS, 30, "b")], WEEKLY_LEARNED, 1.6 + 0.5),
        # from the trade to its owner
        ("a clinic had it, its owner has it elsewhere", [scan(LYON, 0, "c", TRADE), scan(PARIS, 0, "p")], LASTING, 0.8),
        ("abroad", [scan(LYON, 0, "c", TRADE), scan(TURIN, 0, "p")], LASTING, 1.2),
        ("in the same place", [scan(LYON, 0, "c", TRADE), scan(LYON, 0, "p")], LASTING, 0.0),
        ("perhaps in the same place", [scan(FRANCE, 0, "c", TRADE), scan(LYON, 0, "p")], LASTING, 0.0),
        ("one device of both", [scan(LYON, 0, "c", TRADE), scan(PARIS, 0, "c")], LASTING, 0.0),
        ("one device of both, abroad", [scan(LYON, 0, "c", TRADE), scan(TURIN, 0, "c")], LASTING, 0.0),
        ("a day later the clinic has it still", [scan(LYON, 1 + SECOND, "c", TRADE), scan(PARIS, 0, "p")], LASTING, 0.8 + 3.0),
        ("within the day it may have been on its way", [scan(LYON, 1, "c", TRADE), scan(PARIS, 0, "p")], LASTING, 0.8),
        ("still, and one device", [scan(LYON, 2, "c", TRADE), scan(PARIS, 0, "c")], LASTING, 0.0),
        ("still, and in the same place", [scan(LYON, 2, "c", TRADE), scan(LYON, 0, "p")], LASTING, 0.0),
        # places far apart
        ("two continents at once", [scan(LYON, 0, "a"), scan(TOKYO, 0, "b")], LASTING, 2.4 + 0.8),
        ("two continents a month apart", [scan(LYON, 0, "a"), scan(TOKYO, 30, "b")], LASTING, 2.4 + A_MONTH),
        ("two continents at once, devices not known", [scan(LYON, 0, ""), scan(TOKYO, 0, "")], LASTING, 1.2 + 0.8),
        ("two continents at once, one device not known", [scan(LYON, 0, "a"), scan(TOKYO, 0, "")], LASTING, 0.8),
        ("a region of some country is nowhere far", [scan(Region("", "Lyon"), 0, "a"), scan(TOKYO, 0, "b")], LASTING, 2.4),
        ("two continents at once, one device", [scan(LYON, 0, "a"), scan(TOKYO, 0, "a")], LASTING, 0.0),
        ("neighbours at once", [scan(LYON, 0, "a"), scan(TURIN, 0, "b")], LASTING, 2.4),
        ("the trade of two countries, a month apart", [scan(LYON, 0, "a", TRADE), scan(TURIN, 30, "b", TRADE)], LASTING, 2.4 + A_MONTH + 0.7),
        ("the trade of one country", [scan(LYON, 0, "a", TRADE), scan(PARIS, 30, "b", TRADE)], LASTING, 2.4 + A_MONTH),
        ("the trade of two countries at once", [scan(LYON, 0, "a", TRADE), scan(TURIN, 0, "b", TRADE)], LASTING, 2.4 + 0.7 + 2.5),
        # dispensed, and the trade of another place has it later
        ("dispensed, and a day later elsewhere", [scan(LYON, 0, "c", DISPENSING), scan(PARIS, 1, "x", TRADE)], LASTING, 2.4 + seldom(1, 5) + 1.5),
        ("within the day", [scan(LYON, 0, "c", DISPENSING), scan(PARIS, 1 - SECOND, "x", TRADE)], LASTING, 2.4 + seldom(1 - SECOND, 5)),
        ("in the same place", [scan(LYON, 0, "c", DISPENSING), scan(LYON, 5, "x", TRADE)], LASTING, 0.0),
        ("dispensed twice", [scan(LYON, 0, "c", DISPENSING), scan(PARIS, 5, "x", DISPENSING)], LASTING, 2.4 + seldom(5, 5) + 1.5),
    ],
)  # fmt: skip
def test_what_a_history_weighs(why: str, scans: list[Sighting], thresholds: Thresholds, score: float) -> None:
    assert weigh(together(scans), thresholds).score == pytest.approx(score, abs=0.0006)


def test_what_a_score_rests_on() -> None:
    scans = [
        scan(PARIS, 0, "a"),
        scan(TOKYO, 0.01, "b"),
        scan(FRANCE, 2, "c"),
        scan(LYON, 4.9, "a"),
        scan(LYON, 1, "a"),
    ]
    found = weigh(together(scans), LASTING)
    assert found.places == (PARIS, TOKYO, LYON)  # by their first scans; a country not beside its regions
    assert (found.devices, found.days, found.scans) == (3, 4, 5)
    assert found.journey == (PARIS, TOKYO)
    assert not found.used_elsewhere
    assert not found.full


def test_nothing_was_seen() -> None:
    nothing = SuspicionScore(0.0, (), 0, 0, 0)
    assert weigh((), DEFAULTS) == nothing
    assert weigh((scan(LYON, 0, "a", SUPPLY),), DEFAULTS) == nothing  # a depot on the way


@pytest.mark.parametrize("thresholds", [DEFAULTS, LASTING])
def test_one_place_alone(thresholds: Thresholds) -> None:
    here = together([scan(LYON, 0, "a"), scan(LYON, 2.5, "b"), scan(LYON, 1, "b")])
    assert weigh(here, thresholds) == SuspicionScore(0.0, (LYON,), 2, 2, 3)
    somewhere = together([scan(NOWHERE, 0, "a"), scan(NOWHERE, 1, "a")])
    assert weigh(somewhere, thresholds) == SuspicionScore(0.0, (), 1, 1, 2)


def test_the_journey_is_the_same_whichever_was_seen_first() -> None:
    rio, osaka = Region("BR", "Rio"), Region("JP", "Osaka")
    scans = [scan(TOKYO, 0, "a"), scan(rio, 0, "b"), scan(LYON, 0, "c"), scan(osaka, 0, "d")]
    for seen in (scans, scans[::-1]):
        assert weigh(tuple(seen), LASTING).journey == (rio, LYON)


def test_a_couriers_journey_comes_before_a_travellers() -> None:
    trade = [scan(Region("DE"), 0, "a", TRADE), scan(Region("PL"), 0.01, "b", TRADE)]
    found = weigh(together([*trade, scan(LYON, 0, "c"), scan(TOKYO, 0, "d")]), LASTING)
    assert found.journey == (Region("DE"), Region("PL"))


@pytest.mark.parametrize(
    ("kinds", "full"),
    [
        ({SightingKind.STRANGER: 16}, True),
        ({SightingKind.STRANGER: 15}, False),
        ({SightingKind.STRANGER: 8, TRADE: 8}, False),  # each kind has room of its own
        ({TRADE: 16}, True),
        ({SUPPLY: 16}, False),
    ],
)
def test_as_many_places_as_are_kept(kinds: dict[SightingKind, int], full: bool) -> None:
    lines = together(scan(place, 0, "a", kind) for kind, count in kinds.items() for place in TOWNS[:count])
    assert is_full(lines) is full
    found = weigh((*lines, scan(NOWHERE, 0, "a")), LASTING)
    assert found.full is full
    assert (found.score == 99.0) is full


def test_a_line_without_a_place_takes_no_room() -> None:
    assert not is_full([*(scan(place, 0) for place in TOWNS[:15]), scan(NOWHERE, 0)])


def test_dispensed_and_more_places_than_are_kept() -> None:
    """Whether the trade of another place had it later can no longer be told: then it is said."""
    lines = [scan(place, 0, "a", TRADE) for place in TOWNS]
    assert weigh((*lines, scan(LYON, 0, "b", DISPENSING)), LASTING).used_elsewhere
    assert not weigh(tuple(lines), LASTING).used_elsewhere


@pytest.mark.parametrize(("device", "day"), [("a", 0), ("b", 9)], ids=["one device", "days apart"])
def test_a_journey_is_looked_for_beyond_a_pair_that_is_none(device: str, day: float) -> None:
    """Tokyo and Seoul are near each other; Lyon and Tokyo are one device's, or days apart."""
    korea = Region("KR", "Seoul")
    seen = (scan(LYON, 0, "a"), scan(TOKYO, day, device), scan(korea, 0, "c"))
    assert weigh(seen, LASTING).journey == (LYON, korea)
