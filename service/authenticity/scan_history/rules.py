"""Reasons from the scan history: they hold a vial back, and never reject it.

Everybody who photographed a code can scan it ten thousand times: scans hold a vial back until the
manufacturer has investigated. What clinics and pharmacies scan weighs more. Each reason gives regions, days
and counts, and no single scan.
"""

from collections.abc import Iterator
from datetime import timedelta

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import FEW_DEVICES, SuspicionScore, Thresholds, weigh
from service.authenticity.scan_history.sightings import Region, Sighting, SightingKind, day_of

Reasons = Iterator[Reason]

MOST_NAMED = 5
"""The most places that a sentence names."""

STRONGER = 1.0
"""By so much the score has to exceed the cleared one before it is reported again."""

_OUTSIDE = 3
"""Devices of the public in another market; fewer are a traveller, or an address with a wrong location."""

SEVERAL_NETWORKS = 3
"""Strangers from fewer networks never stop a vial, whatever they claim: one network has many browsers, and
claims many countries. Its mark changes by the week: one that goes on for three weeks may count as several,
and has been on the manufacturer's list for two by then."""

OF_ONE_UNIT = frozenset(
    {
        ReasonCode.SEEN_ELSEWHERE,
        ReasonCode.IMPOSSIBLE_JOURNEY,
        ReasonCode.SEEN_AFTER_DISPENSING,
        ReasonCode.SEEN_BEFORE_RELEASE,
        ReasonCode.SEEN_OUTSIDE_MARKET,
    }
)
"""Reasons that may concern a vial that was issued, because its code was copied."""


def reasons(evidence: Evidence) -> Reasons:
    """Yield all reasons of the history, the present scan counted in."""
    if evidence.history is not None:
        yield from of_history(evidence, evidence.history)


def of_history(evidence: Evidence, history: SeenBefore) -> Reasons:
    """Yield the reasons of this history."""
    if evidence.unit is not None and evidence.unit.disposition is Disposition.SAMPLE:
        return  # a demonstration pack is shown around, and stops every check by its disposition
    if evidence.unit is not None and history.of_unit:
        cleared = history.cleared.codes if history.cleared else frozenset()
        yield from (each for each in _of_unit(evidence, history) if each.code not in cleared)
    elif evidence.batch is not None and evidence.unit is None:
        yield from _of_lot(evidence, history)
    yield from _guessed(history)
    yield from _checked_before(history)


def _of_unit(evidence: Evidence, history: SeenBefore) -> Reasons:
    suspicion, lines = history.suspicion, history.every
    if is_suspicious(history):
        yield from _several_units(suspicion, _severity(history))
    if suspicion.used_elsewhere:
        yield _said(ReasonCode.SEEN_AFTER_DISPENSING, Action.QUARANTINE, suspicion)
    yield from _before_release(evidence, lines)
    yield from _outside_market(evidence, history)
    known = history.cleared.devices if history.cleared else 0
    if suspicion.devices >= max(history.thresholds.devices, 2 * known):
        yield _said(ReasonCode.MANY_DEVICES, Action.CHECK, suspicion)
    elif _again_and_again(history):
        yield _said(ReasonCode.MANY_DEVICES, Action.CHECK, suspicion, scope="again")


def _again_and_again(history: SeenBefore) -> bool:
    """Return whether a unit that was seen in one place, or in none, is as suspicious as one of several.

    Copies that are sold online are scanned by devices that tell no place. Nothing is held for it: one
    household that keeps a vial for a year may do the same.
    """
    suspicion = history.suspicion
    crowd = len(suspicion.places) < 2 and suspicion.devices >= FEW_DEVICES and not suspicion.full
    return crowd and is_suspicious(history) and _severity(history) is Action.QUARANTINE


def _severity(history: SeenBefore) -> Action:
    """How cautious a suspicious history makes: strangers stop a vial only from several networks.

    What clinics and pharmacies saw stops it by itself, where it would be suspicious without the strangers.
    """
    marks = 0
    for each in history.every:
        if each.kind is SightingKind.STRANGER:
            marks |= each.devices
    protected = history.cleared is not None and history.cleared.protected
    if marks.bit_count() >= SEVERAL_NETWORKS and not protected:
        return Action.QUARANTINE
    trade = tuple(each for each in history.every if each.kind is not SightingKind.STRANGER)
    alone = weigh(trade, history.thresholds).score >= _least(history)
    return Action.QUARANTINE if alone else Action.CHECK


def _several_units(suspicion: SuspicionScore, severity: Action) -> Reasons:
    if len(suspicion.places) > 1:
        yield _said(ReasonCode.SEEN_ELSEWHERE, severity, suspicion)
    if suspicion.journey or suspicion.full:
        yield _said(ReasonCode.IMPOSSIBLE_JOURNEY, severity, suspicion)


def of_suspicion(suspicion: SuspicionScore, thresholds: Thresholds) -> Reasons:
    """Yield the reasons of a unit of which nothing is known but its scans."""
    yield from _several_units(suspicion, Action.QUARANTINE)
    if suspicion.used_elsewhere:
        yield _said(ReasonCode.SEEN_AFTER_DISPENSING, Action.QUARANTINE, suspicion)
    if len(suspicion.places) < 2 or suspicion.devices >= thresholds.devices:
        yield _said(ReasonCode.MANY_DEVICES, Action.CHECK, suspicion)


def is_suspicious(history: SeenBefore) -> bool:
    """Return whether a unit's scans look so much like several units' that people are warned."""
    return history.suspicion.score >= _least(history)


def _least(history: SeenBefore) -> float:
    least = history.thresholds.suspicion
    if history.cleared is not None:
        least = max(least, history.cleared.score + STRONGER)
    return least


def _before_release(evidence: Evidence, lines: tuple[Sighting, ...]) -> Reasons:
    released = evidence.unit.batch.released if evidence.unit else None
    if released is None:
        return
    # A day of tolerance: days begin at different moments around the world.
    early = [each for each in _brought_out(lines) if day_of(each.first) < released - timedelta(days=1)]
    if early:
        first = min(day_of(each.first) for each in early)
        params = (("day", first.isoformat()), ("released", released.isoformat()))
        yield Reason(ReasonCode.SEEN_BEFORE_RELEASE, _by_whom(early), params)


def _outside_market(evidence: Evidence, history: SeenBefore) -> Reasons:
    markets = _markets(evidence)
    if not markets:
        return
    outside = [
        each
        for each in _brought_out(history.every)
        if each.place.country and each.place.country not in markets
    ]
    trade = any(each.kind is not SightingKind.STRANGER for each in outside)
    devices = 0
    for each in outside:
        devices |= each.devices
    if trade or devices.bit_count() >= _OUTSIDE:
        places = tuple(sorted({Region(each.place.country) for each in outside}))
        params = (("places", named(places)), ("count", str(len(places))))
        yield Reason(ReasonCode.SEEN_OUTSIDE_MARKET, _by_whom(outside), params)
    elif history.suspicion.full:
        # Whether there were more of them outside is no longer known.
        yield Reason(ReasonCode.SEEN_OUTSIDE_MARKET, Action.CHECK, (("scope", "full"),))


def _of_lot(evidence: Evidence, history: SeenBefore) -> Reasons:
    """Yield the reasons of a lot presented without a serial: never held against a unit that was found by its
    serial.

    All checks are in the line without a place; lines with one are of countries that it was not shipped to.
    """
    batch, lines, thresholds = evidence.batch, history.every, history.thresholds
    checks = sum(each.count for each in lines if not each.place.known)
    if batch is not None and batch.quantity and checks > batch.quantity * thresholds.lot_checks:
        params = (("count", str(checks)), ("quantity", str(batch.quantity)))
        yield Reason(ReasonCode.LOT_CHECKED_OFTEN, Action.CHECK, params)
    markets = _markets(evidence)
    abroad = {each.place.country for each in lines if each.place.country} - set(markets)
    if markets and len(abroad) >= thresholds.lot_countries:
        places = tuple(Region(country) for country in sorted(abroad))
        params = (("places", named(places)), ("count", str(len(places))))
        yield Reason(ReasonCode.LOT_SEEN_ELSEWHERE, Action.CHECK, params)


def _guessed(history: SeenBefore) -> Reasons:
    most = max(history.guesses, history.neighbours)
    if most >= history.thresholds.guesses:
        yield Reason(ReasonCode.SERIALS_GUESSED, Action.CHECK, (("count", str(most)),))


def _checked_before(history: SeenBefore) -> Reasons:
    """Yield what is no warning: when a unit was checked before, and in which other countries."""
    here = [each for each in history.before if each.place == history.place and each.place.known]
    if here and history.of_unit:
        last = max(day_of(each.last) for each in here)
        params = (("day", last.isoformat()), ("places", named((history.place,))))
        yield Reason(ReasonCode.CHECKED_BEFORE, Action.ACCEPT, params)
    home = history.place.country
    abroad = {each.place.country for each in history.before if each.place.country} - {home}
    if home and abroad and history.of_unit:
        # One other country is a journey or a wrong address far more often than a copy: the holder knows, and
        # is told.
        places = tuple(Region(country) for country in sorted(abroad))
        params = (("places", named(places)), ("count", str(len(places))))
        yield Reason(ReasonCode.CHECKED_ABROAD, Action.ACCEPT, params)


def _markets(evidence: Evidence) -> tuple[str, ...]:
    batch = evidence.unit.batch if evidence.unit else evidence.batch
    return (batch.markets if batch else ()) or (evidence.product.markets if evidence.product else ())


def _brought_out(lines: tuple[Sighting, ...]) -> list[Sighting]:
    return [each for each in lines if each.kind is not SightingKind.SUPPLY]


def _by_whom(lines: list[Sighting]) -> Action:
    return (
        Action.QUARANTINE if any(each.kind is not SightingKind.STRANGER for each in lines) else Action.CHECK
    )


def _said(code: ReasonCode, severity: Action, suspicion: SuspicionScore, *, scope: str = "") -> Reason:
    places = suspicion.places
    if code is ReasonCode.IMPOSSIBLE_JOURNEY and suspicion.journey and not suspicion.full:
        places = suspicion.journey
    params = (
        ("scope", "full" if suspicion.full else scope),
        ("places", named(places)),
        ("count", str(len(places))),
        ("days", str(suspicion.days + 1)),
        ("devices", str(suspicion.devices)),
        ("scans", str(suspicion.scans)),
        ("score", f"{suspicion.score:.1f}"),
    )
    return Reason(code, severity, params)


def named(places: tuple[Region, ...]) -> str:
    """Return places as `FR/Lyon|IT/Turin|TR/`, which `web.text` puts into words."""
    return "|".join(f"{place.country}/{place.region}" for place in places[:MOST_NAMED])
