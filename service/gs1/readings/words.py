"""A text taken apart into words, and the labels among them found (`readings.labels`).

>>> [(each.field.value, each.start, each.end) for each in find_labels("LOT: A1 EXP 04/2028")]
[('lot', 0, 3), ('expiry', 8, 11)]
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from service.gs1.readings.labels import (
    AI_LABELS,
    INITIALS,
    LONGEST,
    LONGEST_UNSPACED,
    NATIONAL_WORDS,
    NUMBER_WORDS,
    WEAK,
    Field,
    fold,
    folded_label,
    unspaced_label,
)

_MOST_WORDS = 7
"""So many words make a label: `A se utiliza până la`."""

_JOINERS = re.compile(r"[ .\-_/#°'()&]{0,3}")
_BEHIND = re.compile(r"\s*[.:=#°/\n|]")
_AI_FIRST = re.compile(r"\s*01\s*[:=]\s*[0-9]{14}\b")
_COLON = re.compile(r"\s*[:=]")
_CONNECTORS = frozenset({"is", "ist", "est", "lautet"})


class Word(Struct, frozen=True):
    """A run of characters of one kind: `digit`, `latin`, `other` letters, `unspaced` (CJK, Hangul, Thai)."""

    start: int
    end: int
    folded: str
    kind: str


class FieldLabel(Struct, frozen=True):
    """A label in a text. `weak`: it may as well begin a lot. `glued`: no sign stands around it."""

    start: int
    end: int
    field: Field
    scheme: str = ""
    weak: bool = False
    glued: bool = False


@lru_cache(maxsize=8192)
def _kind(character: str) -> str:
    """The kind of word that a character belongs to; empty for signs and spaces."""
    if character.isascii():
        return "digit" if character.isdigit() else "latin" if character.isalpha() else ""
    if not (character.isalnum() or unicodedata.category(character)[0] == "M"):
        return ""
    code = ord(character)
    if (
        0x0E00 <= code <= 0x0EFF
        or 0x3040 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0x1100 <= code <= 0x11FF
    ):
        return "unspaced"
    return "latin" if code < 0x250 or 0x1E00 <= code <= 0x1EFF else "other"


def words(text: str) -> list[Word]:
    """The words of a text, in its order."""
    found: list[Word] = []
    start, kind = 0, ""
    for at, character in enumerate(text):
        here = _kind(character)
        if here != kind:
            if kind:
                found.append(Word(start, at, fold(text[start:at]), kind))
            start, kind = at, here
    if kind:
        found.append(Word(start, len(text), fold(text[start:]), kind))
    return found


@lru_cache(maxsize=64)
def find_labels(text: str) -> tuple[FieldLabel, ...]:
    """The labels of a text, the longest where several would do, none inside another.

    Kept for the texts that were asked for last: one is asked for several times while it is read.
    """
    parts = words(text)
    found: list[FieldLabel] = []
    at = 0
    while at < len(parts):
        word = parts[at]
        if word.kind == "unspaced":
            inside = list(_inside(text, word))
            at += 1
            if inside and inside[-1].end == word.end and at + 1 < len(parts):
                inside[-1], used = _with_number(text, inside[-1], parts[at])
                at += used
            found += inside
            continue
        label, used = _label_at(text, parts, at)
        if label is not None:
            found.append(label)
        at += used
    return tuple(found)


def _label_at(text: str, parts: list[Word], at: int) -> tuple[FieldLabel | None, int]:
    """The longest label that begins with the word at `at` or None, and how many words were used up."""
    first = parts[at]
    if first.kind == "digit":
        return _ai_at(text, parts, at), 1
    key, ends = "", []
    for number in range(min(_MOST_WORDS, len(parts) - at)):
        word = parts[at + number]
        if number and not _JOINERS.fullmatch(text, parts[at + number - 1].end, word.start):
            break
        key += word.folded
        if len(key) > LONGEST or word.kind == "unspaced":
            break
        ends.append((key, number))
    for folded, number in reversed(ends):
        field = folded_label(folded)
        if field is not None:
            label, used = _checked(text, parts, at, number, folded, field)
            if label is not None:
                return label, used
    initial = INITIALS.get(first.folded)
    if initial is not None and not _touches_before(parts, at) and _COLON.match(text, first.end):
        return FieldLabel(first.start, first.end, initial), 1
    return None, 1


def _ai_at(text: str, parts: list[Word], at: int) -> FieldLabel | None:
    """An AI as a label: `10: A1` at the beginning of a line, `AI 10: A1` anywhere."""
    word = parts[at]
    field = AI_LABELS.get(word.folded)
    named = (at > 0 and parts[at - 1].folded == "ai") or _AI_FIRST.match(text) is not None
    if field is None or not _COLON.match(text, word.end) or not (named or _begins_line(text, word.start)):
        return None
    return FieldLabel(word.start, word.end, field)


def _begins_line(text: str, at: int) -> bool:
    return not text[:at].strip(" ") or text[:at].rstrip(" ")[-1] in "\n\t|;,"


def _touches_before(parts: list[Word], at: int) -> bool:
    return at > 0 and parts[at - 1].end == parts[at].start


def _checked(
    text: str, parts: list[Word], at: int, number: int, folded: str, field: Field
) -> tuple[FieldLabel | None, int]:
    """The label, unless it hangs together with what stands around it: `LOT2618` may be a lot as it is."""
    last = at + number
    following = parts[last + 1] if last + 1 < len(parts) else None
    before, behind = _touches_before(parts, at), following is not None and following.start == parts[last].end
    foreign = parts[at].kind == "other"
    dated = field is Field.EXPIRY and folded not in WEAK
    announced = _COLON.match(text, parts[last].end) is not None  # `…52Lot: A1`: no lot holds a colon
    if before and not (foreign or announced or (dated and parts[at - 1].kind == "digit")):
        return None, 1
    if behind and not (foreign or (dated and following is not None and following.kind == "digit")):
        return None, 1
    end, used = parts[last].end, number + 1
    end, used = _with_number_word(text, parts, last, end, used)
    plain = text[parts[at].start : parts[last].end].isalnum() and not _BEHIND.match(text, parts[last].end)
    weak = folded in WEAK and plain
    glued = (before or behind) and not foreign
    scheme = NATIONAL_WORDS.get(folded, "")
    return FieldLabel(parts[at].start, end, field, scheme, weak, glued), used


def _with_number_word(text: str, parts: list[Word], last: int, end: int, used: int) -> tuple[int, int]:
    """The label with `No.`, `is` and the like behind it, if something is left to be the number."""
    if last + 2 < len(parts) and "\n" not in text[end : parts[last + 1].start]:
        word = parts[last + 1]
        numbered = word.folded in NUMBER_WORDS and len(text[word.end : parts[last + 2].start]) > 0
        signed = text[word.end : word.end + 1] in ("°", ".", ":", "#") or len(word.folded) > 1
        apart = text[word.end : parts[last + 2].start].strip(" ") != "" or len(word.folded) > 2
        if (numbered and signed and apart) or word.folded in _CONNECTORS:
            return word.end, used + 1
    return end, used


def _with_number(text: str, label: FieldLabel, word: Word) -> tuple[FieldLabel, int]:
    """The label with `No.` or a word for number behind it, and whether there was one."""
    numbered = word.folded in NUMBER_WORDS and text[label.end : word.start].strip(" ") == ""
    return (replace(label, end=word.end), 1) if numbered else (label, 0)


def _inside(text: str, word: Word) -> Iterator[FieldLabel]:
    """Labels inside a run of a script that puts no spaces between its words."""
    run, at = text[word.start : word.end], 0
    while at < len(run):
        for length in range(min(len(run) - at, LONGEST_UNSPACED), 0, -1):
            field = unspaced_label(run[at : at + length])
            if field is not None and (length > 1 or len(run) == 1):
                yield FieldLabel(word.start + at, word.start + at + length, field)
                at += length
                break
        else:
            at += 1
