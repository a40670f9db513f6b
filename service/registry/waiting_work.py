"""What waits for an organisation's people: with it the overview begins."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from service.accounts.actors import Actor
from service.authenticity.evidence import BatchStatus
from service.storage.database import Database
from service.storage.models import Batch, ImportJob, Manufacturer, Organisation, PrefixClaim, Product

_LATELY = timedelta(days=14)
"""Refused imports older than this are no news."""


@dataclass(frozen=True, slots=True)
class StaleList:
    """A product whose lists of batches are late; `last`: the day of the last one, None for none so far."""

    gtin: str
    product: str
    last: date | None


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """`releases`: batches that wait for a second person. `undecided`, `refused`: imports that wait for a
    decision, and that were refused, wholly or in some rows. `claims`: claims of a prefix that are open.
    """

    releases: int
    undecided: int
    refused: int
    stale: tuple[StaleList, ...]
    claims: int


def waiting_work(database: Database, actor: Actor, *, now: datetime | None = None) -> WaitingWork:
    """What waits for the actor's organisation."""
    now = now or datetime.now(UTC)
    mine = Manufacturer.organisation_id == actor.organisation_id
    pending = (
        select(func.count())
        .select_from(Batch)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(mine, Manufacturer.two_person_release, Batch.status == BatchStatus.PENDING)
    )
    jobs = select(func.count()).where(ImportJob.organisation_id == actor.organisation_id)
    failed = (ImportJob.state == "failed") | ((ImportJob.state == "done") & (ImportJob.rows_refused > 0))
    claims = select(func.count()).where(
        PrefixClaim.organisation_id == actor.organisation_id, PrefixClaim.state == "open"
    )
    with database.reading() as connection:
        return WaitingWork(
            connection.scalar(pending) or 0,
            connection.scalar(jobs.where(ImportJob.state.in_(("columns", "preview")))) or 0,
            connection.scalar(jobs.where(failed, ImportJob.moved >= now - _LATELY)) or 0,
            tuple(_stale(connection, actor.organisation_id, now.date())),
            connection.scalar(claims) or 0,
        )


def _stale(connection: Connection, organisation_id: int, today: date) -> list[StaleList]:
    """The products of which no list came for longer than the organisation's rhythm; none without a rhythm."""
    days = connection.scalar(select(Organisation.list_days).where(Organisation.id == organisation_id))
    if not days:
        return []
    rows = connection.execute(
        select(Product.gtin, Product.name, Product.lists_received)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Manufacturer.organisation_id == organisation_id)
        .order_by(Product.name)
    )
    found = []
    for gtin, name, received in rows:
        last = date.fromisoformat(max(received)) if received else None
        if last is None or last + timedelta(days=days) < today:
            found.append(StaleList(gtin, name, last))
    return found
