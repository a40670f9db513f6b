"""Transport of digests: a message to a mail server, or a signed POST to a webhook, with short timeouts."""

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from service.errors import ErrorCode, RefusedError
from service.outgoing import requests

SECONDS = 5.0
"""For each step of a conversation with a mail server."""
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

    Of the answer only the status is read. `private`: hosts that may have an address inside the operator's
    network.
    """
    body, moment = json.dumps(content, sort_keys=True).encode(), at.isoformat()
    headers = {
        "Content-Type": "application/json",
        MOMENT: moment,
        SIGNATURE: signature(secret, moment, body),
    }
    status = requests.post(address, body, headers, private=private).status
    if not 200 <= status < 300:
        raise requests.undelivered(f"the answer {status}")


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
        raise requests.undelivered(type(error).__name__) from error


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
