"""Text as people paste it, in plain characters: what cannot be seen is left out, signs become ASCII.

>>> clean("OVA\\u200b2618").text, sorted(clean("RC\\u2013551").repairs)
('OVA2618', [<Repair.TYPOGRAPHY: 'typography'>])
"""

# ruff: noqa: RUF001 - that characters look like others is what this is about

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

from service.gs1.repairs import Repair

_LONGEST = 5000
"""Characters of a text that is looked at: more than a scan or a field may have."""


class Cleaned(Struct, frozen=True):
    """A text without invisible characters, and what was repaired in it."""

    text: str
    repairs: frozenset[Repair] = frozenset()


# Unseen, and not of category Cf: the combining grapheme joiner, Hangul fillers, Khmer and Mongolian signs,
# variation selectors.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
# These change the order in which a reader sees characters: they stay, and are refused by name.
_OVERRIDES = frozenset("\u202d\u202e")
_BREAKS = frozenset("\u2028\u2029\x85\x0b\x0c")
_DASHES = frozenset("\u2212\u2043\u02d7\u2796")
_BRACKETS = str.maketrans("【】〔〕「」『』〈〉《》〖〗", "[]" * 7)
_QUOTES = {**dict.fromkeys("“”„‟«»″〝〞〟", '"'), **dict.fromkeys("‘’‚‛‹›′`´", "'")}

# Letters that pass for Latin ones in print: Cyrillic, Greek, and a few signs (Unicode TR 39).
_ALIKE = str.maketrans(
    "АВСЕНІЈКМОРЅТХУӀԚԜ" + "авсԁеһіјкӏморԛѕтуԝхз" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "ανορτυχικω" + "Ѵѵ" + "ı",
    "ABCEHIJKMOPSTXYIQW" + "abcdehijkImopqstywx3" + "ABEZHIKMNOPTYX" + "avoptuxikw" + "Vv" + "i",
)


_SPACES = re.compile(r"(\s+)")


def clean(text: str) -> Cleaned:
    """The text in NFKC without what cannot be seen; dashes, quotes and other scripts' digits in ASCII.

    Invisible characters are no repair. Letters of other scripts stay as they are.
    """
    return Cleaned(text) if text.isascii() else _clean(text)


@lru_cache(maxsize=64)
def _clean(text: str) -> Cleaned:
    """The same for a text with other characters; kept for the texts that were asked for last."""
    plain = unicodedata.normalize("NFKC", text.replace("№", "#").translate(_BRACKETS))
    if len(plain) > _LONGEST:
        return Cleaned(text)  # one character may be written out as eighteen
    written = {each: _written(each) for each in set(plain)}
    repairs = frozenset(repair for _, repair in written.values() if repair is not None)
    return Cleaned("".join([written[each][0] for each in plain]), repairs)


@lru_cache(maxsize=8192)
def _written(character: str) -> tuple[str, Repair | None]:
    """A character in plain text (empty for what cannot be seen), and what that repairs."""
    if character.isascii():
        return character, None
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character)), Repair.OTHER_DIGITS
    if category == "Pd" or character in _DASHES:
        return "-", Repair.TYPOGRAPHY
    if character in _QUOTES:
        return _QUOTES[character], Repair.TYPOGRAPHY
    if character in _UNSEEN or (category == "Cf" and character not in _OVERRIDES):
        return "", None
    return ("\n" if character in _BREAKS else " " if category == "Zs" else character), None


def visible(text: str) -> str:
    """The text without what cannot be seen, and otherwise as it came: joiners, soft hyphens, marks of order.

    >>> visible("Test\\u00adavox™"), visible("میلی\\u200cلیتر")
    ('Testavox™', 'میلیلیتر')
    """
    if text.isascii():
        return text
    return "".join(
        each
        for each in text
        if each in _OVERRIDES or not (each in _UNSEEN or unicodedata.category(each) == "Cf")
    )


def in_latin(text: str) -> str | None:
    """The text with letters that only look Latin taken for these; None where nothing is changed.

    Only in words that hold digits or Latin letters.
    """
    latin = "".join(map(_word_in_latin, _SPACES.split(text)))
    return latin if latin != text else None


def _word_in_latin(word: str) -> str:
    mixed = any(character.isascii() and character.isalnum() for character in word)
    return word.translate(_ALIKE) if mixed else word
