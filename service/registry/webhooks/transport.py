"""The signed POST of a webhook: to public addresses or those that the operator named, within some seconds.

A redirect is not followed, and of the answer only the status is read.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.tls import tls_context

SECONDS = 5.0
SIGNATURE, MOMENT, DELIVERY = "X-Vialcheck-Signature", "X-Vialcheck-Time", "X-Vialcheck-Delivery"
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts of the operator's own machine: for webhooks that the operator sets in a terminal."""

_LONGEST_ADDRESS = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return `sha256=` and the HMAC-SHA256 (RFC 2104) of the moment, a full stop and the body, in
    hexadecimal.

    >>> signature("00", "2026-01-01T00:00:00+00:00", b"{}")[:15]
    'sha256=59ee853e'
    """
    return (
        f"sha256={hmac.new(bytes.fromhex(secret), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
    )


def check_form(address: str, private: Collection[str]) -> str:
    """Return the host. RefusedError unless the address is https, or http to a host of `private`: the body
    must not be readable on the way.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = parts.scheme == "http" and host in private
    fits = len(address) <= _LONGEST_ADDRESS and address.isascii() and address.isprintable()
    if not host or parts.username or not (parts.scheme == "https" or plain) or not fits or " " in address:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=address[:_LONGEST_ADDRESS],
            expected="an address that begins with https://, without a password",
            field="webhook",
        )
    return host


def check_webhook(address: str, private: Collection[str]) -> None:
    """`check_form`; and what is written as an address inside a network has to be in `private` too."""
    host = check_form(address, private)
    if host not in private and (host in THIS_MACHINE or _is_inside(host)):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=address,
            expected="a public address, or one that the operator allows (VIALCHECK_WEBHOOK_HOSTS)",
            field="webhook",
        )


def post(
    address: str,
    secret: str,
    content: dict[str, Any],
    at: datetime,
    *,
    private: Collection[str] = (),
    delivery: str = "",
) -> int:
    """POST as JSON, signed; return the status. UnavailableError unless it is 2xx, and for an address that is
    not allowed any more.

    Within `SECONDS` in all. `private`: hosts that may have an address inside the operator's network; every
    other has to have a public one, and the connection goes to the very address that was looked at.
    `delivery`: the number by which a receiver knows a message that it gets twice.
    """
    try:
        check_webhook(address, private)
    except RefusedError as error:
        raise _undelivered(error.expected or "the address is not allowed") from error
    body, moment = json.dumps(content, sort_keys=True).encode(), at.isoformat()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vialcheck",
        MOMENT: moment,
        SIGNATURE: signature(secret, moment, body),
    }
    if delivery:
        headers[DELIVERY] = delivery
    try:
        status = asyncio.run(asyncio.wait_for(_post(address, body, headers, private), SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
        raise _undelivered(type(error).__name__) from error
    if not 200 <= status < 300:
        raise _undelivered(f"the answer {status}")
    return status


async def _post(address: str, body: bytes, headers: dict[str, str], private: Collection[str]) -> int:
    url = httpx.URL(address)
    headers = headers | {"Host": url.netloc.decode()}
    *others, last = await _addresses_of(url, private)
    async with httpx.AsyncClient(verify=tls_context(), timeout=SECONDS, follow_redirects=False) as client:
        for each in others:
            with suppress(httpx.ConnectError):
                return await _status(client, url, each, body, headers)
        return await _status(client, url, last, body, headers)


async def _status(
    client: httpx.AsyncClient, url: httpx.URL, host: str, body: bytes, headers: dict[str, str]
) -> int:
    """The status of the answer from one address of a host; TLS is checked against the host's name."""
    pinned, sni = url.copy_with(host=host), {"sni_hostname": url.host}
    async with client.stream("POST", pinned, content=body, headers=headers, extensions=sni) as answer:
        return answer.status_code


async def _addresses_of(url: httpx.URL, private: Collection[str]) -> list[str]:
    """The addresses of a host. UnavailableError where one is not public, and it may not have such."""
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if url.host not in private and not all(map(_is_public, addresses)):
        raise _undelivered(f"{url.host} is inside this network, and not in VIALCHECK_WEBHOOK_HOSTS")
    return addresses


def _is_inside(host: str) -> bool:
    """Whether the host is written as an address that is not public."""
    try:
        return not _is_public(host)
    except ValueError:
        return False


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    inner: ipaddress.IPv4Address | None = None
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    return all(
        each.is_global and not each.is_multicast for each in ((inner,) if inner is not None else (parsed,))
    )


def _undelivered(found: str) -> UnavailableError:
    return UnavailableError(ErrorCode.NOT_DELIVERED, found=found)
