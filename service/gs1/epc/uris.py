"""Reads EPC URNs and GS1 Digital Link URIs as EPCIS uses them, and writes them (Tag Data Standard, 6).

>>> read_epc("urn:epc:id:sgtin:9521141.001234.2017")
EpcIdentifier(gtin='09521141012345', lot='', serial='2017', sscc='', gln='')
>>> read_epc("https://id.gs1.org/01/09521141012345/10/AB%2F1").lot
'AB/1'
>>> read_epc("urn:epc:id:giai:4000001.111") is None
True
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from service.errors import ErrorCode, IdentifierError, VialcheckError
from service.gs1 import digital_link
from service.gs1.characters import refused_character
from service.gs1.identifiers import Gtin, Lot, Serial, check_digit

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_NO_URI = re.compile(r"[\s<>\"{}|\\^`\x00-\x20]")
_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.*)", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_KEY_IN_PATH = re.compile(r"/(?:01|00|414|417)/[0-9]+(?:/|$|\?)")
_PREFIX = range(6, 13)


@dataclass(frozen=True, slots=True)
class EpcIdentifier:
    """What a URI identifies; empty texts for what it does not say.

    `gtin` with a `serial`: one unit; with a `lot`: all of a lot; alone: all of a trade item (14 digits).
    `sscc`: a logistic unit (18 digits). `gln`: a place or party (13 digits).
    """

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    sscc: str = ""
    gln: str = ""


def is_absolute_uri(text: str) -> bool:
    """Whether a text is an absolute URI: a scheme, a colon, and no blanks (RFC 3986, section 4.3)."""
    return _ABSOLUTE.fullmatch(text) is not None


def escaped_uri(text: str) -> str:
    """A text of XML Schema's type anyURI as a URI: characters that no URI has are escaped (XSD 1.0, 3.2.17).

    >>> escaped_uri("urn:epcglobal:cbv:bt:9521141000005:PO 17")
    'urn:epcglobal:cbv:bt:9521141000005:PO%2017'
    """
    return _NO_URI.sub(lambda found: quote(found[0], safe=""), text)


def read_epc(uri: str) -> EpcIdentifier | None:
    """What an EPC, class, pattern, place or party URI identifies; None for other keys and other systems.

    Raises LINK_INVALID, GTIN_CHECK_DIGIT and the like where it should be one of these and is malformed.
    """
    if found := _URN.fullmatch(uri):
        form, scheme, value = found[1].lower(), found[2].lower(), found[3]
        reader = _READERS.get((form, scheme))
        return reader(uri, value) if reader else None
    if _LINK.match(uri) and _KEY_IN_PATH.search(uri):
        return _read_link(uri)
    return None


def unit_link(gtin: str, serial: str) -> str:
    """The canonical Digital Link URI of a unit."""
    return f"https://id.gs1.org/01/{gtin}/21/{quote(serial, safe='')}"


def lot_link(gtin: str, lot: str) -> str:
    """The canonical Digital Link URI of a lot."""
    return f"https://id.gs1.org/01/{gtin}/10/{quote(lot, safe='')}"


def _read_link(uri: str) -> EpcIdentifier | None:
    elements = dict(digital_link.parse(uri).elements)
    gln = elements.get("414", "") or elements.get("417", "")
    if "01" not in elements:
        return EpcIdentifier(sscc=elements["00"]) if "00" in elements else EpcIdentifier(gln=gln)
    serial, lot = elements.get("21", ""), elements.get("10", "")
    return EpcIdentifier(gtin=elements["01"], serial=serial, lot=lot)


def _parts(uri: str, value: str, count: int, digits: int) -> list[str]:
    """The parts of a URN; the first two are a company prefix and a reference of `digits` digits together."""
    parts = value.split(".", count - 1)
    ok = len(parts) == count and all(parts)
    ok = ok and _DIGITS.fullmatch(parts[0]) is not None and len(parts[0]) in _PREFIX
    reference = parts[1] if len(parts) > 1 else ""
    ok = ok and len(parts[0]) + len(reference) == digits and reference.isascii()
    if not ok or (reference and not reference.isdigit()):
        expected = f"a GS1 company prefix and a reference of {digits} digits together, {count} parts in all"
        raise IdentifierError(ErrorCode.LINK_INVALID, given=uri, expected=expected, field="epc")
    return parts


def _gtin(parts: list[str]) -> str:
    indicator, item = parts[1][0], parts[1][1:]
    payload = indicator + parts[0] + item
    return Gtin(payload + check_digit(payload)).value


def _text(uri: str, escaped: str) -> str:
    if found := _ESCAPE.search(escaped):
        raise refused_character(uri, "%", found.start() + 1, "epc")
    return unquote_to_bytes(escaped).decode("utf-8", "replace")


def _sgtin(uri: str, value: str) -> EpcIdentifier:
    parts = _parts(uri, value, 3, 13)
    return EpcIdentifier(gtin=_gtin(parts), serial=_checked(Serial.parse, uri, parts[2]))


def _lgtin(uri: str, value: str) -> EpcIdentifier:
    parts = _parts(uri, value, 3, 13)
    return EpcIdentifier(gtin=_gtin(parts), lot=_checked(Lot.parse, uri, parts[2]))


def _checked(parse: object, uri: str, escaped: str) -> str:
    text = _text(uri, escaped)
    try:
        return str(parse(text))  # type: ignore[operator]
    except VialcheckError as error:
        raise IdentifierError(error.code, given=uri, expected=error.expected, field="epc") from error


def _item_pattern(uri: str, value: str) -> EpcIdentifier | None:
    """`urn:epc:idpat:sgtin:company.item.*`: every unit of a trade item; wider patterns name no item."""
    parts = value.split(".", 2)
    if len(parts) != 3 or parts[2] != "*" or parts[1] == "*":
        return None
    return EpcIdentifier(gtin=_gtin(_parts(uri, value, 3, 13)))


def _sscc(uri: str, value: str) -> EpcIdentifier:
    parts = _parts(uri, value, 2, 17)
    payload = parts[1][0] + parts[0] + parts[1][1:]
    return EpcIdentifier(sscc=payload + check_digit(payload))


def _sgln(uri: str, value: str) -> EpcIdentifier:
    company, _, rest = value.partition(".")
    reference = rest.partition(".")[0]
    _parts(uri, f"{company}.{reference}" if reference else f"{company}.", 2 if reference else 1, 12)
    payload = company + reference
    return EpcIdentifier(gln=payload + check_digit(payload))


_READERS = {
    ("id", "sgtin"): _sgtin,
    ("class", "lgtin"): _lgtin,
    ("idpat", "sgtin"): _item_pattern,
    ("id", "sscc"): _sscc,
    ("id", "sgln"): _sgln,
    ("id", "pgln"): _sgln,
}
