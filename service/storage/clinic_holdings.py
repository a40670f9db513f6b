"""Which clinics received vials of a lot: for the owner of the product, who has to reach them in a recall."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from service.storage.models import Manufacturer, Organisation, Product, Vial


@dataclass(frozen=True, slots=True)
class ClinicHolding:
    """How many vials a clinic received, and how many of them it still has."""

    clinic: str
    vials: int
    here: int


def clinics_that_received(
    connection: Connection, *, owner: int, product_id: int, batch_ids: Collection[int] | None = None
) -> list[ClinicHolding]:
    """Return the clinics that received vials of a product, by name. `batch_ids` None: of any batch.

    The result is empty unless `owner` owns the product. What a clinic did with its vials is never returned.
    """
    here = func.count(case((Vial.state.in_(("in_stock", "open", "quarantined", "in_transit")), Vial.id)))
    statement = (
        select(Organisation.name, func.count(Vial.id), here)
        .join(Vial, Vial.organisation_id == Organisation.id)
        .join(Product, Product.id == Vial.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.id == product_id, Manufacturer.organisation_id == owner, Vial.state != "cancelled")
        .group_by(Organisation.id, Organisation.name)
        .order_by(Organisation.name)
    )
    if batch_ids is not None:
        statement = statement.where(Vial.batch_id.in_(batch_ids))
    return [ClinicHolding(*row) for row in connection.execute(statement)]
