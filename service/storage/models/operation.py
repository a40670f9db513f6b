"""The service's own state: where readiness checks write, and corrections of its idea of the time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer
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
