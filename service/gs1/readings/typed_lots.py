"""What a typed lot or serial may have been, where it is not on record as it came."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from service.gs1.identifiers import Lot, Serial
from service.gs1.reading import ReadingKind
from service.gs1.readings.clean_text import in_latin
from service.gs1.readings.elements import readings_of
from service.gs1.readings.pack_fields import (
    Fields,
    Option,
    expiry_options,
    is_date,
    lot_of,
    lots_beside_dates,
    trimmed,
)
from service.gs1.readings.splitting import MOST_WAYS, ways
from service.gs1.repairs import Repair

_GLUED = (
    *(
        "chargennr",
        "chargenr",
        "batchno",
        "batchnr",
        "batch",
        "charge",
        "lotno",
        "lotnr",
        "lotto",
        "lote",
        "lot",
    ),
    *(
        "seria",
        "serie",
        "serija",
        "partida",
        "partija",
        "partij",
        "partie",
        "parti",
        "sarze",
        "sarza",
        "sats",
    ),
    *("eranro", "era", "bets", "b.no.", "bno", "b/n"),
    *("ch.-b.", "ch.b.", "chb", "ch-b", "bn", "ln", "l"),
)
_GLUED_BEHIND = ("lot", "batch", "charge", "lote", "lotto")
_GLUED_DATE = re.compile(
    r"(.{2,20}?)[ .,/-]?(?:exp|cad|val|mhd|scad|verw|skt|venc?)[.: ]*([0-9].{3,10})", re.IGNORECASE
)
_GLUED_DATE_FIRST = re.compile(
    r"(?:exp|cad|val|mhd|scad|verw|skt|venc?)[.: ]*([0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{4}[/.-][0-9]{1,2})"
    r"[ .,/-]*([A-Za-z].{3,20})",
    re.IGNORECASE,
)
_NDC = re.compile(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")
_CIP = re.compile(r"34009[0-9]{8}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PZN_BAR_CODE = re.compile(r"(?:\]A[0-9])?-([0-9]{7,8})")
_SHORTEST_TWICE = 4
"""Characters of a lot that is recognised where it went twice into one field."""

_AIC = re.compile(r"A?(0[0-9]{8})")


def lot_repairs(text: str) -> Iterator[Fields]:
    """What a typed lot may be: words or dates beside it, a label glued to it, an element behind it."""
    yield from _numbers_of_countries(text)
    for option in lots_beside_dates(text):
        fields = _of_option(option)
        yield fields
        for each in _unglued(fields.lot.printed if fields.lot else ""):
            yield replace(fields, lot=each, repairs=fields.repairs | {Repair.LABEL_GLUED})
    yield from _beside_glued_date(text)
    for each in _unglued(text):
        yield Fields(lot=each, repairs=frozenset({Repair.LABEL_GLUED}))
    yield from _typed_twice(text)
    bare = trimmed(text)
    lot = lot_of(bare) if bare != text else None
    if lot is not None:
        yield Fields(lot=lot, repairs=frozenset({Repair.TYPOGRAPHY}))
    yield from hanging_lots(bare)
    yield from words_with_digits(text)


def words_with_digits(text: str) -> Iterator[Fields]:
    """The words of a text that may be its lot: those that hold digits and are no dates, three at most."""
    parts = [each for each in map(trimmed, text.split()) if any(map(str.isdigit, each)) and not is_date(each)]
    if len(parts) < len(text.split()) or len(parts) > 1:
        for part in parts[:3]:
            if (lot := lot_of(part)) is not None:
                yield Fields(lot=lot, repairs=frozenset({Repair.WORDS_BESIDE}))


def _beside_glued_date(text: str) -> Iterator[Fields]:
    """A lot and a date with a label between them or before both, without spaces: `OVA2618EXP04/2028`."""
    for pattern in (_GLUED_DATE, _GLUED_DATE_FIRST):
        glued = pattern.fullmatch(text)
        if glued is None:
            continue
        for option in lots_beside_dates(f"{glued[1]} {glued[2]}") or _beside(glued[1], glued[2]):
            fields = _of_option(option)
            repairs = fields.repairs | {Repair.LABEL_GLUED}
            beside = fields.lot.printed if fields.lot else ""
            yield from (replace(fields, lot=each, repairs=repairs) for each in _unglued(beside))
            yield replace(fields, repairs=repairs)


def _beside(lot: str, date: str) -> list[Option]:
    """A lot with an expiry whose label says that it is one, digits alone too: `042028`."""
    known = lot_of(trimmed(lot))
    if known is None or not date.isdigit():
        return []
    dates = [each for each in expiry_options(date) if each.fields.expiry is not None]
    return [Option(replace(each.fields, lot=known), each.repairs) for each in dates]


def _typed_twice(text: str) -> Iterator[Fields]:
    """A lot that went twice into one field."""
    half = text[: len(text) // 2]
    if len(half) >= _SHORTEST_TWICE and text == half * 2 and (lot := lot_of(half)) is not None:
        yield Fields(lot=lot, repairs=frozenset({Repair.SEVERAL_SCANS}))


def _of_option(option: Option) -> Fields:
    return replace(option.fields, repairs=option.fields.repairs | option.repairs)


def _unglued(text: str) -> Iterator[Lot]:
    """What stands behind a label without a space: `LOTOVA2618`. Lots that begin so are another reading."""
    if " " in text or not text.isascii():
        return
    for suffix in _GLUED_BEHIND:
        before = text[: -len(suffix)] if text.lower().endswith(suffix) else ""
        lot = lot_of(before) if len(before) > 2 and any(map(str.isdigit, before)) else None
        if lot is not None:
            yield lot
    for prefix in _GLUED:
        if text.lower().startswith(prefix):
            rest = text[len(prefix) :].lstrip(".:#-")
            lot = lot_of(rest) if len(rest) > 2 and any(map(str.isdigit, rest)) else None
            if lot is not None:
                yield lot


def _numbers_of_countries(text: str) -> Iterator[Fields]:
    """Numbers that a country's packs bear: `-12345678` (Germany), `A012345678` (Italy), NDC, CIP."""
    pzn, aic = _PZN_BAR_CODE.fullmatch(text), _AIC.fullmatch(text)
    if _NDC.fullmatch(text):
        yield Fields(national=(("NDC", text),), repairs=frozenset({Repair.BARE_ELEMENTS}))
    if _CIP.fullmatch(text):
        yield Fields(national=(("CIP", text),), repairs=frozenset({Repair.BARE_ELEMENTS}))
    if pzn:
        yield Fields(national=(("PZN", pzn[1].zfill(8)),), repairs=frozenset({Repair.BARE_ELEMENTS}))
    if aic:
        yield Fields(national=(("AIC", aic[1]),), repairs=frozenset({Repair.BARE_ELEMENTS}))


def hanging_lots(text: str, *, usual: bool = True) -> Iterator[Fields]:
    """A lot at whose end the next element, or its beginning, hangs: `OVA271401`, `OVA271417281031`.

    `usual`: only an element that stands on many packs.
    """
    if not _PLAIN_ASCII.fullmatch(text):
        return
    for way in ways("10" + text)[:MOST_WAYS]:
        for each in readings_of(way, ReadingKind.ELEMENT_STRING):
            code = each.identifier
            likely = all(ai in _USUAL for ai, _ in way.elements) if usual else True
            if likely and not way.problems and code.lot is not None and 2 < len(code.lot.printed) < len(text):
                yield Fields(None, code.lot, code.serial, code.expiry, (), each.repairs, each.problems)


_USUAL = frozenset({"01", "10", "11", "17", "21", "30", "37", "240", *(str(n) for n in range(91, 100))})
_PLAIN_ASCII = re.compile(r"[!-~]{3,90}")


def hanging_serials(text: str) -> Iterator[tuple[Serial, frozenset[Repair]]]:
    """A serial at whose end the next element, or its beginning, hangs; or with its own AI before it."""
    if not _PLAIN_ASCII.fullmatch(text):
        return
    for way in ways("21" + text)[:MOST_WAYS]:
        value = dict(way.elements).get("21")
        if value is not None and value != text:
            yield Serial.from_element(value), way.repairs
    if text.startswith("21") and len(text) > 4:
        yield Serial.from_element(text[2:][:20]), frozenset({Repair.BARE_ELEMENTS})


def is_sentence(text: str) -> bool:
    """Whether people wrote words where a number was asked for: no digit at all, or many words around it."""
    found = _WORD.findall(text)
    if not any(map(str.isdigit, text)):
        return len(found) > 1 or (not text.isascii() and in_latin(text) is None)
    return len(found) > 3
