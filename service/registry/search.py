"""Search and pages of an organisation's own records: anything, a product, a batch.

Another organisation's records are answered with NotFoundError or an empty list. Regulators' alerts are found
by every organisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.dispositions import Disposition
from service.authenticity.lots.lot_matching import the_one
from service.errors import ErrorCode, IdentifierError, NotFoundError
from service.gs1.identifiers import Gtin, Lot, Serial
from service.registry.corrections.units.unit_changes import UnitChangeLine, unit_changes
from service.registry.recalls.expiry_extensions import RecordedExtension, extensions
from service.storage.database import Database
from service.storage.models import (
    Alert,
    Batch,
    Manufacturer,
    Product,
    QualityResult,
    Report,
    Scan,
    Unit,
)

MOST_FOUND = 25
PAGE = 100


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result. `kind`: product, batch, unit, alert or report; `key` opens its page."""

    kind: str
    key: tuple[str, ...]
    title: str
    detail: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch in a list."""

    lot: str
    expiry: date
    status: str
    quantity: int | None
    checks: int


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One product, and one page of its batches."""

    gtin: str
    name: str
    manufacturer: str
    facts: dict[str, str]
    markets: tuple[str, ...]
    languages: tuple[str, ...]
    complete: bool
    batches: tuple[BatchLine, ...]
    total: int
    unit_changes: tuple[UnitChangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch, its units by disposition, its checks by action, and alerts about its lot.

    `key`: the lot as the audit names it.
    """

    id: int
    gtin: str
    product: str
    lot: str
    key: str
    expiry: date
    status: str
    facts: dict[str, Any]
    markets: tuple[str, ...]
    tests: tuple[tuple[str, str, str], ...]
    units: dict[Disposition, int]
    checks: dict[str, int]
    alerts: tuple[SearchHit, ...]
    extensions: tuple[RecordedExtension, ...] = ()
    unit_changes: tuple[UnitChangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit, its checks so far, and what was done to it."""

    gtin: str
    product: str
    serial: str
    lot: str
    disposition: Disposition
    checks: int
    changes: tuple[UnitChangeLine, ...]


class RecordSearch:
    """Reads what an organisation put in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def products(self, actor: Actor) -> list[SearchHit]:
        """Return all products of the organisation, by name."""
        query = _products(actor).order_by(Product.name, Product.gtin).limit(PAGE)
        with self._database.reading() as connection:
            return [_product_hit(row) for row in connection.execute(query)]

    def search(self, actor: Actor, text: str) -> list[SearchHit]:
        """Search for a GTIN, a lot, a serial, a name, a company or a report's reference."""
        text = "".join(each for each in text if each.isprintable()).strip()[:200]
        if not text:
            return []
        with self._database.reading() as connection:
            return [
                *_found_products(connection, actor, text),
                *_found_batches(connection, actor, text),
                *_found_units(connection, actor, text),
                *_found_alerts(connection, text),
                *_found_reports(connection, actor, text),
            ]

    def product(self, actor: Actor, gtin: str, *, page: int = 1) -> ProductPage:
        """Return a product's page; NotFoundError."""
        with self._database.reading() as connection:
            row: Any = connection.execute(
                _products(actor)
                .add_columns(*(getattr(Product, name) for name in _PRODUCT_FACTS))
                .where(Product.gtin == _gtin(gtin))
            ).first()
            if row is None:
                raise _nothing(gtin)
            total = select(func.count()).select_from(Batch).where(Batch.product_id == row.id)
            return ProductPage(
                gtin=row.gtin,
                name=row.name,
                manufacturer=row.manufacturer,
                facts={
                    "active_substance": row.active_substance,
                    "strengths": "; ".join(row.strengths),
                    "form": row.form,
                    "national_numbers": "; ".join(row.national_numbers),
                    "content": row.content,
                    "stability_months": row.stability_months or "",
                },
                markets=row.markets,
                languages=row.languages,
                complete=row.complete,
                batches=tuple(_batches(connection, row.id, page)),
                total=connection.scalar(total) or 0,
                unit_changes=tuple(unit_changes(connection, row.id)),
            )

    def unit(self, actor: Actor, gtin: str, serial: str) -> UnitPage:
        """Return a unit's page; NotFoundError."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(Unit.serial, Unit.disposition, Unit.product_id, Batch.lot, Product.gtin, Product.name)
                .join(Product, Product.id == Unit.product_id)
                .join(Batch, Batch.id == Unit.batch_id)
                .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
                .where(_own(actor), Product.gtin == _gtin(gtin), Unit.serial == serial)
            ).first()
            if row is None:
                raise _nothing(f"{gtin}/{serial}")
            of_unit = Scan.product_id == row.product_id, Scan.presented["serial"].as_string() == row.serial
            return UnitPage(
                gtin=row.gtin,
                product=row.name,
                serial=row.serial,
                lot=row.lot,
                disposition=row.disposition,
                checks=connection.scalar(select(func.count()).select_from(Scan).where(*of_unit)) or 0,
                changes=tuple(unit_changes(connection, row.product_id, serial=row.serial)),
            )

    def batch(self, actor: Actor, gtin: str, lot: str) -> BatchPage:
        """Return a batch's page; NotFoundError."""
        key = _lot_key(lot)
        with self._database.reading() as connection:
            alike: Any = connection.execute(
                select(Batch.__table__, Product.gtin, Product.name)
                .join(Product, Product.id == Batch.product_id)
                .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
                .where(_own(actor), Product.gtin == _gtin(gtin), Batch.lot_key == key)
            ).all()
            row: Any = the_one(Lot.parse(lot), alike, lambda each: str(each.lot)) if alike else None
            if row is None:
                raise _nothing(f"{gtin}/{lot}")
            tests = select(QualityResult.test, QualityResult.method, QualityResult.result).where(
                QualityResult.batch_id == row.id
            )
            units = (
                select(Unit.disposition, func.count())
                .where(Unit.product_id == row.product_id, Unit.batch_id == row.id)
                .group_by(Unit.disposition)
            )
            checks = (
                select(Scan.action, func.count())
                .where(Scan.product_id == row.product_id, Scan.batch_id == row.id)
                .group_by(Scan.action)
            )
            alerts = _alert_hits(connection, (Alert.lot_key == key) & Alert.withdrawn.is_(False))
            return BatchPage(
                id=row.id,
                gtin=row.gtin,
                product=row.name,
                lot=row.lot,
                key=row.lot_key,
                expiry=row.expiry,
                status=row.status,
                facts={name: getattr(row, name) for name in _BATCH_FACTS},
                markets=row.markets,
                tests=tuple((each[0], each[1], each[2]) for each in connection.execute(tests)),
                units={row[0]: row[1] for row in connection.execute(units)},
                checks={row[0]: row[1] for row in connection.execute(checks)},
                alerts=tuple(alerts),
                extensions=tuple(extensions(connection, row.id)),
                unit_changes=tuple(unit_changes(connection, row.product_id, batch_id=row.id)),
            )


_PRODUCT_FACTS = (
    "active_substance",
    "strengths",
    "form",
    "national_numbers",
    "markets",
    "languages",
    "complete",
    "content",
    "stability_months",
)
_BATCH_FACTS = ("made", "released", "quantity", "recall_class", "recall_reference", "recall_reason")


def _own(actor: Actor) -> ColumnElement[bool]:
    return Manufacturer.organisation_id == actor.organisation_id


def _products(actor: Actor) -> Any:
    return (
        select(Product.id, Product.gtin, Product.name, Manufacturer.name.label("manufacturer"))
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(_own(actor))
    )


def _product_hit(row: Any) -> SearchHit:
    return SearchHit("product", (row.gtin,), row.name, f"{row.gtin}, {row.manufacturer}")


def _found_products(connection: Connection, actor: Actor, text: str) -> Iterator[SearchHit]:
    contained = (
        column.icontains(text, autoescape=True)
        for column in (Product.name, Product.active_substance, Manufacturer.name)
    )
    number = Product.gtin == _gtin(text)
    query = _products(actor).where(or_(number, *contained)).order_by(Product.name).limit(MOST_FOUND)
    yield from map(_product_hit, connection.execute(query))


def _found_batches(connection: Connection, actor: Actor, text: str) -> Iterator[SearchHit]:
    key = _lot_key(text)
    if not key:
        return
    query = (
        select(Batch.lot, Batch.status, Batch.expiry, Product.gtin, Product.name)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(_own(actor), Batch.lot_key.startswith(key, autoescape=True))
        .order_by(Batch.lot_key, Product.name)
        .limit(MOST_FOUND)
    )
    for row in connection.execute(query):
        yield SearchHit(
            "batch", (row.gtin, row.lot), row.lot, f"{row.name}, {row.expiry.isoformat()}", row.status
        )


def _found_units(connection: Connection, actor: Actor, text: str) -> Iterator[SearchHit]:
    try:
        serial = Serial.parse(text).printed
    except IdentifierError:
        return
    query = (
        select(Unit.serial, Unit.disposition, Batch.lot, Product.gtin, Product.name)
        .join(Product, Product.id == Unit.product_id)
        .join(Batch, Batch.id == Unit.batch_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(_own(actor), Unit.serial == serial)
        .limit(MOST_FOUND)
    )
    for row in connection.execute(query):
        yield SearchHit("unit", (row.gtin, row.serial), row.serial, f"{row.name}, {row.lot}", row.disposition)


def _found_alerts(connection: Connection, text: str) -> Iterator[SearchHit]:
    key, gtin = _lot_key(text), _gtin(text)
    tests = [Alert.product_name.icontains(text, autoescape=True)]
    tests += [Alert.lot_key == key] if key else []
    tests += [Alert.gtin == gtin] if gtin else []
    yield from _alert_hits(connection, or_(*tests))


def _alert_hits(connection: Connection, where: ColumnElement[bool]) -> Iterator[SearchHit]:
    query = select(Alert).where(where).order_by(Alert.reported.desc(), Alert.id).limit(MOST_FOUND)
    for row in connection.execute(query.with_only_columns(*Alert.__table__.c)):
        title = " ".join(part for part in (row.product_name or row.gtin, row.lot) if part)
        detail = ", ".join(part for part in (row.authority, row.reported) if part)
        yield SearchHit("alert", (str(row.id),), title, detail, row.kind)


def _found_reports(connection: Connection, actor: Actor, text: str) -> Iterator[SearchHit]:
    mine = Report.organisation_id == actor.organisation_id
    seen = select(Report.id, Report.reference, Report.product, Report.lot, Report.status).where(
        or_(Report.reference == text.upper(), Report.lot == text)
    )
    if actor.kind is not OrganisationKind.REGULATOR:
        seen = seen.where(mine)
    for row in connection.execute(seen.limit(MOST_FOUND)):
        yield SearchHit(
            "report", (str(row.id),), row.reference, f"{row.product} {row.lot}".strip(), row.status
        )


def _batches(connection: Connection, product_id: int, page: int) -> Iterator[BatchLine]:
    checks = (
        select(func.count())
        .where(Scan.product_id == Batch.product_id, Scan.batch_id == Batch.id)
        .scalar_subquery()
    )
    query = (
        select(Batch.lot, Batch.expiry, Batch.status, Batch.quantity, checks)
        .where(Batch.product_id == product_id)
        .order_by(Batch.expiry.desc(), Batch.lot_key)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    for lot, expiry, status, quantity, count in connection.execute(query):
        yield BatchLine(lot, expiry, status, quantity, count)


def _gtin(text: str) -> str:
    """Return the GTIN in its stored form; text that is no GTIN finds nothing."""
    try:
        return Gtin.parse(text).value
    except IdentifierError:
        return ""


def _lot_key(text: str) -> str:
    try:
        return Lot.parse(text).key
    except IdentifierError:
        return ""


def _nothing(asked: str) -> NotFoundError:
    return NotFoundError(ErrorCode.NOT_FOUND, given=asked, expected="a record of your organisation")
