"""Places of a service to back up, and an empty one of the same kind to restore into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.storage.backup.service import BackupPlaces
from service.storage.database import Database
from tests.postgres import Postgres


@pytest.fixture
def places(database: Database, tmp_path: Path) -> BackupPlaces:
    key = tmp_path / "vialcheck.key"
    key.write_text("a key of this service, of 32 letters or more")
    return BackupPlaces(database, tmp_path / "files", key, key_mark="0123456789abcdef")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[BackupPlaces]:
    """A bare machine: a database without a table, no files and no key."""
    folder = tmp_path / "elsewhere"
    server: Postgres | None = None
    url = f"sqlite:///{folder / 'vialcheck.db'}"
    if database_url.startswith("postgresql"):
        server = request.getfixturevalue("postgres")
        url = server.create(f"elsewhere_{database_url.rpartition('_')[2]}")
    database = Database(url)
    yield BackupPlaces(database, folder / "files", folder / "vialcheck.key", key_mark="")
    database.close()
    if server is not None:
        server.drop(url)
