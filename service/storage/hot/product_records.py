"""Products, batches and units for a verdict: a small fixed number of indexed selects, as values of
`authenticity`.
"""

from datetime import date
from typing import Any

from sqlalchemy import Text, and_, bindparam, or_, select, type_coerce, union_all

from service.authenticity.evidence import (
    BatchRecord,
    BatchStatus,
    ProductRecord,
    UnitRecord,
)
from service.gs1 import misreads
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.storage.hot.parameters import SPELLED, spelled_as
from service.storage.hot.statements import Part, PreparedSelect, Snapshot
from service.storage.models import (
    Batch,
    Manufacturer,
    Product,
    QualityResult,
    Unit,
    Vial,
)

MOST_PRODUCTS = 200
"""More products than share any lot number; it limits what a short lot such as `e` can read."""

FEW = 3
"""At most so many lots one slip away explain an unknown lot; more are a numbered series, and chance."""

MOST_NEAR = 20
"""At most so many near misses are reported."""

_NOTHING = {"start": "", "end": ""}


def _product(*row: Any) -> ProductRecord:
    number, gtin, name, manufacturer, substance, strengths, form, markets, languages, *more = row
    national, complete, stopped = more
    return ProductRecord(
        id=number,
        gtin=gtin,
        name=name,
        manufacturer=manufacturer,
        active_substance=substance,
        strengths=strengths,
        form=form,
        markets=markets,
        languages=languages,
        national_numbers=tuple((each.partition(":")[0], each.partition(":")[2]) for each in national),
        complete=complete,
        stopped=stopped,
    )


def _batch(*row: Any) -> BatchRecord:
    number, lot, expiry, month_only, status, *others, earlier = row
    recorded, bears = Expiry.from_record(expiry, month_only), tuple(map(Expiry.parse, earlier))
    return BatchRecord(number, lot, recorded, BatchStatus(status), *(*others, bears))


_PRODUCT = Part(
    (
        Product.id,
        Product.gtin,
        Product.name,
        Manufacturer.name,
        Product.active_substance,
        Product.strengths,
        Product.form,
        Product.markets,
        Product.languages,
        Product.national_numbers,
        # an import at a terminal that is still putting in lots or units has not said all yet
        and_(Product.complete, Product.importing.is_(None)),
        Product.stopped,
    ),
    _product,
)


_BATCH = Part(
    (
        Batch.id,
        Batch.lot,
        Batch.expiry,
        Batch.expiry_month_only,
        Batch.status,
        Batch.markets,
        Batch.made,
        Batch.released,
        Batch.quantity,
        Batch.recall_class,
        Batch.recall_reference,
        Batch.recall_reason,
        Batch.earlier_expiries,
    ),
    _batch,
)

_BY_GTIN = PreparedSelect(
    select(*_PRODUCT.columns, *_BATCH.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .outerjoin(Batch, and_(Batch.product_id == Product.id, Batch.lot_key == bindparam("lot_key")))
    .where(Product.gtin == bindparam("gtin")),
    _PRODUCT,
    _BATCH,
)
_UNIT = PreparedSelect(
    select(Unit.serial, Unit.batch_id, Unit.disposition).where(
        Unit.product_id == bindparam("product_id"), Unit.serial == bindparam("serial")
    )
)
_BATCH_OF_UNIT = PreparedSelect(select(*_BATCH.columns).where(Batch.id == bindparam("batch_id")), _BATCH)
_BY_LOT = PreparedSelect(
    select(*_PRODUCT.columns, *_BATCH.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .join(Batch, Batch.product_id == Product.id)
    .where(Batch.lot_key == bindparam("lot_key"))
    .order_by(Product.name, Product.id)
    .limit(MOST_PRODUCTS),
    _PRODUCT,
    _BATCH,
)
_BY_NAME = PreparedSelect(
    select(*_PRODUCT.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .where(Product.name.icontains(bindparam("name"), escape="/"))
    .order_by(Product.name, Product.id)
    .limit(MOST_PRODUCTS),
    _PRODUCT,
)
_BY_NATIONAL = PreparedSelect(
    select(Product.gtin, Product.national_numbers)
    .where(type_coerce(Product.national_numbers, Text).contains(bindparam("number")))
    .limit(MOST_PRODUCTS)
)
_TESTS = PreparedSelect(
    select(QualityResult.test, QualityResult.method, QualityResult.result)
    .where(QualityResult.batch_id == bindparam("batch_id"))
    .order_by(QualityResult.test)
)
_HAS_UNITS = PreparedSelect(select(Unit.serial).where(Unit.product_id == bindparam("product_id")).limit(1))
_USED_ON = PreparedSelect(
    select(Vial.used_on).where(
        Vial.gtin == bindparam("gtin"), Vial.serial == bindparam("serial"), Vial.used_on.is_not(None)
    )
)
_LAST = "z" * 20
"""Sorts after any continuation of a truncated number, in every collation that databases use."""

_cut_serials = (
    select(Unit.serial)
    .where(
        Unit.product_id == bindparam("product_id"),
        Unit.serial > bindparam("start"),
        Unit.serial < bindparam("end"),
    )
    .limit(3)
    .subquery()
)
_SERIALS = PreparedSelect(
    union_all(
        select(Unit.serial).where(Unit.product_id == bindparam("product_id"), Unit.serial.in_(SPELLED)),
        select(_cut_serials.c.serial),
    )
)
_near = select(Batch.lot_key, Batch.lot_folded, Batch.status)
_alike = _near.where(Batch.lot_folded == bindparam("lot_folded"), Batch.lot_key != bindparam("lot_key"))
_meant = _near.where(Batch.lot_key.in_(SPELLED))
_NEAR_LOTS = PreparedSelect(union_all(_alike, _meant))
_cut_lots = _near.where(
    Batch.product_id == bindparam("product_id"),
    Batch.lot_key > bindparam("start"),
    Batch.lot_key < bindparam("end"),
)
_any_cut = _cut_lots.limit(MOST_NEAR).subquery()
_stopped_cut = (
    _cut_lots.where(or_(Batch.status == BatchStatus.RECALLED, Batch.status == BatchStatus.ON_HOLD))
    .limit(MOST_NEAR)
    .subquery()
)
_NEAR_LOTS_OF_PRODUCT = PreparedSelect(
    union_all(
        _alike.where(Batch.product_id == bindparam("product_id")),
        _meant.where(Batch.product_id == bindparam("product_id")),
        select(_any_cut),
        select(_stopped_cut),
    )
)
_PREFIXES = PreparedSelect(
    select(Manufacturer.name, Manufacturer.gs1_prefixes).where(Manufacturer.catalogue_complete)
)


def by_gtin(
    snapshot: Snapshot, gtin: Gtin, lot: Lot | None, serial: Serial | None
) -> tuple[ProductRecord, BatchRecord | None, UnitRecord | None] | None:
    """Return the product of this GTIN, its batch with this lot, and its unit with this serial
    (case matters).
    """
    rows = _BY_GTIN.rows(snapshot, {"gtin": gtin.value, "lot_key": lot and lot.key})
    if not rows:
        return None
    product, batch = rows[0]
    return product, batch, _unit(snapshot, product.id, batch, serial) if serial else None


def _unit(
    snapshot: Snapshot, product_id: int, batch: BatchRecord | None, serial: Serial
) -> UnitRecord | None:
    """Return the unit, with `batch` or the batch that it belongs to."""
    rows = _UNIT.rows(snapshot, {"product_id": product_id, "serial": serial.printed})
    if not rows:
        return None
    found, batch_id, disposition = rows[0]
    if batch is None or batch.id != batch_id:
        ((batch,),) = _BATCH_OF_UNIT.rows(snapshot, {"batch_id": batch_id})
    return UnitRecord(found, disposition, batch)


def by_lot(snapshot: Snapshot, lot: Lot) -> list[tuple[ProductRecord, BatchRecord]]:
    """Return every product with a batch of this lot, by name; at most `MOST_PRODUCTS`."""
    return [(product, batch) for product, batch in _BY_LOT.rows(snapshot, {"lot_key": lot.key})]


def by_name(snapshot: Snapshot, name: str) -> list[ProductRecord]:
    """Return the products whose name contains the typed one, ignoring case; at most `MOST_PRODUCTS`."""
    literal = name.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return [product for (product,) in _BY_NAME.rows(snapshot, {"name": literal})]


def gtins_by_national(snapshot: Snapshot, scheme: str, number: str) -> list[str]:
    """Return the GTINs of products with this national number, ignoring leading zeros. Reads all products."""
    digits = number.lstrip("0")
    rows = _BY_NATIONAL.rows(snapshot, {"number": digits})
    wanted = (scheme, digits)
    return [
        gtin
        for gtin, numbers in rows
        if any((each.partition(":")[0], each.partition(":")[2].lstrip("0")) == wanted for each in numbers)
    ]


def release_tests(snapshot: Snapshot, batch_id: int) -> list[tuple[str, str, str]]:
    """Return the batch's release tests by name: test, method, result."""
    return [(test, method, result) for test, method, result in _TESTS.rows(snapshot, {"batch_id": batch_id})]


def has_units(snapshot: Snapshot, product_id: int) -> bool:
    """Return whether any serialised unit of the product is on record."""
    return bool(_HAS_UNITS.rows(snapshot, {"product_id": product_id}))


def used_on(snapshot: Snapshot, gtin: str, serial: str) -> date | None:
    """Return the day on which a clinic opened the unit; None where no clinic recorded it here."""
    for (day,) in _USED_ON.rows(snapshot, {"gtin": gtin, "serial": serial}):
        found: date = day
        return found
    return None


def near_serials(snapshot: Snapshot, product_id: int, serial: Serial) -> list[str]:
    """Return serials of the product that a serial not on record may have been meant to be.

    Another case always counts; a slip or a missing end only where exactly one serial fits.
    """
    cut = serial.printed if len(serial.printed) >= misreads.SHORTEST_CUT else ""
    values = {"product_id": product_id, "start": cut, "end": cut and cut + _LAST}
    spelled = misreads.serials(serial)
    rows = {each for (each,) in _SERIALS.rows(snapshot, spelled_as(spelled) | values)}
    found = sorted(each for each in rows if each in spelled or (cut and each.startswith(cut)))
    flipped = [each for each in found if each.casefold() == serial.printed.casefold()]
    return found if len(found) == 1 else flipped


def near_lots(snapshot: Snapshot, lot: Lot, product_id: int | None) -> list[tuple[str, bool]]:
    """Return lots that a lot not on record may have been meant to be: their keys, and whether recalled or on
    hold.

    Look-alikes (O 0, I 1, S 5, B 8) always count, and so do lots that begin with it: its end may be missing.
    A slip counts only where few lots are that near (`FEW`): in a series without gaps a neighbour says
    nothing. A lot that is stopped always counts.
    """
    keys = misreads.lot_keys(lot, of_one_product=product_id is not None)
    values: dict[str, object] = {"lot_folded": lot.folded, "lot_key": lot.key, "product_id": product_id}
    cut = len(lot.key) >= misreads.SHORTEST_START
    values |= {"start": lot.key, "end": lot.key + _LAST} if cut else _NOTHING
    statement = _NEAR_LOTS if product_id is None else _NEAR_LOTS_OF_PRODUCT
    series = misreads.series(lot) if product_id is not None else ()
    rows = dict.fromkeys(statement.rows(snapshot, values | spelled_as(keys + series)))
    numbered = {row[0] for row in rows if row[0] in series}
    meant = set(keys) - (numbered if len(numbered) > 1 else set())
    slips = [row for row in rows if row[1] != lot.folded and row[0] in meant]
    counted = [row for row in rows if row[1] == lot.folded or _longer(row[0], lot.key)]
    counted += [row for row in slips if len(slips) <= FEW or _stopped(row[2])]
    counted += [row for row in rows if row[0] in numbered and row[0] in keys and _stopped(row[2])]
    counted = list(dict.fromkeys(counted))
    return [(key, _stopped(status)) for key, _folded, status in counted[:MOST_NEAR]]


def _longer(key: str, start: str) -> bool:
    return len(key) > len(start) and key.startswith(start)


def prefix_holder(snapshot: Snapshot, gtin: Gtin) -> str:
    """Return the company whose GS1 prefix the GTIN carries and whose whole catalogue is here; empty where
    none.
    """
    for name, prefixes in _PREFIXES.rows(snapshot, {}):
        # The first of 14 digits is the packaging level; the company prefix follows (GS1 General
        # Specifications 1.4.4).
        if any(gtin.value[1:].startswith(prefix) for prefix in prefixes):
            return str(name)
    return ""


def whole_catalogues(snapshot: Snapshot) -> set[str]:
    """Return the companies with `catalogue_complete`."""
    return {str(name) for name, _prefixes in _PREFIXES.rows(snapshot, {})}


def _stopped(status: str) -> bool:
    return status in {BatchStatus.RECALLED, BatchStatus.ON_HOLD}
