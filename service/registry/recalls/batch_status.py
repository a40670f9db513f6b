"""The status of batches that follows from the recalls and holds in force.

A verdict reads the recalls themselves. The status says the same where a batch is read alone (lists, labels, a
lot typed without its product), and returns to its former value when the last of them is lifted.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from service.authenticity.evidence import BatchRecord, BatchStatus, RecallRecord, RecallScope
from service.authenticity.recall_rules import reaches_batch
from service.gs1.identifiers import Expiry, Lot
from service.storage.audit import AuditChange
from service.storage.models import Batch, Product

_CAUTION = list(BatchStatus)
_OF_SERIALS = frozenset({RecallScope.RANGE, RecallScope.LIST})


def reached(connection: Connection, recall: RecallRecord, product_id: int) -> list[BatchRecord]:
    """Return the product's batches that the recall reaches; of one about serials, the lot that it is limited
    to, or those that own the serials (`recall.owning_lots`), all where these are not known.
    """
    found = list(_batches(connection, product_id))
    if recall.scope in _OF_SERIALS:
        keys = {recall.lot_key} if recall.lot_key else set(recall.owning_lots)
        return [each for each in found if not keys or Lot.parse(each.lot).key in keys]
    return [each for each in found if reaches_batch(recall, each)]


def settle(
    connection: Connection,
    product_id: int,
    *,
    before: Sequence[RecallRecord],
    after: Sequence[RecallRecord],
    action: str,
) -> Iterator[AuditChange]:
    """Update the product's batches from the recalls `before` to those `after`; yield the changes."""
    gtin = connection.scalar(select(Product.gtin).where(Product.id == product_id))
    kept = select(Batch.id, Batch.lot_key, Batch.status_before).where(Batch.product_id == product_id)
    rows = {row.id: row for row in connection.execute(kept.with_for_update())}
    for batch in _batches(connection, product_id):
        row = rows[batch.id]
        base = status_without_recalls(before, batch, row.status_before)
        status = _given(after, batch, base)
        kept_base = str(base) if _asked(after, batch) else None
        if (status, kept_base) == (batch.status, row.status_before):
            continue
        values = {"status": str(status), "status_before": kept_base}
        connection.execute(update(Batch).where(Batch.id == batch.id).values(values))
        if status is not batch.status:
            yield AuditChange(
                action, "batch", f"{gtin}/{row.lot_key}", {"status": batch.status}, {"status": status}
            )


def status_without_recalls(
    standing: Sequence[RecallRecord], batch: BatchRecord, status_before: str | None
) -> BatchStatus:
    """Return what the status would be without the recalls and holds in force."""
    if status_before is None:
        return batch.status
    base = BatchStatus(status_before)
    # else a list has put it on hold or recalled it meanwhile
    return base if batch.status is _given(standing, batch, base) else batch.status


def status_of_new(standing: Sequence[RecallRecord], batch: BatchRecord) -> dict[str, Any]:
    """Return the status columns of a new batch while recalls are in force."""
    if not _asked(standing, batch):
        return {}
    return {"status": str(_given(standing, batch, batch.status)), "status_before": str(batch.status)}


def _batches(connection: Connection, product_id: int) -> Iterator[BatchRecord]:
    columns = (
        Batch.id,
        Batch.lot,
        Batch.expiry,
        Batch.expiry_month_only,
        Batch.status,
        Batch.earlier_expiries,
    )
    for number, lot, expiry, month_only, status, earlier in connection.execute(
        select(*columns).where(Batch.product_id == product_id).order_by(Batch.id)
    ).all():
        yield BatchRecord(
            id=number,
            lot=lot,
            expiry=Expiry.from_record(expiry, month_only),
            status=BatchStatus(status),
            earlier_expiries=tuple(map(Expiry.parse, earlier)),
        )


def _asked(recalls: Sequence[RecallRecord], batch: BatchRecord) -> list[BatchStatus]:
    return [
        BatchStatus.ON_HOLD if recall.hold else BatchStatus.RECALLED
        for recall in recalls
        if recall.scope not in _OF_SERIALS and reaches_batch(recall, batch)
    ]


def _given(recalls: Sequence[RecallRecord], batch: BatchRecord, base: BatchStatus) -> BatchStatus:
    return max((base, *_asked(recalls, batch)), key=_CAUTION.index)
