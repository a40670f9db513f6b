"""The pages of what stands out, from the list to a decision."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, update

from service.accounts.actors import OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.storage.database import Database
from service.storage.models import Alert, Manufacturer, Unit
from service.verification.service import VerificationService
from service.web.core.services import services_of
from tests.factories.people import organisation, signed_in, token_of
from tests.factories.questions import make_question
from tests.factories.records import TOXIN, put

TOWNS = ["Leeds", "Cardiff", "York", "Miami", "Boston", "Tulsa"]
CLONED, ODD = "CLONED-1", "OD/D?1"
UNIT = f"/watch/units/{TOXIN}/{CLONED}"


@pytest.fixture
def world(app: Flask) -> Flask:
    """One copied unit, a unit with an odd serial, a lot that nobody issued and one of nobody's products."""
    database: Database = services_of(app).database
    put(database)
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(delete(Alert))  # their numbers were given, and PostgreSQL would give them again
        connection.execute(update(Manufacturer).values(organisation_id=number))
        for serial in (CLONED, ODD):
            values = {"product_id": 1, "batch_id": 1, "serial": serial, "disposition": Disposition.ACTIVE}
            connection.execute(insert(Unit).values(values))
    desk: VerificationService = services_of(app).verification

    def ask(**fields: str) -> None:
        desk.verify(*make_question(**fields))  # type: ignore[arg-type]  # texts only
        desk._scans.flush()

    for serial in (CLONED, ODD):
        code = f"(01){TOXIN}(17)701231(10)A1001(21){serial}"
        for place, town in enumerate(TOWNS):
            ask(scan=code, country="GB" if place < 3 else "US", region=town, client=f"d{place}")
    for place in range(3):
        ask(gtin=TOXIN, lot="ZZ999<b>", country="GB", client=f"d{place}")
        ask(lot="NOBODY88", country="BR", client=f"d{place}")
        ask(gtin=TOXIN, lot="A10O2", country="GB", client="d")
    return app


def decided(person: FlaskClient, address: str, **fields: str) -> str:
    answer = person.post(address, data=fields | {"csrf": token_of(person)}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_from_the_list_to_a_hold(world: Flask) -> None:
    person = signed_in(world, Role.RELEASER)
    page = person.get("/watch").text
    assert (
        "Checked in 6 places within 1 days: Boston (United States)" in page or "Checked in 6 places" in page
    )
    assert f'href="{UNIT}?do=held#decide"' in page
    assert "Not on record. Asked for 3 times with at least 3 devices" in page
    assert "<b>" not in page
    assert "A10O2" in page, "one slip from A1002"
    assert "NOBODY88" not in page
    one = person.get(f"{UNIT}?do=cleared").text
    assert re.search(r'value="cleared" checked', one)
    assert "Leeds (Britain (UK))" in one
    assert "one device in each place" in one
    assert "It is on hold" in decided(person, UNIT, state="held", note="Looking into it")
    assert "Looking into it" in person.get(UNIT).text
    assert CLONED in person.get("/watch?state=held").text
    asked = {"gtin": TOXIN, "lot": "A1001", "serial": CLONED, "asker": "clinic"}
    told = world.test_client().post("/api/v1/verifications", json=asked).get_json()
    assert "on_hold" in [each["code"] for each in told["reasons"]]


def test_a_serial_with_a_slash_has_its_page(world: Flask) -> None:
    person = signed_in(world, Role.RELEASER)
    address = re.search(rf'href="(/watch/units/{TOXIN}/OD[^"]*\?)do=held#decide"', person.get("/watch").text)
    assert address is not None
    assert "It is cleared" in decided(person, address[1], state="cleared", note="x")


def test_a_note_is_asked_for_and_what_was_chosen_stays(world: Flask) -> None:
    person = signed_in(world, Role.RELEASER)
    for note in ("", "x" * 501):
        answer = person.post(UNIT, data={"state": "alerted", "note": note, "csrf": token_of(person)})
        assert answer.status_code == 422
        assert 'href="#note"' in answer.text
        assert 'value="alerted" checked' in answer.text
    answer = person.post(UNIT, data={"state": "nonsense", "note": "x", "csrf": token_of(person)})
    assert answer.status_code == 409


def test_a_viewer_looks_and_decides_nothing(world: Flask) -> None:
    viewer = signed_in(world, Role.VIEWER)
    assert "do=held" not in viewer.get("/watch").text
    assert 'name="note"' not in viewer.get(UNIT).text
    assert 'name="note"' not in viewer.get("/watch/thresholds").text
    assert viewer.post(UNIT, data={"csrf": token_of(viewer)}).status_code == 403


def test_a_regulator_sees_what_is_nobodys(world: Flask) -> None:
    agency = signed_in(world, Role.RELEASER, kind=OrganisationKind.REGULATOR, name="Agency")
    page = agency.get("/watch").text
    assert "NOBODY88" in page
    assert CLONED not in page
    assert "do=held" not in page
    assert agency.get(UNIT).status_code == 404
    assert agency.get("/watch/thresholds").status_code == 403
    assert "The alert is out" in decided(agency, "/watch/lots/any/NOBODY88", state="alerted", note="Seized")


@pytest.mark.parametrize(
    "address",
    [
        "/watch/units/1/2",
        f"/watch/units/{TOXIN}/NOSUCH",
        f"/watch/lots/{TOXIN}/%00",
        "/watch/lots/any/X9",
        f"/watch/x/{TOXIN}/y",
    ],
)
def test_what_is_not_there(world: Flask, address: str) -> None:
    assert signed_in(world, Role.ADMIN).get(address).status_code == 404


def test_an_address_with_nonsense_in_it_is_no_mistake_of_ours(world: Flask) -> None:
    person = signed_in(world, Role.ADMIN)
    for address in ("/watch?state=%00&days=x", f"{UNIT}?do=%ff&done=1", "/watch/thresholds?manufacturer=x"):
        assert person.get(address).status_code == 200


def test_thresholds_are_set_in_a_form(world: Flask) -> None:
    person = signed_in(world, Role.RELEASER)
    page = person.get("/watch/thresholds").text
    assert "From 2 to 20; the default is 4.2." in page
    given = {"suspicion": "8", "devices": "30", "recheck_days": "5", "lot_checks": "10", "lot_countries": "3"}
    given |= {"guesses": "12", "note": "Shared devices", "manufacturer": "1", "csrf": token_of(person)}
    wrong = person.post("/watch/thresholds", data=given | {"devices": "1000", "note": ""})
    assert wrong.status_code == 422
    assert 'href="#devices"' in wrong.text
    assert 'value="1000"' in wrong.text
    assert 'href="#note"' in wrong.text
    done = person.post("/watch/thresholds", data=given, follow_redirects=True)
    assert "The very next check is judged by it." in done.text
    assert "These are your own." in done.text
    other = signed_in(world, Role.RELEASER, name="Other")
    assert other.post("/watch/thresholds", data=given | {"csrf": token_of(other)}).status_code == 404


def test_the_menu_and_the_overview_lead_there(world: Flask) -> None:
    page = signed_in(world, Role.VIEWER).get("/overview").text
    assert 'href="/watch"' in page
    assert '<span class="figure">3</span> suspicious patterns of checks' in page
