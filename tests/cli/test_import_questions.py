"""`vialcheck import` asks what a column cannot tell, and is told by options or a saved profile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import group
from service.registry.import_jobs import plan
from service.registry.import_jobs.terminal_runs import TerminalRuns
from service.storage.database import Database
from tests.factories.lists import BATCHES, GTIN, PRODUCTS, count, put_in, table, written

ASKING = f"EAN;Charge;Verfall;Menge;Status\n{GTIN};Q1;04/05/2028;12.500;QA OK\n{GTIN};Q2;30.06.2028;8.000;released\n"
ANSWERS = ("--date-order", "month", "--thousands", "thousands", "--word", "QA OK=released")


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    """The database that the command works on, with products and batches."""
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("VIALCHECK_FILES", str(tmp_path / "files"))
    database = Database(sqlite_url)
    put_in(database, written(tmp_path, PRODUCTS, "p.csv"), written(tmp_path, BATCHES, "b.csv"))
    yield database
    database.close()


def vialcheck(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["import", *map(str, arguments)])


def test_questions_name_the_options_that_answer_them(on_record: Database, tmp_path: Path) -> None:
    asked = vialcheck(written(tmp_path, ASKING))
    assert asked.exit_code == 1
    assert asked.stdout.count("Question:") == 2  # 30.06. tells nothing of dates with slashes
    assert "--thousands thousands|decimal" in asked.stdout
    assert "--word 'QA OK=MEANING'" in asked.stdout
    assert "something has to be answered first" in asked.stdout
    assert count(on_record, "batch") == 3
    said = vialcheck(written(tmp_path, ASKING), *ANSWERS)
    assert said.exit_code == 0, said.output
    lots = {row["lot"]: row for row in table(on_record, "batch")}
    assert (lots["Q1"]["quantity"], lots["Q1"]["status"], lots["Q2"]["quantity"]) == (12500, "released", 8000)


def test_answers_are_saved_as_a_profile(on_record: Database, tmp_path: Path) -> None:
    profile = tmp_path / "maker.json"
    first = vialcheck(written(tmp_path, ASKING), *ANSWERS, "--dry-run", "--save-profile", profile)
    assert first.exit_code == 0, first.output
    assert json.loads(profile.read_text())["answers"]["thousands:quantity"] == "thousands"
    assert vialcheck(written(tmp_path, ASKING), "--profile", profile).exit_code == 0
    for content in ("no json", "[]", '{"kind": "soup"}'):
        wrong = vialcheck(written(tmp_path, ASKING), "--profile", written(tmp_path, content, "wrong.json"))
        assert wrong.exit_code == 2


def test_columns_are_named_by_header_number_and_letters(on_record: Database, tmp_path: Path) -> None:
    rows = f"{GTIN},M1,2028-12-31\n"
    bare = written(tmp_path, rows)
    assert "--map" in vialcheck(bare).stdout
    for options in (
        ("--header-row", "0", "--map", "1=gtin", "--map", "2=lot", "--map", "3=expiry"),
        ("--header-row", "0", "--map", "A=gtin", "--map", "B=lot", "--map", "C=expiry", "--kind", "batches"),
    ):
        assert vialcheck(bare, *options).exit_code == 0
    odd = written(tmp_path, f"Code,Ref,Last day\n{GTIN},M2,2028-12-31\n")
    said = ("--map", "Code=gtin", "--map", "Ref=lot", "--map", "Last day=expiry")
    assert vialcheck(odd, *said).exit_code == 0
    assert {"M1", "M2"} <= {row["lot"] for row in table(on_record, "batch")}
    assert vialcheck(odd, "--map", "Nothing=lot").exit_code == 1
    assert vialcheck(odd, "--map", "Code").exit_code == 2
    assert vialcheck(odd, "--word", "Q=maybe").exit_code == 2


def test_what_was_read_oddly_is_said(on_record: Database, tmp_path: Path) -> None:
    content = f"Example;;\nGTIN;Lot;Expiry\n{GTIN};O1;2028-12-31\nTotal;;1\n"
    told = vialcheck(written(tmp_path, content)).stdout
    assert "Column headers: line 2" in told
    assert "Lines that are no rows of the list: line 4 (Total)" in told


@pytest.mark.parametrize("how", ["--resume", "--undo"])
def test_what_was_interrupted_is_resumed_or_undone(
    on_record: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(plan, "UNITS", 10)
    put, pieces = TerminalRuns._put_next, iter(range(2))

    def some(self: TerminalRuns, number: int, *, careful: bool):  # type: ignore[no-untyped-def]
        if next(pieces, None) is None:
            raise KeyboardInterrupt
        return put(self, number, careful=careful)

    monkeypatch.setattr(TerminalRuns, "_put_next", some)
    rows = "".join(f"{GTIN},A1,S{number:03}\n" for number in range(35))
    assert vialcheck(written(tmp_path, "gtin,lot,serial\n" + rows)).exit_code != 0
    monkeypatch.setattr(TerminalRuns, "_put_next", put)
    assert count(on_record, "unit") == 20
    done = vialcheck(how)
    assert done.exit_code == 0, done.output
    assert count(on_record, "unit") == (35 if how == "--resume" else 0)
    assert "No import was interrupted." in vialcheck(how).stdout
    assert vialcheck(how, "x.csv").exit_code == 2
    assert vialcheck().exit_code == 2
