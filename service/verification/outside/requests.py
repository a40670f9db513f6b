"""One request to a responder and its answer, by GS1's Lightweight Messaging Standard 1.3.

The connection goes to the very address that was looked at; a redirect is not followed; of the body at most
`MOST_BYTES` are read, and all of it has to be there within `SECONDS`.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import msgspec
from msgspec import Struct

from service.authenticity.evidence import OutsideAnswer
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.outgoing.requests import is_public
from service.tls import tls_context
from service.verification.outside.directory import ResponderEntry

SECONDS = 2.5
"""From the first look-up of a name to the last byte."""

MOST_BYTES = 64 * 1024


_REASONS = frozenset(
    {
        "Manufacturer_policy",
        "No_match_GTIN_Serial",
        "No_match_GTIN_Serial_Lot_Expiry",
        "No_match_GTIN_Serial_Lot",
        "No_match_GTIN_Serial_Expiry",
        "No_reason_provided",
        "Not_for_re-distribution",
    }
)
_INFO = frozenset({"Expired", "ExpirationExtended", "Recalled", "Suspect", "Illegitimate"})


class OutsideUnit(Struct, frozen=True):
    """The identifiers of one unit, as presented."""

    gtin: Gtin
    lot: Lot
    serial: Serial
    expiry: Expiry


class ResponderFault(Exception):  # noqa: N818 (what the responder did, not an error of this service)
    """The responder did not answer as the standard says, or not in time; the text says what it did."""


class _Data(Struct):
    verified: bool
    verificationFailureReason: str = ""  # noqa: N815 (the standard's name)
    additionalInfo: str = ""  # noqa: N815


class _Body(Struct):
    data: _Data
    corrUUID: str  # noqa: N815


def verification_url(entry: ResponderEntry, unit: OutsideUnit, req_gln: str, corr_uuid: str) -> str:
    """The address of a request about a unit."""
    expiry = f"{unit.expiry.year % 100:02}{unit.expiry.month:02}{unit.expiry.day or 0:02}"
    lot, serial = quote(unit.lot.printed, safe=""), quote(unit.serial.printed, safe="")
    query = f"exp={expiry}&linkType=verificationService&context=dscsaSaleableReturn"
    return (
        f"{entry.url}/verify/gtin/{unit.gtin.value}/lot/{lot}/ser/{serial}"
        f"?{query}&reqGLN={req_gln}&corrUUID={corr_uuid}"
    )


def ask_responder(
    entry: ResponderEntry,
    unit: OutsideUnit,
    req_gln: str,
    *,
    make_uuid: Callable[[], UUID] = uuid4,
) -> OutsideAnswer | None:
    """Ask once. None: the responder does not know the product (404). ResponderFault."""
    corr_uuid = str(make_uuid())
    try:
        url = httpx.URL(verification_url(entry, unit, req_gln, corr_uuid))
        status, body = asyncio.run(asyncio.wait_for(_get(entry, url), SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
        raise ResponderFault(type(error).__name__) from error
    if status == httpx.codes.NOT_FOUND:
        return None
    if status != httpx.codes.OK:
        raise ResponderFault(f"status {status}")
    return read_answer(body, entry.name, corr_uuid)


def read_answer(body: bytes, source: str, corr_uuid: str) -> OutsideAnswer:
    """Read the body of an answer. ResponderFault for another shape, another question's answer, and codes that
    the standard does not have.
    """
    try:
        read = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ResponderFault("no LMS answer") from error
    if read.corrUUID.lower() != corr_uuid:
        raise ResponderFault("the answer to another question")
    data = read.data
    if data.verificationFailureReason not in (*_REASONS, "") or data.additionalInfo not in (*_INFO, ""):
        raise ResponderFault("a code that LMS does not have")
    return OutsideAnswer(source, data.verified, data.verificationFailureReason, data.additionalInfo)


async def _get(entry: ResponderEntry, url: httpx.URL) -> tuple[int, bytes]:
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # what is packed could be a thousand times larger
        "User-Agent": "vialcheck",
        "GS1US-Version": "1.3.0",
        "Host": url.netloc.decode(),
    }
    if entry.key:
        headers["Authorization"] = f"Bearer {entry.key}"
    *others, last = await _addresses(entry, url)
    options = {"verify": tls_context(), "timeout": SECONDS, "follow_redirects": False, "trust_env": False}
    async with httpx.AsyncClient(**options) as client:  # type: ignore[arg-type]  # each is of its own type
        for each in others:
            with suppress(httpx.ConnectError):
                return await _read(client, url, each, headers)
        return await _read(client, url, last, headers)


async def _read(
    client: httpx.AsyncClient, url: httpx.URL, host: str, headers: dict[str, str]
) -> tuple[int, bytes]:
    """Status and body from one address of a host; TLS is checked against the host's name."""
    pinned, sni = url.copy_with(host=host), {"sni_hostname": url.host}
    async with client.stream("GET", pinned, headers=headers, extensions=sni) as answer:
        body = bytearray()
        if answer.status_code == httpx.codes.OK:
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ResponderFault("an answer that is too long")
        return answer.status_code, bytes(body)


async def _addresses(entry: ResponderEntry, url: httpx.URL) -> list[str]:
    """The addresses of the responder's host. ResponderFault where one is not public, and none may be so."""
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    if not entry.private and not all(map(is_public, addresses)):
        raise ResponderFault("an address inside the operator's network")
    return addresses
