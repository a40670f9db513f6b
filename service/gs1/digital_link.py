"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax, sections 4 and 5).

>>> link = parse("https://example.com/01/09506000134352/10/ABC%2F1?17=251231&linkType=gs1:pip")
>>> link.elements
(('01', '09506000134352'), ('10', 'ABC/1'), ('17', '251231'))

The host may be anyone's: it is kept to be shown, never trusted and never followed. Compressed links are
refused with a code of their own.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element
from service.gs1.characters import refused_character
from service.gs1.element_strings import Elements, check_format, checked
from service.gs1.identifiers import Gtin, ProductIdentifier

# Primary keys, each with the orders in which its qualifiers may follow (section 4.4, key qualifiers).
_QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": (),
    "01": (("22", "10", "21"), ("235",)),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": (),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": (),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
_ONLY_IN_PATH = frozenset({"03", "21", "22", "235", "254", "7040", "8011", "8014", "8019", "8020", "8200"})

# Words for AIs: dropped from the standard in 2020, and still on packs and in verification messages (LMS).
_WORDS = {
    "gtin": "01",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
    "itip": "8006",
    "sscc": "00",
    "gln": "414",
    "glnx": "254",
    "payto": "415",
    "refno": "8020",
    "giai": "8004",
    "grai": "8003",
    "gdti": "253",
    "gcn": "255",
    "ginc": "401",
    "gsin": "402",
    "cpid": "8010",
    "cpsn": "8011",
    "gsrn": "8018",
    "gsrnp": "8017",
    "srin": "8019",
}
_QUERY_WORDS = {"exp": "17", "proddate": "11", "bestbefore": "15", "lot": "10"}

_URI = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{7,}")
_LIKE_A_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|https?:|www\.|(?:mailto|urn|ftp|data|tel|javascript):", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """What a link carries, and the host that it names (lower case, with its port)."""

    host: str
    elements: Elements


def looks_like_link(text: str) -> bool:
    """Whether a text was meant as a link; then it is never read as a lot."""
    return _LIKE_A_LINK.match(text) is not None


def parse(text: str) -> DigitalLink:
    """Read an uncompressed GS1 Digital Link URI; scheme http or https, path before the key allowed.

    A GTIN has 14 digits by the standard. 12 or 13 with a right check digit are taken too: version 1.0 let
    zeros be left out and codes in use still do. Not 8: medicines bear no GTIN-8. Query keys that are not
    numbers are other people's business. Raises LINK_INVALID, LINK_WITHOUT_IDENTIFIER, LINK_COMPRESSED,
    BAD_CHARACTER, or what `element_strings.checked` raises.
    """
    allowed = _URI_CHARACTERS.match(text)
    end = allowed.end() if allowed else 0
    if end < len(text):
        raise refused_character(text, text[end], end + 1, "link")
    parts = _URI.fullmatch(text)
    if parts is None:
        raise _invalid(text, "a web address that starts with https:// or http://")
    _, authority, path, query = parts.groups()
    _check_authority(text, authority)
    by_path, words = _path_elements(text, path)
    by_query = _query_elements(text, query or "", words=words)
    elements = [(ai, _full_length(ai, value)) for ai, value in by_path + by_query]
    seen: set[str] = set()
    for ai, value in elements:
        if ai in seen:
            raise IdentifierError(ErrorCode.AI_REPEATED, given=text, expected=f"AI {ai} only once", field=ai)
        seen.add(ai)
        check_format(ai, value)
    return DigitalLink(authority.lower(), checked(elements))


def build(base_url: str, identifier: ProductIdentifier) -> str:
    """The link for a product: GTIN, CPV, lot, serial in the path; expiry and national numbers as query.

    AI 10 cannot hold spaces, so those of a printed lot are left out (its key is the same). Raises
    LINK_WITHOUT_IDENTIFIER without a GTIN, LINK_INVALID for a base that is not http(s) or has a query,
    LINK_CANNOT_CARRY for a value that would not arrive as it is printed.
    """
    base = _URI.fullmatch(base_url)
    if base is None or base[4] is not None or "#" in base_url:
        raise _invalid(base_url, "a base such as https://example.com, without query or fragment")
    _check_authority(base_url, base[2])
    if identifier.gtin is None:
        raise IdentifierError(
            ErrorCode.LINK_WITHOUT_IDENTIFIER, given=base_url, expected="a GTIN", field="gtin"
        )
    path = [("01", identifier.gtin.value)]
    path += [("22", identifier.cpv)] if identifier.cpv else []
    path += [("10", identifier.lot.printed.replace(" ", ""))] if identifier.lot else []
    path += [("21", identifier.serial.printed)] if identifier.serial else []
    query = [("17", identifier.expiry.yymmdd)] if identifier.expiry else []
    query += identifier.national
    if path[-1][1].endswith("/"):
        raise _not_carried(path[-1][1])  # resolvers tolerate a slash at the end, and then it means nothing
    link = base_url.rstrip("/") + "".join(f"/{ai}/{_segment(value)}" for ai, value in path)
    return link + ("?" + "&".join(f"{ai}={quote(value, safe='')}" for ai, value in query) if query else "")


_LIKE_A_BORDER = re.compile(r"/(?:22|10|21)(?:/|$)")


def _segment(value: str) -> str:
    """Percent-encoded; `.` and `..` mean folders to every browser, even when encoded.

    Many servers decode a path before the application sees it: then a lot `A/21/B` is a lot A with a serial B.
    """
    if value in (".", "..") or _LIKE_A_BORDER.search(value):
        raise _not_carried(value)
    return quote(value, safe="")


def _not_carried(value: str) -> IdentifierError:
    return IdentifierError(
        ErrorCode.LINK_CANNOT_CARRY,
        given=value,
        expected="no /22/, /10/ or /21/ inside, no slash at the end, not just dots",
        field="link",
    )


def _check_authority(text: str, authority: str) -> None:
    """No user information, zone identifiers, percent-encoding, nor a port that does not exist."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None or int(match[1] or 0) > 65535:
        raise _invalid(text, "a host name, and nothing but a port beside it", found=authority)


def _path_elements(text: str, path: str) -> tuple[list[Element], bool]:
    """The key and its qualifiers, from the last pair of path segments backwards; whether by words."""
    segments = path.removesuffix("/").split("/")[1:]
    for start in range(len(segments) - 2, -1, -2):
        for words in (False, True):
            name = segments[start]
            key = _WORDS.get(name.lower(), "") if words else name
            if key in _QUALIFIERS:
                pairs = list(zip(segments[start::2], segments[start + 1 :: 2], strict=True))
                return _qualified(text, key, pairs, words=words), words
    raise _no_key(text, segments)


def _qualified(text: str, key: str, pairs: list[tuple[str, str]], *, words: bool) -> list[Element]:
    ais = [_WORDS.get(name.lower(), name) if words else name for name, _ in pairs]
    qualifiers = ais[1:]
    if not any(_in_order(qualifiers, order) for order in _QUALIFIERS[key] or ((),)):
        orders = " or ".join("/".join(order) for order in _QUALIFIERS[key]) or "nothing"
        raise _invalid(text, f"after /{key}/… {orders}, in this order", found="/".join(qualifiers))
    return [
        (ai, _decoded(text, value, plus=False))
        for ai, (_, value) in zip([key, *qualifiers], pairs, strict=True)
    ]


def _in_order(found: list[str], order: tuple[str, ...]) -> bool:
    """Whether `found` is a part of `order`, nothing twice and nothing swapped."""
    remaining = iter(order)
    return all(ai in remaining for ai in found)


def _no_key(text: str, segments: list[str]) -> IdentifierError:
    """Tell a compressed link, a broken one and any other address apart."""
    last = segments[-1] if segments else ""
    after_key = next((name for name in segments[-3::-2] if name in _QUALIFIERS), None)
    packed = _BASE64URL.fullmatch(last) and not last.isdigit() and not last.islower()
    if packed and (after_key or len(segments) == 1 or len(last) > 10):
        return IdentifierError(
            ErrorCode.LINK_COMPRESSED, given=text, expected="an uncompressed GS1 Digital Link", field="link"
        )
    if any(name in _QUALIFIERS for name in segments):
        return _invalid(text, "pairs of /AI/value to the end of the path")
    return IdentifierError(
        ErrorCode.LINK_WITHOUT_IDENTIFIER,
        given=text,
        expected="a GS1 Digital Link, with /01/ and a product number in its path",
        field="link",
    )


def _query_elements(text: str, query: str, *, words: bool) -> list[Element]:
    elements: list[Element] = []
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        ai = _QUERY_WORDS.get(name.lower(), name) if words else name
        if not (ai.isascii() and ai.isdigit()):
            continue
        if ai in _ONLY_IN_PATH:
            raise _invalid(text, f"AI {ai} in the path, not in the query")
        elements.append((ai, _decoded(text, value, plus=True)))
    return elements


def _decoded(text: str, value: str, *, plus: bool) -> str:
    """Percent-decoded; in a query `+` is a space, as browsers send it, and then refused as one."""
    if _PERCENT.search(value):
        raise _invalid(text, "two hexadecimal digits after every percent sign")
    if plus:
        value = value.replace("+", " ")
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    if not plain:
        raise _invalid(text, "a value for every Application Identifier")
    for position, character in enumerate(plain, start=1):
        if not "!" <= character <= "~":
            raise refused_character(value, character, position, "link")
    return plain


def _full_length(ai: str, value: str) -> str:
    """A GTIN of 12 or 13 digits as 14, if its check digit is right."""
    if ai in ("01", "02") and len(value) in (12, 13) and value.isdigit():
        return Gtin.parse(value).value
    return value


def _invalid(text: str, expected: str, *, found: str = "") -> IdentifierError:
    return IdentifierError(ErrorCode.LINK_INVALID, given=text, expected=expected, found=found, field="link")
