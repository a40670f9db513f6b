"""Copies of a SQLite database: one file, written by VACUUM INTO in one snapshot while others write.

VACUUM INTO leaves out free pages, and with them what was deleted before.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.storage.database.copies import (
    LEFT_OUT,
    CopiedRecords,
    Finish,
    Put,
    RecordsCopier,
    Take,
    has_rows,
    tables_of,
)

if TYPE_CHECKING:
    from service.storage.database import Database

MEMBER = "records.sqlite"
_BLOCK = 1 << 20


class SqliteCopier(RecordsCopier):
    """See `RecordsCopier`. The database has to be a file."""

    kind = "sqlite"

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._file = Path(database.url.database or "").absolute()

    def write(self, put: Put) -> CopiedRecords:
        """See `RecordsCopier`. Needs as much free space beside the database as the copy takes."""
        with (
            _refusing(ErrorCode.BACKUP_REFUSED),
            tempfile.TemporaryDirectory(prefix=".backup-", dir=self._file.parent) as folder,
        ):
            copy = Path(folder) / MEMBER
            with closing(sqlite3.connect(f"{self._file.as_uri()}?mode=rw", uri=True)) as source:
                source.execute("VACUUM INTO ?", (str(copy),))
            copy.chmod(0o600)
            _leave_out(copy)
            copied = inspected(copy, ErrorCode.BACKUP_REFUSED)
            with copy.open("rb") as source_file, put(MEMBER) as target:
                shutil.copyfileobj(source_file, target, _BLOCK)
        return copied

    def is_empty(self) -> bool:
        """See `RecordsCopier`. A file that is no database is not empty."""
        if not self._file.exists() or not self._file.stat().st_size:
            return True
        with self._database.reading() as connection:
            return not has_rows(connection, tables_of(connection))

    def replace(self, take: Take, copied: CopiedRecords, finish: Finish) -> str:
        """See `RecordsCopier`. The replaced file is kept beside the new one, under another name."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with (
            _refusing(ErrorCode.RESTORE_REFUSED),
            tempfile.TemporaryDirectory(prefix=".restore-", dir=self._file.parent) as folder,
        ):
            draft = Path(folder) / MEMBER
            with take(MEMBER) as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
            draft.chmod(0o600)
            if inspected(draft, ErrorCode.RESTORE_REFUSED) != copied:
                raise RefusedError(
                    ErrorCode.RESTORE_REFUSED, expected="the rows that the backup names", found="others"
                )
            self._finish(draft, finish)
            kept = self._set_aside()
            draft.replace(self._file)
            _sync_folder(self._file.parent)
        return kept

    def _finish(self, draft: Path, finish: Finish) -> None:
        """Migrate the draft, write what is to be written, and leave no log beside it."""
        database = type(self._database)(f"sqlite:///{draft}")
        try:
            database.migrate()
            with database.transaction() as connection:
                connection.exec_driver_sql("UPDATE facts_version SET version = hex(randomblob(16))")
                finish(connection)
        finally:
            database.close()
        write_back(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())

    def _set_aside(self) -> str:
        """Give the file that is there a second name, and take its log from beside the first.

        The log must never lie beside the restored file. The first name is never free: a service that is
        started meanwhile would make an empty database there.
        """
        with suppress(SQLAlchemyError, VialcheckError):  # a damaged file is kept as it is
            if self.is_empty():
                self._database.write_back()
                return ""
        self._database.close()
        with suppress(sqlite3.DatabaseError):
            write_back(self._file)
        kept = self._file.with_name(f"{self._file.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        for ending in ("-wal", "-shm"):
            beside = self._file.with_name(self._file.name + ending)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + ending))
        os.link(self._file, kept)
        _sync_folder(self._file.parent)
        return str(kept)


@contextmanager
def _refusing(code: ErrorCode) -> Iterator[None]:
    """RefusedError(code) for what SQLite or the system refuses: a full disk, a file of something else."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise RefusedError(code, expected="room, and records that can be read", found=str(error)) from error


def write_back(file: Path) -> bool:
    """Move all of the write-ahead log into the file, so that a copy of the file alone holds everything.

    False where another process still uses it.
    """
    if not file.is_file():
        return True
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def inspected(file: Path, code: ErrorCode) -> CopiedRecords:
    """What a file holds, after all of it was checked. RefusedError(code) for a damaged one."""
    try:
        with _opened(file) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            faults += [str(row[0]) for row in connection.execute("PRAGMA foreign_key_check").fetchmany(10)]
            if faults:
                raise RefusedError(code, expected="sound records", found="; ".join(faults)[:200])
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            ]
            rows = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 (names of the schema)
                for name in sorted(names)
            }
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise RefusedError(code, expected="records of Vialcheck", found=str(error)) from error
    return CopiedRecords("sqlite", found[0] if found else "", rows)


def _leave_out(copy: Path) -> None:
    with _opened(copy) as connection:
        connection.execute("PRAGMA secure_delete=ON")  # nothing of the rows stays in free pages
        present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        for name in sorted(LEFT_OUT & present):
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 (names of our own)
        connection.commit()


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        yield connection


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
