"""Does the work of an import: reads the file, checks its rows, puts them on record piece by piece.

A piece, what is written down about it, and the cursor behind it are one transaction: a worker that is killed
at any moment goes on exactly where it was, and two workers at one import do no harm.
"""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import OrganisationKind
from service.errors import ConflictError, ErrorCode, UnavailableError, VialcheckError
from service.registry.import_jobs.apply import put_on_record
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.inspect import SheetSummary, inspect_file
from service.registry.import_jobs.plan import ImportPlan, PlanPiece, hash_of
from service.registry.import_jobs.previews.preview import ImportPrincipal, PreviewTable, check
from service.registry.import_jobs.service import (
    UNDECIDED,
    WORKING,
    decided,
    layout_kept,
    layout_of,
    look_kept,
)
from service.registry.import_jobs.terminal_runs import LOCK
from service.registry.import_jobs.unattended import UnattendedImport
from service.registry.import_jobs.webhook_messages import tell_import_ended
from service.registry.lists.import_journal import ImportCounts, ImportJournal, ImportOrigin, ImportPolicy
from service.registry.lists.ownership import Owner
from service.registry.recalls.owning_lots import find_owning_lots_after
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import IdempotencyKey, Import, ImportJob, LateRefusal, Organisation

KEPT = timedelta(days=30)
"""How long refused rows and samples can be had after an import has ended; undecided ones end after it."""

_TOLD = 0.5  # seconds between two notes of how far it has come
_LONGEST_PAUSE = 0.25

_log = logging.getLogger(__name__)


class _StoppedError(Exception):
    """The import was cancelled, or another worker has done the work."""


class ImportWorker:
    """Does what waits. `stop` is set when the process ends."""

    def __init__(
        self,
        database: Database,
        shelf: ImportFiles,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stop: Event | None = None,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self._stop = stop or Event()

    def waiting(self) -> list[int]:
        """The imports that have something to be done."""
        statement = select(ImportJob.id).where(ImportJob.state.in_(WORKING)).order_by(ImportJob.id)
        with self._database.reading() as connection:
            return list(connection.scalars(statement))

    def carry_on(self, number: int) -> None:
        """Do what can be done without a person. UnavailableError: later, from where it is."""
        try:
            while (job := self._job(number)) is not None and not self._stop.is_set():
                match job["state"]:
                    case "reading":
                        self._read(job)
                    case "checking":
                        self._check(job)
                    case "applying":
                        self._apply(job)
                    case _:
                        return
        except _StoppedError:
            return
        except UnavailableError:
            raise
        except VialcheckError as error:
            self._fail(number, error)
        except Exception as error:
            job = self._job(number)
            if job is None or job["state"] not in WORKING:
                return  # it was cancelled meanwhile, and its files are gone
            # The log gets the place of the fault, not the list.
            _log.exception("import %s failed: %s", number, type(error).__name__)
            self._fail(number, VialcheckError(ErrorCode.FILE_UNREADABLE, found="a fault of ours"))

    def tidy(self) -> None:
        """Delete the files of imports that ended 30 days ago, and the keys of requests of that time."""
        ended = self._clock() - KEPT
        with self._database.transaction() as connection:
            old = select(ImportJob.id, ImportJob.folder).where(
                ImportJob.moved < ended, ImportJob.folder != ""
            )
            rows = connection.execute(old.where(ImportJob.state.not_in(WORKING))).all()
            gone = update(ImportJob).where(ImportJob.id.in_([row.id for row in rows]))
            connection.execute(gone.values(folder=""))
            connection.execute(gone.where(ImportJob.state.in_(UNDECIDED)).values(state="cancelled"))
            connection.execute(delete(IdempotencyKey).where(IdempotencyKey.at < ended))
        for row in rows:
            self._shelf.remove(row.folder)

    def _job(self, number: int) -> sa.RowMapping | None:
        statement = (
            select(
                ImportJob.__table__,
                Organisation.name.label("organisation"),
                Organisation.kind.label("organisation_kind"),
            )
            .join(Organisation, Organisation.id == ImportJob.organisation_id)
            .where(ImportJob.id == number)
        )
        with self._database.reading() as connection:
            return connection.execute(statement).mappings().one_or_none()

    def _read(self, job: sa.RowMapping) -> None:
        parts = [self._remembered(job, part) for part in inspect_file(self._shelf.list(job["folder"]))]
        more: dict[str, Any] = {"state": "columns"}
        if job["unattended"]:
            layout = UnattendedImport.of_record(job["unattended"]).layout(parts)
            _owner(job).require(layout.kind)
            part = next(each for each in parts if each.sheet == layout.sheet)
            more = {"state": "checking", "layout": layout_kept(layout), "header_key": part.key}
        self._move(job["id"], "reading", look=look_kept(parts), **more)

    def _remembered(self, job: sa.RowMapping, part: SheetSummary) -> SheetSummary:
        """What the organisation said of the same headers the last time, instead of what they look like."""
        said = (
            select(ImportJob.layout)
            .where(
                ImportJob.organisation_id == job["organisation_id"],
                ImportJob.header_key == part.key,
                ImportJob.state.in_(("preview", "applying", "done")),
            )
            .order_by(ImportJob.id.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            kept = connection.scalar(said)
        if kept is None:
            return part
        layout = layout_of(kept)
        return replace(
            part,
            kind=layout.kind,
            columns=layout.columns,
            answers={key: said for key, said in layout.answers.items() if not key.startswith("rows:")},
            remembered=True,
        )

    def _check(self, job: sa.RowMapping) -> None:
        folder = job["folder"]
        apart = self._shelf.apart(folder)
        try:
            seen = check(
                self._database,
                self._shelf.list(folder),
                layout_of(job["layout"]),
                target=apart,
                terms=ImportPrincipal(_who(job), self._clock(), _owner(job)),
                meter=self._meter(job["id"], "checking"),
            )
            if seen.questions:
                parts = tuple(map(SheetSummary.from_record, job["look"]["parts"]))
                look = look_kept(parts, seen.questions)
                self._move(job["id"], "checking", state="columns", look=look)
                return
            with self._database.transaction() as connection:
                values = {"seen": seen.record(), "plan_sha256": seen.plan_sha256} | _after_preview(job, seen)
                self._change(connection, job["id"], "checking", **values)
                for name in ("plan.jsonl", "refused.csv", "samples.json"):
                    (apart / name).replace(self._shelf.plan(folder).with_name(name))
        finally:
            shutil.rmtree(apart, ignore_errors=True)

    def _apply(self, job: sa.RowMapping) -> None:
        path = self._shelf.plan(job["folder"])
        if hash_of(path) != job["plan_sha256"]:
            raise ConflictError(ErrorCode.IMPORT_MOVED_ON, field="import")
        size = path.stat().st_size
        with ImportPlan(path) as plan:
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    going = self._put_next(job, plan, size)
                except IntegrityError as error:
                    # Another transaction, not an import, wrote the same row: try again.
                    raise UnavailableError(ErrorCode.BUSY, found="written at the same moment") from error
                if not going:
                    break
                if self._database.one_writer:  # as long for other writers
                    self._stop.wait(min(time.monotonic() - began, _LONGEST_PAUSE))
        if not self._stop.is_set():
            self._shelf.settle(job["folder"])

    def _put_next(self, job: sa.RowMapping, plan: ImportPlan, size: int) -> bool:
        """Put the next piece on record; False when there is none, or the import was cancelled."""
        with self._database.transaction() as connection:
            self._database.advisory_lock(connection, LOCK)
            statement = select(ImportJob.__table__).where(ImportJob.id == job["id"]).with_for_update()
            now = connection.execute(statement).mappings().one()
            if now["state"] != "applying":
                raise _StoppedError
            piece = plan.piece(now["cursor"])
            if piece is None:
                if now["import_id"] is not None:
                    find_owning_lots_after(connection, now["import_id"])
                self._change(connection, job["id"], "applying", state="done", progress=size, of=size)
                return False
            self._put(connection, job, now, plan, piece, size)
        return True

    def _put(
        self,
        connection: Connection,
        job: sa.RowMapping,
        now: sa.RowMapping,
        plan: ImportPlan,
        piece: PlanPiece,
        size: int,
    ) -> None:
        source = ImportOrigin(now["file_name"], now["sha256"], plan.header.kind)
        journal = ImportJournal(
            connection,
            source,
            at=self._clock(),
            who=_who(now),
            reason=now["reason"],
            terms=ImportPolicy(_owner(job), seen={line: became for line, _, became in piece.rows}),
            import_id=now["import_id"],
        )
        refused = put_on_record(connection, plan.header, piece, journal)
        journal.write()
        if refused.rows:
            late = [{"job_id": job["id"], **row} for row in refused.rows]
            connection.execute(insert(LateRefusal), late)
        counts = _totals(now, journal.counts)
        if journal.import_id is not None:
            connection.execute(update(Import).where(Import.id == journal.import_id).values(counts))
        progress = {"cursor": piece.after, "progress": piece.after, "of": size}
        self._change(connection, job["id"], "applying", import_id=journal.import_id, **counts, **progress)

    def _meter(self, number: int, state: str) -> Callable[[int, int], None]:
        """Note the progress at intervals, and stop when the import was cancelled."""
        told = 0.0

        def meter(done: int, of: int) -> None:
            nonlocal told
            if self._stop.is_set():
                raise _StoppedError
            if time.monotonic() - told < _TOLD:
                return
            told = time.monotonic()
            with self._database.transaction(durable=False) as connection:
                self._change(connection, number, state, progress=done, of=of)

        return meter

    def _move(self, number: int, before: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            self._change(connection, number, before, **values)

    def _change(self, connection: Connection, number: int, before: str, **values: Any) -> None:
        """Note something about an import that is still where it was thought to be."""
        statement = update(ImportJob).where(ImportJob.id == number, ImportJob.state == before)
        if not connection.execute(statement.values(moved=self._clock(), **values)).rowcount:
            raise _StoppedError
        if values.get("state", before) not in WORKING:
            tell_import_ended(connection, number, self._clock())

    def _fail(self, number: int, error: VialcheckError) -> None:
        kept = {name: str(getattr(error, name) or "") for name in ("code", "given", "expected", "found")}
        kept |= {"field": error.field or "", "given": error.given[:80]}
        with self._database.transaction() as connection:
            statement = update(ImportJob).where(ImportJob.id == number, ImportJob.state.in_(WORKING))
            if connection.execute(statement.values(state="failed", error=kept, moved=self._clock())).rowcount:
                tell_import_ended(connection, number, self._clock())


def _after_preview(job: sa.RowMapping, seen: PreviewTable) -> dict[str, Any]:
    """A person decides, or the terms of the program that sent the list."""
    counts, unattended = seen.record(), job["unattended"]
    if not unattended or not UnattendedImport.of_record(unattended).decides(counts):
        return {"state": "preview"}
    reason = job["reason"] or f"import of {job['file_name']}"
    return {"state": "applying", "reason": reason, **decided(counts)}


def _who(job: sa.RowMapping) -> AuditActor:
    return AuditActor(job["actor"], job["account_id"], job["organisation_id"], job["network"])


def _owner(job: sa.RowMapping) -> Owner:
    kind = OrganisationKind(job["organisation_kind"])
    return Owner.organisation(job["organisation_id"], job["organisation"], kind)


def _totals(now: sa.RowMapping, counts: ImportCounts) -> dict[str, int]:
    return {
        f"rows_{name}": now[f"rows_{name}"] + value
        for name, value in asdict(counts).items()
        if name != "waiting"
    }
