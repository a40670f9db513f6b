"""`vialcheck import`: what it says, and the status it leaves with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import group
from service.errors import RefusedError
from service.storage.database import Database
from tests.factories.lists import BATCHES, GTIN, PRODUCTS, count, table, written

UNITS = f"gtin,lot,serial\n{GTIN},A1,S1\n{GTIN},A1,S2\n"


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Database]:
    """The database that the command works on."""
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    yield database
    database.close()


def vialcheck(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["import", *map(str, arguments)])


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [
        written(tmp_path, text, name)
        for name, text in (("u.csv", UNITS), ("b.csv", BATCHES), ("p.csv", PRODUCTS))
    ]


def test_lists_go_in_and_are_told_in_plain_words(on_record: Database, files: list[Path]) -> None:
    result = vialcheck(*files, "--actor", "Ada", "--reason", "first delivery")
    assert result.exit_code == 0
    assert [line.rsplit(": ", maxsplit=1)[1] for line in result.stdout.splitlines()[:3]] == [
        "products, 2 new",
        "batches, 3 new",
        "units, 2 new",
    ]
    assert result.stdout.splitlines()[-1] == "Done: on record."
    assert {(row["actor"], row["reason"]) for row in table(on_record, "audit_entry")} == {
        ("Ada", "first delivery")
    }
    again = vialcheck(*files)
    assert again.exit_code == 0
    assert "0 new, 2 unchanged" in again.stdout
    assert again.stdout.splitlines()[-1] == "Nothing new: all of this was on record before."


def test_the_actor_is_the_user_when_nobody_is_named(
    on_record: Database, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    vialcheck(*files)
    assert {row["actor"] for row in table(on_record, "import")} == {"grace"}


def test_a_dry_run(on_record: Database, files: list[Path]) -> None:
    result = vialcheck(*files, "--dry-run")
    assert result.exit_code == 0
    assert "units, 2 new (not put in)" in result.stdout
    assert result.stdout.splitlines()[-1] == "Dry run: nothing was changed."
    assert count(on_record, "product") == 0


def test_refused_rows(on_record: Database, files: list[Path], tmp_path: Path) -> None:
    vialcheck(*files)
    bad = written(tmp_path, f"GTIN;Lot;S/N;Colour\n{GTIN};Z9;S3;red\n{GTIN};A1;S4;red\n", "more.csv")
    result = vialcheck(bad)
    assert result.exit_code == 1
    assert "line 2, Lot 'Z9': this product has no such lot on record" in result.stdout
    assert "Columns not read: Colour" in result.stdout
    assert f"All refused rows, with their reasons: {tmp_path / 'more.refused.csv'}" in result.stdout
    assert "Nothing was put in" in result.stdout
    assert count(on_record, "unit") == 2
    kept = vialcheck(bad, "--keep-good", "--errors", tmp_path / "back.csv")
    assert kept.exit_code == 1
    assert count(on_record, "unit") == 3
    assert (tmp_path / "back.csv").read_text().startswith("GTIN;Lot;S/N;Colour;refused because\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n", "found a PNG picture"),
        (b"", "an empty file"),
        (b"colour,size\n", "does not say what kind of list it is"),
        (b"gtin,lot\n", "lacks a column that is needed"),
        (b"gtin,lot,batch,serial\n09506000134352,A1,B2,S1\n", "two of its columns mean the same"),
    ],
)
def test_refused_files(on_record: Database, tmp_path: Path, content: bytes, says: str) -> None:
    result = vialcheck(written(tmp_path, content, "x.csv"))
    assert result.exit_code == 1
    assert f"{tmp_path / 'x.csv'}: refused." in result.stdout
    assert says in result.stdout
    assert "Traceback" not in result.output


def test_an_unusual_encoding_is_said(on_record: Database, tmp_path: Path) -> None:
    content = f"gtin;name;manufacturer\n{GTIN};Lösung;Müller\n".encode("cp1252")
    result = vialcheck(written(tmp_path, content))
    assert "Read as cp1252" in result.stdout
    assert [row["name"] for row in table(on_record, "manufacturer")] == ["Müller"]


@pytest.mark.parametrize("arguments", [[], ["--no-such-option", "x"]])
def test_wrong_usage(on_record: Database, arguments: list[str]) -> None:
    assert vialcheck(*arguments).exit_code == 2


def test_one_file_of_errors_belongs_to_one_list(on_record: Database, files: list[Path]) -> None:
    wrong: list[list[str | Path]] = [[*files, "--errors", "errors.csv"], [files[0], "--errors", files[0]]]
    for wanted in wrong:
        refusal = vialcheck(*wanted).exception  # `main` says it in one line, with exit status 2
        assert isinstance(refusal, RefusedError)
        assert refusal.field == "errors"
    assert files[0].read_text() == UNITS
