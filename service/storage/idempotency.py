"""Keys by which a program may send a request twice, and have it carried out once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from service.errors import ConflictError, ErrorCode, RefusedError
from service.storage.database import advisory_lock
from service.storage.models import IdempotencyKey

MOST = 100
"""Characters of a key."""

_LOCK = 0x69646D70  # "idmp"


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request under its sender's key. `sent`: everything that makes it another request."""

    organisation_id: int
    key: str
    sent: bytes

    @classmethod
    def of(cls, organisation_id: int | None, key: str, *sent: bytes) -> "IdempotentRequest | None":
        """None where no key was sent. VALUE_INVALID for one that is too long, or has signs beside ASCII."""
        if not key or organisation_id is None:
            return None
        if len(key) > MOST or not (key.isascii() and key.isprintable()):
            expected = f"at most {MOST} printable characters of ASCII"
            raise RefusedError(
                ErrorCode.VALUE_INVALID, given=key[:MOST], expected=expected, field="Idempotency-Key"
            )
        return cls(organisation_id, key, b"\0".join(sent))

    @property
    def sha256(self) -> str:
        """Of what was sent."""
        return hashlib.sha256(self.sent).hexdigest()


def find_made(connection: Connection, asked: IdempotentRequest | None, object_type: str) -> int | None:
    """The number of what an earlier request under this key made; None for the first.

    Until the transaction ends no other one passes here. IDEMPOTENCY_KEY_REUSED where that asked for something
    else.
    """
    if asked is None:
        return None
    advisory_lock(connection, _LOCK)
    statement = select(IdempotencyKey.__table__).where(
        IdempotencyKey.organisation_id == asked.organisation_id, IdempotencyKey.key == asked.key
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    if (row["sha256"], row["object_type"]) != (asked.sha256, object_type):
        raise ConflictError(
            ErrorCode.IDEMPOTENCY_KEY_REUSED,
            given=asked.key,
            expected="a new key for another request",
            field="Idempotency-Key",
        )
    return int(row["object_id"])


def note_made(
    connection: Connection, asked: IdempotentRequest | None, object_type: str, number: int, at: datetime
) -> None:
    """Note what the request has made, in the transaction that makes it."""
    if asked is not None:
        connection.execute(
            insert(IdempotencyKey).values(
                organisation_id=asked.organisation_id,
                key=asked.key,
                sha256=asked.sha256,
                object_type=object_type,
                object_id=number,
                at=at,
            )
        )
