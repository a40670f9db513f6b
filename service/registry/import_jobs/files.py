"""Stores the files that people send: a folder for each beside the database, with a random name."""

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.errors import ErrorCode, RefusedError

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was put on the shelf, on disk: its folder, its bytes and their SHA-256."""

    folder: str
    size: int
    sha256: str


class ImportFiles:
    """The files of every import that is on its way. What was decided on is not needed here any more."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def take(self, source: IO[bytes], most: int) -> StoredFile:
        """Keep what `source` gives, without ever holding all of it. FILE_EMPTY, FILE_TOO_LARGE."""
        folder = secrets.token_hex(16)
        (self.root / folder).mkdir(parents=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        try:
            with self.list(folder).open("wb") as target:
                while block := source.read(_BLOCK):
                    size += len(block)
                    _require_size(size, most)
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            _require_size(size, most)
        except BaseException:
            self.remove(folder)
            raise
        return StoredFile(folder, size, digest.hexdigest())

    def list(self, folder: str) -> Path:
        """The list as it was sent."""
        return self.root / folder / "list"

    def plan(self, folder: str) -> Path:
        """What will be put on record (`plans`)."""
        return self.root / folder / "plan.jsonl"

    def refused(self, folder: str) -> Path:
        """The rows that were refused, as CSV with a reason column."""
        return self.root / folder / "refused.csv"

    def samples(self, folder: str) -> Path:
        """Rows of each kind, to be looked at."""
        return self.root / folder / "samples.json"

    def apart(self, folder: str) -> Path:
        """A place of one's own for what is not finished yet."""
        place = self.root / folder / secrets.token_hex(4)
        place.mkdir()
        return place

    def remove(self, folder: str) -> None:
        """Let go of everything of one import; what is gone already is no error."""
        if folder:
            shutil.rmtree(self.root / folder, ignore_errors=True)

    def settle(self, folder: str) -> None:
        """Let go of the list and its plan: all that remains is to be looked at."""
        for path in (self.list(folder), self.plan(folder)):
            path.unlink(missing_ok=True)


def _require_size(size: int, most: int) -> None:
    if size > most:
        raise RefusedError(ErrorCode.FILE_TOO_LARGE, expected=f"at most {most:,} bytes")
    if not size:
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="an empty file")
