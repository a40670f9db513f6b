"""When an operator set the service's idea of the time right."""

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class ClockCorrection(Base):
    """One correction, at the moment `at`. Of the audit only entries from `audit_id` on tell the time."""

    __tablename__ = "clock_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    audit_id: Mapped[int] = mapped_column(Integer)
