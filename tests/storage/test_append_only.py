"""The record of changes takes new entries and gives none back: not to the application, nor to its role."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from service.errors import RefusedError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import AuditEntry, Organisation


def write(database: Database) -> None:
    with database.transaction() as connection:
        write_down(
            connection,
            [AuditChange("a", "b", "c")],
            who=AuditActor("somebody"),
            at=datetime.now(UTC),
            reason="test",
        )


@pytest.mark.parametrize("statement", [update(AuditEntry).values(actor="nobody"), delete(AuditEntry)])
def test_an_entry_stays_as_it_was_written(database: Database, statement: object) -> None:
    write(database)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # either of the two
    with database.reading() as connection:
        assert connection.scalar(select(AuditEntry.actor)) == "somebody"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no TRUNCATE
def test_the_table_cannot_be_emptied_either(database: Database) -> None:
    write(database)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as connection:
        connection.execute(text("TRUNCATE audit_entry"))


def as_role(database: Database, role: str, statement: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(text(statement))


def test_the_applications_role_may_add_and_nothing_else(database: Database) -> None:
    if database.is_sqlite:
        with pytest.raises(RefusedError, match="PostgreSQL"):
            database.grant("vialcheck_app")
        return
    role = f"app_{make_url(str(database.url)).database}"[:60]
    with database.transaction() as connection:
        connection.execute(text(f"CREATE ROLE {role}"))
    database.grant(role)
    with database.transaction() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        write_down(
            connection,
            [AuditChange("a", "b", "c")],
            who=AuditActor("somebody"),
            at=datetime.now(UTC),
            reason="test",
        )
        values = {"name": "O", "kind": "clinic", "created": datetime.now(UTC)}
        connection.execute(insert(Organisation).values(values))
    for forbidden in (
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TRIGGER audit_entry_append_only ON audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DELETE FROM alembic_version",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            as_role(database, role, forbidden)
