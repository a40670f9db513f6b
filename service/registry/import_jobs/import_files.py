"""Puts the files of one command on record: all of them or nothing, unless told otherwise.

Files go in by their kind (products, batches, units, alerts), whatever their order in the command: each kind
needs the ones before it.

1. Every file is read and checked without the record.
2. Units are compared with the record, and with the other files of the command, in a snapshot; what is new
   becomes a plan, as for imports in a browser.
3. One short transaction puts the other lists in, and the units too when they are few. It is rolled back when
   anything was refused.
4. Many units follow in pieces (`terminal_runs`).
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from service.errors import ConflictError, ErrorCode, IdentifierError, RefusedError
from service.registry.import_jobs.file_import import FileImport, FileOutcome
from service.registry.import_jobs.terminal_runs import LOCK, TerminalRuns
from service.registry.lists.cells import free_text
from service.registry.lists.columns import ListHints
from service.registry.lists.kinds.unit_targets import ComingRecords
from service.storage.audit import AuditActor
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of the files, in the order in which they went in.

    `committed`: the good rows are on record, on disk. Otherwise nothing was changed, and the counts say what
    would have been.
    """

    files: tuple[FileOutcome, ...]
    committed: bool

    @property
    def good(self) -> bool:
        """Whether nothing was refused."""
        return all(file.good for file in self.files)

    @property
    def changes_nothing(self) -> bool:
        """Whether all that the files say was on record before."""
        return not any(file.new or file.changed for file in self.files)


class _UndoneError(Exception):
    """Rolls the transaction back: a dry run, or something was refused."""


def run(  # noqa: PLR0913 (all but the first two are named)
    database: Database,
    files: Sequence[Path],
    *,
    who: AuditActor,
    reason: str,
    dry_run: bool = False,
    keep_good: bool = False,
    errors: Path | None = None,
    hints: ListHints = ListHints(),  # noqa: B008 (frozen)
    plans: Path | None = None,
    progress: Callable[[int], None] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ImportOutcome:
    """Put the files in, and say what became of each row.

    `who` and `reason` go into the audit. `errors` is where the refused rows of the one file go (default:
    beside each file, named `….refused.csv`). `hints`: what is said of the lists' columns and sheets, and the
    answers to questions about them; rows that an open question is about are refused. `plans` is the folder
    where the plan of many units lies until they are on record; without one, an import that is interrupted can
    be imported again and not resumed. `progress` is told how many more bytes were read. Raises
    UnavailableError when the database is busy or away (nothing was changed then), VALUE_INVALID for an
    `errors` that would overwrite a list, VALUE_MISSING for a `who` without a name.
    """
    _require_place_for(errors, files)
    who, reason = replace(who, name=_said("actor", who.name, 200)), _said("reason", reason, 2000)
    runs = TerminalRuns(database, clock)
    with ExitStack() as stack:
        works = [stack.enter_context(FileImport(path, hints, progress or _unheard)) for path in files]
        works.sort(key=FileImport.turn)
        for work in works:
            work.prepare()
        folder = plans or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        units = [work for work in works if work.has_units]
        committed, number = False, None
        with ExitStack() as reading, suppress(_UndoneError), _said_plainly():
            if units:
                coming, snapshot = _coming(works), reading.enter_context(database.reading())
                for work in units:
                    work.compare(snapshot, coming, folder)
            with database.transaction() as connection:
                database.advisory_lock(connection, LOCK)
                for work in works:
                    work.apply(connection, at=clock(), who=who, reason=reason)
                _require(works, keep_good=keep_good, dry_run=dry_run)
                if sum(work.pieces for work in units) > 1:
                    number = _begun(runs, connection, works, who=who, reason=reason, keep_good=keep_good)
                else:
                    for work in units:
                        work.put_in(connection, at=clock(), who=who, reason=reason)
                    _require(works, keep_good=keep_good)
            committed = True
        if number is not None:
            committed = _carried_on(runs, number, units, keep_good=keep_good)
        for work in units:
            work.remove_plan()
        outcomes = tuple(work.outcome(errors) for work in works)
    return ImportOutcome(outcomes, committed)


def _require(works: Sequence[FileImport], *, keep_good: bool, dry_run: bool = False) -> None:
    """Roll the transaction back for a dry run, or when something was refused."""
    if dry_run or not (keep_good or all(work.good for work in works)):
        raise _UndoneError


def _begun(
    runs: TerminalRuns,
    connection: Connection,
    works: Sequence[FileImport],
    *,
    who: AuditActor,
    reason: str,
    keep_good: bool,
) -> int:
    """Begin to put units in piece by piece; the number of the run."""
    planned = [work for work in works if work.pieces]
    return runs.begin(
        connection,
        [work.planned() for work in planned],
        {gtin for work in planned for gtin in work.gtins},
        who=who,
        reason=reason,
        keep_good=keep_good,
        others=[work.import_id for work in works if work.import_id is not None],
    )


def _coming(works: Sequence[FileImport]) -> ComingRecords:
    """What the lists of products and batches will put on record."""
    coming = ComingRecords()
    for work in works:
        work.announce(coming)
    return coming


def _carried_on(runs: TerminalRuns, number: int, units: Sequence[FileImport], *, keep_good: bool) -> bool:
    """Put the pieces in; whether they are on record. Units that others put in meanwhile are refused."""
    outcome = runs.carry_on(number)
    if outcome.refused:
        units[-1].refuse_late(outcome.refused)
    return keep_good or not outcome.refused


def _unheard(_: int) -> None:
    """The progress of an import whose caller does not ask for it."""


def _said(field: str, text: str, longest: int) -> str:
    """What goes into the audit, in one line."""
    try:
        said = free_text(text, longest)
    except IdentifierError as error:
        error.field = field
        raise
    if not said:
        raise RefusedError(ErrorCode.VALUE_MISSING, field=field)
    return said


def _require_place_for(errors: Path | None, files: Sequence[Path]) -> None:
    if errors is None:
        return
    if len(files) > 1 or (errors.exists() and any(errors.samefile(file) for file in files if file.exists())):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=str(errors),
            expected="one list at a time, and a file for its refused rows that is not the list itself",
            field="errors",
        )


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Raise CONFLICT for what the database's constraints refused because of a concurrent write."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(ErrorCode.CONFLICT, found=str(error.orig)) from error
