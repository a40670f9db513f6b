r"""One reading for anything: a scan, bracketed text, a link, a product number, a typed lot.

>>> reading = read("]d201095060001343521725123110ABC123\x1d21XYZ")
>>> reading.kind, reading.identifier.lot.printed, reading.identifier.expiry.iso
(<ReadingKind.ELEMENT_STRING: 'element-string'>, 'ABC123', '2025-12-31')

In the order tried: ISO 15434 envelope, AIM symbology identifier, FNC1, bracket, link, `01` with 14 digits,
digits only, element strings without a prefix that contain a GTIN, and at last a lot. What starts like a scan
and fails is refused, unless undoing a scanner's wrong setting leaves one reading (`wedge`): a damaged scan
must never pass for an unknown lot.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from service.errors import ErrorCode, IdentifierError
from service.gs1 import digital_link, element_strings, hosts, iso15434
from service.gs1.application_identifiers import ON_MEDICINES
from service.gs1.characters import GROUP_SEPARATOR, fold
from service.gs1.element_strings import Elements
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.gs1.keyboards import wedge
from service.gs1.repairs import Repair

MAX_SCAN = 2000
"""Longest text that is looked at, in characters: twice what the longest GS1 symbol and link can hold."""

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
# AIM symbology identifiers that promise GS1 data (GS1 General Specifications, figure 5.1.2-1): GS1-128,
# DataBar, DataMatrix (]d8 rectangular), QR, DotCode
GS1_SYMBOLOGIES = frozenset({"]C1", "]e0", "]d2", "]d8", "]Q3", "]J1"})
# EAN/UPC and ITF-14 carry a bare GTIN of these lengths; some scanners cut the leading 0 of UPC-A
GTIN_SYMBOLOGIES = {"]E0": (12, 13), "]E4": (8,), "]I1": (14,)}

_BEFORE_SERIAL = GROUP_SEPARATOR + "21"
_MAX_USUAL = 120
# Element strings that stay what they are when one is put behind the GTIN or the last of them: no separator
# at these places, and nothing that is folded or respelled.
_AS_IT_IS = re.compile(r"01[0-9]{14}(?!\x1d)[!-;=-~\x1d]*(?<!\x1d)")

_ITEM_FIRST = re.compile(r"01[0-9]{14}")
_SPACED_DIGITS = re.compile(r"[0-9][0-9 -]{11,30}[0-9]")
_MARKUP = re.compile(r"<[/!]?[A-Za-z][^<>]*>")
_LINE_BREAKS = str.maketrans("\t\r\n", "   ")
_ENDS_OF_ENVELOPES = {0x1E: None, 0x04: None}  # RS and EOT
_OTHER_KEYS = frozenset({"00", "02", "03", "253", "255", "8003", "8004", "8006", "8010", "8013", "8026"})


class ReadingKind(StrEnum):
    """The form in which the identifier came."""

    ELEMENT_STRING = "element-string"
    BRACKETED = "bracketed"
    DIGITAL_LINK = "digital-link"
    GTIN = "gtin"
    LOT = "lot"
    ENVELOPE = "iso-15434"
    LABELLED = "labelled-text"
    EPC_URN = "epc-urn"


class Problem(Struct, frozen=True):
    """An element that cannot be right: its AI, its value as carried, and why (`code`, plain English)."""

    ai: str
    value: str
    code: ErrorCode
    expected: str = ""


class Reading(Struct, frozen=True):
    """What a text says. `elements` are values as carried (17 stays YYMMDD), by AI.

    `symbology` is the AIM identifier when the scanner sent one, `host` a link's, which is never trusted.
    `repairs` is what had to be repaired before it could be read, `problems` the elements that cannot be right
    and are left out. `case`: the code is a shipping case's, and `identifier` names the packs in it.
    `tentative`: so much was guessed that only a record lends it weight (`service.gs1.readings`).
    """

    kind: ReadingKind
    identifier: ProductIdentifier
    elements: Elements
    symbology: str | None = None
    host: str | None = None
    repairs: frozenset[Repair] = frozenset()
    problems: tuple[Problem, ...] = ()
    case: bool = False
    tentative: bool = False

    @property
    def given(self) -> bool:
        """Whether it was read as it came: only such a reading can let a vial pass."""
        return not (self.repairs or self.problems or self.case)

    @property
    def whole(self) -> bool:
        """Whether a GS1 symbol arrived with its AIM identifier and nothing had to be undone.

        Such a symbol corrects its errors: no character of it was taken for another.
        """
        return self.symbology in GS1_SYMBOLOGIES and not self.repairs


def read(text: str) -> Reading:
    """Read what a scanner sent. Raises IdentifierError for every text that it cannot read, never another.

    ONLY_DIGITS for digits that are no GTIN: a lot of digits must be typed as one (`read_typed`).
    """
    return _read(text, typed=False)


def read_typed(text: str, *, layout: str = "") -> Reading:
    """Read what may have been typed: as `read`, and digits that nothing explains are a lot.

    `layout` is the keyboard that this scanner was found to type on: what its keys say is then tried first.

    Eight digits are a lot here, even when they would pass for a GTIN-8: medicines bear no GTIN-8, and one
    lot in ten of that length has a right check digit by chance. 13 or 14 digits with a wrong check digit
    are a mistyped GTIN (GTIN_CHECK_DIGIT): no lot of that length is known.
    """
    if layout:
        return _read_on(layout, text) or _read(text, typed=True)
    return read_usual(text) or _read(text, typed=True)


def read_usual(text: str) -> Reading | None:
    """What nearly every scanner sends: a medicine's GS1 symbol, with its AIM identifier. None for all else.

    The units of a lot differ in their serial, so the rest is read once and kept. It is what `_read` makes
    of the text too (the tests hold one against the other).
    """
    if len(text) > _MAX_USUAL:
        return None
    if text[19:21] == "21":  # behind the GTIN
        serial, _, behind = text[21:].partition(GROUP_SEPARATOR)
        rest, at = text[:19] + behind, 1
    else:  # at the end, or there is none
        rest, found, serial = text.rpartition(_BEFORE_SERIAL)
        at = len(rest)
        if not found:
            return _read_common(text, datetime.now(UTC).year)
    common = _read_common(rest, datetime.now(UTC).year)
    if common is None or "<" in serial:
        return None
    try:
        element_strings.check_format("21", serial)
    except IdentifierError:
        return None
    code, elements = common.identifier, common.elements
    return Reading(
        ReadingKind.ELEMENT_STRING,
        ProductIdentifier(
            code.gtin, code.lot, Serial.from_element(serial), code.expiry, code.cpv, code.national
        ),
        (*elements[:at], ("21", serial), *elements[at:]),
        common.symbology,
    )


@lru_cache(maxsize=8192)
def _read_common(text: str, _year: int) -> Reading | None:
    """The same without the serial. Kept for a year: what the six digits of a date mean depends on it."""
    symbology, content = text[:3], text[3:]
    if symbology not in GS1_SYMBOLOGIES or not _AS_IT_IS.fullmatch(content):
        return None
    try:
        elements = element_strings.parse(content)
        ais = {ai for ai, _ in elements}
        with_serial_too = "01" in ais and "21" not in ais and ais < ON_MEDICINES
        return _product(ReadingKind.ELEMENT_STRING, elements, symbology) if with_serial_too else None
    except IdentifierError:
        return None


def _read_on(layout: str, text: str) -> Reading | None:
    """What a scanner meant whose layout is known; None for a text that was not typed on it."""
    if not wedge.worth_trying(text):
        return None
    found = wedge.recover_on(layout, text, _read_code)
    return replace(found.reading, repairs=found.faults) if found else None


def _read(text: str, *, typed: bool) -> Reading:
    """The plain reading; where it fails on a code, the only one that a scanner's wrong setting leaves."""
    if "<" in text and (plain := wedge.respelled(text)) is not None:
        try:
            return replace(_read_code(plain), repairs=frozenset({Repair.SEPARATOR_SPELLED}))
        except IdentifierError:
            pass  # then it may be a value that happens to look so
    try:
        return _read_plain(text, typed=typed)
    except IdentifierError:
        found = wedge.recover(text, _read_code) if wedge.worth_trying(text) else None
        if found is None:
            raise
        return replace(found.reading, repairs=found.faults)


def _read_code(text: str) -> Reading:
    """Only what holds a GTIN: all else is too little to undo a scanner's fault with."""
    reading = _read_plain(text, typed=False)
    if reading.identifier.gtin is None or reading.kind not in (
        ReadingKind.ELEMENT_STRING,
        ReadingKind.DIGITAL_LINK,
    ):
        raise IdentifierError(ErrorCode.NOT_A_PRODUCT, given=text, expected="a product number (01)")
    return reading


def _read_plain(text: str, *, typed: bool) -> Reading:
    if len(text) <= MAX_SCAN and text.lstrip(" \t\r\n").startswith(("(", "（")):  # noqa: RUF001 (full-width)
        text = text.translate(_LINE_BREAKS)  # printed text is often pasted line by line
    if iso15434.MARK in text[:8]:
        return _read_envelope(text)
    plain = fold(hosts.in_ascii(text), limit=MAX_SCAN, separators=True)
    symbology = _SYMBOLOGY.match(plain)
    if symbology:
        return _read_symbol(symbology[0], plain[3:])
    if plain.startswith("("):
        return _product(ReadingKind.BRACKETED, element_strings.parse_bracketed(plain))
    if digital_link.looks_like_link(plain):
        return _read_link(plain)
    if GROUP_SEPARATOR in plain or _ITEM_FIRST.match(plain):
        return _product(ReadingKind.ELEMENT_STRING, element_strings.parse(plain))
    return _read_unmarked(plain) or _read_bare(plain, typed=typed)


def _read_symbol(symbology: str, content: str) -> Reading:
    """Content after an AIM identifier: GS1 data, a bare GTIN, or a link inside a plain symbol."""
    if symbology in GS1_SYMBOLOGIES:
        return _product(ReadingKind.ELEMENT_STRING, element_strings.parse(content), symbology)
    if digital_link.looks_like_link(content):
        return _read_link(content, symbology)
    lengths = GTIN_SYMBOLOGIES.get(symbology)
    if lengths is None:
        raise IdentifierError(
            ErrorCode.SYMBOLOGY_UNKNOWN,
            given=symbology + content,
            expected="a GS1 symbol, or a link in a plain one",
            found=symbology,
        )
    if len(content) not in lengths:
        raise IdentifierError(
            ErrorCode.GTIN_LENGTH,
            given=symbology + content,
            expected=" or ".join(f"{length} digits" for length in lengths),
            found=f"{len(content)} characters",
            field="gtin",
        )
    return _gtin(Gtin.parse(content), symbology)


def _read_envelope(text: str) -> Reading:
    """What an ISO 15434 envelope holds, with or without the AIM identifier of its plain DataMatrix."""
    fold(text.translate(_ENDS_OF_ENVELOPES), limit=MAX_SCAN, separators=True)
    content = text.strip(" \t\r\n")
    symbology = _SYMBOLOGY.match(content)
    content = content[3:] if symbology else content
    elements = iso15434.elements(content)
    return _product(ReadingKind.ENVELOPE, elements, symbology[0] if symbology else None)


def _read_link(text: str, symbology: str | None = None) -> Reading:
    link = digital_link.parse(text)
    return _product(ReadingKind.DIGITAL_LINK, link.elements, symbology, link.host)


def _read_bare(plain: str, *, typed: bool) -> Reading:
    """A text without any marks: a GTIN or a lot."""
    if _MARKUP.search(plain):
        raise IdentifierError(
            ErrorCode.NOT_A_PRODUCT, given=plain, expected="a code, not a web page", field="gtin"
        )
    if plain.isdigit():
        return _read_digits(plain, typed=typed)
    return _read_spaced_gtin(plain) or _read_lot(plain)


def _read_digits(plain: str, *, typed: bool) -> Reading:
    """A bare GTIN; or, only when typed, a lot of digits."""
    if len(plain) in (13, 14):
        return _gtin(Gtin.parse(plain))
    if len(plain) == 12 or (len(plain) == 8 and not typed):
        try:
            return _gtin(Gtin.parse(plain))
        except IdentifierError:
            pass  # as likely a lot, or a part of a scan: judged below
    if typed:
        return _read_lot(plain)
    raise IdentifierError(
        ErrorCode.ONLY_DIGITS,
        given=plain,
        expected="a GTIN of 8, 12, 13 or 14 digits, or a complete code",
        found=f"{len(plain)} digits",
    )


def _read_spaced_gtin(plain: str) -> Reading | None:
    """A GTIN as printed below a bar code, `9 506000 134352`; other digits with gaps are left to be a lot."""
    if not _SPACED_DIGITS.fullmatch(plain) or sum(map(str.isdigit, plain)) not in (12, 13, 14):
        return None
    try:
        return _gtin(Gtin.parse(plain))
    except IdentifierError:
        return None


def _read_unmarked(plain: str) -> Reading | None:
    """Element strings without AIM identifier or FNC1, if they hold a GTIN and are too long for a lot."""
    if len(plain) <= 20 or "01" not in plain:
        return None
    try:
        elements = element_strings.parse(plain)
    except IdentifierError:
        return None
    return _product(ReadingKind.ELEMENT_STRING, elements) if dict(elements).get("01") else None


def _read_lot(plain: str) -> Reading:
    lot = Lot.parse(plain)
    return Reading(ReadingKind.LOT, ProductIdentifier(lot=lot), (("10", lot.printed),))


def _gtin(gtin: Gtin, symbology: str | None = None) -> Reading:
    return Reading(ReadingKind.GTIN, ProductIdentifier(gtin=gtin), (("01", gtin.value),), symbology)


def _product(
    kind: ReadingKind, elements: Elements, symbology: str | None = None, host: str | None = None
) -> Reading:
    """The product that valid elements name. A pallet or an asset is no vial: NOT_A_PRODUCT."""
    values = dict(elements)
    gtin = values.get("01")
    named = gtin is not None or (kind is ReadingKind.ENVELOPE and "710" in values)
    if not named and ("10" not in values or _OTHER_KEYS.intersection(values)):
        raise IdentifierError(
            ErrorCode.NOT_A_PRODUCT,
            given="".join(f"({ai}){value}" for ai, value in elements),
            expected="a product number (01) or a lot number (10)",
            field="gtin",
        )
    expiry = values.get("17") or values.get("7003", "")[:6]
    identifier = ProductIdentifier(
        gtin=Gtin(gtin) if gtin is not None else None,
        lot=Lot.parse(values["10"]) if "10" in values else None,
        serial=Serial.parse(values["21"]) if "21" in values else None,
        expiry=Expiry.from_yymmdd(expiry) if expiry else None,
        cpv=values.get("22"),
        national=tuple([each for each in elements if len(each[0]) == 3 and each[0].startswith("71")]),
    )
    return Reading(kind, identifier, elements, symbology, host)
