"""A shared tablet as its pages answer: enrolled, switched by PIN, locked; and what a PIN does not open."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.accounts.actors import Actor, OrganisationKind, Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import AuditEntry, EnrolledDevice, SignedIn, Vial
from service.web.core.access import COOKIE, access_of
from service.web.core.services import services_of
from tests.factories.clinics import UNIT
from tests.factories.people import PASSWORD, member, token_of
from tests.factories.records import put

CLINIC, ADMIN, NURSE, OTHER = "Clinic A", "admin@example.org", "nurse@example.org", "other@example.org"
PIN, OTHERS_PIN = "471082", "592038"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """What depends on the database is tested on both below the pages."""
    made = create_app(Settings(database_url=sqlite_url))
    made.testing = True
    yield made
    services_of(made).close()


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


@pytest.fixture
def database(world: Flask) -> Database:
    return services_of(world).database


@pytest.fixture
def tablet(world: Flask, browser: FlaskClient, database: Database) -> FlaskClient:
    """An enrolled browser in which no person is signed in; a nurse and another one have PINs there."""
    kind = OrganisationKind.CLINIC
    admin = member(database, Role.ADMIN, email=ADMIN, name=CLINIC, kind=kind)
    session = services_of(world).sessions.begin(admin, address="203.0.113.7", device="", strong=True)
    browser.set_cookie(COOKIE, session)
    done = post(browser, "/devices", name="Room 2", idle="5")
    assert (done.status_code, done.location) == (303, "/devices?done=enrolled")
    page = browser.get("/devices").text
    assert "You are at “Room 2”." in page
    assert "Enrol this tablet" not in page
    post(browser, "/sign-out")
    for email, pin in ((NURSE, PIN), (OTHER, OTHERS_PIN)):
        member(database, Role.CLINIC, email=email, name=CLINIC, kind=kind)
        assert "Nobody has a PIN" in browser.get("/switch").text or email == OTHER
        browser.post("/sign-in", data={"email": email, "password": PASSWORD})
        done = post(browser, "/account/pin", pin=pin, password=PASSWORD)
        assert (done.status_code, done.location) == (303, "/account/pin?done=pin")
        assert post(browser, "/sign-out").location == "/switch"
    return browser


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data={"csrf": token_of(client), **form})


def number_of(client: FlaskClient, name: str) -> str:
    """The value of a person's choice on the page of the tablet."""
    found: str = re.findall(rf'for="person-(\d+)">{name}', client.get("/switch").text)[0]
    return found


def unlock(client: FlaskClient, name: str = "nurse", pin: str = PIN, **more: str) -> TestResponse:
    return post(client, "/switch", person=number_of(client, name), pin=pin, **more)


def idle(database: Database) -> None:
    """Let every session be without a request for five minutes."""
    with database.transaction() as connection:
        past = datetime.now(UTC) - timedelta(minutes=5)
        connection.execute(update(SignedIn).values(last_seen=past))


def a_vial(client: FlaskClient, database: Database) -> int:
    checked = post(client, "/receive", scan=UNIT + "SN0001", nonce="n1")
    assert checked.status_code == 303, checked.text
    post(client, checked.location, outcome="received", nonce="n2")
    with database.reading() as connection:
        return connection.execute(select(Vial.id)).scalar_one()


def test_people_switch_by_pin_and_each_step_names_its_person(tablet: FlaskClient, database: Database) -> None:
    assert tablet.get("/use").location == "/switch?next=/use"
    answer = unlock(tablet, next="/use")
    assert (answer.status_code, answer.location) == (303, "/use")
    assert "Switch person" in tablet.get("/use").text, "no second factor in the way"
    vial = a_vial(tablet, database)
    assert post(tablet, "/sign-out").location == "/switch"
    assert unlock(tablet, "other", OTHERS_PIN).location == "/clinic"
    assert post(tablet, f"/vials/{vial}/use_up", nonce="n3").status_code == 303
    with database.reading() as connection:
        columns = AuditEntry.action, AuditEntry.actor, AuditEntry.pin_device
        steps = connection.execute(select(*columns).where(AuditEntry.object_type == "vial")).all()
    assert ("receive", "nurse", "Room 2") in [tuple(row) for row in steps]
    assert ("use_up", "other", "Room 2") in [tuple(row) for row in steps]
    assert "other" in tablet.get(f"/vials/{vial}").text


def test_a_wrong_pin_is_told_beside_its_field(tablet: FlaskClient) -> None:
    wrong = unlock(tablet, pin="999990")
    assert wrong.status_code == 422
    assert "This is not the PIN of this person on this tablet." in wrong.text
    assert "999990" not in wrong.text
    for person in ("", "0", "99999999999", "x", "-1"):
        assert post(tablet, "/switch", person=person, pin=PIN).status_code == 422


def test_a_pin_opens_no_page_of_an_account_and_releases_nothing(
    tablet: FlaskClient, database: Database
) -> None:
    unlock(tablet)
    vial = a_vial(tablet, database)
    assert post(tablet, f"/vials/{vial}/quarantine", reason="Seal broken", nonce="n3").status_code == 303
    assert "A PIN is not enough to release it" in tablet.get(f"/vials/{vial}").text
    released = post(tablet, f"/vials/{vial}/release", reason="It is fine", nonce="n4")
    assert released.status_code == 403
    for path in (
        "/account",
        "/account/password",
        "/account/pin",
        "/account/authenticator",
        "/devices",
        "/people",
    ):
        answer = tablet.get(path)
        assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}")
    assert "A PIN is not enough for this. Sign in with your password." in tablet.get(answer.location).text
    for path in ("/account/pin", "/account/name", "/clinic/in-use", f"/vials/{vial}/case", "/account/prove"):
        assert post(tablet, path, pin=PIN).status_code == 403, path


def test_what_was_typed_when_the_lock_came_is_recorded_by_the_same_person(
    tablet: FlaskClient, database: Database
) -> None:
    unlock(tablet)
    vial = a_vial(tablet, database)
    idle(database)
    step = f"/vials/{vial}/waste"
    asked = post(tablet, step, reason="Dropped <b>it</b>", nonce="n3")
    assert (asked.status_code, asked.location) == (307, f"/switch/locked?back={step}")
    form = {"csrf": token_of(tablet), "reason": "Dropped <b>it</b>", "nonce": "n3", "password": "hush"}
    page = tablet.post(asked.location, data=form).text
    assert "Locked after 5 minutes" in page
    assert "hush" not in page
    kept = hidden(page)
    assert kept["kept-reason"] == "Dropped &lt;b&gt;it&lt;/b&gt;"
    fields = {"kept-reason": "Dropped <b>it</b>", "kept-nonce": "n3", "back": kept["back"]}
    wrong = unlock(tablet, pin="999990", **fields)
    assert hidden(wrong.text) == kept, "a wrong PIN loses nothing"
    page = unlock(tablet, **fields).text
    assert "Nothing was recorded yet" in page
    assert "Dropped &lt;b&gt;it&lt;/b&gt;" in page
    sent = {"csrf": hidden(page)["csrf"], "reason": "Dropped <b>it</b>", "nonce": "n3"}
    assert tablet.post(step, data=sent).status_code == 303
    assert tablet.post(step, data=sent).status_code == 303, "sent twice, it is one step"
    assert "Dropped &lt;b&gt;it&lt;/b&gt;" in tablet.get(f"/vials/{vial}").text


def test_a_page_that_covered_itself_goes_on_with_the_pin(tablet: FlaskClient, database: Database) -> None:
    unlock(tablet)
    person, csrf = number_of(tablet, "nurse"), token_of(tablet)
    assert f'name="person" value="{person}"' in tablet.get("/use").text
    idle(database)
    programs = {"Accept": "application/json"}
    wrong = tablet.post("/switch", data={"person": person, "pin": "1", "csrf": csrf}, headers=programs)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "pin_wrong")
    right = tablet.post("/switch", data={"person": person, "pin": PIN, "csrf": csrf}, headers=programs)
    assert right.get_json() == {"csrf": token_of(tablet)}
    assert post(tablet, "/sign-out").location == "/switch"


def test_another_person_does_not_get_what_was_typed(tablet: FlaskClient, database: Database) -> None:
    unlock(tablet)
    idle(database)
    answer = unlock(tablet, "other", OTHERS_PIN, **{"kept-reason": "Dropped", "back": "/vials/1/waste"})
    assert (answer.status_code, answer.location) == (303, "/clinic")


def test_a_form_of_another_site_is_not_kept(tablet: FlaskClient, database: Database) -> None:
    unlock(tablet)
    idle(database)
    forged = tablet.post("/vials/1/waste", data={"csrf": "0" * 64, "reason": "Dropped"})
    assert forged.status_code == 403
    assert tablet.post("/switch/locked?back=/vials/1/waste", data={"reason": "x"}).status_code == 403
    form = {"csrf": token_of(tablet), "reason": "x"}
    page = tablet.post("/switch/locked?back=//evil.example/", data=form).text
    assert "evil.example" not in page


def test_a_device_of_another_clinic_or_none_asks_for_a_password(tablet: FlaskClient, world: Flask) -> None:
    nurse = number_of(tablet, "nurse")
    stranger = world.test_client()
    stranger.environ_base["HTTP_ACCEPT"] = "text/html"
    assert stranger.get("/switch").location == "/sign-in"
    assert stranger.get("/use").location == "/sign-in?next=/use"
    assert stranger.post("/switch", data={"person": nurse, "pin": PIN}).status_code == 403
    stranger.set_cookie("vialcheck_device", "made-up")
    assert stranger.post("/switch", data={"person": nurse, "pin": PIN}).status_code == 403


def test_an_admin_revokes_the_tablet_and_lifts_a_lock(
    tablet: FlaskClient, world: Flask, database: Database
) -> None:
    for _ in range(5):
        unlock(tablet, pin="999990")
    assert "This PIN is locked" in unlock(tablet).text
    admin = world.test_client()
    person = member(database, Role.ADMIN, email=ADMIN, name=CLINIC, kind=OrganisationKind.CLINIC)
    admin.set_cookie(COOKIE, services_of(world).sessions.begin(person, address="", device="", strong=True))
    page = admin.get("/devices").text
    assert "Lift the lock of nurse" in page
    [lift] = re.findall(r'action="(/devices/\d+/pins/\d+/lift)"', page)
    assert post(admin, lift).status_code == 303
    assert unlock(tablet).status_code == 303
    with database.reading() as connection:
        device = connection.execute(select(EnrolledDevice.id)).scalar_one()
    assert post(admin, f"/devices/{device}/idle", idle="2").location == "/devices?done=idle"
    assert post(admin, f"/devices/{device}/idle", idle="600").status_code == 422
    assert post(admin, f"/devices/{device}/revoke").location == "/devices?done=revoked"
    assert tablet.get("/use").location == "/sign-in?next=/use"
    audit = admin.get("/audit").text
    for words in ("Shared tablet enrolled", "Shared tablet revoked", "by PIN on “Room 2”", "PIN locked"):
        assert words in audit


def test_which_views_a_pin_opens(app: Flask) -> None:
    """A new view that lets a PIN in fails here until it is meant: only what a clinic receives, uses, wastes."""
    everything = frozenset(Role)
    who = Actor("A", 1, 1, "O", OrganisationKind.CLINIC, everything, strong=True, device="T", by_pin=True)
    opens = set()
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access is not None and not access.everyone and access.lets(who):
            opens.add(rule.endpoint)
    assert opens == OPENED_BY_PIN


OPENED_BY_PIN = {
    *("account.sign_out", "clinic.first", "clinic.vial", "clinic.take", "clinic.undo"),
    *("clinic.receive", "clinic.check_received", "clinic.received", "clinic.take_in"),
    *("clinic.delivery_page", "clinic.finish_delivery"),
    *("clinic.use", "clinic.check_to_use", "clinic.checked", "clinic.hand_over"),
    *("clinic.stock", "clinic.trace", "clinic.set_aside", "clinic.books", "clinic.in_use"),
    *("clinic.temperature", "clinic.storage_place", "clinic.put_vials", "clinic.excursion"),
    *("clinic.stocktakes", "clinic.begin_stocktake", "clinic.stocktake", "clinic.count_pack"),
    *("clinic.set_lot_count", "clinic.expiry_list", "clinic.minimum_stock", "clinic.vial_label"),
    *("clinic.shipments", "clinic.shipment", "clinic.sites_page"),  # to be read
    *("clinic.uses", "clinic.find_uses", "clinic.notice", "clinic.quarantine_case"),  # to be read
}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
