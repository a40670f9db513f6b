"""What is measured of a history, one number at a time."""

import pytest

from service.authenticity.scan_history.features import (
    NAMES,
    NEVER,
    NONE,
    apart,
    apart_at_most,
    features,
    spaced,
)
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from tests.factories.evidence import LYON, TOKYO, scan

PARIS, NICE, TURIN = Region("FR", "Paris"), Region("FR", "Nice"), Region("IT", "Turin")
FRANCE = Region("FR")
TRADE, DISPENSING, SUPPLY = SightingKind.TRADE, SightingKind.DISPENSING, SightingKind.SUPPLY


def of(scans: list[Sighting], name: str, stretch: float = 1.0) -> float:
    return features(together(scans), stretch)[NAMES.index(name)]


@pytest.mark.parametrize(
    ("name", "scans", "value"),
    [
        ("regions", [scan(LYON, 0), scan(PARIS, 1), scan(FRANCE, 2), scan(NOWHERE, 3)], 2),
        ("countries", [scan(LYON, 0), scan(TURIN, 1), scan(Region("US"), 2)], 3),
        ("located_countries", [scan(LYON, 0), scan(TURIN, 1), scan(Region("US"), 2)], 2),
        ("devices", [scan(LYON, 0, "a"), scan(PARIS, 1, "a"), scan(PARIS, 1, "b"), scan(PARIS, 1, "")], 2),
        ("apart", [scan(LYON, 0, "a"), scan(PARIS, 0, "a"), scan(NICE, 0, "b")], 2),
        ("scans", [scan(LYON, n / 100) for n in range(60)], 50),
        ("span", [scan(LYON, 3), scan(PARIS, 40)], 37),
        ("months", [scan(LYON, 0), scan(LYON, 30), scan(LYON, 40), scan(PARIS, 61)], 3),
        ("seasons", [scan(LYON, 0), scan(LYON, 30), scan(PARIS, 61)], 2),
        ("silence", [scan(LYON, 0), scan(LYON, 30), scan(PARIS, 90)], 60),
        ("third", [scan(LYON, 0), scan(PARIS, 30), scan(TURIN, 90)], 24.5),
        ("third", [scan(LYON, 0), scan(PARIS, 90)], NONE),
        ("other_devices", [scan(LYON, 0, "a"), scan(PARIS, 30, "b")], 30),
        ("other_devices", [scan(LYON, 0, "a"), scan(PARIS, 30, "a")], NONE),
        ("new_place", [scan(LYON, 0), scan(LYON, 30), scan(PARIS, 90)], 60),
        ("new_place", [scan(LYON, 0), scan(FRANCE, 90)], NONE),
        ("new_places", [scan(LYON, 0), scan(PARIS, 30), scan(NICE, 60), scan(TURIN, 61)], 2),
        ("nowhere_devices", [scan(LYON, 0, "a"), scan(FRANCE, 0, "b"), scan(NOWHERE, 0, "c")], 2),
        ("nowhere_months", [scan(NOWHERE, 0), scan(NOWHERE, 30), scan(LYON, 60)], 2),
        ("since_dispensing", [scan(LYON, 0, "c", DISPENSING), scan(PARIS, 30)], 30),
        ("since_dispensing", [scan(LYON, 0, "c", TRADE), scan(PARIS, 30)], NEVER),
        ("since_trade", [scan(LYON, 0, "c", TRADE), scan(LYON, 20, "c", TRADE), scan(PARIS, 30)], 30),
        ("silent_trade", [scan(LYON, 0, "c", TRADE), scan(LYON, 20, "c", TRADE), scan(PARIS, 30)], 10),
        ("silent_trade", [scan(LYON, 0, "c", TRADE), scan(PARIS, 30), scan(LYON, 60, "c", TRADE)], 30),
        ("still_in_trade", [scan(PARIS, 10), scan(LYON, 60, "c", TRADE)], 50),
        ("trade_elsewhere", [scan(LYON, 10), scan(LYON, 60, "c", TRADE)], NEVER),
        ("trade_elsewhere", [scan(Region("US"), 10), scan(LYON, 60, "c", TRADE)], 50),
        ("located_trade_elsewhere", [scan(Region("US"), 10), scan(LYON, 60, "c", TRADE)], NEVER),
        ("elsewhere", [scan(LYON, 0, "c", TRADE), scan(LYON, 1), scan(PARIS, 2), scan(TURIN, 3)], 2),
        ("elsewhere", [scan(PARIS, 2), scan(LYON, 9, "c", TRADE)], 0),
        ("elsewhere_span", [scan(LYON, 0, "c", TRADE), scan(PARIS, 2), scan(TURIN, 33)], 31),
        ("abroad", [scan(LYON, 0, "c", TRADE), scan(PARIS, 2)], 1),
        ("abroad", [scan(LYON, 0, "c", TRADE), scan(Region("IT"), 2)], 2),
        ("located_abroad", [scan(LYON, 0, "c", TRADE), scan(Region("IT"), 2)], 0),
        ("trade_countries", [scan(LYON, 0, "c", TRADE), scan(TURIN, 2, "d", DISPENSING)], 2),
        ("trade_gap", [scan(LYON, 0, "c", TRADE), scan(TURIN, 12, "d", TRADE)], 12),
    ],
)  # fmt: skip
def test_each_feature(name: str, scans: list[Sighting], value: float) -> None:
    assert of(scans, name) == pytest.approx(value, abs=0.001)


def test_nothing_was_seen_and_depots_are_nothing() -> None:
    assert features(()) == features((scan(LYON, 0, "d", SUPPLY),))
    assert max(features(())) == 0


def test_times_are_divided_by_how_long_vials_are_looked_at() -> None:
    assert of([scan(LYON, 0), scan(PARIS, 40)], "span", stretch=2.0) == 20
    assert of([scan(LYON, 0), scan(PARIS, 30)], "months", stretch=2.0) == 1


def test_the_most_that_are_apart() -> None:
    """Three devices in three places, each place by two of them."""
    groups = [
        [scan(LYON, 0, "a"), scan(LYON, 0, "b")],
        [scan(PARIS, 0, "b"), scan(PARIS, 0, "c")],
        [scan(NICE, 0, "a")],
    ]
    assert apart(groups) == 3
    assert apart([[scan(LYON, 0, "")], [scan(PARIS, 0, "a")]]) == 1
    assert apart_at_most([scan(Region("FR"), 0, "a"), scan(Region("US"), 0, "b"), scan(TOKYO, 0, "a")]) == 2


def test_periods_that_are_apart() -> None:
    assert spaced([0, 1, 3, 4, 6], 3 * 6 * 86400) == 3
    assert spaced([], 1) == 0
