"""Extensions of a batch's expiry, each with a reference. Packs with the earlier one printed on them stay in
use.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.gs1.identifiers import Expiry
from service.registry.recalls.batch_status import settle
from service.registry.recalls.queries import standing
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Batch, ExpiryExtension, Withdrawal


@dataclass(frozen=True, slots=True)
class RecordedExtension:
    """An extension on record. `withdrawn`: by whom, None while it stands."""

    id: int
    at: datetime
    actor: str
    old: Expiry
    new: Expiry
    reference: str
    reason: str
    withdrawn: str | None

    @property
    def stands(self) -> bool:
        """Whether it was not withdrawn."""
        return self.withdrawn is None


@dataclass(frozen=True, slots=True)
class NewExtension:
    """What is written down of an extension."""

    expiry: Expiry
    reference: str
    reason: str
    who: AuditActor
    at: datetime


def extensions(connection: Connection, batch_id: int) -> list[RecordedExtension]:
    """The extensions of a batch, the latest first."""
    rows = connection.execute(
        select(ExpiryExtension.__table__, Withdrawal.actor.label("withdrawn"))
        .outerjoin(Withdrawal, (Withdrawal.kind == "extension") & (Withdrawal.number == ExpiryExtension.id))
        .where(ExpiryExtension.batch_id == batch_id)
        .order_by(ExpiryExtension.id.desc())
    )
    return [
        RecordedExtension(
            row.id,
            row.at,
            row.actor,
            Expiry.from_record(row.old_expiry, row.old_month_only),
            Expiry.from_record(row.new_expiry, row.new_month_only),
            row.reference,
            row.reason,
            row.withdrawn,
        )
        for row in rows
    ]


def extend(connection: Connection, row: Row[Any], new: NewExtension) -> list[AuditChange]:
    """Extend the expiry of the batch `row` (with its product's `gtin`), in the transaction."""
    old = Expiry.from_record(row.expiry, row.expiry_month_only)
    connection.execute(
        insert(ExpiryExtension).values(
            batch_id=row.id,
            at=new.at,
            actor=new.who.name,
            account_id=new.who.account_id,
            old_expiry=row.expiry,
            old_month_only=row.expiry_month_only,
            new_expiry=new.expiry.last_day,
            new_month_only=new.expiry.day is None,
            reference=new.reference,
            reason=new.reason,
        )
    )
    earlier = tuple(dict.fromkeys((*row.earlier_expiries, old.printed_form)))
    _put(connection, row.id, new.expiry.last_day, month_only=new.expiry.day is None, earlier=earlier)
    after = {"expiry": new.expiry.printed_form, "reference": new.reference}
    change = AuditChange("extend", "batch", f"{row.gtin}/{row.lot_key}", {"expiry": old.printed_form}, after)
    return [change, *_settled(connection, row.product_id)]


def shorten(connection: Connection, row: Row[Any], withdrawn: RecordedExtension) -> list[AuditChange]:
    """Put the expiry back to what it was before the extension, in the transaction."""
    day, month_only = withdrawn.old.last_day, withdrawn.old.day is None
    others = [each for each in extensions(connection, row.id) if each.stands and each.id != withdrawn.id]
    printed = {each.old.printed_form for each in others}
    old = withdrawn.old.printed_form
    earlier = tuple(each for each in row.earlier_expiries if each != old or each in printed)
    _put(connection, row.id, day, month_only=month_only, earlier=earlier)
    name = f"{row.gtin}/{row.lot_key}"
    before = {"expiry": withdrawn.new.printed_form, "extension": withdrawn.id}
    change = AuditChange("withdraw_extension", "batch", name, before, {"expiry": old})
    return [change, *_settled(connection, row.product_id)]


def _put(
    connection: Connection, batch_id: int, day: date, *, month_only: bool, earlier: tuple[str, ...]
) -> None:
    values = {"expiry": day, "expiry_month_only": month_only, "earlier_expiries": earlier}
    connection.execute(update(Batch).where(Batch.id == batch_id).values(values))


def _settled(connection: Connection, product_id: int) -> list[AuditChange]:
    """A recalled window of expiries may reach the batch now."""
    stands = standing(connection, product_id)
    return list(settle(connection, product_id, before=stands, after=stands, action="recall"))
