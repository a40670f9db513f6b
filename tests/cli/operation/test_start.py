"""What keeps a service from starting is one line that names it; starts at once do not collide."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service.cli import main
from service.storage.database import Database
from tests.postgres import Postgres


def newer(url: str) -> str:
    database = Database(url)
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    return url


@pytest.fixture
def refusing() -> Iterator[str]:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{free.getsockname()[1]}"


def said(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that `vialcheck migrate` ends with."""
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", url)
    monkeypatch.setattr(sys, "argv", ["vialcheck", "migrate"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert "Traceback" not in lines[0]
    assert "product" not in lines[0], "a patient's sentence"
    return lines[0]


def test_a_database_of_a_newer_version(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = said(newer(database_url), monkeypatch, capsys)
    assert "newer version" in line
    assert "9999" in line


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("sslmode=require", "SSL"),  # the server has none
        ("sslmode=certainly", "sslmode"),  # no mode of libpq
        ("no_such_option=1", "no_such_option"),
    ],
)
def test_a_connection_that_is_refused(
    postgres: Postgres,
    options: str,
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert named in said(f"{postgres.url('postgres')}?{options}", monkeypatch, capsys)


def test_a_server_that_is_not_there(
    refusing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "refused" in said(f"postgresql://a@{refusing}/b", monkeypatch, capsys)
    assert "refused" in said(f"postgresql://a@{refusing},{refusing}/b", monkeypatch, capsys)


def test_a_volume_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in said(f"sqlite:///{tmp_path}/file/vialcheck.db", monkeypatch, capsys)
    (tmp_path / "folder.db").mkdir()
    assert "unable to open" in said(f"sqlite:///{tmp_path}/folder.db", monkeypatch, capsys)


def test_several_hosts_as_libpq_writes_them(postgres: Postgres, refusing: str) -> None:
    """The first one that takes it is used; each host with its own port."""
    here = postgres.url("postgres").partition("@")[2].partition("/")[0]
    database = Database(f"postgresql://app@{refusing},{here}/postgres?target_session_attrs=read-write")
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_three_that_migrate_at_once_do_not_collide(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/vialcheck.db"
    server: Postgres | None = None
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.create("at_once")
    command = [sys.executable, "-m", "service.cli", "migrate"]
    starts = [
        subprocess.Popen(
            command,
            env=os.environ | {"VIALCHECK_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(3)
    ]
    output = [process.communicate()[0] for process in starts]
    assert [process.returncode for process in starts] == [0, 0, 0], output
    database = Database(url)
    assert database.migrate() is False
    database.close()
    if server is not None:
        server.drop(url)
