"""Reporting a product, following the report, and looking into it, over HTTP."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.reports.intake import MOST_FROM_NETWORK
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core import request_uploads
from service.web.core.services import services_of
from service.web.public.report import send
from tests.factories.people import organisation, signed_in
from tests.factories.records import TOXIN, put

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def world(app: Flask) -> Flask:
    """Records of Example Biologics, which has people here."""
    database: Database = services_of(app).database
    put(database)
    owner = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    return app


def picture() -> tuple[BytesIO, str]:
    drawn = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(drawn, "JPEG")
    drawn.seek(0)
    return drawn, "photo.jpg"


def sent(client: FlaskClient, **fields: object) -> str:
    """The reference of a report that was taken."""
    response = client.post("/report", data=fields, content_type="multipart/form-data")
    assert response.status_code == 303, response.text
    return response.location.split("/report/")[1].split("?")[0]


def test_a_report_follows_from_an_answer(world: Flask) -> None:
    client = world.test_client()
    answer = client.post("/check", data={"scan": "A1002", "asker": "clinic"})
    page = client.get(answer.location).text
    link = re.search(r'href="(/report\?check=[0-9a-f-]+)"', page)
    assert link is not None
    form = client.get(link[1]).text
    assert f'value="{TOXIN}"' in form
    assert 'value="A1002"' in form
    check = link[1].split("=")[1]
    reference = sent(client, what="broken seal", check=check, gtin=TOXIN, lot="A1002", photos=[picture()])
    followed = client.get(f"/report/{reference}?sent=1").text
    assert reference in followed
    assert "We have your report" in followed
    assert client.get(f"/report/follow?reference={reference.lower()}").location.endswith(reference)
    seen = signed_in(world, Role.VIEWER).get("/reports").text
    assert "broken seal" in seen
    assert "A1002" in seen


def test_nothing_typed_is_lost_with_an_error(world: Flask) -> None:
    response = world.test_client().post("/report", data={"bought": "a shop", "gtin": "12", "contact": "me"})
    assert response.status_code == 422
    for kept in ("a shop", 'value="12"', 'value="me"', "Say what you saw", 'href="#what"', 'href="#gtin"'):
        assert kept in response.text


def test_what_people_type_is_text(world: Flask) -> None:
    """Stored XSS: every field of a report, on every page that shows one."""
    client = world.test_client()
    texts = dict.fromkeys(("what", "bought", "contact", "product"), SCRIPT)
    reference = sent(client, **texts, lot=SCRIPT[:20], serial=SCRIPT[:20], expiry=SCRIPT, gtin=TOXIN)
    owner = signed_in(world, Role.RELEASER)
    number = re.search(r"/reports/(\d+)", owner.get("/reports").text)
    assert number is not None
    token = re.search(r'name="csrf" value="(\w+)"', owner.get(number[0]).text)
    assert token is not None
    step = {"csrf": token[1], "status": "looking", "note": SCRIPT, "said": SCRIPT}
    assert owner.post(number[0], data=step).status_code == 303
    for page in (owner.get("/reports"), owner.get(number[0]), client.get(f"/report/{reference}")):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text
    assert "Somebody is looking into it" in client.get(f"/report/{reference}").text


def test_a_program_that_fills_in_everything_is_refused(world: Flask) -> None:
    response = world.test_client().post("/report", data={"what": "buy now", "website": "http://x"})
    assert response.status_code == 422
    assert "buy now" in response.text


def test_the_same_form_twice_is_one_report(world: Flask) -> None:
    client = world.test_client()
    first = sent(client, what="x", nonce="n")
    assert sent(client, what="x", nonce="n") == first
    assert sent(client, what="x, and more", nonce="n") != first, "gone back, and added something"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"%PDF-1.7", 422, "picture"),
        (b"x" * 200_000, 413, "too large"),
    ],
)
def test_a_file_that_is_no_photo_is_said(
    world: Flask, monkeypatch: pytest.MonkeyPatch, content: bytes, status: int, said: str
) -> None:
    monkeypatch.setitem(request_uploads._BODIES, send, request_uploads._Body(100_000, on_disk=False))
    with BytesIO(content) as file:
        data = {"what": "seal", "photos": [(file, "a.jpg")]}
        response = world.test_client().post("/report", data=data)
    assert response.status_code == status
    assert said in response.text.lower()


def test_too_many_reports_are_told_when_to_come_back(world: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.reports.intake.MOST_FROM_NETWORK", 1)
    client = world.test_client()
    sent(client, what="x")
    response = client.post("/report", data={"what": "a second one"})
    assert response.status_code == 429
    assert "a second one" in response.text


def test_one_network_is_limited_and_another_is_not(world: Flask) -> None:
    client = world.test_client()
    for number in range(MOST_FROM_NETWORK):
        sent(client, what=f"number {number}")
    assert client.post("/report", data={"what": "one more"}).status_code == 429
    elsewhere = client.post(
        "/report", data={"what": "mine"}, environ_overrides={"REMOTE_ADDR": "198.51.100.9"}
    )
    assert elsewhere.status_code == 303


@pytest.mark.parametrize(
    ("roles", "kind", "name", "looks", "acts"),
    [
        ((Role.VIEWER,), OrganisationKind.MANUFACTURER, "Example Biologics", 200, 403),
        ((Role.RELEASER,), OrganisationKind.MANUFACTURER, "Example Biologics", 200, 303),
        ((Role.ADMIN,), OrganisationKind.MANUFACTURER, "Another", 404, 404),
        ((Role.RELEASER,), OrganisationKind.REGULATOR, "Agency", 200, 303),
        ((Role.ADMIN,), OrganisationKind.CLINIC, "Clinic", 403, 403),
    ],
)
def test_who_looks_into_a_report(
    world: Flask, roles: tuple[Role, ...], kind: OrganisationKind, name: str, looks: int, acts: int
) -> None:
    sent(world.test_client(), what="x", gtin=TOXIN, photos=[picture()])
    person = signed_in(world, *roles, kind=kind, name=name)
    page = person.get("/reports/1")
    assert page.status_code == looks
    assert person.get("/reports/1/photos/1").status_code == looks
    account = person.get("/report").text  # any page of theirs has the token
    token = re.search(r'name="csrf" value="(\w+)"', account)
    assert token is not None
    step = {"csrf": token[1], "status": "looking", "note": "n"}
    assert person.post("/reports/1", data=step).status_code == acts
    if acts == 303:
        unsaid = person.post("/reports/1", data={"csrf": token[1], "status": "cleared", "said": "kept"})
        assert unsaid.status_code == 422
        assert "kept" in unsaid.text


def test_a_guest_is_led_nowhere_near_the_reports(world: Flask) -> None:
    for address in ("/reports", "/reports/1", "/reports/1/photos/1"):
        assert world.test_client().get(address).status_code in {303, 403}
