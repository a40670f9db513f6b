"""One file of a command at a terminal: opened, checked, put on record, and what became of it."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from sqlalchemy import Connection

from service.errors import ConflictError, RefusedError, VialcheckError
from service.registry.alerts.openfda import OpenFda, OpenFdaNotices, looks_like_json
from service.registry.import_jobs.previews.preview_units import OverfullLot
from service.registry.import_jobs.terminal_runs import PlannedUnits
from service.registry.import_jobs.unit_import import UnitImport
from service.registry.lists.columns import ListHints, ListKind
from service.registry.lists.conventions.questions import ColumnQuestion, examine
from service.registry.lists.import_journal import ImportCounts, ImportJournal, ImportOrigin
from service.registry.lists.kinds.batches import BatchFacts
from service.registry.lists.kinds.products import ProductFacts
from service.registry.lists.kinds.unit_targets import ComingRecords
from service.registry.lists.list_importer import ListImporter, Meter
from service.registry.lists.list_kinds import list_importer
from service.registry.lists.list_notes import ListNotes, notes_of
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import (
    SHOWN,
    RejectedRows,
    RejectionCause,
    RowError,
    causes_of,
    write,
)
from service.storage.audit import AuditActor

_NO_NOTES = ListNotes()


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `error`: the file as a whole was refused. `errors`: the first row errors.

    `waiting`: batches, of a manufacturer that asks for it, that a second person has to release.
    `refused_file` has all refused rows with their reasons; None when there are none, or when it could not be
    written (`unwritten` says why). `overfull`: lots of which the list has more units than their quantity.
    """

    path: Path
    kind: ListKind | None = None
    encoding: str = ""
    delimiter: str = ""
    ignored_columns: tuple[str, ...] = ()
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    waiting: int = 0
    errors: tuple[RowError, ...] = ()
    refused_file: Path | None = None
    unwritten: str = ""
    error: VialcheckError | None = None
    questions: tuple[ColumnQuestion, ...] = ()
    notes: ListNotes = _NO_NOTES
    causes: tuple[RejectionCause, ...] = ()
    overfull: tuple[OverfullLot, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing in it was refused, and nothing has to be asked about it."""
        return self.error is None and not self.refused and not self.questions


def _opened(path: Path, hints: ListHints, stack: ExitStack) -> Table | OpenFda:
    return OpenFda(path) if looks_like_json(path) else stack.enter_context(Table(path, hints))


class _Incoming(Protocol):
    """A list that is not of units, on its way in."""

    def prepare(self, refusals: RejectedRows, meter: Meter) -> None:
        """What can be done without the record."""

    def apply(
        self, connection: Connection, journal: ImportJournal, refusals: RejectedRows, meter: Meter
    ) -> None:
        """The rest, in the transaction."""


class FileImport:
    """One file on its way. What refuses it as a whole is kept, not raised: the others are looked at too."""

    def __init__(self, path: Path, hints: ListHints, progress: Callable[[int], None]) -> None:
        self._path = path
        self._hints = hints
        self._questions: list[ColumnQuestion] = []
        self._stack = ExitStack()
        self._progress = progress
        self._told = 0
        self._counts = ImportCounts()
        self._error: VialcheckError | None = None
        self._table: Table | OpenFda | None = None
        self._incoming: _Incoming | None = None
        self._units: UnitImport | None = None
        self.import_id: int | None = None
        """The number of its row in `import`, of a list that is not of units."""

    def __enter__(self) -> Self:
        try:
            table = self._table = _opened(self._path, self._hints, self._stack)
            if isinstance(table, Table):
                self._questions = examine(table, self._hints.answers)
        except RefusedError as error:
            self._error = error
            return self
        self._early = self._stack.enter_context(RejectedRows(table.header))
        self._late = self._stack.enter_context(RejectedRows(table.header))
        self._last = self._stack.enter_context(RejectedRows(table.header))
        if isinstance(table, OpenFda):
            self._incoming = OpenFdaNotices(table)
        elif table.header.kind is ListKind.UNITS:
            self._units = self._stack.enter_context(UnitImport(table))
        else:
            self._incoming = list_importer(table)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def good(self) -> bool:
        """Whether nothing was refused so far, and no question about a column is open."""
        return not (self._error or self._questions or self._refused)

    @property
    def _refused(self) -> int:
        return self._early.count + self._late.count + self._last.count

    @property
    def has_units(self) -> bool:
        """Whether it is a list of units that can be read."""
        return self._units is not None and self._error is None

    @property
    def pieces(self) -> int:
        """In how many pieces its units go on record."""
        return self._units.pieces if self._units is not None and self._error is None else 0

    @property
    def gtins(self) -> set[str]:
        """The products of which it has new units."""
        return self._units.counts.gtins if self._units is not None else set()

    def turn(self) -> int:
        """When it goes in: by its kind."""
        return list(ListKind).index(self._table.header.kind) if self._table else -1

    def prepare(self) -> None:
        """Read and check without the record."""
        if self._error is None:
            incoming = self._units or self._incoming
            assert incoming is not None  # noqa: S101 (opened)
            try:
                incoming.prepare(self._early, lambda position: self._tell(position, 0))
            except RefusedError as error:
                self._error = error

    def announce(self, coming: ComingRecords) -> None:
        """Name the products and batches that it will put on record."""
        if self._error is None and isinstance(self._incoming, ListImporter):
            for facts in self._incoming.readable():
                if isinstance(facts, ProductFacts):
                    coming.products.add(facts.gtin)
                elif isinstance(facts, BatchFacts):
                    alike = coming.batches.setdefault((facts.gtin, facts.lot.key), {})
                    alike[facts.lot.printed] = facts.expiry

    def compare(self, snapshot: Connection, coming: ComingRecords, folder: Path) -> None:
        """Compare the units with the record and what is coming; plan what is new."""
        if self._units is None or self._error is not None:
            return
        try:
            self._units.compare(
                snapshot, coming, folder, self._late, lambda position: self._tell(position, 1)
            )
        except ConflictError as error:
            self._error = error

    def apply(self, connection: Connection, *, at: datetime, who: AuditActor, reason: str) -> None:
        """Put in what is good; nothing of a file that is refused as a whole. Of units, only look again."""
        if self._error is not None or self._table is None:
            return
        if self._units is not None:
            self._units.confirm(connection, self._last)
            return
        assert self._incoming is not None  # noqa: S101 (opened)
        journal = ImportJournal(connection, ImportOrigin.of(self._table), at=at, who=who, reason=reason)
        try:
            with connection.begin_nested():
                self._incoming.apply(
                    connection, journal, self._late, lambda position: self._tell(position, 1)
                )
                journal.counts.refused = self._refused
                journal.close()
        except (RefusedError, ConflictError) as error:
            self._error = error
        else:
            self._counts, self.import_id = journal.counts, journal.import_id

    def put_in(self, connection: Connection, *, at: datetime, who: AuditActor, reason: str) -> None:
        """Put the units in, when all of them are one piece."""
        if self._units is not None and self._table is not None and self._error is None:
            journal = ImportJournal(connection, ImportOrigin.of(self._table), at=at, who=who, reason=reason)
            self._units.put_in(connection, journal, self._last, self._refused)

    def planned(self) -> PlannedUnits:
        """The plan of its units."""
        assert self._units is not None  # noqa: S101 (has pieces)
        return self._units.planned(self._refused)

    def refuse_late(self, refused: Sequence[tuple[int, Sequence[VialcheckError]]]) -> None:
        """Refuse rows whose units others have put in while this file was going in."""
        for line, errors in refused:
            self._last.add(line, errors)

    def remove_plan(self) -> None:
        """Let go of the plan: its units are on record, or will not be."""
        if self._units is not None:
            self._units.remove_plan()

    def outcome(self, errors: Path | None) -> FileOutcome:
        """What became of the file; writes its refused rows."""
        if self._table is None or self._error is not None:
            return FileOutcome(self._path, error=self._error)
        notes = notes_of(self._table) if isinstance(self._table, Table) else ListNotes()
        header, counts = self._table.header, self._counts
        if self._units is not None:
            counts = ImportCounts(self._units.counts.new, 0, self._units.counts.unchanged)
        counts.refused = self._refused
        refused_file, unwritten = self._write_refused(errors)
        first = self._early.first + self._late.first + self._last.first
        return FileOutcome(
            self._path,
            header.kind,
            encoding=self._table.encoding,
            delimiter=self._table.delimiter,
            ignored_columns=header.ignored,
            new=counts.new,
            changed=counts.changed,
            unchanged=counts.unchanged,
            refused=counts.refused,
            waiting=counts.waiting,
            errors=tuple(sorted(first, key=lambda each: each.line)[:SHOWN]),
            refused_file=refused_file,
            unwritten=unwritten,
            questions=tuple(self._questions),
            notes=notes,
            causes=tuple(causes_of(self._early, self._late, self._last)),
            overfull=tuple(self._units.counts.overfull) if self._units is not None else (),
        )

    def _write_refused(self, errors: Path | None) -> tuple[Path | None, str]:
        if self._table is None or not self._refused:
            return None, ""
        path = errors or self._path.with_name(f"{self._path.stem}.refused.csv")
        try:
            write(self._table, path, self._early, self._late, self._last)
        except OSError as error:
            return None, f"{path}: {error.strerror}"
        return path, ""

    def _tell(self, position: int, finished_passes: int) -> None:
        """Each file is read twice, and each pass is half of its bytes."""
        size = self._table.size if self._table else 0
        done = (finished_passes * size + position) // 2
        if done > self._told:
            self._progress(done - self._told)
            self._told = done
