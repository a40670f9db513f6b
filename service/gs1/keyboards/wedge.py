r"""What a scanner that types like a keyboard does to a code, undone where exactly one reading is left.

>>> from service.gs1.element_strings import parse
>>> recover("+d20109506000134352" + "10ABß1", lambda text: parse(text[3:])).reading
(('01', '09506000134352'), ('10', 'AB-1'))

Faults of settings, not of products: the computer expects another country's keyboard, caps lock is on, the
separator (FNC1, 0x1D) arrives spelled out or not at all. Every layout that could have typed the text is
tried, and every place where a lost separator could have been. When two readings fit, none is taken: a
wrong guess would judge a vial by another one's numbers.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Generic, TypeVar

from service.errors import ErrorCode, IdentifierError
from service.gs1.characters import GROUP_SEPARATOR
from service.gs1.identifiers import check_digit
from service.gs1.keyboards.layout import ACCENTS, US, KeyboardLayout
from service.gs1.keyboards.layouts import LAYOUTS
from service.gs1.keyboards.splits import splits_of
from service.gs1.repairs import Repair

T = TypeVar("T")

SHORTEST, LONGEST = 16, 400
"""How long a text may be that is tried: AI 01 with its GTIN, and far more than a medicine's code."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that the scanner may have meant (US characters, 0x1D), and what was wrong with it."""

    text: str
    faults: frozenset[Repair]
    layout: str = ""
    composed: bool = False
    """Whether an accented letter was taken for two keys, an accent and a letter, on this layout."""


@dataclass(frozen=True, slots=True)
class Recovered(Generic[T]):
    """The one reading left, the fewest faults that explain it, and the layouts that could have typed it."""

    reading: T
    faults: frozenset[Repair]
    layouts: tuple[str, ...]


# How scanners and programs write a separator that they cannot type. None of these can stand in a value
# (character set 82), but for those in < >, which no lot or serial was ever seen to hold.
_SPELLED_IN_FULL = re.compile(r"\^\]|[{\[](?:GS|FNC1)[}\]]|\\x1d|\\u001d|\\035|[|␝↔]", re.IGNORECASE)
_SPELLED = re.compile(rf"{_SPELLED_IN_FULL.pattern}|[\x1b\x1c]", re.IGNORECASE)
_IN_VALUES = re.compile(r"<(?:GS|FNC1|0x1D)>", re.IGNORECASE)
_PICTURED = str.maketrans(dict.fromkeys("␝↔\x1b\x1c", GROUP_SEPARATOR))

_PREFIX = re.compile(r"\](?:C1|e0|d2|d8|Q3|J1)\x1d?")
_CUT_PREFIX = re.compile(r"(?:C1|e0|d2|d8|Q3|J1)\x1d?01[0-9]{14}")
_GTIN_FIRST = re.compile(r"(?:01|\(01\))([0-9]{14})")
_LINK = re.compile(r"(?:\][Qd]1)?https?://")
_SIGNS = re.compile(rf"{_SPELLED_IN_FULL.pattern}|[\x00\x1b\x1c]", re.IGNORECASE)

_FIRST = frozenset("]0(h^{[\\|\x1d")  # of an AIM identifier, AI 01, a link, and of separators
_THEMSELVES = frozenset(" \x1d\t\r\n")
_MOST_BRANCHES = 64
_LONGEST_SPLIT = 120


def worth_trying(text: str) -> bool:
    """Whether a text that could not be read is as long as a code, and no printed text nor an envelope."""
    return SHORTEST <= len(text) <= LONGEST and "[)>" not in text and not text.lstrip().startswith("(")


def respelled(text: str) -> str | None:
    """The text with `<GS>` as the separator that it stands for; None where there is none."""
    return _IN_VALUES.sub(GROUP_SEPARATOR, text) if _IN_VALUES.search(text) else None


def recover(text: str, read: Callable[[str], T]) -> Recovered[T] | None:
    """The only reading that undoing the faults leaves; `read` reads one text, or raises IdentifierError.

    None when the text shows no sign of a scanner's setting. Raises SCANNER_SETTING when it does, and
    none or several readings are left.
    """
    likely = list(candidates(text))
    found: dict[T, list[Candidate]] = {}
    for explanations in _simplest_first(likely, text):
        found = found or _readings(explanations, read)
    if len(found) == 1:
        ((reading, those),) = found.items()
        return _explained(reading, those)
    if not found and not _SIGNS.search(text) and not any(_betrays_a_setting(each) for each in likely):
        return None
    raise IdentifierError(
        ErrorCode.SCANNER_SETTING,
        given=text,
        expected="a scanner set to this computer's keyboard, with FNC1 sent as the character 0x1D",
        found="more than one possible reading" if found else "no possible reading",
    )


def likely_meant(text: str) -> list[Candidate]:
    """The texts that the scanner may have meant, the simplest explanations first; each text once."""
    likely = list(candidates(text))
    ordered = (each for explanations in _simplest_first(likely, text) for each in explanations)
    found: dict[str, Candidate] = {}
    for each in ordered:
        known = found.get(each.text)
        if known is None or len(each.faults) < len(known.faults):
            found[each.text] = each
    return list(found.values())


def _explained(reading: T, those: list[Candidate]) -> Recovered[T]:
    fewest = min((each.faults for each in those), key=lambda faults: (len(faults), sorted(faults)))
    names = tuple(each.layout for each in those if each.layout and each.faults == fewest)
    return Recovered(reading, fewest, tuple(dict.fromkeys(names)))


def recover_on(layout: str, text: str, read: Callable[[str], T]) -> Recovered[T] | None:
    """The only reading of what a scanner typed on a layout (`KeyboardLayout.name`); None if there is none.

    Also where the text can be read as it stands: a German keyboard makes another valid lot of one with a Z.
    A text that this layout would not have changed, or could not have typed, is not its work.
    """
    known = [each for each in LAYOUTS if each.name == layout]
    likely = list(candidates(text, known))
    for explanations in _simplest_first(likely, text):
        found = _readings([each for each in explanations if each.layout], read)
        if len(found) == 1:
            ((reading, those),) = found.items()
            fewest = min((each.faults for each in those), key=lambda faults: (len(faults), sorted(faults)))
            return Recovered(reading, fewest, (layout,))
        if found:
            return None
    return None


def _simplest_first(likely: list[Candidate], text: str) -> Iterator[list[Candidate]]:
    """Where one explanation is far likelier than the next, it is asked first.

    A separator spelled out in full speaks for a keyboard on which its signs are where they should be. And
    a key of its own explains an accented letter better than two keys do.
    """
    if _SPELLED_IN_FULL.search(text):
        yield [each for each in likely if not each.layout]
    yield [each for each in likely if not each.composed]
    yield [each for each in likely if each.composed]


def _betrays_a_setting(candidate: Candidate) -> bool:
    """Whether undoing a fault has brought a right GTIN to light, whatever is wrong with the rest."""
    content = _PREFIX.sub("", candidate.text, count=1)
    return bool(candidate.faults) and _has_right_gtin(content)


def _has_right_gtin(content: str) -> bool:
    gtin = _GTIN_FIRST.match(content.removeprefix(GROUP_SEPARATOR))
    return gtin is not None and check_digit(gtin[1][:-1]) == gtin[1][-1]


def _readings(likely: list[Candidate], read: Callable[[str], T]) -> dict[T, list[Candidate]]:
    """What the candidates say, each reading with all that explains it; at most two, which are too many."""
    found: dict[T, list[Candidate]] = {}
    for version in (each for candidate in likely for each in _versions(candidate)):
        try:
            found.setdefault(read(version.text), []).append(version)
        except IdentifierError:
            continue
        if len(found) > 1:
            break
    return found


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a scanner's setting, and the layouts that could have typed what arrived."""

    faults: frozenset[Repair]
    layouts: tuple[str, ...] = ()


def diagnose(text: str, known: str) -> Diagnosis | None:
    """Compare what arrived with `known`, the element strings of a test code; None when it is another code.

    A code that holds the characters which layouts disagree on tells them apart better than any pack's.
    """
    lost = known.replace(GROUP_SEPARATOR, "")
    matches: list[Candidate] = []
    for candidate in candidates(text):
        content = _PREFIX.sub("", candidate.text, count=1).removeprefix(GROUP_SEPARATOR)
        if content == known:
            matches.append(candidate)
        elif content == lost:
            matches.append(replace(candidate, faults=candidate.faults | {Repair.SEPARATOR_LOST}))
    if not matches:
        return None
    fewest = min((each.faults for each in matches), key=lambda faults: (len(faults), sorted(faults)))
    names = dict.fromkeys(each.layout for each in matches if each.layout and each.faults == fewest)
    return Diagnosis(fewest, tuple(names))


_ALL = (US, *LAYOUTS)


def candidates(text: str, layouts: Iterable[KeyboardLayout] = _ALL) -> Iterator[Candidate]:
    """Every text that begins like a code and could have become this one on the way through a keyboard."""
    if layouts is _ALL:
        yield from _all_candidates(text)  # asked for more than once, where a text cannot be read as it came
    else:
        yield from _candidates(text, layouts)


@lru_cache(maxsize=64)
def _all_candidates(text: str) -> tuple[Candidate, ...]:
    return tuple(_candidates(text, _ALL))


def _candidates(text: str, layouts: Iterable[KeyboardLayout]) -> Iterator[Candidate]:
    stripped = text.strip(" \t\r\n")
    if _CUT_PREFIX.match(stripped) and _begins_like_a_code("]" + stripped, caps=False):
        yield Candidate("]" + stripped, frozenset({Repair.PREFIX_CUT}))
    pictured = stripped.translate(_PICTURED)
    flipped = "".join(map(_other_case, pictured))
    seen: set[tuple[str, str]] = set()
    for layout in layouts:
        name = "" if layout is US else layout.name
        for caps, typed, keys in _keyboards(pictured, flipped, layout):
            start = typed[: 2 if typed[:1] == "\0" else 1]
            if not _may_begin_a_code(start, keys):
                continue
            for meant, composed in _meant(typed, keys):
                plain = _SPELLED.sub(GROUP_SEPARATOR, meant)
                if (plain, name) in seen or not _begins_like_a_code(plain, caps=caps):
                    continue
                if name and plain == stripped:
                    continue  # this layout would not have changed anything
                seen.add((plain, name))
                faults = {Repair.CAPS_LOCK} if caps else set()
                if name:
                    faults.add(Repair.LAYOUT)
                if plain != meant or pictured != stripped or "\0" in text:
                    faults.add(Repair.SEPARATOR_SPELLED)
                yield Candidate(plain, frozenset(faults), name, composed)


@lru_cache(maxsize=65536)
def _may_begin_a_code(start: str, keys: KeyboardLayout) -> bool:
    return any(meant[:1] in _FIRST for meant, _ in _meant(start, keys))


def _keyboards(text: str, flipped: str, layout: KeyboardLayout) -> Iterator[tuple[bool, str, KeyboardLayout]]:
    """Caps lock off; on, so that letters change their case; on, so that every key is shifted (French)."""
    yield False, text, layout
    yield True, flipped, layout
    if layout is not US:
        yield True, text, layout.shifted


def _other_case(character: str) -> str:
    other = character.swapcase()
    return other if len(other) == 1 else character


def _begins_like_a_code(text: str, *, caps: bool) -> bool:
    """An AIM identifier of GS1 data, a link, or a GTIN with a right check digit.

    Only the letter of an AIM identifier can show that caps lock is on: without one it is not assumed.
    """
    if _PREFIX.match(text):
        return True
    if caps:
        return False
    return _has_right_gtin(text) or _LINK.match(text) is not None


def _meant(text: str, layout: KeyboardLayout) -> list[tuple[str, bool]]:
    """What the keys that typed `text` on this layout say on a US keyboard; nothing when it has no such key.

    With whether letters had to be taken apart for it. NUL is what some programs report for a dead key, and
    for a separator that the layout cannot type.
    """
    unlike = set(text) - _THEMSELVES
    if unlike <= layout.certain and "\0" not in text:
        return [(text.translate(layout.inverse), False)]
    strange = unlike - layout.typed
    if "\0" not in text and not all(_taken_apart(each, layout) for each in strange):
        return []
    composed, partial = False, [""]
    places = iter(range(len(text)))
    for at in places:
        character = text[at]
        options = list(layout.meant.get(character, ""))
        if character == "\0":
            options, used = _after_nul(text[at + 1 : at + 2], layout)
            if used:
                next(places, None)
        elif character in _THEMSELVES:
            options = [character]
        elif not options:
            options, composed = [_taken_apart(character, layout)], True
        partial = [each + option for each in partial for option in options if option]
        if not partial or len(partial) > _MOST_BRANCHES:
            return []
    return [(each, composed) for each in partial]


def typed_elsewhere(text: str) -> list[str]:
    """What the keys that typed a short text on other layouts say on a US keyboard, each once."""
    return list(dict.fromkeys(meant for layout in LAYOUTS for meant, _ in _meant(text, layout)[:1]))


def _after_nul(character: str, layout: KeyboardLayout) -> tuple[list[str], bool]:
    """What NUL and the character after it may say, and whether that character is used up by it."""
    separator = [] if layout.types_separator else [GROUP_SEPARATOR]
    if not character:
        return separator, False
    direct = layout.meant.get(character, "")
    if direct and character in layout.dead:
        return list(direct), True
    apart = _taken_apart(character, layout)
    if not apart:
        return separator, False
    return [apart, *(each + key for each in separator for key in direct)], True


def _taken_apart(character: str, layout: KeyboardLayout) -> str:
    """The dead key and the letter that make an accented letter, as their US characters; empty if none do."""
    if character.isascii():
        return ""
    parts = _decomposed(character)
    base, marks = parts[0], parts[1:]
    accents = [next((each for each in ACCENTS.get(mark, "") if each in layout.dead), "") for mark in marks]
    keys = [layout.inverse.get(ord(each), "") if each else "" for each in (*accents, base)]
    return "".join(keys) if marks and all(keys) else ""


@lru_cache(maxsize=8192)
def _decomposed(character: str) -> str:
    return unicodedata.normalize("NFD", character)


def _versions(candidate: Candidate) -> Iterator[Candidate]:
    """The candidate itself when it has separators, or needs none; else each place where they may be lost."""
    prefix = _PREFIX.match(candidate.text)
    start = prefix.end() if prefix else 0
    content = candidate.text[start:].removeprefix(GROUP_SEPARATOR)
    if GROUP_SEPARATOR in content or _LINK.match(candidate.text):
        yield candidate
        return
    for ends in splits_of(content) if len(content) <= _LONGEST_SPLIT else ((),):
        cut = [content[a:b] for a, b in zip((0, *ends), (*ends, len(content)), strict=True)]
        lost = {Repair.SEPARATOR_LOST} if len(cut) > 1 else set()
        text = candidate.text[:start] + GROUP_SEPARATOR.join(cut)
        yield replace(candidate, text=text, faults=candidate.faults | lost)
