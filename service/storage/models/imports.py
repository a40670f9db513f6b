"""Imports in progress: the file that a person sent, its preview, and how far it was applied."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class ImportJob(Base):
    """A file that a person sent. Its bytes are in `folder`, beside the database, until they are removed.

    reading → columns (the person maps them) → checking → preview (the person decides) → applying → done;
    `failed` and `cancelled` end it. `cursor`: how many bytes of the plan are applied; it moves in the
    transaction that applies them. `seen`: counts of the preview; `rows_…`: counts of what was applied.
    `unattended`: what a program said of its list, so that it goes on without a person.
    """

    __tablename__ = "import_job"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(200))
    network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    created: Mapped[datetime] = mapped_column(Moment)
    moved: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(12), index=True)
    file_name: Mapped[str] = mapped_column(String(400))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(String(32), default="", server_default="")
    look: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    layout: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    header_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    progress: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    of: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cursor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    plan_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    rows_new: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_changed: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_unchanged: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_refused: Mapped[int] = mapped_column(default=0, server_default="0")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    unattended: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        CheckConstraint(
            "state IN ('reading', 'columns', 'checking', 'preview', "
            "'applying', 'done', 'failed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(trim(actor)) > 0", name="actor"),
    )


class LateRefusal(Base):
    """A row that was valid in the preview and no longer when it was applied, as it was sent."""

    __tablename__ = "late_refusal"
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[str]] = mapped_column(JSON)


class TerminalImport(Base):
    """One command of a terminal that puts in units, piece by piece.

    applying → done, or → undoing → undone. `files`: of each list of units its file name, SHA-256, the path of
    its plan with that one's SHA-256, and the number of its row in `import` (None: none yet). `place`: which
    of them is going on record; `cursor`: how many bytes of its plan are. Both move in the transaction that
    puts the units there. `others`: rows in `import` of the command's other lists. `already`: units of the
    plans (product, serial) that were put in by others meanwhile, which undoing leaves alone.
    """

    __tablename__ = "terminal_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    began: Mapped[datetime] = mapped_column(Moment)
    moved: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8))
    keep_good: Mapped[bool]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    place: Mapped[int]
    cursor: Mapped[int] = mapped_column(BigInteger)
    others: Mapped[list[int]] = mapped_column(JSON)
    already: Mapped[list[Any]] = mapped_column(JSON)
    __table_args__ = (CheckConstraint("state IN ('applying', 'done', 'undoing', 'undone')", name="state"),)


class FeedRun(Base):
    """One file of regulators' notices that came by a watched folder, and what became of it.

    `error`: why the file as a whole was refused; else empty.
    """

    __tablename__ = "feed_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    folder: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)
