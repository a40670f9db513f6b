"""Transport of digests: a message to a mail server, or a signed POST to a webhook, with short timeouts."""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import smtplib
import socket
import ssl
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.registry.digests.subscriptions import check_webhook
from service.tls import tls_context

SECONDS = 5.0
SIGNATURE, MOMENT = "X-Vialcheck-Signature", "X-Vialcheck-Time"


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return `sha256=` and the HMAC-SHA256 (RFC 2104) of the moment, a full stop and the body, in
    hexadecimal.

    >>> signature("00", "2026-01-01T00:00:00+00:00", b"{}")[:15]
    'sha256=59ee853e'
    """
    return (
        f"sha256={hmac.new(bytes.fromhex(secret), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
    )


def post(
    address: str, secret: str, content: dict[str, Any], at: datetime, *, private: Collection[str] = ()
) -> None:
    """POST as JSON, signed. UnavailableError unless it is answered with 2xx; a redirect is not followed.

    Within `SECONDS` in all, and of the answer only the status is read. `private`: hosts that may have an
    address inside the operator's network; every other has to have a public one, and the connection goes to
    the very address that was looked at.
    """
    check_webhook(address)
    body, moment = json.dumps(content, sort_keys=True).encode(), at.isoformat()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vialcheck",
        MOMENT: moment,
        SIGNATURE: signature(secret, moment, body),
    }
    try:
        status = asyncio.run(asyncio.wait_for(_post(address, body, headers, private), SECONDS))
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        raise _undelivered(type(error).__name__) from error
    if not 200 <= status < 300:
        raise _undelivered(f"the answer {status}")


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
    here = url.scheme == "http"  # this very machine, or `check_webhook` had refused it
    if url.host not in private and not here and not all(map(_is_public, addresses)):
        raise _undelivered(f"{url.host} is inside this network, and not in VIALCHECK_WEBHOOK_HOSTS")
    return addresses


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


def mail(server: str, sender: str, to: str, said: tuple[str, str], at: datetime) -> None:
    """Send a subject and a text through `server`: smtp://[user:password@]host[:port], or smtps://….

    Where smtp:// offers STARTTLS it is used, and a password is sent over TLS only. RefusedError where no
    server is configured, UnavailableError where it does not accept the message.
    """
    parts = urlsplit(server)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not sender:
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given=parts.hostname or "",
            expected="smtp://host:port or smtps://host:port, and a sender",
            field="VIALCHECK_SMTP_URL",
        )
    try:
        _send(parts.scheme == "smtps", parts, _message(sender, to, said, at))
    except (OSError, smtplib.SMTPException) as error:
        raise _undelivered(type(error).__name__) from error


def _send(secure: bool, parts: Any, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if secure:
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            parts.hostname, parts.port or 465, timeout=SECONDS, context=context
        )
    else:
        session = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=SECONDS)
    try:
        session.ehlo()
        if not secure and session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()
            secure = True
        if parts.username:
            if not secure:
                raise smtplib.SMTPNotSupportedError("no password without TLS")
            session.login(unquote(parts.username), unquote(parts.password or ""))
        session.send_message(message)
        with suppress(OSError, smtplib.SMTPException):
            session.quit()  # the message is accepted, whatever happens to the connection
    finally:
        session.close()


def _message(sender: str, to: str, said: tuple[str, str], at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"], text = said
    message["Date"], message["Message-ID"] = format_datetime(at), make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    message.set_content(text)
    return message


def _undelivered(found: str) -> UnavailableError:
    return UnavailableError(ErrorCode.NOT_DELIVERED, found=found)
