"""Which tables hold the facts that caches keep, and the version of their present state.

Triggers on each table of `FACTS` (`facts_are_watched`) write a new version within the transaction that
changes a row, so no code has to remember to. A reader that reads version and records in one transaction knows
whether cached rows still hold. A select that touches any other table is never cached.
"""

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base

FACTS = frozenset({"alert", "batch", "manufacturer", "pack_mark", "product", "quality_result"})
"""Units are not among them: there are millions, each is asked for rarely, and an index search finds it."""


class FactsVersion(Base):
    """One row. `version`: a new random text after every change, never one that was used before.

    Not a number: a restored backup could count to the same number with other records.
    """

    __tablename__ = "facts_version"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(Text)
    __table_args__ = (CheckConstraint("id = 1", name="one"),)
