"""Which tables hold the facts that checks are kept in memory for, and the mark of their present state.

Triggers on each of `FACTS` (`facts_are_watched`) write a new mark within the transaction that changes a row:
nobody has to remember to. Whoever reads the mark and the records in one transaction knows whether what he
read before still holds. A select that touches any other table is never kept.
"""

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base

FACTS = frozenset({"alert", "batch", "manufacturer", "product", "quality_result"})
"""Units are no part of it: there are millions, each is asked for rarely, and a seek finds it."""


class FactsVersion(Base):
    """One row. `version` is another random text after every change, never one that was there before.

    Not a number: two histories, as after a restored backup, would count to the same one.
    """

    __tablename__ = "facts_version"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(Text)
    __table_args__ = (CheckConstraint("id = 1", name="one"),)
