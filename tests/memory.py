"""A folder in memory for what tests write: each commit of a database waits for the disk, and there are thousands."""

import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes: two servers, and the files of the tests that run, with room to spare


def folder() -> Path | None:
    """The folder; None where the machine has none or little room in it: files then lie where they usually do."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
