"""The engine, `transaction()`, and every difference between SQLite and PostgreSQL.

SQLite runs in WAL mode with `synchronous=FULL`: a commit returns after fdatasync. Every write starts with
BEGIN IMMEDIATE: a deferred transaction that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT
when another connection wrote in between, whatever the timeout.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Engine, Insert, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.storage.database.copies import RecordsCopier
from service.storage.database.engines import (
    APPLICATION_NAME,
    driver_of,
    parse_url,
    postgresql_engine,
    sqlite_engine,
)
from service.storage.database.peers import LISTED, SharedMarks
from service.storage.database.readers import PostgresqlReaders, Readers, SqliteReaders
from service.storage.database.server_watch import ServerWatch
from service.storage.database.whole_inserts import WholeInsert
from service.storage.hot.statements import PreparedInsert, PreparedSelect, Row, Snapshot, VersionedFacts
from service.storage.models import Base

if TYPE_CHECKING:
    from service.storage.database.health import SchemaState

WAIT_SECONDS = 2.5
"""Seconds that a writer waits for another before UnavailableError(BUSY); every request has to be answered
within 3 s.
"""

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM {role}",
)


class Database:
    """One database behind one URL: `sqlite:///path`, or `postgresql://user@host/name`.

    `name`: under which a PostgreSQL server lists the connections.
    """

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS, name: str = APPLICATION_NAME) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._watch: ServerWatch | None = None
        if self.is_sqlite:
            self.engine = sqlite_engine(self.url, wait_seconds)
        else:
            self.engine, self._watch = postgresql_engine(self.url, wait_seconds, name)
        self._driver_errors = DriverErrorTranslator(self.engine)
        self._readers = (SqliteReaders if self.is_sqlite else PostgresqlReaders)(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for reading: one consistent snapshot, which blocks no writer."""
        with self._driver_errors, self.engine.connect() as connection:
            yield connection

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot for `PreparedSelect`, on the driver's connection: a tenth of the time of `reading`.

        It sees everything that any process committed before it, and nothing that is committed meanwhile.
        """
        return _Moment(self._driver_errors, self._readers)

    @property
    def facts(self) -> VersionedFacts:
        """The facts that the latest reader saw. They may be outdated: the caller compares the version."""
        return self._readers.facts

    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Return the rows of one select, which is a snapshot of its own, at half the cost of `snapshot`."""
        with self._driver_errors:
            return self._readers.at_once(statement, values)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a connection for writing; commits at the end, rolls back on any error.

        `durable=False`: the commit does not wait for the disk (a stranger's scan). UnavailableError where
        another writer holds the lock for longer than the wait.
        """
        with self._driver_errors, self.engine.connect() as plain:
            connection = plain.execution_options(write=True)
            if self.is_sqlite:  # has to be set before BEGIN
                driver_of(connection).execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with connection.begin():
                if not self.is_sqlite and not durable:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                yield connection

    def insert_new(self, model: type[Base]) -> Insert:
        """Return an INSERT that ignores rows whose key exists (ON CONFLICT DO NOTHING)."""
        if self.is_sqlite:
            return sqlite_insert(model).on_conflict_do_nothing()
        return postgresql_insert(model).on_conflict_do_nothing()

    def insert_or_merge(self, model: type[Base], merged: Callable[[Any, Any], dict[str, Any]]) -> Insert:
        """Return an INSERT that updates a row whose key exists to the columns of `merged(old, new)`."""
        table = model.__table__
        statement = sqlite_insert(model) if self.is_sqlite else postgresql_insert(model)
        keys = [column.name for column in table.primary_key]
        return statement.on_conflict_do_update(index_elements=keys, set_=merged(table.c, statement.excluded))

    def prepared_insert(self, model: type[Base]) -> PreparedInsert:
        """Return `insert_new` for whole rows of texts, numbers and JSON, rendered once."""
        return (WholeInsert if self.is_sqlite else PreparedInsert)(
            self.insert_new(model), self.engine.dialect
        )

    @property
    def one_writer(self) -> bool:
        """Whether a writing transaction excludes every other one (SQLite)."""
        return self.is_sqlite

    def advisory_lock(self, connection: Connection, what: int) -> None:
        """Wait until no other transaction holds `what` (63 bits), and hold it until this transaction ends.

        On SQLite a writer is alone already. On PostgreSQL two transactions could each miss the rows that the
        other inserts.
        """
        advisory_lock(connection, what)

    def migrate(self) -> bool:
        """Bring the schema to this version. Return whether anything had to be done."""
        from service.storage.database.upgrade import upgrade  # noqa: PLC0415 (Alembic: half a second that only this needs)

        with self._driver_errors:
            return upgrade(self.engine, self.url)

    def grant(self, role: str) -> None:
        """Grant a PostgreSQL role what the application needs: it may add to the audit, not change it.

        Only the owner of the tables can grant, and an owner could drop the audit's triggers; so the
        application should run as another role. RefusedError for SQLite, which has no roles.
        """
        if self.is_sqlite:
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given="sqlite",
                expected="a PostgreSQL database: SQLite knows no roles",
                field="database_url",
            )
        with self.transaction() as connection:
            self.grant_within(connection, role)

    def grant_within(self, connection: Connection, role: str) -> None:
        """See `grant`, in the transaction of `connection`."""
        name = self.engine.dialect.identifier_preparer.quote_identifier(role)
        for statement in _GRANTS:
            connection.exec_driver_sql(statement.format(role=name))

    def copier(self) -> RecordsCopier:
        """Return what copies the whole database into a backup, and replaces it from one."""
        # The two need Alembic: half a second that only backups pay.
        from service.storage.database.postgresql_copies import PostgresqlCopier  # noqa: PLC0415
        from service.storage.database.sqlite_copies import SqliteCopier  # noqa: PLC0415

        return SqliteCopier(self) if self.is_sqlite else PostgresqlCopier(self)

    def schema(self) -> "tuple[SchemaState, str]":
        """Return the state of the schema beside this version's, and its revision."""
        from service.storage.database.health import schema_of  # noqa: PLC0415 (Alembic)

        with self.reading() as connection:
            return schema_of(connection)

    def refresh_statistics(self) -> None:
        """Let SQLite look anew which indexes pay. PostgreSQL does it by itself."""
        if self.is_sqlite:
            with self._driver_errors, self.engine.connect() as connection:
                driver = driver_of(connection)
                driver.execute("PRAGMA analysis_limit=1000")  # rows of each index: milliseconds
                driver.execute("PRAGMA optimize")

    def shrink(self) -> int:
        """Give the space of deleted rows back to the system. Return the bytes that the file was shortened by.

        Left alone, the space is used by new rows. SQLite writes the whole file anew, and others wait;
        UnavailableError(BUSY) where another process writes. PostgreSQL: 0, its autovacuum does what can be
        done.
        """
        file = Database.file_of(self.url.render_as_string(hide_password=False))
        if file is None:
            return 0
        before = file.stat().st_size
        with self._driver_errors, self.engine.connect() as connection:
            driver_of(connection).execute("VACUUM")
        self.write_back()
        return before - file.stat().st_size

    def peers(self) -> list[SharedMarks]:
        """Return the services that are connected to a PostgreSQL database right now; none for SQLite."""
        if self.is_sqlite:
            return []
        with self.reading() as connection:
            names = [str(row[0]) for row in connection.exec_driver_sql(LISTED)]
        return [marks for name in names if (marks := SharedMarks.parse(name)) is not None]

    def write_back(self) -> bool:
        """Close the connections, and move SQLite's write-ahead log into its file: a copy of the file alone
        then holds everything. False where another process still uses it; True for PostgreSQL.
        """
        from service.storage.database.sqlite_copies import write_back  # noqa: PLC0415 (once, at the end)

        self.close()
        file = Database.file_of(self.url.render_as_string(hide_password=False))
        return file is None or write_back(file)

    @property
    def connections_in_use(self) -> int:
        """Connections of the pool that are lent at this moment."""
        return int(getattr(self.engine.pool, "checkedout", int)())

    def is_empty(self) -> bool:
        """Whether there is no manufacturer on record yet."""
        with self.reading() as connection:
            return connection.exec_driver_sql("SELECT 1 FROM manufacturer LIMIT 1").first() is None

    @staticmethod
    def shown(url: str) -> str:
        """Return the URL without its password, for output."""
        return parse_url(url).render_as_string(hide_password=True)

    @staticmethod
    def file_of(url: str) -> Path | None:
        """SQLite's file; None for a database server, and for a database in memory."""
        parsed = parse_url(url)
        in_a_file = parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}
        return Path(parsed.database or "") if in_a_file else None

    def close(self) -> None:
        """Close all connections."""
        if self._watch is not None:
            self._watch.close()
        self._readers.close()
        self.engine.dispose()


def advisory_lock(connection: Connection, what: int) -> None:
    """See `Database.advisory_lock`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": what})


def by_character(connection: Connection, text: ColumnElement[str]) -> ColumnElement[str]:
    """Return `text` compared by code point instead of by the collation of a language."""
    return text.collate("C" if connection.dialect.name == "postgresql" else "BINARY")


class _Moment:
    """The context manager of `Database.snapshot`. A class, because a generator takes twice as long."""

    __slots__ = ("_driver_errors", "_lent", "_readers")

    def __init__(self, driver_errors: "DriverErrorTranslator", readers: Readers) -> None:
        self._driver_errors, self._readers = driver_errors, readers

    def __enter__(self) -> Snapshot:
        with self._driver_errors:
            snapshot, self._lent = self._readers.begin()
        return snapshot

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with self._driver_errors:
            self._readers.end(self._lent)
        self._driver_errors.__exit__(kind, error, trace)


class DriverErrorTranslator:
    """Maps lock and pool timeouts to UnavailableError(BUSY), other operational errors to STORAGE_UNAVAILABLE.

    Every other error passes unchanged.
    """

    def __init__(self, engine: Engine) -> None:
        # Statements that go directly to the driver raise the driver's own errors.
        self._refusals = (engine.dialect.loaded_dbapi.OperationalError, sqlite3.OperationalError)

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        if isinstance(error, PoolTimeoutError):
            raise UnavailableError(ErrorCode.BUSY, found=str(error)) from error
        if isinstance(error, (OperationalError, *self._refusals)):
            said = str(error.orig if isinstance(error, OperationalError) else error)
            code = ErrorCode.BUSY if "locked" in said else ErrorCode.STORAGE_UNAVAILABLE
            raise UnavailableError(code, found=said) from error
        if type(error.orig if isinstance(error, DBAPIError) else error) is sqlite3.DatabaseError:
            # exactly this class, of which others are kinds: the file is damaged, or of another program
            raise UnavailableError(ErrorCode.STORAGE_UNAVAILABLE, found=str(error).splitlines()[0]) from error
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise UnavailableError(ErrorCode.STORAGE_UNAVAILABLE, found=str(error.orig)) from error
