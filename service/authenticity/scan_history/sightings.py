"""What is kept of a history of scans: for each place one line, whatever the number of scans.

Everything in a line is a minimum, a maximum, a sum or a union, so that the order in which scans arrive does
not matter (offline queues), and no scan takes away what another one showed. A line costs the same after a
hundred thousand scans, and there are at most `MOST_PLACES` of each kind: those whose ranks are smallest,
which are the same in whichever order they came. All others are one line together, without a place.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

MOST_PLACES = 16
"""Places that are kept of one code, for each kind of asker. No vial travels through more."""

_SLOTS = 63
"""Bits of a set: a database's signed integer has no more."""

_DEVICES = 62
_WITHOUT_KEY = 1 << _DEVICES
# One bit of a set of devices says that some scan came without a device's key.

_WINDOW = 2 * 3600
_SLOTS_LATER = 62
# Two sets of remainders tell windows apart over 63 * 62 of them, which is most of a year.

PERIOD = 6 * 86400
_PERIODS = 62
"""Periods of six days, by their remainders: 62 of them are a year."""

MOST_CHARACTERS = 40
_COORDINATES = re.compile(r"[-+]?\d{1,3}[.,]\d+\s*°?\s*[NSEWnsew]?")
_JUNK = re.compile(r"[\s()\[\];,/|]+")


class SightingKind(IntEnum):
    """Who saw the code: the public, a clinic or pharmacy, the clinic that dispensed it, or the supply chain.

    A depot on the way is in another place than the clinic and tells nothing: it is kept and not weighed.
    """

    STRANGER = 1
    TRADE = 2
    DISPENSING = 3
    SUPPLY = 4


class Region(Struct, frozen=True, order=True):
    """Where, as coarse as it is kept: ISO 3166-1 alpha-2 and the name of a region, either may be empty."""

    country: str = ""
    region: str = ""

    @property
    def known(self) -> bool:
        """Whether it says anything."""
        return bool(self.country or self.region)


NOWHERE = Region()


class Sighting(Struct, frozen=True):
    """All scans of one code in one place by one kind of asker.

    `first` and `last` are seconds since 1970 (UTC). `clients` is a set of devices, each in one of 62 bits
    (ask `devices`); `windows` and `windows_later` are the two-hour windows in which scans fell, by their
    remainders; `periods` the periods of six days (0: not kept, as before migration 0043).
    """

    kind: SightingKind
    place: Region
    first: int
    last: int
    count: int = 1
    clients: int = 0
    windows: int = 0
    windows_later: int = 0
    periods: int = 0

    @property
    def devices(self) -> int:
        """The devices whose keys are known, one bit each; two may share a bit."""
        return self.clients & ~_WITHOUT_KEY

    @property
    def some_without_key(self) -> bool:
        """Whether a scan came of which the device is not known."""
        return bool(self.clients & _WITHOUT_KEY)

    @property
    def rank(self) -> int:
        """The line's number: a hash that no asker can choose, so that no asker chooses which
        lines are kept.
        """
        return rank(self.place.country, self.place.region)

    def and_also(self, other: "Sighting") -> "Sighting":
        """Both together: two lines of one place and kind."""
        return Sighting(
            self.kind,
            self.place,
            min(self.first, other.first),
            max(self.last, other.last),
            self.count + other.count,
            self.clients | other.clients,
            self.windows | other.windows,
            self.windows_later | other.windows_later,
            self.periods | other.periods,
        )


def sighting(kind: SightingKind, place: Region, at: datetime, client: str = "") -> Sighting:
    """One scan, at a moment (aware) by a client (an opaque key; empty: not known)."""
    return sighting_at(kind, place, int(at.timestamp()), client)


def sighting_at(kind: SightingKind, place: Region, seconds: int, client: str = "") -> Sighting:
    """The same, the moment in seconds since 1970."""
    window = seconds // _WINDOW
    return Sighting(
        kind,
        place,
        seconds,
        seconds,
        1,
        1 << _hash(client) % _DEVICES if client else _WITHOUT_KEY,
        1 << window % _SLOTS,
        1 << window % _SLOTS_LATER,
        1 << seconds // PERIOD % _PERIODS,
    )


def together(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Lines of one place and kind made one; of each kind the `MOST_PLACES` that are kept, the rest as one.

    A place that is kept in the end was kept from its first scan on: the ranks before it only ever grow more.
    So whichever scans came first, the same ones are in its line, and the same ones in the rest's.
    """
    lines: dict[tuple[SightingKind, int], Sighting] = {}
    for each in sightings:
        _put(lines, each)
    if len(lines) == 1:
        return tuple(lines.values())
    for kind in SightingKind if len(lines) > MOST_PLACES else ():
        ranks = sorted(number for of, number in lines if of is kind and number)
        for number in ranks[MOST_PLACES:]:
            _put(lines, replace(lines.pop((kind, number)), place=NOWHERE))
    return tuple(lines[key] for key in sorted(lines))


def _put(lines: dict[tuple[SightingKind, int], Sighting], sighting: Sighting) -> None:
    key = (sighting.kind, sighting.rank)
    held = lines.get(key)
    lines[key] = held.and_also(sighting) if held else sighting


def same_window(one: Sighting, other: Sighting) -> bool:
    """Whether both were scanned in one two-hour window. Exact while a code lives for less than a year."""
    if not (one.windows & other.windows and one.windows_later & other.windows_later):
        return False
    start = max(one.first, other.first) // _WINDOW
    end = min(one.last, other.last) // _WINDOW
    shared, shared_later = one.windows & other.windows, one.windows_later & other.windows_later
    for slot in _bits(shared):
        window = start + (slot - start) % _SLOTS
        while window <= end:
            if shared_later >> window % _SLOTS_LATER & 1:
                return True
            window += _SLOTS
    return False


def periods_of(line: Sighting) -> list[int]:
    """The periods of six days in which a line was scanned, in order. Exact while a code lives for a year.

    Of a line without `periods` the first and the last one.
    """
    start, end = line.first // PERIOD, line.last // PERIOD
    if start == end:
        return [start]
    found = {start, end}
    for slot in _bits(line.periods):
        found.update(range(start + (slot - start) % _PERIODS, end + 1, _PERIODS))
    return sorted(found)


def hours_apart(one: Sighting, other: Sighting) -> int:
    """How many hours at the most lie between the two scans, one of each, that are nearest in time.

    Exact to a window of two hours, as `same_window` is: so long at the most, and never more with more scans.
    """
    ours, theirs = windows_of(one), windows_of(other)
    nearest = min(abs(window - theirs[at]) for window in ours for at in _around(theirs, window))
    return (nearest + 1) * _WINDOW // 3600


def windows_of(line: Sighting) -> list[int]:
    """The two-hour windows that a line's scans were in, in order."""
    start, end = line.first // _WINDOW, line.last // _WINDOW
    return sorted(
        window
        for slot in _bits(line.windows)
        for window in range(start + (slot - start) % _SLOTS, end + 1, _SLOTS)
        if line.windows_later >> window % _SLOTS_LATER & 1
    )


def _around(windows: list[int], window: int) -> range:
    """The places of the windows before and after this one."""
    at = bisect_left(windows, window)
    return range(max(at - 1, 0), min(at + 1, len(windows)))


def day_of(seconds: int) -> date:
    """The day (UTC) of a moment."""
    return datetime.fromtimestamp(seconds, UTC).date()


@lru_cache(maxsize=4096)
def rounded(country: str, region: str) -> Region:
    """A place as it is kept: no coordinates, no accents, no capitals but the first.

    >>> rounded("FR", " LYON (45.7640, 4.8357)"), rounded("", "46.2, 6.1")
    (Place(country='FR', region='Lyon'), Place(country='', region='46 6'))
    """
    named = _COORDINATES.sub(" ", region)
    if not any(each.isalnum() for each in named):
        # Only coordinates: whole degrees, about a hundred kilometres.
        degrees = [round(float(each.strip("°NSEWnsew ").replace(",", "."))) for each in _numbers(region)]
        named = " ".join(map(str, degrees)) if degrees else region
    plain = unicodedata.normalize("NFKD", named)
    plain = "".join(each for each in plain if each.isprintable() and not unicodedata.combining(each))
    words = _JUNK.sub(" ", plain).strip().casefold()[:MOST_CHARACTERS].strip()
    return Region(country.upper(), words.title())


def _numbers(text: str) -> list[str]:
    return [each.rstrip("°NSEWnsew ") for each in _COORDINATES.findall(text)]


@lru_cache(maxsize=8192)
def rank(country: str, region: str) -> int:
    """A number of 62 bits that a place always has; 0 for no place."""
    return (_hash(f"{country}\0{region}") >> 2 or 1) if country or region else 0


@lru_cache(maxsize=65536)
def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())


def _bits(number: int) -> Iterable[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low
