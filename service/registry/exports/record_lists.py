"""The rows of an export, by kind of list: the columns of imports, with every value as an import reads it.

A batch has the status that it has without the recalls in force, because the list of recalls brings these.
Memory is one row, whatever their number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from service.gs1.identifiers import Expiry
from service.registry.lists.columns import FIELDS, ListKind
from service.storage.models import (
    Alert,
    Batch,
    Manufacturer,
    Organisation,
    PackMark,
    Product,
    QualityResult,
    Recall,
    RecalledSerial,
    RecallLift,
    Scan,
    Unit,
)

_AT_ONCE = 2000


class ExportKind(StrEnum):
    """What can be exported. Every kind but `checks` is a list that can be imported."""

    PRODUCTS = "products"
    BATCHES = "batches"
    UNITS = "units"
    RECALLS = "recalls"
    ALERTS = "alerts"
    MARKS = "marks"
    CHECKS = "checks"


HEADERS: Mapping[ExportKind, tuple[str, ...]] = {
    ExportKind.PRODUCTS: FIELDS[ListKind.PRODUCTS],
    ExportKind.BATCHES: FIELDS[ListKind.BATCHES],
    ExportKind.UNITS: ("gtin", "lot", "serial", "disposition"),
    ExportKind.RECALLS: FIELDS[ListKind.RECALLS],
    ExportKind.ALERTS: FIELDS[ListKind.ALERTS],
    ExportKind.MARKS: FIELDS[ListKind.MARKS],
    ExportKind.CHECKS: ("gtin", "product", "lot", "action", "checks", "first", "last"),
}
"""The column headers of each list."""


def export_rows(
    connection: Connection, kind: ExportKind, organisation_id: int | None
) -> Iterator[Sequence[str]]:
    """The header and the rows of one list: records of this organisation, of everyone for None."""
    yield HEADERS[kind]
    if kind in _PUBLISHED:
        yield from _PUBLISHED[kind](connection, organisation_id)
        return
    own = () if organisation_id is None else (Manufacturer.organisation_id == organisation_id,)
    yield from _ROWS[kind](connection, own)


def count_units(connection: Connection, organisation_id: int | None) -> int:
    """How many rows the list of units would have."""
    query = (
        select(func.count())
        .select_from(Unit)
        .join(Product, Product.id == Unit.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    )
    if organisation_id is not None:
        query = query.where(Manufacturer.organisation_id == organisation_id)
    return connection.scalar(query) or 0


Own = Sequence[ColumnElement[bool]]


def _read(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows, a few thousand at once."""
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    try:
        yield from rows
    finally:
        rows.close()


def _of_products(query: Select[*tuple[Any, ...]], own: Own) -> Select[*tuple[Any, ...]]:
    return query.join(Manufacturer, Manufacturer.id == Product.manufacturer_id).where(*own)


def _products(connection: Connection, own: Own) -> Iterator[Sequence[str]]:
    maker = (
        Manufacturer.name.label("manufacturer"),
        Manufacturer.gs1_prefixes,
        Manufacturer.catalogue_complete,
        Manufacturer.contact,
    )
    query = _of_products(select(*Product.__table__.c, *maker), own).order_by(Product.gtin)
    for row in _read(connection, query):
        prefixes = [each for each in row.gs1_prefixes if row.gtin[1:].startswith(each)]
        until = row.complete_until.isoformat() if row.complete and row.complete_until else ""
        said = {
            "gtin": row.gtin,
            "name": row.name,
            "manufacturer": row.manufacturer,
            # the others stand in the rows of the products that begin with them
            "gs1_prefix": " ".join(row.gs1_prefixes if prefixes else ()),
            "catalogue_complete": "yes" if row.catalogue_complete else "",
            "contact": row.contact,
            "active_substance": row.active_substance,
            "strengths": "; ".join(row.strengths),
            "content": row.content,
            "languages": " ".join(row.languages),
            "form": row.form,
            "national_numbers": "; ".join(row.national_numbers),
            "markets": " ".join(row.markets),
            "complete": until or ("yes" if row.complete else "no"),
            "in_use_hours": _text(row.in_use_hours),
            "storage": _limits(row.storage_min, row.storage_max),
            "stability_months": _text(row.stability_months),
            "interval_days": _text(row.interval_days),
            "source_gtins": " ".join(row.source_gtins),
        }
        yield [said[name] for name in HEADERS[ExportKind.PRODUCTS]]


def _batches(connection: Connection, own: Own) -> Iterator[Sequence[str]]:
    query = select(*Batch.__table__.c, Product.gtin).join(Product, Product.id == Batch.product_id)
    results: dict[int, list[str]] = {}
    tests = (
        select(*QualityResult.__table__.c)
        .join(Batch, Batch.id == QualityResult.batch_id)
        .join(Product, Product.id == Batch.product_id)
    )
    for row in _read(connection, _of_products(tests, own).order_by(QualityResult.test)):
        parts = [row.test, row.method, row.result] if row.method else [row.test, row.result]
        results.setdefault(row.batch_id, []).append(" | ".join(parts))
    for row in _read(connection, _of_products(query, own).order_by(Product.gtin, Batch.lot_written)):
        said = {
            "gtin": row.gtin,
            "lot": row.lot,
            "expiry": Expiry.from_record(row.expiry, row.expiry_month_only).printed_form,
            "made": _day(row.made),
            "released": _day(row.released),
            "status": row.status_before or row.status,
            "markets": " ".join(row.markets),
            "quantity": _text(row.quantity),
            "quality": "; ".join(results.get(row.id, ())),
            "earlier_expiries": " ".join(row.earlier_expiries),
            "recall_class": row.recall_class,
            "recall_reference": row.recall_reference,
            "recall_reason": row.recall_reason,
        }
        yield [said[name] for name in HEADERS[ExportKind.BATCHES]]


def _units(connection: Connection, own: Own) -> Iterator[Sequence[str]]:
    query = (
        select(Product.gtin, Batch.lot, Unit.serial, Unit.disposition)
        .join(Product, Product.id == Unit.product_id)
        .join(Batch, Batch.id == Unit.batch_id)
    )
    ordered = _of_products(query, own).order_by(Product.gtin, Unit.product_id, Unit.serial)
    for gtin, lot, serial, disposition in _read(connection, ordered):
        yield gtin, lot, serial, str(disposition)


def _recalls(connection: Connection, own: Own) -> Iterator[Sequence[str]]:
    lift = (
        RecallLift.at.label("lifted"),
        RecallLift.actor.label("lifted_by"),
        RecallLift.reason.label("lift_reason"),
        RecallLift.reference.label("lift_reference"),
    )
    query = (
        select(*Recall.__table__.c, *lift, Product.gtin)
        .join(Product, Product.id == Recall.product_id)
        .join(RecallLift, RecallLift.recall_id == Recall.id, isouter=True)
    )
    for row in connection.execute(_of_products(query, own).order_by(Recall.id)).all():
        serials = select(RecalledSerial.serial).where(RecalledSerial.recall_id == row.id)
        said = {
            name: getattr(row, name)
            for name in ("gtin", "kind", "scope", "lot", "serial_from", "serial_to", "recall_class")
        }
        said |= {name: getattr(row, name) for name in ("reference", "reason", "public_text")}
        said |= {
            "expiry_from": _day(row.expiry_from),
            "expiry_to": _day(row.expiry_to),
            "serials": " ".join(connection.scalars(serials.order_by(RecalledSerial.serial))),
            "issued": row.at.isoformat(),
            "issued_by": row.actor,
            "lifted": row.lifted.isoformat() if row.lifted else "",
            "lifted_by": row.lifted_by or "",
            "lift_reason": row.lift_reason or "",
            "lift_reference": row.lift_reference or "",
        }
        yield [said[name] for name in HEADERS[ExportKind.RECALLS]]


def _alerts(connection: Connection, organisation_id: int | None) -> Iterator[Sequence[str]]:
    query = select(*Alert.__table__.c).order_by(Alert.id)
    query = _published(query, Alert, organisation_id)
    for row in _read(connection, query):
        said = {name: getattr(row, name, "") or "" for name in HEADERS[ExportKind.ALERTS]}
        said |= {
            "product": row.product_name,
            "expiry": Expiry.from_record(row.expiry, row.expiry_month_only).printed_form
            if row.expiry
            else "",
            "lot_issued": "" if row.lot_issued is None else ("yes" if row.lot_issued else "no"),
        }
        yield [said[name] for name in HEADERS[ExportKind.ALERTS]]


def _marks(connection: Connection, organisation_id: int | None) -> Iterator[Sequence[str]]:
    """The marks that stand: one that was withdrawn is put on record nowhere else."""
    query = select(*PackMark.__table__.c).where(PackMark.withdrawn.is_(false())).order_by(PackMark.id)
    for row in _read(connection, _published(query, PackMark, organisation_id)):
        said = {name: getattr(row, name, "") for name in HEADERS[ExportKind.MARKS]}
        said |= {
            "product": row.product_name,
            "fakes": "; ".join(row.fakes),
            "lot": "; ".join(row.lots),
            "markets": " ".join(row.markets),
        }
        yield [said[name] for name in HEADERS[ExportKind.MARKS]]


def _published(
    query: Select[*tuple[Any, ...]], model: type[Alert | PackMark], organisation_id: int | None
) -> Select[*tuple[Any, ...]]:
    """Of notices or marks those that the organisation put in, or published as an authority; all for None."""
    if organisation_id is None:
        return query
    name = select(Organisation.name).where(Organisation.id == organisation_id).scalar_subquery()
    own = func.lower(model.authority) == func.lower(name)
    return query.where(or_(model.organisation_id == organisation_id, own))


_PUBLISHED: Mapping[ExportKind, Callable[[Connection, int | None], Iterator[Sequence[str]]]] = {
    ExportKind.ALERTS: _alerts,
    ExportKind.MARKS: _marks,
}


def _checks(connection: Connection, own: Own) -> Iterator[Sequence[str]]:
    """Counts by lot and answer: a check itself is of the person who made it."""
    counted = (func.count(), func.min(Scan.at), func.max(Scan.at))
    columns = (Product.gtin, Product.name, func.coalesce(Batch.lot, ""), Scan.action)
    query = (
        select(*columns, *counted)
        .select_from(Scan)
        .join(Product, Product.id == Scan.product_id)
        .join(Batch, Batch.id == Scan.batch_id, isouter=True)
    )
    rows = _of_products(query, own).group_by(*columns).order_by(*columns)
    for gtin, name, lot, action, count, first, last in connection.execute(rows):
        yield gtin, name, lot, action, str(count), first.date().isoformat(), last.date().isoformat()


_ROWS: Mapping[ExportKind, Callable[[Connection, Own], Iterator[Sequence[str]]]] = {
    ExportKind.PRODUCTS: _products,
    ExportKind.BATCHES: _batches,
    ExportKind.UNITS: _units,
    ExportKind.RECALLS: _recalls,
    ExportKind.CHECKS: _checks,
}


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _limits(lowest: int | None, highest: int | None) -> str:
    """Limits of storage as `measures.celsius_limits` reads them."""
    if highest is None:
        return ""
    return f"below {highest}" if lowest is None else f"{lowest} to {highest}"
