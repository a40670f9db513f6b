"""A database of one kind, for what the kind makes no difference to: the reading of cells."""

from collections.abc import Iterator

import pytest

from service.storage.database import Database


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()
