"""Ids of checks: UUIDs of version 7 (RFC 9562, 5.7) with a mark that only this service can make.

48 bits of milliseconds, 42 random bits, 32 bits of a keyed hash over those. Without the key the last 74 bits
look random. The mark distinguishes an id that was made a moment ago, and may still be on its way to the disk,
from one that was made up, for which no request should wait. Ids of before, and of another key, have no mark.
"""

import re
import secrets
import time
from collections.abc import Callable
from functools import cached_property
from hashlib import blake2b

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MARK = 4  # bytes


class CheckIds:
    """Makes ids and recognises them. `key`: gives the secret, asked for once, when it is first needed.

    Where it cannot be had (OSError), a random one serves: then no process recognises another's ids.
    """

    def __init__(self, key: Callable[[], bytes] | None = None) -> None:
        self._given = key

    def new(self) -> str:
        """An id that cannot be guessed."""
        head = (int(time.time() * 1000) & ((1 << 48) - 1)) << 48 | secrets.randbits(48)
        head = head & ~(0xF << 44) | 0x7 << 44
        head = head & ~(0b11 << 30) | 0b10 << 30
        first = head.to_bytes(12)
        text = (first + self._mark(first)).hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def has_mark(self, check_id: str) -> bool:
        """Whether this service made the id."""
        raw = bytes.fromhex(check_id.replace("-", ""))
        return secrets.compare_digest(raw[12:], self._mark(raw[:12]))

    def _mark(self, first: bytes) -> bytes:
        return blake2b(first, key=self._key, digest_size=_MARK).digest()

    @cached_property
    def _key(self) -> bytes:
        if self._given is not None:
            try:
                return self._given()
            except OSError:
                pass
        return secrets.token_bytes(32)


def is_check_id(text: str) -> bool:
    """Whether `text` has the form of an id; no other can be on record."""
    return _ID.fullmatch(text) is not None


def age(check_id: str) -> float:
    """Seconds since an id was made, by this machine's clock."""
    return abs(time.time() - int(check_id.replace("-", "")[:12], 16) / 1000)
