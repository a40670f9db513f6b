"""A machine whose clock can be set while programs run (libfaketime); the kernel's count goes on as it is."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest


def faked_clock(folder: Path) -> "FakedClock":
    """A clock that is right at first; skips, visibly, where the library is not, except in CI."""
    found = find_spec("libfaketime")
    library = next(Path(str(found.origin)).parent.rglob("libfaketime.so.1"), None) if found else None
    if library is None:
        if os.environ.get("CI"):
            pytest.fail("CI has libfaketime")
        pytest.skip("no libfaketime on this machine")
    return FakedClock(folder / "clock", library)


class FakedClock:
    """`environment` is for the programs that shall see it."""

    def __init__(self, file: Path, library: Path) -> None:
        self._file = file
        self.set("+0d")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, offset: str) -> None:
        """Set it ahead of the right time (`+1800d`) or behind it (`-2h`)."""
        draft = self._file.with_suffix(".new")
        draft.write_text(offset)
        draft.replace(self._file)
