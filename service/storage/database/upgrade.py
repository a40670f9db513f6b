"""Brings a database's schema to this version, by the migrations of `service.storage.migrations`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from service.errors import ErrorCode, RefusedError

_MIGRATIONS = Path(__file__).parents[1] / "migrations"

NEWEST = "head"


def upgrade(engine: Engine, url: URL) -> bool:
    """Run the migrations that are missing. Return whether there were any.

    All of them or, where one fails, none. Processes that start at once do so one after the other: the first
    migrates, the others find it done.
    RefusedError(SCHEMA_NEWER) where the database knows a migration that this version does not.
    """
    config = alembic_config(url)
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        current = revision_of(connection)
    if current == script.get_current_head():
        return False
    require_known(script, current)
    config.attributes["engine"] = engine
    command.upgrade(config, NEWEST)
    return True


def upgrade_within(connection: Connection, revision: str) -> None:
    """Run the migrations up to `revision` in the transaction of `connection`, which the caller commits."""
    config = alembic_config(connection.engine.url)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's schema; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def require_revision(revision: str) -> None:
    """RefusedError(SCHEMA_NEWER) for the revision of records that only a newer version can read."""
    require_known(ScriptDirectory.from_config(_config()), revision)


def require_known(script: ScriptDirectory, revision: str | None) -> None:
    """RefusedError(SCHEMA_NEWER) for a revision that this version has no migration for."""
    if revision is None:
        return
    try:
        script.get_revision(revision)
    except CommandError as error:
        raise RefusedError(
            ErrorCode.SCHEMA_NEWER,
            expected=f"schema {script.get_current_head()} or an earlier one",
            found=f"schema {revision}",
            field="VIALCHECK_DATABASE_URL",
        ) from error


def alembic_config(url: URL) -> Config:
    """What Alembic needs to know to run our migrations on a database."""
    config = _config()
    config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
