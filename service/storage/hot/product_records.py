"""Products, batches and units for a verdict: a small fixed number of indexed selects, as values of
`authenticity`.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, bindparam, or_, select, type_coerce, union_all

from service.authenticity.evidence import (
    BatchRecord,
    BatchStatus,
    ProductRecord,
    UnitRecord,
)
from service.gs1 import misreads
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.lot_formats import LotFormats
from service.gs1.national import MOST_FORMS, same_number, written_forms
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

MOST_LOTS = 2000
"""So many of a product's latest lots show how its maker numbers them."""

MOST_NEAR = 20
"""At most so many near misses are reported."""

_IN_NO_NUMBER = "\x7f"
_NOTHING = {"start": "", "end": ""}


class NearLot(NamedTuple):
    """A batch that may have been meant, and the key of its lot."""

    batch: BatchRecord
    key: str

    @property
    def stopped(self) -> bool:
        """Whether it is recalled or on hold."""
        return self.batch.status in (BatchStatus.RECALLED, BatchStatus.ON_HOLD)


def _product(*row: Any) -> ProductRecord:
    number, gtin, name, manufacturer, substance, strengths, form, markets, languages, *more = row
    national, complete, stopped, until, lists, sources = more
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
        complete_until=until,
        lists_received=tuple(map(date.fromisoformat, lists)),
        source_gtins=sources,
    )


def _batch(*row: Any) -> BatchRecord:
    number, lot, expiry, month_only, status, *others, earlier = row
    recorded, bears = Expiry.from_record(expiry, month_only), tuple(map(Expiry.parse, earlier))
    return BatchRecord(number, lot, recorded, BatchStatus(status), *(*others, bears))


PRODUCT = Part(
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
        Product.complete_until,
        Product.lists_received,
        Product.source_gtins,
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
    select(*PRODUCT.columns, *_BATCH.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .outerjoin(Batch, and_(Batch.product_id == Product.id, Batch.lot_key == bindparam("lot_key")))
    .where(Product.gtin == bindparam("gtin")),
    PRODUCT,
    _BATCH,
)
_UNIT = PreparedSelect(
    select(Unit.serial, Unit.batch_id, Unit.disposition).where(
        Unit.product_id == bindparam("product_id"), Unit.serial == bindparam("serial")
    )
)
_BATCH_OF_UNIT = PreparedSelect(select(*_BATCH.columns).where(Batch.id == bindparam("batch_id")), _BATCH)
_BY_LOT = PreparedSelect(
    select(*PRODUCT.columns, *_BATCH.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .join(Batch, Batch.product_id == Product.id)
    .where(Batch.lot_key == bindparam("lot_key"))
    .order_by(Product.name, Product.id)
    .limit(MOST_PRODUCTS),
    PRODUCT,
    _BATCH,
)
_BY_NATIONAL = PreparedSelect(
    select(Product.gtin, Product.national_numbers)
    .where(
        or_(
            *(
                type_coerce(Product.national_numbers, Text).contains(bindparam(f"form{n}"))
                for n in range(MOST_FORMS)
            )
        )
    )
    .limit(MOST_PRODUCTS)
)
_TESTS = PreparedSelect(
    select(QualityResult.test, QualityResult.method, QualityResult.result)
    .where(QualityResult.batch_id == bindparam("batch_id"))
    .order_by(QualityResult.test)
)
_HAS_UNITS = PreparedSelect(select(Unit.serial).where(Unit.product_id == bindparam("product_id")).limit(1))
_USED_ON = PreparedSelect(
    select(Vial.used_on, Vial.code_scanned)
    .where(Vial.gtin == bindparam("gtin"), Vial.serial == bindparam("serial"), Vial.used_on.is_not(None))
    .order_by(Vial.code_scanned.desc())
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
_near = select(*_BATCH.columns, Batch.lot_key, Batch.lot_folded)
_alike = _near.where(Batch.lot_folded == bindparam("lot_folded"), Batch.lot_key != bindparam("lot_key"))
_meant = _near.where(Batch.lot_key.in_(SPELLED))
_NEAR_LOTS = PreparedSelect(union_all(_alike, _meant), _BATCH)
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
    ),
    _BATCH,
)
_LOTS = PreparedSelect(
    select(Batch.lot_key, Batch.expiry)
    .where(Batch.product_id == bindparam("product_id"))
    .order_by(Batch.id.desc())
    .limit(MOST_LOTS)
)
_NEWEST_EXPIRY = PreparedSelect(
    select(Batch.expiry, Batch.expiry_month_only)
    .where(Batch.product_id == bindparam("product_id"))
    .order_by(Batch.expiry.desc())
    .limit(1)
)
_PREFIXES = PreparedSelect(
    select(Manufacturer.name, Manufacturer.gs1_prefixes).where(Manufacturer.catalogue_complete)
)


def by_gtin(
    snapshot: Snapshot, gtin: Gtin, lot: Lot | None, serial: Serial | None
) -> tuple[ProductRecord, tuple[BatchRecord, ...], UnitRecord | None] | None:
    """The product under this GTIN, its batches of the lot's key, its unit with this serial (exact case)."""
    rows = _BY_GTIN.rows(snapshot, {"gtin": gtin.value, "lot_key": lot and lot.key})
    if not rows:
        return None
    product = rows[0][0]
    batches = tuple(batch for _, batch in rows if batch is not None)
    return product, batches, _unit(snapshot, product.id, batches, serial) if serial else None


def _unit(
    snapshot: Snapshot, product_id: int, batches: tuple[BatchRecord, ...], serial: Serial
) -> UnitRecord | None:
    """The unit, in one of `batches` or in whichever it was commissioned."""
    rows = _UNIT.rows(snapshot, {"product_id": product_id, "serial": serial.printed})
    if not rows:
        return None
    found, batch_id, disposition = rows[0]
    batch = next((each for each in batches if each.id == batch_id), None)
    if batch is None:
        ((batch,),) = _BATCH_OF_UNIT.rows(snapshot, {"batch_id": batch_id})
    return UnitRecord(found, disposition, batch)


def by_lot(snapshot: Snapshot, lot: Lot) -> list[tuple[ProductRecord, BatchRecord]]:
    """Every product that has a batch of this lot's key, by name; at most `MOST_PRODUCTS` batches."""
    return [(product, batch) for product, batch in _BY_LOT.rows(snapshot, {"lot_key": lot.key})]


def newest_expiry(snapshot: Snapshot, product_id: int) -> Expiry | None:
    """The latest expiry of the product's batches; None where it has none."""
    for day, month_only in _NEWEST_EXPIRY.rows(snapshot, {"product_id": product_id}):
        return Expiry.from_record(day, month_only)
    return None


def gtins_by_national(snapshot: Snapshot, scheme: str, number: str) -> list[str]:
    """The GTINs of products under a country's own number, in any spelling. Reads all products."""
    forms = written_forms(scheme, number)
    padded = forms + (_IN_NO_NUMBER,) * (MOST_FORMS - len(forms))
    rows = _BY_NATIONAL.rows(snapshot, {f"form{n}": form for n, form in enumerate(padded)})
    return [gtin for gtin, numbers in rows if any(_is_number(each, scheme, number) for each in numbers)]


def _is_number(recorded: str, scheme: str, number: str) -> bool:
    name, _, held = recorded.partition(":")
    return name == scheme and same_number(scheme, held, number)


def release_tests(snapshot: Snapshot, batch_id: int) -> list[tuple[str, str, str]]:
    """Return the batch's release tests by name: test, method, result."""
    return [(test, method, result) for test, method, result in _TESTS.rows(snapshot, {"batch_id": batch_id})]


def has_units(snapshot: Snapshot, product_id: int) -> bool:
    """Return whether any serialised unit of the product is on record."""
    return bool(_HAS_UNITS.rows(snapshot, {"product_id": product_id}))


def used_on(snapshot: Snapshot, gtin: str, serial: str) -> tuple[date, bool] | None:
    """Return the day on which a clinic opened the unit, and whether it had scanned the code.

    None where no clinic recorded it here. A use with a scan counts before one without.
    """
    for day, scanned in _USED_ON.rows(snapshot, {"gtin": gtin, "serial": serial}):
        return day, bool(scanned)
    return None


def near_serials(snapshot: Snapshot, product_id: int, serial: Serial, *, whole: bool) -> list[str]:
    """Serials of the product that may have been meant by one that it does not have.

    Another case always; what is a slip away, or cut short, only where it is the only one. `whole`: the code
    came whole, so that nothing in it is a slip.
    """
    cut = serial.printed if len(serial.printed) >= misreads.SHORTEST_CUT else ""
    values = {"product_id": product_id, "start": cut, "end": cut and cut + _LAST}
    spelled = misreads.serials(serial, whole=whole)
    rows = {each for (each,) in _SERIALS.rows(snapshot, spelled_as(spelled) | values)}
    found = sorted(each for each in rows if each in spelled or (cut and each.startswith(cut)))
    flipped = [each for each in found if each.casefold() == serial.printed.casefold()]
    return found if len(found) == 1 else flipped


def near_lots(snapshot: Snapshot, lot: Lot, product_id: int | None) -> list[NearLot]:
    """Lots that may have been meant by one that is not there, at most `MOST_NEAR`; stopped ones first.

    Look-alikes (O 0, I 1, S 5, B 8), those that begin with it (its end was cut off), and what is a slip away.
    What each of them explains is for `misread_matching` to say.
    """
    keys = misreads.lot_keys(lot, of_one_product=product_id is not None)
    values: dict[str, object] = {"lot_folded": lot.folded, "lot_key": lot.key, "product_id": product_id}
    cut = len(lot.key) >= misreads.SHORTEST_START
    values |= {"start": lot.key, "end": lot.key + _LAST} if cut else _NOTHING
    statement = _NEAR_LOTS if product_id is None else _NEAR_LOTS_OF_PRODUCT
    rows = statement.rows(snapshot, values | spelled_as(keys))
    found = {batch.id: NearLot(batch, key) for batch, key, _ in rows}
    return sorted(found.values(), key=lambda each: not each.stopped)[:MOST_NEAR]


def lot_formats(snapshot: Snapshot, product_id: int) -> LotFormats:
    """How the product's lots are numbered, from its latest `MOST_LOTS`."""
    name = ("lot formats", product_id)
    kept: LotFormats | None = snapshot.facts.kept.get(name)
    if kept is not None:
        return kept
    rows = _LOTS.rows(snapshot, {"product_id": product_id})
    return snapshot.facts.keep(name, LotFormats([key for key, _ in rows], [day for _, day in rows]))


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
