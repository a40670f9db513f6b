"""Counts what a change of a product or of its lots concerns."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from service.registry.corrections.changes import TouchedRecords
from service.storage.clinic_holdings import clinics_that_received
from service.storage.models import Batch, Scan, Unit

_MOST_COUNTED = 1_000_000
"""Counting stops here, so that no page waits for it."""


def touched(
    connection: Connection, product_id: int, owner: int | None, *, batch_ids: Collection[int] | None = None
) -> TouchedRecords:
    """What concerns the product, or these lots of it. The clinics are told to the owner alone."""
    checks = select(Scan.id).where(Scan.product_id == product_id)
    units = select(Unit.serial).where(Unit.product_id == product_id)
    lots = select(func.count()).select_from(Batch).where(Batch.product_id == product_id)
    if batch_ids is not None:
        checks = checks.where(Scan.batch_id.in_(batch_ids))
        units = units.where(Unit.batch_id.in_(batch_ids))
        lots = lots.where(Batch.id.in_(batch_ids))
    clinics = (
        clinics_that_received(connection, owner=owner, product_id=product_id, batch_ids=batch_ids)
        if owner is not None
        else []
    )
    return TouchedRecords(
        checks=_counted(connection, checks),
        lots=connection.scalar(lots) or 0,
        units=_counted(connection, units),
        clinics=tuple(clinics),
    )


def _counted(connection: Connection, rows: object) -> int:
    limited = rows.limit(_MOST_COUNTED).subquery()  # type: ignore[attr-defined]  # a select of either table
    return connection.scalar(select(func.count()).select_from(limited)) or 0
