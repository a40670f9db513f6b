"""Records put right in the browser: form, preview, the change, and the second person."""

import pytest
from flask import Flask
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer
from service.web.core.services import services_of
from tests.factories.lists import count, table
from tests.factories.people import signed_in
from tests.factories.recall_records import GTIN, OTHERS
from tests.web.workspace.signed_in_browser import Browser, carried_out, seal

PRODUCT, LOT, UNITS = (f"/products/{GTIN}/{what}" for what in ("correct", "correct-lot/A1", "change-units"))


@pytest.fixture
def database(filled: Flask) -> Database:
    ours: Database = services_of(filled).database
    return ours


def test_a_product_is_corrected(releaser: Browser, database: Database) -> None:
    assert 'value="Ondrevaine 100"' in releaser.get(PRODUCT)
    status, page = releaser.send(PRODUCT, PRODUCT, name="", markets="nowhere")
    assert (status, 'href="#name"' in page, 'href="#markets"' in page) == (422, True, True)
    assert "nowhere" in page  # what was typed stays
    status, page = releaser.send(PRODUCT, PRODUCT, name="Ondrevaine 100")
    assert (status, "Nothing would change" in page) == (422, True)
    status, page = carried_out(releaser, PRODUCT, name="Ondrevaine 50", markets="FR", complete="no")
    assert (status, "The change is made." in page, "Ondrevaine 50" in page) == (200, True, True)
    assert "typed wrong" in page  # the history
    assert "Corrected" in page
    assert table(database, "product")[0]["markets"] == "FR"


def test_a_lot_is_corrected_with_its_preview(releaser: Browser, filled: Flask, database: Database) -> None:
    filled.test_client().post("/api/v1/verifications", json={"gtin": GTIN, "lot": "A1", "asker": "clinic"})
    status, page = releaser.send(LOT, LOT, expiry="2027-07-31", quantity="1200")
    assert status == 200
    assert 'figure">1</span> check so far' in page
    assert "30 June 2027" in page
    assert "31 July 2027" in page
    assert str(table(database, "batch")[0]["expiry"]) == "2027-06-30"
    back = releaser.send(LOT, LOT, expiry="2027-07-31", quantity="1200", step="back")[1]
    assert 'value="1200"' in back
    status, page = carried_out(releaser, LOT, lot="A-17", expiry="2027-07-31")
    assert (status, "Lot A-17" in page, "The change is made." in page) == (200, True, True)
    # its history goes on under the new number
    carried_out(releaser, f"/products/{GTIN}/correct-lot/A-17", quantity="1200")
    page = releaser.get(f"/products/{GTIN}/lots/A-17")
    assert page.count("<strong>Corrected</strong>") == 2


def test_what_was_shown_is_shown_anew_when_the_record_changed(releaser: Browser, database: Database) -> None:
    shown = releaser.send(LOT, LOT, quantity="1200")[1]
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(quantity=7))
    made = {"quantity": "1200", "step": "make", "seal": seal(shown), "reason": "counted again"}
    status, page = releaser.send(LOT, LOT, **made)
    assert (status, "has changed since" in page, "counted again" in page) == (422, True, True)
    assert releaser.send(LOT, LOT, **(made | {"seal": seal(page)}))[0] == 200


def test_units_are_taken_out_and_put_back(releaser: Browser, database: Database) -> None:
    status, page = releaser.send(
        UNITS, UNITS, which="range", serial_from="A1SN000", serial_to="A1SN0", what=""
    )
    assert (status, 'href="#what"' in page, 'value="A1SN000"' in page) == (422, True, True)
    status, page = releaser.send(UNITS, UNITS, serials="A1SN001 NONE", what="decommissioning")
    assert (status, "not on record: NONE" in page) == (422, True)
    given = {"which": "range", "serial_from": "A1SN000", "serial_to": "A1SN002", "what": "decommissioning"}
    assert "A1: 3" in releaser.send(UNITS, UNITS, **given)[1]
    assert carried_out(releaser, UNITS, **given)[0] == 200
    page = releaser.get(f"/products/{GTIN}/lots/A1")
    assert "Undo it" in page
    page = releaser.get(f"/products/{GTIN}/units/A1SN001")
    assert "Taken out of use" in page
    assert carried_out(releaser, "/unit-changes/1/withdraw")[0] == 200
    assert {row["disposition"] for row in table(database, "unit")} == {1}
    assert "Undone by" in releaser.get(f"/products/{GTIN}/units/A1SN001")


def test_a_serial_is_moved_to_another_lot(releaser: Browser, database: Database) -> None:
    assert releaser.send(UNITS, UNITS, serials="A1SN001", what="move")[0] == 422
    assert carried_out(releaser, UNITS, serials="A1SN001", what="move", to_lot="b2")[0] == 200
    assert [row["batch_id"] for row in table(database, "unit") if row["serial"] == "A1SN001"] == [2]
    found = releaser.get("/search?q=A1SN001")
    assert f"/products/{GTIN}/units/A1SN001" in found


def test_a_second_person_agrees(filled: Flask, releaser: Browser, database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    assert "Ask the second person" in releaser.send(LOT, LOT, quantity="7")[1]
    status, page = carried_out(releaser, LOT, quantity="7")
    assert (status, "It waits for another person" in page) == (200, True)
    assert table(database, "batch")[0]["quantity"] is None
    other = Browser(signed_in(filled, Role.RELEASER, email="second@example.org"))
    assert "1 change waits for a second person" in other.get("/release")
    assert '<span class="figure">1</span> change waits for a second person' in other.get("/overview")
    shown = other.get("/requests/1")
    Browser(signed_in(filled, Role.RELEASER, name="Other Biologics")).get("/requests/1", 404)
    assert other.send("/requests/1/refuse", "/requests/1", reason="")[0] == 422
    status, page = other.send("/requests/1/approve", "/requests/1", seal=seal(shown))
    assert (status, "It is made." in page) == (200, True)
    assert table(database, "batch")[0]["quantity"] == 7


def test_a_request_that_cannot_be_made_any_more_says_so(
    filled: Flask, releaser: Browser, database: Database
) -> None:
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    carried_out(releaser, LOT, quantity="7")
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(quantity=7))
    page = releaser.get("/requests/1")
    assert "can no longer be made" in page
    assert "Agree and make" not in page
    status, page = releaser.send("/requests/1/refuse", "/requests/1", reason="done already")
    assert (status, "Retracted" in page) == (200, True)


def test_merging_is_for_admins(filled: Flask, releaser: Browser, database: Database) -> None:
    releaser.get("/manufacturers/merge", 403)
    admin = Browser(signed_in(filled, Role.ADMIN))
    assert "only one manufacturer" in admin.get("/manufacturers/merge")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 2).values(organisation_id=1))
    merge = {"wrong": "Other Biologics", "right": "Example Biologics"}
    assert admin.send("/manufacturers/merge", "/manufacturers/merge", wrong="", right="")[0] == 422
    assert carried_out(admin, "/manufacturers/merge", **merge)[0] == 200
    assert count(database, "manufacturer") == 1


@pytest.mark.parametrize("address", [f"/products/{OTHERS}/correct", f"/products/{OTHERS}/change-units"])
def test_anothers_records_are_not_there(releaser: Browser, address: str) -> None:
    releaser.get(address, 404)
    assert releaser.send(address, LOT, name="Mine", serials="X", what="holding")[0] == 404


def test_a_regulator_corrects_no_records(filled: Flask) -> None:
    agency = Browser(signed_in(filled, Role.ADMIN, kind=OrganisationKind.REGULATOR, name="Medicines Agency"))
    agency.get(PRODUCT, 403)
