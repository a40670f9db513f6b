"""What a history of scans says, and the laws that it keeps whatever the scans."""

from datetime import date
from itertools import permutations
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.evidence import Asker, Evidence
from service.authenticity.reasons import Action, Advice, ReasonCode
from service.authenticity.scan_history.history import Cleared
from service.authenticity.scan_history.score import DEFAULTS, weigh
from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    NOWHERE,
    Region,
    Sighting,
    SightingKind,
    rounded,
    same_window,
    together,
)
from service.authenticity.verdicts import judge
from tests.factories.evidence import BATCH, LYON, MATCHING, TOKYO, UNIT, evidence, history, scan
from tests.factories.evidence_strategies import evidences

TURIN, PARIS = Region("IT", "Turin"), Region("FR", "Paris")
STRANGER, TRADE = SightingKind.STRANGER, SightingKind.TRADE
NOTES = {ReasonCode.CHECKED_BEFORE, ReasonCode.CHECKED_ABROAD}
C = ReasonCode


def judged(*scans: Sighting, of: Evidence = MATCHING, **changes: object) -> dict[ReasonCode, Action]:
    verdict = judge(replace(of, history=history(*scans, **changes)))
    return {reason.code: reason.severity for reason in verdict.reasons}


# --- what is normal stays quiet -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "scans"),
    [
        ("the first scan of all", [scan(LYON, 0)]),
        ("a patient looks again at home", [scan(LYON, 0), scan(LYON, 3), scan(LYON, 40, "next week's key")]),
        ("a clinic receives and uses it, its patient looks", [scan(LYON, 0, "c", TRADE), scan(LYON, 30, "c", TRADE), scan(PARIS, 33, "p")]),
        ("a patient on a journey", [scan(LYON, 0), scan(TOKYO, 2)]),
        ("a patient through a VPN that comes out all over the world", [scan(Region(c), n / 10) for n, c in enumerate(("FR", "NL", "US", "SG"))]),
        ("a clinic's address is shared by all of its devices", [scan(LYON, n / 24, f"d{n}") for n in range(8)]),
        ("nobody knows where", [scan(NOWHERE, n, f"d{n}") for n in range(6)]),
        ("only the country is known of one of them", [scan(LYON, 0), scan(Region("FR"), 50, "b")]),
    ],
)  # fmt: skip
def test_normal_lives_raise_no_reason(why: str, scans: list[Sighting]) -> None:
    assert set(judged(*scans)) <= {C.UNIT_ON_RECORD, C.CHECKED_BEFORE, C.CHECKED_ABROAD}


def test_a_repeat_at_the_same_place_is_a_quiet_note() -> None:
    verdict = judge(replace(MATCHING, history=history(scan(LYON, 0), scan(LYON, 3))))
    assert verdict.action is Action.ACCEPT
    assert verdict.headline is C.UNIT_ON_RECORD
    (note,) = [reason for reason in verdict.reasons if reason.code is C.CHECKED_BEFORE]
    assert dict(note.params) == {"day": "2026-03-01", "places": "FR/Lyon"}


def test_another_country_is_a_quiet_note_without_a_day() -> None:
    verdict = judge(replace(MATCHING, history=history(scan(TOKYO, 0), scan(LYON, 3, "b"))))
    assert verdict.action is Action.ACCEPT
    (note,) = [reason for reason in verdict.reasons if reason.code is C.CHECKED_ABROAD]
    assert dict(note.params) == {"places": "JP/", "count": "1"}


# --- what is not ----------------------------------------------------------------------------------------------

SCATTERED = [scan(Region("FR", f"Town {n}"), 20 * n, f"d{n}") for n in range(5)]


def test_many_places_and_devices_hold_the_vial_and_say_what_it_rests_on() -> None:
    verdict = judge(replace(MATCHING, history=history(*SCATTERED)))
    assert verdict.action is Action.QUARANTINE
    known = dict(verdict.reasons[0].params)
    assert verdict.headline is C.SEEN_ELSEWHERE
    assert known["count"] == "5"
    assert known["days"] == "81"
    assert known["places"].split("|")[0] == "FR/Town 0"


def test_two_continents_within_two_hours() -> None:
    far = [scan(LYON, 0, "a"), scan(TOKYO, 0.02, "b"), *SCATTERED]
    assert C.IMPOSSIBLE_JOURNEY in judged(*far)
    # one device in both: an address that says the wrong thing
    assert C.IMPOSSIBLE_JOURNEY not in judged(scan(LYON, 0), scan(TOKYO, 0.02))
    # neighbours: people cross borders, and addresses do more often
    near = [scan(LYON, 0, "a"), scan(Region("CH", "Geneva"), 0.02, "b"), *SCATTERED]
    assert C.IMPOSSIBLE_JOURNEY not in judged(*near)


def test_after_dispensing_the_trade_of_another_place_has_it() -> None:
    used = scan(LYON, 10, "c", SightingKind.DISPENSING)
    assert judged(used, scan(TURIN, 15, "x", TRADE))[C.SEEN_AFTER_DISPENSING] is Action.QUARANTINE
    # its patient takes it home, or a queue of the same clinic is late
    assert C.SEEN_AFTER_DISPENSING not in judged(used, scan(TURIN, 15, "p"))
    assert C.SEEN_AFTER_DISPENSING not in judged(used, scan(LYON, 15, "c", TRADE))
    assert C.SEEN_AFTER_DISPENSING not in judged(used, scan(TURIN, 5, "x", TRADE))


@pytest.mark.parametrize(("kind", "action"), [(STRANGER, Action.CHECK), (TRADE, Action.QUARANTINE)])
def test_before_its_release(kind: SightingKind, action: Action) -> None:
    released = replace(UNIT, batch=replace(BATCH, released=date(2026, 3, 10)))
    of = evidence(unit=released, batch=released.batch)
    assert judged(scan(LYON, 0, kind=kind), of=of)[C.SEEN_BEFORE_RELEASE] is action
    # the day before may be the same day elsewhere in the world
    assert C.SEEN_BEFORE_RELEASE not in judged(scan(LYON, 8, kind=kind), of=of)


def test_in_a_market_where_it_was_never_shipped() -> None:
    rio = [scan(Region("BR", "Rio"), n, f"d{n}") for n in range(3)]
    assert judged(*rio)[C.SEEN_OUTSIDE_MARKET] is Action.CHECK
    assert C.SEEN_OUTSIDE_MARKET not in judged(*rio[:2])  # a traveller or two
    assert judged(scan(Region("BR"), 0, kind=TRADE))[C.SEEN_OUTSIDE_MARKET] is Action.QUARANTINE


def test_too_many_devices() -> None:
    crowd = [scan(LYON, 0.1 * n, f"d{n}") for n in range(60)]
    assert judged(*crowd)[C.MANY_DEVICES] is Action.CHECK


LOT = evidence({"serial": None}, unit=None, batch=replace(BATCH, quantity=10))


def test_a_lot_checked_more_often_than_it_has_units() -> None:
    often = [scan(NOWHERE, n / 10, f"d{n}") for n in range(101)]
    assert judged(*often, of=LOT, of_unit=False)[C.LOT_CHECKED_OFTEN] is Action.CHECK
    assert C.LOT_CHECKED_OFTEN not in judged(*often[:100], of=LOT, of_unit=False)


def test_a_lot_checked_where_it_never_went() -> None:
    abroad = [scan(Region(code), 0) for code in ("BR", "IN", "VN")]
    assert judged(*abroad, of=LOT, of_unit=False)[C.LOT_SEEN_ELSEWHERE] is Action.CHECK
    assert C.LOT_SEEN_ELSEWHERE not in judged(*abroad[:2], of=LOT, of_unit=False)


def test_a_lots_history_is_never_held_against_a_unit() -> None:
    often = [scan(Region(code), n / 10, f"d{n}") for n in range(200) for code in ("BR", "IN", "VN")]
    assert set(judged(*often, of_unit=False)) == {C.UNIT_ON_RECORD}


def test_guessed_serials() -> None:
    assert judged(scan(LYON, 0), guesses=12)[C.SERIALS_GUESSED] is Action.CHECK
    assert judged(scan(LYON, 0), neighbours=12)[C.SERIALS_GUESSED] is Action.CHECK
    assert C.SERIALS_GUESSED not in judged(scan(LYON, 0), guesses=11, neighbours=11)


def test_what_a_person_cleared_is_not_said_again_until_more_is_seen() -> None:
    seen = history(*SCATTERED).suspicion
    cleared = Cleared(seen.score, seen.devices)
    assert C.SEEN_ELSEWHERE not in judged(*SCATTERED, cleared=cleared)
    more = [scan(Region("FR", f"City {n}"), 200 + n, f"e{n}") for n in range(3)]
    assert C.SEEN_ELSEWHERE in judged(*SCATTERED, *more, cleared=cleared)
    lower = Cleared(seen.score - 3, 0)
    assert C.SEEN_ELSEWHERE in judged(*SCATTERED, cleared=lower)
    outside = [scan(Region("BR"), 0, kind=TRADE)]
    assert C.SEEN_OUTSIDE_MARKET not in judged(
        *outside, cleared=Cleared(0, 0, frozenset({"seen_outside_market"}))
    )


def test_a_clinic_is_told_what_to_do_with_the_vial_in_its_hand() -> None:
    verdict = judge(replace(MATCHING, asker=Asker.CLINIC, history=history(*SCATTERED)))
    assert {Advice.TRACE_SUPPLY, Advice.ASK_TO_CLEAR, Advice.SET_ASIDE} <= set(verdict.advice)


# --- laws -------------------------------------------------------------------------------------------------------

places = st.sampled_from(
    [
        NOWHERE,
        Region("FR"),
        LYON,
        PARIS,
        TURIN,
        TOKYO,
        *(Region(c, f"City {n}") for n in range(12) for c in ("US", "BR")),
    ]
)
scans = st.lists(
    st.builds(
        scan,
        places,
        st.floats(-100, 300, allow_nan=False),
        st.sampled_from(["", *"abcdefgh"]),
        st.sampled_from(SightingKind),
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.slow
@given(scans, st.randoms(use_true_random=False), st.integers(1, 39))
def test_the_order_of_arrival_changes_nothing(given_scans: list[Sighting], chances: Random, cut: int) -> None:
    """One after the other in any order, or some put together first (a queue that was offline)."""
    shuffled = [*given_scans]
    chances.shuffle(shuffled)
    one_by_one: tuple[Sighting, ...] = ()
    for each in shuffled:
        one_by_one = together((*one_by_one, each))
    assert one_by_one == together(given_scans)
    assert together((*together(shuffled[:cut]), *together(shuffled[cut:]))) == one_by_one


@pytest.mark.slow
@given(
    scans,
    st.lists(
        st.builds(scan, places, st.floats(0, 150), st.sampled_from("xyz"), st.sampled_from(SightingKind)),
        max_size=25,
    ),
)
@example(  # seen first in the same moment as a new place: no silence had ended before
    [scan(Region("FR", "Lyon"), 13.0, "", SightingKind.STRANGER)],
    [
        scan(Region("", ""), 13.0, "x", SightingKind.STRANGER),
        scan(Region("IT", "Turin"), 0.0, "x", SightingKind.STRANGER),
    ],
)
def test_a_later_scan_takes_no_reason_away(given_scans: list[Sighting], more: list[Sighting]) -> None:
    """Nor does it make the unit less suspicious, of whatever kind it is: no scan explains another one away."""
    batch = replace(BATCH, released=date(2026, 3, 10), markets=("FR",))
    of = evidence(unit=replace(UNIT, batch=batch), batch=batch)
    every = sorted([*given_scans, *more], key=lambda each: each.first)
    before: dict[ReasonCode, Action] = {}
    score = 0.0
    for number in range(1, len(every) + 1):
        # the place of the present scan is always the last one's: what is said of places here is no reason
        after = judged(*every[:number], of=of)
        before = {code: severity for code, severity in before.items() if code not in NOTES}
        assert set(before) <= set(after)
        assert all(after[code].rank >= severity.rank for code, severity in before.items())
        again = weigh(together(every[:number]), DEFAULTS).score
        assert again >= score
        before, score = after, again


@given(scans)
def test_no_number_of_strangers_condemns_or_locks(given_scans: list[Sighting]) -> None:
    anybody = [replace(each, kind=STRANGER) for each in given_scans]
    verdict = judge(replace(MATCHING, history=history(*anybody)))
    assert verdict.action in (Action.ACCEPT, Action.CHECK, Action.QUARANTINE)


@given(evidences, scans, st.booleans(), st.integers(0, 40))
def test_a_history_improves_no_answer_and_takes_no_reason(
    one: Evidence, given_scans: list[Sighting], of_unit: bool, guesses: int
) -> None:
    before = judge(one)
    after = judge(replace(one, history=history(*given_scans, of_unit=of_unit, guesses=guesses)))
    assert after.action.rank >= before.action.rank
    assert set(before.reasons) <= set(after.reasons)


@given(scans)
def test_what_is_kept_is_bounded(given_scans: list[Sighting]) -> None:
    flood = [scan(Region("US", f"Place {n}"), n / 100, f"d{n}") for n in range(300)]
    kept = together((*given_scans, *flood))
    assert len(kept) <= len(SightingKind) * (MOST_PLACES + 1)
    assert sum(each.count for each in kept) == len(given_scans) + 300
    assert min(each.first for each in kept) == min(each.first for each in (*given_scans, *flood))


def test_equal_windows_are_found_exactly_within_a_year() -> None:
    one = scan(LYON, 0)
    for hours in range(2, 300 * 24, 2):
        assert not same_window(one, scan(TOKYO, hours / 24 + 0.001))
    assert same_window(one, scan(TOKYO, 0.01))


@pytest.mark.parametrize(
    ("country", "region", "kept"),
    [
        ("FR", "  LYON ", Region("FR", "Lyon")),
        ("fr", "Saint-Étienne", Region("FR", "Saint-Etienne")),
        ("", "Lyon (45.764043, 4.835659)", Region("", "Lyon")),
        ("FR", "45.764043,4.835659", Region("FR", "46 5")),  # whole degrees, never a house
        ("", "x" * 300, Region("", ("x" * 40).title())),
        ("", "\u202e\x00", NOWHERE),
    ],
)
def test_places_are_rounded_before_they_are_kept(country: str, region: str, kept: Region) -> None:
    assert rounded(country, region) == kept


def test_the_strongest_matching_is_found() -> None:
    """Three devices seen in three places, each place by two of them: three scans apart, in any order."""
    pairs = [(LYON, "a"), (LYON, "b"), (PARIS, "b"), (PARIS, "c"), (TURIN, "c"), (TURIN, "a")]
    scores = {
        weigh(together([scan(place, 1.0, client) for place, client in order]), DEFAULTS).score
        for order in permutations(pairs)
    }
    assert len(scores) == 1


# --- from one clinic's shelf to another's -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "hours", "there", "known"),
    [
        ("no courier flies that fast", 2, "BR", True),
        ("nor drives from Berlin to Warsaw in half an hour", 0.5, "PL", True),
        ("whether the clinics have accounts or not", 2, "BR", False),
    ],
)
def test_two_clinics_have_it_sooner_than_anybody_brings_it(
    why: str, hours: float, there: str, known: bool
) -> None:
    first, second = ("a", "b") if known else ("", "")
    seen = judged(scan(Region("DE"), 0, first, TRADE), scan(Region(there), hours / 24, second, TRADE))
    assert seen[C.IMPOSSIBLE_JOURNEY] is Action.QUARANTINE


@pytest.mark.parametrize(
    ("why", "days", "there", "kind"),
    [
        ("sent on to a clinic abroad, a day later", 1.5, "PL", TRADE),
        ("a neighbouring country, an afternoon later", 0.3, "NL", TRADE),
        ("anybody may be behind an address in another country", 0.05, "PL", SightingKind.STRANGER),
    ],
)
def test_what_is_brought_in_time_is_no_journey(why: str, days: float, there: str, kind: SightingKind) -> None:
    assert C.IMPOSSIBLE_JOURNEY not in judged(
        scan(Region("DE"), 0, "a", kind), scan(Region(there), days, "b", kind)
    )
