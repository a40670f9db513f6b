"""`vialcheck statements`: what waits is listed, and released by another name than the one that put it in."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import group
from service.storage.database import Database
from tests.factories.lists import GTIN, imported, prepared, table


def test_a_second_name_releases_what_waits(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    prepared(database, tmp_path)
    imported(database, tmp_path, f"gtin,topic,text,source,date\n{GTIN},course,It lasts.,Label,2026\n")

    def said(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(group, ["statements", *arguments])
        return done.exit_code, done.output

    assert f"1  {GTIN}/course/en version 1, put in by tester" in said()[1]
    assert said("1", "--actor", "tester", "--reason", "read")[0] != 0
    assert said("1", "--actor", "second")[0] != 0  # no reason
    assert said("1", "--actor", "second", "--reason", "read") == (0, "1 released\n")
    assert "It lasts. [Label, 2026]" in said("--public")[1]
    assert said("1", "--decision", "withdraw", "--actor", "tester", "--reason", "wrong")[0] == 0
    assert table(database, "product_statement")[0]["state"] == "withdrawn"
    database.close()
