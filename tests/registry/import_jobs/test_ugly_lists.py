"""Ugly lists of our own: what a person would expect of each, at a terminal and in a browser."""

from pathlib import Path

import pytest

from service.registry.import_jobs.file_import import FileOutcome
from service.registry.import_jobs.import_files import run
from service.registry.lists.columns import Layout, ListHints, ListKind
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.import_jobs import Office
from tests.factories.lists import table, written
from tests.factories.ugly_lists import UGLY, A, B, C, UglyList

WHO = AuditActor("Ada")
PRODUCTS = "gtin,name,manufacturer\n" + "".join(f"{each},Product {each[-2:]},Medulla\n" for each in (A, B, C))
BATCHES = f"gtin,lot,expiry,quantity\n{A},MT24A003,2028-03-31,8000\n{C},HY24001,2028-06-30,500\n"
BY_NAME = pytest.mark.parametrize("ugly", UGLY, ids=lambda each: each.name)


@pytest.fixture
def prepared(sqlite_url: str, tmp_path: Path) -> Database:
    database = Database(sqlite_url)
    first = [written(tmp_path, PRODUCTS, "p.csv"), written(tmp_path, BATCHES, "b.csv")]
    assert run(database, first, who=WHO, reason="r").good
    return database


@BY_NAME
def test_at_a_terminal(prepared: Database, tmp_path: Path, ugly: UglyList) -> None:
    path = written(tmp_path, ugly.content, ugly.name)

    def outcome(hints: ListHints, *, dry_run: bool) -> FileOutcome:
        errors, plans = tmp_path / "errors.csv", tmp_path / "plans"
        more = {"dry_run": dry_run, "keep_good": not dry_run, "errors": errors, "plans": plans}
        (file,) = run(prepared, [path], who=WHO, reason="r", hints=hints, **more).files  # type: ignore[arg-type]
        assert file.error is None, file.error
        return file

    said = ugly.hints
    questions = outcome(said, dry_run=True).questions
    assert ugly.questions in (None, len(questions))
    keys = [part.key for question in questions for part in question.parts]
    answers = {key: ugly.answers.get(key, ugly.answer_all) for key in keys}
    assert all(answers.values())
    file = outcome(ListHints(said.kind, said.columns, said.sheet, said.header_row, answers), dry_run=False)
    assert not file.questions
    assert (file.new + file.changed, file.refused) == (ugly.good, ugly.refused), file.errors
    lots = {row["lot"]: row for row in table(prepared, "batch")}
    for lot, expected in ugly.lots.items():
        assert {name: str(lots[lot][name]) for name in expected} == {
            name: str(value) for name, value in expected.items()
        }
    products = {row["gtin"]: row for row in table(prepared, "product")}
    for number, stated in ugly.products.items():
        assert {name: products[number][name] for name in stated} == stated
    assert ugly.units in (None, len(table(prepared, "unit")))


@pytest.mark.slow
@BY_NAME
def test_in_a_browser(prepared: Database, tmp_path: Path, ugly: UglyList) -> None:
    office = Office(prepared, tmp_path / "files")
    with prepared.transaction() as connection:
        connection.exec_driver_sql("UPDATE manufacturer SET organisation_id = 1")
    path = written(tmp_path, ugly.content, ugly.name)
    with path.open("rb") as source:
        number = office.jobs.begin(office.actor, source, ugly.name)
    office.worker.carry_on(number)
    parts = office.look(number).parts
    named = [part for part in parts if ugly.hints.sheet and part.sheet == ugly.hints.sheet]
    part = named[0] if named else max(parts, key=lambda each: sum(map(bool, each.columns)))
    if part.kind is ListKind.ALERTS:  # an authority's, who has another organisation
        return
    columns = tuple(ugly.hints.columns.values()) if ugly.hints.header_row == 0 else part.columns
    office.jobs.choose(
        office.actor, number, Layout(part.kind, columns, part.sheet, part.header_row, part.answers)
    )
    office.worker.carry_on(number)
    upload = office.look(number)
    assert ugly.questions in (None, len(upload.questions))
    if upload.questions:
        keys = [part.key for question in upload.questions for part in question.parts]
        office.jobs.answer(
            office.actor, number, {key: ugly.answers.get(key, ugly.answer_all) for key in keys}
        )
        office.worker.carry_on(number)
        upload = office.look(number)
    assert upload.state == "preview", upload.error
    assert upload.seen is not None
    seen = upload.seen
    assert (seen["new"] + seen["changed"], seen["refused"] + seen["conflicting"]) == (ugly.good, ugly.refused)
