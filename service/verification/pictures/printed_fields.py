"""Lot, expiry and serial in the lines of a print, each with what else it may be and where to look again.

The lines go through the readings of typed text with labels (`gs1.readings`). Nothing is looked up in records:
what is offered besides is what the recogniser itself held for possible. All of it is for a person to confirm
beside the pack: no verdict comes from here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from service.errors import IdentifierError
from service.gs1.identifiers import Lot
from service.gs1.misreads import places
from service.gs1.reading import MAX_SCAN, Reading
from service.gs1.readings.candidates import readings
from service.gs1.readings.labelled_text import only_labels
from service.gs1.readings.typed_lots import lot_repairs
from service.gs1.readings.words import find_labels
from service.gs1.repairs import Repair
from service.verification.pictures.print_reader import PrintedLine

UNSURE = 0.001
"""The share of the likelihood from which another reading makes a character unsure (`make bench-print`)."""

MOST_OFFERED = 2
"""Other spellings of a value that are offered."""

_LABEL_MATTERS = 0.02
"""A reading of a line with a label in it is preferred to those without from this share on: `L0T` is LOT."""

_SHORTEST_GLUED = 3
"""Letters of a label that hangs on a lot. A shorter one may as well begin the lot."""

_SHORTEST_LOT = 3
"""Characters of a lot: fewer are what is left of one, and every lot that is printed has a digit."""

_AMOUNT = re.compile(
    r"(?<![A-Za-z0-9])\d[\d.,-]*\s*(?:units?|u|iu|e|ml|mg|g|µg|mcg|kda|%|°|c)\b|°", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]*[a-zà-ÿ]{3,}")


class PrintedValue(Struct, frozen=True):
    """A value as it was read. `unsure`: places in it to look at again. `others`: other spellings, the
    likeliest first, at most `MOST_OFFERED`.
    """

    text: str
    unsure: tuple[int, ...] = ()
    others: tuple[str, ...] = ()


class PrintedFields(Struct, frozen=True):
    """What a print says of its pack. There is a lot always: without one a print identifies nothing."""

    lot: PrintedValue
    expiry: PrintedValue | None = None
    serial: PrintedValue | None = None


def printed_fields(lines: Sequence[PrintedLine]) -> PrintedFields | None:
    """What the lines say; None where they name no lot."""
    lines = [line for line in lines if _may_matter(_best(line))]
    chosen = [_best(line) for line in lines]
    values = _values(_text(lines, chosen))
    if "lot" not in values:
        return None
    shares: dict[str, dict[str, float]] = {name: defaultdict(float) for name in values}
    for others, share in _others(lines, chosen):
        for name, value in _values(_text(lines, others)).items():
            if name in shares:
                shares[name][value] += share
    return PrintedFields(**{name: _value(text, shares[name]) for name, text in values.items()})


def _may_matter(text: str) -> bool:
    """Whether a line may hold a lot or a date: with digits, and a label or neither words nor amounts; or a
    label alone, whose value stands beside it or below.
    """
    if not any(map(str.isdigit, text)):
        return bool(find_labels(text)) and only_labels(text)
    return bool(find_labels(text)) or not (_AMOUNT.search(text) or _WORD.search(text))


def _best(line: PrintedLine) -> str:
    """The likeliest reading of a line, among those with a label if there is a likely one."""
    likely = [text for text, share in line.readings if share >= _LABEL_MATTERS and find_labels(text)]
    return likely[0] if likely else line.readings[0][0]


def _others(lines: Sequence[PrintedLine], chosen: Sequence[str]) -> Iterator[tuple[list[str], float]]:
    """The lines with another reading of one of them, and its share. A label that was read stays one."""
    for at, line in enumerate(lines):
        labels = {each.field for each in find_labels(chosen[at])}
        for text, share in line.readings:
            if text != chosen[at] and labels == {each.field for each in find_labels(text)}:
                yield [*chosen[:at], text, *chosen[at + 1 :]], share


def _text(lines: Sequence[PrintedLine], texts: Sequence[str]) -> str:
    """The texts as a person would type them: a row a line."""
    rows: dict[int, list[str]] = defaultdict(list)
    for line, text in zip(lines, texts, strict=True):
        rows[line.row].append(text)
    return "\n".join(" ".join(rows[row]) for row in sorted(rows))[:MAX_SCAN]


def _values(text: str) -> dict[str, str]:
    reading = _reading(text)
    if reading is None:
        return {}
    code = reading.identifier
    found = {
        "lot": _without_label(code.lot) if code.lot else "",
        "expiry": code.expiry.printed_form if code.expiry else "",
        "serial": code.serial.printed if code.serial else "",
    }
    if len(_key(found["lot"])) < _SHORTEST_LOT or not any(map(str.isdigit, found["lot"])):
        return {}
    return {name: value for name, value in found.items() if value}


def _reading(text: str) -> Reading | None:
    try:
        return readings(text, most=1).best if text else None
    except IdentifierError:
        return None


def _without_label(lot: Lot) -> str:
    """The lot without a label that hangs on it: spaces are what a recogniser loses first."""
    for each in lot_repairs(lot.printed):
        behind = each.lot.printed if each.lot is not None and each.repairs == {Repair.LABEL_GLUED} else ""
        if behind and len(lot.printed) - len(behind) >= _SHORTEST_GLUED:
            return behind
    return lot.printed


def _value(text: str, shares: dict[str, float]) -> PrintedValue:
    """With the places in which another spelling differs; those that differ in their marks alone are one."""
    by_key: dict[str, tuple[float, str]] = {}
    for each, share in sorted(shares.items(), key=lambda found: -found[1]):
        known = by_key.setdefault(_key(each), (0.0, each))
        by_key[_key(each)] = (known[0] + share, known[1])
    by_key.pop(_key(text), None)
    likeliest = sorted(by_key.values(), key=lambda found: -found[0])
    unsure = {at for share, each in likeliest if share >= UNSURE for at in places(text, each)}
    return PrintedValue(text, tuple(sorted(unsure)), tuple(each for _, each in likeliest[:MOST_OFFERED]))


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper()))
