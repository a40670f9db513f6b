"""Lists of links: where the codes of a product, or of one of its lots, lead (GS1-Conformant Resolver)."""

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.gs1.identifiers import Gtin, Lot
from service.gs1.iso.countries import parse_country
from service.gs1.iso.languages import parse_language
from service.gs1.resolver.link_types import LINK_TYPES
from service.gs1.resolver.statements import MEDIA_TYPES, read_target
from service.registry.lists.cells import Cells, invalid
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.ownership import no_product
from service.storage.models import Manufacturer, Product, ResolverLink

_LONGEST_TITLE = 200
_SAME = ("lot_key", "link_type", "href", "language", "media_type", "context")
_YES, _NO = frozenset({"yes", "1", "true", "x", "default"}), frozenset({"", "no", "0", "false"})


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One row. `href`: as it was written; whose web servers it may be on is known by its product."""

    gtin: Gtin
    lot: Lot | None
    link_type: str
    href: str
    title: str
    language: str
    media_type: str
    context: str
    is_default: bool


class Links:
    """Reads and stores the rows of lists of links."""

    def parse(self, cells: Cells) -> LinkFacts | None:
        """Read one row."""
        gtin = cells.need("gtin", Gtin.parse)
        link_type = cells.need("link_type", _link_type)
        href = cells.need("href", str)
        title = cells.text("title", _LONGEST_TITLE)
        if not title:
            cells.need("title", str)
        lot = cells.read("lot", Lot.parse, None)
        language = cells.read("language", parse_language, "")
        media_type = cells.read("media_type", _media_type, "")
        context = cells.read("context", parse_country, "")
        is_default = cells.read("is_default", _yes, False)
        if cells.problems or gtin is None or link_type is None or href is None:
            return None
        return LinkFacts(gtin, lot, link_type, href, title, language, media_type, context, is_default)

    def key(self, facts: LinkFacts) -> Hashable:
        """What makes two links the same; only title and default may differ."""
        lot = facts.lot.key if facts.lot else ""
        return facts.gtin, lot, facts.link_type, facts.href, facts.language, facts.media_type, facts.context

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, LinkFacts]], journal: ImportJournal
    ) -> Refused:
        """Add the links that are not there, and give the others their new title."""
        gtins = distinct(facts.gtin.value for _, facts in rows)
        found = connection.execute(
            select(
                Product.gtin,
                Product.id,
                Manufacturer.organisation_id,
                Manufacturer.link_hosts,
                Manufacturer.two_person_release,
            )
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin.in_(gtins))
        )
        products = {row.gtin: row for row in found if journal.owner.owns(row.organisation_id)}
        refused: Refused = {}
        for line, facts in rows:
            product = products.get(facts.gtin.value)
            if product is None:
                refused[line] = [no_product(facts.gtin.value, journal.owner)]
            elif problems := _store(connection, line, facts, product, journal):
                refused[line] = problems
        return refused


def _store(
    connection: Connection, line: int, facts: LinkFacts, product: Any, journal: ImportJournal
) -> Sequence[VialcheckError]:
    if product.two_person_release:
        return [RefusedError(ErrorCode.TWO_PERSONS_NEEDED, given=facts.gtin.value, field="gtin")]
    try:
        columns = _columns(facts, read_target(facts.href, product.link_hosts))
    except RefusedError as error:
        return [error]
    same = [ResolverLink.product_id == product.id]
    same += [getattr(ResolverLink, name) == columns[name] for name in _SAME]
    row = connection.execute(select(ResolverLink.__table__).where(*same)).first()
    if row is None:
        return _add(connection, line, product, columns, journal)
    before = {"title": row.title, "is_default": row.is_default}
    after = {name: columns[name] for name in before}
    became = RowOutcome.UNCHANGED if after == before else RowOutcome.CHANGED
    problems = journal.row(line, became, before=before, after=after)
    if not problems and became is RowOutcome.CHANGED:
        connection.execute(update(ResolverLink).where(ResolverLink.id == row.id).values(after))
        journal.note("change_link", "product", product.gtin, before=dict(row._mapping), after=columns)
    return problems


def _add(
    connection: Connection, line: int, product: Any, columns: dict[str, Any], journal: ImportJournal
) -> Sequence[VialcheckError]:
    shown = {name: value for name, value in columns.items() if value and name != "lot_key"}
    problems = journal.row(line, RowOutcome.NEW, after=shown)
    if not problems:
        connection.execute(insert(ResolverLink).values(columns | {"product_id": product.id}))
        journal.note("add_link", "product", product.gtin, after=columns)
    return problems


def _columns(facts: LinkFacts, href: str) -> dict[str, Any]:
    said = asdict(facts)
    said.pop("gtin")
    lot = facts.lot
    return said | {"href": href, "lot": lot.printed if lot else "", "lot_key": lot.key if lot else ""}


def _link_type(raw: str) -> str:
    name = raw.strip().removeprefix("gs1:")
    if name not in LINK_TYPES:
        raise invalid(raw, "a link type of GS1, one of " + ", ".join(LINK_TYPES))
    return name


def _media_type(raw: str) -> str:
    if raw.strip() not in MEDIA_TYPES:
        raise invalid(raw, "one of " + ", ".join(MEDIA_TYPES))
    return raw.strip()


def _yes(raw: str) -> bool:
    said = raw.strip().casefold()
    if said not in _YES | _NO:
        raise invalid(raw, "yes or no")
    return said in _YES
