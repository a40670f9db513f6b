"""Journeys that one vial cannot have made: two countries too soon one after the other.

Distances are those between the nearest cities of two countries (`countries`), in kilometres.
"""

from service.authenticity.scan_history.sightings import (
    Region,
    Sighting,
    SightingKind,
    hours_apart,
    same_window,
    windows_of,
)
from service.gs1.iso.countries import kilometres_between

FARTHEST_JOURNEY = 2500
"""Kilometres that no person travels within one window, borders and wrong geolocation aside."""

FASTEST_DELIVERY = 150
"""Kilometres in an hour from one clinic's shelf to another's, the nearest cities of their countries apart."""

_TWO_DAYS = 24
"""Windows of two hours."""

_MOST = 100
"""Windows looked at from each one on: more than two days have in three countries."""


def impossible_journey(sightings: tuple[Sighting, ...]) -> tuple[Region, Region] | None:
    """Two countries that one vial cannot have been in within two hours, two devices at least."""
    found = None
    for number, one in enumerate(sightings):
        for other in sightings[number + 1 :]:
            ours, theirs = one.place, other.place
            if not ours.country or not theirs.country or ours.country == theirs.country:
                continue
            unknown = one.some_without_key or other.some_without_key
            if not unknown and (one.devices | other.devices).bit_count() < 2:
                continue
            if not same_window(one, other):
                continue
            if kilometres_between(ours.country, theirs.country) > FARTHEST_JOURNEY:
                pair = (min(ours, theirs), max(ours, theirs))
                found = pair if found is None else min(found, pair)
    return found


def three_countries(sightings: tuple[Sighting, ...]) -> bool:
    """Return whether clinics of three countries had it within two days: no chain moves one vial so."""
    had = sorted(
        (window, each.place.country)
        for each in sightings
        if each.kind is not SightingKind.STRANGER and each.place.country
        for window in windows_of(each)
    )
    return any(
        len({country for window, country in had[at : at + _MOST] if window - start <= _TWO_DAYS}) > 2
        for at, (start, _) in enumerate(had)
    )


def impossible_delivery(sightings: tuple[Sighting, ...]) -> tuple[Region, Region] | None:
    """Return two countries whose clinics had it sooner one after the other than a courier brings it."""
    trade = [each for each in sightings if each.kind is not SightingKind.STRANGER and each.place.country]
    found = [
        (min(one.place, other.place), max(one.place, other.place))
        for number, one in enumerate(trade)
        for other in trade[number + 1 :]
        if one.place.country != other.place.country
        and kilometres_between(one.place.country, other.place.country)
        > FASTEST_DELIVERY * hours_apart(one, other)
    ]
    return min(found, default=None)
