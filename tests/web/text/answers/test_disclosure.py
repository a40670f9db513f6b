"""What a viewer without an account sees: what was presented and whether it agrees, and no more of the record."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.app import create_app
from service.authenticity.evidence import Asker
from service.clinics.deliveries import DeliveryLine, DeliveryNote
from service.settings import Settings
from service.storage.models import Batch, Manufacturer
from service.web.core.services import services_of
from tests.factories.people import account, organisation, signed_in
from tests.factories.questions import make_question
from tests.factories.records import FILLER, TOXIN, put

SECRETS = re.compile(
    # expiry, date of manufacture and quantity of the lots, in every form in which a page or a program writes them
    "2070-12|(31 )?December 2070|2069-02-03|3 February 2069|2020-01|January 2020|424242|SN000[12]"
)

QUESTIONS: dict[str, dict[str, str]] = {
    "a lot alone": {"lot": "A1001"},
    "a lot and a wrong expiry": {"lot": "A1001", "expiry": "12/2060"},
    "a lot that has expired": {"lot": "A1004"},
    "a recalled lot": {"lot": "A1002"},
    "a lot on hold": {"lot": "A1003"},
    "a lot that is not released": {"lot": "A1009"},
    "a misread lot": {"gtin": TOXIN, "lot": "A10O1"},
    "a serial of another lot": {"gtin": TOXIN, "lot": "A1003", "serial": "sn0001"},
    "a lot of several products": {"lot": "SHARED1"},
    "another product's lot": {"gtin": FILLER, "lot": "A1001"},
}
"""Each withholds something else; none presents a value of `SECRETS`."""


@pytest.fixture
def world(database_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url))
    database = services_of(app).database
    put(database)
    with database.transaction() as connection:
        dated = {"made": date(2069, 2, 3), "quantity": 424242}
        connection.execute(update(Batch).where(Batch.lot != "A1004").values(dated))
        row = {
            "product_id": 1,
            "lot": "A1009",
            "lot_key": "A1009",
            "lot_folded": "A1009",
            "status": "pending",
            "id": 90,
        }
        connection.execute(insert(Batch).values(row | {"expiry": date(2070, 12, 31), "quantity": 424242}))
    yield app
    services_of(app).close()


def everything_said(client: FlaskClient, fields: dict[str, str], asker: str) -> Iterator[str]:
    """The answer as JSON, its repeat by id, the page, and the page read by its own address."""
    answer = client.post("/api/v1/verifications", json=fields | {"asker": asker})
    assert answer.status_code == 201, answer.text
    yield answer.text
    yield client.get(f"/api/v1/verifications/{answer.get_json()['id']}").text
    yield client.get(f"/checks/{answer.get_json()['id']}").text
    yield client.get(
        f"/checks/{answer.get_json()['id']}?as={'clinic' if asker == 'patient' else 'patient'}"
    ).text
    page = client.post("/check", data=fields | {"asker": asker}, follow_redirects=True)
    assert page.status_code == 200
    yield page.text


@pytest.mark.parametrize("asker", ["patient", "clinic"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_guest_learns_nothing_that_was_not_presented(world: Flask, name: str, asker: str) -> None:
    fields = QUESTIONS[name]
    for said in everything_said(world.test_client(), fields, asker):
        shown = re.sub(r'"(as_of|scanned_at|id)":"[^"]*"', "", said)
        assert not SECRETS.search(shown), SECRETS.search(shown)


def test_the_members_stay_and_are_null(world: Flask) -> None:
    record = world.test_client().post("/api/v1/verifications", json={"lot": "a1001"}).get_json()["record"]
    assert record["lot"] == "A1001"  # the printed form of the lot that was presented
    assert (record["manufacturer"], record["product"]) == ("Example Biologics", "Examplinum 100")
    withheld = ("expiry", "made", "released", "serial")
    assert {name: record[name] for name in withheld} == dict.fromkeys(withheld)


def test_an_expiry_that_agrees_is_shown_as_it_was_presented(world: Flask) -> None:
    """A month that was typed does not buy the day."""
    asked = {"gtin": TOXIN, "lot": "A1001", "expiry": "12/2070"}
    record = world.test_client().post("/api/v1/verifications", json=asked).get_json()["record"]
    assert record["expiry"] == "2070-12"
    page = world.test_client().post("/check", data=asked, follow_redirects=True).text
    assert "December 2070" in page
    assert "31 December 2070" not in page


def own(app: Flask) -> FlaskClient:
    """Somebody of the organisation whose product it is."""
    database = services_of(app).database
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=number))
    return signed_in(app, Role.VIEWER)


def holding(app: Flask) -> FlaskClient:
    """Somebody of a clinic that has received a vial of the lot."""
    services = services_of(app)
    kind = OrganisationKind.CLINIC
    number = organisation(services.database, "Riverside Clinic", kind, "GB")
    person = account(services.database, number, Role.CLINIC)
    nurse = Actor("Nurse", person, number, "Riverside Clinic", kind, frozenset({Role.CLINIC}), country="GB")
    question = make_question(lot="A1001", gtin=TOXIN, asker=Asker.CLINIC, market="GB")
    check = services.verification.verify(*question).id
    assert check is not None
    services.deliveries.receive(nurse, [DeliveryLine(check)], DeliveryNote())
    return signed_in(app, Role.CLINIC, kind=kind, name="Riverside Clinic", strong=False)


def stranger(app: Flask) -> FlaskClient:
    """Somebody of a clinic that has none."""
    return signed_in(app, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Hill Clinic", strong=False)


@pytest.mark.parametrize(("who", "whole"), [(own, True), (holding, True), (stranger, False)])
def test_accounts_see_what_their_organisation_owns_or_holds(world: Flask, who: Any, whole: bool) -> None:
    check = world.test_client().post("/api/v1/verifications", json={"lot": "A1001"}).get_json()["id"]
    client = who(world)
    record = client.get(f"/api/v1/verifications/{check}").get_json()["record"]
    assert (record["expiry"] == "2070-12-31") is whole
    assert (record["made"] == "2069-02-03") is whole
    page = client.get(f"/checks/{check}").text
    assert ("31 December 2070" in page) is whole


@pytest.mark.parametrize(("who", "said"), [(own, True), (stranger, False), (None, False)])
def test_did_you_mean_is_for_those_whose_lot_it_is(world: Flask, who: Any, said: bool) -> None:
    client = who(world) if who else world.test_client()
    asked = {"gtin": TOXIN, "lot": "A10O1", "asker": "patient"}
    if who:
        token = client.get("/").text.split('name="csrf" value="')[1].split('"')[0]
        asked["csrf"] = token
    page = client.post("/check", data=asked, follow_redirects=True).text
    assert ("Did you mean" in page) is said
    assert ("A1001" in page) is said
    assert "<mark>O</mark>" in page  # everybody sees which character to look at


def test_a_kept_answer_is_not_given_to_another_viewer(world: Flask) -> None:
    """The JSON of a lot is kept between checks: once whole, once withheld, in both orders."""
    guest, owner = world.test_client(), own(world)
    asked = {"lot": "A1001"}
    for client, whole in ((guest, False), (owner, True), (guest, False), (owner, True)):
        record = client.post("/api/v1/verifications", json=asked).get_json()["record"]
        assert (record["expiry"] is not None) is whole


def test_storage_keeps_the_whole_verdict(world: Flask) -> None:
    """Withheld when rendered: what a regulator asks for later is still there."""
    check = world.test_client().post("/api/v1/verifications", json={"lot": "A1001"}).get_json()["id"]
    record = services_of(world).verification.find_check(check).verdict.record
    assert record is not None
    assert record.batch is not None
    assert record.batch.expiry.iso == "2070-12-31"
