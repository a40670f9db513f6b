"""The catalogue of marks as people read it: all marks, the withdrawn ones too."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from service.registry.corrections.marks import may_withdraw_mark
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import PackMark

MOST = 500
"""Marks on one page."""


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One mark. `product`: its name or GTIN; `own`: the asking organisation may withdraw it."""

    id: int
    mark: str
    product: str
    feature: str
    part: str
    look_at: str
    should_be: str
    differs: str
    fakes: tuple[str, ...]
    lots: tuple[str, ...]
    markets: tuple[str, ...]
    authority: str
    reference: str
    reported: str
    source_url: str
    withdrawn: bool
    own: bool


def listed_marks(database: Database, who: AuditActor | None = None, search: str = "") -> list[CatalogueLine]:
    """Return the marks by product, at most `MOST`. `search`: a part of a product, lot, authority or text."""
    statement = select(PackMark.__table__).order_by(PackMark.product_name, PackMark.gtin, PackMark.mark)
    if search.strip():
        fields = (PackMark.product_name, PackMark.gtin, PackMark.authority, PackMark.look_at, PackMark.lots)
        wanted = search.strip()
        statement = statement.where(or_(*(each.icontains(wanted, autoescape=True) for each in fields)))
    with database.reading() as connection:
        rows = [dict(row) for row in connection.execute(statement.limit(MOST)).mappings()]
        own = {row["id"] for row in rows if may_withdraw_mark(connection, row, who or AuditActor("terminal"))}
    return [
        CatalogueLine(
            **{name: row[name] for name in CatalogueLine.__slots__ if name in row},
            product=row["product_name"] or row["gtin"],
            own=row["id"] in own,
        )
        for row in rows
    ]
