"""Databases with records in them, to copy from: many tests begin with the same records, and filling takes long.

A test names what fills its database: `@filled_by(fill)`, on itself or for its module. `fill` is
called once for each kind of database in a process, with an open database and an empty folder; `database_url`
is then a copy of what it left.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.postgres import Postgres

Fill = Callable[[Database, Path], None]


def filled_by(fill: Fill) -> pytest.MarkDecorator:
    """The marker that `database_url` looks for."""
    return pytest.mark.filled_by.with_args(fill)


class FilledDatabases:
    """Templates by what fills them. `folder`: where SQLite files and the lists of `fill` may lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Fill, Path] = {}
        self._names: dict[Fill, str] = {}

    def sqlite(self, empty: Path, fill: Fill) -> Path:
        """The file to copy. `empty`: a migrated one."""
        if fill not in self._files:
            folder = self._new_folder()
            path = folder / "filled.db"
            shutil.copy(empty, path)
            self._fill(f"sqlite:///{path}", fill, folder)
            self._files[fill] = path
        return self._files[fill]

    def postgres(self, server: Postgres, empty: str, fill: Fill) -> str:
        """The name of the database to copy. `empty`: a migrated one."""
        if fill not in self._names:
            url = server.create_from(empty)
            self._fill(url, fill, self._new_folder())
            self._names[fill] = url.rpartition("/")[2]
        return self._names[fill]

    def _new_folder(self) -> Path:
        folder = self._folder / str(len(self._files) + len(self._names))
        folder.mkdir()
        return folder

    def _fill(self, url: str, fill: Fill, folder: Path) -> None:
        database = Database(url)
        fill(database, folder)
        database.close()
