"""Reads statements: the released ones of a product, for everyone; all versions, for who manages them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.registry.recalls.queries import owned
from service.registry.statements.topics import StatementState, StatementTopic
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer, Product, ProductStatement

MOST = 500
"""Versions on one page."""

_ORDER = {topic: number for number, topic in enumerate(StatementTopic)}


@dataclass(frozen=True, slots=True)
class PublicStatement:
    """A released version. `language`: ISO 639-1. `dated`: YYYY[-MM[-DD]] of the source."""

    topic: StatementTopic
    language: str
    text: str
    source: str
    source_url: str
    dated: str
    version: int
    reviewed: datetime


@dataclass(frozen=True, slots=True)
class DescribedProduct:
    """A product with its released statements, in the order of the topics and of their languages."""

    gtin: str
    name: str
    manufacturer: str
    statements: tuple[PublicStatement, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that statements are in."""
        return tuple(sorted({each.language for each in self.statements}))

    def best(self, languages: Sequence[str]) -> list[PublicStatement]:
        """One statement a topic: in the first of `languages` that it is in, else in any."""
        order = {language: place for place, language in reversed(list(enumerate(languages)))}
        chosen: dict[StatementTopic, PublicStatement] = {}
        for each in sorted(self.statements, key=lambda one: order.get(one.language, len(order))):
            chosen.setdefault(each.topic, each)
        return sorted(chosen.values(), key=lambda one: _ORDER[one.topic])


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """A version for who manages it. `own`: the asking person put it in, and may not release it.

    `shown_now`: the text that it would replace on the public page; empty for none.
    """

    id: int
    gtin: str
    product: str
    topic: StatementTopic
    language: str
    text: str
    source: str
    source_url: str
    dated: str
    version: int
    state: StatementState
    put_in: datetime
    put_in_by: str
    decided_by: str | None
    own: bool
    shown_now: str = ""


def described_product(database: Database, gtin: str) -> DescribedProduct | None:
    """A product with what is released of it; None for a GTIN that is not on record."""
    with database.reading() as connection:
        product = connection.execute(
            select(Product.id, Product.gtin, Product.name, Manufacturer.name.label("manufacturer"))
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin == gtin)
        ).first()
        if product is None:
            return None
        released = select(ProductStatement.__table__).where(
            ProductStatement.product_id == product.id, ProductStatement.state == StatementState.RELEASED
        )
        rows = connection.execute(released.order_by(ProductStatement.language)).all()
    statements = sorted((_public(row) for row in rows), key=lambda each: _ORDER[each.topic])
    return DescribedProduct(product.gtin, product.name, product.manufacturer, tuple(statements))


def has_statements(database: Database, gtin: str) -> bool:
    """Whether anything is released of a product."""
    statement = (
        select(ProductStatement.id)
        .join(Product, Product.id == ProductStatement.product_id)
        .where(Product.gtin == gtin, ProductStatement.state == StatementState.RELEASED)
        .limit(1)
    )
    with database.reading() as connection:
        return connection.scalar(statement) is not None


def versions(
    database: Database, who: AuditActor, states: Sequence[StatementState], gtin: str = ""
) -> list[StatementVersion]:
    """The organisation's versions in these states, of one product or of all, at most `MOST`."""
    statement = (
        select(ProductStatement.__table__, Product.gtin, Product.name.label("product"))
        .join(Product, Product.id == ProductStatement.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(ProductStatement.state.in_([*states, StatementState.RELEASED]))
        .order_by(Product.name, ProductStatement.topic, ProductStatement.language, ProductStatement.version)
    )
    if gtin:
        statement = statement.where(Product.gtin == gtin)
    with database.reading() as connection:
        rows = connection.execute(owned(statement, who).limit(MOST)).all()
    shown = {_place(row): row.text for row in rows if row.state == StatementState.RELEASED}
    return [_version(row, who, shown.get(_place(row), "")) for row in rows if row.state in states]


def _place(row: Any) -> tuple[int, str, str]:
    return row.product_id, row.topic, row.language


def _public(row: Any) -> PublicStatement:
    return PublicStatement(
        topic=StatementTopic(row.topic),
        language=row.language,
        text=row.text,
        source=row.source,
        source_url=row.source_url,
        dated=row.dated,
        version=row.version,
        reviewed=row.decided,
    )


def _version(row: Any, who: AuditActor, shown_now: str) -> StatementVersion:
    return StatementVersion(
        id=row.id,
        gtin=row.gtin,
        product=row.product,
        topic=StatementTopic(row.topic),
        language=row.language,
        text=row.text,
        source=row.source,
        source_url=row.source_url,
        dated=row.dated,
        version=row.version,
        state=StatementState(row.state),
        put_in=row.put_in,
        put_in_by=row.put_in_by,
        decided_by=row.decided_by,
        own=who.is_same(row.put_in_account_id, row.put_in_by),
        shown_now="" if row.state == StatementState.RELEASED else shown_now,
    )
