"""Imports lists of products, batches and alerts: reads them in chunks and merges each row into the record.

A first pass, without any lock, reads every row and finds those that contradict each other: neither of two is
taken, because the file does not tell which is right. What the rows say is kept for the transaction, which
then only merges: reading takes three times as long, and others would wait for it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection

from service.errors import ConflictError, ErrorCode, VialcheckError
from service.registry.lists.cells import Cells
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.readers import Row, Table
from service.registry.lists.rejected_rows import RejectedRows

CHUNK = 500
"""Rows for which the record is asked at once."""

MOST_KEPT = 50_000
"""Rows of which the first pass keeps what they say (about 1 KB each); a longer list is read once more."""

Meter = Callable[[int], None]
"""Told how many bytes of the file are read."""

Refused = dict[int, Sequence[VialcheckError]]
"""By line, why a row was not taken."""

F = TypeVar("F")


class RowHandler(Protocol[F]):
    """One kind of list."""

    def parse(self, cells: Cells) -> F | None:
        """What the row says, or None with its problems in `cells`."""

    def key(self, facts: F) -> Hashable:
        """What the row speaks of; two rows of one key have to say the same. None: each speaks for itself."""

    def store(self, connection: Connection, rows: Sequence[tuple[int, F]], journal: ImportJournal) -> Refused:
        """Merge the rows (line, facts) into the record, count them, and return those that were not taken."""


class ListImporter(Generic[F]):
    """One list on its way in."""

    def __init__(self, table: Table, handler: RowHandler[F]) -> None:
        self._table = table
        self._handler = handler
        self._contradicted: Mapping[int, int] = {}
        self._kept: list[tuple[int, list[str], F | Cells]] | None = None

    def prepare(self, refusals: RejectedRows, meter: Meter) -> None:  # noqa: ARG002 (units refuse rows here)
        """Find the rows that contradict each other."""
        self._kept = None
        first: dict[Hashable, tuple[int, int]] = {}
        contradicted: dict[int, int] = {}
        for line, key, said in self._keyed(meter):
            earlier, earlier_said = first.setdefault(key, (line, said))
            if said != earlier_said:
                contradicted.setdefault(earlier, line)
                contradicted[line] = earlier
        if contradicted:  # a row that only repeats the first of the two is no better than it
            for line, key, _ in self._keyed(lambda _: None):
                if first[key][0] in contradicted and line not in contradicted:
                    contradicted[line] = contradicted[first[key][0]]
        self._contradicted = contradicted

    def _keyed(self, meter: Meter) -> Iterator[tuple[int, Hashable, int]]:
        """Line, what the readable row speaks of, and a number that stands for what it says."""
        for line, _, facts in self._facts(meter):
            if not isinstance(facts, Cells) and (key := self._handler.key(facts)) is not None:
                yield line, key, hash(facts)

    def apply(
        self, connection: Connection, journal: ImportJournal, refusals: RejectedRows, meter: Meter
    ) -> None:
        """Merge the rows into the record."""
        for chunk in self.chunks(meter):
            self.merge(connection, chunk, journal, refusals)
            journal.write()

    def readable(self) -> Iterator[F]:
        """What each row says that can be read, whether or not another row contradicts it."""
        for _, _, facts in self._facts(lambda _: None):
            if not isinstance(facts, Cells):
                yield facts

    def chunks(self, meter: Meter) -> Iterator[list[tuple[int, list[str], F | Cells]]]:
        """The rows in pieces of `CHUNK`, as `merge` takes them: line, cells, what they say."""
        facts = self._facts(meter)
        while chunk := list(islice(facts, CHUNK)):
            yield chunk

    def merge(
        self,
        connection: Connection,
        chunk: Iterable[tuple[int, list[str], F | Cells]],
        journal: ImportJournal,
        refusals: RejectedRows,
    ) -> None:
        """Merge one piece into the record."""
        refused: Refused = {}
        rows: list[tuple[int, F]] = []
        for line, _, each in chunk:
            if isinstance(each, Cells):
                refused[line] = each.problems
            elif line in self._contradicted:
                refused[line] = [_other_row(self._contradicted[line])]
            else:
                rows.append((line, each))
        if rows:
            refused |= self._handler.store(connection, rows, journal)
        for line in sorted(refused):
            refusals.add(line, refused[line])

    def _facts(self, meter: Meter) -> Iterator[tuple[int, list[str], F | Cells]]:
        """What each row says; its cells when they cannot be read. Blank rows and totals are left out."""
        if self._kept is not None:
            yield from self._kept
            meter(self._table.size)
            return
        kept: list[tuple[int, list[str], F | Cells]] = []
        for each in self._read(meter):
            if len(kept) <= MOST_KEPT:
                kept.append(each)
            yield each
        if len(kept) <= MOST_KEPT:
            self._kept = kept

    def _read(self, meter: Meter) -> Iterator[tuple[int, list[str], F | Cells]]:
        for line, row in metered(self._table, meter):
            if self._table.is_row(line, row):
                cells = Cells(self._table.header, row)
                facts = self._handler.parse(cells)
                yield line, row, cells if facts is None or cells.problems else facts


def metered(table: Table, meter: Meter) -> Iterator[Row]:
    """The rows, telling now and then how far reading has come."""
    rows = table.rows()
    while some := list(islice(rows, CHUNK)):
        yield from some
        meter(table.position)
    meter(table.size)


def _other_row(line: int) -> VialcheckError:
    expected = f"the same as on line {line} of this file, which says something else about it"
    return ConflictError(ErrorCode.CONFLICT, expected=expected, field="row")


def distinct(values: Iterable[Any]) -> list[Any]:
    """Each value once, in the order of the first."""
    return list(dict.fromkeys(values))
