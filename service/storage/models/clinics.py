"""A clinic's vials and their events. No patient is recorded anywhere.

A vial is one row, with or without a serial number; an event is one step of one vial, in the terms of EPCIS
2.0 and the Core Business Vocabulary 2.0 (business step, disposition).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.authenticity.dispositions import Disposition
from service.storage.models.base import Base
from service.storage.types import DispositionNumber, Moment, Thousandths


class Delivery(Base):
    """Vials that came in together. `nonce`: a delivery that is sent twice is recorded once."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    supplier: Mapped[str] = mapped_column(String(200), default="")
    note_number: Mapped[str] = mapped_column(String(80), default="")
    nonce: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("organisation_id", "nonce"),)


class Vial(Base):
    """A vial of a clinic. `product_name` and `lot` are as they were at receipt.

    `state` cancelled: recorded by mistake, the vial never came in.
    `unit_on_record`: this serial was on the manufacturer's record at receipt, so that steps here also move
    that unit; `unit_was`: the unit's disposition before a step of this clinic moved it. `used_on`: the
    clinic's day on which it was opened. `use_before`: the end of its time in use. `code_scanned`: the serial
    came in the form of a code, at receipt or since; typed alone it says less of who held the pack. `site_id`:
    where it lies, or lay last; NULL is the clinic's main site.
    """

    __tablename__ = "vial"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    scan_id: Mapped[str] = mapped_column(String(36))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    gtin: Mapped[str] = mapped_column(String(14), default="")
    product_name: Mapped[str] = mapped_column(String(200), default="")
    lot: Mapped[str] = mapped_column(String(40), default="")
    lot_key: Mapped[str] = mapped_column(String(40), default="")
    serial: Mapped[str] = mapped_column(String(20), default="")
    expiry: Mapped[date | None]
    expiry_month_only: Mapped[bool] = mapped_column(default=False)
    unit_on_record: Mapped[bool] = mapped_column(default=False)
    unit_was: Mapped[Disposition | None] = mapped_column(DispositionNumber)
    state: Mapped[str] = mapped_column(String(12))
    received: Mapped[datetime] = mapped_column(Moment)
    opened: Mapped[datetime | None] = mapped_column(Moment)
    used_on: Mapped[date | None]
    use_before: Mapped[datetime | None] = mapped_column(Moment)
    code_scanned: Mapped[bool] = mapped_column(default=True, server_default=true())
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    __table_args__ = (
        Index(None, "organisation_id", "lot_key"),
        Index(None, "organisation_id", "state"),
        Index(None, "scan_id"),
        Index(None, "batch_id"),
        # A serial is opened once, in whichever clinic, also where the manufacturer's units are not on record;
        # one that was only typed does not keep a clinic from the pack that it has in its hands.
        Index(
            "ix_vial_opened",
            "gtin",
            "serial",
            "code_scanned",
            unique=True,
            sqlite_where=text("used_on IS NOT NULL AND serial <> '' AND gtin <> ''"),
            postgresql_where=text("used_on IS NOT NULL AND serial <> '' AND gtin <> ''"),
        ),
        # A serial is in a clinic's stock once; a second pack that carries it is quarantined.
        Index(
            "ix_vial_in_stock",
            "organisation_id",
            "gtin",
            "serial",
            unique=True,
            sqlite_where=text("state IN ('in_stock', 'open') AND serial <> ''"),
            postgresql_where=text("state IN ('in_stock', 'open') AND serial <> ''"),
        ),
        CheckConstraint(
            "state IN ('in_stock', 'open', 'quarantined', 'in_transit', 'missing', 'finished', 'wasted',"
            " 'returned', 'cancelled')",
            name="state",
        ),
        CheckConstraint("(used_on IS NULL) = (opened IS NULL)", name="opened"),
        CheckConstraint("state NOT IN ('open', 'finished') OR opened IS NOT NULL", name="used"),
    )


class VialPresentation(Base):
    """What was presented of a vial at one check by the clinic. `scan_id`: None where none was recorded."""

    __tablename__ = "vial_presentation"
    id: Mapped[int] = mapped_column(primary_key=True)
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    scan_id: Mapped[str | None] = mapped_column(String(36))
    presented: Mapped[dict[str, Any]] = mapped_column(JSON)


class VialEvent(Base):
    """One step of one vial: what, when, by whom, why. Rows are added and never changed.

    `step` is the clinic's term, `biz_step` and `disposition` are the CBV's. `units_used` is in the unit of
    the product's strength, and so `units_wasted`: thrown away with this step. `reference`: the clinic's own
    number of a use; read by that clinic alone. `nonce`: a form that is sent twice is one step. `undoes`: the
    event that this one takes back. `before`: what taking it back restores: the vial's columns, the unit's
    disposition before and after, the place under which the scan history counted it; None in events of
    versions that kept none.
    """

    __tablename__ = "vial_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(12))
    biz_step: Mapped[str] = mapped_column(String(20))
    disposition: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text, default="")
    units_used: Mapped[Decimal | None] = mapped_column(Thousandths)
    units_wasted: Mapped[Decimal | None] = mapped_column(Thousandths)
    reference: Mapped[str] = mapped_column(String(40), default="", server_default="")
    nonce: Mapped[str | None] = mapped_column(String(64))
    undoes: Mapped[int | None] = mapped_column(ForeignKey("vial_event.id"), unique=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        UniqueConstraint("organisation_id", "nonce"),
        CheckConstraint("units_used IS NULL OR units_used > 0", name="units_used"),
        CheckConstraint(
            "step NOT IN ('quarantine', 'release', 'waste', 'discard', 'return', 'miss', 'undo')"
            " OR length(trim(reason)) > 0",
            name="reason",
        ),
        CheckConstraint("units_wasted IS NULL OR units_wasted > 0", name="units_wasted"),
        CheckConstraint("(step = 'undo') = (undoes IS NOT NULL)", name="undoes"),
    )


class QuarantineEntry(Base):
    """One entry in the case of a quarantined vial; rows are added and never changed.

    `event_id`: the quarantine. `kind` assigned: `holder` has the vial, `answerer` has to answer by the end of
    `due`, and `text` is the question; found, answer: `text` says what. `organisation_id`: who wrote it, the
    clinic or the owner of the product.
    """

    __tablename__ = "quarantine_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("vial_event.id"), index=True)
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8))
    holder: Mapped[str] = mapped_column(String(200), default="")
    answerer: Mapped[str] = mapped_column(String(9), default="")
    due: Mapped[date | None]
    text: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        CheckConstraint("kind IN ('assigned', 'found', 'answer')", name="kind"),
        CheckConstraint(
            "kind <> 'assigned' OR (length(holder) > 0 AND due IS NOT NULL"
            " AND answerer IN ('clinic', 'maker', 'authority'))",
            name="assigned",
        ),
        CheckConstraint("kind = 'assigned' OR length(text) > 0", name="said"),
    )


class StopAcknowledgement(Base):
    """A clinic has read that one of its vials is stopped. `key`: for which reason
    (`clinics.notices.stop_keys`). Rows are added and never changed.
    """

    __tablename__ = "stop_acknowledgement"
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)


class ToldUse(Base):
    """A clinic has told whom a use of a stopped vial concerns. Rows are added and never changed."""

    __tablename__ = "told_use"
    event_id: Mapped[int] = mapped_column(ForeignKey("vial_event.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)


class InUseTime(Base):
    """For how many hours after opening a clinic uses a product, at most as many as the product's record says;
    without a row the record's hours count.
    """

    __tablename__ = "in_use_time"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    hours: Mapped[int]
    __table_args__ = (CheckConstraint("hours BETWEEN 1 AND 8760", name="hours"),)
