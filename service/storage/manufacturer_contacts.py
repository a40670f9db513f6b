"""How a manufacturer is reached, as it put it on record for anyone who has to ask."""

from sqlalchemy import select

from service.storage.database import Database
from service.storage.models import Manufacturer


def contact_of(database: Database, manufacturer: str) -> str:
    """The manufacturer's own text, by its name; empty where it is not on record or said nothing."""
    with database.reading() as connection:
        statement = select(Manufacturer.contact).where(Manufacturer.name == manufacturer)
        return connection.scalar(statement) or ""
