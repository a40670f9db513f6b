"""That a vial was used is on disk before anybody is told: the order of the system calls shows it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_PROGRAM = """
import os, sys
from service.clinics.vial_lifecycle import Step
from service.clinics.usage import StepTaken
from service.storage.database import Database
from service.verification.clock import machine_time
from tests.factories.clinics import UNIT, Ward, a_ward, clinic
ward = a_ward(Database(sys.argv[1]))
who = clinic(ward.database, "Clinic A")
[vial] = ward.received(who, UNIT + "SN0001")
os.write(1, b"START")
if sys.argv[2] == "use":
    ward.hands.record_step(who, vial, StepTaken(Step.USE_UP), machine_time())
else:
    with ward.database.transaction(durable=False) as connection:
        connection.exec_driver_sql("UPDATE vial SET lot = lot")
os.write(1, b"ANSWER")
os._exit(0)
"""


def system_calls(url: str, what: str, tmp_path: Path) -> str:
    """The letters of what happened between the form and the answer: W writes, F reaches the disk."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace on this machine")
    trace = tmp_path / "trace"
    subprocess.run(
        [strace, "-f", "-y", "-o", trace, "-e", "trace=write,pwrite64,fdatasync,fsync", sys.executable, "-c", _PROGRAM, url, what],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    between = re.search(r'"START".*?"ANSWER"', trace.read_text(errors="replace"), re.DOTALL)
    assert between is not None
    return "".join(
        "F" if "sync(" in line else "W" for line in between.group().splitlines() if "-wal>" in line
    )


def test_a_use_reaches_the_disk_before_the_answer(sqlite_url: str, tmp_path: Path) -> None:
    assert re.fullmatch(r"(.*)WF", system_calls(sqlite_url, "use", tmp_path))


def test_control_what_may_be_lost_does_not_wait_for_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    assert "F" not in system_calls(sqlite_url, "nothing durable", tmp_path)
