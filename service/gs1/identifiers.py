"""What a vial says of itself: GTIN, lot, serial, expiry. Parsed once, valid ever after.

>>> Gtin.parse("9506000134352")
Gtin(value='09506000134352')
>>> lot = Lot.parse("c3016 C3")
>>> lot.printed, lot.key, lot.folded
('c3016 C3', 'C3016C3', 'C3016C3')
>>> Expiry.parse("DEC 2024").last_day
datetime.date(2024, 12, 31)

The constructors trust what they are given: they are for values that were parsed before (rows of our own
storage). Everything from outside goes through `parse`, which raises `IdentifierError` and nothing else.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Self

from msgspec import Struct

from service.errors import ErrorCode, IdentifierError
from service.gs1.characters import fold, require_cset_82
from service.gs1.printed_dates import century, printed_date_readings, read_printed_date

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
_SEPARATORS = re.compile(r"[^A-Z0-9]+")
_SPACES = re.compile(r" {2,}")
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "B": "8"})
_DIGITS = re.compile(r"[0-9]+")

_KEPT = 8192
"""So many of the latest numbers, lots and dates are not worked out again: few products make most checks."""


@lru_cache(maxsize=_KEPT)
def check_digit(payload: str) -> str:
    """The GS1 check digit of `payload`, digits without it (GS1 General Specifications, 7.9.1).

    >>> check_digit("950600013435")
    '2'
    """
    weighted = 3 * sum(map(int, payload[::-2])) + sum(map(int, payload[-2::-2]))
    return str(-weighted % 10)


def is_gln(text: str) -> bool:
    """Whether a text is a Global Location Number: 13 digits, the last one their check digit.

    >>> is_gln("4012345000009"), is_gln("4012345000008")
    (True, False)
    """
    digits = len(text) == 13 and text.isascii() and text.isdigit()
    return digits and check_digit(text[:-1]) == text[-1]


class Gtin(Struct, frozen=True, order=True):
    """A Global Trade Item Number, always as 14 digits (GS1 General Specifications, 3.3.2)."""

    value: str

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a GTIN-8, -12, -13 or -14; single spaces or hyphens between its digits are typed habits.

        Raises GTIN_NOT_DIGITS, GTIN_LENGTH or GTIN_CHECK_DIGIT, and the codes of `characters.fold`.
        """
        digits = fold(text, field="gtin")
        if not digits.isdigit():
            digits = _BETWEEN_DIGITS.sub("", digits)
        if not digits.isdigit():
            raise IdentifierError(ErrorCode.GTIN_NOT_DIGITS, given=text, expected="digits only", field="gtin")
        if len(digits) not in (8, 12, 13, 14):
            raise IdentifierError(
                ErrorCode.GTIN_LENGTH,
                given=text,
                expected="8, 12, 13 or 14 digits",
                found=f"{len(digits)} digits",
                field="gtin",
            )
        right = check_digit(digits[:-1])
        if digits[-1] != right:
            raise IdentifierError(
                ErrorCode.GTIN_CHECK_DIGIT,
                given=text,
                expected=f"check digit {right}",
                found=f"check digit {digits[-1]}",
                field="gtin",
            )
        return cls(digits.zfill(14))


def _key(printed: str) -> str:
    """Upper case without separators; a text of nothing but separators stays, so that no key is empty."""
    upper = printed.upper()
    return upper if upper.isalnum() else _SEPARATORS.sub("", upper) or upper


def _require_length(text: str, length: int, field: str) -> None:
    if length > 20:
        raise IdentifierError(
            ErrorCode.TOO_LONG,
            given=text,
            expected="at most 20 characters",
            found=f"{length} characters",
            field=field,
        )


class Lot(Struct, frozen=True):
    """A batch or lot number (AI 10, X..20).

    `printed` is how it came, spaces inside included (real packs print `C3016 C3`). `written` tells two lots
    apart: upper case, without spaces, with all other marks. `key` finds candidates, alerts and recalls: upper
    case, marks removed too. `folded` also merges what eyes confuse (O 0, I L 1, S 5, B 8): it may raise
    caution and never counts as a match.
    """

    printed: str
    key: str
    folded: str

    def __str__(self) -> str:
        return self.printed

    @property
    def written(self) -> str:
        """What tells this lot from another: its characters, case and spaces aside."""
        return self.printed.upper().replace(" ", "")

    def is_written_as(self, recorded: "Lot") -> bool:
        """Whether this is the recorded lot: the same characters, or the same with every mark left out.

        >>> Lot.parse("1436").is_written_as(Lot.parse("143-6"))
        True
        >>> Lot.parse("14-36").is_written_as(Lot.parse("143-6"))
        False
        """
        written = self.written
        return written == recorded.written or (written == self.key == recorded.key)

    def marks_may_agree(self, recorded: "Lot") -> bool:
        """Whether the marks of two lots of one `key` may be one person's and another's way of writing them.

        One of them has no mark at a place where the other has one, or another mark there; a mark that stands
        elsewhere makes another lot.

        >>> Lot.parse("AB/123").marks_may_agree(Lot.parse("AB-12-3"))
        True
        >>> Lot.parse("14-36").marks_may_agree(Lot.parse("143-6"))
        False
        """
        mine, theirs = _mark_places(self.written), _mark_places(recorded.written)
        return self.key == recorded.key and (mine <= theirs or theirs <= mine)

    @staticmethod
    def parse(text: str) -> "Lot":
        """Read a typed, scanned or imported lot. Raises EMPTY, TOO_LONG or BAD_CHARACTER."""
        return _read_lot(text)


@lru_cache(maxsize=_KEPT)
def _read_lot(text: str) -> Lot:
    printed = _SPACES.sub(" ", fold(text, field="lot"))
    require_cset_82(printed, field="lot", spaces=True)
    _require_length(text, len(printed) - printed.count(" "), "lot")
    key = _key(printed)
    return Lot(printed, key, key.translate(_LOOK_ALIKES))


def _mark_places(written: str) -> frozenset[int]:
    """Behind how many letters and digits a mark stands."""
    places, passed = set(), 0
    for character in written:
        if character.isalnum():
            passed += 1
        else:
            places.add(passed)
    return frozenset(places)


class Serial(Struct, frozen=True):
    """A serial number (AI 21, X..20). Case counts: `printed` finds the unit, `key` only suggests one."""

    printed: str
    key: str

    def __str__(self) -> str:
        return self.printed

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a serial. Raises EMPTY, TOO_LONG or BAD_CHARACTER (a space inside is one)."""
        printed = fold(text, field="serial")
        require_cset_82(printed, field="serial")
        _require_length(text, len(printed), "serial")
        return cls.from_element(printed)

    @classmethod
    def from_element(cls, value: str) -> Self:
        """The value of an element string, whose characters and length were checked (`element_strings`)."""
        return cls(value, _key(value))


class Expiry(Struct, frozen=True):
    """The last day of use, or only its month (`day` None: printed 12/2024, or day 00 in AI 17)."""

    year: int
    month: int
    day: int | None = None

    def __post_init__(self) -> None:
        if not (
            1 <= self.year <= 9999
            and 1 <= self.month <= 12
            and (self.day is None or 1 <= self.day <= monthrange(self.year, self.month)[1])
        ):
            raise IdentifierError(
                ErrorCode.EXPIRY_IMPOSSIBLE,
                given=f"{self.year:04}-{self.month:02}-{self.day or 0:02}",
                expected="a day of the calendar",
                field="expiry",
            )

    def __str__(self) -> str:
        return self.printed_form

    @property
    def last_day(self) -> date:
        """The last day on which the product may be used (month only: the last of that month)."""
        return date(self.year, self.month, self.day or monthrange(self.year, self.month)[1])

    @property
    def yymmdd(self) -> str:
        """The six digits of AI 17, day 00 when only the month is known."""
        return f"{self.year % 100:02}{self.month:02}{self.day or 0:02}"

    @property
    def iso(self) -> str:
        """`last_day` as YYYY-MM-DD."""
        return self.last_day.isoformat()

    @property
    def printed_form(self) -> str:
        """YYYY-MM-DD, or YYYY-MM when no day was given."""
        month = f"{self.year:04}-{self.month:02}"
        return month if self.day is None else f"{month}-{self.day:02}"

    def agrees_with(self, other: "Expiry") -> bool:
        """Whether both may be the same date, compared at the coarser precision of the two."""
        if (self.year, self.month) != (other.year, other.month):
            return False
        return self.day is None or other.day is None or self.day == other.day

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a date as printed on packs or typed: YYMMDD, ISO, 12/2024, DEC 2024, 31 DEC 2024 and kin.

        Raises EXPIRY_UNREADABLE, EXPIRY_IMPOSSIBLE (31 February) or EXPIRY_AMBIGUOUS (05/06/2024: day or
        month first?), and the codes of `characters.fold`.
        """
        return cls(*read_printed_date(text))

    @classmethod
    def readings(cls, text: str) -> tuple[Self, ...]:
        """Every date that the text may be, the likeliest first; `parse` where there is one.

        Raises what `parse` raises, but EXPIRY_AMBIGUOUS.
        """
        return tuple(cls(*each) for each in printed_date_readings(text))

    @staticmethod
    def from_yymmdd(text: str, *, reference_year: int | None = None) -> "Expiry":
        """Read the value of AI 17; the century is the one nearest to `reference_year` (default: this year).

        GS1 General Specifications, 7.12: up to 50 years ahead, up to 49 years back.
        Raises EXPIRY_UNREADABLE unless six digits, EXPIRY_IMPOSSIBLE for no day of the calendar.
        """
        this_year = datetime.now(UTC).year if reference_year is None else reference_year
        return _read_yymmdd(text, this_year)

    @classmethod
    def from_record(cls, last_day: date, month_only: bool) -> Self:
        """The expiry that storage keeps as a date and a flag."""
        return cls(last_day.year, last_day.month, None if month_only else last_day.day)


@lru_cache(maxsize=_KEPT)
def _read_yymmdd(text: str, this_year: int) -> Expiry:
    if len(text) != 6 or not _DIGITS.fullmatch(text):
        raise IdentifierError(
            ErrorCode.EXPIRY_UNREADABLE, given=text, expected="six digits YYMMDD", field="expiry"
        )
    return Expiry(century(int(text[:2]), this_year), int(text[2:4]), int(text[4:]) or None)


class ProductIdentifier(Struct, frozen=True):
    """What was read together from one code or one typed line. At least a GTIN, a national number or a lot.

    `cpv` is AI 22, the consumer product variant. `national` are pairs of AI (710 to 717) and number.
    Raises NOT_A_PRODUCT when there is none of them.
    """

    gtin: Gtin | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    expiry: Expiry | None = None
    cpv: str | None = None
    national: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.gtin is None and self.lot is None and not self.national:
            raise IdentifierError(
                ErrorCode.NOT_A_PRODUCT, expected="a product number (GTIN) or a lot number", field="gtin"
            )
