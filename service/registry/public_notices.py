"""What is published for anyone to read: every recall that a verdict knows, and every warning of counterfeits.

Recalls come from four places: manufacturers' own orders, batches that a list marks as recalled, batches of
which a list marks some units as recalled, and regulators' notices. An order that reaches a batch stands for
the batch's status and its units': nothing is listed twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, exists, or_, select, text

from service.authenticity.evidence import AlertKind, BatchStatus, RecallScope
from service.gs1.identifiers import Expiry
from service.storage.database import Database
from service.storage.models import (
    UNIT_IS_RECALLED,
    Alert,
    Batch,
    Manufacturer,
    Product,
    Recall,
    RecallLift,
    Unit,
    Withdrawal,
)

T = TypeVar("T")

MOST = 300
"""Entries of one page; who looks for more searches."""


@dataclass(frozen=True, slots=True)
class PublicRecall:
    """One recall as published. `by`: the manufacturer or the authority; `reported`: YYYY[-MM[-DD]].

    `scope` is None for a regulator's notice that names no serial number: it names what it names. Serial
    numbers are not listed: `scope` says that some are meant. `withdrawn`: the day on which a
    regulator's notice was.
    """

    product: str
    by: str
    scope: RecallScope | None
    lot: str = ""
    expiry_from: date | None = None
    expiry_to: date | None = None
    recall_class: str = ""
    reference: str = ""
    reason: str = ""
    public_text: str = ""
    reported: str = ""
    source_url: str = ""
    withdrawn: date | None = None


@dataclass(frozen=True, slots=True)
class PublicWarning:
    """One published warning, with only what the authority published.

    `expiries`, `serials`, `serial_prefixes`: all that the notice gives for this lot, each once. `withdrawn`:
    the day on which it was.
    """

    authority: str
    kind: AlertKind
    product: str
    gtin: str
    lot: str
    reference: str
    reported: str
    source_url: str
    expiries: tuple[Expiry, ...] = ()
    serials: tuple[str, ...] = ()
    serial_prefixes: tuple[str, ...] = ()
    withdrawn: date | None = None


@dataclass(frozen=True, slots=True)
class FoundNotices(Generic[T]):
    """What a search found; `more`: there are others beyond the first `MOST`."""

    entries: tuple[T, ...]
    more: bool


def public_recalls(database: Database, search: str = "") -> FoundNotices[PublicRecall]:
    """Recalls that stand, the latest first, those without a day last.

    `search`: a part of a lot, product, maker, authority or reference.
    """
    with database.reading() as connection:
        found = [
            *_together(connection.execute(_orders(search))),
            *(_marked(row) for row in connection.execute(_marked_batches(search))),
            *(_of_units(row) for row in connection.execute(_batches_with_recalled_units(search))),
            *(_noticed(row) for row in connection.execute(_alerts(search, recalls=True)).mappings()),
        ]
    found.sort(key=lambda each: each.reported, reverse=True)
    return FoundNotices(tuple(found[:MOST]), len(found) > MOST)


def public_warnings(database: Database, search: str = "") -> FoundNotices[PublicWarning]:
    """Warnings of falsified, tampered, stolen and unlicensed products, latest first. `search` as above.

    What one notice says of one lot is one entry, however many expiries and serials it gives.
    """
    with database.reading() as connection:
        rows = connection.execute(_alerts(search, recalls=False)).mappings().all()
    noticed: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        noticed.setdefault(tuple(row[name] for name in _OF_NOTICE), []).append(row)
    found = [_warned(each) for each in noticed.values()]
    return FoundNotices(tuple(found[:MOST]), len(rows) > MOST)


def _matching(search: str, *columns: Any) -> Iterator[ColumnElement[bool]]:
    """Every word has to be somewhere; a lot is found however its separators were typed."""
    for word in search.split()[:8]:
        yield or_(*(column.icontains(word, autoescape=True) for column in columns))


def _orders(search: str) -> Any:
    columns = (Product.name, Manufacturer.name, Recall.lot, Recall.lot_key, Recall.reference)
    return (
        select(
            Product.name,
            Manufacturer.name,
            Recall.scope,
            Recall.lot,
            Recall.expiry_from,
            Recall.expiry_to,
            Recall.recall_class,
            Recall.reference,
            Recall.reason,
            Recall.public_text,
            Recall.at,
            Recall.order_id,
        )
        .join(Product, Product.id == Recall.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
        .where(RecallLift.at.is_(None), Recall.kind == "recall", *_matching(search, *columns))
        .order_by(Recall.id.desc())
        .limit(MOST + 1)
    )


def _together(rows: Any) -> Iterator[PublicRecall]:
    """One entry for lots that were recalled at once."""
    entries: dict[object, PublicRecall] = {}
    for place, row in enumerate(rows):
        key = ("order", row.order_id) if row.order_id is not None else place
        entry, first = _ordered(row), entries.get(key)
        entries[key] = entry if first is None else replace(first, lot=f"{entry.lot}, {first.lot}")
    yield from entries.values()


def _ordered(row: Any) -> PublicRecall:
    product, by, scope, lot, first, last, recall_class, reference, reason, text, at, _ = row
    since = at.date().isoformat()
    return PublicRecall(
        product, by, RecallScope(scope), lot, first, last, recall_class, reference, reason, text, since
    )


def _is_ordered() -> ColumnElement[bool]:
    """Whether an order that stands reaches the whole batch."""
    reaches = or_(
        Recall.scope == RecallScope.PRODUCT,
        and_(Recall.scope == RecallScope.LOT, Recall.lot_key == Batch.lot_key),
        and_(Recall.scope == RecallScope.WINDOW, Batch.expiry.between(Recall.expiry_from, Recall.expiry_to)),
    )
    return exists().where(
        Recall.product_id == Batch.product_id,
        Recall.kind == "recall",
        reaches,
        ~exists().where(RecallLift.recall_id == Recall.id),
    )


_BATCH_COLUMNS = (Product.name, Manufacturer.name, Batch.lot, Batch.lot_key, Batch.recall_reference)


def _marked_batches(search: str) -> Any:
    return (
        select(
            Product.name,
            Manufacturer.name,
            Batch.lot,
            Batch.recall_class,
            Batch.recall_reference,
            Batch.recall_reason,
        )
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Batch.status == BatchStatus.RECALLED, ~_is_ordered(), *_matching(search, *_BATCH_COLUMNS))
        .order_by(Batch.id.desc())
        .limit(MOST + 1)
    )


def _batches_with_recalled_units(search: str) -> Any:
    # by the batch's number alone: with the product's too, SQLite would read all units of the product
    recalled = exists().where(Unit.batch_id == Batch.id, text(UNIT_IS_RECALLED))
    return (
        select(Product.name, Manufacturer.name, Batch.lot)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(
            Batch.status != BatchStatus.RECALLED,
            recalled,
            ~_is_ordered(),
            *_matching(search, *_BATCH_COLUMNS),
        )
        .order_by(Batch.id.desc())
        .limit(MOST + 1)
    )


def _of_units(row: Any) -> PublicRecall:
    product, by, lot = row
    return PublicRecall(product, by, RecallScope.LIST, lot)


def _marked(row: Any) -> PublicRecall:
    product, by, lot, recall_class, reference, reason = row
    return PublicRecall(
        product,
        by,
        RecallScope.LOT,
        lot,
        recall_class=recall_class,
        reference=reference,
        reason=reason,
    )


def _alerts(search: str, *, recalls: bool) -> Any:
    of_kind = Alert.kind == AlertKind.RECALLED if recalls else Alert.kind != AlertKind.RECALLED
    columns = (
        *(Alert.product_name, Alert.authority, Alert.lot, Alert.lot_key, Alert.reference, Alert.gtin),
        *(Alert.serial, Alert.serial_prefix),
    )
    return (
        select(Alert.__table__, Withdrawal.at.label("withdrawn_at"))
        .outerjoin(Withdrawal, (Withdrawal.kind == "alert") & (Withdrawal.number == Alert.id))
        .where(of_kind, *_matching(search, *columns))
        .order_by(Alert.reported.desc(), Alert.id.desc())
        .limit(MOST + 1)
    )


def _noticed(row: Any) -> PublicRecall:
    return PublicRecall(
        row["product_name"],
        row["authority"],
        RecallScope.LIST if row["serial"] or row["serial_prefix"] else None,
        row["lot"],
        recall_class=row["recall_class"],
        reference=row["reference"],
        reason=row["detail"],
        reported=row["reported"],
        source_url=row["source_url"],
        withdrawn=_withdrawn(row),
    )


_OF_NOTICE = (
    *("authority", "kind", "product_name", "gtin", "lot_key", "reference", "reported", "source_url"),
    "withdrawn_at",
)
"""What tells the entries of a list of warnings apart."""


def _withdrawn(row: Any) -> date | None:
    return row["withdrawn_at"].date() if row["withdrawn_at"] is not None else None


def _warned(rows: list[Any]) -> PublicWarning:
    first = rows[0]
    dated = [row for row in rows if row["expiry"]]
    same = ("authority", "gtin", "lot", "reference", "reported", "source_url")
    return PublicWarning(
        kind=AlertKind(first["kind"]),
        product=first["product_name"],
        expiries=tuple(
            sorted(
                {Expiry.from_record(row["expiry"], row["expiry_month_only"]) for row in dated},
                key=lambda each: each.last_day,
            )
        ),
        serials=tuple(sorted({row["serial"] for row in rows} - {""})),
        serial_prefixes=tuple(sorted({row["serial_prefix"] for row in rows} - {""})),
        withdrawn=_withdrawn(first),
        **{name: first[name] for name in same},
    )
