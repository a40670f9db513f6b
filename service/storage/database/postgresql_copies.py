"""Copies of a PostgreSQL database: every table by COPY, in one snapshot while others write.

COPY of our own tables instead of pg_dump: it needs no program of the server's version on this machine, and
a backup can be restored into a newer server.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from service.errors import ErrorCode, RefusedError
from service.storage.database.copies import (
    LEFT_OUT,
    CopiedRecords,
    Finish,
    Put,
    RecordsCopier,
    Take,
    has_rows,
    tables_of,
)
from service.storage.database.upgrade import NEWEST, revision_of, upgrade_within

if TYPE_CHECKING:
    from service.storage.database import Database

_BLOCK = 1 << 20
_VERSION = "alembic_version"

_FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = 'public' AND p.prorettype = 'trigger'::regtype "
    "AND pg_get_userbyid(p.proowner) = current_user "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)
_GRANTED = (
    "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_schema = 'public' "
    "AND table_name = 'audit_entry' AND grantee NOT IN (current_user, 'PUBLIC')"
)
_SERVICES = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND application_name LIKE 'vialcheck%%'"
)
_PARTITIONS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"


class PostgresqlCopier(RecordsCopier):
    """See `RecordsCopier`. To restore, the role has to own the tables."""

    kind = "postgresql"

    def __init__(self, database: "Database") -> None:
        self._database = database

    def write(self, put: Put) -> CopiedRecords:
        """See `RecordsCopier`."""
        with _refusing(ErrorCode.BACKUP_REFUSED), self._database.reading() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            tables = _tables(connection)
            if _VERSION not in tables:
                raise RefusedError(
                    ErrorCode.BACKUP_REFUSED, expected="records", found="a database without tables"
                )
            rows = {}
            for name in tables:
                if name in LEFT_OUT:
                    rows[name] = 0
                elif name != _VERSION:
                    with put(_member(name)) as target:
                        rows[name] = _copy_out(connection, name, target)
            copied = CopiedRecords(
                self.kind, revision_of(connection) or "", rows, _sequences(connection, tables)
            )
            connection.rollback()
        return copied

    def is_empty(self) -> bool:
        """See `RecordsCopier`."""
        with self._database.reading() as connection:
            return not has_rows(connection, tables_of(connection))

    def replace(self, take: Take, copied: CopiedRecords, finish: Finish) -> str:
        """See `RecordsCopier`. One transaction: others see the records of before until it is committed."""
        self._database.engine.dispose()  # none of our own idle connections counts as a service's
        with _refusing(ErrorCode.RESTORE_REFUSED), self._database.transaction() as connection:
            if connection.exec_driver_sql(_SERVICES).scalar():
                raise RefusedError(
                    ErrorCode.RESTORE_REFUSED,
                    expected="that every service on this database is stopped",
                    found="one that is connected to it",
                )
            roles = [str(row[0]) for row in connection.exec_driver_sql(_GRANTED)]
            _drop_all(connection)
            upgrade_within(connection, copied.revision)
            self._fill(connection, take, copied)
            upgrade_within(connection, NEWEST)
            connection.exec_driver_sql("UPDATE facts_version SET version = gen_random_uuid()")
            for role in roles:
                self._database.grant_within(connection, role)
            finish(connection)
        return ""

    def _fill(self, connection: Connection, take: Take, copied: CopiedRecords) -> None:
        present = _tables(connection)
        if set(present) - {_VERSION} != set(copied.rows):
            raise RefusedError(
                ErrorCode.RESTORE_REFUSED,
                expected="the tables of its schema",
                found=", ".join(sorted(set(copied.rows) ^ (set(present) - {_VERSION})))[:200],
            )
        tables = [name for name in present if name != _VERSION]
        _execute_each(connection, tables, "ALTER TABLE {} DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(map(_quoted, tables))}")
        for name in tables:
            if name in LEFT_OUT:
                continue
            with take(_member(name)) as source:
                found = _copy_in(connection, name, source)
            if found != copied.rows[name]:
                raise RefusedError(
                    ErrorCode.RESTORE_REFUSED,
                    expected=f"{copied.rows[name]} rows of {name}",
                    found=str(found),
                )
        for column, last in copied.sequences.items():
            _set_sequence(connection, column, last)
        _execute_each(connection, tables, "ALTER TABLE {} ENABLE TRIGGER USER")


@contextmanager
def _refusing(code: ErrorCode) -> Iterator[None]:
    """RefusedError(code) for what PostgreSQL refuses: a table of another role's, a row that does not fit."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        raise RefusedError(
            code, expected="a role that owns the tables", found=" ".join(said.split())[:200]
        ) from error


def _member(table: str) -> str:
    return f"tables/{table}.copy"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tables(connection: Connection) -> list[str]:
    """All tables in the order of their references; of a partitioned one only the whole."""
    parts = {row[0] for row in connection.exec_driver_sql(_PARTITIONS)}
    return [name for name in tables_of(connection) if name not in parts]


def _columns(connection: Connection, table: str) -> list[str]:
    """The columns by name: a table that was altered has them in another order than one made anew."""
    return sorted(column["name"] for column in inspect(connection).get_columns(table))


def _copy_out(connection: Connection, table: str, target: Any) -> int:
    columns = ", ".join(map(_quoted, _columns(connection, table)))
    with _cursor(connection) as cursor:
        with cursor.copy(f"COPY (SELECT {columns} FROM {_quoted(table)}) TO STDOUT") as copy:  # noqa: S608 (names of the schema)
            for block in copy:
                target.write(block)
        return int(cursor.rowcount)


def _copy_in(connection: Connection, table: str, source: Any) -> int:
    columns = ", ".join(map(_quoted, _columns(connection, table)))
    with _cursor(connection) as cursor:
        with cursor.copy(f"COPY {_quoted(table)} ({columns}) FROM STDIN") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
        return int(cursor.rowcount)


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _sequences(connection: Connection, tables: Sequence[str]) -> dict[str, int]:
    """The number that each key's sequence gave last, read after the rows, so that none is given twice."""
    found = {}
    for table in tables:
        for column in _columns(connection, table):
            name = _sequence_of(connection, table, column)
            if name is not None:
                last = connection.exec_driver_sql(
                    f"SELECT CASE WHEN is_called THEN last_value END FROM {name}"  # noqa: S608 (a name of the schema)
                )
                if (value := last.scalar()) is not None:
                    found[f"{table}.{column}"] = int(value)
    return found


def _sequence_of(connection: Connection, table: str, column: str) -> str | None:
    found = connection.exec_driver_sql(
        "SELECT pg_get_serial_sequence(%(table)s, %(column)s)", {"table": _quoted(table), "column": column}
    )
    name = found.scalar()
    return None if name is None else str(name)


def _set_sequence(connection: Connection, where: str, last: int) -> None:
    table, _, column = where.rpartition(".")
    name = _sequence_of(connection, table, column)
    if name is not None:
        connection.exec_driver_sql("SELECT setval(%(name)s, %(last)s)", {"name": name, "last": last})


def _drop_all(connection: Connection) -> None:
    """Drop our tables and the functions of their triggers."""
    tables = _tables(connection)
    if tables:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(map(_quoted, tables))} CASCADE")
    for name in [str(row[0]) for row in connection.exec_driver_sql(_FUNCTIONS)]:
        connection.exec_driver_sql(f"DROP FUNCTION {name}")


def _execute_each(connection: Connection, tables: Iterable[str], statement: str) -> None:
    for name in tables:
        connection.exec_driver_sql(statement.format(_quoted(name)))
