"""Expiry dates as packs print them and people type them, read to (year, month, day or None).

>>> read_printed_date("EXP: 12/2024"), read_printed_date("31 déc. 2024")
((2024, 12, None), (2024, 12, 31))

Dots between three numbers are the habit of countries that write the day first (ISO 8601's year first aside):
05.07.2028 is 5 July. Any other date that reads two ways is refused by `read_printed_date`, because guessing
between 5 June and 6 May would guess a verdict; `printed_date_readings` gives both.
"""

# ruff: noqa: RUF001 - words of many scripts

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime

from service.errors import ErrorCode, IdentifierError
from service.gs1.characters import fold
from service.gs1.iso.month_names import MONTHS, months_called

PrintedDate = tuple[int, int, int | None]

_PREFIX = re.compile(
    r"(?:exp(?:iry|ires|iration)?|use by|use before|cad(?:uca)?|val(?:idade)?|verw\.? ?bis|scad)"
    r"[.:]?(?: ?date)?[.:]? *(?=[0-9a-z])",
)
_LONGEST = 200
_MIDNIGHT = re.compile(r"(?<=[0-9])[t ]00:00(?::00(?:\.0+)?)?z?$")
_TOKEN = re.compile(r"[0-9]+|[a-z]+")
_DOTTED = re.compile(r"(?<![0-9])[0-9]{1,2} ?\. ?[0-9]{1,2} ?\. ?[0-9]{2,4}(?![0-9])")
"""Day, month and year with dots between them, as in most of Europe; 24.12.31 may be the year first too."""
_ALLOWED = re.compile(r"[0-9a-z ,./-]+")
_EAST_ASIAN = str.maketrans({"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " "})
_OTHER_WORD = re.compile(r"[^\W\d_][^\s\d,/:-]*")
_BUDDHIST = 543
_ERA = re.compile(r"(民國|民国|令和)\s*([0-9]{1,3}|元)")
_ERAS = {"民國": 1911, "民国": 1911, "令和": 2018}
"""Years before the first of an era: the Republic of China's, and Japan's Reiwa."""
_VIETNAMESE = re.compile(r"\b(ngày|tháng|năm)\b", re.IGNORECASE)
_IN_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = (
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday"
)
_BESIDE = frozenset({"de", "del", "of", "the", "st", "nd", "rd", "th", *_WEEKDAYS.split()})
"""Words that dates of some languages hold: `5 de julio`, `Wed 5th of July`."""
_YEAR_WORDS = re.compile(r"(?<=[0-9])\s*(?:года|році|року|рік|год|г|р)\.?$")


def century(two_digits: int, reference_year: int) -> int:
    """The year ending in `two_digits` from 49 years before to 50 after (GS1 General Specifications, 7.12).

    >>> century(76, 2026), century(77, 2026)
    (2076, 1977)
    """
    year = reference_year - reference_year % 100 + two_digits
    if year - reference_year >= 51:
        return year - 100
    return year + 100 if year - reference_year <= -50 else year


def current_century(year: int) -> int:
    """The year of a GS1 date as seen today; one of four digits stays."""
    return century(year, datetime.now(UTC).year) if year < 100 else year


def read_printed_date(text: str) -> PrintedDate:
    """Year, month and day (None when only the month is printed).

    Raises EXPIRY_UNREADABLE, EXPIRY_IMPOSSIBLE or EXPIRY_AMBIGUOUS, and the codes of `characters.fold`.
    """
    possible = printed_date_readings(text)
    if len(possible) > 1:
        raise _refusal(ErrorCode.EXPIRY_AMBIGUOUS, text, sorted(possible, key=str))
    return possible[0]


def printed_date_readings(text: str) -> tuple[PrintedDate, ...]:
    """Every date of the calendar that the text may be, day first before month first before year first.

    Raises EXPIRY_UNREADABLE or EXPIRY_IMPOSSIBLE, and the codes of `characters.fold`.
    """
    plain = fold(text if text.isascii() else _in_ascii(text), field="expiry").lower()
    plain = _MIDNIGHT.sub("", plain)  # spreadsheets export dates as moments
    if not plain[:1].isdigit():
        plain = _PREFIX.sub("", plain, count=1)
    tokens = [token for token in _TOKEN.findall(plain) if token not in _BESIDE]
    readings = _readings(tokens) if _ALLOWED.fullmatch(plain) else None
    if readings is None:
        raise _refusal(ErrorCode.EXPIRY_UNREADABLE, text)
    possible = dict.fromkeys(reading for reading in readings if _in_calendar(reading))
    if not possible:
        raise _refusal(ErrorCode.EXPIRY_IMPOSSIBLE, text)
    if _DOTTED.search(plain):
        year, month, day = readings[0]
        possible = dict.fromkeys(each for each in possible if each != (year, day, month)) or possible
    return tuple(possible)


def _in_ascii(text: str) -> str:
    """août 2024 → aug 2024, 2028年7月5日 → 2028-7-5. Words that name no month stay, to be refused by name."""
    if len(text) > _LONGEST:
        return text
    plain = _ERA.sub(_in_common_era, unicodedata.normalize("NFKC", text))
    plain = _VIETNAMESE.sub(lambda word: " " if word[0].lower() == "ngày" else "/", plain)
    plain = plain.translate(_EAST_ASIAN).strip(" -/")
    plain = _YEAR_WORDS.sub("", plain)
    return "".join(str(unicodedata.digit(each, each)) for each in _OTHER_WORD.sub(_month_in_english, plain))


def _in_common_era(year: re.Match[str]) -> str:
    """令和10 → 2028, 民國117 → 2028."""
    return str(_ERAS[year[1]] + (1 if year[2] == "元" else int(year[2])))


def _month_in_english(word: re.Match[str]) -> str:
    months = () if word[0].isascii() else months_called(word[0])
    return _IN_ENGLISH[months[0] - 1] if len(months) == 1 else _without_accents(word[0])


def _without_accents(text: str) -> str:
    """Only marks on Latin letters go: elsewhere the allow-list shall see and refuse them."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFKD", text):
        if not (unicodedata.combining(character) and kept and kept[-1].isascii() and kept[-1].isalpha()):
            kept.append(character)
    return "".join(kept)


def _refusal(code: ErrorCode, text: str, readings: list[PrintedDate] | None = None) -> IdentifierError:
    found = " or ".join(f"{y:04}-{m:02}" + (f"-{d:02}" if d else "") for y, m, d in readings or ())
    expected = "a date such as 2024-12-31, 12/2024 or DEC 2024"
    return IdentifierError(code, given=text, expected=expected, found=found, field="expiry")


def _in_calendar(reading: PrintedDate) -> bool:
    year, month, day = reading
    return 1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year, month)[1])


def _readings(tokens: list[str]) -> list[PrintedDate] | None:
    """Every way to read the tokens as a date, calendar not yet asked; None when there is no such way."""
    names = [index for index, token in enumerate(tokens) if token in MONTHS]
    words = sum(token.isalpha() for token in tokens)
    if words != len(names) or words > 1:
        return None
    if names:
        before, after = tokens[: names[0]], tokens[names[0] + 1 :]
        found = [_with_month_name(month, before, after) for month in MONTHS[tokens[names[0]]]]
        return [each for those in found if those for each in those] or None
    shape = tuple(map(len, tokens))
    match len(tokens):
        case 1:
            return _one_number(tokens[0])
        case 2:
            return _two_numbers(shape, *map(int, tokens))
        case 3:
            return _three_numbers(shape, tokens)
        case _:
            return None


def _year(token: str) -> int | None:
    """A year of four digits in the centuries that packs can bear, or of two.

    The Buddhist calendar of Thailand is 543 years ahead: 2571 is 2028.
    """
    if len(token) == 2:
        return current_century(int(token))
    if len(token) == 4 and token[:2] in ("25", "26"):
        return int(token) - _BUDDHIST
    return int(token) if len(token) == 4 and token[:2] in ("19", "20", "21") else None


def _with_month_name(month: int, before: list[str], after: list[str]) -> list[PrintedDate] | None:
    match before, after:
        case [], [year_token]:  # DEC 2024, DEC 24: an expiry has a year, so the number is it
            year, day = _year(year_token), None
        case [year_token], [] if len(year_token) == 4:  # 2024 DEC. "24 DEC" may be a day without a year
            year, day = _year(year_token), None
        case [year_token], [day_token] if len(year_token) == 4 and len(day_token) <= 2:  # 2024 DEC 31
            year, day = _year(year_token), int(day_token)
        case ([day_token], [year_token]) | ([], [day_token, year_token]) if len(day_token) <= 2:
            year, day = _year(year_token), int(day_token)  # 31 DEC 2024; December 31, 2024
        case _:
            return None
    return None if year is None else [(year, month, day)]


def _one_number(token: str) -> list[PrintedDate] | None:
    readings: list[PrintedDate] = []
    if len(token) == 8:  # YYYYMMDD; else the year last
        first, second, last = int(token[:2]), int(token[2:4]), _year(token[4:])
        if (year := _year(token[:4])) is not None:
            readings.append((year, int(token[4:6]), int(token[6:]) or None))
        elif last is not None:
            readings += [(last, second, first), (last, first, second)]
    elif len(token) == 6:  # YYMMDD, as in AI 17; day 00 is the whole month. No month is 20: 102028 is 10/2028
        readings.append((current_century(int(token[:2])), int(token[2:4]), int(token[4:]) or None))
        if (year := _year(token[2:])) is not None:
            readings.append((year, int(token[:2]), None))
    return readings or None


def _two_numbers(shape: tuple[int, ...], first: int, second: int) -> list[PrintedDate] | None:
    match shape:
        case (4, 1 | 2) if (year := _year(f"{first:04}")) is not None:  # 2024-12
            return [(year, second, None)]
        case (1 | 2, 4) if (year := _year(f"{second:04}")) is not None:  # 12/2024
            return [(year, first, None)]
        case (2, 2) if first <= 12:  # MM/YY, or YY/MM; 31/12 may also be a day without a year: not read
            readings: list[PrintedDate] = [(current_century(second), first, None)]
            return [*readings, (current_century(first), second, None)]
        case _:
            return None


def _three_numbers(shape: tuple[int, ...], tokens: list[str]) -> list[PrintedDate] | None:
    if max(shape) > 4 or shape[1] > 2:
        return None
    first, second, third = map(int, tokens)
    if shape[0] == 4 and shape[2] <= 2:  # 2024-12-31
        year = _year(tokens[0])
        return None if year is None else [(year, second, third or None)]
    year = _year(tokens[2])
    if shape[0] > 2 or year is None:
        return None
    readings: list[PrintedDate] = [(year, second, first), (year, first, second)]
    if shape == (2, 2, 2):  # 24.12.31
        readings.append((current_century(first), second, third))
    return readings
