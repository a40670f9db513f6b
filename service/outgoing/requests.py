"""A POST to an address outside: to public hosts or those that the operator named, within seconds, along no
redirect.

The connection goes to the very address that was looked at; TLS is checked against the host's name.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.tls import tls_context

SECONDS = 5.0
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts of the operator's own machine: for addresses that the operator sets."""

_LONGEST_ADDRESS = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


class Reply(NamedTuple):
    """The status of an answer, and as much of its body as was asked for."""

    status: int
    body: bytes = b""


def check_form(address: str, private: Collection[str], *, field: str = "webhook") -> str:
    """Return the host. RefusedError unless the address is https, or http to a host of `private`: the body
    must not be readable on the way. `field`: what the address is called in a refusal.
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
            field=field,
        )
    return host


def check_address(address: str, private: Collection[str], *, field: str = "webhook") -> None:
    """`check_form`; and what is written as an address inside a network has to be in `private` too."""
    host = check_form(address, private, field=field)
    if host not in private and (host in THIS_MACHINE or _is_inside(host)):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=address,
            expected="a public address, or one that the operator allows (VIALCHECK_WEBHOOK_HOSTS)",
            field=field,
        )


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: Collection[str] = (),
    most: int = 0,
) -> Reply:
    """Return the answer to a POST; UnavailableError(NOT_DELIVERED) where none came within `SECONDS`, and
    for an address that is not allowed.

    `private`: hosts that may have an address inside the operator's network; every other has to have a public
    one. `most`: bytes that are read of the answer's body.
    """
    try:
        check_address(address, private)
    except RefusedError as error:
        raise undelivered(error.expected or "the address is not allowed") from error
    sent = {"User-Agent": "vialcheck", **headers}
    try:
        return asyncio.run(asyncio.wait_for(_post(address, body, sent, private, most), SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
        raise undelivered(type(error).__name__) from error


def undelivered(found: str) -> UnavailableError:
    """Return the error of what did not arrive. `found`: why, without an address or a secret."""
    return UnavailableError(ErrorCode.NOT_DELIVERED, found=found)


async def _post(
    address: str, body: bytes, headers: dict[str, str], private: Collection[str], most: int
) -> Reply:
    url = httpx.URL(address)
    headers = headers | {"Host": url.netloc.decode()}
    *others, last = await _addresses_of(url, private)
    async with httpx.AsyncClient(verify=tls_context(), timeout=SECONDS, follow_redirects=False) as client:
        for each in others:
            with suppress(httpx.ConnectError):
                return await _reply(client, url, each, body, headers, most)
        return await _reply(client, url, last, body, headers, most)


async def _reply(
    client: httpx.AsyncClient, url: httpx.URL, host: str, body: bytes, headers: dict[str, str], most: int
) -> Reply:
    """The answer from one address of a host."""
    pinned, sni = url.copy_with(host=host), {"sni_hostname": url.host}
    read = b""
    async with client.stream("POST", pinned, content=body, headers=headers, extensions=sni) as answer:
        if most:
            async for piece in answer.aiter_raw(most):
                read += piece
                if len(read) >= most:
                    break
        return Reply(answer.status_code, read[:most])


async def _addresses_of(url: httpx.URL, private: Collection[str]) -> list[str]:
    """The addresses of a host. UnavailableError where one is not public, and it may not have such."""
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if url.host not in private and not all(map(is_public, addresses)):
        raise undelivered(f"{url.host} is inside this network, and not in VIALCHECK_WEBHOOK_HOSTS")
    return addresses


def _is_inside(host: str) -> bool:
    """Whether the host is written as an address that is not public."""
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet; an IPv4 address within one of IPv6 counts as itself.

    >>> [is_public(each) for each in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    parsed = ipaddress.ip_address(address)
    inner: ipaddress.IPv4Address | None = None
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    looked_at = parsed if inner is None else inner
    return looked_at.is_global and not looked_at.is_multicast
