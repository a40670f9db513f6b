"""Prepared statements: rendered once per dialect, then passed directly to the driver.

SQLAlchemy defines the statement and converts its values, as always; what is saved is its work of building an
execution for each call (about 40 µs, several times the database's own time).

Rows of a select over `FACTS` alone are kept for as long as the facts' version is the same: each snapshot
knows the version that it sees, and rows of another version are not used.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Dialect, Insert, Select, Table
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import visitors

from service.storage.models import FACTS

T = TypeVar("T")

Row = tuple[Any, ...]
Statement = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]

_KEPT = 4096


class VersionedFacts:
    """Rows read of one version of the facts. `version` is unique for every state that the
    records ever had.
    """

    __slots__ = ("kept", "version")

    def __init__(self, version: str | None) -> None:
        self.version = version
        self.kept: dict[Any, Any] = {}

    def keep(self, key: object, value: T) -> T:
        """Keep a value that follows from this version of the facts alone, and return the one that is kept."""
        return _keep(self.kept, key, value)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection of the driver inside one read-only transaction (`Database.snapshot`).

    `facts`: what was read before of the same version of the facts.
    """

    dialect: Dialect
    driver: Any
    facts: VersionedFacts


def within(connection: Connection) -> Snapshot:
    """Return a snapshot for `PreparedSelect` that sees what the transaction of `connection` has written so
    far.
    """
    return Snapshot(connection.dialect, connection.connection.driver_connection, VersionedFacts(None))


@dataclass(frozen=True, slots=True)
class Part:
    """Adjacent columns of a select, and the frozen value made from them.

    The first column is never null in a row that exists: null means an outer join without a match.
    """

    columns: tuple[Any, ...]
    make: Callable[..., Any]


class PreparedSelect:
    """A select with named parameters, whose rows are made of parts and single columns between them."""

    def __init__(self, statement: Statement, *parts: Part) -> None:
        self._statement = statement
        self._parts = parts
        self._rendered: dict[str, _Rendered] = {}

    # Both are computed on first use, so that importing costs nothing.
    @cached_property
    def of_facts(self) -> bool:
        """Whether it reads only `FACTS`, so that its rows may be kept."""
        tables = (each for each in visitors.iterate(self._statement) if isinstance(each, Table))
        return all(table.name in FACTS for table in tables)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._statement.compile().params)

    def rows(self, snapshot: Snapshot, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Return all rows: one value for each part, then the remaining columns, converted by the models'
        types.
        """
        if not self.of_facts:
            return self.read(snapshot.dialect, snapshot.driver, values)
        key = (self, *[values.get(name) for name in self._names])
        kept = snapshot.facts.kept
        found: tuple[Row, ...] | None = kept.get(key)
        return (
            found
            if found is not None
            else _keep(kept, key, self.read(snapshot.dialect, snapshot.driver, values))
        )

    def indexed(self, snapshot: Snapshot, make: Callable[[tuple[Row, ...]], T]) -> T:
        """Return `make(rows)` for a select of facts without parameters, computed once for each version."""
        kept, key = snapshot.facts.kept, (self, make)
        found: T | None = kept.get(key)
        return found if found is not None else _keep(kept, key, make(self.rows(snapshot, {})))

    def read(self, dialect: Dialect, driver: Any, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Return the rows from a connection of the driver, without looking at kept ones."""
        rendered = self._rendered.get(dialect.name)
        if rendered is None:
            rendered = _Rendered(self._statement, self._parts, dialect)
            self._rendered[dialect.name] = rendered
        return rendered.rows(driver, values)


def _keep(kept: dict[Any, Any], key: object, value: T) -> T:
    if len(kept) >= _KEPT:
        kept.clear()  # the questions vary too much for keeping to pay
    kept[key] = value
    return value


class _Rendered:
    """The text, the order of its parameters, and how a row's values are converted."""

    def __init__(self, statement: Statement, parts: Iterable[Part], dialect: Dialect) -> None:
        assert isinstance(dialect, DefaultDialect)  # noqa: S101 (for the type checker)
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._given = _picker(compiled.positiontup) if compiled.positiontup is not None else dict
        self._converters: list[Callable[[Row], Any]] = []
        columns, at = list(statement.selected_columns), 0
        for part in parts:
            end = at + len(part.columns)
            self._converters.append(
                _part_maker(slice(at, end), _processors(columns[at:end], dialect), part.make)
            )
            at = end
        for place in range(at, len(columns)):
            self._converters.append(_column_reader(place, *_processors([columns[place]], dialect)))

    def rows(self, driver: Any, values: Mapping[str, Any]) -> tuple[Row, ...]:
        given = self._given({**self._fixed, **values} if self._fixed else values)
        converters = self._converters
        rows = driver.execute(self._text, given).fetchall()
        return tuple([tuple([turn(row) for turn in converters]) for row in rows])


def _picker(names: Sequence[str]) -> Callable[[Any], Any]:
    """Return a function that picks values by name, in the driver's order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda known: [known[name] for name in names]


Processor = Callable[[Any], Any] | None


def _processors(columns: Iterable[ColumnElement[Any]], dialect: Dialect) -> list[Processor]:
    return [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]


def _part_maker(place: slice, processors: list[Processor], make: Callable[..., Any]) -> Callable[[Row], Any]:
    """Return a function that makes the part's value from the columns at `place`.

    Equal columns make an equal frozen value, so the latest are kept: most checks ask for a recent product and
    lot, and making the values again takes longer than the select.
    """

    @lru_cache(maxsize=_KEPT)
    def made(raw: Row) -> Any:
        if raw[0] is None:
            return None
        pairs = zip(raw, processors, strict=True)
        return make(*(value if turn is None else turn(value) for value, turn in pairs))

    cut = itemgetter(place)
    return lambda row: made(cut(row))


def _column_reader(place: int, processor: Processor) -> Callable[[Row], Any]:
    column = itemgetter(place)
    if processor is None:
        return column
    return lambda row: processor(column(row))


class PreparedInsert:
    """An INSERT of whole rows, rendered once per dialect; the statement says which conflicts are ignored."""

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        assert isinstance(dialect, DefaultDialect)  # noqa: S101 (for the type checker)
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._positional = compiled.positiontup is not None
        columns = statement.table.columns
        self._converters = [
            (name, columns[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or list(compiled.params)
        ]

    def rows(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert rows that have every column, within the connection's transaction. Return how many were
        inserted.
        """
        given = [self._given(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            self._insert(cursor, given)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _given(self, row: Mapping[str, Any]) -> list[Any]:
        return [row[name] if turn is None else turn(row[name]) for name, turn in self._converters]

    def _insert(self, cursor: Any, given: list[list[Any]]) -> None:
        if self._positional:
            cursor.executemany(self._text, given)
            return
        names = [name for name, _ in self._converters]
        cursor.executemany(self._text, [dict(zip(names, values, strict=True)) for values in given])
