"""The signed POST of a webhook."""

import hashlib
import hmac
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from service.outgoing import requests

SIGNATURE, MOMENT, DELIVERY = "X-Vialcheck-Signature", "X-Vialcheck-Time", "X-Vialcheck-Delivery"


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
    address: str,
    secret: str,
    content: dict[str, Any],
    at: datetime,
    *,
    private: Collection[str] = (),
    delivery: str = "",
) -> int:
    """POST as JSON, signed; return the status. UnavailableError unless it is 2xx, and for an address that is
    not allowed any more (`outgoing.requests.post`).

    Of the answer only the status is read. `private`: hosts that may have an address inside the operator's
    network. `delivery`: the number by which a receiver knows a message that it gets twice.
    """
    body, moment = json.dumps(content, sort_keys=True).encode(), at.isoformat()
    headers = {
        "Content-Type": "application/json",
        MOMENT: moment,
        SIGNATURE: signature(secret, moment, body),
    }
    if delivery:
        headers[DELIVERY] = delivery
    status = requests.post(address, body, headers, private=private).status
    if not 200 <= status < 300:
        raise requests.undelivered(f"the answer {status}")
    return status
