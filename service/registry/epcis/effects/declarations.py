"""Error declarations: the event of the same id was wrong, and what it did is taken back (EPCIS 2.0, 7.4.1.3).

Units that were used or moved since stay as they are. A recall stands until a person lifts it.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, delete, select, update

from service.errors import VialcheckError
from service.registry.corrections.changes import ChangeMaker
from service.registry.corrections.units.unit_changes import UnitsWithdrawal
from service.registry.epcis.effects.context import EventOutcome, RecordContext
from service.registry.epcis.identity import identified
from service.registry.epcis.staging import CHUNK, StagedEvent, known_otherwise
from service.storage.audit import AuditChange
from service.storage.database.commissioning import take_back
from service.storage.models import EpcisContainment, EpcisEvent, EpcisEventEpc, Product


def declare_wrong(record: RecordContext, event: StagedEvent, outcome: EventOutcome) -> None:
    """Take back what the event did. EVENT_KNOWN_OTHERWISE where the declaration says something else."""
    wrong = record.connection.execute(
        select(EpcisEvent.__table__).where(
            EpcisEvent.owner == record.scope,
            EpcisEvent.event_id == event.event_id,
            EpcisEvent.declares_error.is_(False),
        )
    ).one_or_none()
    if wrong is None:
        outcome.left("The event that it declares to be wrong is not here.")
        return
    if wrong.content_sha256 != event.sha256:
        raise known_otherwise(event.event_id)
    if wrong.wrong_since is not None:
        return
    record.connection.execute(
        update(EpcisEvent).where(EpcisEvent.id == wrong.id).values(wrong_since=record.at)
    )
    outcome.did("declared", wrong.id)
    effect = wrong.effect or {}
    for number in reversed(effect.get("changes", [])):
        _withdraw(record, event, number, outcome)
    groups = {tuple(each[:3]) for each in effect.get("commissioned", []) if each[3]}
    for product_id, batch_id, disposition in sorted(groups):
        _uncommission(record, event, wrong, (product_id, batch_id, disposition), outcome)
    record.connection.execute(delete(EpcisContainment).where(EpcisContainment.event_id == wrong.id))
    for number in effect.get("recalls", []):
        outcome.left(f"Recall {number} stands until a person lifts it.")


def _withdraw(record: RecordContext, event: StagedEvent, number: int, outcome: EventOutcome) -> None:
    change = UnitsWithdrawal(number)
    try:
        seen = change.look(record.connection, record.who, lock=True)
    except VialcheckError:  # a person has withdrawn it before
        return
    reason = f"{record.reason} (event {event.event_id} was declared wrong)"[:2000]
    changes = change.make(record.connection, ChangeMaker(seen, record.who, record.at, reason))
    record.write_down(event, changes)
    for each in seen.left:
        outcome.left(f"{each.count} units were moved since and stay as they are.")


def _uncommission(
    record: RecordContext,
    event: StagedEvent,
    wrong: Row[Any],
    where: tuple[int, int, int],
    outcome: EventOutcome,
) -> None:
    product_id, batch_id, disposition = where
    gtin = record.connection.scalar(select(Product.gtin).where(Product.id == product_id))
    record.commissioned.add(product_id)
    removed = kept = 0
    serials = _serials(record, wrong.id, str(gtin))
    while some := list(islice(serials, CHUNK)):
        taken = take_back(
            record.connection,
            json.dumps(some),
            product_id=product_id,
            batch_id=batch_id,
            disposition=disposition,
        )
        removed, kept = removed + taken.removed, kept + taken.kept
    if removed:
        record.write_down(event, [AuditChange("withdraw", "product", str(gtin), {"units": removed}, None)])
    if kept:
        outcome.left(f"{kept} units were used or moved since and stay as they are.")


def _serials(record: RecordContext, event_row: int, gtin: str) -> Iterator[str]:
    uris = record.connection.scalars(
        select(EpcisEventEpc.uri).where(
            EpcisEventEpc.event_id == event_row, EpcisEventEpc.key.like(f"01{gtin}21%")
        )
    )
    for uri in uris.all():
        epc = identified(uri)
        if epc is not None and epc.gtin == gtin:
            yield epc.serial
