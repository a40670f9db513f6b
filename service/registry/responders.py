"""How the manufacturer of a product answers verification messages (GS1 LMS)."""

from dataclasses import dataclass

from sqlalchemy import select

from service.errors import ErrorCode, NotFoundError
from service.storage.database import Database
from service.storage.models import Manufacturer, Product


@dataclass(frozen=True, slots=True)
class Responder:
    """A manufacturer that answers. `verifies_recalled`: it has a recalled unit verified."""

    gln: str
    verifies_recalled: bool


def responder_of(database: Database, gtin: str) -> Responder:
    """Return who answers for a product.

    NotFoundError for one that is not on record, or whose manufacturer has no GLN and so does not answer.
    """
    statement = (
        select(Manufacturer.gln, Manufacturer.verifies_recalled)
        .join(Product, Product.manufacturer_id == Manufacturer.id)
        .where(Product.gtin == gtin, Manufacturer.gln != "")
    )
    with database.reading() as connection:
        row = connection.execute(statement).first()
    if row is None:
        raise NotFoundError(ErrorCode.PRODUCT_NOT_ON_RECORD, given=gtin, field="gtin")
    return Responder(row.gln, row.verifies_recalled)
