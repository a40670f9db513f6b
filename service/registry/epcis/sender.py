"""Holds the parties that a document names against the prefixes of the organisation that sends it."""

import re

from sqlalchemy import select

from service.errors import ErrorCode, RefusedError
from service.registry.epcis.documents import DocumentHead, DocumentRefusedError, EventRefusal
from service.registry.epcis.event_checks import CheckedEvent
from service.registry.epcis.identity import identified
from service.registry.lists.ownership import Owner
from service.storage.database import Database
from service.storage.models import Manufacturer

_GLN = re.compile(r"(?<!\d)\d{13}(?!\d)")
_OURS = frozenset({"owning_party", "possessing_party"})


class SenderCheck:
    """The GLNs of one sender: those under the GS1 company prefixes of its manufacturers.

    A terminal, and an organisation without prefixes on record, may name any.
    """

    def __init__(self, database: Database, owner: Owner) -> None:
        self._prefixes: tuple[str, ...] = ()
        if owner.everybody:
            return
        mine = select(Manufacturer.gs1_prefixes).where(Manufacturer.organisation_id == owner.organisation_id)
        with database.reading() as connection:
            self._prefixes = tuple(each for row in connection.scalars(mine) for each in row)

    def require_document(self, head: DocumentHead) -> None:
        """SENDER_NOT_YOURS where the header of the document names another sender."""
        gln = _gln(head.sender)
        if gln and not self._is_ours(gln):
            raise DocumentRefusedError([EventRefusal("header", 0, _not_yours(gln))])

    def refusals(self, event: CheckedEvent, head: DocumentHead) -> list[EventRefusal]:
        """SENDER_NOT_YOURS where an event ships from another party."""
        fields = event.fields
        if head.kind == "EPCISQueryDocument" or fields.get("bizStep") != "shipping":
            return []
        for each in fields.get("sourceList", []):
            gln = _gln(each["source"]) if each.get("type") in _OURS else ""
            if gln and not self._is_ours(gln):
                return [EventRefusal(event.place, event.number, _not_yours(gln))]
        return []

    def _is_ours(self, gln: str) -> bool:
        return not self._prefixes or gln.startswith(self._prefixes)


def _gln(text: str) -> str:
    found = identified(text)
    if found is not None and found.gln:
        return found.gln
    plain = _GLN.fullmatch(text.strip())
    return plain[0] if plain else ""


def _not_yours(gln: str) -> RefusedError:
    expected = "a GLN under your organisation's GS1 company prefixes"
    return RefusedError(ErrorCode.SENDER_NOT_YOURS, given=gln, expected=expected, field="sender")
