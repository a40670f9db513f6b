r"""All readings that a text allows: the one as it came first, then what a repair makes of it.

>>> found = readings("010950600013435210OVA27143010")
>>> [(each.identifier.lot.printed, each.given) for each in found.all[:3]]
[('OVA27143010', True), ('OVA2', False), ('OVA2714', False)]

Nothing is looked up here: which of them exist is for the records to say. The number of readings is fixed, and
they are made only as far as they are asked for.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Gtin, Lot, ProductIdentifier, Serial, check_digit
from service.gs1.reading import (
    GS1_SYMBOLOGIES,
    GTIN_SYMBOLOGIES,
    MAX_SCAN,
    Reading,
    ReadingKind,
    read_typed,
    read_usual,
)
from service.gs1.readings import scans
from service.gs1.readings.clean_text import Cleaned, clean, in_latin
from service.gs1.readings.elements import readings_of
from service.gs1.readings.labelled_text import labelled, only_labels, unlabelled
from service.gs1.readings.links import epc, links
from service.gs1.readings.other_systems import refuse_other_system
from service.gs1.readings.pack_fields import Fields, Option, is_date, lot_of, lots_beside_dates, trimmed
from service.gs1.readings.splitting import ways
from service.gs1.repairs import Repair

MOST = 24
"""Readings of one text."""

_PLAIN_LOT = re.compile(r"[A-Za-z0-9]{1,20}")
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
    *("ch.-b.", "ch.b.", "chb", "ch-b", "bn", "ln", "l"),
)
_GLUED_DATE = re.compile(
    r"(.{2,20}?)[ .,/-]?(?:exp|cad|val|mhd|scad|verw|skt|venc?)[.: ]*([0-9].{3,10})", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_PZN_BAR_CODE = re.compile(r"(?:\]A[0-9])?-([0-9]{7,8})")
_AIC = re.compile(r"A?(0[0-9]{8})")


class Readings(Struct, frozen=True):
    """The readings of a text, the best first; `refusal`: why it cannot be read as it came, None if it can."""

    all: tuple[Reading, ...]
    refusal: IdentifierError | None = None

    @property
    def best(self) -> Reading:
        """The first reading. Raises the refusal where there is none."""
        if self.all:
            return self.all[0]
        assert self.refusal is not None  # noqa: S101 (no reading without a refusal: for the type checker)
        raise self.refusal


def readings(text: str, *, layout: str = "", most: int = MOST) -> Readings:
    """Everything that the text may say, the best first, at most so many readings. Raises nothing.

    `layout` is the keyboard that this scanner was found to type on (`gs1.keyboards`).
    """
    survey = _Survey(text, layout)
    found: dict[tuple[object, ...], Reading] = {}
    try:
        for each in survey.in_order():
            found.setdefault(_same(each), each)
            if len(found) >= most:
                break
    except IdentifierError as error:
        survey.refusal = error
    refusal = survey.refusal
    if not found and refusal is None:
        refusal = IdentifierError(
            ErrorCode.NOT_A_LOT, given=text, expected="a code or a lot number", field="scan"
        )
    return Readings(tuple(found.values()), refusal)


def first_reading(text: str, *, layout: str = "") -> Readings:
    """The best reading alone, as `readings` has it, without the work that the others take."""
    usual = None if layout else read_usual(text)
    return Readings((usual,)) if usual is not None else readings(text, layout=layout, most=1)


def _same(reading: Reading) -> tuple[object, ...]:
    """What makes two readings one: the first of them is kept."""
    code = reading.identifier
    return (code.gtin, code.lot and code.lot.printed, code.serial, code.expiry, code.national, reading.case)


class _Survey:
    """The readings of one text, made one after the other as they are asked for."""

    def __init__(self, text: str, layout: str) -> None:
        self._text, self._layout = text, layout
        self._labels = self._sure = False
        self.refusal: IdentifierError | None = None

    def in_order(self) -> Iterator[Reading]:
        """As they come first, then the repaired; a shipping case's packs at the end."""
        packs: list[Reading] = []
        for each in self._in_order():
            yield each
            if len(packs) < MOST // 2 and (pack := of_case(each)) is not None:
                packs.append(pack)
        yield from packs

    def _in_order(self) -> Iterator[Reading]:
        text = self._text
        plain = self._plain(Cleaned(text)) if text.isascii() else None
        if plain is not None and plain.kind is not ReadingKind.LOT:
            yield plain
            yield from self._repaired(Cleaned(text), plain)
            return
        if len(text) > MAX_SCAN:
            return
        refuse_other_system(text)
        cleaned = clean(text)
        if not text.isascii():
            plain = self._plain(cleaned)
        yield from self._typed(cleaned, plain)
        yield from self._repaired(cleaned, plain)
        yield from self._latin(cleaned)

    def _plain(self, cleaned: Cleaned) -> Reading | None:
        """The text as it came, invisible characters aside; None where it cannot be read, and why."""
        try:
            plain = read_typed(cleaned.text, layout=self._layout)
        except IdentifierError as error:
            self.refusal = error
            return None
        self.refusal = None
        return replace(plain, repairs=plain.repairs | cleaned.repairs) if cleaned.repairs else plain

    def _typed(self, cleaned: Cleaned, plain: Reading | None) -> Iterator[Reading]:
        """Links, labelled text, a lot: what people type and paste."""
        text = cleaned.text.strip()
        if plain is not None and plain.kind is not ReadingKind.LOT:
            yield plain
            return
        if plain is not None and _PLAIN_LOT.fullmatch(text) and not only_labels(text):
            yield plain
            return
        urn = epc(text)
        if urn is not None:
            yield urn
            return
        yield from links(text)
        said = labelled(text) if not (text.startswith(("]", "[)>")) or scans.has_brackets(text)) else []
        for each in self._as_readings(said, cleaned):
            if plain is not None and not self._labels and Repair.LABEL_AMBIGUOUS in each.repairs:
                yield plain  # `BN 2618` is a lot first
            self._labels = True
            self._sure |= each.given
            yield each
        dated = any(each.expiry or each.serial for each in said)
        nothing = dated or only_labels(text) or is_sentence(text)
        if nothing and not self._labels and not scans.is_marked(text):
            raise IdentifierError(
                ErrorCode.NOT_A_LOT,
                given=self._text,
                expected="the lot number as it is printed",
                field="scan",
            )
        if plain is not None:
            yield plain

    def _as_readings(self, said: list[Fields], cleaned: Cleaned) -> Iterator[Reading]:
        for each in said:
            reading = replace(each, repairs=each.repairs | cleaned.repairs).reading()
            if reading is not None:
                yield reading

    def _repaired(self, cleaned: Cleaned, plain: Reading | None) -> Iterator[Reading]:
        text = cleaned.text.strip()
        for each in self._damaged(text, plain):
            more = each.repairs | cleaned.repairs
            yield replace(each, repairs=more) if more != each.repairs else each
        if plain is None or plain.kind is ReadingKind.LOT:
            if self._sure or scans.is_marked(text):
                return
            for fields in (*unlabelled(text), *lot_repairs(text)):
                reading = replace(fields, repairs=fields.repairs | cleaned.repairs).reading(tentative=True)
                if reading is not None:
                    yield reading
        elif plain.kind is ReadingKind.DIGITAL_LINK:
            yield from links(text)
        elif plain.kind is ReadingKind.GTIN and plain.symbology is None:
            lot = lot_of(text)
            if lot is not None:  # digits that would do for a GTIN, and are a lot where no product has it
                code = ProductIdentifier(lot=lot)
                yield Reading(ReadingKind.LOT, code, (("10", lot.printed),), tentative=True)

    def _damaged(self, text: str, plain: Reading | None) -> Iterator[Reading]:
        prefix = scans.SYMBOLOGY.match(text)
        if not self._labels:
            those = [each for part in scans.scans_in(text) if (each := self._part(part)) is not None]
            if any(each.identifier.gtin for each in those):
                yield from scans.together(those)
        if prefix is not None and prefix[0] in GTIN_SYMBOLOGIES:
            return
        keyed = plain is None and not (prefix is not None and prefix[0] in GS1_SYMBOLOGIES)
        if keyed and not text.isascii():
            yield from scans.keyed(text)
        yield from scans.damaged(text)
        if keyed and text.isascii():
            yield from scans.keyed(text)
        if prefix is not None and prefix[0] not in GS1_SYMBOLOGIES:
            yield from self._in_plain_symbol(text[3:])

    def _part(self, part: str) -> Reading | None:
        """One of several scans in a field; a second bar code of the pack is no lot there."""
        found = readings(part, layout=self._layout, most=1).all
        if found and found[0].kind is ReadingKind.LOT:
            return next(scans.damaged(part), found[0])
        return found[0] if found else None

    def _in_plain_symbol(self, content: str) -> Iterator[Reading]:
        """Labelled text, a link or a lot in a symbol that is no GS1 symbol."""
        for each in readings(content, most=4).all:
            marked = each.repairs | (
                {Repair.WITHOUT_FNC1} if each.kind is not ReadingKind.LABELLED else set()
            )
            yield replace(each, repairs=frozenset(marked))

    def _latin(self, cleaned: Cleaned) -> Iterator[Reading]:
        """Letters of other scripts that look like Latin ones, taken for these."""
        latin = in_latin(cleaned.text)
        if latin is None:
            return
        more = cleaned.repairs | {Repair.LOOK_ALIKE_LETTERS}
        for each in readings(latin, most=6).all:
            yield replace(each, repairs=each.repairs | more)


def of_case(reading: Reading) -> Reading | None:
    """The packs of a shipping case (indicator 1 to 8): their GTIN begins with 0. None where it is no case's.

    The serial is the case's own and left out. GS1 General Specifications, 2.1.10.
    """
    gtin = reading.identifier.gtin
    if gtin is None or reading.case or not is_case(gtin):
        return None
    return replace(
        reading, identifier=replace(reading.identifier, gtin=pack_gtin(gtin), serial=None), case=True
    )


def is_case(gtin: Gtin) -> bool:
    """Whether the indicator digit says that this is a group of packs (GS1 General Specifications, 2.1.10)."""
    return "1" <= gtin.value[0] <= "8"


def pack_gtin(case: Gtin) -> Gtin:
    """The GTIN of the packs in a case, by the rule that most makers follow."""
    payload = "0" + case.value[1:13]
    return Gtin(payload + check_digit(payload))


def lot_repairs(text: str) -> Iterator[Fields]:
    """What a typed lot may have been: words and dates beside it, a label glued to it, an element behind it."""
    for option in lots_beside_dates(text):
        fields = _of_option(option)
        yield fields
        for lot in _unglued(fields.lot.printed if fields.lot else ""):
            yield replace(fields, lot=lot, repairs=fields.repairs | {Repair.LABEL_GLUED})
    glued = _GLUED_DATE.fullmatch(text)
    if glued:
        for option in lots_beside_dates(f"{glued[1]} {glued[2]}"):
            fields = _of_option(option)
            repairs = fields.repairs | {Repair.LABEL_GLUED}
            beside = fields.lot.printed if fields.lot else ""
            yield from (replace(fields, lot=each, repairs=repairs) for each in _unglued(beside))
            yield replace(fields, repairs=repairs)
    for each in _unglued(text):
        yield Fields(lot=each, repairs=frozenset({Repair.LABEL_GLUED}))
    bare = trimmed(text)
    lot = lot_of(bare) if bare != text else None
    if lot is not None:
        yield Fields(lot=lot, repairs=frozenset({Repair.TYPOGRAPHY}))
    yield from hanging_lots(bare)
    yield from _numbers_of_countries(text)
    parts = [each for each in map(trimmed, text.split()) if any(map(str.isdigit, each)) and not is_date(each)]
    if len(parts) < len(text.split()) or len(parts) > 1:
        for part in parts[:3]:
            if (lot := lot_of(part)) is not None:
                yield Fields(lot=lot, repairs=frozenset({Repair.WORDS_BESIDE}))


def _of_option(option: Option) -> Fields:
    return replace(option.fields, repairs=option.fields.repairs | option.repairs)


def _unglued(text: str) -> Iterator[Lot]:
    """What stands behind a label without a space: `LOTOVA2618`. Lots that begin so are another reading."""
    if " " in text or not text.isascii():
        return
    for prefix in _GLUED:
        if text.lower().startswith(prefix):
            rest = text[len(prefix) :].lstrip(".:#-")
            lot = lot_of(rest) if len(rest) > 2 and any(map(str.isdigit, rest)) else None
            if lot is not None:
                yield lot


def _numbers_of_countries(text: str) -> Iterator[Fields]:
    """The bar codes of German and Italian packs, Code 39 and Code 32: `-12345678`, `A012345678`."""
    pzn, aic = _PZN_BAR_CODE.fullmatch(text), _AIC.fullmatch(text)
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
    for way in ways("10" + text)[:MOST]:
        for each in readings_of(way, ReadingKind.ELEMENT_STRING):
            code = each.identifier
            likely = all(ai in _USUAL for ai, _ in way.elements) if usual else True
            if likely and not way.problems and code.lot is not None and 2 < len(code.lot.printed) < len(text):
                yield Fields(None, code.lot, code.serial, code.expiry, (), each.repairs, each.problems)


_USUAL = frozenset({"01", "10", "11", "17", "21", "30", "37", "240", *(str(n) for n in range(91, 100))})
_PLAIN_ASCII = re.compile(r"[!-~]{3,90}")


def hanging_serials(text: str) -> Iterator[tuple[Serial, frozenset[Repair]]]:
    """A serial at whose end the next element, or its beginning, hangs; or that its own AI was typed before."""
    if not _PLAIN_ASCII.fullmatch(text):
        return
    for way in ways("21" + text)[:MOST]:
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
