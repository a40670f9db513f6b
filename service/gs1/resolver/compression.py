"""Compressed GS1 Digital Link URIs: from a text in base64url to elements, and back.

GS1 Digital Link: Compression, section 4. The text is a string of bits: pairs of an AI, four bits a digit, and
its value; a letter among the first two digits stands for a whole sequence of AIs. Digits are packed as one
number; text has three bits that say which alphabet it is in, and its length.

>>> decompressed("AQnYUc1gmiCNV4JG").elements
(('01', '05412345000013'), ('10', 'ABC123'))
>>> compressed((("01", "05412345000013"), ("10", "ABC123")))
'AQnYUc1gmiCNV4JG'
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element
from service.gs1.element_strings import checked

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_INDEX = {character: number for number, character in enumerate(_ALPHABET)}
_MOST = 400
"""Characters: more than all elements of a medicine's link take."""

_SEQUENCES = (
    {"0A": ("01", "22"), "0B": ("01", "10"), "0C": ("01", "21"), "0D": ("01", "17"), "0E": ("01", "7003")}
    | {"0F": ("01", "30"), "1A": ("01", "10", "21", "17"), "1B": ("01", "15"), "1C": ("01", "11")}
    | {"1D": ("01", "16"), "1E": ("01", "91"), "1F": ("01", "10", "15")}
    | {"9A": ("8010", "8011"), "9B": ("8017", "8019"), "9C": ("8018", "8019"), "9D": ("414", "254")}
    | {f"2{'ABCDEF'[last]}": ("01", f"310{last}") for last in range(6)}
    | {f"3{'ABCDEF'[last]}": ("01", f"320{last}") for last in range(6)}
    | {f"A{last}": ("01", f"392{last}") for last in range(10)}
    | {f"C{last}": ("255", f"390{last}") for last in range(10)}
    | {f"C{'ABCD'[last]}": ("255", f"394{last}") for last in range(4)}
)
"""Sequences of AIs that two hexadecimal digits stand for."""

_ORDERS = (_SEQUENCES, _SEQUENCES | {"1A": ("01", "10", "17", "21")})
"""The standard's sequences; and with those that GS1's own toolkit writes: it sorts the AIs of each."""

_COMPONENT = re.compile(r"(\[\+)?([NXYZ])(\.\.)?([0-9]+)\]?")
_LOWER, _UPPER = "0123456789abcdef", "0123456789ABCDEF"
_KEY_VALUE = "F"
_LONGEST_AI = 4


@dataclass(frozen=True, slots=True)
class Decompressed:
    """What a compressed text carries. `others`: key=value pairs that are not GS1's, for the query."""

    elements: tuple[Element, ...]
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an AI's value: digits or text, of a fixed or a greatest length."""

    digits: bool
    fixed: bool
    length: int


class _NotRead(Exception):  # noqa: N818 (a step of reading, never raised to a caller)
    """The bits do not come out."""


class _Bits:
    """Reads bits from the left. _NotRead where there are too few."""

    def __init__(self, text: str) -> None:
        self._bits = "".join(f"{_INDEX[character]:06b}" for character in text)
        self._at = 0

    def number(self, count: int) -> int:
        """The next `count` bits as a number."""
        if self._at + count > len(self._bits):
            raise _NotRead
        piece = self._bits[self._at : self._at + count]
        self._at += count
        return int(piece or "0", 2)

    def digit(self) -> int:
        """The next digit of an AI."""
        return self.number(4)

    @property
    def at_end(self) -> bool:
        """Whether nothing but the zeros that fill the last character is left."""
        rest = self._bits[self._at :]
        return len(rest) < 8 and "1" not in rest


def decompressed(text: str) -> Decompressed:
    """Read a compressed text. IdentifierError(LINK_INVALID) for what is none."""
    if len(text) > _MOST or not text or any(character not in _INDEX for character in text):
        raise _broken(text)
    readings: list[Decompressed] = []
    for sequences in _ORDERS:
        try:
            found = _read(text, sequences)
            checked(list(found.elements))
        except _NotRead:
            continue
        except IdentifierError:
            readings.append(found)
        else:
            return found
    if not readings:
        raise _broken(text)
    return readings[0]


def _read(text: str, sequences: Mapping[str, tuple[str, ...]]) -> Decompressed:
    """Read a text by a table of sequences. _NotRead where its bits do not come out."""
    bits = _Bits(text)
    elements: list[Element] = []
    others: list[tuple[str, str]] = []
    while not bits.at_end:
        first, second = bits.digit(), bits.digit()
        head = f"{first:X}{second:X}"
        if head.isdigit():
            ai = _whole_ai(head, bits)
            elements.append((ai, _value(ai, bits)))
        elif head in sequences:
            elements += [(ai, _value(ai, bits)) for ai in sequences[head]]
        elif head.startswith(_KEY_VALUE):
            others.append(_key_and_value(second, bits))
        else:
            raise _NotRead
    if not elements and not others:
        raise _NotRead
    return Decompressed(tuple(elements), tuple(others))


def compressed(elements: Iterable[Element]) -> str:
    """Return elements as a compressed text, each AI by itself. an AI that is not GS1's keeps no value."""
    bits = "".join(chain.from_iterable(_bits_of(ai, value) for ai, value in elements))
    padded = bits + "0" * (-len(bits) % 6)
    return "".join(_ALPHABET[int(padded[at : at + 6], 2)] for at in range(0, len(padded), 6))


def _whole_ai(head: str, bits: _Bits) -> str:
    """An AI of two to four digits by its first two."""
    ai = head
    while not _parts(ai):
        if len(ai) == _LONGEST_AI:
            raise _NotRead
        ai += f"{bits.digit():X}"
    return ai


def _value(ai: str, bits: _Bits) -> str:
    return "".join(_read_part(part, bits) for part in _parts(ai))


def _read_part(part: _Part, bits: _Bits) -> str:
    if part.digits:
        length = part.length if part.fixed else bits.number(_bits_of_length(part.length))
        return _digits(bits, length)
    alphabet = bits.number(3)
    length = part.length if part.fixed else bits.number(_bits_of_length(part.length))
    if length > part.length:
        raise _NotRead
    return _read_text(alphabet, length, bits)


def _read_text(alphabet: int, length: int, bits: _Bits) -> str:
    if alphabet == 0:
        return _digits(bits, length)
    if alphabet in (1, 2):
        hexadecimal = _LOWER if alphabet == 1 else _UPPER
        return "".join(hexadecimal[bits.number(4)] for _ in range(length))
    if alphabet == 3:
        return "".join(_ALPHABET[bits.number(6)] for _ in range(length))
    if alphabet == 4:
        return "".join(chr(bits.number(7)) for _ in range(length))
    raise _NotRead


def _digits(bits: _Bits, length: int) -> str:
    """Digits that were packed as one number; zeros in front are part of the value."""
    if length == 0:
        return ""
    number = bits.number(_bits_of_digits(length))
    if number >= 10**length:
        raise _NotRead
    return f"{number:0{length}d}"


def _key_and_value(first: int, bits: _Bits) -> tuple[str, str]:
    """A pair that is not GS1's: its key's length in seven bits, of which four were read as a digit."""
    length = first << 3 | bits.number(3)
    key = "".join(_ALPHABET[bits.number(6)] for _ in range(length))
    alphabet, count = bits.number(3), bits.number(7)
    return key, _read_text(alphabet, count, bits)


def _bits_of(ai: str, value: str) -> Iterator[str]:
    yield from (f"{int(digit):04b}" for digit in ai)
    rest = value
    for part in _parts(ai):
        piece, rest = (rest[: part.length], rest[part.length :]) if part.fixed else (rest, "")
        size = "" if part.fixed else f"{len(piece):0{_bits_of_length(part.length)}b}"
        if part.digits:
            yield size + _packed(piece)
        else:
            yield from _text_bits(piece, size)


def _text_bits(piece: str, size: str) -> Iterator[str]:
    if piece.isdigit() or not piece:
        yield "000" + size + _packed(piece)
    elif all(character in _LOWER for character in piece):
        yield "001" + size + "".join(f"{_LOWER.index(character):04b}" for character in piece)
    elif all(character in _UPPER for character in piece):
        yield "010" + size + "".join(f"{_UPPER.index(character):04b}" for character in piece)
    elif all(character in _INDEX for character in piece):
        yield "011" + size + "".join(f"{_INDEX[character]:06b}" for character in piece)
    else:
        yield "100" + size + "".join(f"{ord(character):07b}" for character in piece)


def _packed(digits: str) -> str:
    return f"{int(digits):0{_bits_of_digits(len(digits))}b}" if digits else ""


def _bits_of_digits(count: int) -> int:
    greatest: int = 10**count - 1
    return greatest.bit_length()


def _bits_of_length(greatest: int) -> int:
    return greatest.bit_length()


@cache
def _parts(ai: str) -> tuple[_Part, ...]:
    """The parts of the value of an AI; none for what is not a whole AI of GS1's list."""
    # a local import: loading biip takes 0.15 s, which only the reader of a compressed link has to spend
    from biip import ParseError  # noqa: PLC0415
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier  # noqa: PLC0415

    try:
        known = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return ()
    if known.ai != ai:
        return ()
    found: list[_Part] = []
    for optional, kind, up_to, length in _COMPONENT.findall(known.format.partition("+")[2]):
        part = _Part(kind == "N", not (up_to or optional), int(length))
        if found and part.digits and part.fixed and found[-1].digits and found[-1].fixed:
            part = _Part(digits=True, fixed=True, length=found.pop().length + part.length)  # one number
        found.append(part)
    return tuple(found)


def _broken(text: str) -> IdentifierError:
    return IdentifierError(
        ErrorCode.LINK_INVALID,
        given=text,
        expected="a compressed GS1 Digital Link, whole",
        field="link",
    )
