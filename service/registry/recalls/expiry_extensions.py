"""Extensions of a batch's expiry, each with a reference. Packs with the earlier one printed on them stay in
use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.authenticity.lots.lot_matching import the_one
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry.lists.cells import free_text
from service.registry.recalls.batch_status import settle
from service.registry.recalls.queries import owned, standing
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Batch, ExpiryExtension, Manufacturer, Product


@dataclass(frozen=True, slots=True)
class Extension:
    """The result of an extension."""

    product: str
    lot: str
    old: Expiry
    new: Expiry


def extend(  # noqa: PLR0913 (all but the first are named)
    database: Database,
    *,
    gtin: Gtin,
    lot: Lot,
    expiry: Expiry,
    reference: str,
    reason: str,
    who: AuditActor,
    dry_run: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Extension:
    """Extend the expiry. NotFoundError for a batch that is not theirs, VALUE_INVALID for an earlier date."""
    reference, reason = free_text(reference, 200), free_text(reason, 500)
    for field, text in (("reference", reference), ("reason", reason)):
        if not text:
            raise RefusedError(ErrorCode.VALUE_MISSING, field=field)
    with database.transaction() as connection:
        row = _batch(connection, gtin, lot, who)
        old = Expiry.from_record(row.expiry, row.expiry_month_only)
        if expiry.last_day <= old.last_day:
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=expiry.printed_form,
                expected=f"a date after {old.printed_form}, the one on record",
                field="expiry",
            )
        if not dry_run:
            _extend(connection, row, expiry, reference, reason, who, clock())
    return Extension(row.name, row.lot, old, expiry)


def _batch(connection: Connection, gtin: Gtin, lot: Lot, who: AuditActor) -> Row[*tuple[Any, ...]]:
    statement = owned(
        select(Batch.__table__, Product.name, Product.gtin)
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin.value, Batch.lot_key == lot.key),
        who,
    )
    alike = connection.execute(statement.with_for_update(of=Batch)).all()
    row = the_one(lot, alike, lambda each: str(each.lot))
    if row is None:
        raise NotFoundError(ErrorCode.LOT_NOT_ON_RECORD, given=lot.printed, field="lot")
    return row


def _extend(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    expiry: Expiry,
    reference: str,
    reason: str,
    who: AuditActor,
    at: datetime,
) -> None:
    old = Expiry.from_record(row.expiry, row.expiry_month_only)
    connection.execute(
        insert(ExpiryExtension).values(
            batch_id=row.id,
            at=at,
            actor=who.name,
            account_id=who.account_id,
            old_expiry=row.expiry,
            old_month_only=row.expiry_month_only,
            new_expiry=expiry.last_day,
            new_month_only=expiry.day is None,
            reference=reference,
            reason=reason,
        )
    )
    stands = standing(connection, row.product_id)
    connection.execute(
        update(Batch)
        .where(Batch.id == row.id)
        .values(
            expiry=expiry.last_day,
            expiry_month_only=expiry.day is None,
            earlier_expiries=(*row.earlier_expiries, old.printed_form),
        )
    )
    after = {"expiry": expiry.printed_form, "reference": reference}
    changes = [
        AuditChange("extend", "batch", f"{row.gtin}/{row.lot_key}", {"expiry": old.printed_form}, after)
    ]
    # a recalled window of expiries may reach it now
    changes += settle(connection, row.product_id, before=stands, after=stands, action="recall")
    write_down(connection, changes, who=who, at=at, reason=reason)
