"""Every document of the shared corpus: the valid ones are taken, the invalid ones refused with a place."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import group
from service.storage.database import Database
from tests.factories.lists import table
from tests.figures import Say


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    yield database
    database.close()


def rows(corpora: Path) -> list[tuple[Path, dict[str, str]]]:
    folder = corpora / "epcis"
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as source:
        listed = list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(folder / each["repo"].replace("/", "+") / each["path"], each) for each in listed]


@pytest.mark.slow
def test_valid_documents_are_taken_and_invalid_ones_refused(
    corpora: Path, on_record: Database, say: Say
) -> None:
    wrong, counts = [], {"valid": 0, "invalid": 0}
    for path, row in rows(corpora):
        result = CliRunner().invoke(group, ["import", str(path), "--dry-run", "--json"])
        (file,) = json.loads(result.stdout)["files"]
        valid = row["label"] == "valid"
        counts[row["label"]] += 1
        right = result.exit_code == (0 if valid else 1) and file["taken"] is valid
        right = right and (valid or all(each["place"] and each["reason"] for each in file["errors"]))
        right = right and (not valid or file["events"] == int(row["events"]))
        if not right or not (valid or file["errors"]):
            wrong.append((str(path), result.exit_code, file["errors"][:1]))
    say(f"EPCIS corpus: {counts['valid']} valid documents taken, {counts['invalid']} invalid ones refused")
    assert wrong == []
    assert counts["valid"] > 80
    assert table(on_record, "epcis_event") == []  # a dry run


def test_what_is_taken_is_kept_and_its_events_change_nothing(corpora: Path, on_record: Database) -> None:
    """No product of the corpus is on record; the same documents again are known."""
    valid = [str(path) for path, row in rows(corpora) if row["label"] == "valid"]
    for path in valid[:30]:
        result = CliRunner().invoke(group, ["import", path, "--json"])
        assert result.exit_code in (0, 1), path  # 1: two documents may have one id for different events
    events = table(on_record, "epcis_event")
    assert len(events) > 40
    assert {event["outcome"] for event in events if event["type"] == "ObjectEvent"} == {"kept"}
    again = json.loads(CliRunner().invoke(group, ["import", valid[0], "--json"]).stdout)["files"][0]
    assert (again["known"], again["kept"]) == (again["events"], 0)
