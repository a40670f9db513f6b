"""Refuses what can be read and cannot be meant in a list of a maker's own lots: placeholders, several lots.

>>> listed_lot("MT24A001").key
'MT24A001'
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from service.gs1.identifiers import Expiry, Lot, Serial
from service.registry.lists.cells import first_day, invalid, last_day
from service.registry.lists.conventions.locale_names import months, plain
from service.registry.lists.conventions.value_words import PLACEHOLDERS
from service.registry.lists.kinds.lot_remarks import remark_in

_SEVERAL = re.compile(
    r"[,;\n、，；]|\s[/&+|]\s|\s(?:and|und|et|y|e|i|ve|и|или|or|oder|ou|o)\s", re.IGNORECASE
)
_RANGE_WORD = re.compile(
    r"(.+?)\s*(?:\.\.+|…|\s(?:to|bis|until|à|au|al|hasta|até|do|по)\s)\s*(.+)", re.IGNORECASE
)
_RANGE = re.compile(r"([^\W\d_][\w/]*?|)([0-9]+)\s*[-–—~〜]\s*([^\W\d_][\w/]*?|)([0-9]+)")
_SPACED_RANGE = re.compile(r"\s|\.\.|…|[–—~〜]|(?i:([^\W\d_]+)[0-9]+-\1[0-9])")
_NUMBERED = re.compile(r"(.*?)([0-9]{1,15})")
_MOST_OF_RANGE = 1_000_000
_MONTH_DAY = re.compile(r"([0-9]{1,4})[-. /]([^\W\d_]{3,9})\.?|([^\W\d_]{3,9})[-. /]([0-9]{1,4})")
_MOST_YEARS_AHEAD = 30
_FIRST_EXPIRY = date(2000, 1, 1)
_FIRST_MADE = date(1980, 1, 1)


@lru_cache(maxsize=4096)  # a list of units names each lot in many rows
def listed_lot(raw: str) -> Lot:
    """A lot in a maker's list. VALUE_INVALID for a placeholder, several or a range, else as Lot.parse."""
    _require_said(raw)
    if raw.isascii() and raw.isalnum():
        return Lot.parse(raw)  # as nearly all are: nothing of what follows can stand in it
    if _is_month(raw):
        raise invalid(raw, "a lot as it is printed", found="a date that a spreadsheet has made of it")
    if _SEVERAL.search(raw):
        raise invalid(raw, "one lot in each row", found="several lots")
    if _is_range(raw):
        raise invalid(raw, "one lot in each row", found="a range of lots")
    if found := remark_in(raw):
        raise invalid(raw, "one lot in each row, and nothing beside it", found=found)
    return Lot.parse(raw)


def listed_serial(raw: str) -> Serial:
    """A serial in a maker's list. Raises VALUE_INVALID for a placeholder, else as Serial.parse."""
    _require_said(raw)
    if _SPACED_RANGE.search(raw) and _is_range(raw):
        expected = "one serial in each row, or a range in two columns: first serial, last serial"
        raise invalid(raw, expected, found="a range of serials")
    return Serial.parse(raw)


def serials_between(first: str, last: str) -> list[str]:
    """All serials of a range, both ends among them; empty for what is no range, or is one of too many.

    >>> serials_between("A098", "A101"), serials_between("A1", "B9")
    (['A098', 'A099', 'A100', 'A101'], [])
    """
    ends = [_NUMBERED.fullmatch(each.strip().lstrip("'")) for each in (first, last)]
    if not (ends[0] and ends[1]) or ends[0][1] != ends[1][1]:
        return []
    low, high, width = int(ends[0][2]), int(ends[1][2]), len(ends[0][2])
    alike = width == len(ends[1][2]) or not ends[0][2].startswith("0")
    if not alike or not 0 <= high - low < _MOST_OF_RANGE:
        return []
    return [f"{ends[0][1]}{number:0{width}}" for number in range(low, high + 1)]


def listed_expiry(raw: str) -> Expiry:
    """An expiry of a lot on the market. VALUE_INVALID for one out of all reason, else as Expiry.parse."""
    expiry = Expiry.parse(raw)
    _require_age(raw, expiry.last_day, _FIRST_EXPIRY, _MOST_YEARS_AHEAD)
    return expiry


def made_on(raw: str) -> date:
    """A day of manufacture. Raises VALUE_INVALID for one out of all reason."""
    day = first_day(raw)
    _require_age(raw, day, _FIRST_MADE, 1)
    return day


def released_on(raw: str) -> date:
    """A day of release. Raises VALUE_INVALID for one out of all reason."""
    day = last_day(raw)
    _require_age(raw, day, _FIRST_MADE, 2)
    return day


def _require_said(raw: str) -> None:
    word = plain(raw)
    if not word or word in PLACEHOLDERS or not raw.strip("0") or not raw.strip("xX"):
        raise invalid(raw, "a number as it is printed on the pack", found="a placeholder")


def _require_age(raw: str, day: date, first: date, most_years: int) -> None:
    last = datetime.now(UTC).year + most_years
    if day < first or day.year > last:
        raise invalid(raw, f"a date between {first.year} and {last}", found=day.isoformat())


def _is_month(raw: str) -> bool:
    """`01-Mar`, `Mar-24`: what a spreadsheet shows of a lot such as MAR24 or 1-3."""
    match = _MONTH_DAY.fullmatch(raw.strip())
    return match is not None and plain(match[2] or match[3]) in months()


def _is_range(raw: str) -> bool:
    """`A001-A010`, `100 to 120`: two lots of one form, the second one higher."""
    text = raw.strip()
    words = _RANGE_WORD.fullmatch(text)
    match = _RANGE.fullmatch(f"{words[1]}-{words[2]}" if words else text)
    if match is None:
        return False
    before, first, again, last = match.groups()
    same = before.upper() == again.upper() or bool(words and not again)
    alike = (len(first) == len(last) or bool(before and again)) and same and int(first) < int(last)
    if len(first) < 2 and not (before and again):
        return bool(words) and alike
    # `2022-2102` is a lot of some makers (a year, a number): bare digits are a range from five digits on, or
    # with three where the second follows closely.
    close = len(first) == 3 and int(last) - int(first) < 100
    return alike and (bool(before) or bool(words) or len(first) > 4 or close)
