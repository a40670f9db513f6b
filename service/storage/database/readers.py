"""Read-only connections and the facts read last: one class for each database."""

import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, cast

from psycopg import IsolationLevel
from sqlalchemy import Engine, select
from sqlalchemy.pool import PoolProxiedConnection

from service.storage.hot.statements import PreparedSelect, Row, Snapshot, VersionedFacts
from service.storage.models import FactsVersion


class Readers(ABC):
    """Read-only connections of the driver, and the facts that they read last."""

    _VERSION = str(select(FactsVersion.version))

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._facts = VersionedFacts(None)

    def begin(self) -> tuple[Snapshot, Any]:
        """Open a snapshot, and return it with what `end` needs."""
        driver, lent = self.lend()
        try:
            said = driver.execute(self._VERSION).fetchone()
        except BaseException:
            self.end(lent)
            raise
        facts = self._facts
        if said is None or facts.version != said[0]:
            # A record has changed. A thread that still reads an earlier snapshot keeps that snapshot's facts.
            facts = self._facts = VersionedFacts(said[0] if said else None)
        return Snapshot(self._engine.dialect, driver, facts), lent

    @property
    def facts(self) -> VersionedFacts:
        """The facts that the latest reader saw."""
        return self._facts

    @abstractmethod
    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Run one select without a transaction of its own; it sees one snapshot."""

    @abstractmethod
    def lend(self) -> tuple[Any, Any]:
        """Return a connection in a transaction that sees one snapshot, and the handle for `end`."""

    @abstractmethod
    def end(self, lent: Any) -> None:
        """End the transaction, and keep the connection where it is still usable."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections that are kept beside the engine's pool."""


_TURN_SECONDS = 0.005

_MAPPED = 256 * 1024 * 1024
# Bytes of the file that readers map into memory instead of copying pages: a write by any process invalidates
# a reader's copies. Only for readers: mapped pages are never written to.


class SqliteReaders(Readers):
    """SQLite connections kept outside the engine's pool, one for each reading thread; the pool costs more
    than a select.

    The driver releases the interpreter's lock around every statement, and threads that read at once contend
    for it: that cost more than the reading. So they read one after the other; a thread that waits longer than
    `_TURN_SECONDS` reads in parallel.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._idle: list[sqlite3.Connection] = []
        self._turn = threading.Lock()

    def lend(self) -> tuple[Any, Any]:
        """Return an idle connection or a new one, and whether this thread holds the lock."""
        turn = self._turn.acquire(timeout=_TURN_SECONDS)
        try:
            driver = self._open()
            driver.execute("BEGIN")
        except BaseException:
            self._pass_on(turn=turn)
            raise
        return driver, (driver, turn)

    def end(self, lent: tuple[sqlite3.Connection, bool]) -> None:
        """Keep the connection, or close it where ROLLBACK fails."""
        driver, turn = lent
        try:
            driver.execute("ROLLBACK")
        except sqlite3.Error:
            driver.close()
        else:
            self._idle.append(driver)
        finally:
            self._pass_on(turn=turn)

    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Run on an idle connection, which is closed where it fails."""
        driver = self._open()
        try:
            rows = statement.read(self._engine.dialect, driver, values)
        except BaseException:
            driver.close()
            raise
        self._idle.append(driver)
        return rows

    def close(self) -> None:
        """Close all idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._another()

    def _another(self) -> sqlite3.Connection:
        lent = self._engine.raw_connection()
        driver = cast(sqlite3.Connection, lent.driver_connection)
        lent.detach()
        driver.execute(f"PRAGMA mmap_size={_MAPPED}")
        return driver

    def _pass_on(self, *, turn: bool) -> None:
        if turn:
            self._turn.release()


class PostgresqlReaders(Readers):
    """PostgreSQL connections from the engine's pool, which replaces dead ones."""

    def lend(self) -> tuple[Any, Any]:
        """Return a connection of the pool in REPEATABLE READ: all selects of the transaction see one
        snapshot.
        """
        lent = self._engine.raw_connection()
        driver: Any = lent.driver_connection
        driver.isolation_level = IsolationLevel.REPEATABLE_READ  # sent with the BEGIN that is due anyway
        return driver, lent

    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """Run on a connection of the pool, in the transaction that the driver begins by itself."""
        lent = self._engine.raw_connection()
        try:
            return statement.read(self._engine.dialect, lent.driver_connection, values)
        finally:
            try:
                lent.rollback()
            finally:
                lent.close()

    def end(self, lent: PoolProxiedConnection) -> None:
        """Reset the isolation level and return the connection to the pool."""
        driver: Any = lent.driver_connection
        try:
            lent.rollback()
            driver.isolation_level = None
        finally:
            lent.close()

    def close(self) -> None:
        """Nothing is kept outside the pool."""
