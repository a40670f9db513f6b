"""Services to attack: as `make run` starts one, and the same application without its front."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from service.storage.database import Database
from tests.chaos.limits import raise_open_files
from tests.factories.records import put
from tests.factories.running_service import RunningService, free_port, running_service


@pytest.fixture(scope="session", autouse=True)
def open_files() -> None:
    raise_open_files()


@pytest.fixture(scope="session")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a product, to copy from."""
    path = tmp_path_factory.mktemp("chaos") / "filled.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def records(filled: Path, tmp_path: Path) -> str:
    """The URL of a copy."""
    return f"sqlite:///{shutil.copy(filled, tmp_path / 'vialcheck.db')}"


@pytest.fixture(scope="module")
def service(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service for all attacks of a module: it has to stand each after the other."""
    folder = tmp_path_factory.mktemp("attacked")
    url = f"sqlite:///{shutil.copy(filled, folder / 'vialcheck.db')}"
    with running_service(url, folder, RATE_LIMIT="off") as running:
        yield running


@contextmanager
def unguarded_service(url: str, folder: Path) -> Iterator[RunningService]:
    """The negative control (`tests.chaos.unguarded`), ended with its workers."""
    port = free_port()
    settings = {"DATABASE_URL": url, "FILES": str(folder / "files"), "WORK": "off"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.unguarded", str(port)],
        env=os.environ | {f"VIALCHECK_{name}": value for name, value in settings.items()},
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=5).close()
                break
            except OSError:
                Event().wait(0.1)
        yield RunningService(port, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def unguarded(records: str, tmp_path: Path) -> Iterator[RunningService]:
    with unguarded_service(records, tmp_path) as running:
        yield running
