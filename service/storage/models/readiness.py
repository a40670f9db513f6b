"""Where readiness checks write."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class ReadinessProbe(Base):
    """One row, written over by each readiness check: whether the database still takes writes."""

    __tablename__ = "readiness_probe"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (CheckConstraint("id = 1", name="one"),)
