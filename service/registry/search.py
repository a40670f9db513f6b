"""Search and pages of an organisation's own records: anything, a product, a batch.

Another organisation's records are answered with NotFoundError or an empty list. Regulators' alerts are found
by every organisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.authenticity.lots.lot_matching import the_one
from service.errors import ErrorCode, NotFoundError
from service.gs1.identifiers import Lot
from service.registry.corrections.units.unit_changes import UnitChangeLine, unit_changes
from service.registry.found_records import (
    SearchHit,
    SearchPage,
    alert_hit,
    alerts_where,
    find_records,
    gtin_in,
    hits_of,
    lot_key_in,
    own_products,
    own_records,
    product_hit,
)
from service.registry.recalls.expiry_extensions import RecordedExtension, extensions
from service.storage.database import Database
from service.storage.models import (
    Alert,
    Batch,
    Manufacturer,
    Product,
    QualityResult,
    Scan,
    Unit,
)

MOST_FOUND = 25
PAGE = 100


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch in a list."""

    lot: str
    expiry: date
    status: str
    quantity: int | None
    checks: int


SORTS = ("expiry", "lot", "status", "quantity", "checks")
"""By what the batches of a product can be sorted."""


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """Which batches of a product are wanted, and in which order.

    `lot`: how it begins; `status`: one of `BatchStatus`, or empty; `until`: those that expire until then.
    `sort`: one of `SORTS`, the latest expiry and the largest number first; `upwards`: the other way round.
    """

    lot: str = ""
    status: str = ""
    until: date | None = None
    sort: str = "expiry"
    upwards: bool = False

    def where(self, product_id: int) -> list[ColumnElement[bool]]:
        """The conditions in SQL."""
        tests: list[ColumnElement[bool]] = [Batch.product_id == product_id]
        if self.lot.strip():
            tests.append(Batch.lot_key.startswith(lot_key_in(self.lot) or self.lot, autoescape=True))
        if self.status:
            tests.append(Batch.status == self.status)
        if self.until is not None:
            tests.append(Batch.expiry <= self.until)
        return tests

    def order(self, checks: Any) -> list[ColumnElement[Any]]:
        """The order in SQL; batches that are equal in it by their lot."""
        columns: dict[str, Any] = {
            "lot": Batch.lot_key,
            "status": Batch.status,
            "quantity": func.coalesce(Batch.quantity, -1),
            "checks": checks,
        }
        column = columns.get(self.sort, Batch.expiry)
        downwards = self.sort in ("expiry", "quantity", "checks") and self.sort in SORTS
        return [column.desc() if downwards is not self.upwards else column.asc(), Batch.lot_key, Batch.id]


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
    month_only: bool
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
        query = own_products(actor).order_by(Product.name, Product.gtin).limit(PAGE)
        with self._database.reading() as connection:
            return [product_hit(row) for row in connection.execute(query)]

    def search(self, actor: Actor, text: str, *, page: int = 1) -> SearchPage:
        """Search for a whole scan, a GTIN, a lot, a serial, a name, a company or a reference."""
        with self._database.reading() as connection:
            return find_records(connection, actor, text, page)

    def product(
        self, actor: Actor, gtin: str, *, page: int = 1, wanted: BatchFilter | None = None
    ) -> ProductPage:
        """Return a product's page with the batches that are wanted; NotFoundError."""
        wanted = wanted or BatchFilter()
        with self._database.reading() as connection:
            row: Any = connection.execute(
                own_products(actor)
                .add_columns(*(getattr(Product, name) for name in _PRODUCT_FACTS))
                .where(Product.gtin == gtin_in(gtin))
            ).first()
            if row is None:
                raise _nothing(gtin)
            total = select(func.count()).select_from(Batch).where(*wanted.where(row.id))
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
                    "interval_days": row.interval_days or "",
                },
                markets=row.markets,
                languages=row.languages,
                complete=row.complete,
                batches=tuple(_batches(connection, row.id, page, wanted)),
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
                .where(own_records(actor), Product.gtin == gtin_in(gtin), Unit.serial == serial)
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
        key = lot_key_in(lot)
        with self._database.reading() as connection:
            alike: Any = connection.execute(
                select(Batch.__table__, Product.gtin, Product.name)
                .join(Product, Product.id == Batch.product_id)
                .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
                .where(own_records(actor), Product.gtin == gtin_in(gtin), Batch.lot_key == key)
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
            standing = (Alert.lot_key == key) & Alert.withdrawn.is_(False)
            alerts = hits_of(connection, (alerts_where(standing), alert_hit), MOST_FOUND)
            return BatchPage(
                id=row.id,
                gtin=row.gtin,
                product=row.name,
                lot=row.lot,
                key=row.lot_key,
                expiry=row.expiry,
                month_only=row.expiry_month_only,
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
    "interval_days",
)
_BATCH_FACTS = ("made", "released", "quantity", "recall_class", "recall_reference", "recall_reason")


def _batches(connection: Connection, product_id: int, page: int, wanted: BatchFilter) -> Iterator[BatchLine]:
    checks = (
        select(func.count())
        .where(Scan.product_id == Batch.product_id, Scan.batch_id == Batch.id)
        .scalar_subquery()
    )
    query = (
        select(Batch.lot, Batch.expiry, Batch.status, Batch.quantity, checks.label("checks"))
        .where(*wanted.where(product_id))
        .order_by(*wanted.order(checks))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    for lot, expiry, status, quantity, count in connection.execute(query):
        yield BatchLine(lot, expiry, status, quantity, count)


def _nothing(asked: str) -> NotFoundError:
    return NotFoundError(ErrorCode.NOT_FOUND, given=asked, expected="a record of your organisation")
