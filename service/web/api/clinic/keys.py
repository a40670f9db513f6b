"""A program's own mark of its request, by which a step or delivery that is sent twice is recorded once."""

import hashlib

from flask import request

from service.accounts.actors import Actor
from service.storage.idempotency import IdempotentRequest
from service.web.api.records.preconditions import KEY_HEADER


def nonce_of(actor: Actor, *sent: str) -> str | None:
    """The nonce under which the request is recorded; None where it has no `Idempotency-Key`. VALUE_INVALID.

    `sent`: what makes it another request under the same key, so that a key used twice loses no record.
    """
    asked = IdempotentRequest.of(actor.organisation_id, request.headers.get(KEY_HEADER, ""))
    if asked is None:
        return None
    return hashlib.sha256("\0".join(("key", asked.key, *sent)).encode()).hexdigest()
