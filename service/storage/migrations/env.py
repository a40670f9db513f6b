"""Alembic's environment: it runs inside `Database.migrate`, which hands it the engine."""

from alembic import context
from sqlalchemy import Connection

from service.storage.models import Base


def _foreign_keys(connection: Connection, state: str) -> None:
    """Turn SQLite's foreign keys on or off; only outside a transaction does that have an effect.

    They are off while a migration builds a table anew (sqlite.org/lang_altertable.html, section 7), because
    to drop the old one would count as deleting its rows.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 (for the type checker)
        driver.execute(f"PRAGMA foreign_keys={state}")


with context.config.attributes["engine"].connect() as connection:
    _foreign_keys(connection, "OFF")
    try:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise RuntimeError(f"a row of {broken[0]} would point at nothing")
        connection.commit()
    finally:
        connection.rollback()
        _foreign_keys(connection, "ON")
