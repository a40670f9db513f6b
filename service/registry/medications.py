"""Products and lots as a clinic's software asks for them: by GTIN and lot, of those that it may see."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service.authenticity.evidence import BatchStatus
from service.gs1.identifiers import Expiry, Lot
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product
from service.storage.record_access import batch_seen_by


@dataclass(frozen=True, slots=True)
class MedicinalProduct:
    """One product on record. `national_numbers`: scheme and number, `PZN:12345678`."""

    gtin: str
    name: str
    manufacturer: str
    active_substance: str
    strengths: tuple[str, ...]
    form: str
    national_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MedicinalBatch:
    """One lot of a product. `id`: of its row; it does not change."""

    id: int
    product: MedicinalProduct
    lot: str
    expiry: Expiry
    status: BatchStatus


@dataclass(frozen=True, slots=True)
class BatchSearch:
    """Which lots are wanted. None: whichever. `after`: those with a larger id, at most `limit` of them."""

    ids: Collection[int] | None = None
    gtins: Collection[str] | None = None
    lots: Collection[Lot] | None = None
    after: int = 0
    limit: int = 50


def find_products(database: Database, gtins: Collection[str]) -> list[MedicinalProduct]:
    """Return the products on record with these GTINs, by GTIN."""
    statement = select(*_PRODUCT).join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    with database.reading() as connection:
        rows = connection.execute(statement.where(Product.gtin.in_(gtins)).order_by(Product.gtin))
        return [_product(row) for row in rows]


def find_batches(database: Database, organisation_id: int, wanted: BatchSearch) -> list[MedicinalBatch]:
    """Return lots that the organisation may see whole (`batch_seen_by`), by id.

    A lot is found by its characters, case apart, as a verdict finds it (`Lot.is_written_as`).
    """
    statement = (
        select(Batch.id, Batch.lot, Batch.expiry, Batch.expiry_month_only, Batch.status, *_PRODUCT)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(batch_seen_by(organisation_id), Batch.id > wanted.after)
        .order_by(Batch.id)
    )
    if wanted.ids is not None:
        statement = statement.where(Batch.id.in_(wanted.ids))
    if wanted.gtins is not None:
        statement = statement.where(Product.gtin.in_(wanted.gtins))
    if wanted.lots is not None:
        statement = statement.where(Batch.lot_key.in_({each.key for each in wanted.lots}))
    found: list[MedicinalBatch] = []
    with database.reading() as connection:
        for row in connection.execute(statement):
            if wanted.lots is not None and not _is_one_of(wanted.lots, row.lot):
                continue
            found.append(_batch(row))
            if len(found) == wanted.limit:
                break
    return found


_PRODUCT = (
    Product.gtin,
    Product.name,
    Product.active_substance,
    Product.strengths,
    Product.form,
    Product.national_numbers,
    Manufacturer.name.label("manufacturer"),
)


def _is_one_of(lots: Collection[Lot], recorded: str) -> bool:
    own = Lot.parse(recorded)
    return any(each.is_written_as(own) for each in lots)


def _batch(row: Any) -> MedicinalBatch:
    expiry = Expiry.from_record(row.expiry, row.expiry_month_only)
    return MedicinalBatch(row.id, _product(row), row.lot, expiry, BatchStatus(row.status))


def _product(row: Any) -> MedicinalProduct:
    return MedicinalProduct(
        row.gtin,
        row.name,
        row.manufacturer,
        row.active_substance,
        tuple(row.strengths),
        row.form,
        tuple(row.national_numbers),
    )
