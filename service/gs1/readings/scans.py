"""Scans that arrived damaged: separators lost or replaced, no AIM identifier, several in one field.

Every reading is marked with what was repaired. `tentative` are those of a text that may not be a scan at all.
"""

import itertools
import re
from collections.abc import Iterator

from msgspec.structs import replace

from service.errors import IdentifierError
from service.gs1.application_identifiers import Element, check_value
from service.gs1.characters import CSET_82, GROUP_SEPARATOR
from service.gs1.element_strings import check_format, find_ai
from service.gs1.identifiers import check_digit
from service.gs1.iso15434 import MARK
from service.gs1.keyboards import wedge
from service.gs1.reading import GS1_SYMBOLOGIES, GTIN_SYMBOLOGIES, Problem, Reading, ReadingKind
from service.gs1.readings.elements import joined, readings_of
from service.gs1.readings.splitting import Way, ways
from service.gs1.readings.words import find_labels
from service.gs1.repairs import Repair

SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_NOT_IN_VALUES = re.compile(f"(?:[^{CSET_82}\x1d])+")
_PERCENT = re.compile(
    r"%1d|&#(?:29|x1d);|\\x1d|\\u001d|_x001d_|<(?:GS|FNC1|0x1D|U\+001D|US|RS)>|\((?:GS|FNC1)\)|\{(?:GS|FNC1)\}|\[(?:GS|FNC1)\]|\^\]|0x1d",
    re.IGNORECASE,
)
_CONTROLS = {"RS": "\x1e", "GS": "\x1d", "EOT": "\x04", "1E": "\x1e", "1D": "\x1d", "04": "\x04"}
_CONTROL = re.compile(r"[{<\[(](RS|GS|EOT)[}>\])]|(?:%|\\x|\\u00)(1[DE]|04)", re.IGNORECASE)
_OPENING = re.compile(r"[(\[{<]\s*([0-9]{2,4})\s*[)\]}>]\s*:?")
_GTIN_FIRST = re.compile(r"\x1d?01([0-9]{14})")
_GTIN_AND_LOT = re.compile(r"([0-9]{13,14})([A-Za-z](?=.*[0-9])[A-Za-z0-9./-]{2,19})")
_AGAIN = re.compile(r"(?<!\][A-Za-z][0-9])(?=\](?:C1|e0|d2|d8|Q3|J1|d1|Q1|C0)|[(\[]01[)\]]|https?://)")
_LINES = re.compile(
    r"[\r\n]+|\s{2,}|\t+|(?<=\S) (?=\]|\(01\)|https?://)|(?<=^[0-9]{13}) (?=10|17)|(?<=^[0-9]{14}) (?=10|17)"
)
_MOST_SCANS = 4
_MOST_SPACED = 12
_FIRST_AIS = frozenset({"00", "01", "02", "10", "11", "17", "21", *(f"71{n}" for n in range(8))})
_MOST_CONTENT = 400


def damaged(text: str) -> Iterator[Reading]:
    """What a scan may say whose AIM identifier, GTIN or first element shows that it is one."""
    plain = text.strip(" \t\r\n")
    if len(plain) > _MOST_CONTENT or not (plain.isascii() or is_marked(plain)):
        return
    prefix = SYMBOLOGY.match(plain)
    symbology, content = (prefix[0], plain[3:]) if prefix else (None, plain)
    if symbology in GTIN_SYMBOLOGIES:
        return
    unmarked: frozenset[Repair] = frozenset()
    if symbology is not None and symbology not in GS1_SYMBOLOGIES:
        unmarked = frozenset({Repair.WITHOUT_FNC1})
    gtin = _GTIN_FIRST.match(content)
    surely = symbology in GS1_SYMBOLOGIES or (gtin is not None and gtin[1][-1] == check_digit(gtin[1][:-1]))
    if _OPENING.search(content):
        yield from bracketed(content, symbology, unmarked)
    elif " " in content or "-" in content:
        yield from _spaced(content, symbology, unmarked)
        if gtin is not None and surely and " " in content:  # groups, as in `0109506000134352 10 A1`
            grouped = unmarked | {Repair.SEPARATOR_SPELLED}
            yield from itertools.islice(
                _of_content(content.replace(" ", ""), symbology, grouped, tentative=False), 4
            )
    if not surely and not unmarked and not _begins_with_ai(content):
        return
    if not surely:
        unmarked |= {Repair.BARE_ELEMENTS}
    yield from _of_content(content, symbology, unmarked, tentative=not surely)


def in_envelope(text: str) -> str | None:
    """The text of an envelope of ISO/IEC 15434 whose control characters arrived as their names, with these.

    None for a text that is none, or in which nothing is spelled out.
    """
    if not text.startswith(MARK):
        return None
    plain = _CONTROL.sub(lambda named: _CONTROLS[(named[1] or named[2]).upper()], text)
    return plain if plain != text else None


def has_brackets(text: str) -> bool:
    """Whether a text holds AIs in brackets, two at least or one at its beginning."""
    openings = [each.start() for each in _OPENING.finditer(text)]
    return len(openings) > 1 or openings[:1] == [0]


def is_marked(text: str) -> bool:
    """Whether a text can be no lot: it has an AIM identifier, brackets, a link, or a GTIN first."""
    gtin = _GTIN_FIRST.match(text)
    right = gtin is not None and gtin[1][-1] == check_digit(gtin[1][:-1])
    marks = text.startswith(("]", "[)>", "urn:")) or "://" in text or GROUP_SEPARATOR in text
    return marks or right or has_brackets(text)


def _begins_with_ai(content: str) -> bool:
    return find_ai(content.removeprefix(GROUP_SEPARATOR)) is not None


def _of_content(
    content: str, symbology: str | None, repairs: frozenset[Repair], *, tentative: bool
) -> Iterator[Reading]:
    marked = _NOT_IN_VALUES.sub(GROUP_SEPARATOR, _PERCENT.sub(GROUP_SEPARATOR, content))
    if marked != content:
        repairs |= {Repair.SEPARATOR_SPELLED}
    # A scan that went twice into one field ends where its AIM identifier or FNC1 comes again.
    for way in ways(marked):
        for each in readings_of(way, ReadingKind.ELEMENT_STRING, symbology, None, repairs):
            yield replace(each, tentative=tentative)


def keyed(text: str) -> Iterator[Reading]:
    """What a scanner may have meant that types on another keyboard (`gs1.keyboards.wedge`)."""
    if not wedge.worth_trying(text):
        return
    for candidate in wedge.likely_meant(text):
        prefix = SYMBOLOGY.match(candidate.text)
        content = candidate.text[3:] if prefix else candidate.text
        if not candidate.faults or content.lower().startswith("http"):
            continue
        if content.startswith("("):
            yield from bracketed(content, prefix[0] if prefix else None, candidate.faults)
            continue
        for way in ways(_NOT_IN_VALUES.sub(GROUP_SEPARATOR, content))[:4]:
            for each in readings_of(
                way, ReadingKind.ELEMENT_STRING, prefix[0] if prefix else None, None, candidate.faults
            ):
                if each.identifier.gtin is not None:
                    yield each


def bracketed(
    text: str, symbology: str | None = None, repairs: frozenset[Repair] = frozenset()
) -> Iterator[Reading]:
    """Printed text with AIs in brackets of any kind, words around them, and elements that are impossible."""
    plain = _without_labels(text)
    openings = list(_OPENING.finditer(plain))[:40]
    if not openings or openings[0][1] not in _FIRST_AIS:
        return
    if text[:1] != "(":
        repairs |= {Repair.BARE_ELEMENTS}
    elements: list[Element] = []
    problems: list[Problem] = []
    ends = [*(opening.start() for opening in openings[1:]), len(plain)]
    for opening, end in zip(openings, ends, strict=True):
        ai, raw = opening[1], plain[opening.end() : end].strip(" \t\r\n,;|")
        value = raw.replace(" ", "").replace("\n", "").replace("\t", "")
        try:
            check_format(ai, value)
            check_value(ai, value)
        except IdentifierError as error:
            first = raw.split()[0] if raw.split() else ""
            if first != value and _holds(ai, first):
                elements.append((ai, first))
                repairs |= {Repair.WORDS_BESIDE}
            else:
                problems.append(Problem(ai, value, error.code, error.expected))
        else:
            elements.append((ai, value))
    if openings[0][1].startswith("71"):
        repairs |= {Repair.BARE_ELEMENTS}  # a national number needs a GTIN before it
    found = frozenset({Repair.ELEMENT_IMPOSSIBLE}) if problems else frozenset[Repair]()
    way = Way(tuple(elements), tuple(problems), found)
    yield from readings_of(way, ReadingKind.BRACKETED, symbology, None, repairs)


def _spaced(text: str, symbology: str | None, repairs: frozenset[Repair]) -> Iterator[Reading]:
    """AIs and values in turn with spaces or hyphens between them: `01 09506000134352 17 280430 10 A1`."""
    for parts in (text.split(), text.split("-")):
        if 2 < len(parts) <= _MOST_SPACED and len(parts) % 2 == 0:
            elements = tuple(zip(map(str.strip, parts[::2]), map(str.strip, parts[1::2]), strict=True))
            likely = elements[0][0] in _FIRST_AIS and all(ai.isdigit() for ai, _ in elements)
            if likely and all(_holds(ai, value) for ai, value in elements):
                more = repairs | {Repair.BARE_ELEMENTS}
                yield from readings_of(Way(elements), ReadingKind.BRACKETED, symbology, None, more)


def _without_labels(text: str) -> str:
    """The words for GTIN, LOT and the like are blanked: `LOT (10) A1 EXP (17) 280430`."""
    for label in reversed(find_labels(text)):
        if not _OPENING.match(text, max(label.start - 1, 0)):
            text = text[: label.start] + " " * (label.end - label.start) + text[label.end :]
    return text


def _holds(ai: str, value: str) -> bool:
    try:
        check_format(ai, value)
        check_value(ai, value)
    except IdentifierError:
        return False
    return bool(value)


def scans_in(text: str) -> list[str]:
    """The scans that went into one field one after the other, each once; an empty list for a single one."""
    if len(text) > 4 * _MOST_CONTENT:
        return []
    lines = [each.strip() for each in _LINES.split(text) if each and each.strip()]
    parts = [each for line in lines for each in _AGAIN.split(line) if each.strip()]
    if len(parts) == 1:
        gtin = _GTIN_FIRST.match(text)
        again = text.find("01" + gtin[1], gtin.end()) if gtin else -1
        parts = [text[:again], text[again:]] if again > 0 else parts
        glued = _GTIN_AND_LOT.fullmatch(parts[0])
        if glued and glued[1][-1] == check_digit(glued[1][:-1]):
            parts = [glued[1], glued[2]]
    return list(dict.fromkeys(parts)) if 1 < len(parts) <= _MOST_SCANS else []


def together(each: list[Reading]) -> Iterator[Reading]:
    """What several scans say: one pack's elements joined, else each by itself with the others as problems."""
    several = frozenset({Repair.SEVERAL_SCANS})
    elements = each[0].elements
    for other in each[1:]:
        both = joined(elements, other.elements)
        if both is None:
            yield from _apart(each, several)
            return
        elements = both
    repairs = several.union(*(one.repairs for one in each))
    problems = tuple(problem for one in each for problem in one.problems)
    yield from readings_of(Way(elements, problems), each[0].kind, each[0].symbology, each[0].host, repairs)


def packs_in(those: list[Reading]) -> list[str]:
    """The numbers of the packs that several scans name, one each, where these are several; else empty.

    What is the beginning of another scan was cut: it names no pack of its own.
    """
    named: dict[tuple[str, str, str], str] = {}
    for one in those:
        code = one.identifier
        lot, serial = code.lot.printed if code.lot else "", str(code.serial or "")
        if code.gtin is not None and (lot or serial):
            named.setdefault((code.gtin.value, lot, serial), f"{lot} {serial}".strip())
    whole = [each for each in named if not any(_begins(each, other) for other in named if other != each)]
    return [named[each] for each in whole] if len(whole) > 1 else []


def _begins(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    return all(whole.startswith(cut) for cut, whole in zip(one, other, strict=True))


def _apart(those: list[Reading], several: frozenset[Repair]) -> Iterator[Reading]:
    for one in those:
        yield replace(one, repairs=one.repairs | several)
