"""Imports, and the audit of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class Import(Base):
    """A file that was imported: which, by whom, and what it changed."""

    __tablename__ = "import"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        CheckConstraint(
            "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links', 'statements', 'marks')",
            name="kind",
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )


class AuditEntry(Base):
    """An audited change: who, when, why, before and after. Written in the transaction of the change.

    It outlives the account and the organisation that it names. `network`: the address cut to /24 or /48.
    `pin_device`: the shared device on which the person had signed in by PIN; empty for every other way.
    """

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    organisation_id: Mapped[int | None] = mapped_column(Integer, index=True)
    network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    pin_device: Mapped[str] = mapped_column(String(80), default="", server_default="")
    reason: Mapped[str] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        CheckConstraint("length(trim(actor)) > 0", name="actor"),
        Index(None, "object_type", "object_id"),
    )
