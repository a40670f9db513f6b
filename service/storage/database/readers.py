"""Connections that only read, and what was read last of the facts: one kind for each database."""

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
    """Connections of the driver's that only read, and what they read last of the facts."""

    _VERSION = str(select(FactsVersion.version))

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._facts = VersionedFacts(None)

    def begin(self) -> tuple[Snapshot, Any]:
        """One moment of the records, and what `end` needs to let go of it."""
        driver, lent = self.lend()
        try:
            said = driver.execute(self._VERSION).fetchone()
        except BaseException:
            self.end(lent)
            raise
        facts = self._facts
        if said is None or facts.version != said[0]:
            # Somebody changed a record. A thread that still looks at an earlier moment goes on with its own.
            facts = self._facts = VersionedFacts(said[0] if said else None)
        return Snapshot(self._engine.dialect, driver, facts), lent

    @property
    def facts(self) -> VersionedFacts:
        """What was read of the facts as they were when anybody looked last."""
        return self._facts

    @abstractmethod
    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """One select, which is a moment of its own: no transaction has to be begun and ended for it."""

    @abstractmethod
    def lend(self) -> tuple[Any, Any]:
        """A connection in a transaction that sees one moment, and what `end` gets of it."""

    @abstractmethod
    def end(self, lent: Any) -> None:
        """End the transaction, and take the connection back if it is still good."""

    @abstractmethod
    def close(self) -> None:
        """Close what is kept beside the engine's pool."""


_TURN_SECONDS = 0.005

_MAPPED = 256 * 1024 * 1024
# Bytes of the file that readers look at where the system holds them, instead of copying each page: a writer
# anywhere makes every reader forget its copies. Readers alone: what is mapped is never written to.


class SqliteReaders(Readers):
    """Kept open beside the engine's pool, which takes longer than a select: one for each reading thread.

    The driver lets go of the interpreter's lock around every statement, and threads that read at once take it
    from each other again and again: that cost more than the reading. So they take turns; but whoever waits
    for a long search goes on beside it.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._idle: list[sqlite3.Connection] = []
        self._turn = threading.Lock()

    def lend(self) -> tuple[Any, Any]:
        """One that is idle, or another one; and whether it is this thread's turn."""
        turn = self._turn.acquire(timeout=_TURN_SECONDS)
        try:
            driver = self._open()
            driver.execute("BEGIN")
        except BaseException:
            self._pass_on(turn=turn)
            raise
        return driver, (driver, turn)

    def end(self, lent: tuple[sqlite3.Connection, bool]) -> None:
        """Keep it for the next, unless it does not even roll back."""
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
        """On an idle connection, which is let go of when it fails."""
        driver = self._open()
        try:
            rows = statement.read(self._engine.dialect, driver, values)
        except BaseException:
            driver.close()
            raise
        self._idle.append(driver)
        return rows

    def close(self) -> None:
        """Close all that are idle."""
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
    """From the engine's pool, which notices a connection that is dead."""

    def lend(self) -> tuple[Any, Any]:
        """One of the pool's; at the level at which every select of a transaction sees the same moment."""
        lent = self._engine.raw_connection()
        driver: Any = lent.driver_connection
        driver.isolation_level = IsolationLevel.REPEATABLE_READ  # said with the BEGIN that is due anyway
        return driver, lent

    def at_once(self, statement: PreparedSelect, values: Mapping[str, Any]) -> tuple[Row, ...]:
        """On one of the pool's, in the transaction that the driver begins by itself."""
        lent = self._engine.raw_connection()
        try:
            return statement.read(self._engine.dialect, lent.driver_connection, values)
        finally:
            try:
                lent.rollback()
            finally:
                lent.close()

    def end(self, lent: PoolProxiedConnection) -> None:
        """Back to the pool, as it came from there."""
        driver: Any = lent.driver_connection
        try:
            lent.rollback()
            driver.isolation_level = None
        finally:
            lent.close()

    def close(self) -> None:
        """Nothing is."""
