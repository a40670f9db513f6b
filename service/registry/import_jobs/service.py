"""Takes a list from its sending to the decision: columns, questions about them, preview, apply or cancel.

Every look-up is within the organisation of the person who asks; another's import raises NOT_FOUND.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

import sqlalchemy as sa
from sqlalchemy import Connection, func, insert, select, update

from service.accounts.actors import Actor
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError, VialcheckError
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.inspect import SheetSummary
from service.registry.import_jobs.unattended import UnattendedImport
from service.registry.lists.cells import free_text
from service.registry.lists.columns import Layout, ListKind, laid_out
from service.registry.lists.conventions.questions import ColumnQuestion
from service.registry.lists.ownership import Owner
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.idempotency import IdempotentRequest, find_made, note_made
from service.storage.models import AuditEntry, ImportJob, LateRefusal

PAGE = 50
"""Rows on one page of a list."""

UNDECIDED = ("reading", "columns", "checking", "preview")
WORKING = ("reading", "checking", "applying")


@dataclass(frozen=True, slots=True)
class Upload:
    """One import as its people see it. `error`: why it failed. `seen`: the counts of the preview.

    `questions`: in the state "columns", what has to be answered about the columns that were named.

    `fraction`: how far the present work has come. The four counts are what became of the rows so far.
    """

    id: int
    state: str
    file_name: str
    size: int
    sha256: str
    actor: str
    created: datetime
    moved: datetime
    parts: tuple[SheetSummary, ...]
    layout: Layout | None
    questions: tuple[ColumnQuestion, ...]
    seen: dict[str, Any] | None
    fraction: float
    new: int
    changed: int
    unchanged: int
    refused: int
    import_id: int | None
    error: VialcheckError | None
    folder: str

    @property
    def working(self) -> bool:
        """Whether something goes on that a person has to wait for."""
        return self.state in WORKING

    @classmethod
    def of(cls, row: sa.RowMapping) -> Self:
        """From the record."""
        layout, error = row["layout"], row["error"]
        return cls(
            **{name: row[name] for name in _SAME},
            parts=tuple(map(SheetSummary.from_record, (row["look"] or {}).get("parts", ()))),
            layout=layout_of(layout) if layout else None,
            questions=tuple(map(ColumnQuestion.from_record, (row["look"] or {}).get("questions", ()))),
            fraction=row["progress"] / row["of"] if row["of"] else 0.0,
            new=row["rows_new"],
            changed=row["rows_changed"],
            unchanged=row["rows_unchanged"],
            refused=row["rows_refused"],
            error=VialcheckError(**error | {"code": ErrorCode(error["code"])}) if error else None,
        )


_SAME = (
    *("id", "state", "file_name", "size", "sha256", "actor", "created", "moved", "seen", "import_id"),
    "folder",
)


def layout_of(kept: dict[str, Any]) -> Layout:
    """A layout as the record keeps it."""
    return Layout(
        ListKind(kept["kind"]),
        tuple(kept["columns"]),
        kept["sheet"],
        kept.get("header_row"),
        kept.get("answers", {}),
    )


def layout_kept(layout: Layout) -> dict[str, Any]:
    """A layout as JSON, for `layout_of`."""
    return asdict(layout)


@dataclass(frozen=True, slots=True)
class ImportedChange:
    """One change of the record that an import made."""

    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ImportJobs:
    """Every organisation's imports."""

    def __init__(
        self,
        database: Database,
        shelf: ImportFiles,
        wake: Callable[[int], None],
        *,
        most_bytes: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._wake = wake
        self._most = most_bytes
        self._clock = clock

    def begin(
        self,
        actor: Actor,
        source: IO[bytes],
        file_name: str,
        *,
        unattended: UnattendedImport | None = None,
        reason: str = "",
        key: str = "",
    ) -> int:
        """Keep the file and have it read; the import's number. FILE_EMPTY, FILE_TOO_LARGE.

        `unattended`: it goes on without a person, and `reason` is for the audit. `key`: of the request; the
        same one again gives the same import.
        """
        taken = self._shelf.take(source, self._most)
        now, terms = self._clock(), unattended.record() if unattended else None
        sent = f"{taken.sha256} {terms} {reason}".encode()
        asked = IdempotentRequest.of(actor.organisation_id, key, sent)
        values = {
            "organisation_id": actor.organisation_id,
            "account_id": actor.account_id,
            "actor": actor.name,
            "network": actor.network,
            "created": now,
            "moved": now,
            "state": "reading",
            "file_name": _plain_name(file_name),
            "size": taken.size,
            "sha256": taken.sha256,
            "folder": taken.folder,
            "unattended": terms,
            "reason": free_text(reason, 2000),
        }
        try:
            with self._database.transaction() as connection:
                earlier = find_made(connection, asked, "import")
                if earlier is None:
                    statement = insert(ImportJob).values(values).returning(ImportJob.id)
                    number: int = connection.execute(statement).scalar_one()
                    note_made(connection, asked, "import", number, now)
        except BaseException:
            self._shelf.remove(taken.folder)
            raise
        if earlier is not None:
            self._shelf.remove(taken.folder)
            return earlier
        self._wake(number)
        return number

    def one(self, actor: Actor, number: int) -> Upload:
        """One import of the organisation."""
        with self._database.reading() as connection:
            return Upload.of(self._row(connection, actor, number))

    def listed(self, actor: Actor, page: int = 1) -> tuple[list[Upload], int]:
        """The organisation's imports, the newest first, and how many there are."""
        where = ImportJob.organisation_id == actor.organisation_id
        statement = select(ImportJob.__table__).where(where).order_by(ImportJob.id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(PAGE).offset((page - 1) * PAGE)).mappings()
            found = [Upload.of(row) for row in rows]
            return found, connection.execute(select(func.count()).where(where)).scalar_one()

    def choose(self, actor: Actor, number: int, layout: Layout) -> None:
        """Say what the columns mean, and have every row checked.

        Raises COLUMN_MISSING, COLUMN_TWICE, VALUE_INVALID, SHEET_UNCLEAR, LIST_NOT_YOURS, IMPORT_MOVED_ON.
        """
        upload = self.one(actor, number)
        part = next((part for part in upload.parts if part.sheet == layout.sheet), None)
        if part is None:
            raise (
                _moved_on()
                if not upload.parts
                else ConflictError(ErrorCode.SHEET_UNCLEAR, given=layout.sheet)
            )
        if layout.header_row is not None and layout.header_row != part.header_row:
            part = part.with_header(layout.header_row)
        laid_out(part.labels, layout)
        Owner.of(actor).require(layout.kind)
        kept = layout_kept(replace(layout, header_row=part.header_row))
        self._move(
            actor,
            number,
            ("columns", "preview"),
            "checking",
            layout=kept,
            look=look_kept(upload.parts),
            header_key=part.key,
            progress=0,
            of=0,
        )
        self._wake(number)

    def answer(self, actor: Actor, number: int, answers: Mapping[str, str]) -> None:
        """Answer what was asked about the columns, and have every row checked. The answers are kept.

        Raises VALUE_MISSING or VALUE_INVALID, with the key of the answer as field, and IMPORT_MOVED_ON.
        """
        upload = self.one(actor, number)
        if upload.state != "columns" or upload.layout is None or not upload.questions:
            raise _moved_on()
        said: dict[str, str] = {}
        for part in (part for question in upload.questions for part in question.parts):
            said[part.key] = answers.get(part.key) or part.suggested
            if not said[part.key]:
                raise RefusedError(ErrorCode.VALUE_MISSING, field=part.key)
            if said[part.key] not in part.choices:
                expected = f"one of {', '.join(part.choices)}"
                raise RefusedError(
                    ErrorCode.VALUE_INVALID, given=said[part.key], expected=expected, field=part.key
                )
        layout = replace(upload.layout, answers=dict(upload.layout.answers) | said)
        self._check_again(actor, upload, layout, ("columns",))

    def ask_again(self, actor: Actor, number: int) -> None:
        """From the preview back to the questions about columns, with all answers forgottenIMPORT_MOVED_ON."""
        upload = self.one(actor, number)
        if upload.layout is None:
            raise _moved_on()
        self._check_again(actor, upload, replace(upload.layout, answers={}), ("preview",))

    def _check_again(self, actor: Actor, upload: Upload, layout: Layout, before: tuple[str, ...]) -> None:
        kept, look = layout_kept(layout), look_kept(upload.parts)
        self._move(actor, upload.id, before, "checking", layout=kept, look=look, progress=0, of=0)
        self._wake(upload.id)

    def decide(self, actor: Actor, number: int, *, reason: str, plan: str) -> None:
        """Put on record what was shown: `plan` is the SHA-256 of that. The reason is for the audit.

        IMPORT_MOVED_ON when something else was shown, or it has been decided already.
        """
        reason = free_text(reason, 2000)
        upload = self.one(actor, number)
        seen = upload.seen or {}
        if upload.state != "preview" or seen.get("plan_sha256") != plan:
            raise _moved_on()
        self._move(
            actor,
            number,
            ("preview",),
            "applying",
            reason=reason or f"import of {upload.file_name}",
            **decided(seen),
        )
        self._wake(number)

    def again(self, actor: Actor, number: int) -> None:
        """Back from the preview, or from the questions, to the columns."""
        look = look_kept(self.one(actor, number).parts)
        self._move(actor, number, ("preview", "columns"), "columns", look=look)

    def cancel(self, actor: Actor, number: int) -> None:
        """End it. What is on record stays there and is listed; nothing more is put in. IMPORT_MOVED_ON."""
        self._move(actor, number, (*UNDECIDED, "applying"), "cancelled", note="cancel")
        upload = self.one(actor, number)
        (self._shelf.settle if upload.import_id else self._shelf.remove)(upload.folder)

    def changes(self, actor: Actor, number: int, page: int = 1) -> tuple[list[ImportedChange], int]:
        """What the import changed, in its order, and how many changes there are."""
        import_id = self.one(actor, number).import_id
        if import_id is None:
            return [], 0
        where = AuditEntry.import_id == import_id
        columns = [getattr(AuditEntry, name) for name in ImportedChange.__slots__]
        statement = select(*columns).where(where).order_by(AuditEntry.id)
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(PAGE).offset((page - 1) * PAGE))
            found = [ImportedChange(*row) for row in rows]
            return found, connection.execute(select(func.count()).where(where)).scalar_one()

    def samples(self, actor: Actor, number: int) -> Path:
        """The rows of the preview (JSON)."""
        return self._shelf.samples(self.one(actor, number).folder)

    def refused(self, actor: Actor, number: int) -> tuple[Path, list[tuple[list[str], str]]]:
        """The file of refused rows, and those that were refused late (cells, reason). NOT_FOUND."""
        upload = self.one(actor, number)
        path = self._shelf.refused(upload.folder)
        if not upload.folder or not path.exists():
            raise NotFoundError(ErrorCode.NOT_FOUND, field="import")
        statement = select(LateRefusal.cells, LateRefusal.reason).where(LateRefusal.job_id == number)
        with self._database.reading() as connection:
            late = connection.execute(statement.order_by(LateRefusal.line))
            return path, [(row.cells, row.reason) for row in late]

    def _row(self, connection: Connection, actor: Actor, number: int) -> sa.RowMapping:
        where = (ImportJob.id == number, ImportJob.organisation_id == actor.organisation_id)
        row = connection.execute(select(ImportJob.__table__).where(*where)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, field="import")
        return row

    def _move(
        self, actor: Actor, number: int, before: tuple[str, ...], after: str, *, note: str = "", **values: Any
    ) -> None:
        """From one of the states to the next, once. IMPORT_MOVED_ON when it is in none of them any more."""
        now = self._clock()
        with self._database.transaction() as connection:
            row = self._row(connection, actor, number)
            statement = update(ImportJob).where(ImportJob.id == number, ImportJob.state.in_(before))
            if not connection.execute(statement.values(state=after, moved=now, **values)).rowcount:
                raise _moved_on()
            if note:
                change = AuditChange(note, "import", str(number), {"state": row["state"]}, {"state": after})
                write_down(connection, [change], who=actor.who, at=now, reason=row["file_name"])


def decided(seen: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an import whose preview was agreed to."""
    refused = seen["conflicting"] + seen["refused"]
    return {"rows_unchanged": seen["unchanged"], "rows_refused": refused, "progress": 0, "of": 0}


def look_kept(parts: Sequence[SheetSummary], questions: Sequence[ColumnQuestion] = ()) -> dict[str, Any]:
    """What there is in the file, and what is asked about it, as JSON."""
    return {
        "parts": [part.record() for part in parts],
        "questions": [question.record() for question in questions],
    }


def _moved_on() -> VialcheckError:
    return ConflictError(ErrorCode.IMPORT_MOVED_ON, field="import")


def _plain_name(name: str) -> str:
    """The file's own name, without folders and without characters that cannot be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(each if each.isprintable() else "_" for each in last).strip()
    return plain.encode("utf-8", "replace").decode()[:400] or "list"
