"""What stands out, what does not, and what a score rests on."""

from collections.abc import Iterator

import pytest

from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds, is_full, weigh
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from tests.factories.evidence import LYON, TOKYO, scan

PARIS, TURIN, NICE = Region("FR", "Paris"), Region("IT", "Turin"), Region("FR", "Nice")
FRANCE = Region("FR")
TRADE, DISPENSING, SUPPLY = SightingKind.TRADE, SightingKind.DISPENSING, SightingKind.SUPPLY
TOWNS = [Region("FR", f"Town {number}") for number in range(16)]


def holders(places: list[Region], every: float, start: float = 0.0) -> Iterator[Sighting]:
    """Each has a device of their own, so many days after the one before."""
    for number, place in enumerate(places):
        yield scan(place, start + number * every, f"holder {number}")


USED = [scan(LYON, 0, "c", TRADE), scan(LYON, 30, "c", DISPENSING)]


@pytest.mark.parametrize(
    ("why", "scans"),
    [
        ("five holders in five towns on one day", [*holders(TOWNS[:5], 0.1)]),
        ("five countries, no regions known", [*holders([Region(c) for c in ("FR", "DE", "BR", "US", "IN")], 9)]),
        ("three countries over half a year", [*holders([LYON, TURIN, Region("DE", "Ulm")], 80)]),
        ("nothing is known of where, over half a year", [*USED, *holders([NOWHERE] * 8, 30, 31)]),
        ("clinics in five towns", [scan(place, 20 * n, f"c{n}", TRADE) for n, place in enumerate(TOWNS[:5])]),
        ("clinics of three countries within two days", [scan(Region(c, c), n, c, TRADE) for n, c in enumerate(("DE", "PL", "FR"))]),
        ("clinics of two, sooner than a courier flies", [scan(LYON, 0, "a", TRADE), scan(TOKYO, 0.1, "b", TRADE)]),
    ],
)  # fmt: skip
def test_what_no_single_vial_shows(why: str, scans: list[Sighting]) -> None:
    assert weigh(together(scans), DEFAULTS).score >= DEFAULTS.suspicion


@pytest.mark.parametrize(
    ("why", "scans"),
    [
        ("two holders in two towns", [*holders([LYON, PARIS], 3)]),
        ("received, used, and its patient looks at home, a second time after weeks", [*USED, scan(PARIS, 31, "p"), scan(PARIS, 55, "p, another week")]),
        ("shared by three patients", [*USED, *holders([LYON, LYON, NICE], 4, 31)]),
        ("a pen that is looked at weekly", [*USED, *[scan(LYON, 31 + 7 * n, f"week {n}") for n in range(6)]]),
        ("a phone whose gateway stands in the capital", [*USED, *[scan(place, 31 + n, f"g{n}") for n, place in enumerate((LYON, PARIS, LYON, FRANCE))]]),
        ("a preview fetched by a data centre abroad", [*USED, scan(LYON, 31, "p"), scan(Region("US"), 31.001, "cloud")]),
        ("one device through VPNs", [*USED, *[scan(Region(c), 31 + n / 9, "p") for n, c in enumerate(("FR", "NL", "US", "SG"))]]),
        ("a chain moves stock to two more countries", [scan(Region(c, c), 12 * n, c, TRADE) for n, c in enumerate(("DE", "PL"))]),
        ("a depot in every country", [scan(Region(c, c), n / 9, c, SUPPLY) for n, c in enumerate(("DE", "PL", "FR", "BR"))]),
        ("a crowd at a congress", [scan(LYON, n / 90, f"d{n}") for n in range(40)]),
    ],
)  # fmt: skip
def test_what_single_vials_show(why: str, scans: list[Sighting]) -> None:
    assert weigh(together(scans), DEFAULTS).score < DEFAULTS.suspicion


def test_time_is_measured_by_how_long_vials_are_looked_at() -> None:
    seen = together([*USED, *holders([NOWHERE] * 8, 30, 31)])
    assert weigh(seen, Thresholds(recheck_days=50)).score < weigh(seen, DEFAULTS).score


def test_used_and_later_in_the_trade_of_another_place() -> None:
    later = weigh(together([*USED, scan(PARIS, 35, "x", TRADE)]), DEFAULTS)
    within_the_day = weigh(together([*USED, scan(PARIS, 30.9, "x", TRADE)]), DEFAULTS)
    here = weigh(together([*USED, scan(LYON, 35, "x", TRADE)]), DEFAULTS)
    assert (later.used_elsewhere, within_the_day.used_elsewhere, here.used_elsewhere) == (True, False, False)
    assert later.score >= within_the_day.score + 1.5


def test_what_a_score_rests_on() -> None:
    scans = [
        scan(PARIS, 0, "a"),
        scan(TOKYO, 0.01, "b"),
        scan(FRANCE, 2, "c"),
        scan(LYON, 4.9, "a"),
        scan(LYON, 1, "a"),
    ]
    found = weigh(together(scans), DEFAULTS)
    assert found.places == (PARIS, TOKYO, LYON)  # by their first scans; a country not beside its regions
    assert (found.devices, found.days, found.scans) == (3, 4, 5)
    assert found.journey == (PARIS, TOKYO)
    assert not found.used_elsewhere
    assert not found.full


def test_nothing_was_seen() -> None:
    nothing = SuspicionScore(0.0, (), 0, 0, 0)
    assert weigh((), DEFAULTS) == nothing
    assert weigh((scan(LYON, 0, "a", SUPPLY),), DEFAULTS) == nothing  # a depot on the way


def test_one_place_alone() -> None:
    here = together([scan(LYON, 0, "a"), scan(LYON, 2.5, "b"), scan(LYON, 1, "b")])
    assert weigh(here, DEFAULTS) == SuspicionScore(0.0, (LYON,), 2, 2, 3)
    somewhere = together([scan(NOWHERE, 0, "a"), scan(NOWHERE, 1, "a")])
    assert weigh(somewhere, DEFAULTS) == SuspicionScore(0.0, (), 1, 1, 2)


def test_the_journey_is_the_same_whichever_was_seen_first() -> None:
    rio, osaka = Region("BR", "Rio"), Region("JP", "Osaka")
    scans = [scan(TOKYO, 0, "a"), scan(rio, 0, "b"), scan(LYON, 0, "c"), scan(osaka, 0, "d")]
    for seen in (scans, scans[::-1]):
        assert weigh(tuple(seen), DEFAULTS).journey == (rio, LYON)


def test_a_couriers_journey_comes_before_a_travellers() -> None:
    trade = [scan(Region("DE"), 0, "a", TRADE), scan(Region("PL"), 0.01, "b", TRADE)]
    found = weigh(together([*trade, scan(LYON, 0, "c"), scan(TOKYO, 0, "d")]), DEFAULTS)
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
    found = weigh((*lines, scan(NOWHERE, 0, "a")), DEFAULTS)
    assert found.full is full
    assert (found.score == 99.0) is full


def test_a_line_without_a_place_takes_no_room() -> None:
    assert not is_full([*(scan(place, 0) for place in TOWNS[:15]), scan(NOWHERE, 0)])


def test_dispensed_and_more_places_than_are_kept() -> None:
    """Whether the trade of another place had it later can no longer be told: then it is said."""
    lines = [scan(place, 0, "a", TRADE) for place in TOWNS]
    assert weigh((*lines, scan(LYON, 0, "b", DISPENSING)), DEFAULTS).used_elsewhere
    assert not weigh(tuple(lines), DEFAULTS).used_elsewhere


@pytest.mark.parametrize(("device", "day"), [("a", 0), ("b", 9)], ids=["one device", "days apart"])
def test_a_journey_is_looked_for_beyond_a_pair_that_is_none(device: str, day: float) -> None:
    """Tokyo and Seoul are near each other; Lyon and Tokyo are one device's, or days apart."""
    korea = Region("KR", "Seoul")
    seen = (scan(LYON, 0, "a"), scan(TOKYO, day, device), scan(korea, 0, "c"))
    assert weigh(seen, DEFAULTS).journey == (LYON, korea)
