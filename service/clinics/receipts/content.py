"""What a receipt says: the pack that was used, how much, on which day, by which clinic. No name of a person.

The content is encrypted with the token of the receipt's link, which is kept nowhere: without the link nothing
of it can be read, in the database either.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.clinics import presentations
from service.errors import ErrorCode, NotFoundError
from service.verification.service import PresentedPack

TOKEN_BYTES = 16
"""128 random bits, which cannot be guessed."""

_NONCE = 12


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """One receipt. Dates are ISO 8601, `expiry` as it is printed; what is not known is empty.

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


def encrypted(content: ReceiptContent, token: str) -> str:
    """Return the content encrypted with the token, as ASCII."""
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(asdict(content), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(nonce + _cipher(token).encrypt(nonce, plain, None)).decode()


def decrypted(sealed: str, token: str) -> ReceiptContent:
    """Return the content. NotFoundError where the token is not the one that it was encrypted with."""
    raw = base64.urlsafe_b64decode(sealed)
    try:
        plain = json.loads(_cipher(token).decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except InvalidTag as error:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a receipt", field="receipt") from error
    return of_plain(plain)


def of_plain(plain: dict[str, Any]) -> ReceiptContent:
    """Return the content that JSON was made of."""
    return ReceiptContent(**plain | {"reasons": tuple(plain["reasons"]), "packs": tuple(plain["packs"])})


def _cipher(token: str) -> AESGCM:
    # The token has 128 random bits: no slow derivation is needed.
    return AESGCM(hashlib.sha256(f"vialcheck receipt content {token}".encode()).digest())
