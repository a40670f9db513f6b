"""Removes records that an import put in and that nothing was built on."""

from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from service.storage.models import Alert, AuditEntry, Base, Batch, Manufacturer, Product, QualityResult


def remove_record(connection: Connection, kind: str, name: str) -> bool:
    """Remove a record that nothing refers to; False when something does, or it has been changed since."""
    of_record = AuditEntry.object_type == kind, AuditEntry.object_id == name
    changed = select(AuditEntry.id).where(*of_record, AuditEntry.action.not_in(_BY_IMPORTS)).limit(1)
    if connection.scalar(changed) is not None:
        return False
    try:
        with connection.begin_nested():
            if kind == "batch":
                gtin, _, key = name.partition("/")
                product = select(Product.id).where(Product.gtin == gtin).scalar_subquery()
                own = Batch.product_id == product, Batch.lot_key == key
                results = select(Batch.id).where(*own).scalar_subquery()
                connection.execute(delete(QualityResult).where(QualityResult.batch_id == results))
                return connection.execute(delete(Batch).where(*own)).rowcount > 0
            table, key_of = _KEYS[kind]
            return connection.execute(delete(table).where(key_of == name)).rowcount > 0
    except IntegrityError:
        return False


_BY_IMPORTS = ("create", "commission", "withdraw")
_KEYS: dict[str, tuple[type[Base], Any]] = {
    "product": (Product, Product.gtin),
    "manufacturer": (Manufacturer, Manufacturer.name),
    "alert": (Alert, Alert.fingerprint),
}
