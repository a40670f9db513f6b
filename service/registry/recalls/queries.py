"""Recalls and holds on record: those in force, and those that were lifted."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from service.authenticity.evidence import RecallRecord, RecallScope
from service.errors import ErrorCode, NotFoundError
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.hot.recalls import recalls
from service.storage.hot.statements import within
from service.storage.models import Manufacturer, Product, Recall, RecalledSerial, RecallLift

MOST = 500
"""Rows of one page of history."""


@dataclass(frozen=True, slots=True)
class IssuedRecall:
    """One recall or hold: of which product, by whom, and its lift. `serials`: how many are listed."""

    id: int
    hold: bool
    at: datetime
    actor: str
    gtin: str
    product: str
    manufacturer: str
    scope: RecallScope
    lot: str
    expiry_from: date | None
    expiry_to: date | None
    serial_from: str
    serial_to: str
    recall_class: str
    reference: str
    reason: str
    public_text: str
    lifted: datetime | None
    lifted_by: str | None
    lift_reason: str | None
    lift_reference: str | None
    serials: int = 0

    @property
    def stands(self) -> bool:
        """Whether it is in force."""
        return self.lifted is None


_ISSUED = (
    select(
        Recall.id,
        Recall.kind,
        Recall.at,
        Recall.actor,
        Product.gtin,
        Product.name,
        Manufacturer.name,
        Recall.scope,
        Recall.lot,
        Recall.expiry_from,
        Recall.expiry_to,
        Recall.serial_from,
        Recall.serial_to,
        Recall.recall_class,
        Recall.reference,
        Recall.reason,
        Recall.public_text,
        RecallLift.at,
        RecallLift.actor,
        RecallLift.reason,
        RecallLift.reference,
    )
    .join(Product, Product.id == Recall.product_id)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
)


def _issued(row: Any) -> IssuedRecall:
    number, kind, at, actor, gtin, product, manufacturer, scope, *rest = row
    return IssuedRecall(
        number, kind == "hold", at, actor, gtin, product, manufacturer, RecallScope(scope), *rest
    )


def history(database: Database, who: AuditActor) -> list[IssuedRecall]:
    """Return the organisation's recalls and holds: those in force first, then the latest; at most `MOST`."""
    statement = owned(_ISSUED, who).order_by(RecallLift.at.isnot(None), Recall.id.desc()).limit(MOST)
    with database.reading() as connection:
        return [_issued(row) for row in connection.execute(statement)]


def products(database: Database, who: AuditActor) -> list[tuple[str, str]]:
    """Return GTIN and name of the products that the organisation may recall, by name; at most `MOST`."""
    statement = select(Product.gtin, Product.name).join(
        Manufacturer, Manufacturer.id == Product.manufacturer_id
    )
    with database.reading() as connection:
        rows = connection.execute(owned(statement, who).order_by(Product.name, Product.gtin).limit(MOST))
        return [(row[0], row[1]) for row in rows]


def find(database: Database, number: int, who: AuditActor) -> IssuedRecall:
    """Return one of the organisation's. NotFoundError where it does not exist or is another
    organisation's.
    """
    with database.reading() as connection:
        return find_within(connection, number, who)


def find_within(connection: Connection, number: int, who: AuditActor) -> IssuedRecall:
    """`find` within a transaction."""
    row = connection.execute(owned(_ISSUED, who).where(Recall.id == number)).first()
    if row is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(number), expected="the number of a recall", field="id"
        )
    listed = select(func.count()).where(RecalledSerial.recall_id == number)
    return replace(_issued(row), serials=connection.scalar(listed) or 0)


def owned(statement: Any, who: AuditActor) -> Select[*tuple[Any, ...]]:
    """Limit a select to the organisation's own rows; a terminal sees all."""
    owner = who.organisation_id
    owned: Select[*tuple[Any, ...]] = statement
    return owned if owner is None else owned.where(Manufacturer.organisation_id == owner)


def standing(connection: Connection, product_id: int) -> list[RecallRecord]:
    """Return the recalls of a product in force, as the rules of a verdict see them."""
    return list(recalls(within(connection), product_id, serial=None))
