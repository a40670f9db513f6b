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
from service.storage.models import Batch, Manufacturer, Product, Recall, RecalledSerial, RecallLift

MOST = 500
"""Rows of one page of history."""

MOST_LOTS = 60
"""Lots to choose from."""


@dataclass(frozen=True, slots=True)
class IssuedRecall:
    """One recall or hold: of which product, by whom, and its lift. `serials`: how many are listed.

    `order_id`: the first of several lots that were recalled at once. `others`: the further ones of them that
    are in the same state, with their lots. `owning_lots`: keys of the lots that own its serials.
    """

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
    order_id: int | None = None
    owning_lots: tuple[str, ...] = ()
    serials: int = 0
    others: tuple[tuple[int, str], ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it is in force."""
        return self.lifted is None

    @property
    def lots(self) -> tuple[str, ...]:
        """Its lot and those of `others`."""
        return (self.lot, *(lot for _, lot in self.others)) if self.lot else ()


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
        Recall.order_id,
        Recall.owning_lots,
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
    """Return the organisation's recalls and holds: those in force first, then the latest; at most `MOST`.

    Lots that were recalled at once are one line for each state.
    """
    statement = owned(_ISSUED, who).order_by(RecallLift.at.isnot(None), Recall.id.desc()).limit(MOST)
    with database.reading() as connection:
        rows = [_issued(row) for row in connection.execute(statement)]
    lines: dict[object, IssuedRecall] = {}
    for each in reversed(rows):
        key = (each.order_id, each.stands) if each.order_id is not None else (each.id,)
        first = lines.get(key)
        lines[key] = each if first is None else replace(first, others=(*first.others, (each.id, each.lot)))
    return list(reversed(lines.values()))


def recalls_before(database: Database, who: AuditActor, before: int, limit: int) -> list[IssuedRecall]:
    """Return the organisation's recalls and holds, the newest first: before the id `before` (0: all)."""
    listed = select(func.count()).where(RecalledSerial.recall_id == Recall.id).scalar_subquery()
    statement = owned(_ISSUED.add_columns(listed), who).order_by(Recall.id.desc()).limit(limit)
    if before:
        statement = statement.where(Recall.id < before)
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


def lots(database: Database, gtin: str, who: AuditActor) -> list[str]:
    """Return the lots of a product of theirs, as printed, the latest expiry first; at most `MOST_LOTS`."""
    statement = (
        select(Batch.lot)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin)
        .order_by(Batch.expiry.desc(), Batch.id.desc())
    )
    with database.reading() as connection:
        return list(connection.scalars(owned(statement, who).limit(MOST_LOTS)))


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
    found = replace(_issued(row), serials=connection.scalar(listed) or 0)
    if found.order_id is None:
        return found
    together = (
        select(Recall.id, Recall.lot)
        .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
        .where(Recall.order_id == found.order_id, Recall.id != number)
        .where(RecallLift.at.is_(None) if found.stands else RecallLift.at.is_not(None))
        .order_by(Recall.id)
    )
    return replace(found, others=tuple((other.id, other.lot) for other in connection.execute(together)))


def owned(statement: Any, who: AuditActor) -> Select[*tuple[Any, ...]]:
    """Limit a select to the organisation's own rows; a terminal sees all."""
    owner = who.organisation_id
    owned: Select[*tuple[Any, ...]] = statement
    return owned if owner is None else owned.where(Manufacturer.organisation_id == owner)


def standing(connection: Connection, product_id: int) -> list[RecallRecord]:
    """Return the recalls of a product in force, as the rules of a verdict see them."""
    return list(recalls(within(connection), product_id, serial=None))
