"""Typed lots that are not on record and are one slip from a lot that is stopped.

A person who typed one may hold the recalled lot, and was told that it is not on record.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from service.accounts.actors import Actor
from service.errors import IdentifierError
from service.gs1 import misreads
from service.gs1.identifiers import Lot
from service.storage.database import Database
from service.storage.models import Alert, Batch, Manufacturer, Product, Recall, RecallLift, Scan

MOST_TYPED = 300
"""How many lots are compared, most typed first."""

MOST_STOPPED = 2000


@dataclass(frozen=True, slots=True)
class NearStopped:
    """A typed lot and the stopped one that it resembles. `gtin` empty: it was typed without a product.

    `stop`: recalled, on_hold or alert.
    """

    typed: str
    gtin: str
    product: str
    stopped: str
    stop: str
    count: int
    last: datetime


def near_stopped(
    database: Database,
    actor: Actor,
    days: int,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[NearStopped]:
    """Return those of the last `days` days, most often typed first."""
    first = datetime.combine(clock().date() - timedelta(days=days - 1), datetime.min.time(), UTC)
    with database.reading() as connection:
        stopped = dict(_stopped(connection, actor))
        if not stopped:
            return []
        typed = connection.execute(_typed(actor, first)).all()
    return list(_resembling(typed, stopped))


Stopped = dict[tuple[str, str], tuple[str, str]]
"""By GTIN and lot key: the lot as printed, and what stopped it."""


def _resembling(typed: Iterable[Any], stopped: Stopped) -> Iterable[NearStopped]:
    gtins = sorted({gtin for gtin, _ in stopped})
    for row in typed:
        pairs = ((gtin, key) for key in _meant(row.lot) for gtin in ([row.gtin] if row.gtin else gtins))
        meant = next((pair for pair in pairs if pair in stopped), None)
        if meant is not None:
            lot, stop = stopped[meant]
            yield NearStopped(row.lot, row.gtin, row.name, lot, stop, row.checks, row.last)


@lru_cache(maxsize=1024)
def _meant(lot: str) -> tuple[str, ...]:
    # Few lots are compared, and a person judges: so each slip counts, also without a product.
    try:
        return misreads.lot_keys(Lot.parse(lot))
    except IdentifierError:
        return ()


def _stopped(connection: Connection, actor: Actor) -> Iterable[tuple[tuple[str, str], tuple[str, str]]]:
    own = Manufacturer.organisation_id == actor.organisation_id
    of_product: Any = select(Product.gtin)
    alerts = (
        of_product.add_columns(Alert.lot_key, Alert.lot)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .join(Alert, Alert.product_id == Product.id)
        .where(own, Alert.lot_key != "", Alert.withdrawn.is_(false()))
    )
    recalls = (
        of_product.add_columns(Recall.lot_key, Recall.lot, Recall.kind)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .join(Recall, Recall.product_id == Product.id)
        .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
        .where(own, Recall.scope == "lot", RecallLift.recall_id.is_(None))
    )
    batches = (
        of_product.add_columns(Batch.lot_key, Batch.lot, Batch.status)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .join(Batch, Batch.product_id == Product.id)
        .where(own, Batch.status.in_(["recalled", "on_hold"]))
    )
    for row in connection.execute(alerts.limit(MOST_STOPPED)):
        yield (row[0], row[1]), (row[2], "alert")
    for row in connection.execute(recalls.limit(MOST_STOPPED)):
        yield (row[0], row[1]), (row[2], "on_hold" if row[3] == "hold" else "recalled")
    for row in connection.execute(batches.limit(MOST_STOPPED)):
        yield (row[0], row[1]), (row[2], row[3])


def _typed(actor: Actor, first: datetime) -> Any:
    lot = Scan.presented["lot"].as_string()
    mine: ColumnElement[bool] = Manufacturer.organisation_id == actor.organisation_id
    nobodys = and_(Scan.product_id.is_(None), Product.id.is_(None))
    checks = func.count().label("checks")
    return (
        select(
            lot.label("lot"),
            func.coalesce(Product.gtin, "").label("gtin"),
            func.coalesce(Product.name, "").label("name"),
            checks,
            func.max(Scan.at).label("last"),
        )
        .outerjoin(Product, Product.id == Scan.product_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Scan.at >= first, Scan.batch_id.is_(None), lot.is_not(None), or_(mine, nobodys))
        .group_by(lot, Product.gtin, Product.name)
        .order_by(checks.desc(), lot)
        .limit(MOST_TYPED)
    )
