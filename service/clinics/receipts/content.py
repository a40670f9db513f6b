"""What a receipt says: which packs were used, how much, on which day, by which clinic. No name of a person.

It has a line for each use, all of one clinic on one day. The content is encrypted with the token of the
receipt's link, which is kept nowhere: without the link nothing of it can be read, in the database either.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.clinics import presentations
from service.errors import ErrorCode, NotFoundError
from service.storage.packed_json import pack, unpack
from service.verification.service import PresentedPack

TOKEN_BYTES = 16
"""128 random bits, which cannot be guessed."""

_NONCE = 12
_SHORTEST = 2048
"""Bytes; eight uses, compressed, have fewer."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One use on a receipt. Dates are ISO 8601, `expiry` as it is printed; what is not known is empty.

    `units`: a decimal number in `unit`. `country`: the clinic's. `packs`: what was presented of the vial, as
    `presentations.to_plain` gives it; `unit_was`: the disposition of the unit before the clinic used it.
    `action`, `reasons`: the verdict on the day of issue, to tell what has changed since.
    """

    product: str
    gtin: str
    lot: str
    expiry: str
    serial: str
    units: str
    unit: str
    used_on: str
    clinic: str
    country: str
    issued_on: str
    action: str
    reasons: tuple[str, ...]
    packs: tuple[dict[str, Any], ...]
    unit_was: str = ""

    @property
    def day(self) -> date:
        """The day of the treatment."""
        return date.fromisoformat(self.used_on)

    def presented(self) -> list[PresentedPack]:
        """What was presented of the vial."""
        return [presentations.from_plain(each) for each in self.packs]


def new_token() -> str:
    """Return a new token for a link: 22 characters of base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """Return what the database finds a receipt by: it does not lead back to the token."""
    return hashlib.sha256(f"vialcheck receipt {token}".encode()).hexdigest()


def encrypted(lines: Sequence[ReceiptLine], token: str) -> str:
    """Return the content encrypted with the token, as ASCII."""
    nonce = secrets.token_bytes(_NONCE)
    plain = padded(pack(to_plain(lines)), _SHORTEST)
    return base64.urlsafe_b64encode(nonce + _cipher(token).encrypt(nonce, plain, None)).decode()


def decrypted(sealed: str, token: str) -> tuple[ReceiptLine, ...]:
    """Return the content. NotFoundError where the token is not the one that it was encrypted with."""
    raw = base64.urlsafe_b64decode(sealed)
    try:
        plain = _cipher(token).decrypt(raw[:_NONCE], raw[_NONCE:], None)
    except InvalidTag as error:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a receipt", field="receipt") from error
    return of_plain(unpack(plain))


def to_plain(lines: Sequence[ReceiptLine]) -> list[dict[str, Any]]:
    """Return the content as JSON takes it."""
    return [asdict(each) for each in lines]


def of_plain(plain: list[dict[str, Any]] | dict[str, Any]) -> tuple[ReceiptLine, ...]:
    """Return the content that JSON was made of. An earlier version wrote one line without a list."""
    lines = [plain] if isinstance(plain, dict) else plain
    return tuple(
        ReceiptLine(**each | {"reasons": tuple(each["reasons"]), "packs": tuple(each["packs"])})
        for each in lines
    )


def padded(content: bytes, shortest: int) -> bytes:
    """Return content with blanks behind it, up to a power of two: its length does not tell how many lines.

    >>> len(padded(b"[]", 2048)), len(padded(b"x" * 2049, 2048))
    (2048, 4096)
    """
    return content.ljust(max(shortest, 1 << (len(content) - 1).bit_length()))


def _cipher(token: str) -> AESGCM:
    # The token has 128 random bits: no slow derivation is needed.
    return AESGCM(hashlib.sha256(f"vialcheck receipt content {token}".encode()).digest())
