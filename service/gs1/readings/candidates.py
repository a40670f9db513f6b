r"""All readings that a text allows: the one as it came first, then what a repair makes of it.

>>> found = readings("010950600013435210OVA27143010")
>>> [(each.identifier.lot.printed, each.given) for each in found.all[:3]]
[('OVA27143010', True), ('OVA2', False), ('OVA2714', False)]

Nothing is looked up here: which of them exist is for the records to say. The number of readings is fixed, and
they are made only as far as they are asked for.
"""

import itertools
import re
from collections.abc import Iterator
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import ProductIdentifier
from service.gs1.keyboards import wedge
from service.gs1.reading import (
    GS1_SYMBOLOGIES,
    GTIN_SYMBOLOGIES,
    MAX_SCAN,
    Reading,
    ReadingKind,
    read_typed,
)
from service.gs1.readings import scans
from service.gs1.readings.cases import of_case
from service.gs1.readings.clean_text import Cleaned, clean, in_latin
from service.gs1.readings.labelled_text import labelled, only_labels, unlabelled
from service.gs1.readings.links import epc, links
from service.gs1.readings.other_systems import refuse_other_system
from service.gs1.readings.pack_fields import Fields, is_date, lot_of
from service.gs1.readings.typed_lots import is_sentence, lot_repairs, words_with_digits
from service.gs1.repairs import Repair

MOST = 24
"""Readings of one text."""

_FRAME = "\x02\x03"
"""Start and end of text, which some scanners send around a scan: they are no part of it."""

_PLAIN_LOT = re.compile(r"[A-Za-z0-9]{1,20}")
_DIGIT = re.compile("[0-9]")
_PARAMETER = re.compile(r"[?&][^=&#]{1,40}=((?:01|%28|\()[^&#]{14,})")
_MOST_PARAMETERS = 3
_LONGEST_LOT = 20
_KEYED_LOT = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9./_-]{3,20}")


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
    survey = _Survey(text.strip(_FRAME) or text, layout)
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
        if text.count("://") > 1:
            self._refuse_several(self._parts(text))
        plain = self._plain(Cleaned(text)) if text.isascii() else None
        if plain is not None and plain.kind is not ReadingKind.LOT:
            if plain.kind is ReadingKind.DIGITAL_LINK and plain.identifier.lot is None:
                yield from (each for each in links(text) if each.identifier.lot is not None)
            yield plain
            yield from self._repaired(Cleaned(text), plain)
            return
        if len(text) > MAX_SCAN:
            return
        refuse_other_system(text)
        cleaned = clean(text)
        if not text.isascii():
            plain = self._plain(cleaned)
            if len(cleaned.text) > MAX_SCAN:
                return  # some characters are written out as many
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
        if (
            plain is not None
            and _PLAIN_LOT.fullmatch(text)
            and (_DIGIT.search(text) or not only_labels(text))
        ):
            yield plain
            return
        if plain is not None and is_date(text):  # an expiry, unless there is a lot of this very number
            self.refusal = self._not_a_lot()
            plain = replace(plain, tentative=True)
        urn = epc(text)
        if urn is not None:
            yield urn
            return
        yield from links(text)
        if "://" in text:
            yield from self._inside_link(text)
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
            self.refusal = self._not_a_lot()
            yield from self._among_words(text)
            raise self.refusal
        if plain is not None:
            yield plain

    def _among_words(self, text: str) -> Iterator[Reading]:
        """Lots in a sentence, or typed on another keyboard: weighed by the records alone."""
        if not text.isascii():
            yield from self._typed_elsewhere(text)
        for fields in words_with_digits(text):
            reading = fields.reading(tentative=True)
            if reading is not None:
                yield reading

    def _not_a_lot(self) -> IdentifierError:
        expected = "the lot number as it is printed"
        return IdentifierError(ErrorCode.NOT_A_LOT, given=self._text, expected=expected, field="scan")

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
        envelope = scans.in_envelope(text)
        if envelope is not None and (inside := self._plain(Cleaned(envelope))) is not None:
            yield replace(inside, repairs=inside.repairs | {Repair.SEPARATOR_SPELLED})
        if not self._labels:
            those = self._parts(text)
            self._refuse_several(those)
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

    def _parts(self, text: str) -> list[Reading]:
        """The scans that went into one field; empty for a single one."""
        return [each for part in scans.scans_in(text) if (each := self._part(part)) is not None]

    def _refuse_several(self, those: list[Reading]) -> None:
        """Raise SEVERAL_CODES where scans name more than one pack: an answer on one would pass for both."""
        if packs := scans.packs_in(those):
            raise IdentifierError(
                ErrorCode.SEVERAL_CODES,
                given=self._text,
                expected="the code of one pack",
                found=", ".join(packs),
                field="scan",
            )

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

    def _inside_link(self, text: str) -> Iterator[Reading]:
        """Element strings as the value of a parameter of a link: `?code=0109506000134352`."""
        for raw in _PARAMETER.findall(text)[:_MOST_PARAMETERS]:
            for each in itertools.islice(scans.damaged(unquote(raw)), 4):
                if each.identifier.gtin is not None:
                    yield replace(each, repairs=each.repairs | {Repair.LINK_FORM})

    def _typed_elsewhere(self, text: str) -> Iterator[Reading]:
        """A lot whose bar code was read by a scanner that types on another keyboard."""
        if len(text) > _LONGEST_LOT or " " in text:
            return
        for meant in wedge.typed_elsewhere(text):
            lot = lot_of(meant) if _KEYED_LOT.fullmatch(meant) else None
            if lot is not None:
                code, layout = ProductIdentifier(lot=lot), frozenset({Repair.LAYOUT})
                elements = (("10", lot.printed),)
                yield Reading(ReadingKind.LOT, code, elements, repairs=layout, tentative=True)

    def _latin(self, cleaned: Cleaned) -> Iterator[Reading]:
        """Letters of other scripts that look like Latin ones, taken for these."""
        if not cleaned.text.isascii() and not self._labels:
            yield from self._typed_elsewhere(cleaned.text.strip())
        latin = in_latin(cleaned.text)
        if latin is None:
            return
        more = cleaned.repairs | {Repair.LOOK_ALIKE_LETTERS}
        for each in readings(latin, most=6).all:
            yield replace(each, repairs=each.repairs | more)
