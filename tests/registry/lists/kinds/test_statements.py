"""Lists of statements: what a row needs, and that each text is a version of its own."""

from pathlib import Path

import pytest

from service.registry.lists.columns import ListKind, recognise
from service.storage.database import Database
from tests.factories.lists import GTIN, OTHER, count, counts, imported, prepared, table

HEADER = "gtin,topic,language,text,source,source_url,date\n"
ROW = f"{GTIN},course,en,It works after 3 days.,Label,https://maker.example/label,2026-05-04\n"


@pytest.fixture
def ready(database: Database, tmp_path: Path) -> Database:
    prepared(database, tmp_path)
    return database


def test_a_text_is_a_version_that_waits(ready: Database, tmp_path: Path) -> None:
    rows = ROW + f"{OTHER},warning signs,German,Schluckbeschwerden,Label,,2026-05\n"
    assert counts(imported(ready, tmp_path, HEADER + rows)) == (2, 0, 0, 0)
    first, second = table(ready, "product_statement")
    assert (first["topic"], first["language"], first["version"], first["state"]) == (
        "course",
        "en",
        1,
        "waiting",
    )
    assert (first["put_in_by"], first["dated"], first["decided_by"]) == ("tester", "2026-05-04", None)
    assert (second["topic"], second["language"], second["dated"]) == ("warning_signs", "de", "2026-05")
    assert counts(imported(ready, tmp_path, HEADER + rows)) == (0, 0, 2, 0)
    assert counts(imported(ready, tmp_path, HEADER + rows.replace("3 days", "3 to 7 days"))) == (0, 1, 1, 0)
    versions = [(row["version"], row["state"]) for row in table(ready, "product_statement")]
    assert versions == [(1, "replaced"), (1, "waiting"), (2, "waiting")]
    actions = [row["object_id"] for row in table(ready, "audit_entry") if row["action"] == "add_statement"]
    assert actions == [f"{GTIN}/course/en", f"{OTHER}/warning_signs/de", f"{GTIN}/course/en"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("course", "price"),  # no topic of ours
        ("It works after 3 days.", ""),
        ("It works after 3 days.", "It is safe."),  # assures of a vial that its maker cannot see
        ("It works after 3 days.", "Each vial is guaranteed to be genuine."),
        ("It works after 3 days.", "x" * 1501),
        ("Label", ""),  # never without a source
        ("2026-05-04", ""),
        ("2026-05-04", "2026-13-04"),
        ("https://", "javascript://"),
        ("https://maker.example/label", "https://maker.example/ label"),
        (",en,", ",xx,"),
        (GTIN, "04012345678901"),  # not on record
    ],
)
def test_what_a_row_lacks_or_must_not_say_is_refused(
    ready: Database, tmp_path: Path, before: str, after: str
) -> None:
    assert before in ROW
    assert counts(imported(ready, tmp_path, HEADER + ROW.replace(before, after))) == (0, 0, 0, 1)
    assert count(ready, "product_statement") == 0


def test_two_rows_of_one_topic_contradict_each_other(ready: Database, tmp_path: Path) -> None:
    rows = ROW + ROW.replace("3 days", "9 days")
    assert counts(imported(ready, tmp_path, HEADER + rows)) == (0, 0, 0, 2)


def test_the_columns_are_known_by_their_names() -> None:
    found = recognise(HEADER.strip().split(","))
    assert found.kind is ListKind.STATEMENTS
    assert set(found.index) == {"gtin", "topic", "language", "text", "source", "source_url", "dated"}
