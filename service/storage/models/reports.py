"""Reports of suspicious products, and their handling."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class Report(Base):
    """One report. Its reporter follows it by its `reference`, which cannot be guessed (60 random bits).

    The presented fields are texts as typed or scanned. `organisation_id`: the owner of the product's records,
    where they are held here. `contact` and the photos are deleted some time after it is settled (`/privacy`).
    """

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(14), unique=True)
    nonce: Mapped[str | None] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    scan_id: Mapped[str] = mapped_column(String(36), default="")
    action: Mapped[str] = mapped_column(String(12), default="")
    product: Mapped[str] = mapped_column(String(200), default="")
    gtin: Mapped[str] = mapped_column(String(14), default="")
    lot: Mapped[str] = mapped_column(String(40), default="")
    serial: Mapped[str] = mapped_column(String(20), default="")
    expiry: Mapped[str] = mapped_column(String(40), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    what: Mapped[str] = mapped_column(Text)
    bought: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(300), default="")
    harmed: Mapped[bool] = mapped_column(default=False)
    asker: Mapped[str] = mapped_column(String(10))
    queued: Mapped[bool] = mapped_column(default=False, server_default=false())
    client: Mapped[str] = mapped_column(String(64), default="", index=True)
    status: Mapped[str] = mapped_column(String(10), default="new", index=True)
    settled: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("length(trim(what)) > 0", name="what"),
        CheckConstraint("asker IN ('patient', 'clinic')", name="asker"),
        CheckConstraint("status IN ('new', 'looking', 'confirmed', 'cleared')", name="status"),
        CheckConstraint("(settled IS NOT NULL) = (status IN ('confirmed', 'cleared'))", name="settled"),
    )


class ReportPhoto(Base):
    """A photograph of a report, re-encoded as JPEG so that it holds no metadata."""

    __tablename__ = "report_photo"
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ReportStep(Base):
    """One step in handling a report. `said`: what the reporter may read."""

    __tablename__ = "report_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    said: Mapped[str] = mapped_column(Text, default="")
