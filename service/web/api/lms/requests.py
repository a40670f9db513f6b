"""Reads an LMS request: its path, its query, and the version that it speaks.

/verify/gtin/{gtin14}/lot/{lot}/ser/{serial}?exp=…&linkType=…&context=…&reqGLN=…&corrUUID=…
/checkConnectivity?gtin=…&reqGLN=…
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from service.errors import ErrorCode, IdentifierError, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.characters import require_cset_82
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial, is_gln

VERSIONS = ("1.1", "1.2", "1.3")
"""The versions that are answered, by their first two numbers; a request that names none speaks the first."""

VERSION_HEADER = "GS1US-Version"

_PATH = re.compile(r"gtin/([^/]*)/lot/(.*)/ser/(.*)", re.DOTALL)
_VERSION = re.compile(r"([0-9]+\.[0-9]+)(?:\.[0-9]+)?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")
_LINK_TYPES = ("verificationService", "gs1:verificationService")
_MOST = 20

T = TypeVar("T")
Parameters = Mapping[str, list[str]]


class VerificationRequest(Struct, frozen=True):
    """A request that can be answered. `corr_uuid` is returned as it was sent."""

    gtin: Gtin
    lot: Lot
    serial: Serial
    expiry: Expiry
    yymmdd: str
    req_gln: str
    corr_uuid: str
    version: str


def read_verification(path: str, parameters: Parameters, version: str) -> VerificationRequest:
    """Read a request. `path`: decoded, after `/verify/`. InvalidFieldsError lists all that is wrong.

    All three identifiers and the expiry have to be there: LMS answers no question about a lot alone.
    """
    found = _PATH.fullmatch(path.removesuffix("/"))
    if found is None:
        raise _invalid("scan", path, "gtin/…/lot/…/ser/… after /verify/")
    reader = _Reader(parameters)
    gtin = reader.read("gtin", found[1], _gtin)
    lot = reader.read("lot", found[2], lambda text: Lot.parse(_value("lot", text)))
    serial = reader.read("serial", found[3], lambda text: Serial.parse(_value("serial", text)))
    yymmdd = reader.one("exp")
    expiry = reader.read("exp", yymmdd, Expiry.from_yymmdd)
    reader.read("linkType", reader.optional("linkType", _LINK_TYPES[0]), _link_type)
    reader.read("context", reader.optional("context", "dscsaSaleableReturn"), _word)
    req_gln = reader.read("reqGLN", reader.one("reqGLN"), _gln)
    corr_uuid = reader.read("corrUUID", reader.one("corrUUID"), _uuid)
    spoken = reader.read(VERSION_HEADER, version or VERSIONS[0], _version)
    reader.done()
    assert gtin and lot and serial and expiry and req_gln and corr_uuid and spoken  # noqa: S101, PT018 (for the type checker: each is read, or an error was raised)
    return VerificationRequest(gtin, lot, serial, expiry, yymmdd, req_gln, corr_uuid, spoken)


def read_connectivity(parameters: Parameters) -> tuple[Gtin, str]:
    """Read a request for the responder of a product: its GTIN, and the GLN of who asks."""
    reader = _Reader(parameters)
    gtin = reader.read("gtin", reader.one("gtin"), _gtin)
    req_gln = reader.read("reqGLN", reader.one("reqGLN"), _gln)
    reader.done()
    assert gtin and req_gln  # noqa: S101, PT018 (as above)
    return gtin, req_gln


class _Reader:
    """Collects what is wrong, so that a partner mends it in one go."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._errors: list[VialcheckError] = []

    def one(self, name: str) -> str:
        """The value of a parameter that has to be there once; empty where it is not."""
        values = self._parameters.get(name, [])
        if len(values) != 1 or not values[0]:
            self._errors.append(_invalid(name, ", ".join(values)[:80], "one value"))
            return ""
        return values[0]

    def optional(self, name: str, otherwise: str) -> str:
        """The value of a parameter that may be left out, and may not be there twice."""
        return self.one(name) if name in self._parameters else otherwise

    def read(self, field: str, text: str, parse: Callable[[str], T]) -> T | None:
        """The parsed text; None where there is none, or it was refused."""
        if not text and field not in ("gtin", "lot", "serial"):
            return None
        try:
            return parse(text)
        except VialcheckError as error:
            error.field = field
            self._errors.append(error)
            return None

    def done(self) -> None:
        """InvalidFieldsError with everything that was wrong."""
        if self._errors:
            raise InvalidFieldsError(tuple(self._errors))


def _gtin(text: str) -> Gtin:
    if len(text) != 14:
        raise _invalid("gtin", text, "a product number (GTIN) of 14 digits")
    return Gtin.parse(text)


def _value(field: str, text: str) -> str:
    """A lot or serial as AI 10 and 21 have it: 1 to 20 characters of set 82, and no spaces."""
    require_cset_82(text, field=field)
    if not 1 <= len(text) <= _MOST:
        raise _invalid(field, text, f"1 to {_MOST} characters")
    return text


def _gln(text: str) -> str:
    if not is_gln(text):
        raise _invalid("reqGLN", text, "a GLN: 13 digits with a right check digit")
    return text


def _uuid(text: str) -> str:
    try:
        same = str(UUID(text)) == text.lower()
    except ValueError:
        same = False
    if not same:
        raise _invalid("corrUUID", text, "a UUID with hyphens")
    return text


def _link_type(text: str) -> str:
    if text not in _LINK_TYPES:
        raise _invalid("linkType", text, "verificationService")
    return text


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise _invalid("context", text, "a word such as dscsaSaleableReturn")
    return text


def _version(text: str) -> str:
    found = _VERSION.fullmatch(text.strip())
    if found is None or found[1] not in VERSIONS:
        raise _invalid(VERSION_HEADER, text, "one of " + ", ".join(f"{each}.0" for each in VERSIONS))
    return found[1]


def _invalid(field: str, given: str, expected: str) -> VialcheckError:
    if field in ("gtin", "lot", "serial", "scan"):
        return IdentifierError(ErrorCode.VALUE_INVALID, given=given, expected=expected, field=field)
    return RefusedError(ErrorCode.VALUE_INVALID, given=given, expected=expected, field=field)
