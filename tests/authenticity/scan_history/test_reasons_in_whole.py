"""Each reason that a history gives, with all that it rests on, at the border where it begins."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Evidence, ProductRecord
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history import rules
from service.authenticity.scan_history.history import Cleared, SeenBefore
from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind, together
from tests.factories.evidence import BATCH, LYON, OTHER_BATCH, PRODUCT, TOKYO, UNIT, evidence, history, scan

C = ReasonCode
TURIN, PARIS = Region("IT", "Turin"), Region("FR", "Paris")
TRADE, DISPENSING, SUPPLY = SightingKind.TRADE, SightingKind.DISPENSING, SightingKind.SUPPLY
TOWNS = [Region("FR", f"Town {number}") for number in range(16)]
WITHOUT_MARKETS = replace(PRODUCT, markets=())


def said(seen: SeenBefore, of: Evidence | None = None) -> dict[ReasonCode, tuple[Action, dict[str, str]]]:
    """Each reason's severity and parameters."""
    given = list(rules.reasons(replace(of or evidence(), history=seen)))
    assert len({each.code for each in given}) == len(given)
    return {each.code: (each.severity, dict(each.params)) for each in given}


def test_without_a_history_nothing_is_said() -> None:
    assert list(rules.reasons(evidence(history=None))) == []


# --- of a unit


def test_seen_elsewhere_in_whole() -> None:
    scans = [scan(place, number, f"d{number}") for number, place in enumerate(TOWNS[:6])]
    seen = history(*scans, scan(TOWNS[5], 9.5, "d5"))
    assert said(seen)[C.SEEN_ELSEWHERE] == (
        Action.QUARANTINE,
        {
            "scope": "",
            "places": "FR/Town 0|FR/Town 1|FR/Town 2|FR/Town 3|FR/Town 4",  # five are named
            "count": "6",
            "days": "10",  # the first and the last day included
            "devices": "6",
            "scans": "7",
            "score": f"{seen.suspicion.score:.1f}",
        },
    )
    assert C.IMPOSSIBLE_JOURNEY not in said(seen)


def test_a_journey_in_whole() -> None:
    scans = [scan(LYON, 0, "a"), scan(TOKYO, 0.01, "b"), scan(PARIS, 20, "c"), scan(TURIN, 40, "d")]
    severity, params = said(history(*scans))[C.IMPOSSIBLE_JOURNEY]
    assert severity is Action.QUARANTINE
    assert (params["places"], params["count"], params["scope"]) == ("FR/Lyon|JP/Tokyo", "2", "")
    assert said(history(*scans))[C.SEEN_ELSEWHERE][1]["count"] == "4"


def test_places_far_apart_on_different_days_are_no_journey() -> None:
    """So suspicious that people are told, and not because of a journey."""
    scans = [
        scan(LYON, 0, "a"),
        scan(TOKYO, 9, "b"),
        scan(Region("BR"), 20, "c"),
        scan(Region("US"), 40, "d"),
        scan(Region("MX"), 60, "e"),
    ]
    given = said(history(*scans))
    assert C.SEEN_ELSEWHERE in given
    assert C.IMPOSSIBLE_JOURNEY not in given


def test_more_places_than_are_kept_in_whole() -> None:
    given = said(
        history(*[scan(place, 0, "abc"[n % 3]) for n, place in enumerate(TOWNS)], scan(LYON, 0, "a"))
    )
    for code in (C.SEEN_ELSEWHERE, C.IMPOSSIBLE_JOURNEY):
        severity, params = given[code]
        assert severity is Action.QUARANTINE
        assert (params["scope"], params["count"]) == ("full", "16")
    assert given[C.SEEN_OUTSIDE_MARKET] == (Action.CHECK, {"scope": "full"})


STRANGERS = [scan(place, 20 * number, "abc"[number % 3]) for number, place in enumerate(TOWNS[:6])]
CLINICS = [scan(place, 20 * number, f"c{number}", TRADE) for number, place in enumerate(TOWNS[:6])]


@pytest.mark.parametrize(
    ("why", "scans", "cleared", "severity"),
    [
        ("strangers from three networks", STRANGERS, None, Action.QUARANTINE),
        ("from two, whatever places they claim", [each for each in STRANGERS if each not in STRANGERS[2::3]], None, Action.CHECK),
        ("clinics alone", CLINICS, None, Action.QUARANTINE),
        ("clinics, and one stranger", [*CLINICS, scan(LYON, 0, "a")], None, Action.QUARANTINE),
        ("two networks, and a clinic that is not suspicious alone", [*STRANGERS[:2], *STRANGERS[3:5], CLINICS[0]], None, Action.CHECK),
        ("a clearing that protects from strangers", STRANGERS, Cleared(-1.0, 0, protected=True), Action.CHECK),
        ("and one that does not", STRANGERS, Cleared(-1.0, 0), Action.QUARANTINE),
        ("clinics are heard all the same", CLINICS, Cleared(-1.0, 0, protected=True), Action.QUARANTINE),
    ],
)  # fmt: skip
def test_who_stops_a_vial(why: str, scans: list[Sighting], cleared: Cleared | None, severity: Action) -> None:
    given = said(history(*scans, cleared=cleared, thresholds=Thresholds(suspicion=0.5)))
    assert given[C.SEEN_ELSEWHERE][0] is severity


def test_one_place_is_never_another() -> None:
    """However many devices: a crowd at one place is told as a crowd."""
    crowd = [scan(LYON, 0, f"d{number}") for number in range(40)]
    given = said(history(*crowd, thresholds=Thresholds(suspicion=2.0)))
    assert set(given) == {C.MANY_DEVICES, C.CHECKED_BEFORE}


@pytest.mark.parametrize(("more", "told"), [(0.0, True), (0.001, False)])
def test_the_border_of_suspicion(more: float, told: bool) -> None:
    scans = [scan(LYON, 0, "a"), scan(PARIS, 0, "b")]
    score = history(*scans).suspicion.score
    seen = history(*scans, thresholds=Thresholds(suspicion=score + more))
    assert (C.SEEN_ELSEWHERE in said(seen)) is told


@pytest.mark.parametrize(("below", "told"), [(1.0, True), (0.999, False)])
def test_a_cleared_unit_is_told_of_again_when_one_more_is_seen(below: float, told: bool) -> None:
    scans = [scan(place, 0, f"d{number}") for number, place in enumerate(TOWNS[:5])]
    score = history(*scans).suspicion.score
    seen = history(*scans, cleared=Cleared(score - below, 0))
    assert (C.SEEN_ELSEWHERE in said(seen)) is told


@pytest.mark.parametrize(
    ("most", "cleared", "told"),
    [
        (5, None, True),
        (6, None, False),
        (5, 2, True),
        (5, 3, False),
        (1, 2, True),
        (2, 2, True),
        (5, 0, True),
    ],
)
def test_the_border_of_devices(most: int, cleared: int | None, told: bool) -> None:
    """Five devices; of a unit that was cleared, twice as many as then."""
    scans = [scan(LYON, 0, f"d{number}") for number in range(5)]
    assert history(*scans).suspicion.devices == 5
    known = None if cleared is None else Cleared(0.0, cleared)
    given = said(history(*scans, thresholds=Thresholds(devices=most), cleared=known))
    assert (C.MANY_DEVICES in given) is told
    if told:
        assert given[C.MANY_DEVICES][0] is Action.CHECK
        assert given[C.MANY_DEVICES][1]["devices"] == "5"


def weekly(
    devices: int, place: Region = NOWHERE, kind: SightingKind = SightingKind.STRANGER
) -> list[Sighting]:
    """Scans of one place, one each week for most of a year."""
    return [scan(place, 7.0 * week, f"d{week % devices}", kind) for week in range(45)]


@pytest.mark.parametrize(
    ("why", "scans", "cleared", "told"),
    [
        ("copies sold online", weekly(4), None, True),
        ("a country and no region", weekly(4, Region("FR")), None, True),
        ("a household that keeps a vial", weekly(3), None, False),
        ("all of one town: they may share it", weekly(9, LYON), None, False),
        ("the shelf of a pharmacy", weekly(9, NOWHERE, TRADE), None, False),
        ("a day, not a year", [scan(NOWHERE, number / 10, f"d{number}") for number in range(9)], None, False),
        ("the manufacturer has looked", weekly(4), Cleared(9.0, 4), False),
        ("it looked, and more came", weekly(9), Cleared(3.0, 4), True),
        ("it protects this unit", weekly(4), Cleared(0.0, 4, protected=True), False),
        (
            "one more place has its own words",
            [*weekly(4), scan(LYON, 9, "e"), scan(TURIN, 99, "f")],
            None,
            False,
        ),
    ],
)
def test_a_code_without_a_place(why: str, scans: list[Sighting], cleared: Cleared | None, told: bool) -> None:
    given = said(history(*scans, cleared=cleared))
    assert (C.MANY_DEVICES in given) is told, why
    if told:
        severity, params = given[C.MANY_DEVICES]
        assert (severity, params["scope"], params["days"]) == (Action.CHECK, "again", "309")


def test_a_demonstration_pack_raises_nothing() -> None:
    """It is shown at congresses of three continents: its disposition stops it, its scans say nothing."""
    seen = history(
        *(scan(place, number, f"d{number}") for number, place in enumerate([*TOWNS, TOKYO, TURIN]))
    )
    assert C.SEEN_ELSEWHERE in said(seen)
    assert said(seen, evidence(unit=replace(UNIT, disposition=Disposition.SAMPLE))) == {}


def test_a_device_was_cleared_where_none_was_seen() -> None:
    """No clearing is as one of no devices."""
    assert C.MANY_DEVICES in said(history(scan(LYON, 0, "a"), thresholds=Thresholds(devices=1)))


def test_after_dispensing_in_whole() -> None:
    seen = history(
        scan(LYON, 0, "c", DISPENSING), scan(TURIN, 5, "x", TRADE), thresholds=Thresholds(suspicion=90)
    )
    severity, params = said(seen)[C.SEEN_AFTER_DISPENSING]
    assert severity is Action.QUARANTINE
    assert (params["places"], params["scans"], params["days"]) == ("FR/Lyon|IT/Turin", "2", "6")


@pytest.mark.parametrize(
    ("days_before", "kind", "severity"),
    [
        (1, SightingKind.STRANGER, None),  # the day before may be the same day elsewhere
        (2, SightingKind.STRANGER, Action.CHECK),
        (2, TRADE, Action.QUARANTINE),
        (2, SUPPLY, None),  # who brings it may have it before
    ],
)
def test_before_its_release_in_whole(days_before: int, kind: SightingKind, severity: Action | None) -> None:
    day = date(2026, 3, 1)
    batch = replace(BATCH, released=day + timedelta(days=days_before))
    seen = history(scan(LYON, 0, kind=kind), scan(LYON, 0.2, kind=kind))
    given = said(seen, evidence(unit=replace(UNIT, batch=batch)))
    params = {"day": "2026-03-01", "released": batch.released.isoformat() if batch.released else ""}
    assert given.get(C.SEEN_BEFORE_RELEASE) == ((severity, params) if severity else None)


def test_the_first_of_all_days_before_the_release_is_said() -> None:
    of = evidence(unit=replace(UNIT, batch=replace(BATCH, released=date(2026, 3, 20))))
    seen = history(scan(LYON, 3, kind=SightingKind.STRANGER), scan(PARIS, 1, kind=TRADE), scan(LYON, 40))
    assert said(seen, of)[C.SEEN_BEFORE_RELEASE] == (
        Action.QUARANTINE,
        {"day": "2026-03-02", "released": "2026-03-20"},
    )


@pytest.mark.parametrize(
    ("why", "scans", "severity"),
    [
        ("three devices of anybody", [scan(Region("BR", "Rio"), n, d) for n, d in enumerate("abc")], Action.CHECK),
        ("two", [scan(Region("BR", "Rio"), n, d) for n, d in enumerate("abab")], None),
        ("three in two countries", [scan(Region("BR"), 0, "a"), scan(Region("BR"), 0, "b"), scan(Region("IN"), 0, "c")], Action.CHECK),
        ("three scans of one device", [scan(Region("BR"), 0, "a"), scan(Region("IN"), 0, "a"), scan(Region("VN"), 0, "a")], None),
        ("a clinic", [scan(Region("BR"), 0, "a", TRADE)], Action.QUARANTINE),
        ("a depot on the way", [scan(Region("BR"), 0, "a", SUPPLY)], None),
        ("a region without its country", [scan(Region("", "Rio"), n, d) for n, d in enumerate("abc")], None),
        ("at home", [scan(LYON, n, d) for n, d in enumerate("abc")], None),
    ],
)  # fmt: skip
def test_outside_its_markets(why: str, scans: list[Sighting], severity: Action | None) -> None:
    given = said(history(*scans))
    assert (given[C.SEEN_OUTSIDE_MARKET][0] if C.SEEN_OUTSIDE_MARKET in given else None) is severity


def test_outside_its_markets_in_whole() -> None:
    scans = [scan(Region("VN", "Hue"), 0, "a"), scan(Region("BR", "Rio"), 0, "b"), scan(Region("BR"), 0, "c")]
    assert said(history(*scans))[C.SEEN_OUTSIDE_MARKET] == (Action.CHECK, {"places": "BR/|VN/", "count": "2"})


@pytest.mark.parametrize(
    ("why", "product", "of_batch", "outside"),
    [
        ("the product's", PRODUCT, (), True),
        ("the batch's own come first", PRODUCT, ("BR",), False),
        ("whatever the product says", replace(PRODUCT, markets=("BR",)), ("FR",), True),
        ("nobody says", WITHOUT_MARKETS, (), False),
        ("the batch's alone", WITHOUT_MARKETS, ("FR",), True),
    ],
)
def test_whose_markets(why: str, product: ProductRecord, of_batch: tuple[str, ...], outside: bool) -> None:
    of = evidence(
        product=product, batch=OTHER_BATCH, unit=replace(UNIT, batch=replace(BATCH, markets=of_batch))
    )
    seen = history(scan(Region("BR"), 0, kind=TRADE))
    assert (C.SEEN_OUTSIDE_MARKET in said(seen, of)) is outside


def test_what_was_cleared_by_its_code_is_not_said_again() -> None:
    scans = [scan(Region("BR"), 0, "a", TRADE), scan(Region("BR"), 5, "a", TRADE)]
    given = said(history(*scans, cleared=Cleared(0.0, 0, frozenset({C.SEEN_OUTSIDE_MARKET.value}))))
    assert set(given) == {C.CHECKED_BEFORE}


# --- of a lot

LOT = evidence({"serial": None}, unit=None, batch=replace(BATCH, quantity=3, markets=("FR",)))


@pytest.mark.parametrize(("checks", "told"), [(30, False), (31, True)])
def test_a_lot_checked_often_in_whole(checks: int, told: bool) -> None:
    """Ten times as often as it has units; lines of a place are counted in the line without one."""
    lines = [scan(NOWHERE, number / 100) for number in range(checks)]
    given = said(history(*lines, scan(Region("BR"), 0), of_unit=False), LOT)
    assert given == ({C.LOT_CHECKED_OFTEN: (Action.CHECK, {"count": "31", "quantity": "3"})} if told else {})


def test_a_lot_without_a_quantity_is_never_checked_often() -> None:
    lines = [scan(NOWHERE, number / 100) for number in range(99)]
    of = replace(LOT, batch=replace(BATCH, quantity=None))
    assert said(history(*lines, of_unit=False), of) == {}


@pytest.mark.parametrize(("countries", "told"), [(("BR", "IN", "FR"), False), (("VN", "BR", "IN"), True)])
def test_a_lot_seen_elsewhere_in_whole(countries: tuple[str, ...], told: bool) -> None:
    lines = [scan(Region(country), 0) for country in countries]
    given = said(history(scan(NOWHERE, 0), *lines, of_unit=False), LOT)
    params = {"places": "BR/|IN/|VN/", "count": "3"}
    assert given == ({C.LOT_SEEN_ELSEWHERE: (Action.CHECK, params)} if told else {})


def test_a_lot_that_goes_anywhere_is_seen_nowhere_else() -> None:
    of = replace(LOT, product=WITHOUT_MARKETS, batch=BATCH)
    assert said(history(*[scan(Region(each), 0) for each in ("BR", "IN", "VN")], of_unit=False), of) == {}


def test_a_lot_of_no_product_on_record() -> None:
    of = replace(LOT, product=None)
    assert C.LOT_SEEN_ELSEWHERE in said(
        history(*[scan(Region(each), 0) for each in ("BR", "IN", "VN")], of_unit=False), of
    )
    assert said(history(scan(Region("BR"), 0), of_unit=False), replace(of, batch=None)) == {}
    assert said(history(scan(Region("BR"), 0), of_unit=False), replace(of, batch=BATCH)) == {}


# --- of whoever asks


@pytest.mark.parametrize(
    ("guesses", "neighbours", "count"),
    [(12, 0, "12"), (0, 12, "12"), (13, 20, "20"), (11, 11, None), (30, 2, "30")],
)
def test_guessed_serials_in_whole(guesses: int, neighbours: int, count: str | None) -> None:
    given = said(history(scan(NOWHERE, 0), guesses=guesses, neighbours=neighbours))
    assert given == ({C.SERIALS_GUESSED: (Action.CHECK, {"count": count})} if count else {})


@pytest.mark.parametrize(
    ("why", "scans", "note"),
    [
        ("twice here: the last time", [scan(LYON, 0), scan(LYON, 3), scan(LYON, 9)], {"day": "2026-03-04", "places": "FR/Lyon"}),
        ("by anybody else, too", [scan(LYON, 5, "b", TRADE), scan(LYON, 3), scan(LYON, 9)], {"day": "2026-03-06", "places": "FR/Lyon"}),
        ("the first time", [scan(LYON, 9)], None),
        ("elsewhere in the country", [scan(PARIS, 0), scan(LYON, 9)], None),
        ("nobody knows where", [scan(NOWHERE, 0), scan(NOWHERE, 9)], None),
    ],
)  # fmt: skip
def test_checked_here_before_in_whole(why: str, scans: list[Sighting], note: dict[str, str] | None) -> None:
    given = said(history(*scans))
    assert given.get(C.CHECKED_BEFORE) == ((Action.ACCEPT, note) if note else None)
    assert C.CHECKED_ABROAD not in given


@pytest.mark.parametrize(
    ("why", "scans", "note"),
    [
        ("in two other countries", [scan(TURIN, 0), scan(Region("DE"), 1), scan(LYON, 9)], {"places": "DE/|IT/", "count": "2"}),
        ("here and there", [scan(TURIN, 0), scan(PARIS, 1), scan(LYON, 9)], {"places": "IT/", "count": "1"}),
        ("who asks says no country", [scan(TURIN, 0), scan(Region("", "Lyon"), 9)], None),
        ("it was nowhere", [scan(NOWHERE, 0), scan(LYON, 9)], None),
    ],
)  # fmt: skip
def test_checked_abroad_in_whole(why: str, scans: list[Sighting], note: dict[str, str] | None) -> None:
    given = said(history(*scans))
    assert given.get(C.CHECKED_ABROAD) == ((Action.ACCEPT, note) if note else None)


def test_a_lots_checks_are_no_notes() -> None:
    assert said(history(scan(LYON, 0), scan(TURIN, 0), scan(LYON, 1), of_unit=False), LOT) == {}


# --- of a unit of which nothing is known but its scans


@pytest.mark.parametrize(
    ("why", "suspicion", "codes"),
    [
        ("two places", SuspicionScore(5.0, (LYON, TURIN), 2, 3, 4), {C.SEEN_ELSEWHERE}),
        ("one place", SuspicionScore(5.0, (LYON,), 2, 3, 4), {C.MANY_DEVICES}),
        ("no place", SuspicionScore(5.0, (), 2, 3, 4), {C.MANY_DEVICES}),
        ("as many devices as the threshold", SuspicionScore(5.0, (LYON, TURIN), 25, 3, 4), {C.SEEN_ELSEWHERE, C.MANY_DEVICES}),
        ("one fewer", SuspicionScore(5.0, (LYON, TURIN), 24, 3, 4), {C.SEEN_ELSEWHERE}),
        ("a journey", SuspicionScore(5.0, (LYON, TOKYO), 2, 3, 4, (LYON, TOKYO)), {C.SEEN_ELSEWHERE, C.IMPOSSIBLE_JOURNEY}),
        ("more places than are kept", SuspicionScore(99.0, (LYON, TURIN), 2, 3, 4, full=True), {C.SEEN_ELSEWHERE, C.IMPOSSIBLE_JOURNEY}),
        ("used elsewhere", SuspicionScore(5.0, (LYON, TURIN), 2, 3, 4, used_elsewhere=True), {C.SEEN_ELSEWHERE, C.SEEN_AFTER_DISPENSING}),
    ],
)  # fmt: skip
def test_what_scans_alone_say(why: str, suspicion: SuspicionScore, codes: set[ReasonCode]) -> None:
    given: list[Reason] = list(rules.of_suspicion(suspicion, DEFAULTS))
    assert {each.code for each in given} == codes
    for each in given:
        assert each.severity is (Action.CHECK if each.code is C.MANY_DEVICES else Action.QUARANTINE), (
            each.code
        )


def test_a_history_weighs_a_units_scans_and_no_lots() -> None:
    scans = together([scan(LYON, 0, "a"), scan(PARIS, 0, "b")])
    assert SeenBefore(LYON, (), scans).suspicion.score == 1.7
    assert SeenBefore(LYON, (), scans, of_unit=False).suspicion == SuspicionScore(0.0, (), 0, 0, 0)
