"""A clinic's check is on disk before it is answered; a stranger's may follow within the window.

`kill -9` would not show it, the page cache survives a dead process: the order of the system calls does.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_PROGRAM = """
import os, sys
from service.authenticity.evidence import Asker
from service.storage.database import Database
from service.verification.service import VerificationService
from service.verification.question import Channel, Question, RequestOrigin
desk = VerificationService(Database(sys.argv[1]))
os.write(1, b"START")
desk.verify(Question(lot="VX2401", asker=Asker(sys.argv[2])), RequestOrigin(Channel.API))
os.write(1, b"ANSWER")
os._exit(0)
"""


def system_calls(url: str, asker: str, tmp_path: Path) -> str:
    """The letters of what happened between the question and the answer: W writes, F reaches the disk."""
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs strace")
        pytest.skip("no strace on this machine")
    trace = tmp_path / "trace"
    subprocess.run(
        [strace, "-f", "-y", "-o", trace, "-e", "trace=write,pwrite64,fdatasync,fsync", sys.executable, "-c", _PROGRAM, url, asker],
        check=True,
        capture_output=True,
    )  # fmt: skip
    between = re.search(r'"START".*?"ANSWER"', trace.read_text(errors="replace"), re.DOTALL)
    assert between is not None
    return "".join(
        "F" if "sync(" in line else "W" for line in between.group().splitlines() if "-wal>" in line
    )


def test_a_clinics_check_reaches_the_disk_before_the_answer(sqlite_url: str, tmp_path: Path) -> None:
    assert re.fullmatch(r"(.*)WF", system_calls(sqlite_url, "clinic", tmp_path))


def test_control_a_strangers_check_does_not_wait_for_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    assert "F" not in system_calls(sqlite_url, "patient", tmp_path)
