"""Dates in the cells of a list, in the languages and orders that lists have, brought to ISO 8601.

A pack says one date; a column says many, so the order of day and month is a matter of the whole column: each
value allows some orders, and what all values allow together is the order of the column.

>>> orders("31/12/2027"), sorted(orders("04/05/2027")), orders("2027-12-31")
(frozenset({<DateOrder.DAY: 'day'>}), [<DateOrder.DAY: 'day'>, <DateOrder.MONTH: 'month'>], None)
>>> iso_date("04/05/2027", DateOrder.MONTH), iso_date("31 grudnia 2027"), iso_date("2027年12月")
('2027-04-05', '2027-12-31', '2027-12')
"""

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime
from enum import StrEnum

from service.gs1.printed_dates import current_century
from service.registry.lists.conventions.locale_names import months, plain, weekdays

_LONGEST = 60  # characters of a date in words
_TIME = re.compile(
    r"(?<=[0-9])[t ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[ap]m)?$", re.IGNORECASE
)
_MIDNIGHT = re.compile(
    r"(?<=[0-9])[t ]+0{1,2}:00(?::00(?:[.,]0+)?)?(?:z| ?[+-][0-9]{2}:?[0-9]{2})$", re.IGNORECASE
)
"""A moment in a stated time zone is a date only where it is midnight there: the day before, 23:00 UTC, was
midnight where the list was written."""
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_ALLOWED = re.compile(r"[\w\s.,/\-–年月日년월일]+")
_FILLERS = frozenset(
    (
        *(
            "de",
            "del",
            "of",
            "den",
            "the",
            "g",
            "god",
            "r",
            "года",
            "г",
            "th",
            "st",
            "nd",
            "rd",
            "er",
            "o",
            "le",
        ),
        *("bis", "до", "until", "hasta", "até", "fino", "al", "do", "jusqu", "au"),
    )
)
"""Words beside a date that change nothing of it: `bis 31.12.2027` is used until then, as every expiry is."""

_UNITS = {"年": "y", "년": "y", "月": "m", "월": "m", "日": "d", "일": "d", "号": "d"}
_WEEKDAY_MARK = re.compile(r"^\w+, (?=\d)")
_REIWA = 2018
_ERA_LETTER = re.compile(r"^[Rr]\.? ?([0-9]{1,2})(?=[./年-])")
_UNTIL = re.compile(r"^(?:至|到|~)\s*|\s*(?:まで|迄|까지|为止|止|(?<=月)末日?)$")
"""What East Asian lists write before or behind the last day: `至2028年06月`, `2027年12月末`."""

_ERAS = {"令和": _REIWA, "民國": 1911, "民国": 1911}
_ERA = re.compile(r"(令和|民國|民国) ?([0-9]{1,3}|元)年")

Parts = tuple[int, int, int | None]
"""Year, month, and day where one is given."""


class DateOrder(StrEnum):
    """Which part of a date of numbers comes first."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


def iso_date(text: str, order: DateOrder | None = None) -> str | None:
    """The date as YYYY-MM-DD or YYYY-MM; None for what is no date, or one of two without an `order`."""
    readings = _readings(text)
    if not readings:
        return None
    if len(set(readings.values())) > 1:
        allowed = orders(text) or frozenset()
        order = next(iter(allowed)) if len(allowed) == 1 else order
        if order is None or order not in readings:
            return None
        year, month, day = readings[order]
    elif set(readings) == {DateOrder.YEAR} and order not in (None, DateOrder.YEAR):
        return None  # `31/12` in a column with the day first lacks its year: it is no 2031-12
    else:
        year, month, day = next(iter(readings.values()))
    return f"{year:04}-{month:02}" + ("" if day is None else f"-{day:02}")


def is_near(year: int) -> bool:
    """Whether dates of lots on the market are of about this year: 01.12.31 is no day of 2001."""
    return abs(year - datetime.now(UTC).year) <= _NEAR


_NEAR = 15


def ends_a_month(text: str, order: DateOrder) -> bool:
    """Whether the text, read in this order, is the last day of a month of these years, as most expiries are.

    >>> ends_a_month("27.12.31", DateOrder.YEAR), ends_a_month("27.12.31", DateOrder.DAY)
    (True, False)
    """
    year, month, day = _readings(text).get(order, (0, 0, None))
    return day is not None and is_near(year) and day == monthrange(year, month)[1]


def lacks_year(text: str) -> bool:
    """Whether two numbers are the last day of a month without a year: `31/12`, which may be 2031-12 too."""
    pair = _PAIR.fullmatch(text)
    if pair is None or not _FIRST_MONTH <= int(pair[2]) <= _LAST_MONTH:
        return False
    return int(pair[1]) in (
        monthrange(_LEAP_YEAR, int(pair[2]))[1],
        monthrange(_LEAP_YEAR + 1, int(pair[2]))[1],
    )


_PAIR = re.compile(r"([0-9]{2})[./ -]([0-9]{2})\.?", re.ASCII)
_FIRST_MONTH, _LAST_MONTH, _LEAP_YEAR = 1, 12, 2028


def ambiguous(text: str, among: frozenset[DateOrder]) -> bool:
    """Whether the orders `among` make different dates of the text."""
    allowed = orders(text)
    if allowed is None:
        return False
    readings = _readings(text)
    return len({readings[each] for each in allowed & among}) > 1


def orders(text: str) -> frozenset[DateOrder] | None:
    """The orders in which a date of numbers is a day of the calendar; None where its order is no question.

    An empty set is never returned: what no order makes a date of is None too. A date with points is
    written with the day first (ISO 8601's national predecessors in Europe; Americans write slashes).
    """
    readings = _readings(text)
    if not readings or None in readings:
        return None
    found = frozenset(each for each in readings if each is not None)
    return found - {DateOrder.MONTH} if "." in text and DateOrder.DAY in readings else found


def _readings(text: str) -> dict[DateOrder | None, Parts]:
    """Every reading in the calendar by its order; under None the one that has no question of order."""
    if len(text) > _LONGEST:
        return {}
    whole = _UNTIL.sub("", unicodedata.normalize("NFKC", text).strip())
    whole = _TIME.sub("", _MIDNIGHT.sub("", _WEEKDAY_MARK.sub("", whole)))
    whole = _ERA_LETTER.sub(lambda era: str(_REIWA + int(era[1])), whole)
    whole = _ERA.sub(lambda era: f"{_ERAS[era[1]] + (1 if era[2] == '元' else int(era[2]))}年", whole)
    if not _ALLOWED.fullmatch(whole):
        return {}
    found = _tokens(whole)
    if found is None:
        return {}
    numbers, month, place = found
    candidates = _with_month(numbers, month, place) if month else _numbers(numbers)
    return {order: parts for order, parts in candidates.items() if _exists(parts)}


def _tokens(text: str) -> tuple[list[str], int, int] | None:
    """The numbers of a date, its month where that is a word (else 0), and how many stand before it."""
    numbers: list[str] = []
    month = place = 0
    units: dict[str, str] = {}
    for token in _TOKEN.findall(text):
        if token.isdecimal():
            numbers.append(token)
            continue
        if token in _UNITS and numbers:
            units[_UNITS[token]] = numbers[-1]
            continue
        word = plain(token)
        if word in months() and not month:
            month, place = months()[word], len(numbers)
        elif word not in _FILLERS and word not in weekdays():
            return None
    if units:
        if set(units) - {"d"} != {"y", "m"} or len(units) != len(numbers):
            return None
        return [units["y"].zfill(4) if len(units["y"]) > 2 else units["y"], *list(units.values())[1:]], 0, 0
    return (numbers, month, place) if numbers else None


def _with_month(numbers: list[str], month: int, place: int) -> dict[DateOrder | None, Parts]:
    match numbers:
        case [year] if len(year) == 4 or (len(year) == 2 and place == 0):  # DEC 2027, 2027 DEC, DEC 27
            return {None: (_year(year), month, None)}
        case [first, second] if len(first) == 4:  # 2027 December 31
            return {None: (_year(first), month, int(second))}
        case [first, second] if len(first) <= 2 and len(second) in (2, 4):  # 31 Dez 2027, December 31, 2027
            return {None: (_year(second), month, int(first))}
        case _:
            return {}


def _numbers(numbers: list[str]) -> dict[DateOrder | None, Parts]:  # noqa: C901, PLR0911 (one for each shape)
    match [*map(len, numbers)]:
        case [6]:  # 202712 or 122027; six digits of a day are told by `six_digit_days`
            return _six_digit_month(numbers[0])
        case [8]:  # 20271231; the other way round only where it is no such date
            whole = numbers[0]
            year_first = (int(whole[:4]), int(whole[4:6]), int(whole[6:]) or None)
            if 1980 <= year_first[0] < 2200 and _exists(year_first):
                return {None: year_first}
            return _both(whole[:2], whole[2:4], whole[4:])
        case [4, 1 | 2]:
            return {None: (int(numbers[0]), int(numbers[1]), None)}
        case [1 | 2, 4]:
            return {None: (int(numbers[1]), int(numbers[0]), None)}
        case [4, 1 | 2, 1 | 2]:
            return {None: (int(numbers[0]), int(numbers[1]), int(numbers[2]) or None)}
        case [1 | 2, 1 | 2, 4]:
            return _both(*numbers)
        case [2, 2]:  # 12/27
            first, second = numbers
            month_first: Parts = (_year(second), int(first), None)
            return {
                DateOrder.DAY: month_first,
                DateOrder.MONTH: month_first,
                DateOrder.YEAR: (_year(first), int(second), None),
            }
        case [1 | 2, 1 | 2, 2]:
            year_first_too: dict[DateOrder | None, Parts] = {}
            if len(numbers[0]) == 2:
                year_first_too[DateOrder.YEAR] = (_year(numbers[0]), int(numbers[1]), int(numbers[2]))
            return _both(*numbers) | year_first_too
        case _:
            return {}


_CENTURY = "20"


def _six_digit_month(text: str) -> dict[DateOrder | None, Parts]:
    if six_digit_days(text):
        return {}
    year_first = (int(text[:4]), int(text[4:]), None)
    month_first = (int(text[2:]), int(text[:2]), None)
    return {None: year_first if _exists(year_first) else month_first}


def six_digit_days(text: str) -> dict[DateOrder, str]:
    """The days that six digits may be, as YYYY-MM-DD (YYYY-MM for day 00), by the order of their parts.

    AI 17 and most lists write the year first; `311227` is what others make of 31 December 2027. `122027` is
    December 2027, not the 20th of a December.

    >>> sorted(six_digit_days("271231").items())
    [(<DateOrder.DAY: 'day'>, '2031-12-27'), (<DateOrder.YEAR: 'year'>, '2027-12-31')]
    """
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        return {}
    one, two, three = int(text[:2]), int(text[2:4]), int(text[4:])
    readings: dict[DateOrder, Parts] = {
        DateOrder.YEAR: (current_century(one), two, three or None),
        DateOrder.DAY: (current_century(three), two, one),
        DateOrder.MONTH: (current_century(three), one, two),
    }
    return {
        order: f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")
        for order, (year, month, day) in readings.items()
        if _exists((year, month, day)) and not (order is DateOrder.MONTH and text[2:4] == _CENTURY)
    }


def _both(first: str, second: str, year: str) -> dict[DateOrder | None, Parts]:
    return {
        DateOrder.DAY: (_year(year), int(second), int(first)),
        DateOrder.MONTH: (_year(year), int(first), int(second)),
    }


def _year(token: str) -> int:
    return current_century(int(token))


def _exists(parts: Parts) -> bool:
    year, month, day = parts
    if not (1900 <= year < 2200 and 1 <= month <= 12):
        return False
    return day is None or 1 <= day <= monthrange(year, month)[1]
