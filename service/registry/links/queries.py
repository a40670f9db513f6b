"""Reads the links of a product: for the resolver, and for the organisation that manages them."""

from dataclasses import dataclass

from sqlalchemy import Row, select

from service.gs1.identifiers import Lot
from service.gs1.resolver.resolution import ResolvedItem
from service.gs1.resolver.statements import LinkStatement, is_on
from service.registry.recalls.queries import owned
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, ResolverLink


@dataclass(frozen=True, slots=True)
class ManagedLink:
    """A link as the organisation sees it. `reachable`: its host is still registered, so it is offered."""

    id: int
    lot: str
    statement: LinkStatement
    reachable: bool


def resolved_item(database: Database, gtin: str, lot: str, result_page: str) -> ResolvedItem | None:
    """Return what the resolver knows of a product and one of its lots; None for a GTIN that is not on record.

    Links on hosts that the manufacturer no longer has registered are left out.
    """
    keys = ["", Lot.parse(lot).key] if lot else [""]
    with database.reading() as connection:
        product = connection.execute(
            select(Product.id, Product.name, Manufacturer.link_hosts)
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin == gtin)
        ).first()
        if product is None:
            return None
        rows = connection.execute(
            select(ResolverLink.__table__)
            .where(ResolverLink.product_id == product.id, ResolverLink.lot_key.in_(keys))
            .order_by(ResolverLink.id)
        ).all()
    statements = tuple(_statement(row) for row in rows if is_on(row.href, product.link_hosts))
    return ResolvedItem(product.name, statements, result_page)


def is_lot_of(database: Database, gtin: str, lot: str) -> bool:
    """Whether a product on record has a batch of this lot."""
    statement = (
        select(Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .where(Product.gtin == gtin, Batch.lot_written == Lot.parse(lot).written)
    )
    with database.reading() as connection:
        return connection.execute(statement).first() is not None


def managed_links(database: Database, gtin: str, who: AuditActor) -> list[ManagedLink]:
    """Return all links of a product of theirs, those of the product first, then by lot; none for others'."""
    statement = (
        select(ResolverLink.__table__, Manufacturer.link_hosts)
        .join(Product, Product.id == ResolverLink.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin)
        .order_by(ResolverLink.lot_key, ResolverLink.link_type, ResolverLink.id)
    )
    with database.reading() as connection:
        return [
            ManagedLink(row.id, row.lot, _statement(row), is_on(row.href, row.link_hosts))
            for row in connection.execute(owned(statement, who))
        ]


def _statement(row: Row[tuple[object, ...]]) -> LinkStatement:
    return LinkStatement(
        row.link_type,
        row.href,
        row.title,
        (row.language,) if row.language else (),
        row.media_type,
        row.context,
        row.is_default,
        row.lot_key,
    )
