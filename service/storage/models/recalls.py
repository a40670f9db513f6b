"""Recalls, holds, their lifts, and extensions of expiry. Rows are added, never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class Recall(Base):
    """A recall or a hold (`kind`) of what `scope` says, in force until it has a `RecallLift`.

    `product`: every pack; `lot`: the one under `lot_key`, on record or not; `window`: whatever expires from
    `expiry_from` to `expiry_to`; `range`: serials from `serial_from` to `serial_to`, of equal length; `list`:
    the serials in `RecalledSerial`. The last two may be limited to a lot; serials are in lower case.
    `order_id`: several lots were recalled at once, each with a row, and this is the number of the first row.
    `owning_lots`: the keys of the lots that all of the serials of a range or list are of, where every one of
    them is on record; empty where one may be of a lot that is not known.
    """

    __tablename__ = "recall"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    scope: Mapped[str] = mapped_column(String(10))
    lot: Mapped[str] = mapped_column(String(40), default="")
    lot_key: Mapped[str] = mapped_column(String(40), default="")
    expiry_from: Mapped[date | None]
    expiry_to: Mapped[date | None]
    serial_from: Mapped[str] = mapped_column(String(20), default="")
    serial_to: Mapped[str] = mapped_column(String(20), default="")
    recall_class: Mapped[str] = mapped_column(String(40), default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text)
    public_text: Mapped[str] = mapped_column(Text, default="")
    order_id: Mapped[int | None] = mapped_column(Integer, index=True)
    owning_lots: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    __table_args__ = (
        CheckConstraint("kind IN ('recall', 'hold')", name="kind"),
        CheckConstraint("scope IN ('product', 'lot', 'window', 'range', 'list')", name="scope"),
        CheckConstraint("scope <> 'lot' OR lot_key <> ''", name="lot"),
        CheckConstraint(
            "(scope = 'window') = (expiry_from IS NOT NULL) AND (scope = 'window') = (expiry_to IS NOT NULL)",
            name="window",
        ),
        CheckConstraint("expiry_from IS NULL OR expiry_from <= expiry_to", name="from_to"),
        CheckConstraint(
            "(scope = 'range') = (serial_from <> '') AND length(serial_from) = length(serial_to)",
            name="range",
        ),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),
    )


class RecalledSerial(Base):
    """One serial, in lower case, of a recall by list."""

    __tablename__ = "recalled_serial"
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(String(20), primary_key=True)
    __table_args__ = (Index(None, "serial"), CheckConstraint("length(serial) > 0", name="serial"))


class RecallLift(Base):
    """The end of a recall or hold. Each is lifted at most once; the recall's row stays."""

    __tablename__ = "recall_lift"
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(200), default="")
    __table_args__ = (CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),)


class ExpiryExtension(Base):
    """A later expiry of a batch, with its reference. Packs with the earlier one printed on them
    stay in use.
    """

    __tablename__ = "expiry_extension"
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    old_expiry: Mapped[date]
    old_month_only: Mapped[bool]
    new_expiry: Mapped[date]
    new_month_only: Mapped[bool]
    reference: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("new_expiry > old_expiry", name="later"),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reference)) > 0", name="said"),
    )
