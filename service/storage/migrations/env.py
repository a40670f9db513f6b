"""Alembic's environment: it runs inside `service.storage.database.upgrade`, which hands it the engine, or a
connection whose transaction is the caller's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from service.storage.models import Base

_LOCK = 0x7669616C6D6967
"""The advisory lock of those who migrate one PostgreSQL database."""

_WAIT_SECONDS = 60
"""Seconds that a process waits for another that migrates the same database."""


def _foreign_keys(connection: Connection, state: str) -> None:
    """Turn SQLite's foreign keys on or off; only outside a transaction does that have an effect.

    They are off while a migration builds a table anew (sqlite.org/lang_altertable.html, section 7), because
    to drop the old one would count as deleting its rows.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 (for the type checker)
        driver.execute(f"PRAGMA foreign_keys={state}")


@contextmanager
def _waiting_long(connection: Connection) -> Iterator[None]:
    """Have SQLite wait for another process that migrates, longer than a request may wait."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 (for the type checker)
    (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={before}")


def _one_at_a_time(connection: Connection) -> None:
    """Wait until no other process migrates this database; the lock ends with the transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            _one_at_a_time(connection)
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise RuntimeError(f"a row of {broken[0]} would point at nothing")


def _run_in_own_transaction(plain: Connection) -> None:
    connection = plain.execution_options(write=True)  # SQLite: the lock is taken before the revision is read
    _foreign_keys(connection, "OFF")
    try:
        if connection.dialect.name == "sqlite":
            # Begun before Alembic looks: it would commit after each migration, and let another process in.
            with _waiting_long(connection), connection.begin():
                _run(connection)
        else:
            _run(connection)
            connection.commit()
    finally:
        connection.rollback()
        _foreign_keys(connection, "ON")


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with context.config.attributes["engine"].connect() as own:
        _run_in_own_transaction(own)
