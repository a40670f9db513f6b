"""Captures that come by HTTP or a browser: kept on disk, done in the background, looked at meanwhile.

Every look-up is within the organisation of the person or program that asks; another's raises NOT_FOUND.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Self

import sqlalchemy as sa
from sqlalchemy import Connection, func, select, update

from service.accounts.actors import Actor, OrganisationKind
from service.errors import (
    ConflictError,
    ErrorCode,
    NotFoundError,
    UnavailableError,
    VialcheckError,
)
from service.registry.epcis.capture_rows import CaptureRequest, insert_capture, move_capture
from service.registry.epcis.captures import AT_ONCE, CaptureOutcome, EventCaptures
from service.registry.epcis.documents import DocumentRefusedError, EventRefusal
from service.registry.epcis.staging import plan_hash
from service.registry.import_jobs.files import ImportFiles
from service.registry.lists.cells import free_text
from service.registry.lists.ownership import Owner
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import EpcisCapture, Organisation

WORKING = ("waiting", "applying")
KEPT = timedelta(days=30)
"""How long an undecided capture waits."""

PAGE = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CaptureJob:
    """A capture as its people see it. `seen`: the counts of `CaptureOutcome.record`."""

    token: str
    state: str
    file_name: str
    size: int
    actor: str
    created: datetime
    moved: datetime
    seen: dict[str, Any]
    errors: list[dict[str, Any]]
    import_id: int | None

    @property
    def working(self) -> bool:
        """Whether something goes on that a person has to wait for."""
        return self.state in WORKING

    @property
    def good(self) -> bool:
        """Whether all of it is on record."""
        return self.state == "done" and not self.errors

    @classmethod
    def of(cls, row: sa.RowMapping) -> Self:
        """From the record."""
        same = ("token", "state", "file_name", "size", "actor", "created", "moved", "import_id")
        said = {name: row[name] for name in same}
        return cls(**said, seen=row["seen"] or {}, errors=row["errors"] or [])


class CaptureJobs:
    """Every organisation's captures, and the work that they wait for."""

    def __init__(
        self,
        database: Database,
        files: ImportFiles,
        *,
        most_bytes: int,
        wake: Callable[[int], None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._files = files
        self._most = most_bytes
        self._clock = clock
        self._captures = EventCaptures(database, clock)
        self.wake = wake

    def begin(self, actor: Actor, source: IO[bytes], file_name: str, *, previews: bool = False) -> str:
        """Keep a document and have it taken; its token. FILE_EMPTY, FILE_TOO_LARGE."""
        stored = self._files.take(source, self._most)
        request = CaptureRequest(
            actor.who,
            Owner.of(actor),
            f"capture of {file_name}"[:2000],
            file_name,
            stored.size,
            stored.sha256,
            self._files.root,
            previews,
        )
        try:
            with self._database.transaction() as connection:
                token, number = insert_capture(
                    connection, request, "waiting", self._clock(), folder=stored.folder
                )
        except BaseException:
            self._files.remove(stored.folder)
            raise
        self.wake(number)
        return token

    def one(self, actor: Actor, token: str) -> CaptureJob:
        """One capture of the organisation."""
        with self._database.reading() as connection:
            return CaptureJob.of(self._row(connection, actor, token))

    def listed(self, actor: Actor, page: int = 1) -> tuple[list[CaptureJob], int]:
        """The organisation's captures, the newest first, and how many there are."""
        where = EpcisCapture.organisation_id == actor.organisation_id
        statement = select(EpcisCapture.__table__).where(where).order_by(EpcisCapture.id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(PAGE).offset((page - 1) * PAGE)).mappings()
            found = [CaptureJob.of(row) for row in rows]
            return found, connection.execute(select(func.count()).where(where)).scalar_one()

    def decide(self, actor: Actor, token: str, reason: str) -> None:
        """Put on record what the preview showed. IMPORT_MOVED_ON where it was decided before."""
        reason = free_text(reason, 2000)
        with self._database.transaction() as connection:
            row = self._row(connection, actor, token)
            said = {"reason": reason} if reason else {}
            self._move(connection, row["id"], "preview", "waiting", previews=False, **said)
        self.wake(row["id"])

    def cancel(self, actor: Actor, token: str) -> None:
        """End a capture that was not decided on. IMPORT_MOVED_ON."""
        with self._database.transaction() as connection:
            row = self._row(connection, actor, token)
            self._move(connection, row["id"], "preview", "cancelled", folder="")
            change = AuditChange("cancel", "capture", token, {"state": "preview"}, {"state": "cancelled"})
            write_down(connection, [change], who=actor.who, at=self._clock(), reason=row["file_name"])
        self._files.remove(row["folder"])

    def waiting(self) -> list[int]:
        """The captures that have something to be done."""
        mine = EpcisCapture.organisation_id.is_not(None)
        statement = select(EpcisCapture.id).where(EpcisCapture.state.in_(WORKING), mine)
        with self._database.reading() as connection:
            return list(connection.scalars(statement.order_by(EpcisCapture.id)))

    def carry_on(self, number: int) -> None:
        """Do what can be done without a person. UnavailableError: later, from where it is."""
        row = self._work(number)
        if row is None:
            return
        outcome = CaptureOutcome(token=row["token"])
        try:
            self._take(row, _request(row, self._files.root), outcome)
        except DocumentRefusedError as error:
            self._fail(row, outcome, [each.record() for each in error.refusals])
        except UnavailableError:
            raise
        except VialcheckError as error:
            self._fail(row, outcome, [EventRefusal("document", 0, error).record()])
        except Exception as error:
            _log.exception(
                "capture %s failed: %s", number, type(error).__name__
            )  # the place, not the document
            fault = VialcheckError(ErrorCode.FILE_UNREADABLE, found="a fault of ours", field="document")
            self._fail(row, outcome, [EventRefusal("document", 0, fault).record()])

    def tidy(self) -> None:
        """End captures that no person has decided on for 30 days."""
        old = EpcisCapture.state == "preview", EpcisCapture.moved < self._clock() - KEPT
        with self._database.transaction() as connection:
            folders = list(connection.scalars(select(EpcisCapture.folder).where(*old)))
            connection.execute(update(EpcisCapture).where(*old).values(state="cancelled", folder=""))
        for folder in folders:
            self._files.remove(folder)

    def _take(self, row: sa.RowMapping, request: CaptureRequest, outcome: CaptureOutcome) -> None:
        number, root = row["id"], self._files.root / row["folder"]
        staged = root / "staged"
        if row["state"] == "waiting":
            shutil.rmtree(staged, ignore_errors=True)
            staged.mkdir(mode=0o700)
            plan = self._captures.stage(self._files.list(row["folder"]), staged, request, outcome)
            if request.previews or outcome.epcs <= AT_ONCE:
                if request.previews and outcome.epcs > AT_ONCE:
                    self._show(number, outcome)
                    return
                self._captures.put_whole(staged, request, outcome, dry_run=request.previews, number=number)
                if request.previews:
                    self._show(number, outcome)
                    return
            else:
                self._begin_pieces(number, outcome, plan)
        if row["state"] == "applying" or outcome.epcs > AT_ONCE:
            _require_plan(staged, row, outcome)
            self._captures.carry_on(number, staged, request, outcome)
        self._files.remove(row["folder"])

    def _begin_pieces(self, number: int, outcome: CaptureOutcome, plan: str) -> None:
        seen = outcome.record() | {"plan": plan}
        with self._database.transaction() as connection:
            self._move(connection, number, "waiting", "applying", seen=seen)

    def _show(self, number: int, outcome: CaptureOutcome) -> None:
        with self._database.transaction() as connection:
            self._move(connection, number, "waiting", "preview", seen=outcome.record())

    def _fail(self, row: sa.RowMapping, outcome: CaptureOutcome, errors: list[dict[str, Any]]) -> None:
        outcome.refused = True
        with self._database.transaction() as connection:
            values = {"seen": outcome.record(), "errors": errors, "folder": ""}
            move_capture(connection, row["id"], "failed", at=self._clock(), **values)
        self._files.remove(row["folder"])

    def _work(self, number: int) -> sa.RowMapping | None:
        statement = (
            select(
                EpcisCapture.__table__,
                Organisation.name.label("organisation"),
                Organisation.kind.label("organisation_kind"),
            )
            .join(Organisation, Organisation.id == EpcisCapture.organisation_id)
            .where(EpcisCapture.id == number, EpcisCapture.state.in_(WORKING))
        )
        with self._database.reading() as connection:
            return connection.execute(statement).mappings().one_or_none()

    def _row(self, connection: Connection, actor: Actor, token: str) -> sa.RowMapping:
        where = EpcisCapture.token == token, EpcisCapture.organisation_id == actor.organisation_id
        row = connection.execute(select(EpcisCapture.__table__).where(*where)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=token[:40], field="capture")
        return row

    def _move(self, connection: Connection, number: int, before: str, after: str, **values: Any) -> None:
        statement = update(EpcisCapture).where(EpcisCapture.id == number, EpcisCapture.state == before)
        moved = statement.values(state=after, moved=self._clock(), **values)
        if not connection.execute(moved).rowcount:
            raise ConflictError(ErrorCode.IMPORT_MOVED_ON, field="capture")


def _require_plan(staged: Path, row: sa.RowMapping, outcome: CaptureOutcome) -> None:
    """CONFLICT where the staged events are not those that were checked, or are gone."""
    kept = (row["seen"] or {}).get("plan", "")
    if row["state"] == "applying" and (not staged.is_dir() or (kept and plan_hash(staged) != kept)):
        raise ConflictError(ErrorCode.IMPORT_MOVED_ON, given=outcome.token, field="capture")


def _request(row: sa.RowMapping, root: Path) -> CaptureRequest:
    kind = OrganisationKind(row["organisation_kind"])
    owner = Owner.organisation(row["organisation_id"], row["organisation"], kind)
    who = AuditActor(row["actor"], row["account_id"], row["organisation_id"], row["network"])
    return CaptureRequest(
        who,
        owner,
        row["reason"],
        row["file_name"],
        row["size"],
        row["sha256"],
        root,
        row["previews"],
    )
