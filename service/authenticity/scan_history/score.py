"""How much a history looks like several vials under one number.

A single vial is scanned by few devices, in few places, within some weeks, and then no more. `features` says
how far a history goes beyond that in places, people and time; `forest` what that is worth, by what single
and copied vials show. `Thresholds.suspicion` is where people are told. What is certain from the trade's own
scans needs no likelihood: clinics of three countries within two days, or of two sooner than a courier
flies.

Nothing here ever falls when a later scan is added: every feature is a count, a largest time or the
existence of something, and the trees can only add.
"""

from collections import Counter
from collections.abc import Iterable
from math import log2

from msgspec import Struct

from service.authenticity.scan_history.features import NAMES, apart_at_most, devices_of, elsewhere, features
from service.authenticity.scan_history.forest import forest
from service.authenticity.scan_history.journeys import (
    impossible_delivery,
    impossible_journey,
    three_countries,
)
from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    PERIOD,
    Region,
    Sighting,
    SightingKind,
)

DAY = 86400

_USED_ELSEWHERE = 1.5  # dispensed, and later the trade of another place has it
_EACH_APART = 0.85  # at the least: five devices in five places, however it came about
_CERTAIN = 6.0  # the trade cannot have had one vial so
_CROWDED = (
    0.25  # each doubling of devices and places, so that a cleared unit returns when clearly more is seen
)
_BEYOND = 99.0
_RECHECK_DAYS = 5.0
_APART = NAMES.index("apart")


class Thresholds(Struct, frozen=True):
    """From where on people are told; a manufacturer's to set. The defaults are for products of any kind.

    `suspicion`: 4.2 is one vial in five thousand of which there is no copy. `devices`: so many have
    scanned it. `recheck_days`: half of the scans of one vial lie within so many days (all times are measured
    by it). `lot_checks`: a lot is checked so many times as often as it has units; `lot_countries`: from so
    many countries that it was not shipped to. `guesses`: serials not on record from one client, or among
    neighbours.
    """

    suspicion: float = 4.2
    devices: int = 25
    recheck_days: float = _RECHECK_DAYS
    lot_checks: float = 10.0
    lot_countries: int = 3
    guesses: int = 12


DEFAULTS = Thresholds()

FEW_DEVICES = 4
"""Fewer devices in one place, or in none that is known, are a household: what they scan raises nothing."""


class SuspicionScore(Struct, frozen=True):
    """How strong, and what it rests on: places, devices, days between the scans that differ most."""

    score: float
    places: tuple[Region, ...]
    devices: int
    days: int
    scans: int
    journey: tuple[Region, Region] | None = None
    used_elsewhere: bool = False
    full: bool = False


def weigh(sightings: tuple[Sighting, ...], thresholds: Thresholds) -> SuspicionScore:
    """Judge the history of one unit. Total; an empty history has no suspicion."""
    sightings = tuple(each for each in sightings if each.kind is not SightingKind.SUPPLY)
    if not sightings:
        return SuspicionScore(0.0, (), 0, 0, 0)
    if len(sightings) == 1 and sightings[0].last - sightings[0].first < PERIOD:
        return _of_one_place(sightings[0])  # most checks by far: there is nothing to weigh
    places, full = _places(sightings), is_full(sightings)
    used_elsewhere = _used_elsewhere(sightings)
    # More places than are kept: whatever the others would have shown may be among them.
    score, journey = (_BEYOND, None) if full else _weighed(sightings, places, thresholds)
    first, last = min(each.first for each in sightings), max(each.last for each in sightings)
    return SuspicionScore(
        round(score + _USED_ELSEWHERE * used_elsewhere, 3),
        places,
        devices_of(sightings).bit_count(),
        (last - first) // DAY,
        sum(each.count for each in sightings),
        journey,
        used_elsewhere,
        full,
    )


def in_brief(sightings: tuple[Sighting, ...], thresholds: Thresholds) -> SuspicionScore:
    """Return what a verdict needs of `weigh`: few devices in one place, most checks by far, are not weighed.

    No reason is about one place but `many_devices`, which needs more of them.
    """
    few = len(sightings) == 1 and sightings[0].devices.bit_count() < FEW_DEVICES
    if few and sightings[0].kind is not SightingKind.SUPPLY:
        return _of_one_place(sightings[0])
    return weigh(sightings, thresholds)


def _of_one_place(line: Sighting) -> SuspicionScore:
    places = (line.place,) if line.place.known else ()
    return SuspicionScore(0.0, places, line.devices.bit_count(), (line.last - line.first) // DAY, line.count)


def _weighed(
    sightings: tuple[Sighting, ...], places: tuple[Region, ...], thresholds: Thresholds
) -> tuple[float, tuple[Region, Region] | None]:
    """Return the score, and a journey that is impossible (None: there is none)."""
    seen = features(sightings, thresholds.recheck_days / _RECHECK_DAYS)
    trade = [each for each in sightings if each.kind is not SightingKind.STRANGER]
    score = max(forest().worth(seen), _EACH_APART * max(seen[_APART], apart_at_most(trade)))
    if score >= DEFAULTS.suspicion:
        score += _CROWDED * log2(1 + sum(each.devices.bit_count() for each in sightings))
    if len(places) < 2:
        return score, None
    courier = impossible_delivery(sightings)
    if courier or three_countries(sightings):
        score += _CERTAIN
    return score, courier or impossible_journey(sightings)


def is_full(sightings: Iterable[Sighting]) -> bool:
    """Whether a kind of asker has seen it in as many places as are kept, so that some may be missing."""
    kinds = Counter(
        each.kind for each in sightings if each.place.known and each.kind is not SightingKind.SUPPLY
    )
    return max(kinds.values(), default=0) >= MOST_PLACES


def _places(sightings: Iterable[Sighting]) -> tuple[Region, ...]:
    """The known places, in the order of their first scans; a country is not named beside its regions."""
    firsts: dict[Region, int] = {}
    for each in sightings:
        if each.place.known:
            firsts[each.place] = min(each.first, firsts.get(each.place, each.first))
    inside = {place.country for place in firsts if place.region}
    found = [place for place in firsts if place.region or place.country not in inside]
    return tuple(sorted(found, key=lambda place: (firsts[place], place)))


def _used_elsewhere(sightings: tuple[Sighting, ...]) -> bool:
    """Dispensed in one place, and a day or more later the trade of another place has it."""
    used = [each for each in sightings if each.kind is SightingKind.DISPENSING]
    trade = [each for each in sightings if each.kind in (SightingKind.TRADE, SightingKind.DISPENSING)]
    if used and is_full(trade):
        return True
    return any(
        elsewhere(one.place, later.place) and later.last >= one.first + DAY for one in used for later in trade
    )
