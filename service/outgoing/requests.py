"""A POST to an address outside: to public hosts alone, within seconds, and along no redirect.

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
_LONGEST_ADDRESS = 2000


class Reply(NamedTuple):
    """The status of an answer, and as much of its body as was asked for."""

    status: int
    body: bytes = b""


def check_address(address: str, field: str) -> None:
    """RefusedError unless the address is https, or http on this machine: the body must not be readable on the
    way.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = parts.scheme == "http" and _is_this_machine(host)
    if (
        not host
        or parts.username
        or not (parts.scheme == "https" or plain)
        or len(address) > _LONGEST_ADDRESS
    ):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=address,
            expected="an address that begins with https:// (or http:// on this machine), without a password",
            field=field,
        )


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: Collection[str] = (),
    field: str = "webhook",
    most: int = 0,
) -> Reply:
    """Return the answer to a POST; UnavailableError(NOT_DELIVERED) where none came within `SECONDS` in all.

    `private`: hosts that may have an address inside the operator's network; every other has to have a public
    one. `most`: bytes that are read of the answer's body. `field`: what the address is called in a refusal.
    """
    check_address(address, field)
    sent = {"User-Agent": "vialcheck", **headers}
    try:
        return asyncio.run(asyncio.wait_for(_post(address, body, sent, private, most), SECONDS))
    except (httpx.HTTPError, OSError, TimeoutError, UnicodeError) as error:
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
    here = url.scheme == "http"  # this very machine, or `check_address` had refused it
    if url.host not in private and not here and not all(map(_is_public, addresses)):
        raise undelivered(f"{url.host} is inside this network, and not in VIALCHECK_WEBHOOK_HOSTS")
    return addresses


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
