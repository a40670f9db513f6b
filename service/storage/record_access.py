"""Which organisation may see a record whole: the owner of its product, and a clinic that holds the vial."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Exists, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from service.gs1 import misreads
from service.gs1.identifiers import Lot
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Vial


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """The rows that a verdict found. `serial` is empty where no unit was found."""

    product_id: int
    batch_id: int
    serial: str = ""


def sees_record(database: Database, organisation_id: int, found: FoundRecord) -> bool:
    """Whether the organisation owns the product, or received a vial of the batch (of the unit, if found)."""
    owns = _owned(organisation_id, found.product_id)
    same = (
        (Vial.organisation_id == organisation_id)
        & (Vial.batch_id == found.batch_id)
        & (Vial.state != "cancelled")
    )
    if found.serial:
        same &= Vial.serial.in_(("", found.serial))
    with database.reading() as connection:
        return bool(connection.scalar(select(or_(owns, exists().where(same)))))


def lots_meant(database: Database, organisation_id: int, lot: Lot) -> list[str]:
    """At most five lots as printed, one misreading away from `lot`, that the organisation may see."""
    spelled = or_(Batch.lot_folded == lot.folded, Batch.lot_key.in_(misreads.lot_keys(lot)))
    statement = (
        select(Batch.lot)
        .where(spelled, Batch.lot_key != lot.key, batch_seen_by(organisation_id))
        .distinct()
        .order_by(Batch.lot)
        .limit(5)
    )
    with database.reading() as connection:
        return list(connection.scalars(statement))


def batch_seen_by(organisation_id: int) -> ColumnElement[bool]:
    """The condition on rows of batches that the organisation owns, or received a vial of."""
    came = (Vial.organisation_id == organisation_id, Vial.state != "cancelled")
    return or_(_owned(organisation_id, Batch.product_id), exists().where(*came, Vial.batch_id == Batch.id))


def _owned(organisation_id: int, product_id: InstrumentedAttribute[int] | int) -> Exists:
    own = exists().where(
        Product.id == product_id,
        Product.manufacturer_id == Manufacturer.id,
        Manufacturer.organisation_id == organisation_id,
    )
    return own.correlate(Batch)  # a statement around it may read products and manufacturers too
