"""What clinics and patients asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class Scan(Base):
    """One check that somebody made, with its answer. Unknown and unreadable things are scans too.

    `at` is when it was checked; `scanned_at` when the code was read, where that was said: a scan may have
    waited for a network. `lot_key` is that of the lot presented, on record or not: a later alert finds its
    checks by it. `country` and `region` are where it came from, as coarse as that is kept, `client` a mark
    that nobody can lead back to a device once its key is destroyed. `verdict` holds codes and parameters, no
    sentences; never an address, a user agent or a name.
    `organisation_id` is whose people or program asked; None for a guest.
    """

    __tablename__ = "scan"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    scanned_at: Mapped[datetime | None] = mapped_column(Moment)
    nonce: Mapped[str | None] = mapped_column(String(64), unique=True)
    door: Mapped[str] = mapped_column(String(10))
    asker: Mapped[str] = mapped_column(String(10))
    product_id: Mapped[int | None] = mapped_column(Integer)
    lot_key: Mapped[str | None] = mapped_column(String(40), index=True)
    batch_id: Mapped[int | None] = mapped_column(Integer)
    country: Mapped[str | None] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(40))
    client: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(12))
    match: Mapped[str] = mapped_column(String(10))
    presented: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdict: Mapped[dict[str, Any]] = mapped_column(JSON)
    organisation_id: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        Index(None, "product_id", "at"),
        Index(None, "batch_id", "at"),
        CheckConstraint("asker IN ('patient', 'clinic')", name="asker"),
        CheckConstraint("door IN ('web', 'api', 'cli')", name="door"),
        CheckConstraint("action IN ('accept', 'unknown', 'check', 'quarantine', 'reject')", name="action"),
        # Only of those who are signed in: a guest's check pays nothing for it.
        Index(
            None,
            "organisation_id",
            "at",
            sqlite_where=text("organisation_id IS NOT NULL"),
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
    )
