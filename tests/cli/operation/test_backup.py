"""`vialcheck backup`, `restore` and `doctor`, as an operator walks through them."""

import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select, text

from service.accounts.credentials.secret_box import SecretBox
from service.cli import group
from service.errors import RefusedError
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Account, CodeGenerator, Organisation, Scan
from service.verification.clock import machine_time
from tests.factories.records import TOXIN, put
from tests.factories.running_service import running_service


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", database_url)
    monkeypatch.setenv("VIALCHECK_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("VIALCHECK_RATE_LIMIT", "on")
    monkeypatch.chdir(tmp_path)
    opened = Database(database_url)
    put(opened)
    yield opened
    opened.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(each) for each in arguments])


def test_a_backup_is_made_checked_and_put_back(database: Database, tmp_path: Path) -> None:
    Settings().secret_box().derived("something")  # makes the key
    done = run("backup", tmp_path)
    assert done.exit_code == 0, done.output
    (path,) = tmp_path.glob("vialcheck-*.backup")
    assert "read back and right" in done.output
    assert "whole" in run("restore", path, "--check").output
    with database.transaction() as connection:
        connection.execute(text("UPDATE manufacturer SET name = 'Changed'"))
    refused = run("restore", path)
    assert isinstance(refused.exception, RefusedError)
    assert "records" in refused.exception.found
    database.close()  # no service may run on them
    replaced = run("restore", path, "--replace", "--reason", "drill")
    assert replaced.exit_code == 0, replaced.output
    with database.reading() as connection:
        assert connection.scalar(text("SELECT name FROM manufacturer")) == "Example Biologics"


def test_no_database_is_made_to_be_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    refused = run("backup", tmp_path / "of.backup")
    assert isinstance(refused.exception, RefusedError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_role_that_only_uses_the_tables_still_may(database: Database, tmp_path: Path) -> None:
    """PostgreSQL: tables that are made anew are granted as those of before were."""
    with database.transaction() as connection:
        connection.execute(text("DROP ROLE IF EXISTS application"))
        connection.execute(text("CREATE ROLE application"))
    database.grant("application")
    run("backup", tmp_path / "of.backup")
    database.close()
    assert run("restore", tmp_path / "of.backup", "--replace").exit_code == 0
    with database.transaction() as connection:
        allowed = "SELECT has_table_privilege('application', 'audit_entry', '{}')"
        assert connection.scalar(text(allowed.format("INSERT"))) is True
        assert connection.scalar(text(allowed.format("DELETE"))) is False
        connection.execute(text("DROP OWNED BY application"))
        connection.execute(text("DROP ROLE application"))


def graded(output: str) -> dict[str, str]:
    """The grade of each line of `vialcheck doctor`."""
    lines = [re.fullmatch(r"(ok|warning|fault) +(\w[\w ]*): .+", line) for line in output.splitlines()]
    assert all(lines), output
    return {line[2]: line[1] for line in lines if line}


def test_the_doctor_finds_a_sound_service_sound(database: Database, tmp_path: Path) -> None:
    run("backup", tmp_path / "of.backup")
    done = run("doctor")
    found = graded(done.output)
    assert done.exit_code == 0, done.output
    sound = {"settings", "records", "lists", "open files", "schema", "integrity", "clock", "key", "backup"}
    assert {name for name, grade in found.items() if grade == "ok"} >= sound, done.output
    assert found.get("role") == (None if database.is_sqlite else "warning"), "the tests own their tables"


def no_backup(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    pass


def a_key_of_something_else(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    sealed = SecretBox("k" * 40, tmp_path / "none").seal("secret", bound_to="account 1")
    now = machine_time()
    with database.transaction() as connection:
        values = {"id": 1, "name": "O", "kind": "clinic", "created": now}
        connection.execute(insert(Organisation).values(values))
        person = {"id": 1, "organisation_id": 1, "email": "a@b.example", "name": "A", "roles": ("admin",)}
        connection.execute(insert(Account).values(person | {"password_hash": "x", "created": now}))
        generator = {"account_id": 1, "sealed_secret": sealed, "last_step": 0, "created": now}
        connection.execute(insert(CodeGenerator).values(generator))
    patch.setenv("VIALCHECK_SECRET_KEY", "another key of more than 32 letters")


def a_newer_schema(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def an_older_schema(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0026'"))


def an_open_address_without_a_name(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("VIALCHECK_HOST", "0.0.0.0")


def a_misspelt_setting(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("VIALCHECK_PROXYS", "1")


def a_key_for_all_to_read(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    settings.secret_box().derived("something")
    settings.secret_file.chmod(0o644)


def an_orphan(database: Database, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    """What a tool of another maker may leave: a row that points at nothing, or an index that lies."""
    if database.is_sqlite:
        with closing(sqlite3.connect(database.url.database or "")) as plain:  # which keeps no foreign keys
            plain.execute("UPDATE batch SET product_id = 99 WHERE id = 1")
            plain.commit()
        return
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    ("harm", "about", "grade"),
    [
        (no_backup, "backup", "warning"),
        (a_key_of_something_else, "key", "fault"),
        (a_newer_schema, "schema", "fault"),
        (an_older_schema, "schema", "warning"),
        (an_open_address_without_a_name, "settings", "fault"),
        (a_misspelt_setting, "settings", "ok"),  # and a line before it, a warning
        (a_key_for_all_to_read, "key", "ok"),  # and a line before it, a warning
        (an_orphan, "integrity", "fault"),
    ],
)
def test_the_doctor_names_what_is_wrong(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: object, about: str, grade: str
) -> None:
    assert callable(harm)
    harm(database, tmp_path, monkeypatch)
    done = run("doctor")
    assert graded(done.output)[about] == grade, done.output
    assert done.exit_code == (1 if grade == "fault" else 0)
    if harm in {a_misspelt_setting, a_key_for_all_to_read}:
        assert f"warning  {about}: " in done.output


@pytest.mark.slow
def test_after_a_clean_stop_the_file_alone_holds_all_checks(sqlite_url: str, tmp_path: Path) -> None:
    """While it runs, a copy of the file alone holds none of them (the control): they are in its log."""
    database = Database(sqlite_url)
    put(database)
    database.write_back()

    def in_a_copy() -> int:
        copy = Database(
            f"sqlite:///{shutil.copy(Path(sqlite_url.removeprefix('sqlite:///')), tmp_path / 'cp.db')}"
        )
        with copy.reading() as connection:
            found = connection.scalar(select(func.count()).select_from(Scan)) or 0
        copy.close()
        return found

    with running_service(sqlite_url, tmp_path, RATE_LIMIT="off") as service:
        for number in range(20):
            assert service.ask(gtin=TOXIN, lot="A1001", serial=f"N{number}").status == 201
        assert in_a_copy() == 0
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(30) == 0
    assert in_a_copy() == 20


@pytest.mark.slow
def test_a_full_disk_leaves_no_backup_and_the_records_as_they_were(
    database: Database, tmp_path: Path
) -> None:
    """One line, no file that looks like a backup; with room it is made (the control)."""
    command = [sys.executable, "-m", "service.cli", "backup", str(tmp_path / "of.backup")]

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))  # bytes that any file may have

    for limit, status in ((little_room, 2), (None, 0)):
        done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert (tmp_path / "of.backup").exists() is (status == 0)
        assert len(done.stderr.splitlines()) == (1 if status else 0)
        assert list(tmp_path.rglob("*.part")) == list(tmp_path.rglob(".backup-*")) == []
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM product")) == 2
