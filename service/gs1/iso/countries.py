"""ISO 3166-1 countries, as people write them, and where their days end.

The list and the zones come from the IANA time zone data (package `tzdata`), not from us.

>>> parse_country("Brazil"), parse_country("uk"), parse_country("TR")
('BR', 'GB', 'TR')
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from service.errors import ErrorCode, IdentifierError
from service.gs1.iso.country_names import COUNTRY_NAMES

# What people write in English that is neither the code nor the name in the list.
_ALIASES = {
    "UK": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "GREAT BRITAIN": "GB",
    "UNITED KINGDOM": "GB",
    "USA": "US",
    "UNITED STATES OF AMERICA": "US",
    "KOREA": "KR",
    "SOUTH KOREA": "KR",
    "REPUBLIC OF KOREA": "KR",
    "KOREA, REPUBLIC OF": "KR",
    "NORTHERN IRELAND": "GB",
    "REPUBLIC OF IRELAND": "IE",
    "THE NETHERLANDS": "NL",
    "HOLLAND": "NL",
    "RUSSIAN FEDERATION": "RU",
    "UAE": "AE",
    "CZECHIA": "CZ",
    "MEXICO": "MX",
}


@lru_cache(maxsize=1024)
def parse_country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a code or a name; IdentifierError(COUNTRY_UNKNOWN)."""
    wanted = _fold(text)
    code = _ALIASES.get(wanted) or _by_name().get(wanted) or COUNTRY_NAMES.get(wanted)
    if code is None and wanted in countries():
        code = wanted
    if code is None:
        raise IdentifierError(
            ErrorCode.COUNTRY_UNKNOWN,
            given=text,
            expected="a country's name or its two-letter code (ISO 3166-1)",
            field="market",
        )
    return code


@cache
def countries() -> Mapping[str, str]:
    """English short names by ISO 3166-1 alpha-2 code, in the order of the codes."""
    return dict(sorted((code, name) for code, name in _rows("iso3166.tab")))


@lru_cache(maxsize=4096)
def zone_of(country: str | None, day: date) -> ZoneInfo:
    """The zone in which `day` ends first in that country, or UTC: caution where it has several."""
    zones = [ZoneInfo(name) for name in _zone_names().get(country or "", ())]
    if not zones:
        return ZoneInfo("UTC")
    return min(zones, key=lambda zone: datetime.combine(day, time.max, zone).timestamp())


def zone_names(country: str) -> tuple[str, ...]:
    """The IANA names of a country's time zones, the most populous first as the database has them; empty for a
    code without one.

    >>> zone_names("GB"), zone_names("XX")
    (('Europe/London',), ())
    """
    return _zone_names().get(country, ())


@lru_cache(maxsize=65536)
def kilometres_between(one: str, other: str) -> float:
    """The distance of two countries, by those of the cities that their time zones are named after which lie
    nearest to each other; 0 where either has none. Cities, not borders: a country's far ends are missed.
    """
    pairs = [(a, b) for a in _cities().get(one, ()) for b in _cities().get(other, ())]
    return min((_kilometres(a, b) for a, b in pairs), default=0.0)


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """On a sphere of the Earth's mean radius (haversine)."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, each)) for each in (one, other))
    square = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, square)))


@cache
def _cities() -> Mapping[str, tuple[tuple[float, float], ...]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for code, where, *_ in _rows("zone.tab"):
        latitude, longitude = _SIGNED.findall(where)
        found.setdefault(code, []).append((_degrees(latitude, 2), _degrees(longitude, 3)))
    return {code: tuple(cities) for code, cities in found.items()}


_SIGNED = re.compile(r"[-+]\d+")


def _degrees(text: str, digits: int) -> float:
    """`+4852`, `-0733520`: degrees of so many digits, minutes, perhaps seconds (ISO 6709)."""
    whole, minutes, seconds = text[1 : 1 + digits], text[1 + digits : 3 + digits], text[3 + digits :]
    return (-1 if text[0] == "-" else 1) * (int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace(".", ""))
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).upper().split())


@cache
def _by_name() -> Mapping[str, str]:
    return {_fold(name): code for code, name in countries().items()}


@cache
def _zone_names() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for codes, _, name, *_ in _rows("zone1970.tab"):
        for code in codes.split(","):
            found.setdefault(code, []).append(name)
    return {code: tuple(names) for code, names in found.items()}


def _rows(name: str) -> list[tuple[str, ...]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]
