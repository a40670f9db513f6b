r"""ISO/IEC 15434 envelopes: the German PPN on a DataMatrix (format 06), and GS1 data in one (format 05).

>>> elements(START + "06\x1d9N111234567842\x1d1TABC1\x1dD281031\x1dSX1\x1e\x04")
(('710', '12345678'), ('10', 'ABC1'), ('17', '281031'), ('21', 'X1'))

Format 06 names its fields with ASC MH10 data identifiers; the ones that German medicines carry become the
GS1 elements that mean the same (IFA coding specification for retail packs, section 5): 9N is the PPN, of
which the national number (PZN, AI 710) is a part; 8P is a GTIN, 1T the lot, D the expiry, S the serial.
"""

import re
from collections.abc import Callable

from service.errors import ErrorCode, IdentifierError
from service.gs1 import element_strings
from service.gs1.application_identifiers import Element, check_value, invalid_value
from service.gs1.characters import GROUP_SEPARATOR
from service.gs1.element_strings import Elements, check_format

START = "[)>\x1e"
"""How every envelope begins (ISO/IEC 15434, section 5.1); it ends with RS and EOT."""

MARK = "[)>"
"""The part of the start that no scanner setting loses."""

_ENVELOPE = re.compile(r"\[\)>\x1e?(05|06)\x1d([^\x1e\x04]*)\x1e?\x04?")
_FIELD = re.compile(r"([0-9]{0,3}[A-Z])(.+)")
_IFA = "11"
_PZN = re.compile("[0-9]{8}")


def elements(text: str) -> Elements:
    """The GS1 elements that an envelope holds. Fields that say nothing of a pack's identity are left out.

    Raises ELEMENT_STRING_INVALID, AI_VALUE_INVALID, GTIN_CHECK_DIGIT, EXPIRY_IMPOSSIBLE, AI_REPEATED, and
    for format 05 whatever `element_strings.parse` raises.
    """
    envelope = _ENVELOPE.fullmatch(text)
    if envelope is None or not envelope[2]:
        raise _broken(text, "an envelope of ISO/IEC 15434, format 05 or 06, from [)> to its end")
    if envelope[1] == "05":
        return element_strings.parse(envelope[2])
    values: dict[str, str] = {}
    for field in envelope[2].split(GROUP_SEPARATOR):
        parts = _FIELD.fullmatch(field)
        if parts is None:
            raise _broken(text, "fields that begin with a data identifier, such as 1T for the lot")
        reader = _FIELDS.get(parts[1])
        if reader is None:
            continue
        ai, value = reader(parts[2])
        if values.setdefault(ai, value) != value:
            raise IdentifierError(
                ErrorCode.AI_REPEATED,
                given=f"{parts[1]}{parts[2]}",
                expected=f"one field {parts[1]}",
                field=parts[1],
            )
    return tuple(values.items())


def _as(ai: str) -> Callable[[str], Element]:
    def read(value: str) -> Element:
        check_format(ai, value)
        check_value(ai, value)
        return ai, value

    return read


def _ppn(value: str) -> Element:
    """The PZN of a PPN: agency code 11, PZN, two check digits (IFA specification, section 4)."""
    number = value[2:-2]
    if value[:2] != _IFA or not _PZN.fullmatch(number) or value[-2:] != ppn_check_digits(value[:-2]):
        raise invalid_value("9N", value, "a PPN: 11, eight digits of the PZN, two right check digits")
    if not has_pzn_check_digit(number):
        raise invalid_value("9N", value, "a PZN whose last digit fits the others")
    return "710", number


def ppn_check_digits(payload: str) -> str:
    """The two digits after a PPN's `payload`: character codes weighted 2, 3, 4 …, modulo 97.

    >>> ppn_check_digits("1112345678")
    '42'
    """
    weighted = sum(weight * ord(character) for weight, character in enumerate(payload, start=2))
    return f"{weighted % 97:02}"


def has_pzn_check_digit(number: str) -> bool:
    """Whether the last of a PZN's eight digits is the others weighted 1 to 7, modulo 11 (never 10)."""
    return sum(weight * int(digit) for weight, digit in enumerate(number[:7], start=1)) % 11 == int(number[7])


_FIELDS: dict[str, Callable[[str], Element]] = {
    "9N": _ppn,
    "8P": _as("01"),
    "1T": _as("10"),
    "D": _as("17"),
    "S": _as("21"),
}


def _broken(text: str, expected: str) -> IdentifierError:
    return IdentifierError(ErrorCode.ELEMENT_STRING_INVALID, given=text, expected=expected)
