"""What a readiness check asks of the database: something to look for, and a write that reaches the disk."""

from datetime import datetime

from sqlalchemy import select, update

from service.storage.database import Database
from service.storage.models import Batch, Product, ReadinessProbe


def something_on_record(database: Database) -> tuple[str, str] | None:
    """GTIN and lot of the batch that was recorded last; None where none is."""
    with database.reading() as connection:
        row = connection.execute(
            select(Product.gtin, Batch.lot).join(Product).order_by(Batch.id.desc()).limit(1)
        ).first()
    return (row.gtin, row.lot) if row is not None else None


def write_probe(database: Database, now: datetime) -> None:
    """Write `now` over the row of before, durably. UnavailableError where it cannot be written."""
    with database.transaction() as connection:
        changed = connection.execute(update(ReadinessProbe).values(at=now)).rowcount
        if not changed:
            connection.execute(database.insert_new(ReadinessProbe).values(id=1, at=now))
