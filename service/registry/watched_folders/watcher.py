"""Takes the files of watched folders, one process at a time, and writes beside them what became of each.

A file that is still being written is waited for: it is taken once it was the same at two looks. It goes from
the folder to `working`, and when its import has ended to `done` or `refused`. Beside it lies what became
of it (`NAME.result.json`) and the refused rows (`NAME.refused.csv`). An import that needs a person, for a
question or a refused row, waits on the import page; its result says so.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.errors import UnavailableError, VialcheckError
from service.registry.epcis.jobs import CaptureJobs
from service.registry.epcis.reading import START, starts_like_events
from service.registry.import_jobs.service import ImportJobs
from service.registry.watched_folders.notice_feed import take_notices
from service.registry.watched_folders.profile import NAME, FolderProfile, NoticeFeed, read_profile
from service.storage.database import Database

AT_ONCE = 50
"""Files of a folder that are taken at one look."""

_OWN = frozenset({"working", "done", "refused"})
_RESULT, _REFUSED, _JOB = ".result.json", ".refused.csv", ".job.json"
_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp")
_ENDED = {"done": "done", "failed": "refused", "cancelled": "refused"}

_log = logging.getLogger(__name__)

_Size = tuple[int, int]


@dataclass(slots=True)
class FolderWatcher:
    """Looks into each folder below `root` that has a profile."""

    database: Database
    root: Path
    lists: ImportJobs
    events: CaptureJobs
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _seen: dict[Path, _Size] = field(default_factory=dict)

    def look(self) -> None:
        """Take what has come, and write down what has ended. A folder that fails leaves the others."""
        profiles = sorted(self.root.glob(f"*/{NAME}")) if self.root.is_dir() else []
        waiting: dict[Path, _Size] = {}
        for path in profiles:
            try:
                waiting |= self._look_into(path.parent)
            except UnavailableError:
                continue  # the database is busy: at the next look
            except OSError as error:
                _log.error("watched folder %s: %s", path.parent.name, error.strerror or type(error).__name__)
        self._seen = waiting

    def _look_into(self, folder: Path) -> dict[Path, _Size]:
        result = folder / f"{NAME}{_RESULT}"
        try:
            profile = read_profile(folder, self.database)
        except UnavailableError:
            raise
        except VialcheckError as error:
            _write(result, {"state": "failed", "error": str(error)})
            return {}
        result.unlink(missing_ok=True)
        for name in _OWN:
            (folder / name).mkdir(exist_ok=True)
        waiting = {path: _size(path) for path in _files(folder)}
        whole = [path for path, size in waiting.items() if self._seen.get(path) == size]
        for path in whole[:AT_ONCE]:
            path.rename(_free(folder / "working" / path.name))
        for path in sorted(_files(folder / "working")):
            self._carry_on(path, profile)
        return {path: size for path, size in waiting.items() if path not in whole[:AT_ONCE]}

    def _carry_on(self, path: Path, profile: FolderProfile | NoticeFeed) -> None:
        if isinstance(profile, NoticeFeed):
            refused = path.with_name(path.name + _REFUSED)
            said = take_notices(self.database, path, profile, refused, self.clock())
            self._put_away(path, _ENDED[said["state"]], said, profile)
            return
        note = path.with_name(path.name + _JOB)
        try:
            job = json.loads(note.read_text()) if note.exists() else self._begin(path, note, profile)
            said = self._result(job, profile)
        except UnavailableError:
            raise
        except VialcheckError as error:
            said = {"state": "failed", "error": {"code": str(error.code), "message": str(error)}}
        ended = _ENDED.get(said["state"])
        _write(path.with_name(path.name + _RESULT), said)
        if ended is not None:
            self._put_away(path, ended, said, profile)

    def _begin(self, path: Path, note: Path, profile: FolderProfile) -> dict[str, Any]:
        """Have a file imported. Interrupted before it is noted, it is the same import the next time."""
        with path.open("rb") as source:
            start = source.read(START)
            source.seek(0)
            if starts_like_events(start):
                job: dict[str, Any] = {"capture": self.events.begin(profile.who, source, path.name)}
            else:
                claimed = path.stat()  # its last change of state was the move to `working`
                key = f"{path.parent.parent.name} {claimed.st_ino} {claimed.st_ctime_ns}"
                number = self.lists.begin(
                    profile.who,
                    source,
                    path.name,
                    unattended=profile.terms,
                    reason=profile.reason,
                    key=f"folder {hashlib.sha256(key.encode()).hexdigest()}",
                )
                job = {"import": number}
        _write(note, job)
        return job

    def _result(self, job: dict[str, Any], profile: FolderProfile) -> dict[str, Any]:
        if "capture" in job:
            capture = self.events.one(profile.who, job["capture"])
            return {**job, "state": capture.state, "seen": capture.seen, "errors": capture.errors}
        upload = self.lists.one(profile.who, job["import"])
        error = {"code": str(upload.error.code), "message": str(upload.error)} if upload.error else None
        counts = {name: getattr(upload, name) for name in ("new", "changed", "unchanged", "refused")}
        return {**job, "state": upload.state, **counts, "error": error}

    def _put_away(
        self, path: Path, place: str, said: dict[str, Any], profile: FolderProfile | NoticeFeed
    ) -> None:
        target = _free(path.parent.parent / place / path.name)
        rows = path.with_name(path.name + _REFUSED)
        if rows.exists():
            rows.rename(target.with_name(target.name + _REFUSED))
        if isinstance(profile, FolderProfile) and "import" in said and said.get("refused"):
            rows, _ = self.lists.refused(profile.who, said["import"])
            shutil.copyfile(rows, target.with_name(target.name + _REFUSED))
        _write(target.with_name(target.name + _RESULT), said)
        path.rename(target)
        for beside in (_RESULT, _JOB):
            path.with_name(path.name + beside).unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    """The files that were put there: none of ours, no hidden ones, no links, none that is being sent."""
    for path in folder.iterdir():
        own = path.name == NAME or path.name.endswith((_RESULT, _REFUSED, _JOB, *_UNFINISHED))
        if not own and not path.name.startswith((".", "~")) and not path.is_symlink() and path.is_file():
            yield path


def _size(path: Path) -> _Size:
    known = path.stat()
    return known.st_size, known.st_mtime_ns


def _free(path: Path) -> Path:
    """The path, or one with a number where a file of that name was taken before."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return found


def _write(path: Path, said: dict[str, Any]) -> None:
    """Write a file at once: who reads it never sees a half."""
    text = json.dumps(said, indent=1, default=str) + "\n"
    if path.exists() and path.read_text() == text:
        return
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(text)
    unfinished.replace(path)
