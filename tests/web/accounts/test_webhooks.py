"""Webhooks as their pages answer: set, tried, read in the log, sent again, removed."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.web.core.services import services_of
from tests.factories.people import signed_in, token_of
from tests.factories.webhooks import queued


def post(client: FlaskClient, path: str, **form: str | list[str]) -> TestResponse:
    return client.post(path, data={"csrf": token_of(client), **form})


def test_an_admin_sets_tries_and_removes_a_webhook(app: Flask) -> None:
    admin, database = signed_in(app, Role.ADMIN), services_of(app).database
    assert "There is no webhook yet" in admin.get("/webhooks").text
    url = "https://hooks.example.org/in?<b>"
    made = post(admin, "/webhooks/new", webhook=f" {url} ", topics=["report.received", "verdict.red"])
    [secret] = re.findall(r">([0-9a-f]{64})<", made.text)
    for path in ("/webhooks", "/webhooks/1"):
        page = admin.get(path).text
        assert "hooks.example.org/in?&lt;b&gt;" in page
        assert secret not in page
    tried = post(admin, "/webhooks/1/test")
    assert "A test is on its way" in admin.get(tried.location).text
    assert [topic for _, topic, _ in queued(database)] == ["test"]
    again = post(admin, "/webhooks/1/deliveries/1/again")
    assert "sent again" in admin.get(again.location).text
    assert admin.get("/webhooks/1?page=99999999").status_code == 200
    removed = post(admin, "/webhooks/1/remove")
    assert "Nothing is sent there any more" in admin.get(removed.location).text
    assert post(admin, "/webhooks/1/test").status_code == 404


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(app: Flask) -> None:
    admin = signed_in(app, Role.ADMIN)
    refused = post(admin, "/webhooks/new", webhook="http://10.0.0.1/in", topics=["import.finished"])
    assert refused.status_code == 422
    assert 'value="http://10.0.0.1/in"' in refused.text
    assert re.search(r'value="import.finished" checked', refused.text)
    assert "https://" in refused.text
    assert (
        post(admin, "/webhooks/new", webhook="https://127.0.0.1/", topics=["import.finished"]).status_code
        == 422
    )
    assert post(admin, "/webhooks/new", webhook="https://a.example/").status_code == 422
    assert "There is no webhook yet" in admin.get("/webhooks").text


def test_each_kind_of_organisation_is_offered_what_concerns_it(app: Flask) -> None:
    clinic = signed_in(app, Role.ADMIN, kind=OrganisationKind.CLINIC, name="Clinic", country="FR")
    offered = set(re.findall(r'name="topics" value="([a-z.]+)"', clinic.get("/webhooks/new").text))
    assert offered == {"recall.issued", "case.overdue"}
    assert (
        post(clinic, "/webhooks/new", webhook="https://a.example/", topics=["verdict.red"]).status_code == 422
    )


def test_a_number_that_no_record_can_have_is_not_found(app: Flask) -> None:
    admin = signed_in(app, Role.ADMIN)
    for number in (2**31, 2**63, 10**40):
        assert admin.get(f"/webhooks/{number}").status_code == 404
        assert admin.get(f"/imports/{number}").status_code == 404
        assert admin.get(f"/api/v1/imports/{number}").status_code == 404
