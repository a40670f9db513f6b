"""Where vials of a lot are: for the owner of the product, who has to reach those that received it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from service.storage.models import Manufacturer, Organisation, Product, Vial


@dataclass(frozen=True, slots=True)
class ClinicHolding:
    """How many vials of it a clinic received, and how many of these are still in the house."""

    clinic: str
    vials: int
    here: int


def clinics_that_received(
    connection: Connection, *, owner: int, product_id: int, batch_ids: Collection[int] | None = None
) -> list[ClinicHolding]:
    """The clinics that received vials of a product (None: of any batch), by name.

    Only for the organisation `owner` whose product it is; everybody else is told of none. What a clinic did
    with a vial, and to whom it was given, is nobody's but the clinic's.
    """
    here = func.count(case((Vial.state.in_(("in_stock", "open", "quarantined")), Vial.id)))
    statement = (
        select(Organisation.name, func.count(Vial.id), here)
        .join(Vial, Vial.organisation_id == Organisation.id)
        .join(Product, Product.id == Vial.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.id == product_id, Manufacturer.organisation_id == owner)
        .group_by(Organisation.id, Organisation.name)
        .order_by(Organisation.name)
    )
    if batch_ids is not None:
        statement = statement.where(Vial.batch_id.in_(batch_ids))
    return [ClinicHolding(*row) for row in connection.execute(statement)]
