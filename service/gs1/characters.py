"""Which characters may stand in an identifier: Unicode folded by NFKC, then an allow-list in ASCII.

Full-width digits and non-breaking spaces are folded to what they mean. What only looks like an allowed
character (a Cyrillic letter, zero-width space, right-to-left override, NUL) is refused by name and position,
because a reader cannot see the difference and a lookup would miss the record.
"""

import re
import unicodedata

from service.errors import ErrorCode, IdentifierError

CSET_82 = r"""!"%-?A-Z_a-z"""
"""GS1 AI encodable character set 82 (GS1 General Specifications, figure 7.11-1), as a regex class body."""

GROUP_SEPARATOR = "\x1d"
"""What a scanner sends for FNC1 between two element strings (GS1 General Specifications, 7.8.3)."""

MAX_TYPED = 200
"""Longest text taken for a single typed identifier, in characters, before it is normalised."""

_PRINTABLE = re.compile(r"[ -~]*")
_PRINTABLE_OR_SEPARATOR = re.compile(r"[ -~\x1d]*")


def fold(text: str, *, field: str | None = None, limit: int = MAX_TYPED, separators: bool = False) -> str:
    """NFKC, outer white space removed, and nothing left outside printable ASCII.

    `separators` lets FNC1's stand-in (0x1D) through, which only a scan may contain.
    Raises TOO_LONG above `limit` characters, BAD_CHARACTER naming the first offender, EMPTY for nothing.
    """
    if len(text) > limit:
        raise IdentifierError(
            ErrorCode.TOO_LONG,
            given=text[:80],
            expected=f"at most {limit} characters",
            found=f"{len(text)} characters",
            field=field,
        )
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    # str.strip() would also take a leading 0x1D, which is FNC1 and means something
    plain = plain.strip(" \t\r\n")
    allowed = _PRINTABLE_OR_SEPARATOR if separators else _PRINTABLE
    if not allowed.fullmatch(plain):
        raise _bad_character(text, allowed, field)
    if not plain:
        raise IdentifierError(ErrorCode.EMPTY, given=text, expected="at least one character", field=field)
    return plain


def _bad_character(text: str, allowed: re.Pattern[str], field: str | None) -> IdentifierError:
    """Name the first refused character as it came in, with its position counted from 1."""
    kept = text.strip(" \t\r\n")
    offset = text.find(kept)
    for position, character in enumerate(kept, start=offset + 1):
        if not allowed.fullmatch(unicodedata.normalize("NFKC", character)):
            return refused_character(text, character, position, field)
    return refused_character(text, kept[:1], offset + 1, field)


def refused_character(text: str, character: str, position: int, field: str | None) -> IdentifierError:
    """BAD_CHARACTER with the code point, its Unicode name and its place (counted from 1)."""
    name = unicodedata.name(character, "control character" if ord(character) < 0xA0 else "unnamed")
    return IdentifierError(
        ErrorCode.BAD_CHARACTER,
        given=text,
        expected="letters A to Z, digits and the punctuation of GS1 character set 82",
        found=f"U+{ord(character):04X} {name} at position {position}",
        field=field,
    )


def require_cset_82(text: str, *, field: str | None, spaces: bool = False) -> None:
    """Raise BAD_CHARACTER unless `text` (already folded) is all CSET 82, or also spaces when told so."""
    allowed = _CSET_82_OR_SPACE if spaces else _CSET_82_ONLY
    if allowed.fullmatch(text):
        return
    for position, character in enumerate(text, start=1):
        if not allowed.fullmatch(character):
            raise refused_character(text, character, position, field)


_CSET_82_ONLY = re.compile(f"[{CSET_82}]+")
_CSET_82_OR_SPACE = re.compile(f"[{CSET_82} ]+")
