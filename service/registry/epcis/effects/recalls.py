"""Recalls: an event that says of lots, units or a whole product that they are recalled.

The end of a recall is a person's to decide: an event that unsets the disposition is kept and lifts nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import exists, select

from service.authenticity.evidence import RecallScope
from service.gs1.identifiers import Gtin, Lot
from service.registry.epcis.effects.context import EventOutcome, OwnProduct, RecordContext
from service.registry.epcis.identity import identified
from service.registry.epcis.staging import EpcChunk, StagedEvent
from service.registry.recalls.commands import issue_within
from service.registry.recalls.forms import RecallForm
from service.storage.models import Recall, RecallLift

_RECALLED = "recalled"


def says_recalled(fields: Mapping[str, Any]) -> bool:
    """Whether an event recalls what it names."""
    lasting = fields.get("persistentDisposition", {}).get("set", [])
    return fields.get("disposition") == _RECALLED or _RECALLED in lasting


def recall_classes(record: RecordContext, event: StagedEvent, outcome: EventOutcome) -> None:
    """Recall the lots and products that the event names by class."""
    for product, lot in _classes(record, event.fields):
        scope = RecallScope.LOT if lot else RecallScope.PRODUCT
        if _stands(record, product, scope, lot):
            outcome.applied = True
            outcome.left("A recall of it is in force already.")
            continue
        _issue(record, event, product, outcome, scope, lots=(lot,) if lot else ())


def recall_units(record: RecordContext, event: StagedEvent, chunk: EpcChunk, outcome: EventOutcome) -> None:
    """Recall the units of a chunk one by one."""
    if chunk.field != "epcList":
        return
    for product, serials in record.units(chunk.epcs).items():
        lower = tuple(sorted({serial.lower() for serial in serials}))
        _issue(record, event, product, outcome, RecallScope.LIST, serials=lower)


def _issue(
    record: RecordContext,
    event: StagedEvent,
    product: OwnProduct,
    outcome: EventOutcome,
    scope: RecallScope,
    *,
    lots: tuple[Lot, ...] = (),
    serials: tuple[str, ...] = (),
) -> None:
    reason = f"{record.reason} (event {event.event_id})"[:500]
    form = RecallForm(False, Gtin(product.gtin), scope, reason, lots=lots, serials=serials)
    outcome.did("recalls", issue_within(record.connection, form, who=record.who, at=record.at))


def _classes(record: RecordContext, fields: Mapping[str, Any]) -> Iterator[tuple[OwnProduct, Lot | None]]:
    for each in fields.get("quantityList", []):
        epc = identified(each["epcClass"])
        if epc is not None and epc.gtin and not epc.serial and (product := record.product(epc.gtin)):
            yield product, Lot.parse(epc.lot) if epc.lot else None


def _stands(record: RecordContext, product: OwnProduct, scope: RecallScope, lot: Lot | None) -> bool:
    lifted = exists().where(RecallLift.recall_id == Recall.id)
    same = select(Recall.id).where(
        Recall.product_id == product.id,
        Recall.kind == "recall",
        Recall.scope == str(scope),
        Recall.lot_key == (lot.key if lot else ""),
        ~lifted,
    )
    return record.connection.scalar(same.limit(1)) is not None
