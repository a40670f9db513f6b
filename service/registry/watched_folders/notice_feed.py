"""A file of regulators' notices from a watched folder: openFDA's reports, notices in another form that an
authority publishes, or a list of any authorities'.

Each run is on record. A notice that is on record already is not put in again, so that the same file, a whole
one after daily ones, or one that was interrupted, does no harm.
"""

import csv
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.registry.alerts.notice_rows import LABELS
from service.registry.alerts.openfda import LARGEST, looks_like_json
from service.registry.alerts.published_notices import NoticeReader, published_notices
from service.registry.import_jobs.file_import import FileOutcome
from service.registry.import_jobs.import_files import run
from service.registry.lists.columns import ListHints, ListKind
from service.registry.watched_folders.profile import NoticeFeed
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import FeedRun

AT_ONCE = 500
"""Reports that one transaction puts in: others write in between."""

MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class NoticeFeedRun:
    """One run as people read it."""

    at: datetime
    folder: str
    file_name: str
    new: int
    unchanged: int
    refused: int
    error: str


def take_notices(
    database: Database, path: Path, feed: NoticeFeed, refused: Path, at: datetime
) -> dict[str, Any]:
    """Put the notices of a file on record and return what became of it, which is on record too.

    `refused`: where the refused rows go. UnavailableError: later.
    """
    counts, error = {"new": 0, "unchanged": 0, "refused": 0}, None
    refused.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as name:
        try:
            with _unpacked(path, Path(name)) as whole:
                for piece in _pieces(whole, Path(name), counts, refused):
                    outcome = _put_in(database, piece, feed, Path(name) / "refused.csv")
                    for each in counts:
                        counts[each] += getattr(outcome, each)
                    _add(outcome.refused_file, refused)
        except RefusedError as fault:
            error = {"code": str(fault.code), "message": str(fault)}
    values = {"at": at, "folder": feed.folder, "file_name": path.name, "sha256": _sha256(path)}
    values |= {f"rows_{name}": count for name, count in counts.items()}
    with database.transaction() as connection:
        connection.execute(insert(FeedRun).values(values | {"error": error["message"] if error else ""}))
    return {"feed": feed.folder, "state": "failed" if error else "done", **counts, "error": error}


def feed_runs(database: Database) -> list[NoticeFeedRun]:
    """Return the latest runs, the newest first; at most `MOST_RUNS`."""
    columns = (FeedRun.at, FeedRun.folder, FeedRun.file_name, FeedRun.rows_new, FeedRun.rows_unchanged)
    statement = select(*columns, FeedRun.rows_refused, FeedRun.error).order_by(FeedRun.id.desc())
    with database.reading() as connection:
        return [NoticeFeedRun(*row) for row in connection.execute(statement.limit(MOST_RUNS))]


def _put_in(database: Database, piece: Path, feed: NoticeFeed, refused: Path) -> FileOutcome:
    who = AuditActor(f"feed {feed.folder}"[:200])
    hints = ListHints(kind=ListKind.ALERTS)
    made = run(database, [piece], who=who, reason=feed.reason, keep_good=True, errors=refused, hints=hints)
    [outcome] = made.files
    if outcome.error is not None:
        raise _as_refused(outcome.error)
    if outcome.questions:
        expected = "dates as YYYY-MM-DD, of which nothing has to be asked"
        raise RefusedError(ErrorCode.FILE_UNREADABLE, given=piece.name, expected=expected)
    return outcome


def _as_refused(error: VialcheckError) -> RefusedError:
    return RefusedError(error.code, given=error.given, expected=error.expected, found=error.found)


@contextmanager
def _unpacked(path: Path, folder: Path) -> Iterator[Path]:
    """The file itself, or the one file in it where it is zipped, as openFDA's whole file is."""
    if path.suffix.lower() != ".zip":
        yield path
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [each for each in archive.infolist() if not each.is_dir()]
            if len(names) != 1 or names[0].file_size > LARGEST:
                raise _unreadable(path, "several files, or a larger one")
            inner = folder / "unpacked.json"
            with archive.open(names[0]) as source:
                content = source.read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _unreadable(path, type(error).__name__) from error
    if len(content) > LARGEST:
        raise _unreadable(path, "a larger file")
    inner.write_bytes(content)
    yield inner


def _pieces(path: Path, folder: Path, counts: dict[str, int], refused: Path) -> Iterator[Path]:
    """The file; of many reports a file for each `AT_ONCE` of them; of notices in other forms a list."""
    notices = published_notices(path)
    if notices:
        yield from _list_of(notices, folder, counts, refused)
        return
    reports = _reports(path) if looks_like_json(path) else []
    if len(reports) <= AT_ONCE:
        yield path
        return
    for start in range(0, len(reports), AT_ONCE):
        piece = folder / "piece.json"
        piece.write_text(json.dumps({"results": reports[start : start + AT_ONCE]}))
        yield piece


def _list_of(
    notices: list[NoticeReader], folder: Path, counts: dict[str, int], refused: Path
) -> Iterator[Path]:
    """A list of what the notices call back. One alone that is not certain refuses the file."""
    rows: list[list[str]] = []
    for notice in notices:
        try:
            rows += notice()
        except RefusedError as error:
            if len(notices) == 1:
                raise
            counts["refused"] += 1
            with refused.open("a", encoding="utf-8", newline="") as target:
                csv.writer(target).writerow((error.given, str(error)))
    if rows:
        piece = folder / "notices.csv"
        with piece.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([list(LABELS), *rows])
        yield piece


def _reports(path: Path) -> list[Any]:
    """The reports of a file; none where it is of another shape, which the importer then refuses."""
    if path.stat().st_size > LARGEST:
        return []
    try:
        parsed = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    found = parsed.get("results") if isinstance(parsed, dict) else parsed
    return found if isinstance(found, list) else []


def _add(rows: Path | None, refused: Path) -> None:
    """Add refused rows to those of the pieces before, under one header."""
    if rows is None:
        return
    text = rows.read_bytes()
    if refused.exists():
        text = text.split(b"\n", 1)[-1]
    with refused.open("ab") as target:
        target.write(text)
    rows.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _unreadable(path: Path, found: str) -> RefusedError:
    expected = "one file of notices, zipped or not"
    return RefusedError(ErrorCode.FILE_UNREADABLE, given=path.name, expected=expected, found=found)
