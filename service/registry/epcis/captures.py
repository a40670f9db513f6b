"""Takes documents of events: checked whole first, then put on record, all of it or nothing.

1. The document is read and checked as a stream; its good events wait on disk. One bad event refuses it.
2. At most `AT_ONCE` EPCs go on record in one transaction with the events; anything that the record
   contradicts takes all of it back.
3. More go on record in pieces, in the order of time, so that checks of vials do not wait; a capture that is
   killed goes on where it was. What others wrote meanwhile may keep an event of these from being applied:
   then it is kept, and named among the errors of the capture. Until the last piece, its products do not
   count as complete.
"""

import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from service.errors import ErrorCode, RefusedError, UnavailableError, VialcheckError
from service.registry.epcis.capture_rows import CaptureRequest, insert_capture, move_capture
from service.registry.epcis.documents import DocumentHead, DocumentRefusedError, EventRefusal
from service.registry.epcis.effects.applier import EventApplier
from service.registry.epcis.effects.context import RecordContext
from service.registry.epcis.reading import checked_events, open_events
from service.registry.epcis.sender import SenderCheck
from service.registry.epcis.staging import CHUNK, EventStaging, StagedEvents
from service.registry.import_jobs.terminal_runs import LOCK
from service.registry.lists.columns import ListKind
from service.registry.lists.import_journal import ImportJournal, ImportOrigin, ImportPolicy
from service.registry.lists.ownership import Owner
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import EpcisCapture, Product

AT_ONCE = 10_000
"""EPCs in one transaction. On SQLite, other writers wait for it: some tenths of a second."""

_PAUSE = 0.3
"""Between two pieces on a database with one writer, this part of the piece's time: others come in then."""

_EVENTS_AT_ONCE = 2000
_MOST_ERRORS = 200


@dataclass(slots=True)
class CaptureOutcome:
    """What became of a document. `kept` events changed no record; `known` were here before.

    `errors`: why it was refused, or what could not be applied any more. `units`: new ones.
    """

    head: DocumentHead | None = None
    token: str = ""
    events: int = 0
    epcs: int = 0
    applied: int = 0
    kept: int = 0
    known: int = 0
    units: int = 0
    unchanged: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    refused: bool = False

    def record(self) -> dict[str, Any]:
        """As JSON."""
        head = self.head
        return {
            "format": head.syntax if head else "",
            "document": head.kind if head else "",
            "version": head.version if head else 0,
            "sender": head.sender if head else "",
            "remarks": head.remarks if head else [],
            "capture": self.token,
            "taken": not self.refused,
            "events": self.events,
            "epcs": self.epcs,
            "applied": self.applied,
            "kept": self.kept,
            "known": self.known,
            "units": self.units,
            "unchanged": self.unchanged,
            "errors": self.errors,
        }


class _UndoneError(Exception):
    """Takes the transaction of a dry run back."""


class EventCaptures:
    """Puts documents on record. The caller keeps the file and says for whom it comes."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def capture_file(self, path: Path, request: CaptureRequest, *, dry_run: bool = False) -> CaptureOutcome:
        """Take a file at once; a terminal's way. Nothing is raised for a document that is refused."""
        outcome = CaptureOutcome()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                self.stage(path, folder, request, outcome)
                if dry_run or outcome.epcs <= AT_ONCE:
                    self.put_whole(folder, request, outcome, dry_run=dry_run)
                    return outcome
                folder = _moved(folder, request.plans)
                number = self._begin(folder, request, outcome)
                self.carry_on(number, folder, request, outcome)
                shutil.rmtree(folder, ignore_errors=True)
            except DocumentRefusedError as error:
                outcome.refused = True
                outcome.errors = [each.record() for each in error.refusals]
        return outcome

    def stage(self, path: Path, folder: Path, request: CaptureRequest, outcome: CaptureOutcome) -> str:
        """Read and check a file, and keep its events in `folder`; their SHA-256. DocumentRefusedError."""
        try:
            source = open_events(path)
        except OSError as error:
            found = error.strerror or "cannot be opened"
            raise DocumentRefusedError(
                [EventRefusal(str(path), 0, RefusedError(ErrorCode.NOT_FOUND, found=found, field="file"))]
            ) from error
        outcome.head = source.head
        with EventStaging(folder) as staging:
            sender = SenderCheck(self._database, request.owner)

            def keep(event: Any) -> list[EventRefusal]:
                return sender.refusals(event, source.head) or staging.add(event)

            outcome.events = checked_events(source, self._clock(), keep)
            sender.require_document(source.head)
            plan = staging.close()
            outcome.epcs, outcome.known = staging.epcs, staging.repeated
        return plan

    def put_whole(
        self,
        folder: Path,
        request: CaptureRequest,
        outcome: CaptureOutcome,
        *,
        dry_run: bool = False,
        number: int | None = None,
    ) -> None:
        """Put staged events on record in one transaction; `number`: of a capture that has a row already.

        DocumentRefusedError where the record contradicts one of them; then nothing has changed.
        """
        with (
            StagedEvents(folder) as staged,
            suppress(_UndoneError),
            self._database.transaction(durable=not dry_run) as connection,
        ):
            self._database.advisory_lock(connection, LOCK)
            if number is None:
                token, number = insert_capture(connection, request, "done", self._clock())
                outcome.token = "" if dry_run else token
            record = self._record(connection, request)
            applier = EventApplier(record, number)
            for at in range(len(staged)):
                event = staged.event(at)
                _apply_whole(applier, staged, event, outcome)
            self._close(record, number, outcome)
            if dry_run:
                raise _UndoneError

    def _record(
        self, connection: Connection, request: CaptureRequest, import_id: int | None = None
    ) -> RecordContext:
        origin = ImportOrigin(request.file_name, request.sha256, ListKind.UNITS)
        journal = ImportJournal(
            connection,
            origin,
            at=self._clock(),
            who=request.who,
            reason=request.reason,
            terms=ImportPolicy(request.owner),
            import_id=import_id,
        )
        return RecordContext(connection, journal, who=request.who, owner=request.owner, reason=request.reason)

    def _close(self, record: RecordContext, number: int, outcome: CaptureOutcome) -> None:
        journal, connection = record.journal, record.connection
        journal.close()
        record.settle()
        outcome.units, outcome.unchanged = record.new_units, record.unchanged_units
        move_capture(
            connection,
            number,
            "done",
            at=self._clock(),
            seen=outcome.record(),
            errors=outcome.errors,
            import_id=journal.import_id,
        )

    def _begin(self, folder: Path, request: CaptureRequest, outcome: CaptureOutcome) -> int:
        with self._database.transaction() as connection:
            token, number = insert_capture(
                connection, request, "applying", self._clock(), folder=str(folder), seen=outcome.record()
            )
        outcome.token = token
        return number

    def carry_on(self, number: int, folder: Path, request: CaptureRequest, outcome: CaptureOutcome) -> None:
        """Put the pieces that are left on record. They are deleted by the caller."""
        with StagedEvents(folder) as staged:
            began = time.monotonic()
            while self._put_next(number, staged, request, outcome):
                if self._database.one_writer:
                    time.sleep((time.monotonic() - began) * _PAUSE)
                began = time.monotonic()

    def resume(self) -> Iterator[tuple[str, CaptureOutcome]]:
        """Go on with the interrupted captures of terminals: the file's name and what became of it."""
        statement = select(EpcisCapture.__table__).where(
            EpcisCapture.state == "applying", EpcisCapture.organisation_id.is_(None)
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(EpcisCapture.id)).mappings().all()
        for row in rows:
            folder, outcome = Path(row["folder"]), CaptureOutcome(token=row["token"])
            who = AuditActor(row["actor"], row["account_id"], network=row["network"])
            request = CaptureRequest(
                who, Owner(), row["reason"], row["file_name"], row["size"], row["sha256"], folder.parent
            )
            self.carry_on(row["id"], folder, request, outcome)
            shutil.rmtree(folder, ignore_errors=True)
            yield row["file_name"], outcome

    def _put_next(
        self, number: int, staged: StagedEvents, request: CaptureRequest, outcome: CaptureOutcome
    ) -> bool:
        with self._database.transaction() as connection:
            self._database.advisory_lock(connection, LOCK)
            statement = select(EpcisCapture.__table__).where(EpcisCapture.id == number).with_for_update()
            row = connection.execute(statement).mappings().one()
            if row["state"] != "applying":
                return False
            outcome.errors = list(row["errors"] or [])
            _counts_from(row["seen"] or {}, outcome)
            record = self._record(connection, request, row["import_id"])
            journal = record.journal
            piece = _Piece(EventApplier(record, number), staged, outcome, connection)
            cursor, chunk = piece.put(row["cursor"], row["chunk"])
            journal.write()
            outcome.units += record.new_units
            outcome.unchanged += record.unchanged_units
            done = cursor == len(staged)
            self._mark_products(record, number, done=done)
            move_capture(
                connection,
                number,
                "done" if done else "applying",
                at=self._clock(),
                cursor=cursor,
                chunk=chunk,
                seen=outcome.record() | {"plan": (row["seen"] or {}).get("plan", "")},
                errors=outcome.errors,
                import_id=journal.import_id,
            )
            return not done

    @staticmethod
    def _mark_products(record: RecordContext, number: int, *, done: bool) -> None:
        """Until the last piece, the products concerned do not count as complete."""
        connection, mark = record.connection, -number
        marked = Product.importing == mark
        if done:
            record.commissioned.update(connection.scalars(select(Product.id).where(marked)))
            record.settle()
            connection.execute(update(Product).where(marked).values(importing=None))
        elif record.commissioned:
            concerned = Product.id.in_(record.commissioned), Product.importing.is_(None)
            connection.execute(update(Product).where(*concerned).values(importing=mark))


class _Piece:
    """Puts events on record until there are `AT_ONCE` EPCs in the transaction."""

    def __init__(
        self,
        applier: EventApplier,
        staged: StagedEvents,
        outcome: CaptureOutcome,
        connection: Connection,
    ) -> None:
        self._applier = applier
        self._staged = staged
        self._outcome = outcome
        self._connection = connection

    def put(self, cursor: int, chunk: int) -> tuple[int, int]:
        """From a place on; the place behind it."""
        budget, events = AT_ONCE // CHUNK, 0
        while cursor < len(self._staged) and budget > 0 and events < _EVENTS_AT_ONCE:
            event = self._staged.event(cursor)
            chunks = self._staged.chunks(event)
            some = list(islice(chunks, chunk, chunk + budget))
            few = event.epcs <= CHUNK // 10
            budget -= int(events % 10 == 9) if few else max(len(some), 1)
            last = chunk + len(some) >= event.chunks
            self._put(event, some, first=chunk == 0, last=last)
            cursor, chunk = (cursor + 1, 0) if last else (cursor, chunk + len(some))
            events += 1
        return cursor, chunk

    def _put(self, event: Any, some: list[Any], *, first: bool, last: bool) -> None:
        try:
            with self._connection.begin_nested():
                if first and self._applier.known(event):
                    self._outcome.known += 1
                    return
                done = self._applier.apply(event, some, first=first, last=last)
        except UnavailableError:
            raise
        except VialcheckError as error:
            refusal = EventRefusal(event.place, event.number, error)
            if len(self._outcome.errors) < _MOST_ERRORS:
                self._outcome.errors.append(refusal.record())
            if error.code is not ErrorCode.EVENT_KNOWN_OTHERWISE:
                self._applier.keep(event, some, str(error)[:500], last=last)
            if last:
                self._outcome.kept += 1
            return
        if last:
            _count(self._outcome, applied=done.applied)


def _apply_whole(applier: EventApplier, staged: StagedEvents, event: Any, outcome: CaptureOutcome) -> None:
    chunks = list(staged.chunks(event))
    try:
        if applier.known(event):
            outcome.known += 1
            return
        done = applier.apply(event, chunks, first=True, last=True)
    except UnavailableError:
        raise
    except VialcheckError as error:
        raise DocumentRefusedError([EventRefusal(event.place, event.number, error)]) from error
    _count(outcome, applied=done.applied)


def _count(outcome: CaptureOutcome, *, applied: bool) -> None:
    if applied:
        outcome.applied += 1
    else:
        outcome.kept += 1


def _counts_from(seen: dict[str, Any], outcome: CaptureOutcome) -> None:
    for name in ("events", "epcs", "applied", "kept", "known", "units", "unchanged"):
        setattr(outcome, name, seen.get(name, 0))


def _moved(folder: Path, plans: Path) -> Path:
    """The staged events at a place that outlives this process."""
    target = plans / secrets.token_hex(16)
    target.mkdir(parents=True, mode=0o700)
    for each in folder.iterdir():
        shutil.move(each, target / each.name)
    return target


def hash_of_file(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file."""
    with path.open("rb") as source:
        return path.stat().st_size, hashlib.file_digest(source, "sha256").hexdigest()
