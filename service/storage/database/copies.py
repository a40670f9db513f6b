"""Whole copies of the records for a backup, and records put in place from one: what both databases share.

A copy holds the records of one moment. It leaves out what must not outlive its time: keys of device marks
(docs/privacy.md) and sessions.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import IO, ClassVar

from msgspec import Struct
from sqlalchemy import Connection, inspect

LEFT_OUT = frozenset({"client_key", "signed_in", "begun"})
"""Tables that are empty in a copy: keys of device marks, sessions, sign-ins that are not finished."""

_FILLED_BY_MIGRATIONS = frozenset({"alembic_version", "facts_version", "readiness_probe"})

Put = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a new member of the archive for writing, by its name."""

Take = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a member of the archive for reading, by its name."""

Finish = Callable[[Connection], None]
"""What is written with the restored records, in the same transaction."""


class CopiedRecords(Struct, frozen=True):
    """What a copy holds.

    `kind`: sqlite or postgresql. `revision`: of the schema. `rows`: how many rows each table has.
    `sequences`: of PostgreSQL's keys, the number given last, by `table.column`.
    """

    kind: str
    revision: str
    rows: Mapping[str, int]
    sequences: Mapping[str, int] = {}


class RecordsCopier(ABC):
    """Copies one database into members of an archive, and replaces it from them."""

    kind: ClassVar[str]

    @abstractmethod
    def write(self, put: Put) -> CopiedRecords:
        """Copy the records of this moment while others write. RefusedError(BACKUP_REFUSED) for records that
        are damaged.
        """

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether nothing is on record here: no table, or no row but those that migrations put in."""

    @abstractmethod
    def replace(self, take: Take, copied: CopiedRecords, finish: Finish) -> str:
        """Put the copied records in the place of those that are here, and migrate them to this version.

        All is checked before anything is replaced. Returns where the replaced records are kept, or nothing.
        RefusedError(RESTORE_REFUSED): nothing was changed.
        """


def tables_of(connection: Connection) -> list[str]:
    """All tables, each after those that it refers to."""
    ordered = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in ordered if name is not None]


def has_rows(connection: Connection, tables: Iterable[str]) -> bool:
    """Whether a table has a row that no migration put in."""
    quoted = connection.dialect.identifier_preparer.quote
    return any(
        connection.exec_driver_sql(f"SELECT 1 FROM {quoted(name)} LIMIT 1").first() is not None  # noqa: S608 (names of the schema)
        for name in tables
        if name not in _FILLED_BY_MIGRATIONS
    )
