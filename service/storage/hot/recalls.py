"""Recalls and holds in force, read for a verdict."""

from typing import Any

from sqlalchemy import and_, bindparam, select

from service.authenticity.evidence import RecallRecord, RecallScope
from service.gs1.identifiers import Serial
from service.storage.hot.statements import Part, PreparedSelect, Snapshot
from service.storage.models import Recall, RecalledSerial, RecallLift


def _recall(*row: Any) -> RecallRecord:
    number, kind, scope, *fields, listed = row
    return RecallRecord(number, kind == "hold", RecallScope(scope), *(*fields, listed is not None))


_RECALL = Part(
    (
        Recall.id,
        Recall.kind,
        Recall.scope,
        Recall.lot,
        Recall.lot_key,
        Recall.expiry_from,
        Recall.expiry_to,
        Recall.serial_from,
        Recall.serial_to,
        Recall.recall_class,
        Recall.reference,
        Recall.reason,
        Recall.public_text,
        Recall.owning_lots,
        RecalledSerial.serial,
    ),
    _recall,
)
_RECALLS = PreparedSelect(
    select(*_RECALL.columns)
    .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
    .outerjoin(
        RecalledSerial,
        and_(RecalledSerial.recall_id == Recall.id, RecalledSerial.serial == bindparam("serial")),
    )
    .where(Recall.product_id == bindparam("product_id"), RecallLift.recall_id.is_(None))
    .order_by(Recall.id),
    _RECALL,
)


def recalls(snapshot: Snapshot, product_id: int, serial: Serial | None) -> tuple[RecallRecord, ...]:
    """Return every recall and hold of the product that was not lifted, in the order of issue."""
    values = {"product_id": product_id, "serial": serial and serial.printed.casefold()}
    return tuple(recall for (recall,) in _RECALLS.rows(snapshot, values))
