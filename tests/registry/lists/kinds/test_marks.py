"""Lists of marks: what tells known fakes by eye."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.accounts.actors import OrganisationKind
from service.errors import ErrorCode
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.marks import MarkWithdrawal
from service.registry.lists.cells import Cells
from service.registry.lists.columns import ListKind, recognise
from service.registry.lists.import_journal import ImportJournal, ImportOrigin, ImportPolicy
from service.registry.lists.kinds.marks import Marks
from service.registry.lists.ownership import Owner
from service.registry.pack_marks import listed_marks
from service.resources import seed_folder
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.lists import GTIN, NOW, count, counts, imported, prepared, put_in, table

HEADER = "Mark,Authority,Product,GTIN,Feature,Look at,Should be,Differs,Fakes,Lots,Markets,Date,Source\n"
ROW = (
    "v-seal,MHRA,Verotox,,closure,the seal on the box,round,square,F1; F2,A-1; B2,GB; FR,2026-04,"
    "see https://example.org/1\n"
)


def test_a_mark_is_taken_once_and_never_changed_by_a_list(database: Database, tmp_path: Path) -> None:
    assert counts(imported(database, tmp_path, HEADER + ROW)) == (1, 0, 0, 0)
    (row,) = table(database, "pack_mark")
    assert [row[name] for name in ("mark", "feature", "fakes", "lots", "lot_keys", "markets", "source_url")] == [
        "v-seal", "seal", "F1\nF2", "A-1\nB2", "A1 B2", "FR GB", "https://example.org/1",
    ]  # fmt: skip
    assert counts(imported(database, tmp_path, HEADER + ROW)) == (0, 0, 1, 0)
    other = imported(database, tmp_path, HEADER + ROW.replace("square", "star-shaped"))
    assert counts(other) == (0, 0, 0, 1)
    assert [(error.column, error.code) for error in other.errors] == [("Differs", ErrorCode.CONFLICT)]
    assert table(database, "pack_mark", "differs") == [{"differs": "square"}]
    (entry,) = [each for each in table(database, "audit_entry") if each["object_type"] == "mark"]
    assert (entry["action"], entry["object_id"], entry["reason"]) == ("create", "v-seal", "test")


def test_a_row_without_a_code_gets_one_of_what_it_says(database: Database, tmp_path: Path) -> None:
    header = "authority,product,look_at,should_be,differs,source_url\n"
    rows = "MHRA,Verotox,the cap,blue,red,https://example.org/1\n"
    assert counts(imported(database, tmp_path, header + rows)) == (1, 0, 0, 0)
    assert counts(imported(database, tmp_path, header + rows)) == (0, 0, 1, 0)
    (row,) = table(database, "pack_mark")
    assert row["mark"].startswith("m-")
    assert (row["feature"], row["fakes"]) == ("label", "MHRA")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("Verotox", "", "Product"),
        ("the seal on the box", "", "Look at"),
        ("round", "", "Should be"),
        ("square", "", "Differs"),
        ("see https://example.org/1", "", "Source"),
        ("https://example.org/1", "a friend", "Source"),
        ("closure", "smell", "Feature"),
        ("v-seal", "v seal!", "Mark"),
        ("GB; FR", "Nowhere", "Markets"),
        ("2026-04", "last spring", "Date"),
        ("MHRA", "", "Authority"),
    ],
)
def test_what_a_cell_cannot_be(database: Database, tmp_path: Path, old: str, new: str, column: str) -> None:
    outcome = imported(database, tmp_path, HEADER + ROW.replace(old, new), keep_good=True)
    assert counts(outcome) == (0, 0, 0, 1)
    assert column in [error.column for error in outcome.errors]


@pytest.mark.parametrize(
    ("kind", "name", "row", "taken"),
    [
        # an authority publishes its own, whatever the product
        (OrganisationKind.REGULATOR, "MHRA", ROW, 1),
        (OrganisationKind.REGULATOR, "ANVISA", ROW, 0),
        # a maker those of its own products, by their GTIN; here nothing is its own
        (OrganisationKind.MANUFACTURER, "MHRA", ROW, 0),
        (OrganisationKind.MANUFACTURER, "MHRA", ROW.replace("Verotox,,", f"Verotox,{GTIN},"), 0),
    ],
)
def test_whose_marks_a_list_may_hold(
    database: Database, tmp_path: Path, kind: OrganisationKind, name: str, row: str, taken: int
) -> None:
    prepared(database, tmp_path)
    header = recognise(HEADER.strip().split(","))
    facts = Marks().parse(Cells(header, next(csv.reader([row]))))
    assert facts is not None
    origin = ImportOrigin("list.csv", "0" * 64, ListKind.MARKS)
    terms = ImportPolicy(Owner.organisation(7, name, kind))
    with database.transaction() as connection:
        journal = ImportJournal(
            connection, origin, at=NOW, who=AuditActor("tester"), reason="test", terms=terms
        )
        refused = Marks().store(connection, [(2, facts)], journal)
    assert (len(refused), count(database, "pack_mark")) == (1 - taken, taken)


def test_a_mark_is_withdrawn_once_with_its_reason_and_a_list_does_not_bring_it_back(
    database: Database, tmp_path: Path
) -> None:
    imported(database, tmp_path, HEADER + ROW)
    (line,) = listed_marks(database, search="verot")
    who, known = AuditActor("tester"), change_requests(database, lambda: datetime(2026, 11, 28, tzinfo=UTC))
    change = MarkWithdrawal(line.id)
    known.submit(change, reason="the notice was withdrawn", who=who, seal=known.preview(change, who).seal)
    assert [each.withdrawn for each in listed_marks(database)] == [True]
    assert counts(imported(database, tmp_path, HEADER + ROW)) == (0, 0, 1, 0)
    assert [each.withdrawn for each in listed_marks(database)] == [True]
    (row,) = table(database, "withdrawal")
    assert (row["kind"], row["number"], row["reason"]) == ("mark", line.id, "the notice was withdrawn")


def test_the_marks_of_the_seed_are_all_taken_with_their_sources(database: Database) -> None:
    seed = seed_folder() / "06-marks.csv"
    (outcome,) = put_in(database, seed).files
    lines = len(seed.read_text(encoding="utf-8").splitlines()) - 1
    assert counts(outcome) == (lines, 0, 0, 0)
    marks = listed_marks(database)
    assert len(marks) >= 25
    assert len({each.product.split()[0] for each in marks}) >= 10
    assert all(each.source_url.startswith("http") and each.authority and each.fakes for each in marks)
    assert count(database, "pack_mark") == lines


def test_headers_of_marks_and_of_other_lists() -> None:
    found = recognise(["product", "what to look at", "genuine", "known fakes", "source", "font"])
    assert found.kind is ListKind.MARKS
    assert recognise(["authority", "kind", "product", "lot", "source"]).kind is ListKind.ALERTS
    assert recognise(["gtin", "lot", "expiry"]).kind is ListKind.BATCHES
