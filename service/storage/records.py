"""Records read for a verdict: a small fixed number of indexed selects, handed on as the core's own values."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, text, union_all
from sqlalchemy.orm import aliased

from service.authenticity.evidence import (
    AlertKind,
    AlertRecord,
    BatchRecord,
    BatchStatus,
    ProductRecord,
    UnitRecord,
)
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.storage.models import Alert, Batch, Manufacturer, Product, Unit
from service.storage.prepared import Prepared

MOST_PRODUCTS = 20
"""A lot string that more products share is not a list that a person could choose from."""

_UnitBatch = aliased(Batch)

_PRODUCT = (
    Product.id,
    Product.gtin,
    Product.name,
    Manufacturer.name,
    Product.active_substance,
    Product.strengths,
    Product.form,
    Product.markets,
    Product.national_numbers,
    Product.complete,
)


def _batch_columns(table: Any) -> tuple[Any, ...]:
    return (
        table.id,
        table.lot,
        table.expiry,
        table.expiry_month_only,
        table.status,
        table.markets,
        table.made,
        table.released,
        table.quantity,
        table.recall_class,
        table.recall_reference,
        table.recall_reason,
    )


_P, _B = len(_PRODUCT), len(_batch_columns(Batch))

_BY_GTIN = Prepared(
    select(*_PRODUCT, *_batch_columns(Batch), *_batch_columns(_UnitBatch), Unit.serial, Unit.disposition)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .outerjoin(Batch, and_(Batch.product_id == Product.id, Batch.lot_key == bindparam("lot_key")))
    .outerjoin(Unit, and_(Unit.product_id == Product.id, Unit.serial == bindparam("serial")))
    .outerjoin(_UnitBatch, _UnitBatch.id == Unit.batch_id)
    .where(Product.gtin == bindparam("gtin"))
)
_BY_LOT = Prepared(
    select(*_PRODUCT, *_batch_columns(Batch))
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .join(Batch, Batch.product_id == Product.id)
    .where(Batch.lot_key == bindparam("lot_key"))
    .order_by(Product.name, Product.id)
    .limit(MOST_PRODUCTS)
)
_NEAR_LOTS = (
    select(Batch.lot, Batch.lot_key, Batch.status)
    .where(Batch.lot_folded == bindparam("lot_folded"), Batch.lot_key != bindparam("lot_key"))
    .order_by(Batch.lot_key)
    .limit(MOST_PRODUCTS)
)
_NEAR_LOTS_OF_PRODUCT = _NEAR_LOTS.where(Batch.product_id == bindparam("product_id"))
_ALERT = (
    Alert.id,
    Alert.authority,
    Alert.kind,
    Alert.product_name,
    Alert.product_id,
    Alert.gtin,
    Alert.lot_key,
    Alert.lot_folded,
    Alert.lot,
    Alert.serial,
    Alert.serial_prefix,
    Alert.lot_issued,
    Alert.recall_class,
    Alert.reference,
    Alert.reported,
    Alert.source_url,
    Alert.expiry,
    Alert.expiry_month_only,
)
# Four plain seeks, joined: an OR over three indexes, or a UNION that compares rows, takes longer.
_ALERTS = Prepared(
    union_all(
        select(*_ALERT).where(Alert.lot_key == bindparam("lot_key")),
        select(*_ALERT).where(Alert.lot_folded == bindparam("lot_folded")),
        select(*_ALERT).where(Alert.gtin == bindparam("gtin")),
        select(*_ALERT).where(
            # As text: where a parameter decides whether a partial index will do, SQLite
            # plans anew on each call.
            text("alert.serial_folded <> ''"),
            func.substr(bindparam("serial"), text("1"), func.length(Alert.serial_folded))
            == Alert.serial_folded,
        ),
    )
)


def by_gtin(
    connection: Connection, gtin: Gtin, lot: Lot | None, serial: Serial | None
) -> tuple[ProductRecord, BatchRecord | None, UnitRecord | None] | None:
    """The product under this GTIN, its batch with this lot, its unit with this serial (exact case)."""
    values = {"gtin": gtin.value, "lot_key": lot and lot.key, "serial": serial and serial.printed}
    rows = _BY_GTIN.rows(connection, values)
    if not rows:
        return None
    row = rows[0]
    product, batch_row, unit_batch_row = row[:_P], row[_P : _P + _B], row[_P + _B : _P + 2 * _B]
    batch = _batch(batch_row) if batch_row[0] is not None else None
    if row[-2] is None:
        return _product(product), batch, None
    home = batch if batch is not None and batch_row[0] == unit_batch_row[0] else _batch(unit_batch_row)
    return _product(product), batch, UnitRecord(row[-2], row[-1], home)


def by_lot(connection: Connection, lot: Lot) -> list[tuple[ProductRecord, BatchRecord]]:
    """Every product that has a batch with this lot, by name; at most `MOST_PRODUCTS`."""
    rows = _BY_LOT.rows(connection, {"lot_key": lot.key})
    return [(_product(row[:_P]), _batch(row[_P:])) for row in rows]


def by_name(connection: Connection, name: str) -> list[ProductRecord]:
    """Products whose name contains what a person typed, whatever the case; at most `MOST_PRODUCTS`."""
    statement = (
        select(*_PRODUCT)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.name.icontains(name, autoescape=True))
        .order_by(Product.name, Product.id)
        .limit(MOST_PRODUCTS)
    )
    return [_product(row) for row in connection.execute(statement)]


def has_units(connection: Connection, product_id: int) -> bool:
    """Whether any serialised unit of the product is on record."""
    statement = select(Unit.serial).where(Unit.product_id == product_id).limit(1)
    return connection.execute(statement).first() is not None


def serials_among(connection: Connection, product_id: int, serials: list[str]) -> list[str]:
    """Which of these spellings are units of the product."""
    statement = select(Unit.serial).where(Unit.product_id == product_id, Unit.serial.in_(serials))
    return list(connection.scalars(statement))


def near_lots(connection: Connection, lot: Lot, product_id: int | None) -> list[tuple[str, bool]]:
    """Lots that read like this one (O 0, I 1, S 5, B 8): as printed, and whether recalled or on hold."""
    values: dict[str, object] = {"lot_folded": lot.folded, "lot_key": lot.key}
    statement = _NEAR_LOTS
    if product_id is not None:
        statement, values = _NEAR_LOTS_OF_PRODUCT, values | {"product_id": product_id}
    return [(row[0], _stopped(row[2])) for row in connection.execute(statement, values)]


def prefix_holder(connection: Connection, gtin: Gtin) -> str:
    """The company whose GS1 prefix this GTIN carries and whose whole catalogue is here; empty if none."""
    statement = select(Manufacturer.name, Manufacturer.gs1_prefixes).where(Manufacturer.catalogue_complete)
    for name, prefixes in connection.execute(statement):
        # The first of 14 digits is the packaging level, the company's prefix follows (GenSpecs 1.4.4).
        if any(gtin.value[1:].startswith(prefix) for prefix in prefixes):
            return str(name)
    return ""


def alerts(
    connection: Connection, gtin: Gtin | None, lot: Lot | None, serial: Serial | None
) -> tuple[AlertRecord, ...]:
    """Every notice that shares a lot, a look-alike of it, a GTIN, a serial or its beginning."""
    values = {
        "lot_key": lot and lot.key,
        "lot_folded": lot and lot.folded,
        "gtin": gtin and gtin.value,
        "serial": serial and serial.printed.casefold(),
    }
    found = {row[0]: row for row in _ALERTS.rows(connection, values)}
    return tuple(_alert(found[number]) for number in sorted(found))


def _stopped(status: str) -> bool:
    return status in {BatchStatus.RECALLED, BatchStatus.ON_HOLD}


def _product(row: Any) -> ProductRecord:
    number, gtin, name, manufacturer, substance, strengths, form, markets, national, complete = row
    return ProductRecord(
        id=number,
        gtin=gtin,
        name=name,
        manufacturer=manufacturer,
        active_substance=substance,
        strengths=strengths,
        form=form,
        markets=markets,
        national_numbers=tuple((each.partition(":")[0], each.partition(":")[2]) for each in national),
        complete=complete,
    )


def _batch(row: Any) -> BatchRecord:
    number, lot, expiry, month_only, status, markets, made, released, quantity, *recall = row
    return BatchRecord(
        number,
        lot,
        Expiry.from_record(expiry, month_only),
        BatchStatus(status),
        markets,
        made,
        released,
        quantity,
        *recall,
    )


def _alert(row: Any) -> AlertRecord:
    number, authority, kind, *fields, expiry, month_only = row
    (product_name, product_id, gtin, lot_key, lot_folded, lot, serial, prefix, issued, *recall) = fields
    recall_class, reference, reported, source_url = recall
    return AlertRecord(
        id=number,
        authority=authority,
        kind=AlertKind(kind),
        product_name=product_name,
        product_id=product_id,
        gtin=gtin,
        lot_key=lot_key,
        lot_folded=lot_folded,
        lot=lot,
        expiry=Expiry.from_record(expiry, month_only) if expiry else None,
        serial=serial,
        serial_prefix=prefix,
        lot_issued=issued,
        recall_class=recall_class,
        reference=reference,
        reported=reported,
        source_url=source_url,
    )
