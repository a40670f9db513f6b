"""Requests for changes that a second person decides, changes of units, and withdrawals.

Rows are added. Of a change request only the decision is written later, once.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.authenticity.dispositions import Disposition
from service.storage.models.base import Base
from service.storage.types import DispositionNumber, Moment


class ChangeRequest(Base):
    """A change of the record that waits for a second person, or that one decided on.

    waiting → made, refused (by another person) or retracted (by its own author). `kind` and `change`: the
    command and its values (`registry.corrections`). `seal`: SHA-256 of what its author was shown that it
    changes. `organisation_id`: whose record it is.
    """

    __tablename__ = "change_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(Integer, index=True)
    kind: Mapped[str] = mapped_column(String(24))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    change: Mapped[dict[str, Any]] = mapped_column(JSON)
    seal: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_account_id: Mapped[int | None] = mapped_column(Integer)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(None, "state", "object_type", "object_id"),
        CheckConstraint("state IN ('waiting', 'made', 'refused', 'retracted')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),
    )


class UnitChange(Base):
    """A change of several units of one product at once: a business step, or another lot.

    `step`: the CBV's business step, empty for a move to the lot `batch_id`. `units`: how many were changed,
    each a `ChangedUnit`.
    """

    __tablename__ = "unit_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(String(20), default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    units: Mapped[int]
    __table_args__ = (
        CheckConstraint("(step = '') = (batch_id IS NOT NULL)", name="step_or_lot"),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),
    )


class ChangedUnit(Base):
    """One unit of a change, with the lot and the disposition that it had before."""

    __tablename__ = "changed_unit"
    change_id: Mapped[int] = mapped_column(
        ForeignKey("unit_change.id"), primary_key=True, autoincrement=False
    )
    serial: Mapped[str] = mapped_column(String(20), primary_key=True)
    batch_id: Mapped[int]
    disposition: Mapped[Disposition] = mapped_column(DispositionNumber)
    __table_args__ = (Index(None, "serial"), {"sqlite_with_rowid": False})


class Withdrawal(Base):
    """The end of an alert, a mark, an extension, a change of units or an import, with its reason.

    `number`: the id of what is withdrawn, in the table of its `kind`. Each is withdrawn at most once; its own
    record stays.
    """

    __tablename__ = "withdrawal"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("kind IN ('alert', 'extension', 'units', 'import', 'mark')", name="kind"),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),
    )
