"""Transport of messages by e-mail: through a mail server, with short timeouts. `registry.webhooks` posts."""

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from service.errors import ErrorCode, RefusedError
from service.outgoing.requests import undelivered

SECONDS = 5.0


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
        raise undelivered(type(error).__name__) from error


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
