r"""GS1 element strings: what a scanner sends, and the bracketed text printed beside a code.

>>> parse("010950600013435217251231" + "10ABC123\x1d21XYZ")
(('01', '09506000134352'), ('17', '251231'), ('10', 'ABC123'), ('21', 'XYZ'))
>>> parse_bracketed("(01) 09506000134352 (10) C3016 C3")
(('01', '09506000134352'), ('10', 'C3016C3'))

A strict shell around `biip`: it takes the element strings apart, and we refuse what it lets through. The
few AIs that medicines carry are read here, because `biip` takes 80 µs for a pack and 0.15 s to load, and
every verification passes this way. GS1 General Specifications, section 7.8.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import (
    Element,
    check_company,
    check_value,
    has_rules,
    invalid_value,
)
from service.gs1.characters import CSET_82, GROUP_SEPARATOR

Elements = tuple[Element, ...]

_ITEM_NUMBER = re.compile("[0-9]{14}")
_DATE = re.compile("[0-9]{6}")
_TEXT_20 = re.compile(f"[{CSET_82}]{{1,20}}")
_TEXT_30 = re.compile(f"[{CSET_82}]{{1,30}}")

_UP_TO_20 = (_TEXT_20, None, "1 to 20 characters of GS1 character set 82")

# AI: its value's pattern, the length when it needs no separator, and what the pattern means in words
_MEDICINE: dict[str, tuple[re.Pattern[str], int | None, str]] = {
    "01": (_ITEM_NUMBER, 14, "14 digits"),
    "11": (_DATE, 6, "six digits YYMMDD"),
    "17": (_DATE, 6, "six digits YYMMDD"),
    **dict.fromkeys(("10", "21", "22", *(f"71{n}" for n in range(8))), _UP_TO_20),
    "240": (_TEXT_30, None, "1 to 30 characters of GS1 character set 82"),
}

_FREE = frozenset({"10", "21", "22"})
"""Whose characters are all that can be wrong with their values: lot, serial, variant."""

# An element string of those on nearly every pack, and the separator behind it. What does not fit is taken
# apart by `_first`, which says why.
_COMMON = re.compile(
    f"(?:(01)([0-9]{{14}})|(1[17])([0-9]{{6}}))\x1d?|(10|21)([{CSET_82}]{{1,20}})(?:\x1d|\\Z)"
)

_DIGITS = re.compile("[0-9]{2,4}")
_FREE_FORMAT = re.compile(r"N[2-4]\+X\.\.([0-9]+)")
_OPENING = re.compile(r"(?<!\\)\(([0-9]{2,4})\)")
_MAX_ELEMENTS = 40


def parse(text: str) -> Elements:
    """Take apart element strings with FNC1 as 0x1D; one before the first and after the last is tolerated.

    `text` is folded already. A repeated AI with the same value is kept once. Raises
    ELEMENT_STRING_INVALID, AI_UNKNOWN, AI_VALUE_INVALID, GTIN_CHECK_DIGIT, EXPIRY_IMPOSSIBLE, AI_REPEATED
    or AI_COMBINATION.
    """
    at = 1 if text.startswith(GROUP_SEPARATOR) else 0
    if at == len(text):
        raise _broken(text, "at least one Application Identifier and its value")
    elements: list[Element] = []
    while at < len(text):
        if len(elements) >= _MAX_ELEMENTS:
            raise _broken(text, f"at most {_MAX_ELEMENTS} element strings")
        common = _COMMON.match(text, at)
        if common is not None and common.lastindex is not None:
            elements.append((common[common.lastindex - 1], common[common.lastindex]))
            at = common.end()
            continue
        ai, value, length = _first(text[at:])
        elements.append((ai, value))
        at += length
        at += text.startswith(GROUP_SEPARATOR, at)
    return checked(elements)


def parse_bracketed(text: str) -> Elements:
    r"""Take apart human readable text such as `(01)09506000134352(17)251231(10)ABC123`.

    Spaces are how people print it and carry nothing. A bracket inside a value stands if it does not look
    like an AI and closes again; `\(` always stands for a bracket in a value. Raises as `parse` does.
    """
    plain = text.replace(" ", "")
    openings = list(_OPENING.finditer(plain))
    if not openings or openings[0].start() != 0 or len(openings) > _MAX_ELEMENTS:
        raise _broken(text, "an Application Identifier in brackets at the start, such as (01)")
    ends = [*(opening.start() for opening in openings[1:]), len(plain)]
    elements: list[Element] = []
    for opening, end in zip(openings, ends, strict=True):
        ai, raw = opening[1], plain[opening.end() : end]
        if not _balanced(raw):
            raise _broken(text, "every bracket closed")
        value = raw.replace("\\(", "(").replace("\\)", ")")
        if not value:
            raise invalid_value(ai, value, "a value")
        check_format(ai, value)
        elements.append((ai, value))
    return checked(elements)


def checked(elements: list[Element]) -> Elements:
    """The elements once each, when every value and the company they keep are right."""
    values: dict[str, str] = {}
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            raise IdentifierError(
                ErrorCode.AI_REPEATED,
                given=f"({ai}){values[ai]}({ai}){value}",
                expected=f"one value for AI {ai}",
                field=ai,
            )
        if ai not in _FREE:
            check_value(ai, value)
    unique = tuple(values.items())
    check_company(unique)
    return unique


def check_format(ai: str, value: str) -> None:
    """Raise AI_UNKNOWN or AI_VALUE_INVALID unless the whole value has the length and characters of the AI."""
    known = _MEDICINE.get(ai)
    if known:
        pattern, _, expected = known
        if not pattern.fullmatch(value):
            raise invalid_value(ai, value, expected)
    else:
        definition = _definition(ai)
        if definition is None or definition.ai != ai:
            raise _unknown(ai)
        if not definition.pattern.fullmatch(ai + value):
            raise invalid_value(ai, value, definition.format)


def _first(rest: str) -> tuple[str, str, int]:
    """AI and value of the first element string, and the characters that both take."""
    ai, fixed = ai_at(rest)
    if fixed is None:
        end = rest.find(GROUP_SEPARATOR)
        value = rest[len(ai) :] if end < 0 else rest[len(ai) : end]
    else:
        value = rest[len(ai) : len(ai) + fixed]
    check_format(ai, value)
    return ai, value, len(ai) + len(value)


def ai_at(rest: str) -> tuple[str, int | None]:
    """The AI that `rest` begins with, and its value's length when it needs no separator. Or AI_UNKNOWN."""
    known = find_ai(rest)
    if known is None:
        raise _unknown(rest[:4])
    return known


def find_ai(rest: str) -> tuple[str, int | None] | None:
    """The same; None where `rest` begins with no AI."""
    digits = _DIGITS.match(rest)
    return _ai_of(digits[0]) if digits else None


@lru_cache(maxsize=16384)
def _ai_of(digits: str) -> tuple[str, int | None] | None:
    """The AI that two to four digits begin with, and its value's length when it needs no separator."""
    for ai in (digits[:2], digits[:3]):
        known = _MEDICINE.get(ai)
        if known:
            return ai, known[1]
    definition = _definition(digits)
    return (definition.ai, definition.fixed) if definition else None


@lru_cache(maxsize=1024)
def free_length(ai: str) -> int | None:
    """How long a value may be of an AI for which any characters of set 82 are right; None for all others."""
    definition = None if ai in _FREE or has_rules(ai) else _definition(ai)
    free = _FREE_FORMAT.fullmatch(definition.format) if definition else None
    return int(free[1]) if free else 20 if ai in _FREE else None


@dataclass(frozen=True, slots=True)
class _Definition:
    """One AI: the pattern of AI and value together, its format in GS1's notation, a predefined length."""

    ai: str
    pattern: re.Pattern[str]
    format: str
    fixed: int | None


@lru_cache(maxsize=32768)
def _definition(start: str) -> _Definition | None:
    """What `biip` knows of the AI that these (up to four) digits begin with."""
    # a local import: loading biip takes 0.15 s, which a program that reads only medicines need not spend
    from biip import ParseError  # noqa: PLC0415
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier  # noqa: PLC0415

    try:
        known = GS1ApplicationIdentifier.extract(start)
    except ParseError:
        return None
    # predefined lengths are written as in N2+N14 (GS1 General Specifications, figure 7.8.5-2)
    fixed = None if known.separator_required else int(known.format.rpartition("N")[2])
    return _Definition(known.ai, re.compile(known.pattern), known.format, fixed)


def _balanced(value: str) -> bool:
    """Whether no bracket is left open. Escaped ones are data; so is a lone closing one (`ABC)`)."""
    bare = value.replace("\\(", "")
    return bare.count("(") <= bare.count(")")


def _unknown(ai: str) -> IdentifierError:
    return IdentifierError(ErrorCode.AI_UNKNOWN, given=ai, expected="a GS1 Application Identifier", field=ai)


def _broken(text: str, expected: str) -> IdentifierError:
    return IdentifierError(ErrorCode.ELEMENT_STRING_INVALID, given=text, expected=expected)
