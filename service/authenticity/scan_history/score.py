"""How much a history looks like several vials under one number.

A single vial is scanned by few devices, in few places, within some weeks. Each sign of a second vial is one
that a single vial shows seldom, and its weight says how seldom: 1 is once in ten vials, 2 once in a hundred.
Weights add up where the signs come about independently; `Thresholds.suspicion` is where people are told.

The sign that tells most is a scan by *another device in another place*: a traveller, a wrong geolocation or a
VPN changes the place and keeps the device; a family, a shared address or a phone that changes networks
changes the device and keeps the place. So what is counted is the largest number of scans that differ pairwise
in both (`_apart`), and how far apart in time they are.

Nothing here ever falls when a scan is added: everything is a count, a largest distance or the existence of
something. What was true of fewer scans is still there among more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from service.authenticity.scan_history.habits import ScanHabits, seldom
from service.authenticity.scan_history.journeys import impossible_delivery, impossible_journey
from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    Region,
    Sighting,
    SightingKind,
)

DAY = 86400

# -log10 of how often a single vial shows it: for the first sign, the second, and every further one.
_BOTH = (2.4, 1.2, 1.0)  # another device in another place
_KEY = (1.6, 1.2, 1.0)  # another place, and another key, which may be the same device in another week
_PLACE = (1.2, 1.2, 1.1)  # another place, the device not known
_DEVICE = (0.9, 0.9, 0.9)  # another device, the place not known
_CROWD, _FAMILY = 0.35, 3  # each more device than a family has, wherever they are
_PASSED_ON = 0.8  # the trade had it in one place, its owner has it in another
_PASSED_ON_ABROAD = 1.2  # in another country
_AT_ONCE = 3.0  # the trade has it still, or again, after its owner had it elsewhere
_TRADE_ABROAD = 0.7  # the trade of two countries has it
_JOURNEY = 0.8  # no aeroplane is that fast
_TRADE_JOURNEY = 2.5  # no courier is: clinics and pharmacies are where they are registered, and have the vial
_USED_ELSEWHERE = 1.5  # dispensed, and later the trade of another place has it
_BEYOND = 99.0


class Thresholds(Struct, frozen=True):
    """From where on people are told; a manufacturer's to set. The defaults are for products of any kind.

    `suspicion`: 4.2 is one vial in a thousand or two of which there is no copy. `devices`: so many have
    scanned it. `key_days`: a device has another key after so many days (0: its key lasts). `recheck_days`:
    half of the scans of one vial lie within so many days. `lot_checks`: a lot is checked so many times as
    often as it has units; `lot_countries`: from so many countries that it was not shipped to. `guesses`:
    serials not on record from one client, or among neighbours. `habits`: what was learned of single vials
    from a log, instead of what is assumed of them.
    """

    suspicion: float = 4.2
    devices: int = 25
    key_days: int = 7
    recheck_days: float = 5.0
    lot_checks: float = 10.0
    lot_countries: int = 3
    guesses: int = 12
    habits: ScanHabits | None = None


DEFAULTS = Thresholds()


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
    if len(sightings) == 1 and thresholds.key_days:
        return _of_one_place(sightings[0])  # most checks by far: there is nothing to weigh
    clients, places, full = _union(sightings), _places(sightings), is_full(sightings)
    elsewhere = _used_elsewhere(sightings)
    # More places than are kept: whatever the others would have shown may be among them.
    score, journey = (_BEYOND, None) if full else _weighed(sightings, places, clients, thresholds)
    first, last = min(each.first for each in sightings), max(each.last for each in sightings)
    return SuspicionScore(
        round(score + _USED_ELSEWHERE * elsewhere, 3),
        places,
        clients.bit_count(),
        (last - first) // DAY,
        sum(each.count for each in sightings),
        journey,
        elsewhere,
        full,
    )


def _of_one_place(line: Sighting) -> SuspicionScore:
    places = (line.place,) if line.place.known else ()
    return SuspicionScore(0.0, places, line.devices.bit_count(), (line.last - line.first) // DAY, line.count)


def _weighed(
    sightings: tuple[Sighting, ...], places: tuple[Region, ...], clients: int, thresholds: Thresholds
) -> tuple[float, tuple[Region, Region] | None]:
    """Return the score of places, devices and times, and a journey that is impossible (None:
    there is none).
    """
    score = max(
        _score([each for each in sightings if each.devices and each.place.known], thresholds),
        _score_places([each for each in sightings if each.some_without_key and each.place.known], thresholds),
        _score_devices([each for each in sightings if not each.place.known], thresholds),
        0.0 if thresholds.key_days else _CROWD * (clients.bit_count() - _FAMILY),
    )
    if len(places) < 2:
        return score, None
    journey, courier = impossible_journey(sightings), impossible_delivery(sightings)
    score += _JOURNEY * (journey is not None) + _TRADE_ABROAD * _abroad(sightings)
    return score + _TRADE_JOURNEY * (courier is not None), courier or journey


def is_full(sightings: Iterable[Sighting]) -> bool:
    """Whether a kind of asker has seen it in as many places as are kept, so that some may be missing."""
    kinds = Counter(
        each.kind for each in sightings if each.place.known and each.kind is not SightingKind.SUPPLY
    )
    return max(kinds.values(), default=0) >= MOST_PLACES


def _score(sightings: list[Sighting], thresholds: Thresholds) -> float:
    """Device and place both known: among strangers, among the trade, and from the one to the other."""
    # Where keys change by the week, the same device looks like another one: then the place alone counts.
    weights = _KEY if thresholds.key_days else _BOTH
    if thresholds.habits is not None and not thresholds.key_days:
        weights = (thresholds.habits.both, *weights[1:])
    strangers = [each for each in sightings if each.kind is SightingKind.STRANGER]
    trade = [each for each in sightings if each.kind is not SightingKind.STRANGER]
    found = _handed_over(strangers, trade)
    for group in (strangers, trade):
        for grouped in _levels(group):
            every = _apart(grouped.values())
            if every > 1:
                found = max(found, _summed(weights, every - 1) + _seldom(_gap(grouped), thresholds))
    return found + _AT_ONCE * _at_once(strangers, trade)


def _handed_over(strangers: list[Sighting], trade: list[Sighting]) -> float:
    pairs = [(one.place, other.place) for one in strangers for other in trade if _two_devices(one, other)]
    if any(one.country and other.country and one.country != other.country for one, other in pairs):
        return _PASSED_ON_ABROAD
    return _PASSED_ON if any(_elsewhere(one, other) for one, other in pairs) else 0.0


def _at_once(strangers: list[Sighting], trade: list[Sighting]) -> bool:
    """The owner has it in one place, and a day later the trade still has it in another."""
    return any(
        _elsewhere(one.place, other.place) and one.first + DAY < other.last and _two_devices(one, other)
        for one in strangers
        for other in trade
    )


def _elsewhere(one: Region, other: Region) -> bool:
    """Whether two places are certainly not the same: what is not known may be anything."""
    if one.country and other.country and one.country != other.country:
        return True
    return bool(one.region and other.region) and one.region != other.region


def _two_devices(one: Sighting, other: Sighting) -> bool:
    return (one.devices | other.devices).bit_count() > 1


def _score_places(sightings: list[Sighting], thresholds: Thresholds) -> float:
    found = 0.0
    for grouped in _levels(sightings):
        if len(grouped) > 1:
            found = max(found, _summed(_PLACE, len(grouped) - 1) + _seldom(_gap(grouped), thresholds))
    return found


def _score_devices(sightings: list[Sighting], thresholds: Thresholds) -> float:
    devices = _union(sightings).bit_count()
    if devices < 2 or thresholds.key_days:
        return 0.0
    span = max(each.last for each in sightings) - min(each.first for each in sightings)
    return _summed(_DEVICE, devices - 1) + _seldom(span, thresholds)


def _levels(sightings: list[Sighting]) -> Iterable[dict[Region, list[Sighting]]]:
    """Grouped by country, and by region: where only the country is known it may be any of its regions."""
    by_country: dict[Region, list[Sighting]] = {}
    by_region: dict[Region, list[Sighting]] = {}
    for each in sightings:
        if each.place.country:
            by_country.setdefault(Region(each.place.country), []).append(each)
        if each.place.region:
            by_region.setdefault(each.place, []).append(each)
    if len(by_country) > 1:
        yield by_country
    if len(by_region) > 1:
        yield by_region


def _apart(groups: Iterable[list[Sighting]]) -> int:
    """The most scans of which no two share a place or a device: a largest matching of places and devices."""
    sets = [_union(lines) for lines in groups]
    if len(sets) < 2:
        return len(sets)
    taken: dict[int, int] = {}

    def place(number: int, tried: int) -> int:
        """A device for this place, others moved aside where need be; what was tried, negative on success."""
        free = sets[number] & ~tried
        while free:
            bit = free & -free
            tried |= bit
            holder = taken.get(bit)
            if holder is None:
                taken[bit] = number
                return -1
            outcome = place(holder, tried)
            if outcome < 0:
                taken[bit] = number
                return -1
            tried = outcome
            free = sets[number] & ~tried
        return tried

    return sum(place(number, 0) < 0 for number in range(len(sets)))


def _gap(grouped: dict[Region, list[Sighting]]) -> int:
    """The longest time between scans in two different places, in seconds."""
    ends = [
        (min(each.first for each in lines), max(each.last for each in lines)) for lines in grouped.values()
    ]
    return max(
        last - first for n, (first, _) in enumerate(ends) for m, (_, last) in enumerate(ends) if n != m
    )


def _seldom(gap: int, thresholds: Thresholds) -> float:
    """How seldom the scans of one vial lie so far apart."""
    if thresholds.habits is not None:
        return thresholds.habits.seldom_apart(gap / DAY)
    return seldom(gap / DAY, thresholds.recheck_days)


def _summed(weights: Sequence[float], number: int) -> float:
    return sum(weights[: max(number, 0)]) + weights[-1] * max(number - len(weights), 0)


def _union(sightings: Iterable[Sighting]) -> int:
    found = 0
    for each in sightings:
        found |= each.devices
    return found


def _places(sightings: Iterable[Sighting]) -> tuple[Region, ...]:
    """The known places, in the order of their first scans; a country is not named beside its regions."""
    firsts: dict[Region, int] = {}
    for each in sightings:
        if each.place.known:
            firsts[each.place] = min(each.first, firsts.get(each.place, each.first))
    inside = {place.country for place in firsts if place.region}
    found = [place for place in firsts if place.region or place.country not in inside]
    return tuple(sorted(found, key=lambda place: (firsts[place], place)))


def _abroad(sightings: tuple[Sighting, ...]) -> bool:
    return (
        len(
            {
                each.place.country
                for each in sightings
                if each.kind is SightingKind.TRADE and each.place.country
            }
        )
        > 1
    )


def _used_elsewhere(sightings: tuple[Sighting, ...]) -> bool:
    """Dispensed in one place, and a day or more later the trade of another place has it."""
    used = [each for each in sightings if each.kind is SightingKind.DISPENSING]
    trade = [each for each in sightings if each.kind in (SightingKind.TRADE, SightingKind.DISPENSING)]
    if used and is_full(trade):
        return True
    return any(
        _elsewhere(one.place, later.place) and later.last >= one.first + DAY
        for one in used
        for later in trade
    )
