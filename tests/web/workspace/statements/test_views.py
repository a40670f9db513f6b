"""From a list of statements to what patients read, over HTTP: another person releases it."""

from pathlib import Path

import pytest
from flask import Flask

from service.accounts.actors import Role
from service.registry.import_jobs.import_files import run
from service.storage.audit import AuditActor
from service.web.core.services import services_of
from tests.factories.lists import table, written
from tests.factories.people import signed_in
from tests.factories.recall_records import GTIN
from tests.web.workspace.signed_in_browser import Browser

PAGE, PUBLIC = "/statements", f"/about/{GTIN}"


@pytest.fixture
def put_in(filled: Flask, tmp_path: Path) -> Flask:
    """Statement 1 waits, put in from a terminal."""
    rows = f"gtin,topic,text,source,date\n{GTIN},course,It lasts for months.,Label,2026\n"
    done = run(services_of(filled).database, [written(tmp_path, rows)], who=AuditActor("Ada"), reason="new")
    assert done.committed
    return filled


def test_a_second_person_releases_and_one_withdraws(put_in: Flask) -> None:
    browser = Browser(signed_in(put_in, Role.RELEASER))
    guest = put_in.test_client()
    assert "It lasts for months." in browser.get(PAGE)
    assert "It lasts for months." not in guest.get(PUBLIC).text
    status, page = browser.send(PAGE, PAGE, statement="1", decision="released", reason="")
    assert (status, "reason-error" in page, "checked" in page) == (422, True, True)
    status, page = browser.send(PAGE, PAGE, statement="1", decision="released", reason="compared")
    assert status == 200
    assert "Patients read it now." in page
    assert "It lasts for months." in guest.get(PUBLIC).text
    assert browser.send(PAGE, PAGE, statement="1", decision="withdrawn", reason="wrong")[0] == 200
    assert "It lasts for months." not in guest.get(PUBLIC).text
    database = services_of(put_in).database
    assert [row["action"] for row in table(database, "audit_entry")][-2:] == [
        "release_statement",
        "withdraw_statement",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "released", "reason": "x"},
        {"statement": "1", "decision": "shown", "reason": "x"},
        {"statement": "999", "decision": "released", "reason": "x"},
        {"statement": "x", "decision": "released", "reason": "x"},
        {"statement": "1", "decision": "withdrawn", "reason": "x"},  # it waits
    ],
)
def test_what_cannot_be_decided_is_said(put_in: Flask, fields: dict[str, str]) -> None:
    status, page = Browser(signed_in(put_in, Role.RELEASER)).send(PAGE, PAGE, **fields)
    assert status == 422
    assert 'class="field-error" id="statement-error"' in page


def test_another_organisation_sees_and_decides_nothing(put_in: Flask) -> None:
    stranger = Browser(signed_in(put_in, Role.RELEASER, name="Another"))
    assert "It lasts for months." not in stranger.get(PAGE)
    assert stranger.send(PAGE, PAGE, statement="1", decision="released", reason="x")[0] == 422
