"""Numbers of packs in the cells of a list: which character groups thousands is a matter of the column.

>>> whole("12 500"), whole("1.200.000"), whole("12,500.00"), whole("8000 Stk."), whole("12.500")
(12500, 1200000, 12500, 8000, None)
>>> whole("12.500", Grouping.THOUSANDS), whole("12.000", Grouping.DECIMAL), whole("12.500", Grouping.DECIMAL)
(12500, 12, None)
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

_AMOUNT = re.compile(r"([0-9][0-9.,' ’`]*)\s*[^\W\d_]{0,12}\.?")
_SPACED = re.compile(r"(?<=[0-9])[' ’`](?=[0-9]{3}(?![0-9]))")
_GROUPED = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})+|[0-9]{1,2}(?:(,)[0-9]{2})+,[0-9]{3}")
_ONE_MARK = re.compile(r"([1-9][0-9]{0,2})([.,])([0-9]{3})")
_DECIMAL = re.compile(r"([0-9]+)([.,])([0-9]+)")
_BOTH = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})+(?!\1)([.,])([0-9]*)")
_MOST_DIGITS = 9


class Grouping(StrEnum):
    """What one point or comma before three digits is."""

    THOUSANDS = "thousands"
    DECIMAL = "decimal"


def whole(text: str, grouping: Grouping | None = None) -> int | None:
    """The whole number; None for what is none, has decimals other than zeros, or has two readings."""
    amount = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if amount is None:
        return None
    digits = _SPACED.sub("", amount[1].strip())
    if _GROUPED.fullmatch(digits):
        digits = re.sub("[.,]", "", digits)
    elif _ONE_MARK.fullmatch(digits) and grouping is not Grouping.DECIMAL:
        if grouping is None:
            return None
        digits = re.sub("[.,]", "", digits)
    elif both := _BOTH.fullmatch(digits):
        digits = re.sub("[.,]", "", digits[: both.start(2)]) if not both[3].strip("0") else ""
    elif decimal := _DECIMAL.fullmatch(digits):
        digits = decimal[1] if not decimal[3].strip("0") else ""
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def has_two_readings(text: str) -> bool:
    """Whether one point or comma stands before three digits, and nothing else tells what it is."""
    amount = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return amount is not None and _ONE_MARK.fullmatch(_SPACED.sub("", amount[1].strip())) is not None


def grouping_of(values: Iterable[str]) -> Grouping | None:
    """What the other numbers of a column say of a point or comma before three digits.

    A number of a thousand or more without any mark, beside others with one, tells that decimals are not
    written; two marks in one number tell which is which. None: nothing tells, or they contradict each other.
    """
    told = set()
    marks = set()
    plain_thousands = False
    for value in values:
        amount = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", value).strip())
        digits = amount[1].strip() if amount else ""
        if one := _ONE_MARK.fullmatch(digits):
            marks.add(one[2])
        elif grouped := _GROUPED.fullmatch(digits):
            told.add((grouped[1] or grouped[2], Grouping.THOUSANDS))
        elif both := _BOTH.fullmatch(digits):
            told |= {(both[1], Grouping.THOUSANDS), (both[2], Grouping.DECIMAL)}
        elif decimal := _DECIMAL.fullmatch(digits):
            told.add((decimal[2], Grouping.DECIMAL))
        elif digits.isdecimal() and len(digits) > 3:
            plain_thousands = True
    if len(marks) != 1:
        return None
    mark = marks.pop()
    said = {grouping for each, grouping in told if each == mark}
    said |= {_OTHER[grouping] for each, grouping in told if each != mark}
    if not said and plain_thousands:
        said.add(Grouping.THOUSANDS)
    return said.pop() if len(said) == 1 else None


_OTHER = {Grouping.THOUSANDS: Grouping.DECIMAL, Grouping.DECIMAL: Grouping.THOUSANDS}
