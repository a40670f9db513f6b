"""The daily list of changed receipts, for those who want no server to know which receipt they have.

In it are receipts whose answer stops now, or that their clinic took back: of each 32 bits of a hash of the
day and of what only the link leads to. A telephone looks its own receipts up in it; nothing is asked of this
service but the list, which is the same for everyone. Two lists cannot be compared without a receipt's link.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from service.authenticity.reasons import Action
from service.clinics import queries
from service.clinics.notices.affected import MAY_BE_STOPPED
from service.clinics.receipts.day_uses import is_use
from service.clinics.receipts.service import ReceiptService, line_of
from service.clinics.receipts.signing import ReceiptKeys
from service.storage.database import Database
from service.storage.models import (
    ChangedReceiptList,
    Organisation,
    TreatmentReceipt,
    Vial,
    VialEvent,
)

ENTRY_BYTES = 4
"""A receipt that is not in a list of n entries is found in it by chance once in 2**32 / n times."""

FEWEST = 256
"""Entries of a list: it is filled up with random ones to this, or a power of two above, so that its length
does not tell how many receipts changed."""

_KEPT = timedelta(days=7)
_PIECE = 500


def entry(day: date, token_hash: str) -> bytes:
    """Return what stands for a receipt in the list of a day.

    >>> entry(date(2026, 11, 28), "00" * 32).hex()
    '6def376b'
    """
    return hashlib.sha256(f"{day.isoformat()} {token_hash}".encode()).digest()[:ENTRY_BYTES]


def packed(day: date, token_hashes: Iterable[str]) -> str:
    """Return the entries of a day, sorted and filled up, in base64url."""
    entries = {entry(day, each) for each in token_hashes}
    size = max(FEWEST, 1 << (len(entries) - 1).bit_length()) if entries else FEWEST
    while len(entries) < size:
        entries.add(secrets.token_bytes(ENTRY_BYTES))
    return base64.urlsafe_b64encode(b"".join(sorted(entries))).rstrip(b"=").decode()


class ChangedReceipts:
    """Makes the list of each day, once, and gives the latest."""

    def __init__(self, database: Database, receipts: ReceiptService, keys: ReceiptKeys) -> None:
        self._database = database
        self._receipts = receipts
        self._keys = keys

    def latest(self) -> str:
        """Return the latest list as it is published; empty where none was made yet."""
        query = select(ChangedReceiptList.signed).order_by(ChangedReceiptList.day.desc()).limit(1)
        with self._database.reading() as connection:
            return connection.scalar(query) or ""

    def make(self, now: datetime) -> bool:
        """Make the list of today (UTC); False where it is made. Lists of before a week go."""
        day = now.date()
        with self._database.reading() as connection:
            if connection.scalar(select(ChangedReceiptList.day).where(ChangedReceiptList.day == day)):
                return False
        entries = packed(day, self._changed())
        signed = self._keys.sign_list({"day": day.isoformat(), "bytes": ENTRY_BYTES, "entries": entries})
        with self._database.transaction() as connection:
            connection.execute(delete(ChangedReceiptList).where(ChangedReceiptList.day < day - _KEPT))
            connection.execute(self._database.insert_new(ChangedReceiptList), {"day": day, "signed": signed})
        return True

    def _changed(self) -> set[str]:
        """The hashes of the tokens of all receipts that are to be looked at."""
        with self._database.reading() as connection:
            voided = select(TreatmentReceipt.token_hash).where(TreatmentReceipt.voided)
            found = set(connection.scalars(voided))
            clinics = connection.execute(
                select(Organisation.id, Organisation.name, Organisation.country).where(
                    select(Vial.id).where(Vial.organisation_id == Organisation.id).exists()
                )
            ).all()
        for each in clinics:
            found |= self._stopped(each.id, each.name, each.country)
        return found

    def _stopped(self, organisation_id: int, clinic: str, country: str) -> set[str]:
        """Of one clinic, those of vials that are stopped now: the verdict decides, as on the page."""
        used = Vial.opened.is_not(None), MAY_BE_STOPPED
        with self._database.reading() as connection:
            held = {each.id: each for each in queries.vials(connection, organisation_id, *used)}
            steps = [
                step
                for piece in _pieces(list(held))
                for step in queries.events(connection, organisation_id, VialEvent.vial_id.in_(piece))
            ]
        uses = {each.id: each for each in steps if is_use(each)}
        found = set()
        for piece in _pieces(list(uses)):
            marks = {self._receipts.mark_of(organisation_id, number): number for number in piece}
            for number, token_hash in self._receipts.token_hashes(marks).items():
                use = uses[number]
                line = line_of(clinic, country, held[use.vial_id], use)
                if self._receipts.verdict(line).action.rank >= Action.QUARANTINE.rank:
                    found.add(token_hash)
        return found


def _pieces(numbers: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(numbers), _PIECE):
        yield numbers[first : first + _PIECE]
