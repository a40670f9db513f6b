"""`vialcheck work`: the work behind imports in a process of its own, until it is told to stop."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories.import_jobs import Office, units

pytestmark = pytest.mark.slow


def test_it_does_what_waits_and_stops_when_told(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    office = Office(database, tmp_path / "files")
    number = office.jobs.begin(office.actor, io.BytesIO(units(3)), "list.csv")
    settings = {"VIALCHECK_DATABASE_URL": sqlite_url, "VIALCHECK_FILES": str(office.files)}
    command = [sys.executable, "-m", "service.cli", "work"]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"Waiting for imports" in process.stdout.readline()
        while office.look(number).state == "reading" and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
    assert (office.look(number).state, process.returncode) == ("columns", 0)
    database.close()
