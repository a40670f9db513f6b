"""Brings a database's schema to this version, by the migrations of `service.storage.migrations`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.engine import URL

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


def upgrade(engine: Engine, url: URL) -> bool:
    """Run the migrations that are missing, each in its transaction. Return whether there were any."""
    config = alembic_config(url)
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return False
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    return True


def alembic_config(url: URL) -> Config:
    """What Alembic needs to know to run our migrations on a database."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
    return config
