"""`vialcheck digest`: on, looked at, sent and off, from a terminal alone."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, update

from service.cli import group
from service.errors import RefusedError
from service.storage.database import Database
from service.storage.models import Digest, Report
from tests.factories.people import organisation
from tests.factories.receivers import smtp_server, web_server

NAME = "Example Biologics"


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("VIALCHECK_PUBLIC_URL", "https://check.example.org")
    database = Database(sqlite_url)
    number = organisation(database, NAME)
    with database.transaction() as connection:
        at = datetime.now(UTC) - timedelta(minutes=5)
        values = {"reference": "R-1", "at": at, "organisation_id": number, "what": "x", "asker": "patient"}
        connection.execute(insert(Report).values(values))
    yield database
    database.close()


def earlier(database: Database) -> None:
    """As if it had been set an hour ago."""
    with database.transaction() as connection:
        connection.execute(update(Digest).values(until=datetime.now(UTC) - timedelta(hours=1)))


def vialcheck(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["digest", *arguments])


def test_a_webhook_from_on_to_off(on_record: Database) -> None:
    assert "Nobody is sent a digest." in vialcheck().output
    with web_server() as server:
        address = f"http://127.0.0.1:{server.port}/"
        on = vialcheck(
            "set", "--organisation", NAME, "--webhook", address, "--every", "day", "--actor", "Ada"
        )
        assert on.exit_code == 0, on.output
        assert f"{NAME}: every day, {address}" in vialcheck().output
        earlier(on_record)
        shown = vialcheck("send", "--dry-run")
        assert '"new": 1' in shown.output
        assert server.posts == []
        assert vialcheck("send").output == f"{NAME}: done\n"
        assert json.loads(server.posts[0][2])["reports"]["new"] == 1
        earlier(on_record)
        server.answer = 500
        failed = vialcheck("send")
        assert (failed.exit_code, failed.output) == (1, f"{NAME}: could not be reached\n")
    assert vialcheck("off", "--organisation", NAME).output == "Off.\n"
    assert vialcheck("off", "--organisation", NAME).output == "It was not on.\n"


def test_an_email_needs_a_server(on_record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    on = ("set", "--organisation", NAME, "--email", "a@example.org", "--every", "hour")
    assert "VIALCHECK_SMTP_URL" in vialcheck(*on).output
    with smtp_server() as server:
        monkeypatch.setenv("VIALCHECK_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setenv("VIALCHECK_MAIL_FROM", "vialcheck@example.org")
        assert vialcheck(*on).exit_code == 0
        earlier(on_record)
        assert "1 report of a suspicious product" in vialcheck("send", "--dry-run").output
        assert vialcheck("send").exit_code == 0
        assert "https://check.example.org/reports" in server.mails[0]


def test_one_way_at_a_time(on_record: Database) -> None:
    for ways in ((), ("--email", "a@b.example", "--webhook", "https://example.org/")):
        assert vialcheck("set", "--organisation", NAME, "--every", "day", *ways).exit_code == 2
    missing = vialcheck("set", "--organisation", "X", "--webhook", "https://example.org/", "--every", "day")
    assert isinstance(missing.exception, RefusedError)


def test_the_password_of_the_mail_server_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIALCHECK_SMTP_URL", "smtps://ada:pass:w@mail.example.org:465")
    shown = CliRunner().invoke(group, ["settings"]).output
    assert "smtps://ada:***@mail.example.org:465" in shown
    assert "pass:w" not in shown
