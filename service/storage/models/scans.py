"""The checks that clinics and patients made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.packed_json import PackedJson
from service.storage.types import Moment


class Scan(Base):
    """One check with its answer. Unknown and unreadable codes are recorded too.

    `at`: when it was checked; `scanned_at`: when the code was read, where the asker said so (a scan may have
    waited for a network). `lot_key`: of the lot presented, on record or not, so that a later alert finds its
    checks. `country` and `region`: where it came from, as coarse as it is kept. `client`: a mark that cannot
    be traced to a device once its key is destroyed. `verdict`: codes and parameters, no sentences; never an
    address, a user agent or a name. `organisation_id`: of the signed-in person or program; None for a guest.
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
    verdict: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    organisation_id: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        Index(None, "product_id", "at"),
        Index(None, "batch_id", "at"),
        CheckConstraint("asker IN ('patient', 'clinic')", name="asker"),
        CheckConstraint("door IN ('web', 'api', 'cli', 'sms')", name="door"),
        CheckConstraint("action IN ('accept', 'unknown', 'check', 'quarantine', 'reject')", name="action"),
        # A partial index over signed-in askers only: a guest's check does not pay for it.
        Index(
            None,
            "organisation_id",
            "at",
            sqlite_where=text("organisation_id IS NOT NULL"),
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
    )
