"""What tells several vials under one number from one: places, people and time, as numbers.

Each number says how far a history goes beyond what one vial shows: how long after the first scan the last
one was, how long the silence was before a new place, how many scans lie weeks apart from each other, how
long after dispensing strangers have it. None of them falls when a later scan is added, by whichever asker:
what was true when a scan came stays true. So no scan explains another one away, and what stood out stands
out.

Times are in days, divided by how long vials of the product are looked at (`stretch`). Where there is no such
time it is -1; of two that come in either order -400, the least that such a time can be. A place is located
where its region is known: a network that comes out in some country says little.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

from service.authenticity.scan_history.sightings import PERIOD, Region, Sighting, SightingKind, periods_of

DAY = 86400
NONE = -1.0

NEVER = -400.0
"""No such time of two that come in either order: as if the one came more than a year before the other."""

_MONTH, _SEASON = 18.0, 48.0
"""Days by which scans are apart that are hardly ever one look at one vial."""

_MOST_SCANS = 50
"""A hundred thousand scans say no more of how many vials there are."""

NAMES = (
    *("regions", "countries", "located_countries", "devices", "apart", "scans"),
    *("span", "months", "seasons", "silence"),
    *("third", "other_devices", "new_place", "new_places", "nowhere_devices", "nowhere_months"),
    *("since_dispensing", "since_trade", "silent_trade", "still_in_trade"),
    *(
        "trade_elsewhere",
        "located_trade_elsewhere",
        "elsewhere",
        "elsewhere_span",
        "abroad",
        "located_abroad",
    ),
    *("trade_countries", "trade_gap"),
)
"""The features, in the order of `features`."""


def features(sightings: Sequence[Sighting], stretch: float = 1.0) -> tuple[float, ...]:
    """Return the features of one unit's history. Depots tell nothing: the supply chain is left out."""
    strangers = [each for each in sightings if each.kind is SightingKind.STRANGER]
    trade = [each for each in sightings if each.kind in (SightingKind.TRADE, SightingKind.DISPENSING)]
    day = DAY * stretch
    return (
        *_people(strangers),
        *_times(strangers, day),
        *_between(strangers, day),
        *_handed_over(strangers, trade, day),
        *_of_trade(trade, day),
    )


def devices_of(sightings: Iterable[Sighting]) -> int:
    """The set of devices that are known."""
    found = 0
    for each in sightings:
        found |= each.devices
    return found


def elsewhere(one: Region, other: Region) -> bool:
    """Whether two places are certainly not the same: what is not known may be anything."""
    if one.country and other.country and one.country != other.country:
        return True
    return bool(one.region and other.region) and one.region != other.region


def by_region(sightings: Iterable[Sighting]) -> dict[Region, list[Sighting]]:
    """Lines whose region is known, by it."""
    found: dict[Region, list[Sighting]] = {}
    for each in sightings:
        if each.place.region:
            found.setdefault(each.place, []).append(each)
    return found


def apart(groups: Iterable[list[Sighting]]) -> int:
    """The most scans of which no two share a place or a device: a largest matching of places and devices.

    One at the least where there is a place, whether devices are known or not.
    """
    sets = [devices_of(lines) for lines in groups]
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

    return max(1, sum(place(number, 0) < 0 for number in range(len(sets))))


def apart_at_most(sightings: Sequence[Sighting]) -> int:
    """`apart` by regions, or by countries where that is more: a log may know no regions."""
    countries: dict[str, list[Sighting]] = {}
    for each in sightings:
        if each.place.country:
            countries.setdefault(each.place.country, []).append(each)
    return max(apart(by_region(sightings).values()), apart(countries.values()))


def _people(strangers: list[Sighting]) -> tuple[float, ...]:
    regions = by_region(strangers)
    return (
        len(regions),
        len({each.place.country for each in strangers if each.place.country}),
        len({place.country for place in regions}),
        devices_of(strangers).bit_count(),
        apart_at_most(strangers),
        min(sum(each.count for each in strangers), _MOST_SCANS),
    )


def _times(strangers: list[Sighting], day: float) -> tuple[float, ...]:
    if not strangers:
        return (NONE, 0, 0, NONE)
    periods = sorted({period for each in strangers for period in periods_of(each)})
    return (
        (max(each.last for each in strangers) - min(each.first for each in strangers)) / day,
        spaced(periods, _MONTH * day),
        spaced(periods, _SEASON * day),
        max((later - one for one, later in pairwise(periods)), default=0) * PERIOD / day,
    )


def spaced(periods: Iterable[int], seconds: float) -> int:
    """The most of these periods (ascending) of which each two lie so long apart."""
    number, last = 0, -(10**9)
    for period in periods:
        if (period - last) * PERIOD >= seconds:
            number, last = number + 1, period
    return number


def _between(strangers: list[Sighting], day: float) -> tuple[float, ...]:
    """Times between scans in two places, in three, by two devices; a silence that a new place ended."""
    nowhere = [each for each in strangers if not each.place.region]
    places = list(by_region(strangers).values())
    known = [each for each in strangers if each.devices]
    return (
        _third(places, day),
        _gap(known) / day if devices_of(known).bit_count() > 1 else NONE,
        *_new_places(strangers, day),
        devices_of(nowhere).bit_count(),
        spaced(sorted({period for each in nowhere for period in periods_of(each)}), _MONTH * day),
    )


def _gap(lines: list[Sighting]) -> float:
    """The longest time between scans of two different lines, in seconds; -1 of fewer than two."""
    first = sorted(lines, key=lambda each: each.first)[:2]
    last = sorted(lines, key=lambda each: each.last)[-2:]
    return max((late.last - early.first for early in first for late in last if late is not early), default=-1)


def _third(places: list[list[Sighting]], day: float) -> float:
    """How far apart in time the scans of three places are at the most, each from the other two's."""
    if len(places) < 3:
        return NONE
    firsts = sorted((min(each.first for each in lines), at) for at, lines in enumerate(places))[:3]
    lasts = sorted((max(each.last for each in lines), at) for at, lines in enumerate(places))[-3:]
    times = sorted(
        (period * PERIOD, at)
        for at, lines in enumerate(places)
        for each in lines
        for period in periods_of(each)
    )
    found = -day
    # The earliest and the latest place beside a third one are among the three earliest and latest of all.
    for span, first, last, one, other in sorted(
        ((last - first, first, last, one, other) for first, one in firsts for last, other in lasts),
        reverse=True,
    ):
        if span <= 2 * found:
            break  # a time between two is no farther from both than half of it
        if one == other:
            continue
        middle = bisect_right(times, ((first + last) // 2, len(places)))
        for numbers in (range(middle, len(times)), range(middle - 1, -1, -1)):
            nearest = next((times[n][0] for n in numbers if times[n][1] not in (one, other)), None)
            if nearest is not None:
                found = max(found, min(nearest - first, last - nearest))
    return found / day


def _new_places(strangers: list[Sighting], day: float) -> tuple[float, float]:
    """The longest silence that ended with a scan in a new place, and how many of 18 days and more did.

    Of the moment's own period counts only what was surely scanned before the moment: what is scanned later
    must not end a silence of before.
    """
    longest, number, taken = NONE, 0, 0
    periods, lasts = list[int](), list[int]()  # of the lines that began before, ascending
    ordered = sorted(strangers, key=lambda each: each.first)
    for line in ordered:
        moment, here = line.first, line.first // PERIOD
        while ordered[taken].first < moment:
            for period in periods_of(ordered[taken]):
                insort(periods, period)
            insort(lasts, ordered[taken].last)
            taken += 1
        if not taken or not line.place.region:
            continue  # only a country: a network that comes out somewhere
        over = bisect_left(lasts, moment)
        sure = ordered[taken - 1].first // PERIOD == here or (over > 0 and lasts[over - 1] // PERIOD == here)
        silence = 0.0 if sure else (here - periods[bisect_left(periods, here) - 1]) * PERIOD / day
        longest, number = max(longest, silence), number + (silence >= _MONTH)
    return longest, number


def _handed_over(strangers: list[Sighting], trade: list[Sighting], day: float) -> tuple[float, ...]:
    """Strangers beside the trade: how long after it dispensed it, had it; what was elsewhere."""
    used = [each.first for each in trade if each.kind is SightingKind.DISPENSING]
    if not strangers or not trade:
        return (NEVER, NEVER, NONE, *(NEVER,) * 3, 0, NONE, 0, 0)
    first, last = min(each.first for each in strangers), max(each.last for each in strangers)
    pairs = [(one, other) for one in strangers for other in trade if elsewhere(one.place, other.place)]
    located = [(one, other) for one, other in pairs if one.place.region]
    out = [each for each in strangers if _nowhere_in(each, trade)]
    return (
        _later([last - min(used)] if used else [], day),
        _later([last - min(each.first for each in trade)], day),
        _silent_trade(strangers, trade, day),
        _later([max(each.last for each in trade) - first], day),
        *[_later([b.last - a.first for a, b in some], day) for some in (pairs, located)],
        len({each.place for each in out}),
        (max(each.last for each in out) - min(each.first for each in out)) / day if out else NONE,
        *[max((_far(a, b) for a, b in some), default=0) for some in (pairs, located)],
    )


def _later(seconds: list[int], day: float) -> float:
    """By how much the later of two came after the earlier one at the most; negative where it came before."""
    return max(NEVER, max(seconds) / day) if seconds else NEVER


def _far(one: Sighting, other: Sighting) -> int:
    """2 for two countries, 1 for two regions."""
    return 1 + (bool(one.place.country and other.place.country) and one.place.country != other.place.country)


def _silent_trade(strangers: list[Sighting], trade: list[Sighting], day: float) -> float:
    """The longest time from the trade's last scan so far to the first one by strangers in some place."""
    longest = NONE
    for line in strangers:
        had = [
            time
            for each in trade
            for time in (each.first, each.last, *(period * PERIOD for period in periods_of(each)))
            if time in (each.first, each.last) or time // PERIOD < line.first // PERIOD
            if time < line.first
        ]
        longest = max(longest, (line.first - max(had)) / day if had else NONE)
    return longest


def _nowhere_in(line: Sighting, trade: list[Sighting]) -> bool:
    """Whether the trade had it before, and nowhere near this place."""
    before = [each for each in trade if each.first < line.first]
    return bool(before) and all(elsewhere(line.place, each.place) for each in before)


def _of_trade(trade: list[Sighting], day: float) -> tuple[float, ...]:
    gap = max(
        (late.last - early.first for early in trade for late in trade if elsewhere(early.place, late.place)),
        default=-day,
    )
    return len({each.place.country for each in trade if each.place.country}), gap / day
