"""The service's own state: readiness checks, corrections of its idea of the time, keys of requests."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class ClockCorrection(Base):
    """One correction, at the moment `at`. Of the audit only entries from `audit_id` on tell the time."""

    __tablename__ = "clock_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    audit_id: Mapped[int] = mapped_column(Integer)


class ReadinessProbe(Base):
    """One row, written over by each readiness check: whether the database still takes writes."""

    __tablename__ = "readiness_probe"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (CheckConstraint("id = 1", name="one"),)


class IdempotencyKey(Base):
    """A key under which a program sent a request, with the SHA-256 of that and the number of what it made."""

    __tablename__ = "idempotency_key"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    object_type: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
