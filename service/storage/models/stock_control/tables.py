"""Sites of a clinic, its stocktakes, transfers and returns, and how much of a product it wants to have."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class Site(Base):
    """A further site of a clinic. Its main site has no row: there `site_id` is NULL."""

    __tablename__ = "site"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
    )


class StockMinimum(Base):
    """How many unopened vials of a product a clinic wants to have, over all its sites."""

    __tablename__ = "stock_minimum"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    vials: Mapped[int]
    __table_args__ = (CheckConstraint("vials BETWEEN 1 AND 100000", name="vials"),)


class Stocktake(Base):
    """One count of what lies at a site. `closed`: None while it runs; `result`: what it found, by ids of
    vials and of scans, as it was when it was closed. `nonce`: a form that is sent twice begins one.
    """

    __tablename__ = "stocktake"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    begun: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    nonce: Mapped[str | None] = mapped_column(String(64))
    closed: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        UniqueConstraint("organisation_id", "nonce"),
        CheckConstraint("(closed IS NULL) = (result IS NULL)", name="closed"),
    )


class StocktakeScan(Base):
    """One pack that was counted, or so many alike without serial numbers; rows are added and never changed.

    `vial_id`: the clinic's vial with this serial, None where it has none, or the pack bears no serial.
    `vials`: of packs without a serial how many were counted; negative where a count was corrected. `nonce`: a
    form that is sent twice counts once.
    """

    __tablename__ = "stocktake_scan"
    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    was_here: Mapped[bool]
    gtin: Mapped[str] = mapped_column(String(14))
    product_name: Mapped[str] = mapped_column(String(200))
    lot: Mapped[str] = mapped_column(String(40))
    lot_key: Mapped[str] = mapped_column(String(40))
    serial: Mapped[str] = mapped_column(String(20))
    vials: Mapped[int]
    nonce: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("stocktake_id", "nonce"),
        # A pack with a serial is counted once, whichever of two tablets scans it.
        Index(
            "ix_stocktake_scan_serial",
            "stocktake_id",
            "gtin",
            "serial",
            unique=True,
            sqlite_where=text("serial <> ''"),
            postgresql_where=text("serial <> ''"),
        ),
        CheckConstraint("serial = '' OR vials = 1", name="vials"),
    )


class Shipment(Base):
    """Vials that leave a site together: to another site of the clinic (transfer), or back to a supplier.

    `to_site_id`: of a transfer, NULL is the main site. `sent`: None while it is being put together. What
    arrived is told by the vials' steps. `nonce`: a form that is sent twice begins one.
    """

    __tablename__ = "shipment"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(8))
    to_site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    supplier: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    begun: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    nonce: Mapped[str | None] = mapped_column(String(64))
    sent: Mapped[datetime | None] = mapped_column(Moment)
    sent_by: Mapped[str] = mapped_column(String(200), default="")
    __table_args__ = (
        UniqueConstraint("organisation_id", "nonce"),
        CheckConstraint("kind IN ('transfer', 'return')", name="kind"),
    )


class ShipmentLine(Base):
    """One vial of a shipment. `event_id`: the step with which it was sent; None while it is put together.
    `nonce`: a form that is sent twice adds one vial.
    """

    __tablename__ = "shipment_line"
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True)
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("vial_event.id"))
    nonce: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("shipment_id", "nonce"),)
