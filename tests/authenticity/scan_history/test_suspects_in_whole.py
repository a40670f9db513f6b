"""How strongly something stands out: the whole answer for a unit, a lot, a lot on no record, and neighbours."""

from math import log2

import pytest
from msgspec.structs import replace

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import DEFAULTS, Thresholds
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from service.authenticity.scan_history.suspects import StandingOut, of_neighbours, of_record, of_unknown_lot
from tests.factories.evidence import BATCH, FIRST_SCAN, LYON, evidence, history, scan

C = ReasonCode
TURIN, PARIS = Region("IT", "Turin"), Region("FR", "Paris")
TRADE = SightingKind.TRADE
START, DAY = int(FIRST_SCAN.timestamp()), 86400


def unit(seen: SeenBefore) -> StandingOut | None:
    return of_record(evidence(history=seen))


def codes(standing: StandingOut | None) -> list[ReasonCode]:
    return [each.code for each in standing.reasons] if standing else []


def test_a_unit_is_worth_its_score_and_half_for_each_further_reason() -> None:
    """No less than a unit that is just held back."""
    towns = [scan(Region("FR", f"Town {number}"), 20 * number, f"d{number}") for number in range(5)]
    seen = history(*towns)
    standing = unit(seen)
    assert codes(standing) == [C.SEEN_ELSEWHERE]
    assert standing is not None
    assert (standing.score, standing.first, standing.last) == (seen.suspicion.score, START, START + 80 * DAY)
    abroad = unit(history(*towns, scan(Region("BR"), 3, "x", TRADE)))
    assert codes(abroad) == [C.SEEN_ELSEWHERE, C.SEEN_OUTSIDE_MARKET]
    assert abroad is not None
    assert abroad.score == history(*towns, scan(Region("BR"), 3, "x", TRADE)).suspicion.score + 0.5


@pytest.mark.parametrize(
    ("kind", "score"),
    # held back: as much as the threshold; told: less
    [(TRADE, 4.2), (SightingKind.STRANGER, 3.0)],
)
def test_what_nothing_measures_is_worth_its_severity(kind: SightingKind, score: float) -> None:
    seen = [scan(Region("BR"), number, device, kind) for number, device in enumerate("abc")]
    standing = unit(history(*seen))
    assert codes(standing) == [C.SEEN_OUTSIDE_MARKET]
    assert standing is not None
    assert standing.score == score


def test_who_guesses_serials_is_no_sign_of_the_unit_found() -> None:
    assert unit(history(scan(LYON, 0), guesses=99, neighbours=99)) is None
    assert unit(history(scan(LYON, 0), scan(LYON, 3))) is None
    assert of_record(evidence(history=None)) is None


LOT = evidence({"serial": None}, unit=None, batch=replace(BATCH, quantity=2))


def lot(*scans: Sighting, of: Evidence = LOT, thresholds: Thresholds = DEFAULTS) -> StandingOut | None:
    return of_record(replace(of, history=history(*scans, of_unit=False, thresholds=thresholds)))


@pytest.mark.parametrize(("checks", "beyond"), [(21, log2(21 / 20)), (40, 1.0), (160, 3.0)])
def test_a_lot_is_worth_how_far_it_is_beyond_its_threshold(checks: int, beyond: float) -> None:
    standing = lot(*[scan(NOWHERE, number / 100) for number in range(checks)])
    assert codes(standing) == [C.LOT_CHECKED_OFTEN]
    assert standing is not None
    assert standing.score == pytest.approx(3.0 + beyond, abs=0.0006)


def test_a_lot_by_the_manufacturers_own_threshold() -> None:
    standing = lot(*[scan(NOWHERE, n / 100) for n in range(40)], thresholds=Thresholds(lot_checks=5))
    assert standing is not None
    assert standing.score == 5.0  # four times as often


@pytest.mark.parametrize(
    ("countries", "score"), [("BR IN VN", 4.2), ("BR IN VN JP", 4.5), ("BR IN VN JP US", 4.8)]
)
def test_a_lot_is_worth_the_countries_where_it_never_went(countries: str, score: float) -> None:
    standing = lot(*[scan(Region(country), 0) for country in countries.split()])
    assert codes(standing) == [C.LOT_SEEN_ELSEWHERE]
    assert standing is not None
    assert standing.score == score


def test_a_lot_with_two_reasons() -> None:
    standing = lot(
        *[scan(NOWHERE, n / 100) for n in range(21)], *[scan(Region(c), 9) for c in ("BR", "IN", "VN")]
    )
    assert standing is not None
    assert (codes(standing), standing.score) == ([C.LOT_CHECKED_OFTEN, C.LOT_SEEN_ELSEWHERE], 4.7)
    assert (standing.first, standing.last) == (START, START + 9 * DAY)


# --- a lot on nobody's record


@pytest.mark.parametrize(
    ("why", "scans", "score", "params"),
    [
        (
            "three devices at one place",
            [scan(LYON, 0, "a"), scan(LYON, 1, "b"), scan(LYON, 2, "c"), scan(LYON, 3, "c")],
            3.0,
            {"count": "4", "devices": "3", "places": "FR/Lyon"},
        ),
        (
            "in three places, in the order of their first scans",
            [scan(TURIN, 2, "a"), scan(LYON, 1, "b"), scan(PARIS, 0, "c"), scan(TURIN, 0.5, "d", TRADE), scan(NOWHERE, -1, "a")],
            3.0 + 1.0 + log2(4 / 3),
            {"count": "5", "devices": "4", "places": "FR/Paris|IT/Turin|FR/Lyon"},
        ),
        (
            "at the same moment: by their names",
            [scan(TURIN, 0, "a"), scan(PARIS, 0, "b"), scan(LYON, 0, "c")],
            3.0,
            {"count": "3", "devices": "3", "places": "FR/Lyon|FR/Paris|IT/Turin"},
        ),
        (
            "all scans without a key count as one device",
            [scan(LYON, 0, "a"), scan(LYON, 1, "b"), scan(LYON, 2, ""), scan(LYON, 3, "")],
            3.0,
            {"count": "4", "devices": "3", "places": "FR/Lyon"},
        ),
        ("a clinic among them", [scan(LYON, n, d, TRADE) for n, d in enumerate("abcdef")], 5.0, {"count": "6", "devices": "6", "places": "FR/Lyon"}),
        ("two devices", [scan(LYON, 0, "a"), scan(PARIS, 1, "b"), scan(TURIN, 2, "b")], None, {}),
    ],
)  # fmt: skip
def test_a_lot_on_no_record(
    why: str, scans: list[Sighting], score: float | None, params: dict[str, str]
) -> None:
    standing = of_unknown_lot(together(scans))
    if score is None:
        assert standing is None
        return
    assert standing is not None
    assert standing.score == pytest.approx(score, abs=0.0006)
    (reason,) = standing.reasons
    assert (reason.code, reason.severity, dict(reason.params)) == (C.LOT_NOT_ON_RECORD, Action.CHECK, params)
    assert standing.first == min(each.first for each in scans)
    assert standing.last == max(each.last for each in scans)


def test_the_first_scan_of_a_place_counts_whichever_kind_it_was() -> None:
    """Turin's line of the trade is later than that of strangers: Turin was first all the same."""
    scans = [scan(TURIN, 0, "a"), scan(LYON, 1, "b"), scan(TURIN, 5, "c", TRADE)]
    for lines in (scans, scans[::-1]):
        standing = of_unknown_lot(lines)
        assert standing is not None
        assert dict(standing.reasons[0].params)["places"] == "IT/Turin|FR/Lyon"


# --- serials that are counted through


@pytest.mark.parametrize(("serials", "score"), [(11, None), (12, 3.0), (24, 4.0)])
def test_neighbours_in_whole(serials: int, score: float | None) -> None:
    lines: list[Sighting] = []
    number = 0
    while len(lines) < serials:  # so many serials that no two share a bit
        tried = scan(NOWHERE, len(lines), f"SN{number}")
        number += 1
        if not any(tried.devices & each.devices for each in lines):
            lines.append(tried)
    standing = of_neighbours(lines, DEFAULTS)
    if score is None:
        assert standing is None
        return
    reason = Reason(C.SERIALS_GUESSED, Action.CHECK, (("count", str(serials)),))
    last = START + (serials - 1) * DAY
    assert standing == StandingOut(score, (reason,), START, last)


def test_neighbours_by_the_manufacturers_own_threshold() -> None:
    standing = of_neighbours([scan(NOWHERE, 0, "a"), scan(NOWHERE, 0, "b")], Thresholds(guesses=2))
    assert standing is not None
    assert standing.score == 3.0
    assert of_neighbours([scan(NOWHERE, 0, "a"), scan(NOWHERE, 0, "a")], Thresholds(guesses=2)) is None
    assert of_neighbours([scan(NOWHERE, 0, "")], Thresholds(guesses=1)) is None  # of no serial
