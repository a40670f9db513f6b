"""What the effects of events share: the transaction, whose records they may touch, and units by product."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from service.authenticity.dispositions import Disposition
from service.errors import ErrorCode, RefusedError
from service.registry.epcis.identity import identified
from service.registry.epcis.staging import StagedEvent
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.kinds.unit_targets import UnitTargets
from service.registry.lists.ownership import Owner
from service.registry.recalls.owning_lots import find_owning_lots
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database.commissioning import recorded
from service.storage.models import EpcisEvent, EpcisEventEpc, Manufacturer, Product

_AT_ONCE = 500
NOT_HERE = "Its products are not on record here."


class OwnProduct(NamedTuple):
    """A product on record that the sender may change."""

    id: int
    gtin: str


@dataclass(slots=True)
class EventOutcome:
    """What became of an event so far. `why`: what was left, in plain English. `effect`: by kind of change."""

    applied: bool = False
    why: list[str] = field(default_factory=list)
    effect: dict[str, list[Any]] = field(default_factory=dict)

    def did(self, kind: str, *what: Any) -> None:
        """Note a change that was made."""
        self.applied = True
        self.effect.setdefault(kind, []).extend(what)

    def left(self, why: str) -> None:
        """Note what was not done."""
        if why not in self.why and len(self.why) < 5:
            self.why.append(why)


class RecordContext:
    """One transaction's view of the record. Look-ups of products and lots are kept."""

    def __init__(
        self, connection: Connection, journal: ImportJournal, *, who: AuditActor, owner: Owner, reason: str
    ) -> None:
        self.connection = connection
        self.journal = journal
        self.who = who
        self.owner = owner
        self.reason = reason
        self.targets = UnitTargets(connection, owner)
        self.new_units = 0
        self.unchanged_units = 0
        self.commissioned: set[int] = set()
        """Products of which units came or went in this transaction."""
        self._products: dict[str, OwnProduct | None] = {}

    @property
    def at(self) -> datetime:
        """The moment of the change."""
        return self.journal.at

    @property
    def scope(self) -> int:
        """The number of the organisation whose events these are; 0 for a terminal."""
        return self.owner.organisation_id or 0

    def product(self, gtin: str) -> OwnProduct | None:
        """A product that the sender may change; None where it is not on record, or another's."""
        if gtin not in self._products:
            statement = (
                select(Product.id, Manufacturer.organisation_id)
                .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
                .where(Product.gtin == gtin)
            )
            row = self.connection.execute(statement).one_or_none()
            own = row is not None and self.owner.owns(row.organisation_id)
            self._products[gtin] = OwnProduct(row.id, gtin) if row is not None and own else None
        return self._products[gtin]

    def units(self, uris: Iterable[str]) -> dict[OwnProduct, list[str]]:
        """The serials of the sender's products among URIs."""
        found: dict[OwnProduct, list[str]] = {}
        for uri in uris:
            epc = identified(uri)
            if epc is not None and epc.serial and (product := self.product(epc.gtin)):
                found.setdefault(product, []).append(epc.serial)
        return {product: list(dict.fromkeys(serials)) for product, serials in found.items()}

    def dispositions(self, product: OwnProduct, serials: Sequence[str]) -> Mapping[str, Disposition]:
        """The units' dispositions. SERIALS_NOT_ON_RECORD where one is not on record."""
        rows = recorded(self.connection, json.dumps(serials), product.id)
        found = {row.serial: Disposition.from_number(row.disposition) for row in rows}
        missing = [each for each in serials if each not in found]
        if missing:
            more = f" (+{len(missing) - 5})" if len(missing) > 5 else ""
            named = ", ".join(missing[:5]) + more
            raise RefusedError(
                ErrorCode.SERIALS_NOT_ON_RECORD, given=named, expected="units on record", field="epcList"
            )
        return found

    def require_later(self, event: StagedEvent, product: OwnProduct, serials: Sequence[str]) -> None:
        """EVENT_OUT_OF_ORDER where a later event of one of the units is on record already."""
        keys = [f"01{product.gtin}21{serial}" for serial in serials]
        for at in range(0, len(keys), _AT_ONCE):
            latest = self.connection.execute(
                select(EpcisEventEpc.key, func.max(EpcisEvent.at))
                .join(EpcisEvent, EpcisEvent.id == EpcisEventEpc.event_id)
                .where(
                    EpcisEventEpc.key.in_(keys[at : at + _AT_ONCE]),
                    EpcisEvent.outcome == "applied",
                    EpcisEvent.owner == self.scope,
                    EpcisEvent.wrong_since.is_(None),
                    EpcisEvent.declares_error.is_(False),
                    EpcisEvent.at > event.at,
                )
                .group_by(EpcisEventEpc.key)
                .limit(1)
            ).first()
            if latest is not None:
                raise out_of_order(
                    latest[0].partition(f"{product.gtin}21")[2],
                    f"an event after the last one of the unit, of {latest[1]:%Y-%m-%d %H:%M:%S} UTC",
                    f"{event.at:%Y-%m-%d %H:%M:%S} UTC",
                )

    def settle(self) -> None:
        """Bring up to date what recalls of serials know of the lots of these products."""
        for product_id in sorted(self.commissioned):
            find_owning_lots(self.connection, product_id)

    def write_down(self, event: StagedEvent, changes: Iterable[AuditChange]) -> None:
        """Audit changes under the event's id."""
        reason = f"{self.reason} (event {event.event_id})"[:2000]
        write_down(self.connection, changes, who=self.who, at=self.at, reason=reason)


def out_of_order(serial: str, expected: str, found: str) -> RefusedError:
    """The error of a step that a unit cannot make from where it is."""
    return RefusedError(
        ErrorCode.EVENT_OUT_OF_ORDER, given=serial, expected=expected, found=found, field="epcList"
    )
