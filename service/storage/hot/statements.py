"""What runs on every check: rendered once for a dialect, then handed straight to the driver.

SQLAlchemy describes the statement and turns its values into ours, as always; only its work of building
an execution anew for each call (about 40 µs, several times what the database takes) is left out.

What a select over `FACTS` alone gave is kept for as long as these stay as they are: every snapshot knows the
version of the facts that it sees, and what was read under another version is not looked at.
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
    """What was read of one version of the facts. `version` is unique for each state of the records ever."""

    __slots__ = ("kept", "version")

    def __init__(self, version: str | None) -> None:
        self.version = version
        self.kept: dict[Any, Any] = {}

    def keep(self, key: object, value: T) -> T:
        """Keep what follows from the facts alone, whichever moment of this version it was made at."""
        return _keep(self.kept, key, value)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection of the driver's, inside one transaction that only reads (`Database.snapshot`).

    `facts` holds what was read before of the very state of the records that this transaction sees.
    """

    dialect: Dialect
    driver: Any
    facts: VersionedFacts


def within(connection: Connection) -> Snapshot:
    """For `PreparedSelect` selects that have to see what a transaction has written so far."""
    return Snapshot(connection.dialect, connection.connection.driver_connection, VersionedFacts(None))


@dataclass(frozen=True, slots=True)
class Part:
    """Columns that stand side by side in a select, and the frozen value that they make.

    The first one is never null where there is a row: null there is an outer join that found nothing.
    """

    columns: tuple[Any, ...]
    make: Callable[..., Any]


class PreparedSelect:
    """One select with named parameters, whose rows are made of parts and of single columns in between."""

    def __init__(self, statement: Statement, *parts: Part) -> None:
        self._statement = statement
        self._parts = parts
        self._rendered: dict[str, _Rendered] = {}

    # Both are found out when they are first needed: a program that asks nothing need not wait for it.
    @cached_property
    def of_facts(self) -> bool:
        """Whether it reads facts and nothing else, so that what it gave may be kept."""
        tables = (each for each in visitors.iterate(self._statement) if isinstance(each, Table))
        return all(table.name in FACTS for table in tables)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._statement.compile().params)

    def rows(self, snapshot: Snapshot, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Every row: one value for each part, then the columns after them, as the models' types have them."""
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
        """What `make` makes of all rows of a select of facts without parameters: once for each version."""
        kept, key = snapshot.facts.kept, (self, make)
        found: T | None = kept.get(key)
        return found if found is not None else _keep(kept, key, make(self.rows(snapshot, {})))

    def read(self, dialect: Dialect, driver: Any, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """The same from a connection of the driver's, whatever was kept."""
        rendered = self._rendered.get(dialect.name)
        if rendered is None:
            rendered = _Rendered(self._statement, self._parts, dialect)
            self._rendered[dialect.name] = rendered
        return rendered.rows(driver, values)


def _keep(kept: dict[Any, Any], key: object, value: T) -> T:
    if len(kept) >= _KEPT:
        kept.clear()  # somebody asks for one lot after the other: nothing is worth keeping
    kept[key] = value
    return value


class _Rendered:
    """The text, the order of its parameters, and how a row's values are turned into ours."""

    def __init__(self, statement: Statement, parts: Iterable[Part], dialect: Dialect) -> None:
        assert isinstance(dialect, DefaultDialect)  # noqa: S101 (for the type checker)
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._given = _picked(compiled.positiontup) if compiled.positiontup is not None else dict
        self._turns: list[Callable[[Row], Any]] = []
        columns, at = list(statement.selected_columns), 0
        for part in parts:
            end = at + len(part.columns)
            self._turns.append(_made(slice(at, end), _processors(columns[at:end], dialect), part.make))
            at = end
        for place in range(at, len(columns)):
            self._turns.append(_single(place, *_processors([columns[place]], dialect)))

    def rows(self, driver: Any, values: Mapping[str, Any]) -> tuple[Row, ...]:
        given = self._given({**self._fixed, **values} if self._fixed else values)
        turns = self._turns
        rows = driver.execute(self._text, given).fetchall()
        return tuple([tuple([turn(row) for turn in turns]) for row in rows])


def _picked(names: Sequence[str]) -> Callable[[Any], Any]:
    """Values by name, put in the order in which the driver wants them."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda known: [known[name] for name in names]


Processor = Callable[[Any], Any] | None


def _processors(columns: Iterable[ColumnElement[Any]], dialect: Dialect) -> list[Processor]:
    return [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]


def _made(place: slice, processors: list[Processor], make: Callable[..., Any]) -> Callable[[Row], Any]:
    """Turns the columns at `place` into the part's value.

    The same columns make the same frozen value, so the latest are kept: on most checks the product and the
    lot are ones that were asked for a moment ago, and making them anew takes longer than the select.
    """

    @lru_cache(maxsize=_KEPT)
    def made(raw: Row) -> Any:
        if raw[0] is None:
            return None
        pairs = zip(raw, processors, strict=True)
        return make(*(value if turn is None else turn(value) for value, turn in pairs))

    cut = itemgetter(place)
    return lambda row: made(cut(row))


def _single(place: int, processor: Processor) -> Callable[[Row], Any]:
    column = itemgetter(place)
    if processor is None:
        return column
    return lambda row: processor(column(row))


class PreparedInsert:
    """One INSERT of whole rows, rendered once for a dialect; what it leaves alone, the statement says."""

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        assert isinstance(dialect, DefaultDialect)  # noqa: S101 (for the type checker)
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._positional = compiled.positiontup is not None
        columns = statement.table.columns
        self._turns = [
            (name, columns[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or list(compiled.params)
        ]

    def rows(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Put in rows that have every column, within the connection's transaction; how many were new."""
        given = [self._given(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            self._put_in(cursor, given)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _given(self, row: Mapping[str, Any]) -> list[Any]:
        return [row[name] if turn is None else turn(row[name]) for name, turn in self._turns]

    def _put_in(self, cursor: Any, given: list[list[Any]]) -> None:
        if self._positional:
            cursor.executemany(self._text, given)
            return
        names = [name for name, _ in self._turns]
        cursor.executemany(self._text, [dict(zip(names, values, strict=True)) for values in given])
