"""What of a history a person should look into."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import ReasonCode
from service.authenticity.scan_history.score import DEFAULTS
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from service.authenticity.scan_history.suspects import StandingOut, of_neighbours, of_record, of_unknown_lot
from tests.factories.evidence import BATCH, LYON, evidence, history, scan

C = ReasonCode
TOWNS = [scan(Region("FR", f"Town {n}"), 20 * n, f"d{n}") for n in range(5)]


def seen(*scans: Sighting) -> Evidence:
    return evidence(history=history(*scans))


def of_lot(*scans: Sighting, quantity: int = 1) -> Evidence:
    found = evidence({"serial": None}, unit=None, batch=replace(BATCH, quantity=quantity))
    return replace(found, history=history(*scans, of_unit=False))


CHECKS = [scan(NOWHERE, n / 10) for n in range(20)]
ROWS = [
    # a second look is nobody's business
    (seen(scan(LYON, 0), scan(LYON, 3)), set()),
    (seen(*TOWNS), {C.SEEN_ELSEWHERE}),
    (seen(scan(Region("BR"), 0, "c", SightingKind.TRADE)), {C.SEEN_OUTSIDE_MARKET}),
    # a client that tries serials says nothing about this unit
    (evidence(history=history(scan(LYON, 0), guesses=50)), set()),
    (of_lot(*CHECKS), {C.LOT_CHECKED_OFTEN}),
    (of_lot(*CHECKS, quantity=100), set()),
    (evidence(), set()),
]


@pytest.mark.parametrize(("found", "codes"), ROWS)
def test_what_stands_out(found: Evidence, codes: set[ReasonCode]) -> None:
    standing = of_record(found)
    assert (set() if standing is None else {each.code for each in standing.reasons}) == codes


def test_the_further_beyond_the_stronger() -> None:
    few, many = of_record(of_lot(*CHECKS)), of_record(of_lot(*CHECKS * 4))
    assert few is not None
    assert many is not None
    assert many.score > few.score


@pytest.mark.parametrize(
    ("scans", "stands_out"),
    [
        # one person who mistypes a lot ten times
        ([scan(LYON, n, "a") for n in range(10)], False),
        ([scan(LYON, n, f"d{n}") for n in range(2)], False),
        ([scan(LYON, n, f"d{n}") for n in range(3)], True),
        # however often, without a device all of it may be one
        ([scan(LYON, n, "") for n in range(10)], False),
    ],
)
def test_an_unknown_lot_stands_out_when_several_ask(scans: list[Sighting], stands_out: bool) -> None:
    standing = of_unknown_lot(together(scans))
    assert (standing is not None) is stands_out
    if standing is not None:
        known = dict(standing.reasons[0].params)
        assert (known["count"], known["devices"], known["places"]) == ("3", "3", "FR/Lyon")


def test_serials_that_are_counted_through_stand_out() -> None:
    tried = [scan(NOWHERE, 0, f"SN{n}") for n in range(30)]
    assert of_neighbours(together(tried[:5]), DEFAULTS) is None
    standing = of_neighbours(together(tried), DEFAULTS)
    assert standing is not None
    assert [each.code for each in standing.reasons] == [C.SERIALS_GUESSED]


SCANS = st.builds(
    scan,
    st.sampled_from(
        [Region("FR", "Lyon"), Region("IT", "Turin"), Region("BR"), Region("JP", "Tokyo"), NOWHERE]
    ),
    st.integers(0, 200),
    st.sampled_from("abcdefgh"),
    st.sampled_from([SightingKind.STRANGER, SightingKind.TRADE, SightingKind.DISPENSING]),
)


def of_unit(scans: list[Sighting]) -> StandingOut | None:
    return of_record(seen(*scans))


def of_lot_of_nobody(scans: list[Sighting]) -> StandingOut | None:
    return of_unknown_lot(together(scans))


@pytest.mark.parametrize("of", [of_unit, of_lot_of_nobody])
@given(st.lists(SCANS, min_size=1, max_size=12))
def test_it_only_ever_grows(
    of: Callable[[list[Sighting]], StandingOut | None], scans: list[Sighting]
) -> None:
    """So that the most that was ever seen is what is true of all that was seen."""
    scans = sorted(scans, key=lambda each: each.first)
    score, codes = 0.0, set[ReasonCode]()
    for number in range(len(scans)):
        standing = of(scans[: number + 1])
        now = {each.code for each in standing.reasons} if standing else set()
        assert now >= codes
        assert (standing.score if standing else 0.0) >= score
        score, codes = (standing.score, now) if standing else (score, codes)
