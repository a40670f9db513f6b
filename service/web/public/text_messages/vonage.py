"""Vonage's webhook of incoming messages (Messages API): signed JSON comes in, the answer is sent by us.

The header Authorization has a JSON Web Token (HS256, the account's signature secret) with the SHA-256 of the
body (`payload_hash`), the account's key and the moment of signing.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from werkzeug.exceptions import BadRequest, Forbidden

from service.errors import ErrorCode, NotFoundError
from service.web.core.access import with_own_token
from service.web.core.concurrency import Pool, runs_in
from service.web.core.services import services
from service.web.public.text_messages.conversation import TextMessage
from service.web.public.text_messages.deferred import answer_later

vonage = Blueprint("vonage", __name__)

FRESH = timedelta(minutes=15)
"""How old a signature may be; as far as clocks differ it may be younger than now. Within an hour a message is
known by its id, so that none can be sent once more.
"""

_PICTURES = frozenset({"image", "video", "file"})


class InboundMessage(msgspec.Struct):
    """What is read of a webhook's body. A message's status has the same form, without a type."""

    sender: str = msgspec.field(name="from", default="")
    to: str = ""
    message_uuid: str = ""
    message_type: str = ""
    channel: str = ""
    text: str = ""


@vonage.post("/sms/vonage")
@with_own_token
@runs_in(Pool.CHECKS)
def incoming() -> Response:
    """Have one message answered. 404 where no account is set, 403 where the signature is not its own."""
    settings = services().settings
    provider = settings.vonage
    if provider is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="an address that is open", field="vonage_key")
    body = request.get_data()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not _signed(token.strip(), body):
        raise Forbidden
    try:
        message = msgspec.json.decode(body, type=InboundMessage)
    except msgspec.DecodeError as error:
        raise BadRequest from error
    if not message.message_type or message.channel not in ("sms", "mms"):
        return Response(status=200)  # how an answer fares, and channels that have browsers
    pictures = int(message.message_type in _PICTURES)
    return answer_later(
        provider, TextMessage(message.message_uuid, message.sender, message.text, pictures), message.to
    )


def _signed(token: str, body: bytes) -> bool:
    """Whether a token is of the account, of these minutes, and about this body."""
    settings = services().settings
    key = OctKey.import_key(settings.vonage_signature_secret.encode())
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["HS256"]).claims
    except (JoseError, ValueError):
        return False
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or str(claims.get("api_key")) != settings.vonage_key:
        return False
    age = abs(services().verification.now().timestamp() - issued)
    given = str(claims.get("payload_hash", "")).lower()
    expected = hashlib.sha256(body).hexdigest()
    return age <= FRESH.total_seconds() and hmac.compare_digest(given.encode(), expected.encode())
