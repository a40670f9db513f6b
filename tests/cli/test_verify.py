"""`vialcheck verify` and its neighbours, as a terminal runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories import maker_records

pytestmark = pytest.mark.slow

FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"


@pytest.fixture
def url(sqlite_url: str) -> str:
    database = Database(sqlite_url)
    maker_records.fill(database)
    database.close()
    return sqlite_url


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"VIALCHECK_DATABASE_URL": url}
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["verify", FULL], 0),  # accept
        (["verify", "VX2401"], 10),  # check
        (["verify", "NOPE"], 11),  # unknown
        (["verify", "--gtin", maker_records.GTIN, "--lot", "NOPE"], 20),  # quarantine
        (["verify", "VX2402"], 30),  # reject
        (["verify", "--gtin", maker_records.GTIN, "--no-lot"], 20),
        (["verify", "--gtin", "123"], 2),  # cannot be read
        (["verify"], 2),
        (["verify", "--nonsense"], 2),
    ],
)
def test_the_exit_status_is_the_action(url: str, arguments: list[str], status: int) -> None:
    done = run(url, *arguments)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


def test_json_is_what_the_api_answers(url: str) -> None:
    body = json.loads(run(url, "verify", FULL, "--market", "FR", "--json").stdout)
    assert (body["id"], body["action"], body["record"]["lot"]) == (None, "accept", "VX2401")


def test_a_terminal_records_only_when_told_to(url: str) -> None:
    assert json.loads(run(url, "verify", "VX2401", "--json").stdout)["id"] is None
    assert json.loads(run(url, "verify", "VX2401", "--json", "--record").stdout)["id"]


def test_what_cannot_be_read_is_one_line_in_plain_words(url: str) -> None:
    done = run(url, "verify", "--gtin", "9506000134353")
    assert done.stderr.startswith("vialcheck: ")
    assert done.stderr.count("\n") == 1


def test_settings_are_listed_without_the_password(url: str) -> None:
    secret = "postgresql://me:hunter2@host/name"
    done = run(secret, "settings")
    assert "VIALCHECK_DATABASE_URL=postgresql://me:***@host/name" in done.stdout
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [("VIALCHECK_PORT", "many"), ("VIALCHECK_PUBLIC_URL", "check.example.org"), ("VIALCHECK_THREADS", "0")],
)
def test_a_setting_that_is_wrong_is_named(
    url: str, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run(url, "settings")
    assert done.returncode == 2
    assert name in done.stderr
    assert value in done.stderr


def test_every_setting_is_in_the_operators_page(url: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for line in run(url, "settings").stdout.splitlines():
        if line.startswith("VIALCHECK_"):
            assert line.split("=")[0] in page


def test_migrate_says_whether_anything_was_done(tmp_path: Path) -> None:
    fresh = f"sqlite:///{tmp_path / 'new.db'}"
    assert run(fresh, "migrate").stdout == "migrated\n"
    assert run(fresh, "migrate").stdout == "nothing to do\n"
