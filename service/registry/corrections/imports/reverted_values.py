"""Puts values that an import filled in back to what they were, where they still stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.gs1.identifiers import Expiry
from service.registry.corrections.batches import stored_columns
from service.registry.corrections.changes import LeftRecord, plain
from service.registry.corrections.imports.contents import values_of
from service.registry.corrections.products import stored_values
from service.storage.audit import AuditChange
from service.storage.models import Batch, Manufacturer, Product

_SILENT = frozenset({"lists_received"})
"""That a list came on a day: put back where it can be, and not told where not."""

_BATCH = frozenset({"expiry", "made", "released", "quantity", "markets", "status"}) | {
    *("recall_class", "recall_reference", "recall_reason")
}


def put_back(
    connection: Connection, entries: Sequence[Row[Any]], *, dry_run: bool = False
) -> tuple[list[AuditChange], list[LeftRecord]]:
    """Put back what each entry (the latest first) changed; what was done, and what stays."""
    changes: list[AuditChange] = []
    left: list[LeftRecord] = []
    shadow: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, name, before, after in values_of(entries):
        current = shadow.setdefault((kind, name), _current(connection, kind, name))
        stands = bool(current) and all(
            field in current and _same(current[field], value) for field, value in after.items()
        )
        if not stands or not _PUT.get(kind):
            if not set(after) <= _SILENT:
                left.append(LeftRecord(name, "changed_values"))
            continue
        if not dry_run:
            _PUT[kind](connection, name, before)
        current |= before
        changes.append(AuditChange("withdraw", kind, name, after, before))
    return changes, left


def _current(connection: Connection, kind: str, name: str) -> dict[str, Any]:
    """The record's values as the audit has them; empty for one that is not there, or is not told apart."""
    if kind == "batch":
        gtin, _, key = name.partition("/")
        statement: Any = (
            select(Batch.__table__)
            .join(Product, Product.id == Batch.product_id)
            .where(Product.gtin == gtin, Batch.lot_key == key)
        )
    elif kind == "product":
        statement = select(Product.__table__).where(Product.gtin == name)
    elif kind == "manufacturer":
        statement = select(Manufacturer.__table__).where(Manufacturer.name == name)
    else:
        return {}
    rows = connection.execute(statement).mappings().all()
    if len(rows) != 1:
        return {}
    row = dict(rows[0])
    if kind == "batch":
        if row["status_before"] is not None:
            return {}  # a recall in force has decided on its status
        row["expiry"] = Expiry.from_record(row["expiry"], row["expiry_month_only"])
    return {field: plain(value) for field, value in row.items()}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return bool(one == other)


def _put_product(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(Product).where(Product.gtin == name).values(stored_values(values)))


def _put_manufacturer(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    typed = {each: tuple(value) if isinstance(value, list) else value for each, value in values.items()}
    connection.execute(update(Manufacturer).where(Manufacturer.name == name).values(typed))


def _put_batch(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    gtin, _, key = name.partition("/")
    product = select(Product.id).where(Product.gtin == gtin).scalar_subquery()
    known = {field: value for field, value in values.items() if field in _BATCH}
    connection.execute(
        update(Batch).where(Batch.product_id == product, Batch.lot_key == key).values(stored_columns(known))
    )


_PUT: Mapping[str, Any] = {
    "product": _put_product,
    "manufacturer": _put_manufacturer,
    "batch": _put_batch,
}
