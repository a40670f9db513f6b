"""Puts the units of a terminal's lists on record in pieces, and resumes or undoes what was interrupted.

Each piece is one transaction with its audit entries and the cursor behind it, so that a check of a vial waits
for one piece at most, and a run that is killed goes on exactly where it was. Until the last piece, the
products concerned do not count as complete.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.authenticity.dispositions import Disposition
from service.errors import ErrorCode, NotFoundError, UnavailableError, VialcheckError
from service.registry.import_jobs.apply import PlanRefused, put_on_record
from service.registry.import_jobs.plan import ImportPlan, PlanPiece, require_plan
from service.registry.import_jobs.removal import remove_record, unmark_list
from service.registry.lists.columns import ListKind
from service.registry.lists.import_journal import ImportJournal, ImportOrigin
from service.registry.lists.kinds.unit_targets import UnitTarget, UnitTargets
from service.registry.recalls.owning_lots import find_owning_lots_of
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.database.commissioning import take_back
from service.storage.models import (
    AuditEntry,
    Import,
    Product,
    TerminalImport,
)

LOCK = 0x7669616C  # any number that is not used for something else: "vial"

_MOST_TRIES = 100
_AGAIN = 0.1  # seconds until a piece that found the database busy is tried again

_PAUSE = 0.15
"""Between two pieces on a database with one writer, this part of the piece's time: others come in then."""


@dataclass(frozen=True, slots=True)
class PlannedUnits:
    """One list of units whose plan is on disk."""

    origin: ImportOrigin
    plan: Path
    plan_sha256: str
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class TerminalRun:
    """A run as the record has it. `files`: the names of its lists of units."""

    id: int
    began: datetime
    state: str
    actor: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run did. `units`: put in, or taken back. `left`: records that undoing had to leave, by name."""

    units: int
    refused: tuple[tuple[int, Sequence[VialcheckError]], ...] = ()
    left: tuple[str, ...] = ()


class _OthersWroteError(Exception):
    """Units of a piece were put in by others meanwhile: the piece is put in once more, with care."""


class TerminalRuns:
    """The runs of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock
        self._targets: UnitTargets | None = None

    def unfinished(self) -> list[TerminalRun]:
        """The runs that were interrupted, or are at work in another process; the oldest first."""
        statement = select(TerminalImport.__table__).where(TerminalImport.state.in_(("applying", "undoing")))
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(TerminalImport.id)).mappings().all()
        return [
            TerminalRun(
                row["id"],
                row["began"],
                row["state"],
                row["actor"],
                tuple(file["file_name"] for file in row["files"]),
            )
            for row in rows
        ]

    def begin(
        self,
        connection: Connection,
        planned: Sequence[PlannedUnits],
        gtins: set[str],
        *,
        who: AuditActor,
        reason: str,
        keep_good: bool,
        others: Sequence[int],
    ) -> int:
        """Write down that the run begins, in the transaction that puts the other lists in; its number."""
        now = self._clock()
        files = [
            {
                "file_name": each.origin.file_name,
                "sha256": each.origin.sha256,
                "plan": str(each.plan),
                "plan_sha256": each.plan_sha256,
                "unchanged": each.unchanged,
                "refused": each.refused,
                "import_id": None,
            }
            for each in planned
        ]
        values = {
            "began": now,
            "moved": now,
            "actor": who.name,
            "reason": reason,
            "state": "applying",
            "keep_good": keep_good,
            "files": files,
            "place": 0,
            "cursor": 0,
            "others": list(others),
            "already": [],
        }
        number = connection.execute(
            insert(TerminalImport).values(values).returning(TerminalImport.id)
        ).scalar_one()
        concerned = sorted(gtins)
        for first in range(0, len(concerned), _ASKED_AT_ONCE):
            some = concerned[first : first + _ASKED_AT_ONCE]
            connection.execute(update(Product).where(Product.gtin.in_(some)).values(importing=number))
        return int(number)

    def carry_on(self, number: int) -> RunOutcome:
        """Put the pieces that are left on record. When a unit cannot be taken any more, all is undone.

        With `keep_good`, such units are left out instead. Raises NOT_FOUND for a run that is not waiting, or
        whose plan is gone, CONFLICT for a plan that was changed.
        """
        row = self._row(number, "applying")
        units, refused = 0, list[tuple[int, Sequence[VialcheckError]]]()
        for file in row["files"]:
            require_plan(Path(file["plan"]), file["plan_sha256"])
        careful, tries = False, 0
        while True:
            began = time.monotonic()
            try:
                done, new, out = self._put_next(number, careful=careful)
            except (_OthersWroteError, IntegrityError):
                if careful:
                    raise
                careful = True
                continue
            except UnavailableError:
                tries += 1
                if tries == _MOST_TRIES:
                    raise
                time.sleep(_AGAIN)
                continue
            careful, tries = False, 0
            units += new
            refused += out
            if out and not row["keep_good"]:
                self.undo(number)
                return RunOutcome(0, tuple(refused))
            if done:
                return RunOutcome(units, tuple(refused))
            self._pause(began)

    def _put_next(
        self, number: int, *, careful: bool
    ) -> tuple[bool, int, list[tuple[int, Sequence[VialcheckError]]]]:
        """Put the next piece in: whether it was the last, how many units are new, which rows are refused."""
        with self._database.transaction() as connection:
            self._database.advisory_lock(connection, LOCK)
            row = self._locked(connection, number, "applying")
            files, place = row["files"], row["place"]
            if place == len(files):
                self._finish(connection, number, "done")
                return True, 0, []
            file = files[place]
            with ImportPlan(Path(file["plan"])) as plan:
                piece = plan.piece(row["cursor"])
                if piece is None:
                    self._close_import(connection, file)
                    last = place + 1 == len(files)
                    self._move(connection, number, place=place + 1, cursor=0)
                    if last:
                        self._finish(connection, number, "done")
                    return last, 0, []
                journal = self._journal(connection, row, file)
                self._targets = self._targets or UnitTargets(connection)
                refused = put_on_record(
                    connection, plan.header, piece, journal, targets=self._targets, careful=careful
                )
            if journal.counts.unchanged and not careful:
                raise _OthersWroteError
            journal.write()
            file["import_id"] = journal.import_id
            self._count(connection, journal, refused)
            already = [*row["already"], *map(list, refused.already)]
            self._move(connection, number, cursor=piece.after, files=files, already=already)
            return False, journal.counts.new, sorted(refused.errors, key=lambda each: each[0])

    def undo(self, number: int) -> RunOutcome:
        """Take back what a run has put in, as far as nothing was built on it; the rest is named.

        Raises NOT_FOUND for a run that is not waiting or whose plan is gone, CONFLICT for a changed plan.
        """
        row = self._row(number, "applying", "undoing")
        for file in row["files"]:
            require_plan(Path(file["plan"]), file["plan_sha256"])
        with self._database.transaction() as connection:
            self._locked(connection, number, "applying", "undoing")
            self._move(connection, number, state="undoing")
        units, left = 0, 0
        others = {(product, serial) for product, serial in row["already"]}
        for place, file in enumerate(row["files"][: row["place"] + 1]):
            behind = row["cursor"] if place == row["place"] else None
            with ImportPlan(Path(file["plan"])) as plan:
                cursor = 0
                while (piece := plan.piece(cursor)) is not None and (behind is None or cursor < behind):
                    began = time.monotonic()
                    taken, kept = self._take_back(number, file, piece, others)
                    units, left, cursor = units + taken, left + kept, piece.after
                    self._pause(began)
        names = self._take_back_records(number, row)
        if left:
            names.insert(0, f"{left:,} units that have been used or moved since")
        return RunOutcome(units, left=tuple(names))

    def _pause(self, began: float) -> None:
        """Leave the database to others for a part of the time since `began` (time.monotonic)."""
        if self._database.one_writer:
            time.sleep((time.monotonic() - began) * _PAUSE)

    def _take_back(
        self, number: int, file: dict[str, Any], piece: PlanPiece, others: set[tuple[int, str]]
    ) -> tuple[int, int]:
        """Remove the units of a piece that are as they were put in: how many went, and how many stay."""
        gone: dict[str, int] = {}
        kept = 0
        with self._database.transaction() as connection:
            self._database.advisory_lock(connection, LOCK)
            row = self._locked(connection, number, "undoing")
            targets = UnitTargets(connection)
            for group in piece.groups:
                target = targets.find(group.what)
                if not isinstance(target, UnitTarget):
                    continue
                own = [
                    serial
                    for serial in json.loads(group.serials)
                    if not others or (target.product_id, serial) not in others
                ]
                count = take_back(
                    connection,
                    json.dumps(own),
                    product_id=target.product_id,
                    batch_id=target.batch_id,
                    disposition=(target.disposition or Disposition.ACTIVE).number,
                )
                gone[target.name] = gone.get(target.name, 0) + count.removed
                kept += count.kept
            changes = [
                AuditChange("withdraw", "batch", name, {"units": count}, None)
                for name, count in gone.items()
                if count
            ]
            self._write_down(connection, row, changes, file["import_id"])
        return sum(gone.values()), kept

    def _take_back_records(self, number: int, row: sa.RowMapping) -> list[str]:
        """Remove the batches, products and others that the run alone put in; what has to stay, by name."""
        with self._database.transaction() as connection:
            self._database.advisory_lock(connection, LOCK)
            self._locked(connection, number, "undoing")
            self._finish(connection, number, "undone")
            entries = connection.execute(
                select(AuditEntry.__table__)
                .where(AuditEntry.import_id.in_(row["others"]))
                .order_by(AuditEntry.id.desc())
            ).mappings()
            left: list[str] = []
            changes: list[AuditChange] = []
            for entry in entries.all():
                action, kind, name = entry["action"], entry["object_type"], entry["object_id"]
                if action == "create" and remove_record(connection, kind, name, row["others"]):
                    changes.append(AuditChange("withdraw", kind, name, None, None))
                elif kind == "product" and unmark_list(connection, name, entry["before"], entry["after"]):
                    changes.append(AuditChange("withdraw", kind, name, entry["after"], entry["before"]))
                else:
                    left.append(f"{kind} {name}" + ("" if action == "create" else f" ({action})"))
            self._write_down(connection, row, changes, row["others"][0] if row["others"] else None)
        return left

    def _write_down(
        self,
        connection: Connection,
        row: sa.RowMapping,
        changes: Sequence[AuditChange],
        import_id: int | None,
    ) -> None:
        if changes:
            reason = f"undone: {row['reason']}"[:2000]
            who = AuditActor(row["actor"])
            write_down(connection, changes, who=who, at=self._clock(), reason=reason, import_id=import_id)

    def _journal(self, connection: Connection, row: sa.RowMapping, file: dict[str, Any]) -> ImportJournal:
        return ImportJournal(
            connection,
            ImportOrigin(file["file_name"], file["sha256"], ListKind.UNITS),
            at=self._clock(),
            who=AuditActor(row["actor"]),
            reason=row["reason"],
            import_id=file["import_id"],
        )

    @staticmethod
    def _count(connection: Connection, journal: ImportJournal, refused: PlanRefused) -> None:
        if journal.import_id is not None:
            connection.execute(
                update(Import)
                .where(Import.id == journal.import_id)
                .values(
                    rows_new=Import.rows_new + journal.counts.new,
                    rows_unchanged=Import.rows_unchanged + journal.counts.unchanged,
                    rows_refused=Import.rows_refused + len(refused.rows),
                )
            )

    @staticmethod
    def _close_import(connection: Connection, file: dict[str, Any]) -> None:
        """Add the rows that had nothing to do, or were refused before anything was put in."""
        if file["import_id"] is not None:
            connection.execute(
                update(Import)
                .where(Import.id == file["import_id"])
                .values(
                    rows_unchanged=Import.rows_unchanged + file["unchanged"],
                    rows_refused=Import.rows_refused + file["refused"],
                )
            )

    def _finish(self, connection: Connection, number: int, state: str) -> None:
        find_owning_lots_of(connection, select(Product.id).where(Product.importing == number))
        connection.execute(update(Product).where(Product.importing == number).values(importing=None))
        self._move(connection, number, state=state)

    def _move(self, connection: Connection, number: int, **values: Any) -> None:
        statement = update(TerminalImport).where(TerminalImport.id == number)
        connection.execute(statement.values(moved=self._clock(), **values))

    def _row(self, number: int, *states: str) -> sa.RowMapping:
        with self._database.reading() as connection:
            return self._found(connection, number, states, for_update=False)

    def _locked(self, connection: Connection, number: int, *states: str) -> sa.RowMapping:
        return self._found(connection, number, states, for_update=True)

    @staticmethod
    def _found(
        connection: Connection, number: int, states: Sequence[str], *, for_update: bool
    ) -> sa.RowMapping:
        statement = select(TerminalImport.__table__).where(TerminalImport.id == number)
        if for_update:
            statement = statement.with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        if row is None or row["state"] not in states:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), field="import")
        return row


_ASKED_AT_ONCE = 500
