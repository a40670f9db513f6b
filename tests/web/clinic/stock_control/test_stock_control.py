"""Stock control over HTTP without JavaScript: count, move, send back, minimum, expiry list, papers."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.authenticity.dispositions import Disposition
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Unit, Vial
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.records import TOXIN, put

PACK = f"01{TOXIN}1770123110A1001\x1d21"
LOT = f"(01){TOXIN}(10)A1001"
RECALLED = f"(01){TOXIN}(10)A1002"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    database = Database(sqlite_url)
    put(database)
    with database.transaction() as connection:
        unit = {"product_id": 1, "batch_id": 1, "disposition": Disposition.ACTIVE}
        connection.execute(insert(Unit), [unit | {"serial": f"DAY{number}"} for number in range(4)])
    database.close()
    made = create_app(Settings(database_url=sqlite_url))
    made.testing = True
    yield made
    services_of(made).close()


class Desk:
    """A browser at a clinic; every form is sent with the token of its page."""

    def __init__(self, app: Flask, *roles: Role, name: str = "Clinic A") -> None:
        self.client: FlaskClient = signed_in(
            app, *roles, kind=OrganisationKind.CLINIC, name=name, country="GB", strong=False
        )

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, follow_redirects=True)

    def post(self, address: str, **fields: str) -> TestResponse:
        token = re.search(r'name="csrf" value="(\w+)"', self.client.get("/use").text)
        data = {"csrf": token[1] if token else "", **fields}
        return self.client.post(address, data=data, follow_redirects=True)

    def receive(self, text: str, **fields: str) -> None:
        checked = self.post("/receive", scan=text)
        self.post(checked.request.path, outcome="received", **fields)


@pytest.fixture
def nurse(app: Flask) -> Desk:
    return Desk(app, Role.CLINIC)


def states(app: Flask) -> dict[str, str]:
    with services_of(app).database.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(select(Vial.serial, Vial.state))}


def text_of(page: TestResponse) -> str:
    """The text that a paper shows."""
    assert (page.status_code, page.mimetype) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(BytesIO(page.data))
    found = " ".join(each.get_textpage().get_text_bounded() for each in document)
    document.close()
    return " ".join(found.split())


def plain(page: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_stocktake_says_what_is_missing_and_what_is_too_much(app: Flask, nurse: Desk) -> None:
    for serial in ("DAY1", "DAY2"):
        nurse.receive(PACK + serial)
    begun = nurse.post("/stock/count")
    address = begun.request.path
    assert "Counted." in nurse.post(address, scan=PACK + "DAY1").text
    again = nurse.post(address, scan=PACK + "DAY1")
    assert "It counts once." in again.text
    strange = nurse.post(address, scan=PACK + "DAY3")
    assert "Too much: by your books it does not lie here." in strange.text
    assert "in none of your books." in plain(strange)
    stopped = nurse.post(address, scan=RECALLED)
    assert "Do not use this vial. Put it aside." in stopped.text
    wrong = nurse.post(address, scan="")
    assert (wrong.status_code, "autofocus" in wrong.text) == (422, True)
    empty = nurse.post(address + "/close", missing="record", reason=" ")
    assert (empty.status_code, "Say why" in empty.text) == (422, True)
    closed = nurse.post(address + "/close", missing="record", reason="Not in the fridge")
    assert "Closed " in closed.text
    assert states(app) == {"DAY1": "in_stock", "DAY2": "missing"}
    late = nurse.post(address, scan=PACK + "DAY2")
    assert (late.status_code, "this stocktake is closed" in late.text) == (409, True)
    found = nurse.post("/use", scan=PACK + "DAY2")
    assert "This vial is missing." in found.text
    nurse.post("/vials/2/quarantine", reason="Found behind the drawer")
    assert states(app)["DAY2"] == "quarantined"
    assert "everything received is accounted for" in nurse.get("/clinic/reconciliation").text


def test_vials_move_to_another_site_and_the_device_knows_its_own(app: Flask, nurse: Desk) -> None:
    nurse.post("/stock/sites", name="North")
    assert "is here already" in nurse.post("/stock/sites", name="north").text
    nurse.receive(PACK + "DAY1")
    nurse.receive(PACK + "DAY2")
    lost = nurse.post("/stock/shipments", kind="transfer")
    assert (lost.status_code, "Choose one" in lost.text) == (422, True)
    address = nurse.post("/stock/shipments", kind="transfer", to="1").request.path
    assert "Added." in nurse.post(address, scan=PACK + "DAY1").text
    assert "on the list already" in nurse.post(address, scan=PACK + "DAY1").text
    nurse.post(address, scan=PACK + "DAY2")
    assert nurse.get(address + "/note.pdf").status_code == 404  # nothing is sent yet
    assert "Recorded: sent." in nurse.post(address + "/send").text
    assert "2 vials are on their way" in nurse.get("/clinic").text
    assert "This vial is on its way" in nurse.get("/vials/1").text
    assert "Recorded: arrived." in nurse.post(address, scan=PACK + "DAY1").text
    rest = nurse.post(address + "/missing", reason="Not in the box")
    assert "did not arrive: 1" in plain(rest)
    assert states(app) == {"DAY1": "in_stock", "DAY2": "missing"}
    note = text_of(nurse.get(address + "/note.pdf"))
    assert all(each in note for each in ("Transfer note 1", "To North", "From Main site", "DAY1", "DAY2"))
    # what is received on a device goes to the site at which it stands
    nurse.post("/stock/site", site="1")
    nurse.receive(PACK + "DAY3")
    assert "North" in plain(nurse.get("/vials/3"))
    assert "DAY1" not in nurse.get("/stock/expiry").text
    assert plain(nurse.get("/stock/expiry")).count("North") == 1
    assert b"North" in nurse.get("/stock/expiry.csv").data
    other = Desk(app, Role.CLINIC, name="Clinic B")
    for page in (address, "/stock/count/1", address + "/note.pdf", "/vials/1/record.pdf"):
        assert other.get(page).status_code == 404
    assert other.post("/stock/site", site="1").status_code == 404
    assert other.post(address, scan=PACK + "DAY1").status_code == 404
    assert nurse.post(address + "/explode").status_code == 404
    for odd in ("99999999999999999999", "0", "77"):
        assert nurse.get(f"/stock/count/{odd}").status_code == 404
        assert nurse.get(f"/stock/shipments/{odd}/note.pdf").status_code == 404
        assert nurse.post("/stock/site", site=odd).status_code == 404


def test_of_alike_vials_the_one_that_lies_here_is_used(app: Flask, nurse: Desk) -> None:
    nurse.post("/stock/sites", name="North")
    nurse.receive(LOT)
    nurse.post("/stock/site", site="1")
    nurse.receive(LOT)
    assert nurse.post("/use", scan=LOT).request.path == "/vials/2"
    nurse.post("/vials/2/use_up")
    assert (
        nurse.post("/use", scan=LOT).request.path == "/vials/1"
    )  # none is left here: it was moved unrecorded


def test_what_goes_back_has_a_note_with_the_reason(app: Flask, nurse: Desk) -> None:
    nurse.receive(PACK + "DAY1", supplier="Medica", note_number="LS-7")
    address = nurse.post("/stock/shipments", kind="return").request.path
    page = nurse.post(address, scan=PACK + "DAY1")
    assert 'value="Medica"' in page.text
    refused = nurse.post(address + "/send", supplier="Medica", reason="")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    nurse.post(address + "/send", supplier="Medica", reason="Box was crushed")
    assert states(app) == {"DAY1": "returned"}
    note = text_of(nurse.get(address + "/note.pdf"))
    assert all(each in note for each in ("Return note 1", "To Medica", "Box was crushed", "DAY1", "LS-7"))


def test_alike_packs_are_counted_with_a_number(nurse: Desk) -> None:
    nurse.receive(LOT, count="3")
    address = nurse.post("/stock/count").request.path
    nurse.post(address, scan=LOT)
    page = nurse.post(address + "/lots", scan="1", count="5")
    assert "5 counted, 3 by your books" in plain(page)
    for wrong in ("-1", "x", "501"):
        assert nurse.post(address + "/lots", scan="1", count=wrong).status_code == 422
    assert nurse.post(address + "/lots", scan="99", count="1").status_code == 404


def test_the_first_page_says_when_too_few_are_left(nurse: Desk) -> None:
    nurse.receive(LOT, count="3")
    for wrong in ("0", "many", "1000000"):
        page = nurse.post("/stock/minimum", product="1", vials=wrong)
        assert (page.status_code, f'value="{wrong}"' in page.text) == (422, True)
    assert nurse.post("/stock/minimum", product="77", vials="1").status_code == 404
    nurse.post("/stock/minimum", product="1", vials="4")
    assert "3 unopened, the minimum is 4." in nurse.get("/clinic").text
    nurse.post("/stock/minimum", product="1", vials="")
    assert "the minimum is" not in nurse.get("/clinic").text


def test_papers_tell_of_one_use_what_was_answered_then(app: Flask, nurse: Desk) -> None:
    nurse.receive(PACK + "DAY1")
    assert nurse.get("/vials/1/label.pdf").status_code == 404  # it is not opened yet
    nurse.post("/use", scan=PACK + "DAY1")
    nurse.post("/vials/1/open", units="20", reference="A-1042")
    nurse.post("/vials/1/use", units="30", reference="A-2000")
    label = text_of(nurse.get("/vials/1/label.pdf"))
    assert all(each in label for each in ("Opened:", "Use until:", "DAY1", "By:"))
    whole = text_of(nurse.get("/vials/1/record.pdf"))
    assert whole.count("Matches the manufacturer's record") == 2  # received, and scanned for use
    assert all(each in whole for each in ("Record of a vial", "A-1042", "A-2000"))
    of_one = text_of(nurse.get("/vials/1/record.pdf?event=2"))
    assert ("A-1042" in of_one, "A-2000" in of_one) == (True, False)
    nurse.post("/vials/1/receipt", event="2")
    assert "Handed to the patient" in text_of(nurse.get("/vials/1/record.pdf?event=2"))
    # the typeface has no Arabic letters: the words are English then
    nurse.client.post("/language", data={"language": "ar"})
    arabic = nurse.client.get("/vials/1/record.pdf", headers={"Accept-Language": "ar"})
    assert "Record of a vial" in text_of(arabic)
    for nothing in ("1", "999", "x"):  # a receipt of goods is no use
        assert nurse.get(f"/vials/1/record.pdf?event={nothing}").status_code == 404


def test_who_only_reads_finds_no_forms(app: Flask, nurse: Desk) -> None:
    nurse.receive(PACK + "DAY1")
    count, sent = (
        nurse.post("/stock/count").request.path,
        nurse.post("/stock/shipments", kind="return").request.path,
    )
    reader = Desk(app, Role.VIEWER)
    for address in (
        count,
        sent,
        "/stock/count",
        "/stock/shipments",
        "/stock/minimum",
        "/stock/expiry",
        "/stock/sites",
    ):
        page = reader.get(address)
        assert page.status_code == 200
        main = page.text.partition("<main")[2]
        assert '<form method="post"' not in main, address
