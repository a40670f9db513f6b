"""Several hosts on one PostgreSQL database: what they have to share is shared, or the start is refused."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.errors import RefusedError
from service.server.shared import marks_of, require_shared
from service.settings import Settings
from service.storage.database import Database
from service.storage.database.peers import SharedMarks
from tests.postgres import Postgres

KEY = "a key of more than thirty-two letters"


@dataclass
class OtherHost:
    """A service on another machine, as the database sees it."""

    settings: Settings
    marks: SharedMarks


@pytest.fixture
def other(postgres: Postgres, tmp_path: Path) -> Iterator[OtherHost]:
    url = postgres.create("hosts")
    settings = Settings(
        database_url=url,
        data=tmp_path / "there",
        files=tmp_path / "files",
        secret_key=KEY,
        rate_limit="valkey://v:1",
    )
    marks = marks_of(settings)._replace(host="abcdef")
    connected = Database(url, name=marks.name)
    assert connected.peers() == [marks]
    yield OtherHost(settings, marks)
    connected.close()
    postgres.drop(url)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, ""),
        ({"data": "here"}, ""),  # a folder of its own, where nothing is kept that others need
        ({"files": "here/files"}, "VIALCHECK_FILES"),
        ({"secret_key": KEY + "!"}, "VIALCHECK_SECRET_KEY"),
        ({"secret_key": ""}, "VIALCHECK_SECRET_KEY"),  # a file of its own
        ({"rate_limit": "on"}, "VIALCHECK_RATE_LIMIT"),  # a file of one machine
        ({"rate_limit": "valkey://w:1"}, "VIALCHECK_RATE_LIMIT"),
    ],
)
def test_what_is_not_shared_is_named(
    other: OtherHost, tmp_path: Path, changed: dict[str, str], named: str
) -> None:
    folders = {name: tmp_path / value for name, value in changed.items() if name in {"data", "files"}}
    settings = other.settings.model_copy(update=changed | folders)
    if not named:
        require_shared(settings, marks_of(settings))
        return
    with pytest.raises(RefusedError) as refused:
        require_shared(settings, marks_of(settings))
    assert refused.value.field == named


def test_a_service_alone_shares_with_nothing(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.create("alone")
    settings = Settings(database_url=url, data=tmp_path, files=tmp_path / "files")
    own = marks_of(settings)
    assert marks_of(settings) == own, "the same at the next start"
    stranger = Database(url, name="psql")  # another program
    left_over = Database(url, name=own._replace(files="00000000").name)  # this host's own, of before
    for each in (stranger, left_over):
        with each.reading():
            pass
    require_shared(settings, own)
    stranger.close()
    left_over.close()
    postgres.drop(url)


def test_sqlite_has_no_other_hosts(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    assert database.peers() == []
    database.close()


def test_the_name_fits_into_what_postgresql_keeps() -> None:
    marks = SharedMarks("abcdef", "01234567", "89abcdef", "01234567")
    assert SharedMarks.parse(marks.name) == marks
    assert len(os.fsencode(marks.name)) < 64
    assert SharedMarks.parse("vialcheck") is None
