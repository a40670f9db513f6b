"""What a search finds among an organisation's records: how many of each kind, and one page of them.

A whole scan finds what it names: the product, its lot and its serial. Other text finds a GTIN, a lot by how
it begins, a serial, a name, a company, and a recall's, notice's or report's reference.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from service.accounts.actors import Actor, OrganisationKind
from service.errors import IdentifierError
from service.gs1.identifiers import Gtin, Lot, Serial
from service.gs1.reading import read
from service.storage.models import Alert, Batch, Manufacturer, Product, Recall, Report, Unit

ON_A_PAGE = 50
_LONGEST = 400  # characters; a whole scan has some 80, a Digital Link some 200


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result. `kind`: product, batch, unit, recall, alert or report; `key` opens its page."""

    kind: str
    key: tuple[str, ...]
    title: str
    detail: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results; `total`: how many there are on all pages."""

    hits: tuple[SearchHit, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // ON_A_PAGE))


Found = tuple[Select[*tuple[Any, ...]], Callable[[Any], SearchHit]]
"""A query of one kind of record, and how its rows are shown."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the text may be: each empty where it is none."""

    text: str
    gtin: str
    lot_key: str
    serial: str
    scanned: bool


def find_records(connection: Connection, actor: Actor, text: str, page: int) -> SearchPage:
    """One page of what the text finds, kind by kind, with the true number of all of it."""
    text = "".join(each for each in text if each.isprintable() or each == "\x1d").strip()[:_LONGEST]
    if not text:
        return SearchPage((), 0, 1)
    asked = _asked(text)
    queries = [each for each in _queries(actor, asked) if each is not None]
    counted = [select(func.count()).select_from(query.order_by(None).subquery()) for query, _ in queries]
    counts = [connection.scalar(each) or 0 for each in counted]
    total = sum(counts)
    page = min(max(page, 1), max(1, -(-total // ON_A_PAGE)))
    skipped, wanted = (page - 1) * ON_A_PAGE, ON_A_PAGE
    hits: list[SearchHit] = []
    for (query, shown), count in zip(queries, counts, strict=True):
        if skipped < count and wanted:
            rows = connection.execute(query.offset(skipped).limit(wanted)).all()
            hits += map(shown, rows)
            wanted -= len(rows)
        skipped = max(0, skipped - count)
    return SearchPage(tuple(hits), total, page)


def _asked(text: str) -> _Asked:
    try:
        reading = read(text)
    except IdentifierError:
        reading = None
    product = reading.identifier if reading is not None and not reading.tentative else None
    if product is not None and product.gtin and (product.lot or product.serial):
        return _Asked(
            text,
            product.gtin.value,
            product.lot.key if product.lot else "",
            product.serial.printed if product.serial else "",
            scanned=True,
        )
    return _Asked(text, gtin_in(text), lot_key_in(text), _serial_in(text), scanned=False)


def _queries(actor: Actor, asked: _Asked) -> Sequence[Found | None]:
    if asked.scanned:
        return (_products(actor, asked), _batches(actor, asked), _units(actor, asked), _alerts(asked))
    return (
        _products(actor, asked),
        _batches(actor, asked),
        _units(actor, asked),
        _recalls(actor, asked),
        _alerts(asked),
        _reports(actor, asked),
    )


def own_records(actor: Actor) -> ColumnElement[bool]:
    """Whether a manufacturer is the organisation's."""
    return Manufacturer.organisation_id == actor.organisation_id


def own_products(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The organisation's products."""
    return (
        select(Product.id, Product.gtin, Product.name, Manufacturer.name.label("manufacturer"))
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(own_records(actor))
    )


def product_hit(row: Any) -> SearchHit:
    """A product as a result."""
    return SearchHit("product", (row.gtin,), row.name, f"{row.gtin}, {row.manufacturer}")


def _products(actor: Actor, asked: _Asked) -> Found:
    where: list[ColumnElement[bool]] = [Product.gtin == asked.gtin]
    if not asked.scanned:
        named = (Product.name, Product.active_substance, Manufacturer.name)
        where += [column.icontains(asked.text, autoescape=True) for column in named]
    return own_products(actor).where(or_(*where)).order_by(Product.name, Product.gtin), product_hit


def _batches(actor: Actor, asked: _Asked) -> Found | None:
    if not asked.lot_key:
        return None
    lot = Batch.lot_key.startswith(asked.lot_key, autoescape=True)
    exact = (Batch.lot_key == asked.lot_key, Product.gtin == asked.gtin)
    query = (
        select(Batch.lot, Batch.status, Batch.expiry, Product.gtin, Product.name)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(own_records(actor), *(exact if asked.scanned and asked.gtin else (lot,)))
        .order_by(Batch.lot_key, Product.name, Batch.id)
    )
    return query, lambda row: SearchHit(
        "batch", (row.gtin, row.lot), row.lot, f"{row.name}, {row.expiry.isoformat()}", row.status
    )


def _units(actor: Actor, asked: _Asked) -> Found | None:
    if not asked.serial:
        return None
    of_product = (Product.gtin == asked.gtin,) if asked.scanned and asked.gtin else ()
    query = (
        select(Unit.serial, Unit.disposition, Batch.lot, Product.gtin, Product.name)
        .join(Product, Product.id == Unit.product_id)
        .join(Batch, Batch.id == Unit.batch_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(own_records(actor), Unit.serial == asked.serial, *of_product)
        .order_by(Product.name, Product.gtin)
    )
    return query, lambda row: SearchHit(
        "unit", (row.gtin, row.serial), row.serial, f"{row.name}, {row.lot}", row.disposition
    )


def _recalls(actor: Actor, asked: _Asked) -> Found:
    where = [Recall.reference.icontains(asked.text, autoescape=True)]
    where += [Recall.lot_key == asked.lot_key] if asked.lot_key else []
    query = (
        select(Recall.id, Recall.kind, Recall.reference, Recall.reason, Recall.lot, Product.name)
        .join(Product, Product.id == Recall.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(own_records(actor), or_(*where))
        .order_by(Recall.id.desc())
    )
    return query, lambda row: SearchHit(
        "recall",
        (str(row.id),),
        row.reference or str(row.id),
        ", ".join(part for part in (row.name, row.lot, row.reason) if part),
        row.kind,
    )


def _alerts(asked: _Asked) -> Found | None:
    tests: list[ColumnElement[bool]] = []
    if not asked.scanned:
        tests.append(Alert.product_name.icontains(asked.text, autoescape=True))
        tests.append(Alert.reference.icontains(asked.text, autoescape=True))
    tests += [Alert.lot_key == asked.lot_key] if asked.lot_key else []
    tests += [Alert.gtin == asked.gtin] if asked.gtin and not asked.scanned else []
    return (alerts_where(or_(*tests)), alert_hit) if tests else None


def alerts_where(where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The regulators' notices that match, the latest first."""
    return select(*Alert.__table__.c).where(where).order_by(Alert.reported.desc(), Alert.id)


def alert_hit(row: Any) -> SearchHit:
    """A regulator's notice as a result."""
    title = " ".join(part for part in (row.product_name or row.gtin, row.lot) if part)
    detail = ", ".join(part for part in (row.authority, row.reference, row.reported) if part)
    return SearchHit("alert", (str(row.id),), title, detail, row.kind)


def _reports(actor: Actor, asked: _Asked) -> Found:
    seen = (
        select(Report.id, Report.reference, Report.product, Report.lot, Report.status)
        .where(or_(Report.reference == asked.text.upper(), Report.lot == asked.text))
        .order_by(Report.id.desc())
    )
    if actor.kind is not OrganisationKind.REGULATOR:
        seen = seen.where(Report.organisation_id == actor.organisation_id)
    return seen, lambda row: SearchHit(
        "report", (str(row.id),), row.reference, f"{row.product} {row.lot}".strip(), row.status
    )


def hits_of(connection: Connection, found: Found, most: int) -> Iterator[SearchHit]:
    """The first results of one query."""
    query, shown = found
    yield from map(shown, connection.execute(query.limit(most)))


def gtin_in(text: str) -> str:
    """The GTIN in its stored form; text that is no GTIN finds nothing."""
    try:
        return Gtin.parse(text).value
    except IdentifierError:
        return ""


def lot_key_in(text: str) -> str:
    """The key of a lot; empty for text that is none."""
    try:
        return Lot.parse(text).key
    except IdentifierError:
        return ""


def _serial_in(text: str) -> str:
    try:
        return Serial.parse(text).printed
    except IdentifierError:
        return ""
