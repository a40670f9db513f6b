"""Reads a request to the resolver: a GS1 Digital Link URI of ours, strictly, with `linkType` and `context`.

The check box takes more (`digital_link.parse`); a resolver reports what breaks the syntax with 400 (GS1
Digital Link: URI Syntax, sections 4 and 5; GS1-Conformant Resolver 1.2, section 4.3.1).
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element
from service.gs1.digital_link import parse
from service.gs1.resolver.compression import decompressed
from service.gs1.resolver.link_types import DEFAULT_LINK, DEFAULT_LINK_MULTI, LINKSET, asked_link_type

_GTIN = re.compile(r"/01/([0-9]{14})(?:/|$)")
_ESCAPED_TWICE = re.compile(r"%25(?:[0-9A-Fa-f]{2}|[0-9A-Fa-f]?(?:/|$))")
"""A percent sign that itself stands before an escape, whole or cut: an escape that was escaped, or, behind a
server that decodes the path, one that was none.
"""

_QUALIFIERS = ("22", "10", "21", "235")
_PARAMETERS = ("linkType", "context")


@dataclass(frozen=True, slots=True)
class ResolverRequest:
    """What a request asks. `path`: the key and its qualifiers, decoded. `query`: as it was sent.

    `link_type`: a name of GS1's vocabulary or LINKSET; None where the request names none, an empty text where
    it names one that is not GS1's. `context`: empty where none is named.
    """

    path: tuple[Element, ...]
    query: str
    link_type: str | None = None
    context: str = ""

    @property
    def gtin(self) -> str:
        """The primary key."""
        return self.path[0][1]

    @property
    def lot(self) -> str:
        """The lot as it was sent; empty without one."""
        return dict(self.path).get("10", "")

    @property
    def wants_linkset(self) -> bool:
        """Whether the request asks for the linkset by its query."""
        return self.link_type == LINKSET

    @property
    def wants_default(self) -> bool:
        """Whether the request names no link type, or that of the defaults."""
        return self.link_type in (None, DEFAULT_LINK, DEFAULT_LINK_MULTI)


def path_of(elements: tuple[Element, ...]) -> str:
    """Return the path of a key and its qualifiers, percent-encoded."""
    return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in elements)


def parse_request(origin: str, target: str) -> ResolverRequest:
    """Read the path and query of a request, percent-encoded as they were sent.

    IdentifierError for whatever breaks the syntax: a GTIN of other than 14 digits, a qualifier in the query,
    a value that is percent-encoded twice, a parameter of the resolver named twice.
    """
    path, _, query = target.partition("?")
    path = path.removesuffix("/")
    if _ESCAPED_TWICE.search(path):
        raise _invalid(target, "values that are percent-encoded once")
    link = parse(origin + path + (f"?{query}" if query else ""))
    if not _GTIN.match(path):
        raise _invalid(target, "a product number (GTIN) of 14 digits after /01/")
    names = [part.partition("=")[0] for part in query.split("&")]
    if (found := next((name for name in names if name in _QUALIFIERS), None)) is not None:
        raise _invalid(target, f"AI {found} in the path, not in the query")
    link_type, context = (_parameter(target, query, name) for name in _PARAMETERS)
    return ResolverRequest(
        path=tuple(each for each in link.elements if each[0] in ("01", *_QUALIFIERS)),
        query=query,
        link_type=(asked_link_type(link_type) or "") if link_type else None,
        context=context,
    )


def uncompressed(target: str) -> str | None:
    """Return the path and query of a compressed request uncompressed; None for one that is not compressed.

    Compressed: one segment of base64url, alone or after `/01/` and a GTIN. IdentifierError(LINK_INVALID) for
    what cannot be decompressed, or names no GTIN.
    """
    path, _, query = target.partition("?")
    *before, text = path.removesuffix("/").split("/")[1:]
    if before and (len(before) != 2 or before[0] != "01"):
        return None
    found = decompressed(text)
    elements = ({"01": before[1]} if before else {}) | dict(found.elements)
    if "01" not in elements:
        raise _invalid(target, "a product number (GTIN)")
    names = ["01", *(ai for ai in _QUALIFIERS if ai in elements)]
    pairs = [(ai, value) for ai, value in elements.items() if ai not in names]
    passed = [f"{name}={quote(value, safe='')}" for name, value in (*pairs, *found.others)]
    whole = "&".join([*passed, *([query] if query else [])])
    return path_of(tuple((ai, elements[ai]) for ai in names)) + (f"?{whole}" if whole else "")


def _parameter(target: str, query: str, name: str) -> str:
    """The value of a parameter; empty where it is not there."""
    pairs = [part.partition("=") for part in query.split("&")]
    values = [unquote_plus(value) for key, _, value in pairs if key == name]
    if len(values) > 1:
        raise _invalid(target, f"{name} only once")
    return values[0] if values else ""


def _invalid(given: str, expected: str) -> IdentifierError:
    return IdentifierError(ErrorCode.LINK_INVALID, given=given, expected=expected, field="link")
