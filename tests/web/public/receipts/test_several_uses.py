"""A receipt of several uses over HTTP: ticked by the clinic, each pack judged by itself, checked as a file."""

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.cli.receipt import receipt
from service.storage.models import Batch
from service.web.core.services import services_of
from tests.factories.people import signed_in, token_of
from tests.factories.records import FILLER, TOXIN, put

SCANS = (f"01{TOXIN}1770123110A1001\x1d21SN0001", f"01{FILLER}1770073110SHARED1")


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


@pytest.fixture
def nurse(world: Flask) -> FlaskClient:
    client = signed_in(world, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Riverside", country="GB")
    for number, scan in enumerate(SCANS, 1):
        checked = client.post("/receive", data={"csrf": token_of(client), "scan": scan})
        send(client, checked.location, outcome="received")
        send(client, f"/vials/{number}/open", units=f"{number}0", reference="A-1042")
    return client


def send(client: FlaskClient, path: str, **form: str) -> str:
    return client.post(path, data={"csrf": token_of(client), **form}, follow_redirects=True).text


def event_of(nurse: FlaskClient, vial: int) -> str:
    page = nurse.get(f"/vials/{vial}").text
    found = re.search(rf'action="/vials/{vial}/receipt">.*?name="event" value="(\d+)"', page, re.DOTALL)
    assert found
    return found[1]


def link_of(page: str) -> str:
    found = re.search(r'<bdi dir="ltr">http://localhost(/r/[\w-]{22})</bdi>', page)
    assert found, page
    return found[1]


@pytest.fixture
def link(nurse: FlaskClient) -> str:
    """The receipt of both, ticked on the page of the filler's."""
    toxin, filler = event_of(nurse, 1), event_of(nurse, 2)
    first = send(nurse, "/vials/2/receipt", event=filler)
    assert f'name="also" id="also-{toxin}" value="{toxin}">' in first  # offered, and not ticked
    return link_of(send(nurse, "/vials/2/receipt", event=filler, choose="1", also=toxin))


def test_each_pack_has_its_answer_and_the_worst_is_first(
    app: Flask, nurse: FlaskClient, browser: FlaskClient, link: str
) -> None:
    page = browser.get(link).text
    assert re.findall(r'data-pack="(\w+)"', page).count("reject") == 0
    for said in ("SN0001", "SHARED1", "10 units", "20 units", "Riverside"):
        assert said in page
    assert page.count("nothing has changed") == 3  # of the whole, and of each
    with services_of(app).database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    page = browser.get(link).text
    packs = re.findall(r'data-pack="(\w+)">\s*<h3 id="pack-\d"><bdi>([^<]*)', page)
    assert [name.split(",")[0] for _, name in packs] == ["Examplinum 100", "Fillexa Soft"]
    assert packs[0][0] == "reject" != packs[1][0]
    assert '<article class="card card--reject"' in page
    assert page.count("nothing has changed") == 1  # of the filler
    with services_of(app).database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "SHARED1").values(status="recalled"))
    both = browser.get(link).text
    assert re.findall(r'data-pack="(\w+)"', both) == ["reject", "reject"]
    assert both.count("This is new since the receipt was issued") == 3
    assert "nothing has changed" not in both


def test_the_file_names_both_on_the_page_and_in_the_terminal(
    nurse: FlaskClient, browser: FlaskClient, link: str, tmp_path: Path
) -> None:
    sent = browser.get(f"{link}/file")
    checked = browser.post("/receipts/check", data={"file": (io.BytesIO(sent.data), "receipt.jws")}).text
    assert "The file is unchanged" in checked
    assert "SN0001" in checked
    assert "SHARED1" in checked
    (tmp_path / "receipt.jws").write_bytes(sent.data)
    (tmp_path / "keys.json").write_bytes(browser.get("/.well-known/vialcheck-receipt-keys.json").data)
    command = ["verify", str(tmp_path / "receipt.jws"), "--keys", str(tmp_path / "keys.json")]
    said = json.loads(CliRunner().invoke(receipt, command, catch_exceptions=False).output)
    assert {each["lot"] for each in said["uses"]} == {"A1001", "SHARED1"}
    assert said["clinic"] == "Riverside"


def test_it_is_taken_back_whole_and_says_what_is_on_it(
    nurse: FlaskClient, browser: FlaskClient, link: str
) -> None:
    toxin = event_of(nurse, 1)
    page = nurse.get(f"/vials/1/receipt/void?event={toxin}").text
    assert "The whole receipt is taken back, with these too:" in page
    assert "Fillexa Soft" in page
    send(nurse, "/vials/1/receipt/void", event=toxin, reason="The wrong vial was chosen")
    assert "The wrong vial was chosen" in browser.get(link).text
    assert "Receipt taken back." in nurse.get("/vials/2").text


def test_an_undone_use_takes_it_back_and_says_that_it_was_a_part(
    nurse: FlaskClient, browser: FlaskClient, link: str
) -> None:
    toxin = event_of(nurse, 1)
    send(nurse, "/vials/1/undo", event=toxin, reason="Not this vial")
    assert "a part of this treatment. Ask it for a new receipt." in browser.get(link).text
    left = send(nurse, "/vials/2/receipt", event=event_of(nurse, 2))
    assert "Fillexa Soft" in browser.get(link_of(left)).text
    assert 'name="also"' not in left  # what was undone is no use


def test_what_is_on_another_receipt_is_refused_and_what_was_ticked_stays(
    nurse: FlaskClient, browser: FlaskClient
) -> None:
    toxin, filler = event_of(nurse, 1), event_of(nurse, 2)
    other = link_of(send(nurse, "/vials/1/receipt", event=toxin))
    form = {"csrf": token_of(nurse), "event": filler, "choose": "1", "also": toxin}
    refused = nurse.post("/vials/2/receipt", data=form)
    assert refused.status_code == 409
    assert "a use that you ticked is on another receipt" in refused.text
    assert browser.get(other).status_code == 200
    for odd in ("999", "x", "1", "-1", ""):  # no use of the clinic's: named by number, it is none
        status = nurse.post("/vials/2/receipt", data=form | {"also": odd}).status_code
        assert status == (404 if odd in {"999", "1"} else 200), odd
