"""Questions as people put them, asked of a running service: the shared cases, with their records."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from service.registry.import_jobs import import_files
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests import figures

ROOT = Path(__file__).resolve().parents[2]

LEAST = 87
"""So many of the shared cases have to be answered as a person would expect."""


@pytest.fixture
def asked(sqlite_url: str, shared_cases: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a service that holds the demonstration records and those of the cases."""
    lists = (*sorted((ROOT / "seed").glob("*.csv")), *sorted((shared_cases / "records").glob("*.csv")))
    database = Database(sqlite_url)
    assert import_files.run(database, lists, who=AuditActor("tests"), reason="the shared cases").good
    database.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("vialcheck")), "serve", "--port", str(port)]
    settings = {
        "VIALCHECK_DATABASE_URL": sqlite_url,
        "VIALCHECK_FILES": str(tmp_path),
        "VIALCHECK_WORKERS": "1",
    }
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | settings) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(1200):
                assert server.poll() is None
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=5).close()
                    break
                except OSError:
                    Event().wait(0.1)
            yield address
        finally:
            server.terminate()


@pytest.mark.slow
def test_the_shared_cases_are_answered_as_expected(asked: str, shared_cases: Path, say: figures.Say) -> None:
    done = subprocess.run(
        [sys.executable, shared_cases / "run", asked], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+) of (\d+) as expected", done.stdout)
    assert found, done.stderr
    say(f"shared cases: {found[0]}")
    assert int(found[1]) >= LEAST, done.stdout
