"""Lists as people in this trade have them: what a person would expect of each, at a terminal and in a browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from service.errors import ErrorCode
from service.registry.import_jobs.import_files import run
from service.registry.import_jobs.service import Upload
from service.registry.lists.columns import Layout, ListHints
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.import_jobs import Office


class Expected(NamedTuple):
    """Of one file: questions, rows that can go in once these are answered, and the fields of refused rows."""

    file: str
    questions: int
    good: int
    refused: tuple[str, ...] = ()
    answers: Mapping[str, str] = {}
    hints: ListHints = ListHints()


FILES = [
    # the day comes first because of 15.03.; thousands are asked; a date that contradicts the record stays out
    Expected("b01_sap_de.csv", 1, 2, ("expiry",), {"thousands:quantity": "thousands"}),
    # the month comes first because of 3/31; "12,500" stands beside 8000; quarantine has two senses
    Expected("b02_us.csv", 1, 3, (), {"word:status:quarantine": "pending"}),
    # numbers with a check digit that holds are GTINs, a lot that was a number is none
    Expected("b04_excel_types.xlsx", 0, 1, ("lot", "lot")),
    # titles above, a total below
    Expected("b05b_title_footer.csv", 0, 2),
    # the sheet that is chosen
    Expected("b06_sheets.xlsx", 0, 1, hints=ListHints(sheet="Feb")),
    # headers, dates, quantities and states of languages
    Expected("b07_fr.csv", 0, 1),
    Expected("b07_ko.csv", 0, 1),
    Expected("b07_tr.csv", 0, 1),
    # frame lines of SAP
    Expected("b11_sap_pipe.txt", 0, 2),
    # a broken quote where nobody reads
    Expected("b12_broken_quote.csv", 0, 3),
    # no header: no row is lost
    Expected(
        "b16_nohead.csv",
        0,
        2,
        hints=ListHints(header_row=0, columns={"1": "gtin", "2": "lot", "3": "expiry"}),
    ),
    # six words that are not known, asked once
    Expected(
        "b20_status.csv",
        1,
        15,
        (),
        {f"word:status:{word}": "released" for word in ("qaok", "quarantine", "q", "r", "1", "yes")},
    ),
    # months; a number without a date format, a formula without a value and the year 1999 stay out
    Expected("x1_months.xlsx", 1, 6, ("expiry",) * 3, {"day_month:expiry": "month"}),
    # hidden and struck rows
    Expected("x4_hidden.xlsx", 2, 1, (), {"rows:hidden": "out", "rows:struck": "out"}),
]
BY_FILE = pytest.mark.parametrize("expected", FILES, ids=lambda each: each.file)


@pytest.fixture
def lists(corpora: Path) -> Path:
    return corpora / "lists"


@pytest.fixture
def prepared(sqlite_url: str, lists: Path) -> Database:
    """The products and batches that go in first."""
    database = Database(sqlite_url)
    outcome = run(database, [lists / "p1.csv", lists / "main.csv"], who=AuditActor("Ada"), reason="r")
    assert outcome.good
    assert [(file.new, file.refused) for file in outcome.files] == [(3, 0), (7, 0)]
    assert not [question for file in outcome.files for question in file.questions]
    return database


def test_every_column_of_the_german_product_list_is_understood(prepared: Database) -> None:
    with prepared.reading() as connection:
        rows = connection.exec_driver_sql("SELECT markets, strengths, form, active_substance FROM product")
        products = [tuple(row) for row in rows]
    assert len(products) == 3
    assert {row[0] for row in products} == {"AT DE"}
    assert all(all(row) for row in products)


@BY_FILE
def test_at_a_terminal(prepared: Database, lists: Path, tmp_path: Path, expected: Expected) -> None:
    def outcome(hints: ListHints):  # type: ignore[no-untyped-def]
        who, errors = AuditActor("Ada"), tmp_path / "errors.csv"
        (file,) = run(
            prepared, [lists / expected.file], who=who, reason="r", hints=hints, dry_run=True, errors=errors
        ).files
        assert file.error is None, file.error
        return file

    said = expected.hints
    assert len(outcome(said).questions) == expected.questions
    hints = ListHints(said.kind, said.columns, said.sheet, said.header_row, expected.answers)
    file = outcome(hints)
    assert not file.questions
    assert file.new + file.changed == expected.good
    assert file.refused == len(expected.refused)
    index = {error.column for error in file.errors}
    assert len(index) <= len(set(expected.refused)) or not expected.refused


@BY_FILE
def test_in_a_browser(prepared: Database, lists: Path, tmp_path: Path, expected: Expected) -> None:
    office = _office(prepared, tmp_path)
    upload = _checked(office, lists / expected.file, expected)
    assert len(upload.questions) == expected.questions
    if upload.questions:
        parts = [part for question in upload.questions for part in question.parts]
        office.jobs.answer(office.actor, upload.id, {part.key: expected.answers[part.key] for part in parts})
        office.worker.carry_on(upload.id)
        upload = office.look(upload.id)
    assert upload.state == "preview", upload.error
    assert upload.seen is not None
    assert upload.seen["new"] + upload.seen["changed"] == expected.good
    assert upload.seen["refused"] + upload.seen["conflicting"] == len(expected.refused)
    fields = [cause["field"] for cause in upload.seen["causes"] for _ in range(cause["rows"])]
    assert fields == list(expected.refused)


def _office(database: Database, folder: Path) -> Office:
    """An organisation that owns what is on record."""
    office = Office(database, folder / "files")
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE manufacturer SET organisation_id = 1")
    return office


def _checked(office: Office, path: Path, expected: Expected) -> Upload:
    with path.open("rb") as source:
        number = office.jobs.begin(office.actor, source, path.name)
    office.worker.carry_on(number)
    parts = office.look(number).parts
    named = [part for part in parts if part.sheet == expected.hints.sheet]
    part = named[0] if named else max(parts, key=lambda each: sum(map(bool, each.columns)))
    columns = part.columns
    if expected.hints.header_row == 0:
        assert part.header_row == 0
        assert columns == ("gtin", "", "expiry")  # what values themselves tell
        columns = ("gtin", "lot", "expiry")
    layout = Layout(part.kind, columns, part.sheet, part.header_row, part.answers)
    office.jobs.choose(office.actor, number, layout)
    office.worker.carry_on(number)
    return office.look(number)


def test_answers_are_kept_for_the_same_headers(prepared: Database, lists: Path, tmp_path: Path) -> None:
    office = _office(prepared, tmp_path)
    expected = FILES[0]
    for asked in (1, 0):
        upload = _checked(office, lists / expected.file, expected)
        assert len(upload.questions) == asked
        if asked:
            office.jobs.answer(office.actor, upload.id, expected.answers)
            office.worker.carry_on(upload.id)


def test_what_is_no_row_is_named(prepared: Database, lists: Path) -> None:
    who = AuditActor("Ada")
    names = ("b05b_title_footer.csv", "b12_broken_quote.csv")
    (titles,) = run(prepared, [lists / names[0]], who=who, reason="r", dry_run=True).files
    (broken,) = run(prepared, [lists / names[1]], who=who, reason="r", dry_run=True).files
    assert titles.notes.header_row == 4
    assert titles.notes.no_rows == ((7, "Total"),)
    assert broken.notes.broken == (2,)


def test_without_a_header_what_the_columns_mean_has_to_be_said(prepared: Database, lists: Path) -> None:
    (file,) = run(prepared, [lists / "b16_nohead.csv"], who=AuditActor("Ada"), reason="r").files
    assert file.error is not None
    assert file.error.code is ErrorCode.FILE_KIND_UNKNOWN
    assert "--map" in file.error.expected
    assert file.error.found.startswith("04001234567808 | NH01")
