"""What GS1 Application Identifiers may hold and which may stand together.

`biip` knows each AI's length and character set. Here is what it leaves open: check digits as a refusal,
dates, country and currency codes, IBANs, required and excluded company (GS1 General Specifications,
sections 3, 4.13 and 4.14). The tables are facts of the standard in our own shorthand. Not looked into: the
inner grammar of coupons (8110, 8112) and the list of package types (7041), which no medicine bears.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache, lru_cache

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import check_digit
from service.gs1.iso.countries import countries
from service.gs1.iso.iso_codes import COUNTRIES, CURRENCIES
from service.gs1.printed_dates import current_century

Element = tuple[str, str]
"""An AI and its value, as carried."""

# AI: pieces of its value, in order. A piece is a length and a rule of `_RULES`; `*` is the rest; `?` marks
# pieces that may be missing; `.` is a piece that carries no rule of its own.
_PIECES = {
    ai: pieces.split()
    for ais, pieces in (
        ("00 8017 8018", "18k"),
        ("01 02 03", "14k"),
        ("11 12 13 15 16 17", "6e"),
        ("253 255", "13k *."),
        ("391n 393n", "3y *."),
        ("401 7023 8004 8010", "*g"),
        ("402", "17k"),
        ("410 411 412 413 414 415 416 417", "13k"),
        ("421", "3c *."),
        ("422 424 426", "3c"),
        ("423 425", "3c 3c? 3c? 3c? 3c?"),
        ("4300 4301 4302 4303 4304 4305 4306 4310 4311 4312 4313 4314 4315 4316 4320", "*p"),
        ("4307 4317", "2a"),
        ("4309", "10v 10l"),
        ("4321 4322 4323", "1b"),
        ("4324 4325", "6e 4T"),
        ("4326 7006", "6d"),
        ("7003", "6d 4t"),
        ("7007", "6d 6d?"),
        ("7011", "6d 4t?"),
        ("703n", "3C *."),
        ("7040", "3. 1q"),
        ("7241", "2M"),
        ("7250", "8D"),
        ("7251", "8D 4t"),
        ("7252", "1s"),
        ("7253 7254 7256 7257 7259", "*p"),
        ("7258", "3o"),
        ("8001", "4n 5n 3n 1w 1."),
        ("8003", "1z 13k *."),
        ("8006 8026", "14k 4P"),
        ("8007", "*i"),
        ("8008", "6d 2h 2m? 2m?"),
        ("8011", "*Z"),
        ("8013", "*G"),
        ("8014", "*U"),
    )
    for ai in ais.split()
}


def _is_day(digits: str, *, zero: bool = False) -> bool:
    year, month, day = current_century(int(digits[:-4])), int(digits[-4:-2]), int(digits[-2:])
    return 1 <= month <= 12 and (zero if day == 0 else day <= monthrange(year, month)[1])


def _is_time(digits: str) -> bool:
    return digits[:2] < "24" and digits[2:] < "60"


def _is_iban(text: str) -> bool:
    """ISO 13616: country, two check digits, modulo 97 over letters as numbers from 10."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    if text[:2] not in countries() and text[:2] != "XK":  # Kosovo, outside ISO 3166-1, has IBANs
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


_CSET_82_ORDER = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CHECK_PAIR_ORDER = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def _has_check_pair(text: str) -> bool:
    """GS1 General Specifications, 7.9.5: prime weights from the right, modulo 1021, two characters."""
    payload, pair = text[:-2], text[-2:]
    if not 1 <= len(payload) <= len(_PRIMES) or any(character not in _CSET_82_ORDER for character in payload):
        return False
    total = sum(_CSET_82_ORDER.index(c) * prime for c, prime in zip(payload[::-1], _PRIMES, strict=False))
    high, low = divmod(total % 1021, 32)
    return pair == _CHECK_PAIR_ORDER[high] + _CHECK_PAIR_ORDER[low]


_RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    ".": (lambda _: True, "a value"),
    "k": (lambda v: v[-1] == check_digit(v[:-1]), "a right check digit"),
    "d": (_is_day, "a date YYMMDD"),
    "e": (lambda v: _is_day(v, zero=True), "a date YYMMDD, day 00 for a whole month"),
    "D": (_is_day, "a date YYYYMMDD"),
    "t": (_is_time, "a time hhmm"),
    "T": (lambda v: v == "9999" or _is_time(v), "a time hhmm, or 9999 for none"),
    "h": (lambda v: v < "24", "an hour"),
    "m": (lambda v: v < "60", "minutes or seconds"),
    "c": (COUNTRIES.__contains__, "a country number of ISO 3166-1"),
    "C": (lambda v: v == "999" or v in COUNTRIES, "a country number of ISO 3166-1, or 999"),
    "a": (lambda v: v in countries(), "a country code of ISO 3166-1"),
    "y": (CURRENCIES.__contains__, "a currency number of ISO 4217"),
    "n": (lambda v: int(v) > 0, "a number above zero"),
    "z": (lambda v: v == "0", "0"),
    "b": (lambda v: v in "01", "0 or 1"),
    "w": (lambda v: v in "019", "0, 1 or 9"),
    "s": (lambda v: v in "0129", "0, 1, 2 or 9 (ISO/IEC 5218)"),
    "P": (lambda v: "00" < v[:2] <= v[2:], "piece and total, the piece no higher than the total"),
    "o": (lambda v: "0" < v[0] <= v[2], "position/total, the position no higher than the total"),
    "v": (lambda v: int(v) <= 1_800_000_000, "a latitude"),
    "l": (lambda v: int(v) <= 3_600_000_000, "a longitude"),
    "g": (lambda v: v[:4].isdigit() and len(v) >= 4, "a GS1 Company Prefix at the start"),
    "p": (lambda v: not re.search(r"%(?![0-9A-Fa-f]{2})", v), "percent signs only in percent-encoding"),
    "q": (lambda v: v.isalnum() or v in "-_", "an importer index"),
    "M": (lambda v: "01" <= v <= "10" or v >= "80", "an AIDC media type"),
    "Z": (lambda v: v == "0" or v[0] != "0", "a number without leading zeros"),
    "i": (_is_iban, "an IBAN"),
    "G": (lambda v: v[:4].isdigit() and _has_check_pair(v), "a right pair of check characters"),
    "U": (
        lambda v: v[:4].isdigit() and _has_check_pair(v) and not v.isdigit(),
        "a right pair of check characters",
    ),
}


@cache
def _pieces(ai: str) -> tuple[tuple[str, str, bool], ...]:
    """Length, rule, and whether it may be missing, of each piece of an AI's value."""
    written = _PIECES.get(ai) or _PIECES.get(ai[:3] + "n") or ()
    bare = [(each.rstrip("?"), each.endswith("?") or each == "*.") for each in written]
    return tuple((each[:-1], each[-1], optional) for each, optional in bare)


def has_rules(ai: str) -> bool:
    """Whether a value of this AI must do more than fit in length and characters (`check_value`)."""
    return bool(_pieces(ai))


def check_value(ai: str, value: str) -> None:
    """Raise unless `value`, of a length and character set that fit, also means something.

    GTIN_CHECK_DIGIT for a GTIN, EXPIRY_IMPOSSIBLE for AI 17, AI_VALUE_INVALID for all others.
    """
    pieces = _pieces(ai)
    if pieces:
        _check_pieces(ai, value, pieces, datetime.now(UTC).year)


@lru_cache(maxsize=8192)
def _check_pieces(ai: str, value: str, pieces: tuple[tuple[str, str, bool], ...], _year: int) -> None:
    """The same; kept for a year, because what six digits of a date mean depends on it."""
    start = 0
    for length, rule, optional in pieces:
        if start >= len(value) and optional:
            break
        part = value[start:] if length == "*" else value[start : start + int(length)]
        holds, expected = _RULES[rule]
        if length != "*" and len(part) != int(length):
            raise invalid_value(ai, value, f"{length} characters from position {start + 1}")
        if not holds(part):
            if rule == "k" and ai in ("01", "02", "03"):
                expected = f"check digit {check_digit(part[:-1])}"
            raise invalid_value(ai, value, expected)
        start += len(part)


def invalid_value(ai: str, value: str, expected: str) -> IdentifierError:
    """The refusal of one AI's value: the code is narrower where a person can act on it."""
    code, field = ErrorCode.AI_VALUE_INVALID, ai
    if ai == "01" and len(value) == 14 and value.isdigit():
        code, field = ErrorCode.GTIN_CHECK_DIGIT, "gtin"
    elif ai == "17" and len(value) == 6 and value.isdigit():
        code, field = ErrorCode.EXPIRY_IMPOSSIBLE, "expiry"
    return IdentifierError(code, given=value, expected=expected, found=f"({ai}){value}", field=field)


# Needed company: AIs (n is any digit), then alternatives, of which one must be there in full. An item's lot
# and dates (10, 11, 13, 15, 16, 17) also need a GTIN by the standard, but counted over all codes on the
# pack; a line of print that holds only lot and expiry is common, so they are let off.
_NEEDS = (
    ("02", "37"),
    ("12", "8020"),
    (
        "20 235 240 241 242 30 31nn 32nn 350n 351n 352n 356n 357n 36nn 422 423 424 425 426",
        "01 02 03 8006 8026",
    ),
    ("21 243 251 7020 7021 8012", "01 03 8006"),
    ("22 71n 8001 8014 8200", "01 8006"),
    ("250", "01+21 03+21 8006+21"),
    ("254", "414"),
    ("33nn 34nn 353n 354n 355n", "00 01"),
    ("37", "00+02 00+8026"),
    ("390n", "255 8020"),
    ("391n 8007", "8020 415"),
    ("392n 393n 395n", "30 31nn 32nn 35nn 36nn"),
    ("394n 8111", "255"),
    ("403 430n 431n 432n 433n 7041", "00"),
    ("415", "8020"),
    ("427", "422"),
    ("4303", "4302"),
    ("4313", "4312"),
    ("7001 7002 7003 7005 7006 7007 7008 7009 7010 7011 703n 8005 8008", "01 02 03 8006 8026"),
    ("7004", "10"),
    ("7020", "416"),
    ("7022", "7021"),
    ("723n", "01 8004"),
    ("7240", "01 8006"),
    ("7241 7242 725n 8019", "8017 8018"),
    ("8011", "8010"),
    ("8020", "415"),
    ("8026", "37"),
    ("8030", "00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"),
    ("804n", "01+21"),
    ("8041 8042 8043", "8040"),
)

# Forbidden company, either way round; within a pattern two different AIs exclude each other.
_EXCLUDES = (
    ("01", "02 03 255 37 8006"),
    ("02", "03 8026"),
    ("03", "37 235 8006 8026 7240"),
    ("21", "235"),
    ("255", "415 8006 8020 8026"),
    ("37", "8006"),
    ("390n", "391n 394n 8111"),
    ("392n", "393n 395n"),
    ("393n", "395n"),
    ("394n", "8111"),
    ("395n", "8005"),
    ("420", "421"),
    ("421", "4307"),
    ("422 423 424 425", "426"),
    ("4330", "4331"),
    ("4332", "4333"),
    ("7250", "7251"),
    ("7253 7254 7255", "7256 7259"),
    ("7256", "7259"),
    ("8006", "8026"),
    ("8017", "8018"),
)
_ONE_OF_A_KIND = re.compile(r"(3[1-6]\d|39[0-5])\d")

ON_MEDICINES = frozenset({"01", "10", "11", "17", "21", "22", "240", *(f"71{n}" for n in range(8))})
"""What packs of medicines bear. None of these excludes another, and a GTIN is all that they need."""


@cache
def _pattern(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(pattern.replace("n", r"\d") for pattern in patterns.split()))


def check_company(elements: Iterable[Element]) -> None:
    """Raise AI_COMBINATION unless these AIs may stand together (GS1 General Specifications, 4.13, 4.14)."""
    ais = {ai for ai, _ in elements}
    if "01" in ais and ais <= ON_MEDICINES:
        return
    excluded = exclusion(ais)
    if excluded is not None:
        raise _bad_company(excluded[0], f"no {excluded[1]} beside it")
    _check_kinds(ais)
    for some, alternatives in _NEEDS:
        needy = _present(some, ais)
        if needy and not any(
            all(_present(ai, ais) for ai in alternative.split("+")) for alternative in alternatives.split()
        ):
            raise _bad_company(needy, f"one of {alternatives} beside it")


def exclusion(ais: set[str]) -> tuple[str, str] | None:
    """Two of these AIs that may not stand together; None where all may."""
    return _exclusion(tuple(sorted(ais)))


@lru_cache(maxsize=4096)
def _exclusion(ais: tuple[str, ...]) -> tuple[str, str] | None:
    for some, others in _EXCLUDES:
        left = _present(some, ais)
        right = _present(others, ais) if left else None
        if left and right:
            return left, right
    return None


def _check_kinds(ais: set[str]) -> None:
    """One measure, one price: (3100) and (3103) would be two net weights."""
    kinds: dict[str, str] = {}
    for ai in sorted(ais):
        match = _ONE_OF_A_KIND.fullmatch(ai)
        if match and kinds.setdefault(match[1], ai) != ai:
            raise _bad_company(ai, f"no {kinds[match[1]]} beside it")


def _present(patterns: str, ais: Iterable[str]) -> str | None:
    pattern = _pattern(patterns)
    return next((ai for ai in sorted(ais) if pattern.fullmatch(ai)), None)


def _bad_company(ai: str, expected: str) -> IdentifierError:
    return IdentifierError(ErrorCode.AI_COMBINATION, given=f"({ai})", expected=expected, field=ai)
