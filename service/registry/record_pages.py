"""Pages of an organisation's records, each continued from the last row of the one before.

A page that is read while others write neither repeats a row nor leaves one out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.accounts.actors import Actor
from service.gs1.identifiers import Gtin, Lot
from service.registry.corrections.batches import batch_row, batch_values
from service.registry.corrections.products import product_row
from service.registry.found_records import own_products
from service.storage.database import Database, by_character
from service.storage.models import AuditEntry, Batch, Product, Unit

OF_RECORDS = ("product", "batch", "unit", "recall", "alert", "import", "manufacturer")
"""The kinds of object whose changes are told to programs."""

_SETTLED = timedelta(seconds=10)
# On PostgreSQL a transaction that began earlier may commit later: so long its entries may still come.


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Rows of a page. `next`: where the next one begins; None: this is the last."""

    rows: Sequence[Any]
    next: str | None


def products_after(database: Database, who: Actor, after: str, limit: int) -> RecordPage:
    """GTIN, name and manufacturer of products, by GTIN, behind the one of `after`."""
    statement = own_products(who).where(Product.gtin > after).order_by(Product.gtin)
    with database.reading() as connection:
        return _page(connection.execute(statement.limit(limit + 1)).all(), limit, lambda row: row.gtin)


def batches_after(database: Database, who: Actor, gtin: Gtin, after: int, limit: int) -> RecordPage:
    """The values of a product's lots (`batch_values`), behind the one with the id `after`. NotFoundError."""
    with database.reading() as connection:
        product = product_row(connection, gtin.value, who.who)
        statement = select(Batch.__table__).where(Batch.product_id == product.id, Batch.id > after)
        rows = connection.execute(statement.order_by(Batch.id).limit(limit + 1)).all()
        page = _page(rows, limit, lambda row: str(row.id))
        return RecordPage([batch_values(row) for row in page.rows], page.next)


def units_after(
    database: Database, who: Actor, gtin: Gtin, after: str, limit: int, *, lot: Lot | None = None
) -> RecordPage:
    """Serial, disposition and lot of a product's units, by serial, behind `after`. NotFoundError."""
    with database.reading() as connection:
        product = product_row(connection, gtin.value, who.who)
        serial = by_character(connection, Unit.serial.expression)
        statement = (
            select(Unit.serial, Unit.disposition, Batch.lot)
            .join(Batch, Batch.id == Unit.batch_id)
            .where(Unit.product_id == product.id, serial > after)
        )
        if lot is not None:
            batch = batch_row(connection, gtin.value, lot, who.who)
            statement = statement.where(Unit.batch_id == batch.id)
        rows = connection.execute(statement.order_by(serial).limit(limit + 1)).all()
        return _page(rows, limit, lambda row: row.serial)


def changes_after(database: Database, who: Actor, after: int, limit: int, now: datetime) -> RecordPage:
    """Entries of the audit on records, by id, behind `after`, which no earlier one can join any more."""
    statement = (
        select(AuditEntry.__table__)
        .where(
            AuditEntry.organisation_id == who.organisation_id,
            AuditEntry.object_type.in_(OF_RECORDS),
            AuditEntry.id > after,
        )
        .order_by(AuditEntry.id)
    )
    if not database.one_writer:
        statement = statement.where(AuditEntry.at < now - _SETTLED)
    with database.reading() as connection:
        return _page(connection.execute(statement.limit(limit + 1)).all(), limit, lambda row: str(row.id))


def _page(rows: Sequence[Any], limit: int, place: Callable[[Any], str]) -> RecordPage:
    return RecordPage(rows[:limit], place(rows[limit - 1]) if len(rows) > limit else None)
