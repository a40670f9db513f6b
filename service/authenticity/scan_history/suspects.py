"""What of a history a person should investigate: how strong it is, and its reasons, as in a verdict.

A unit and a lot stand out when their scans are a reason in a verdict. A lot not on record stands out when
several devices ask for it: a single device is a typing error. The neighbourhood of a serial stands out when
many of its serials are tried. Adding a scan never lowers any of this.
"""

from collections.abc import Iterable
from math import log2

from msgspec import Struct

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history import rules
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import DEFAULTS, Thresholds, weigh
from service.authenticity.scan_history.sightings import Region, Sighting, SightingKind

DEVICES_OF_AN_UNKNOWN_LOT = 3
"""So many devices have to ask for a lot that is not on record."""

_HELD_BACK, _CHECKED = DEFAULTS.suspicion, 3.0
# The score of a reason by its severity, where none is computed: that of a unit that is just held back.

_EACH_MORE = 0.5  # each further reason
_PER_COUNTRY = 0.3

OF_HISTORY = frozenset(
    {
        *rules.OF_ONE_UNIT,
        ReasonCode.MANY_DEVICES,
        ReasonCode.SERIALS_GUESSED,
        ReasonCode.LOT_CHECKED_OFTEN,
        ReasonCode.LOT_SEEN_ELSEWHERE,
    }
)
"""The reasons that rest on scans and need a person's decision."""

MEASURED = frozenset({ReasonCode.SEEN_ELSEWHERE, ReasonCode.IMPOSSIBLE_JOURNEY, ReasonCode.MANY_DEVICES})
"""Those that return by themselves when more is seen than was cleared; others are cleared by code."""


class StandingOut(Struct, frozen=True):
    """How strong, why, and from when to when (seconds since 1970).

    `score` orders the list. For a unit it is `SuspicionScore.score`; for anything else the threshold's score,
    and more by how far the threshold is exceeded.
    """

    score: float
    reasons: tuple[Reason, ...]
    first: int
    last: int


def of_record(evidence: Evidence) -> StandingOut | None:
    """Return what stands out of the unit or lot that was found, by `evidence.history`; None for nothing."""
    history = evidence.history
    if history is None:
        return None
    found = tuple(each for each in rules.reasons(evidence) if _of_the_thing_itself(each))
    if not found:
        return None
    worth = max(_worth(each, history) for each in found)
    measured = weigh(history.every, history.thresholds).score if history.of_unit else 0.0
    return _standing(max(worth, measured) + _EACH_MORE * (len(found) - 1), found, history.every)


def of_unknown_lot(lines: Iterable[Sighting]) -> StandingOut | None:
    """Return what stands out of a lot that is not on record; None for nothing."""
    seen = tuple(lines)
    clients = 0
    for each in seen:
        clients |= each.clients
    devices = clients.bit_count()  # all without a key count as one
    trade = any(each.kind is not SightingKind.STRANGER for each in seen)
    if devices < DEVICES_OF_AN_UNKNOWN_LOT:
        return None
    firsts: dict[Region, int] = {}
    for each in seen:
        if each.place.known:
            firsts[each.place] = min(each.first, firsts.get(each.place, each.first))
    places = tuple(sorted(firsts, key=lambda place: (firsts[place], place)))
    params = (
        ("count", str(sum(each.count for each in seen))),
        ("devices", str(devices)),
        ("places", rules.named(places)),
    )
    reason = Reason(ReasonCode.LOT_NOT_ON_RECORD, Action.CHECK, params)
    return _standing(_CHECKED + trade + log2(devices / DEVICES_OF_AN_UNKNOWN_LOT), (reason,), seen)


def of_neighbours(lines: Iterable[Sighting], thresholds: Thresholds) -> StandingOut | None:
    """Return what stands out of serials not on record with a common prefix; None for nothing."""
    seen = tuple(lines)
    serials = 0
    for each in seen:
        serials |= each.devices
    count = serials.bit_count()
    if count < thresholds.guesses:
        return None
    reason = Reason(ReasonCode.SERIALS_GUESSED, Action.CHECK, (("count", str(count)),))
    return _standing(_CHECKED + log2(count / thresholds.guesses), (reason,), seen)


def _of_the_thing_itself(reason: Reason) -> bool:
    return reason.code in OF_HISTORY and reason.code is not ReasonCode.SERIALS_GUESSED


def _worth(reason: Reason, history: SeenBefore) -> float:
    known, thresholds = dict(reason.params), history.thresholds
    if reason.code is ReasonCode.LOT_CHECKED_OFTEN:
        often = float(known["count"]) / (float(known["quantity"]) * thresholds.lot_checks)
        return _CHECKED + log2(often)
    if reason.code is ReasonCode.LOT_SEEN_ELSEWHERE:
        return _HELD_BACK + _PER_COUNTRY * (int(known["count"]) - thresholds.lot_countries)
    return _HELD_BACK if reason.severity is Action.QUARANTINE else _CHECKED


def _standing(score: float, reasons: tuple[Reason, ...], lines: Iterable[Sighting]) -> StandingOut:
    seen = tuple(lines)
    first, last = min(each.first for each in seen), max(each.last for each in seen)
    return StandingOut(round(score, 3), reasons, first, last)
