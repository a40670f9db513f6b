"""Reads the cells of one row; collects what is wrong with each, not only the first.

A value that a spreadsheet has changed beyond doubt of what it was is refused with the reason, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import TypeVar

from service.errors import ErrorCode, IdentifierError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry
from service.gs1.iso.countries import parse_country
from service.registry.lists.columns import Header
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.conventions.locale_names import country_codes, plain
from service.registry.lists.conventions.numbers import has_two_readings, whole
from service.registry.lists.conventions.value_words import NO, YES
from service.registry.lists.typed_cells import (
    BROKEN,
    CODE,
    DATE,
    DAY_MONTH,
    ERROR,
    FORMULA,
    MERGED,
    MONTH,
    NUMBER,
    TIME,
    TRUTH,
    YEAR,
    unmarked,
)

T = TypeVar("T")
D = TypeVar("D")

# "9.506E+12" and "1E+33" are what is left of a number; "1E3304" may be a printed lot
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+[Ee][+-]?|[Ee]\+)[0-9]+")
_ERROR_VALUE = re.compile(r"#+|#(?:N/A|REF!|VALUE!|NAME\?|NUM!|NULL!|DIV/0!)", re.IGNORECASE)
_WHOLE_AS_FRACTION = re.compile(r"[0-9]+[.,]0+")
_HAS_DAY = re.compile(r"[0-9]{1,4}[-./]")
_MARKS = ("\u200b", "\ufeff", "\u200e", "\u200f", "\u2060", "\u00ad")  # that no person sees
_UNSEEN = "".join(_MARKS) + " \t\r\n\u00a0\u3000\u2007\u202f"
_DAY_NUMBER = re.compile(r"[2-7][0-9]{4}(?:[.,][0-9]+)?")


class Cells:
    """One row under its header. `problems` holds what could not be read, each with its field."""

    def __init__(self, header: Header, cells: list[str]) -> None:
        self._header = header
        self._cells = cells
        self.problems: list[VialcheckError] = []
        width = len(header.labels)
        if len(cells) < width and max(header.index.values(), default=0) < len(cells):
            self._cells = cells + [""] * (width - len(cells))  # only columns that are not read are missing
        elif len(cells) < width:
            found = f"{len(cells)} of {width} cells"
            self.problems.append(RefusedError(ErrorCode.ROW_TOO_SHORT, found=found, field="row"))
            self._cells = cells + [""] * (width - len(cells))
        elif any(cell.strip() for cell in cells[width:]):
            self.problems.append(
                RefusedError(
                    ErrorCode.VALUE_INVALID,
                    given=cells[width],
                    expected=f"{width} cells as in the header (quote a cell that has the delimiter in it)",
                    found=f"{len(cells)} cells",
                    field="row",
                )
            )

    def has(self, field: str) -> bool:
        """Whether the file has a column of this meaning at all."""
        return field in self._header.index

    def raw(self, field: str) -> str:
        """The cell as written without outer white space; empty where there is no such column."""
        return self._cell(field)[1]

    def _cell(self, field: str) -> tuple[str, str]:
        """The kind of a spreadsheet's cell that is not text, and what it shows."""
        place = self._header.index.get(field)
        kind, text = unmarked("" if place is None else self._cells[place])
        return kind, text.strip(_UNSEEN) if text[:1] in _MARKS or text[-1:] in _MARKS else text.strip()

    def label(self, field: str) -> str:
        """The header of the column of this meaning, empty where there is none."""
        return self._header.label(field) if self.has(field) else ""

    def _normal(self, field: str) -> tuple[str, str, str]:
        """Kind and text as they are parsed, and the text as it stands there."""
        kind, raw = self._cell(field)
        return (*normal(field, raw, kind, self._header.conventions), raw) if raw else (kind, raw, raw)

    def read(self, field: str, parse: Callable[[str], T], default: D) -> T | D:
        """What `parse` makes of the cell, `default` when it is empty or cannot be read."""
        kind, text, raw = self._normal(field)
        if not text:
            return default
        try:
            require_whole(text, field, kind)
            return parse(text)
        except VialcheckError as error:
            error.field = field
            error.given = raw
            self.problems.append(error)
            return default

    def need(self, field: str, parse: Callable[[str], T]) -> T | None:
        """As `read`, for a cell that may not be empty."""
        if not self._normal(field)[1]:
            self.problems.append(RefusedError(ErrorCode.VALUE_MISSING, field=field))
            return None
        return self.read(field, parse, None)

    def refuse(self, field: str, expected: str, found: str = "") -> None:
        """Refuse a value that can be read and cannot stand beside the others."""
        self.problems.append(invalid(self.raw(field), expected, found=found, field=field))

    def text(self, field: str, longest: int) -> str:
        """A cell of free text, empty when there is none."""
        return self.read(field, lambda raw: free_text(raw, longest), "")


def invalid(given: str, expected: str, *, found: str = "", field: str | None = None) -> RefusedError:
    """VALUE_INVALID."""
    return RefusedError(ErrorCode.VALUE_INVALID, given=given, expected=expected, found=found, field=field)


_UNREAD = {
    BROKEN: (
        "a cell whose quotation marks are closed (and doubled inside)",
        "a quotation mark that does not match",
    ),
    CODE: (
        "a whole GS1 code with its AIs in brackets, or with the separator (0x1D or <GS>) in it",
        "a code whose parts cannot be told apart for certain",
    ),
}
"""What a cell of a text that could not be read should have been, and what it is, by its kind."""


def require_whole(raw: str, field: str, kind: str = "") -> None:
    """Raise SPREADSHEET_NUMBER for what a spreadsheet leaves of a value that it took for a number or date.

    `kind` is that of a spreadsheet's own cell. CELL_MERGED for one that lies under another.
    """
    if kind == MERGED:
        raise RefusedError(
            ErrorCode.CELL_MERGED,
            given=raw,
            expected="a value in each row",
            found=f"merged with {raw}",
            field=field,
        )
    if kind in _UNREAD:
        expected, found = _UNREAD[kind]
        raise invalid(raw, expected, found=found, field=field)
    if kind == FORMULA:
        expected = "a value: open the file in a spreadsheet program and save it again"
        raise invalid("", expected, found="a formula without its value", field=field)
    found = ""
    if kind == ERROR or _ERROR_VALUE.fullmatch(raw):
        found = "an error value, or a column that was too narrow to show it"
    elif kind and changed_by_spreadsheet(kind, field):
        found = _of_kind(kind, field, raw)
    elif field in _IDENTIFIERS and _EXPONENT.fullmatch(raw):
        found = "a rounded number"
    elif field in _IDENTIFIERS and _WHOLE_AS_FRACTION.fullmatch(raw):
        found = "a number with a decimal place"
    elif field in _DATES and _DAY_NUMBER.fullmatch(raw):
        found = "the number of a day since 1900; format the column as text or write 2028-12-31"
    if found:
        raise RefusedError(ErrorCode.SPREADSHEET_NUMBER, given=raw, found=found, field=field)


def _of_kind(kind: str, field: str, raw: str) -> str:
    """What a cell of this kind is instead of the text that was to stand in it."""
    if kind == TIME and field == "expiry" and _HAS_DAY.match(raw):
        return "a moment, whose day depends on the time zone; write the day alone"
    return f"the {_KIND_NAMES[kind]} {raw} and not text; format the column as text and write it again"


def changed_by_spreadsheet(kind: str, field: str) -> bool:
    """Whether a cell of this kind has lost what was to stand in it: zeros in front, `E`, all of a lot."""
    lost = field in _IDENTIFIERS and kind != "" and (field != "expiry" or kind != DATE)
    return lost or (kind == YEAR and field in _DATES)


_KIND_NAMES = {
    NUMBER: "number",
    DATE: "date",
    MONTH: "date",
    DAY_MONTH: "date without a year",
    YEAR: "year without a month",
    TIME: "time",
    TRUTH: "yes-or-no value",
}
_IDENTIFIERS = frozenset(("gtin", "lot", "serial", "serial_prefix", "expiry", "gs1_prefix"))
_DATES = frozenset(("expiry", "made", "released", "reported", "dated"))


def free_text(raw: str, longest: int) -> str:
    """Text for people to read: one line, composed, without control and direction characters.

    Raises TOO_LONG or BAD_CHARACTER. (U+200C and U+200D join letters in Persian and Hindi: they may stay.)
    """
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    if len(text) > longest:
        raise IdentifierError(
            ErrorCode.TOO_LONG,
            given=raw,
            expected=f"at most {longest} characters",
            found=f"{len(text)} characters",
        )
    for place, character in enumerate(text, start=1):
        if (
            unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn")
            and character not in "\u200c\u200d"
        ):
            found = f"U+{ord(character):04X} at position {place}"
            raise IdentifierError(ErrorCode.BAD_CHARACTER, given=raw, expected="plain text", found=found)
    return text


_BETWEEN_COUNTRIES = re.compile(r"[;,|/+&\n、，；]|\s(?:and|und|et|y|e|i|ve|и|oraz|및)\s", re.IGNORECASE)


def markets(raw: str) -> tuple[str, ...]:
    """Countries, by code or name, separated by space ; , / + or |, as sorted codes. Raises COUNTRY_UNKNOWN.

    >>> markets("DE/AT/CH"), markets("Bosnia and Herzegovina"), markets("Deutschland und Österreich")
    (('AT', 'CH', 'DE'), ('BA',), ('AT', 'DE'))
    """
    with suppress(IdentifierError):
        return (_country(raw),)  # "Bosnia and Herzegovina" is one
    codes: set[str] = set()
    for piece in _BETWEEN_COUNTRIES.split(raw):
        if piece.strip():
            codes.update(_countries(piece.strip()))
    return tuple(sorted(codes))


def _countries(piece: str) -> list[str]:
    try:
        return [_country(piece)]  # "South Korea" is one
    except IdentifierError:
        words = piece.split()
        if len(words) == 1:
            raise
        return [_country(word) for word in words]


def _country(text: str) -> str:
    """The code of a country by its code or its name in English or another language of lists."""
    try:
        return parse_country(text)
    except IdentifierError:
        names = country_codes()  # Unicode writes `Bosnia & Herzegovina`
        code = names.get(plain(text)) or names.get(plain(text.replace(" and ", " ")))
        if code is None:
            raise
        return code


def pieces(raw: str, separators: str = ";|") -> tuple[str, ...]:
    """The parts of a cell that holds several values, in their order, without empty ones and repeats."""
    parts = (free_text(each, 200) for each in re.split(f"[{re.escape(separators)}]", raw))
    return tuple(dict.fromkeys(part for part in parts if part))


def yes_or_no(raw: str) -> bool:
    """`yes`, `no` and their kin."""
    word = plain(raw)
    if word in YES:
        return True
    if word in NO:
        return False
    raise invalid(raw, "yes or no")


def count(raw: str) -> int:
    """A number of packs: `12000`, `12 000`. VALUE_INVALID for `12,000`, which its column has to explain."""
    number = whole(raw)
    if number is None:
        found = "a number with two readings" if has_two_readings(raw) else ""
        raise invalid(raw, "a whole number up to 999999999, without comma or point", found=found)
    return number


def first_day(raw: str) -> date:
    """A date of manufacture; a month alone counts from its first day."""
    day = Expiry.parse(raw)
    return date(day.year, day.month, day.day or 1)


def last_day(raw: str) -> date:
    """A date of release; a month alone counts from its last day (not released before it surely was)."""
    return Expiry.parse(raw).last_day
