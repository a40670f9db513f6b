"""Times and temperatures in cells of a list of products: with a unit in many languages, or a bare number.

>>> hours("24"), hours("7 Tage"), months_of_time("3 years")
(24, 168, 36)
>>> days_of_time("12 weeks"), days_of_time("84")
(84, 84)
>>> celsius_limits("2–8 °C"), celsius_limits("below 25")
((2, 8), (None, 25))
"""

import re
import unicodedata

from service.registry.lists.cells import invalid
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import TIME_UNITS

_AMOUNT = re.compile(r"([0-9]{1,5})\s*([^\W\d_]*)\.?", re.IGNORECASE)
_NAMED = {plain(word): unit for unit, words in TIME_UNITS.items() for word in words.split()}
_IN_HOURS = {"hour": 1, "day": 24, "week": 168, "": 1}
_IN_DAYS = {"day": 1, "week": 7, "": 1}
_IN_MONTHS = {"month": 1, "year": 12, "": 1}

_NUMBER = r"([+-]?[0-9]{1,3})"
_BETWEEN = re.compile(
    r"(?:(?:store |keep |lagern |bei )?(?:between|from|at|zwischen|von|entre|de|tra|da|od|от|между|bei)\s+)?"
    + _NUMBER
    + r"\s*(?:to|bis|a|à|al|and|und|et|y|e|i|и|do|до|ile|e kadar|~|〜|～|\.\.|/|-|–|—)\s*\+?"
    + _NUMBER
    + r"\s*(?:lagern|arası|arasında)?",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:<=?|≤|below|under|max(?:imum|\.)?|up to|not above|unter|bis|nicht über|höchstens|moins de|max|"
    r"inferior a|menos de|abaixo de|até|sotto|inferiore a|non superiore a|poniżej|do|altında|не выше|ниже|до|"
    r"以下|이하)?\s*" + _NUMBER + r"\s*(?:以下|이하)?",
    re.IGNORECASE,
)
_SCALE = re.compile(r"\s*(?:°\s*C|℃|°|degrees?(?: celsius)?|grad(?: celsius)?|\bC\b)", re.IGNORECASE)


def hours(raw: str) -> int:
    """A time of hours, days or weeks, in hours; a bare number counts hours. VALUE_INVALID for none."""
    return _time(raw, _IN_HOURS, "hours, such as 24 h or 7 days")


def days_of_time(raw: str) -> int:
    """A time of days or weeks, in days; a bare number counts days. VALUE_INVALID for none.

    Months are not taken: they differ, and a day too early would be on record as allowed.
    """
    return _time(raw, _IN_DAYS, "days, such as 84 days or 12 weeks")


def months_of_time(raw: str) -> int:
    """A time of months or years, in months; a bare number counts months. VALUE_INVALID for none."""
    return _time(raw, _IN_MONTHS, "months, such as 36 months or 3 years")


def _time(raw: str, factors: dict[str, int], expected: str) -> int:
    amount = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", raw).strip())
    unit = _NAMED.get(plain(amount[2]), "?") if amount and amount[2] else ""
    if amount is None or unit not in factors or not int(amount[1]):
        raise invalid(raw, expected)
    return int(amount[1]) * factors[unit]


def celsius_limits(raw: str) -> tuple[int | None, int | None]:
    """The lowest and the highest temperature of storage, None for no limit. VALUE_INVALID for none.

    A single number is the highest: `25 °C` on a pack means not above it.
    """
    text = _SCALE.sub("", raw.replace("−", "-").replace("℃", "°C")).strip()
    between = _BETWEEN.fullmatch(text)
    if between is not None and int(between[1]) < int(between[2]):
        return int(between[1]), int(between[2])
    below = _BELOW.fullmatch(text)
    if below is None:
        raise invalid(raw, "limits in degrees Celsius, such as 2-8, -25 to -15 or below 25")
    return None, int(below[1])
