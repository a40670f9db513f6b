"""A receipt's whole life over HTTP: handed over, opened, changed by a recall, checked as a file, deleted."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.accounts.actors import OrganisationKind, Role
from service.cli.receipt import receipt
from service.storage.models import Batch, Product, TreatmentReceipt
from service.web.core.services import services_of
from tests.factories.people import signed_in, token_of
from tests.factories.records import TOXIN, put

SCAN = f"01{TOXIN}1770123110A1001\x1d21SN0001"


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


@pytest.fixture
def nurse(world: Flask) -> FlaskClient:
    return signed_in(world, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Riverside", country="GB")


def send(client: FlaskClient, path: str, **form: str) -> str:
    return client.post(path, data={"csrf": token_of(client), **form}, follow_redirects=True).text


def used(nurse: FlaskClient) -> str:
    """The page of a vial that was received and opened."""
    checked = nurse.post("/receive", data={"csrf": token_of(nurse), "scan": SCAN})
    send(nurse, checked.location, outcome="received")
    return send(nurse, "/vials/1/open", units="40", reference="A-1042")


def event_of(page: str) -> str:
    found = re.search(r'action="/vials/1/receipt">.*?name="event" value="(\d+)"', page, re.DOTALL)
    assert found
    return found[1]


def handed_over(nurse: FlaskClient) -> tuple[str, str]:
    """The path of a new receipt, and the event that it is about."""
    event = event_of(used(nurse))
    page = send(nurse, "/vials/1/receipt", event=event)
    link = re.search(r'<bdi dir="ltr">http://localhost(/r/[\w-]{22})</bdi>', page)
    assert link
    assert '<svg class="qr"' in page
    return link[1], event


def test_a_patient_opens_it_and_a_recall_flips_it(
    world: Flask, nurse: FlaskClient, browser: FlaskClient
) -> None:
    path, _ = handed_over(nurse)
    page = browser.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text
    for said in ("SN0001", "A1001", "Riverside", "31 December 2070", "40 units", "nothing has changed"):
        assert said in page.text
    assert "A-1042" not in page.text  # the clinic's own reference
    database = services_of(world).database
    with database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    flipped = browser.get(path).text
    assert 'data-action="reject"' in flipped
    assert "This is new since the receipt was issued" in flipped
    assert "nothing has changed" not in flipped
    # whom it was used on is told first, with the ambulance of the clinic's country
    assert "Had it already? Tell your doctor today. Feeling ill: call an ambulance (999)." in flipped


def test_the_earliest_day_of_the_next_treatment_goes_into_a_calendar(
    world: Flask, nurse: FlaskClient, browser: FlaskClient
) -> None:
    path, _ = handed_over(nurse)
    assert "Next treatment" not in browser.get(path).text  # the product's record says no interval
    assert browser.get(f"{path}/next.ics").status_code == 404
    with services_of(world).database.transaction() as connection:
        connection.execute(update(Product).where(Product.gtin == TOXIN).values(interval_days=84))
    earliest = datetime.now(UTC).date() + timedelta(days=84)
    page = browser.get(path).text
    assert f"Next treatment: not before {earliest.day} {earliest:%B %Y}" in page
    assert "Your doctor decides." in page
    file = browser.get(f"{path}/next.ics")
    assert file.mimetype == "text/calendar"
    lines = file.text.split("\r\n")
    assert f"DTSTART;VALUE=DATE:{earliest:%Y%m%d}" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    assert "Riverside" not in file.text
    arabic = browser.get(f"{path}/next.ics?lang=ar").text.split("\r\n")
    assert max(len(line.encode()) for line in arabic) <= 75


def test_a_preview_of_its_link_changes_nothing(
    world: Flask, nurse: FlaskClient, browser: FlaskClient
) -> None:
    path, _ = handed_over(nurse)
    first = browser.get(path).text
    browser.head(path)
    browser.get(f"{path}/delete")
    browser.get(path, headers={"User-Agent": "WhatsApp/2", "Purpose": "prefetch"})
    assert browser.get(path).text == first


def test_its_holder_deletes_it_and_the_clinic_voids_it(nurse: FlaskClient, browser: FlaskClient) -> None:
    path, event = handed_over(nurse)
    refused = send(nurse, "/vials/1/receipt/void", event=event, reason="")
    assert "Write why" in refused or "reason" in refused.lower()
    assert "It is taken back" not in refused
    send(nurse, "/vials/1/receipt/void", event=event, reason="The wrong vial was chosen")
    assert "The wrong vial was chosen" in browser.get(path).text
    assert browser.post(f"{path}/delete").location == "/receipts/deleted"
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}/delete").status_code == 404


def test_an_undone_use_takes_its_receipt_back(nurse: FlaskClient, browser: FlaskClient) -> None:
    path, event = handed_over(nurse)
    send(nurse, "/vials/1/undo", event=event, reason="Not this vial")
    assert "The clinic took back its record of this treatment." in browser.get(path).text


def test_the_signed_file_is_checked_by_page_and_terminal(
    nurse: FlaskClient, browser: FlaskClient, tmp_path: Path
) -> None:
    path, _ = handed_over(nurse)
    sent = browser.get(f"{path}/file")
    assert sent.mimetype == "application/jose"
    assert "attachment" in sent.headers["Content-Disposition"]
    keys = browser.get("/.well-known/vialcheck-receipt-keys.json")
    assert keys.headers["Cache-Control"] == "public, max-age=3600"
    checked = browser.post("/receipts/check", data={"file": (io.BytesIO(sent.data), "receipt.jws")}).text
    assert "The file is unchanged, and was signed by this service." in checked
    assert "SN0001" in checked
    spoiled = sent.text[:200] + ("A" if sent.text[200] != "A" else "B") + sent.text[201:]
    refused = browser.post("/receipts/check", data={"text": spoiled})
    assert refused.status_code == 422
    assert "This file was changed, or was not signed by this service." in refused.text
    for nothing in ({}, {"text": "hello"}, {"file": (io.BytesIO(b"\xff\x00" * 9000), "x.png")}):
        assert browser.post("/receipts/check", data=nothing).status_code == 422
    (tmp_path / "receipt.jws").write_bytes(sent.data)
    (tmp_path / "spoiled.jws").write_text(spoiled)
    (tmp_path / "keys.json").write_bytes(keys.data)
    command = ["verify", str(tmp_path / "receipt.jws"), "--keys", str(tmp_path / "keys.json")]
    said = CliRunner().invoke(receipt, command, catch_exceptions=False)
    assert json.loads(said.output)["lot"] == "A1001"
    wrong = CliRunner().invoke(receipt, ["verify", str(tmp_path / "spoiled.jws"), *command[2:]])
    assert wrong.exit_code != 0


def test_another_clinic_finds_no_use_of_ours(world: Flask, nurse: FlaskClient) -> None:
    path, event = handed_over(nurse)
    other = signed_in(world, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Elsewhere", country="GB")
    form = {"csrf": token_of(other), "event": event, "reason": "x"}
    for address in ("/vials/1/receipt", "/vials/1/receipt/void"):
        assert other.post(address, data=form).status_code == 404
    assert other.get(f"/vials/1/receipt/void?event={event}").status_code == 404
    with services_of(world).database.reading() as connection:
        assert not connection.scalar(select(TreatmentReceipt.voided))
    assert path


@pytest.mark.parametrize("path", ["/r/" + "A" * 22, "/r/x", "/r/..%2f..", "/r/" + "é" * 22])
def test_links_that_never_were(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}/file").status_code == 404
