r"""Labelled text, as packs print it and QR codes of some countries hold it: lines, pipes, JSON, any order.

>>> best = labelled("GTIN: 09506000134352\nBatch no.: OVA2618 | EXP 04/2028")[0]
>>> best.gtin.value, best.lot.printed, best.expiry.printed_form, best.repairs
('09506000134352', 'OVA2618', '2028-04', frozenset())

A label that stands before its value, apart from it, is unambiguous: nothing was repaired. Labels behind their
values, glued to them, or missing are repairs.
"""

import itertools
import json
import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Gtin
from service.gs1.reading import Problem
from service.gs1.readings.labels import AI_LABELS, NATIONAL_WORDS, NUMBER_WORDS, Field, fold, folded_label
from service.gs1.readings.pack_fields import (
    Fields,
    Option,
    combined,
    expiry_options,
    gtin_options,
    is_placeholder,
    lot_of,
    lot_options,
    lots_beside_dates,
    national_options,
    serial_options,
    trimmed,
)
from service.gs1.readings.words import FieldLabel, find_labels
from service.gs1.repairs import Repair

_BREAK = re.compile(r"[\n\r\t|;¦]")
_LEADING = re.compile(r"[\s\\~•·●▪⇒➜→.:=#№°\u05f3\u05f4>)\]*'\"|;,¦\-&]*")
_COMMA = re.compile(r",(?=\s|[^\W\d_]{2,}\s*[:=])|,$|(?<=\w)&(?=\w+=)")
_NATIONAL_NUMBER = re.compile(r"\s*A?[0-9][0-9 .*-]*(?![A-Za-z0-9])")
_MOST_DIGITS = {"PZN": 8, "CIP": 13, "CN": 7, "NDC": 11, "AIC": 9}
_LINE = re.compile(r"[\r\n]+")
_COLUMNS = ("\t", ";", "|", ",")
_MOST_LABELS = 60
_MEMBER_NAMES = ("ai", "AI", "key", "name", "label", "field")
_NUMBER_MEMBERS = NUMBER_WORDS | {"value", "text", "date"}
_MOST_DEPTH, _MOST_MEMBERS = 5, 200

_Pairs = list[tuple[FieldLabel, str]]


def labelled(text: str) -> list[Fields]:
    """What a labelled text says, the likeliest first; an empty list for a text without labels."""
    if text[:1] in ("{", "["):
        pairs = _of_json(text)
        if pairs is not None:
            return _fields(pairs, [])
    table = _of_table(text)
    if table is not None:
        return _fields(table, [])
    labels = find_labels(text)
    if not labels or len(labels) > _MOST_LABELS:
        return []
    if all(each.weak for each in labels) and len(labels) == 1:
        return _weakly(text, labels[0])
    found = _fields(*_forwards(text, labels))
    named = [each for each in found if each.lot or each.gtin or each.national]
    behind = _backwards(text, labels)
    if behind is not None:
        those = _fields(*behind)
        found = (
            found + _repaired(those, Repair.LABEL_BEHIND) if named else _repaired(those, Repair.LABEL_BEHIND)
        )
    return found


def only_labels(text: str) -> bool:
    """Whether a text is nothing but labels, and what says that there is nothing: `Lot: N/A`."""
    labels = find_labels(text)
    if not labels:
        return is_placeholder(text)
    pairs, rest = _forwards(text, labels)
    return not rest and all(is_placeholder(value) for _, value in pairs)


def _repaired(those: list[Fields], repair: Repair) -> list[Fields]:
    return [replace(each, repairs=each.repairs | {repair}) for each in those]


def _weakly(text: str, label: FieldLabel) -> list[Fields]:
    """`BN 2618` may be a lot as it stands: what follows is another reading of it."""
    pairs, rest = _forwards(text, [label])
    return _repaired(_fields(pairs, rest), Repair.LABEL_AMBIGUOUS) if not text[: label.start].strip() else []


def _forwards(text: str, labels: Sequence[FieldLabel]) -> tuple[_Pairs, list[str]]:
    """Each label with what stands behind it, and what belongs to none."""
    pairs: _Pairs = []
    rest = _pieces(text[: labels[0].start])
    for number, label in enumerate(labels):
        end = labels[number + 1].start if number + 1 < len(labels) else len(text)
        behind = text[label.end : end]
        start = _LEADING.match(behind).end()  # type: ignore[union-attr]
        stop = _BREAK.search(behind, start)
        value = behind[start : stop.start() if stop else len(behind)]
        comma = _COMMA.search(value)
        if comma and not (
            label.field is Field.EXPIRY and re.match(r",\s*(?:19|20)?\d\d\b", value[comma.start() :])
        ):
            rest += _pieces(value[comma.end() :])
            value = value[: comma.start()]
        if label.field is Field.NATIONAL:
            value, beside = _number_and_rest(label.scheme, value)
            rest += beside
        pairs.append((label, trimmed(value)))
        if stop:
            rest += _pieces(behind[stop.end() :])
    return pairs, rest


def _number_and_rest(scheme: str, value: str) -> tuple[str, list[str]]:
    """A national number, and what stands behind it without a label: `PZN 12345678 A1`."""
    match = _NATIONAL_NUMBER.match(value)
    number = match[0].rstrip() if match else ""
    if sum(map(str.isdigit, number)) > _MOST_DIGITS.get(scheme, 20):
        number = number.split()[0]
    return (number, _pieces(value[len(number) :])) if number else (value, [])


def _backwards(text: str, labels: Sequence[FieldLabel]) -> tuple[_Pairs, list[str]] | None:
    """Each label with what stands before it; None where something stands behind the last one."""
    if text[labels[-1].end :].strip(" .:)]}*#'\"\t\r\n-") or not text[: labels[0].start].strip():
        return None
    pairs: _Pairs = []
    start = 0
    for label in labels:
        pieces = [each for each in _pieces(text[start : label.start]) if any(map(str.isdigit, each))]
        pairs.append((label, pieces[-1] if pieces else ""))
        start = label.end
    return pairs, []


def _pieces(text: str) -> list[str]:
    """The parts of a text between line breaks, pipes and the like."""
    return [plain for each in re.split(r"[\n\r\t|;¦]|,\s", text) if (plain := trimmed(each))]


def _fields(pairs: _Pairs, rest: list[str]) -> list[Fields]:
    """What the labelled values and the unlabelled rest mean together, the likeliest first."""
    pairs = _settled(pairs)
    options = [each for label, value in _paired(pairs) for each in _options_of(label, value)]
    had = {label.field for label, value in pairs if value}
    glued = any(label.glued for label, _ in pairs)
    options += _unlabelled(rest, had)
    merged, clash = _merged([each for each in options if each])
    found = list(combined(merged))
    if clash:
        found = [replace(each, problems=(*each.problems, clash)) for each in found]
    return _repaired(found, Repair.LABEL_GLUED) if glued else found


def _settled(pairs: _Pairs) -> _Pairs:
    """`Seri No` is the lot where another label announces the serial, the serial where one does the lot."""
    said = {label.field for label, value in pairs if value}
    if {Field.LOT, Field.SERIAL} & said and Field.LOT_OR_SERIAL in said:
        other = Field.SERIAL if Field.LOT in said else Field.LOT
        return [
            (replace(label, field=other) if label.field is Field.LOT_OR_SERIAL else label, value)
            for label, value in pairs
        ]
    return pairs


def _paired(pairs: _Pairs) -> _Pairs:
    """`LOT/EXP A1 04/2028`: two labels side by side, and behind them what both announce."""
    for at, ((one, empty), (other, value)) in enumerate(itertools.pairwise(pairs)):
        if not empty and value and {one.field, other.field} == {Field.LOT, Field.EXPIRY}:
            beside = lots_beside_dates(value)
            if beside:
                lot = replace(one, field=Field.LOT)
                return [*pairs[:at], (lot, value), *pairs[at + 2 :]]
    return pairs


def _options_of(label: FieldLabel, value: str) -> Iterator[list[Option]]:
    match label.field:
        case Field.GTIN:
            yield gtin_options(value, certain=True)
        case Field.PRODUCT_CODE:
            yield gtin_options(value, certain=False)
        case Field.LOT:
            yield lot_options(value)
        case Field.SERIAL:
            yield serial_options(value)
        case Field.LOT_OR_SERIAL:
            unsure = frozenset({Repair.LABEL_AMBIGUOUS})
            both = lot_options(value) + serial_options(value)
            yield [replace(each, repairs=each.repairs | unsure) for each in both]
        case Field.EXPIRY:
            yield expiry_options(value)
        case Field.NATIONAL:
            yield national_options(label.scheme, value)
        case Field.OTHER:
            pass


def _merged(options: list[list[Option]]) -> tuple[list[list[Option]], Problem | None]:
    """Values of one field that was named twice as options of that field; whether two of them differ."""
    by_name: dict[str, list[Option]] = {}
    others: list[list[Option]] = []
    clash: Problem | None = None
    for those in options:
        first = those[0].fields
        name = next((each for each in ("gtin", "lot", "serial", "expiry") if getattr(first, each)), "")
        if not name or first.national:
            others.append(those)
            continue
        known = by_name.setdefault(name, [])
        if known and getattr(known[0].fields, name) != getattr(first, name):
            ai = {"gtin": "01", "lot": "10", "serial": "21", "expiry": "17"}[name]
            clash = Problem(ai, str(getattr(first, name)), ErrorCode.AI_REPEATED, f"one {name}")
        known += [each for each in those if each not in known]
    return [*by_name.values(), *others], clash


def _unlabelled(rest: list[str], had: set[Field]) -> Iterator[list[Option]]:
    """What stands without a label beside labelled values: a GTIN or a lot, where none was labelled."""
    without = frozenset({Repair.WITHOUT_LABEL})
    for text in rest:
        if not {Field.GTIN, Field.PRODUCT_CODE} & had and _is_gtin(text):
            had.add(Field.GTIN)
            yield [replace(each, repairs=each.repairs | without) for each in gtin_options(text, certain=True)]
        elif not {Field.LOT, Field.LOT_OR_SERIAL} & had and any(map(str.isdigit, text)) and _like_a_lot(text):
            had.add(Field.LOT)
            yield [replace(each, repairs=each.repairs | without) for each in lot_options(text)]


def _like_a_lot(text: str) -> bool:
    return text.isascii() and len(text.split()) < 4 and lot_of(text) is not None


def _is_gtin(text: str) -> bool:
    if len(text) < 12 or not text.isascii():
        return False
    try:
        return bool(Gtin.parse(text))
    except IdentifierError:
        return False


def unlabelled(text: str) -> list[Fields]:
    """GTIN, lot, expiry and serial between pipes, commas, tabs or on lines, without any label."""
    pieces = _pieces(text)
    pieces = pieces if len(pieces) > 1 else [trimmed(each) for each in text.split(",") if trimmed(each)]
    if not 2 <= len(pieces) <= 8:
        return []
    gtins = [each for each in pieces if _is_gtin(each)]
    dated = [(each, expiry_options(each)) for each in pieces if each not in gtins and re.search(r"\d", each)]
    dates = [(each, those) for each, those in dated if those[0].fields.expiry is not None]
    left = [
        each
        for each in pieces
        if each not in gtins
        and each not in [text for text, _ in dates]
        and _like_a_lot(each)
        and re.search(r"\d", each)
    ]
    if len(gtins) > 1 or len(dates) > 1 or not 1 <= len(left) <= 2:
        return []
    options = [gtin_options(gtins[0], certain=True)] if gtins else []
    options += [those for _, those in dates]
    found: list[Fields] = []
    for lot, *serial in (left, left[::-1]) if len(left) > 1 else (left,):
        found += combined([*options, lot_options(lot), *map(serial_options, serial)])
    return _repaired(found, Repair.WITHOUT_LABEL)


def _of_table(text: str) -> _Pairs | None:
    """Two lines of a sheet, labels above their values; None for what is none."""
    lines = [each for each in _LINE.split(text.strip()) if each.strip()]
    if len(lines) != 2:
        return None
    for separator in _COLUMNS:
        names, values = ([trimmed(each) for each in line.split(separator)] for line in lines)
        fields = [folded_label(fold(each)) for each in names]
        if len(names) > 1 and len(names) == len(values) and len([each for each in fields if each]) > 1:
            found = zip(names, fields, values, strict=True)
            return [
                (FieldLabel(0, 0, field, NATIONAL_WORDS.get(fold(name), "")), value)
                for name, field, value in found
                if field is not None
            ]
    return None


def _of_json(text: str) -> _Pairs | None:
    """The members of a JSON text whose names are labels; None for what is no JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [
        (FieldLabel(0, 0, field, NATIONAL_WORDS.get(fold(name), "")), trimmed(member))
        for name, member in _members(value, "", 0)
        if (field := folded_label(fold(name)) or AI_LABELS.get(name)) is not None
    ][:_MOST_LABELS]


def _members(value: object, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, dict):
        told = next((value[each] for each in _MEMBER_NAMES if isinstance(value.get(each), str | int)), None)
        if told is not None and "value" in value:  # {"ai": "10", "value": "A1"}
            yield from _members(value["value"], str(told), depth + 1)
            return
        announced = folded_label(fold(name)) not in (None, Field.OTHER)
        for key, member in list(value.items())[:_MOST_MEMBERS]:
            own = not (announced and fold(str(key)) in _NUMBER_MEMBERS)  # {"batch": {"number": "A1"}}
            yield from _members(member, str(key) if own else name, depth + 1)
    elif isinstance(value, list):
        for member in value[:_MOST_MEMBERS]:
            yield from _members(member, name, depth + 1)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield name, str(value)
