"""Removes records that an import put in and that nothing was built on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.storage.models import Alert, AuditEntry, Base, Batch, Manufacturer, Product, QualityResult


def remove_record(connection: Connection, kind: str, name: str, imports: Sequence[int]) -> bool:
    """Remove a record that nothing refers to; False when something does, or it has been changed since.

    `imports`: the imports that put it in, whose own changes of it do not count.
    """
    of_record = AuditEntry.object_type == kind, AuditEntry.object_id == name
    others = or_(AuditEntry.import_id.is_(None), AuditEntry.import_id.not_in(imports))
    changed = select(AuditEntry.id).where(*of_record, AuditEntry.action.not_in(_BY_IMPORTS), others).limit(1)
    if connection.scalar(changed) is not None:
        return False
    try:
        with connection.begin_nested():
            if kind == "batch":
                gtin, _, key = name.partition("/")
                product = select(Product.id).where(Product.gtin == gtin).scalar_subquery()
                own = Batch.product_id == product, Batch.lot_key == key
                if connection.execute(select(func.count()).select_from(Batch).where(*own)).scalar_one() > 1:
                    return False  # lots that differ in their marks alone have one name
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


def unmark_list(
    connection: Connection, gtin: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> bool:
    """Take back that a list of the product's batches came on a day; False for another change of it."""
    if before is None or after is None or set(after) != {"lists_received"}:
        return False
    statement = update(Product).where(
        Product.gtin == gtin, Product.lists_received == tuple(after["lists_received"])
    )
    values = {"lists_received": tuple(before["lists_received"])}
    return connection.execute(statement.values(values)).rowcount > 0
