"""Providers of text messages that take an answer by a request of ours: Vonage, Africa's Talking."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

from service.errors import ErrorCode, RefusedError
from service.outgoing.requests import THIS_MACHINE, Reply, post, undelivered
from service.outgoing.text_messages import OutgoingText

_MOST_READ = 16_384
_TOO_MANY = 429
_SENT = frozenset({100, 101, 102})
"""Africa's Talking: processed, sent, queued."""
_LATER = frozenset({500, 501})
"""Africa's Talking: an error of its own, or of the gateway."""


@dataclass(frozen=True, slots=True)
class Vonage:
    """The Messages API (POST /v1/messages, basic authentication) under `address`."""

    address: str
    key: str
    secret: str = field(repr=False)
    name: str = "vonage"

    def send(self, message: OutgoingText) -> None:
        """Hand one message over (202)."""
        said = {
            "channel": "sms",
            "message_type": "text",
            "to": message.to,
            "from": message.sender,
            "text": message.text,
            "sms": {"encoding_type": "auto"},
        }
        entry = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {entry}", "Content-Type": "application/json"}
        _accepted(post(self.address, json.dumps(said).encode(), headers, private=THIS_MACHINE))


class _Recipient(msgspec.Struct):
    status: int = msgspec.field(name="statusCode", default=0)


class _Sent(msgspec.Struct):
    recipients: list[_Recipient] = msgspec.field(name="Recipients", default_factory=list)


class _Answer(msgspec.Struct):
    data: _Sent = msgspec.field(name="SMSMessageData")


@dataclass(frozen=True, slots=True)
class AfricasTalking:
    """The SMS API (POST /version1/messaging, a form, the key in a header) under `address`."""

    address: str
    username: str
    key: str = field(repr=False)
    name: str = "africastalking"

    def send(self, message: OutgoingText) -> None:
        """Hand one message over: 201, and the recipient's own status among those that will be sent."""
        form = {
            "username": self.username,
            "to": message.to,
            "from": message.sender,
            "message": message.text,
        }
        if message.link:
            form["linkId"] = message.link
        headers = {
            "apiKey": self.key,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(form).encode()
        reply = post(self.address, body, headers, private=THIS_MACHINE, most=_MOST_READ)
        _accepted(reply)
        try:
            recipients = msgspec.json.decode(reply.body, type=_Answer).data.recipients
        except msgspec.DecodeError:
            return  # accepted in words that we do not know: sent again, it might arrive twice
        status = recipients[0].status if recipients else 0
        if status in _LATER:
            raise undelivered(f"the status {status}")
        if status not in _SENT:
            raise RefusedError(ErrorCode.NOT_DELIVERED, found=f"the status {status}")


def _accepted(reply: Reply) -> None:
    """UnavailableError where a message may be accepted later, RefusedError where it never will."""
    if 200 <= reply.status < 300:
        return
    if reply.status == _TOO_MANY or reply.status >= 500:
        raise undelivered(f"the answer {reply.status}")
    raise RefusedError(ErrorCode.NOT_DELIVERED, found=f"the answer {reply.status}")
