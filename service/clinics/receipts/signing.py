"""Receipts as signed files: JSON Web Signatures (RFC 7515) with Ed25519 (RFC 8037, RFC 9864).

A file can be checked without our records, with the public keys that the service publishes. It says what was
handed over; whether anything has changed since, only the link can say. Of several uses it has the
list `uses`; of one use its fields stand beside those of the treatment, as in files of earlier versions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import insert, select

from service.accounts.credentials.secret_box import SecretBox
from service.clinics.receipts.content import ReceiptLine
from service.errors import ErrorCode, RefusedError
from service.storage.database import Database
from service.storage.models import ReceiptKey

ALGORITHM = "Ed25519"
TYPE = "vialcheck-receipt+jws"
LIST_TYPE = "vialcheck-changed-receipts+jws"
LONGEST_FILE = 40_000
"""Characters; a receipt of one use has about a thousand."""

_OF_USE = ("product", "gtin", "lot", "expiry", "serial", "units", "unit")
_OF_TREATMENT = ("used_on", "clinic", "country", "issued_on")


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """A signed file that was found unchanged: who signed it, and what it says of each use, of the treatment
    too.
    """

    issuer: str
    uses: tuple[Mapping[str, str], ...]

    def plain(self) -> dict[str, Any]:
        """Return what it says in the form of the file."""
        return {"issuer": self.issuer, **_said(self.uses)}


class ReceiptKeys:
    """The key pairs of this service. One is made with the first file that is signed."""

    def __init__(self, database: Database, secrets: SecretBox, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._secrets = secrets
        self._clock = clock

    def sign(self, lines: Sequence[ReceiptLine], issuer: str) -> str:
        """Return the receipt as a signed file. `issuer`: the service's address."""
        key = self._latest() or self._make()
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
        said = {"iss": issuer} | _said([asdict(each) for each in lines])
        return jws.serialize_compact(header, json.dumps(said).encode(), key, algorithms=[ALGORITHM])

    def sign_list(self, said: Mapping[str, Any]) -> str:
        """Return the list of a day as a signed text."""
        key = self._latest() or self._make()
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": LIST_TYPE}
        return jws.serialize_compact(header, json.dumps(said).encode(), key, algorithms=[ALGORITHM])

    def published(self) -> dict[str, Any]:
        """Return the public keys as a JWK Set (RFC 7517), those that sign no more among them."""
        with self._database.reading() as connection:
            rows = connection.scalars(select(ReceiptKey.public).order_by(ReceiptKey.made))
            return {"keys": [json.loads(row) for row in rows]}

    def _latest(self) -> OKPKey | None:
        with self._database.reading() as connection:
            row = connection.execute(select(ReceiptKey).order_by(ReceiptKey.made.desc())).first()
        if row is None:
            return None
        return OKPKey.import_key(
            json.loads(self._secrets.open(row.private, bound_to=f"receipt key {row.kid}"))
        )

    def _make(self) -> OKPKey:
        key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        kid = str(key.kid)
        values = {
            "kid": kid,
            "public": json.dumps(key.as_dict(private=False)),
            "private": self._secrets.seal(
                json.dumps(key.as_dict(private=True)), bound_to=f"receipt key {kid}"
            ),
            "made": self._clock(),
        }
        with self._database.transaction() as connection:
            connection.execute(insert(ReceiptKey).values(values))
        return key


def read_signed(text: str, published: Mapping[str, Any]) -> ReadReceipt:
    """Return what a signed file says, where one of the published keys signed it and nothing was changed.

    RefusedError(RECEIPT_UNREADABLE) for what is no such file, RefusedError(SIGNATURE_INVALID) for one that
    was changed, or that another key signed.
    """
    kept = "".join(text.split())
    if len(kept) > LONGEST_FILE or kept.count(".") != 2:
        raise RefusedError(ErrorCode.RECEIPT_UNREADABLE, field="file")
    try:
        keys = KeySet.import_key_set({"keys": list(published["keys"])})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise RefusedError(ErrorCode.RECEIPT_UNREADABLE, field="keys") from error
    try:
        signed = jws.deserialize_compact(kept.encode(), keys, algorithms=[ALGORITHM])
        said = json.loads(signed.payload)
        of_treatment = {name: str(said[name]) for name in _OF_TREATMENT}
        uses = [
            {name: str(each[name]) for name in _OF_USE} | of_treatment for each in said.get("uses", [said])
        ]
        return ReadReceipt(str(said["iss"]), tuple(uses))
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise RefusedError(ErrorCode.SIGNATURE_INVALID, field="file") from error


def _said(uses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The payload of uses of one treatment."""
    each = [{name: use[name] for name in _OF_USE} for use in uses]
    of_uses = each[0] if len(each) == 1 else {"uses": each}
    return {**of_uses, **{name: uses[0][name] for name in _OF_TREATMENT}}
