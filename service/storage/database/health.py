"""A database's state: its schema beside this version's, and the faults that it finds in itself."""

from datetime import UTC, datetime
from enum import StrEnum

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from service.errors import RefusedError
from service.storage.database.upgrade import alembic_config, require_known, revision_of


class SchemaState(StrEnum):
    """A database's schema beside this version's."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


_INVALID_INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
_DISABLED_TRIGGERS = (
    "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE tgenabled = 'D' AND NOT tgisinternal"
)
_UNCHECKED = "SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE NOT convalidated"
_OWNED = "SELECT 1 FROM pg_tables WHERE tablename = 'audit_entry' AND tableowner = current_user"


def schema_of(connection: Connection) -> tuple[SchemaState, str]:
    """The state of the schema, and its revision; none for an empty database."""
    revision = revision_of(connection)
    if revision is None:
        return SchemaState.EMPTY, ""
    script = ScriptDirectory.from_config(alembic_config(connection.engine.url))
    if revision == script.get_current_head():
        return SchemaState.CURRENT, revision
    try:
        require_known(script, revision)
    except RefusedError:
        return SchemaState.NEWER, revision
    return SchemaState.OLDER, revision


def faults_of(connection: Connection) -> list[str]:
    """What the database finds wrong with itself: a few faults, none for a sound one.

    SQLite reads all of its file. PostgreSQL says what it knows: indexes and constraints that do not hold,
    triggers that are switched off.
    """
    if connection.dialect.name == "sqlite":
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(10)
        return [each for each in said if each != "ok"] + [
            f"{row[0]}: a row points at nothing" for row in orphans
        ]
    queries = {"index": _INVALID_INDEXES, "trigger off": _DISABLED_TRIGGERS, "not validated": _UNCHECKED}
    return [
        f"{name}: {row[0]}" for name, query in queries.items() for row in connection.exec_driver_sql(query)
    ]


def owns_the_audit(connection: Connection) -> bool:
    """Whether the role of this connection could take the audit's protection away (PostgreSQL)."""
    return connection.dialect.name == "postgresql" and connection.exec_driver_sql(_OWNED).first() is not None


def server_time(connection: Connection) -> datetime:
    """The time of the database's machine."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)
