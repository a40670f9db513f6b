"""Twilio's webhook of incoming messages: a signed form comes in, and the answer goes back as TwiML.

Signed is the address with the form's fields in the order of their names, by HMAC-SHA1 under the account's
auth token (X-Twilio-Signature). The address is that of `VIALCHECK_PUBLIC_URL`, else of the request.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from flask import Blueprint, Response, request
from markupsafe import escape
from werkzeug.exceptions import Forbidden

from service.errors import ErrorCode, NotFoundError
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.flask_proxies import behind
from service.web.core.question_form import own_origin
from service.web.core.raw_target import raw_target
from service.web.core.services import services
from service.web.public.text_messages.conversation import TextMessage, answer_to

twilio = Blueprint("twilio", __name__)


@twilio.post("/sms/twilio")
@open_to_everyone
@runs_in(Pool.CHECKS)
def incoming() -> Response:
    """Answer one message. 404 where no token is set, 403 where the signature is not the account's."""
    token = services().settings.twilio_token
    if not token:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="an address that is open", field="twilio_token")
    form = request.form
    expected = signature(token, own_origin() + raw_target(behind(request)), form.items(multi=True))
    given = request.headers.get("X-Twilio-Signature", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise Forbidden
    if form.get("OptOutType"):
        return _twiml("")  # STOP, START, HELP: Twilio itself has answered
    pictures = form.get("NumMedia", "")
    return _twiml(
        answer_to(
            TextMessage(
                form.get("MessageSid", ""),
                form.get("From", ""),
                form.get("Body", ""),
                int(pictures[:3]) if pictures.isdecimal() else 0,
            )
        )
    )


def signature(token: str, address: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the signature of a form that is sent to an address, in Base64.

    >>> signature("12345", "https://example.org/sms", [("B", "2"), ("A", "1")])
    '4RboZxqTw3qQqC7xwBra9pj4B5s='
    """
    signed = address + "".join(name + text for name, text in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _twiml(answer: str) -> Response:
    said = f"<Message>{escape(answer)}</Message>" if answer else ""
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>{said}</Response>', mimetype="text/xml"
    )
