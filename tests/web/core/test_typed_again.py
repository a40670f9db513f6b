"""A form with errors that is then read in another language keeps what was typed."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.accounts.actors import OrganisationKind, Role
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.records import put


@pytest.fixture
def guest(app: Flask) -> FlaskClient:
    put(services_of(app).database)
    return app.test_client()


def form_of(page: str, action: str) -> dict[str, str]:
    found = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert found is not None, action
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[0])
    return {name: unescape(text) for name, text in fields}


@pytest.mark.parametrize(
    ("address", "typed", "shown"),
    [
        (
            "/check",
            {"scan": "(01)123", "expiry": "12/2027", "region": '<b>"Kent"', "asker": "clinic"},
            "scan",
        ),
        ("/report", {"what": "", "product": "Exámplinum & co", "contact": "me@example.org"}, "product"),
        ("/receipts/check", {"text": "no signed file"}, "text"),
    ],
)
def test_what_was_typed_stays(guest: FlaskClient, address: str, typed: dict[str, str], shown: str) -> None:
    failed = guest.post(address, data=typed)
    assert failed.status_code >= 400
    choice = guest.post("/language/again", data=form_of(failed.text, "/language/again"))
    sent = form_of(choice.text, address)
    assert {name: sent[name] for name in typed} == typed
    assert f'formaction="{address}?lang=de"' in choice.text
    again = guest.post(f"{address}?lang=de", data=sent)
    assert again.status_code == failed.status_code
    assert '<html lang="de"' in again.text
    assert typed[shown] in unescape(again.text)
    assert '<html lang="de"' in guest.get("/").text  # and the choice is kept


def test_a_clinics_form_too_and_with_its_token(app: Flask, guest: FlaskClient) -> None:
    nurse = signed_in(app, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Riverside", country="GB")
    csrf = form_of(nurse.get("/receive").text, "/receive")["csrf"]
    failed = nurse.post("/receive", data={"csrf": csrf, "scan": "(01)123"})
    sent = form_of(
        nurse.post("/language/again", data=form_of(failed.text, "/language/again")).text, "/receive"
    )
    assert sent["scan"] == "(01)123"
    assert nurse.post("/receive?lang=fr", data=sent).status_code == failed.status_code


def test_a_password_is_put_on_no_page(guest: FlaskClient) -> None:
    failed = guest.post("/sign-in", data={"email": "a@example.org", "password": "correct horse battery"})
    assert "correct horse" not in failed.text
    assert 'action="/language/again"' not in failed.text


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:1", "", "\\\\evil"])
def test_it_is_sent_nowhere_else(guest: FlaskClient, next_: str) -> None:
    page = guest.post("/language/again", data={"next": next_, "typed.scan": "A1"}).text
    assert "evil" not in page
    assert "javascript" not in page
