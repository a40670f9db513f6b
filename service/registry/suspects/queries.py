"""The list of suspects, strongest and newest first.

An organisation sees what concerns its own products. A lot that was typed without a product and is not on
record belongs to no organisation: regulators see those.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.reasons import Reason
from service.authenticity.scan_history.score import DEFAULTS
from service.authenticity.scan_history.sightings import day_of
from service.errors import ErrorCode, IdentifierError, NotFoundError
from service.gs1.identifiers import Gtin, Lot
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.models import Batch, Manufacturer, Product, Suspect
from service.storage.suspects import SuspectState, from_plain

MOST_LISTED = 100
VERY_STRONG, STRONG = 8.0, DEFAULTS.suspicion
"""From which score on a suspicion is called very strong or strong. The second is the default threshold of a
verdict.
"""

NOBODYS = 0
"""The product id of lots that were typed without a product."""


@dataclass(frozen=True, slots=True)
class SuspectLine:
    """One suspect. `shown`: its serial or lot as printed; `gtin` empty: of no known product."""

    id: int
    scope: SubjectScope
    product_id: int
    gtin: str
    product: str
    name: str
    shown: str
    score: float
    codes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    first: date
    last: date
    state: SuspectState
    moved: datetime

    @property
    def level(self) -> int:
        """3: very strong, 2: strong, 1: weak."""
        return 1 + (self.score >= STRONG) + (self.score >= VERY_STRONG)


class SuspectQueries:
    """Reads the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listing(self, actor: Actor, state: SuspectState = SuspectState.OPEN) -> list[SuspectLine]:
        """Return the suspects in one state, at most `MOST_LISTED`."""
        level = case((Suspect.score >= VERY_STRONG, 3), (Suspect.score >= STRONG, 2), else_=1)
        query = lines(actor).where(Suspect.state == state)
        query = query.order_by(level.desc(), Suspect.last.desc(), Suspect.id.desc()).limit(MOST_LISTED)
        with self._database.reading() as connection:
            return [_line(row) for row in connection.execute(query)]

    def counts(self, actor: Actor) -> dict[SuspectState, int]:
        """Return how many suspects are in each state."""
        inner = lines(actor).subquery()
        query = select(inner.c.state, func.count().label("many")).group_by(inner.c.state)
        with self._database.reading() as connection:
            found = {row.state: row.many for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in SuspectState}


def lines(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return the select of all suspects that this actor may see."""
    of_lot = and_(Batch.product_id == Suspect.product_id, Batch.lot_key == Suspect.name)
    query: Select[*tuple[Any, ...]] = (
        select(
            Suspect.__table__,
            func.coalesce(Product.gtin, "").label("gtin"),
            func.coalesce(Product.name, "").label("product"),
            func.coalesce(Batch.lot, Suspect.name).label("shown"),
        )
        .outerjoin(Product, Product.id == Suspect.product_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .outerjoin(Batch, and_(Suspect.scope == SubjectScope.LOT, of_lot))
    )
    return query.where(_theirs(actor))


def find(
    connection: Connection, actor: Actor, scope: SubjectScope, product_id: int, name: str
) -> SuspectLine | None:
    """Return one suspect, where it exists and is theirs; else None."""
    query = lines(actor).where(Suspect.scope == scope, Suspect.product_id == product_id, Suspect.name == name)
    row = connection.execute(query).first()
    return _line(row) if row is not None else None


def product(connection: Connection, actor: Actor, gtin: str) -> Any:
    """Return `id`, `gtin` and `name` of a product of theirs; NotFoundError."""
    try:
        wanted = Gtin.parse(gtin).value
    except IdentifierError:
        wanted = ""
    row = connection.execute(
        select(Product.id, Product.gtin, Product.name)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == wanted, Manufacturer.organisation_id == actor.organisation_id)
    ).first()
    if row is None:
        raise nothing(gtin)
    return row


def lot_key(text: str) -> str:
    """Return a lot's key; NotFoundError for text that is no lot."""
    try:
        return Lot.parse(text).key
    except IdentifierError:
        raise nothing(text) from None


def nothing(asked: str) -> NotFoundError:
    """Return the error: it does not exist, or is another organisation's."""
    return NotFoundError(
        ErrorCode.NOT_FOUND, given=asked, expected="something that your organisation watches"
    )


def _theirs(actor: Actor) -> ColumnElement[bool]:
    if actor.kind is OrganisationKind.REGULATOR:
        return Suspect.product_id == NOBODYS
    return Manufacturer.organisation_id == actor.organisation_id


def _line(row: Any) -> SuspectLine:
    return SuspectLine(
        id=row.id,
        scope=SubjectScope(row.scope),
        product_id=row.product_id,
        gtin=row.gtin,
        product=row.product,
        name=row.name,
        shown=row.shown,
        score=row.score,
        codes=row.codes,
        reasons=from_plain(row.reasons),
        first=day_of(row.first),
        last=day_of(row.last),
        state=SuspectState(row.state),
        moved=row.moved,
    )
