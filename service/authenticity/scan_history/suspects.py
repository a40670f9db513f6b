"""What of a history a person should look into: how strong it is, and the reasons, as a verdict gives them.

A unit and a lot stand out when their scans are a reason in a verdict. A lot that nobody has on record stands
out when several devices ask for it: one person who mistypes a number is none. The neighbourhood of a serial
stands out when somebody counts through it. Like all that a history says, none of this falls when a scan is
added.
"""

from collections.abc import Iterable
from math import log2

from msgspec import Struct

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history import rules
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import DEFAULTS, Thresholds
from service.authenticity.scan_history.sightings import Region, Sighting, SightingKind

DEVICES_OF_AN_UNKNOWN_LOT = 3
"""So many devices ask for a lot that is not on record before anybody is bothered with it."""

_HELD_BACK, _CHECKED = DEFAULTS.suspicion, 3.0
# What a reason is worth by its severity, where nothing measures it: as much as a unit that is just held back.

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
"""The reasons that rest on scans and ask for a person."""

MEASURED = frozenset({ReasonCode.SEEN_ELSEWHERE, ReasonCode.IMPOSSIBLE_JOURNEY, ReasonCode.MANY_DEVICES})
"""Those that come back by themselves when more is seen than a person cleared; others are cleared by code."""


class StandingOut(Struct, frozen=True):
    """How strong, why, and from when to when (seconds since 1970).

    `score` orders what is to be done. Of a unit it is `Suspicion.score`; of anything else it is as much as a
    unit that people are told of would have, and more by how far it is beyond its threshold.
    """

    score: float
    reasons: tuple[Reason, ...]
    first: int
    last: int


def of_record(evidence: Evidence) -> StandingOut | None:
    """Of the unit or the lot that was found, by its `evidence.history`."""
    history = evidence.history
    if history is None:
        return None
    found = tuple(each for each in rules.reasons(evidence) if _of_the_thing_itself(each))
    if not found:
        return None
    worth = max(_worth(each, history) for each in found)
    measured = history.suspicion.score if history.of_unit else 0.0
    return _standing(max(worth, measured) + _EACH_MORE * (len(found) - 1), found, history.every)


def of_unknown_lot(lines: Iterable[Sighting]) -> StandingOut | None:
    """Of a lot that is not on record."""
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
    """Of serials that are not on record and begin alike."""
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
