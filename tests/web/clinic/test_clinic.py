"""A clinic's pages over HTTP: the main day, what stops it, whose it is, and that nothing runs in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.registry import recalls
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Batch, Delivery, Scan, Unit, Vial, VialEvent
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.recall_records import order
from tests.factories.records import TOXIN, put

UNIT = f"01{TOXIN}1770123110A1001\x1d21SN0001"
LOT = f"(01){TOXIN}(10)A1001"
RECALLED = f"(01){TOXIN}(10)A1002"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """What depends on the database is tested on both below the pages."""
    database = Database(sqlite_url)
    put(database)
    database.close()
    made = create_app(Settings(database_url=sqlite_url))
    made.testing = True
    yield made
    services_of(made).close()


class Person:
    """A browser of somebody at a clinic; a form is sent as the page has it."""

    def __init__(
        self,
        app: Flask,
        *roles: Role,
        name: str = "Clinic A",
        kind: OrganisationKind = OrganisationKind.CLINIC,
    ) -> None:
        self.client: FlaskClient = signed_in(app, *roles, kind=kind, name=name, country="GB", strong=False)

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, follow_redirects=True)

    def post(self, address: str, **fields: str) -> TestResponse:
        page = self.client.get("/clinic").text + self.client.get("/use").text
        token = re.search(r'name="csrf" value="(\w+)"', page)
        return self.client.post(
            address, data={"csrf": token[1] if token else "", **fields}, follow_redirects=True
        )

    def receive(self, text: str, **fields: str) -> TestResponse:
        checked = self.post("/receive", scan=text)
        return self.post(checked.request.path, **({"outcome": "received"} | fields))


@pytest.fixture
def nurse(app: Flask) -> Person:
    return Person(app, Role.CLINIC)


def rows(app: Flask, model: type) -> list[object]:
    with services_of(app).database.reading() as connection:
        return list(connection.execute(select(model.__table__)))  # type: ignore[attr-defined]  # every model has one


def title(response: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)
    assert found, response.text[:500]
    return unescape(found[1]).strip()


def test_a_vial_comes_in_is_opened_used_and_finished(app: Flask, nurse: Person) -> None:
    page = nurse.receive(UNIT, supplier="Medica", note_number="123")
    assert "Recorded in stock." in page.text
    assert "delivery note 123" in page.text
    page = nurse.post("/use", scan=UNIT)
    assert (page.request.path, title(page)) == ("/vials/1", "Matches the manufacturer's record")
    assert "delivery 123" in page.text
    page = nurse.post("/vials/1/open", units="20", nonce="a")
    assert "Recorded: opened." in page.text
    again = nurse.post("/use", scan=UNIT)
    # our own open vial is not a vial that somebody else has used
    assert (again.request.path, title(again)) == ("/vials/1", "Matches the manufacturer's record")
    page = nurse.post("/vials/1/use", units="90,5", nonce="b")
    assert "110.5" in page.text  # the product has two strengths: nothing is refused
    page = nurse.post("/vials/1/finish", nonce="c")
    assert "Recorded: finished" in page.text
    used = nurse.post("/use", scan=UNIT)
    assert title(used) == "Hold this vial. Do not use it until this is cleared up"
    assert "You recorded it as used on" in used.text
    assert [each.step for each in rows(app, VialEvent)] == ["receive", "open", "use", "finish"]  # type: ignore[attr-defined]  # a row
    assert "None" not in nurse.get("/clinic").text


def event_of(page: TestResponse) -> str:
    found = re.search(r'name="event" value="(\d+)"', page.text)
    assert found, "no undo is offered"
    return found[1]


def test_a_mistake_is_undone_with_a_reason_as_a_form_and_as_json(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    page = nurse.post("/vials/1/open", units="20")
    assert "Undo: Opened" in unescape(page.text)
    wrong = nurse.post("/vials/1/undo", event=event_of(page), reason=" ")
    assert (wrong.status_code, "Undo: Opened" in unescape(wrong.text)) == (422, True)
    page = nurse.post("/vials/1/undo", event=event_of(page), reason="The other tray", nonce="a")
    assert "Undone. What was recorded before it counts again." in page.text
    assert "Used so far" not in page.text
    opened_again = nurse.post("/vials/1/open")
    sent = {"event": int(event_of(opened_again)), "reason": "The other tray"}
    answer = nurse.client.post("/vials/1/undo", json=sent)
    assert answer.get_json() == {"vial": 1, "state": "in_stock", "message": "In stock"}
    late = nurse.client.post("/vials/1/undo", json=sent, headers={"Accept": "application/json"})
    assert (late.status_code, late.get_json()["code"]) == (409, "vial_moved_on")
    assert nurse.client.post("/vials/1/undo", json={"event": "x"}).status_code == 422
    assert nurse.post("/vials/1/undo", event="9" * 40, reason="x").status_code == 409
    assert [each.step for each in rows(app, VialEvent)] == ["receive", "open", "undo", "open", "undo"]  # type: ignore[attr-defined]  # a row
    assert "yes" in nurse.get("/trace.csv?lot=A1001").text


def test_more_than_the_vial_holds_is_refused_and_what_is_left_is_shown(app: Flask, nurse: Person) -> None:
    with services_of(app).database.transaction() as connection:
        connection.exec_driver_sql("UPDATE product SET content = '100 units in 2.5 ml'")
    nurse.receive(UNIT)
    page = nurse.post("/vials/1/open", units="120", reference="A-1042")
    assert page.status_code == 422
    assert "more than is left in the vial, “100”" in page.text
    assert 'value="A-1042"' in page.text  # what was entered is kept
    page = nurse.post("/vials/1/open", units="60", reference="A-1042")
    assert "Left in it: 40 of 100 units." in page.text
    assert "40 units left" in nurse.get("/clinic").text
    page = nurse.post("/vials/1/discard", units="15", reason="Spilled")
    assert "Left in it: 25 of 100 units." in page.text
    assert nurse.post("/vials/1/use", units="25.001").status_code == 422
    answer = nurse.client.post("/vials/1/use", json={"units": "20", "reference": "A-1043"})
    assert answer.get_json() == {"vial": 1, "state": "open", "message": "Open", "left": "5", "unit": "units"}
    page = nurse.post("/vials/1/finish")
    assert "thrown away: 5 units" in page.text  # the rest


def test_uses_are_found_by_the_clinics_own_reference_and_by_no_other_clinic(
    app: Flask, nurse: Person
) -> None:
    nurse.receive(UNIT)
    page = nurse.post("/vials/1/open", units="20", reference="Anna Schmidt")
    assert page.status_code == 422
    assert "looks like a name or a date of birth" in page.text
    nurse.post("/vials/1/open", units="20", reference="A-1042")
    nurse.post("/vials/1/use", units="20", reference="B-7")
    assert "A-1042" in nurse.get("/uses").text
    found = nurse.post("/uses", reference="a-10").text
    assert "A-1042" in found
    assert "B-7" not in found
    assert "No use is recorded under this reference." in nurse.post("/uses", reference="%").text
    table = list(csv.DictReader(io.StringIO(nurse.post("/uses.csv").text.removeprefix("\ufeff"))))
    assert [(row["Your reference"], row["Units used"]) for row in table] == [("B-7", "20"), ("A-1042", "20")]
    assert nurse.post("/uses.xlsx", reference="A-1042").data.startswith(b"PK")
    assert nurse.post("/uses.pdf").status_code == 404
    other = Person(app, Role.CLINIC, name="Clinic B")
    assert "A-1042" not in other.get("/uses").text
    with services_of(app).database.reading() as connection:
        audit = connection.exec_driver_sql("SELECT reason, before, after FROM audit_entry").all()
    assert "A-1042" not in str(audit)


def test_a_recall_becomes_a_list_of_whom_to_tell(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    nurse.post("/vials/1/open", units="20", reference="A-1042")
    maker = Person(app, Role.ADMIN, name="Example Biologics", kind=OrganisationKind.MANUFACTURER)
    database = services_of(app).database
    with database.transaction() as connection:
        owner = "(SELECT id FROM organisation WHERE name = 'Example Biologics')"
        connection.exec_driver_sql(f"UPDATE manufacturer SET organisation_id = {owner}")
        number = connection.exec_driver_sql("SELECT organisation_id FROM manufacturer").scalar_one()
    issued = recalls.issue(
        database, order(gtin=TOXIN, scope="lot", lot="A1001"), who=AuditActor("Maker", None, number)
    )
    home = nurse.get("/clinic").text
    found = re.search(r"/clinic/notices/(\w+)", home)
    assert found
    address = found[0]
    page = nurse.get(address)
    assert "A-1042" in page.text
    seen = maker.get(f"/recalls/{issued}").text
    assert "Clinic A" in seen
    assert "A-1042" not in seen
    page = nurse.post(address)
    assert "you have read this notice" in page.text
    assert "0: read" in maker.get(f"/recalls/{issued}").text
    assert "1 use of a stopped vial" in nurse.get("/clinic").text
    [event] = re.findall(r'name="use" value="(\d+)"', page.text)
    page = nurse.post(address + "/told", use=event)
    assert "Told on" in page.text
    assert "use of a stopped vial" not in nurse.get("/clinic").text
    table = list(csv.DictReader(io.StringIO(nurse.get(address + "/uses.csv").text.removeprefix("\ufeff"))))
    assert [(row["Your reference"], bool(row["Told by"])) for row in table] == [("A-1042", True)]
    assert nurse.get(address + "/uses.xlsx").data.startswith(b"PK")
    other = Person(app, Role.CLINIC, name="Clinic B")
    assert other.get(address).status_code == 404
    assert other.post(address + "/told", use=event).status_code == 404
    assert "Yes: everything received is accounted for." in nurse.get("/clinic/reconciliation").text


def test_a_quarantine_asks_the_manufacturer_and_an_overdue_answer_leads(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    nurse.post("/vials/1/quarantine", reason="Seal broken")
    assert nurse.get("/vials/1/case").status_code == 200
    page = nurse.post("/vials/1/case", holder="Fridge 2", answerer="maker", due="soon", question="")
    assert page.status_code == 422
    assert 'value="Fridge 2"' in page.text  # what was entered is kept
    assert "Write it down here" in page.text
    due = datetime.now(UTC).date().isoformat()
    page = nurse.post("/vials/1/case", holder="Fridge 2", answerer="maker", due=due, question="Is it yours?")
    assert "The manufacturer" in page.text
    maker = Person(app, Role.RELEASER, name="Example Biologics", kind=OrganisationKind.MANUFACTURER)
    owner = "(SELECT id FROM organisation WHERE name = 'Example Biologics')"
    with services_of(app).database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE manufacturer SET organisation_id = {owner}")
        connection.exec_driver_sql("UPDATE quarantine_entry SET due = '2020-01-01'")
    assert "the answer is overdue" in nurse.get("/clinic").text
    assert "overdue: 1" in maker.get("/overview").text
    seen = maker.get("/quarantine").text
    assert "Clinic A asks: Is it yours?" in seen
    assert "Seal broken" not in seen
    assert "Fridge 2" not in seen
    page = nurse.post("/vials/1/case/notes", kind="answer", text="")
    assert page.status_code == 422
    page = nurse.post("/vials/1/case/notes", kind="answer", text="By telephone: yes")
    assert "It was answered." in page.text
    assert "the answer is overdue" not in nurse.get("/clinic").text
    assert "By telephone" not in maker.get("/quarantine").text
    assert Person(app, Role.CLINIC, name="Clinic B").get("/vials/1/case").status_code == 404


def test_what_is_stopped_is_put_aside_with_a_reason_or_not_recorded(app: Flask, nurse: Person) -> None:
    checked = nurse.post("/receive", scan=RECALLED)
    assert title(checked) == "Stop. Do not use this vial"
    assert 'value="received"' not in checked.text
    forced = nurse.post(checked.request.path, outcome="received")
    assert (forced.status_code, rows(app, Vial)) == (409, [])
    unsaid = nurse.post(checked.request.path, outcome="aside", reason=" ")
    assert (unsaid.status_code, "Say why" in unsaid.text, rows(app, Vial)) == (422, True, [])
    nurse.post(checked.request.path, outcome="aside", reason="Recalled")
    assert "1 vial in quarantine" in nurse.get("/clinic").text


def test_a_vial_that_was_never_received_is_received_on_the_way(nurse: Person) -> None:
    checked = nurse.post("/use", scan=UNIT)
    assert "not in your stock yet" in checked.text
    page = nurse.post(f"/receive/{checked.request.path.rpartition('/')[2]}", outcome="received", then="use")
    assert page.request.path == "/vials/1"
    assert "Opened and used up" in page.text


def test_without_a_serial_number_the_open_one_is_offered_first(nurse: Person) -> None:
    nurse.receive(LOT, count="3")
    nurse.post("/vials/2/open")
    page = nurse.post("/use", scan=LOT)
    assert re.findall(r'class="button[^"]*" href="/vials/(\d)"', page.text) == ["2", "1"]


def test_where_there_is_no_choice_nobody_is_asked(app: Flask, nurse: Person) -> None:
    nurse.receive(LOT, count="2")
    assert nurse.post("/use", scan=LOT).request.path == "/vials/1"
    nurse.post("/vials/1/open")
    with services_of(app).database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot == "A1001").values(status="recalled"))
    stopped = nurse.post("/use", scan=LOT)
    assert (stopped.request.path, title(stopped)) == ("/vials/1", "Stop. Do not use this vial")


def test_a_recall_is_red_on_the_first_page(app: Flask, nurse: Person) -> None:
    nurse.receive(LOT, count="2")
    assert "Nothing needs your attention." in nurse.get("/clinic").text
    with services_of(app).database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot == "A1001").values(status="recalled"))
    page = nurse.get("/clinic").text
    assert "2 of your vials must not be used" in page
    assert "/trace?lot=A1001" in page
    assert "Do not use" in nurse.get("/stock").text
    refused = nurse.post("/vials/1/open")
    assert (refused.status_code, title(refused)) == (409, "Stop. Do not use this vial")
    assert "Do not use the vials of this lot" in nurse.get("/trace?lot=A1001").text
    unsaid = nurse.post("/trace", lot="A1001", reason="")
    assert (unsaid.status_code, "Say why" in unsaid.text) == (422, True)
    done = nurse.post("/trace", lot="A1001", reason="Recalled")
    assert "Recorded: quarantined." in done.text
    assert {each.state for each in rows(app, Vial)} == {"quarantined"}  # type: ignore[attr-defined]  # a row
    assert "2 vials in quarantine" in nurse.get("/clinic").text


def test_the_second_clinic_is_told_the_day_and_no_name(app: Flask, nurse: Person) -> None:
    other = Person(app, Role.CLINIC, name="Clinic B")
    nurse.receive(UNIT)
    other.receive(UNIT)
    nurse.post("/vials/1/use_up")
    refused = other.post("/vials/2/use_up")
    assert refused.status_code == 409
    assert re.search(r"already recorded as used on \d+ \w+ \d{4}, at another place", refused.text)
    assert "Clinic A" not in refused.text


def test_the_hours_after_opening_are_the_clinics_own(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    wrong = nurse.post("/clinic/in-use", product="1", hours="a day")
    assert (wrong.status_code, "not a number of hours" in wrong.text) == (422, True)
    assert nurse.post("/clinic/in-use", product="99", hours="4").status_code == 404
    assert "Recorded." in nurse.post("/clinic/in-use", product="1", hours="4").text
    nurse.post("/vials/1/open")
    assert "use before" in nurse.get("/clinic").text
    with services_of(app).database.transaction() as connection:
        connection.exec_driver_sql("UPDATE vial SET use_before = '2020-01-01 00:00:00.000000'")
    assert "Open too long" in nurse.get("/clinic").text
    page = nurse.get("/vials/1")
    assert (title(page), "Record this use" in page.text) == ("Do not use: open too long", False)
    assert nurse.post("/vials/1/use").status_code == 409
    assert "Recorded: finished" in nurse.post("/vials/1/finish").text


# --- the station's list


def check(person: Person, text: str) -> str:
    given = {"scan": text, "asker": "clinic"}
    return str(person.client.post("/api/v1/verifications", json=given).get_json()["id"])


def test_the_stations_list_is_one_delivery_however_often_it_is_sent(app: Flask, nurse: Person) -> None:
    lines = [
        {"check": check(nurse, UNIT), "outcome": "received"},
        {"check": check(nurse, RECALLED), "outcome": "aside"},
        {"check": check(nurse, RECALLED), "outcome": "returned", "note": "Driver took it"},
    ]
    sent = {"nonce": "n" * 32, "supplier": "Medica", "note_number": "LS-7", "lines": lines}
    first, second = (nurse.client.post("/deliveries", json=sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json()["address"] == second.get_json()["address"]
    assert len(rows(app, Delivery)) == 1
    reasons = [each.reason for each in rows(app, VialEvent) if each.step in {"quarantine", "return"}]  # type: ignore[attr-defined]  # a row
    assert reasons[1] == "Driver took it"
    assert "recalled" in reasons[0]  # nothing was noted: what the answer said
    assert "LS-7" in nurse.get(first.get_json()["address"]).text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"lines": []}, 422),
        ({"nonce": ""}, 422),
        ({"extra": 1}, 422),
        ({"lines": [{"check": "x", "outcome": "received"}]}, 404),
        ({"lines": [{"check": "x", "outcome": "eaten"}]}, 422),
        ({"lines": "many"}, 422),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(
    app: Flask, nurse: Person, change: dict[str, object], status: int
) -> None:
    good = {"nonce": "n" * 32, "lines": [{"check": check(nurse, UNIT), "outcome": "received"}]}
    refused = nurse.client.post("/deliveries", json=good | change, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
    assert rows(app, Vial) == []
    stopped = good | {"lines": [*good["lines"], {"check": check(nurse, RECALLED), "outcome": "received"}]}
    assert nurse.client.post("/deliveries", json=stopped).status_code == 409
    assert rows(app, Vial) == []


# --- tracing


def test_a_lots_vials_as_a_file_that_runs_nothing(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT, supplier='=HYPERLINK("http://evil")', note_number="@7")
    nurse.post("/vials/1/waste", reason="+cmd|'/c calc'!A0")
    response = nurse.get("/trace.csv?lot=a-1001")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="lot-A1001.csv"'
    table = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row[9] for row in table[1:]] == ["Received", "Destroyed"]
    assert [row[8] for row in table[1:]] == ["Destroyed", "Destroyed"]
    assert table[2][14:16] == ["destroying", "destroyed"]
    for cell in (cell for row in table for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    page = nurse.get("/trace?lot=A1001").text
    assert "SN0001" in page
    assert "None of your vials" in nurse.get("/trace?lot=B1").text


@pytest.mark.parametrize("lot", ["x" * 200, "\x00", "€", "a\r\nSet-Cookie: b=c"])
def test_a_lot_that_cannot_be_one_is_said(nurse: Person, lot: str) -> None:
    page = nurse.client.get("/trace", query_string={"lot": lot})
    assert page.status_code == 422
    assert nurse.client.get("/trace.csv", query_string={"lot": lot}).status_code == 422


# --- who may


def test_what_people_write_is_shown_and_never_run(nurse: Person) -> None:
    bad = "<script>alert(1)</script>"
    nurse.receive(UNIT, supplier=bad, note_number=bad)
    nurse.post("/vials/1/quarantine", reason=bad)
    for address in (
        "/clinic",
        "/stock",
        "/vials/1",
        "/deliveries/1",
        "/trace?lot=A1001",
        "/receive?delivery=1",
    ):
        assert bad not in nurse.get(address).text, address
    assert "&lt;script&gt;" in nurse.get("/vials/1").text


def test_another_clinic_finds_nothing_at_these_addresses(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    other = Person(app, Role.ADMIN, name="Clinic B")
    for address in ("/vials/1", "/deliveries/1", "/receive?delivery=1"):
        assert other.get(address).status_code == 404
    for step in ("open", "use_up", "waste", "quarantine", "return"):
        assert other.post(f"/vials/1/{step}", reason="Mine").status_code == 404
    assert "SN0001" not in other.get("/trace?lot=A1001").text + other.get("/stock").text
    assert [each.step for each in rows(app, VialEvent)] == ["receive"]  # type: ignore[attr-defined]  # a row


@pytest.mark.parametrize(
    ("roles", "kind", "looks", "writes"),
    [
        ((Role.CLINIC,), OrganisationKind.CLINIC, 200, 200),
        ((Role.ADMIN,), OrganisationKind.CLINIC, 200, 200),
        ((Role.VIEWER,), OrganisationKind.CLINIC, 200, 403),
        ((Role.ADMIN,), OrganisationKind.MANUFACTURER, 403, 403),
        ((Role.ADMIN,), OrganisationKind.DISTRIBUTOR, 403, 403),
        ((Role.ADMIN,), OrganisationKind.REGULATOR, 403, 403),
    ],
)
def test_who_looks_and_who_writes(
    app: Flask, nurse: Person, roles: tuple[Role, ...], kind: OrganisationKind, looks: int, writes: int
) -> None:
    nurse.receive(UNIT)
    name = "Clinic A" if kind is OrganisationKind.CLINIC else "Others"
    person = Person(app, *roles, name=name, kind=kind)
    for address in (
        "/clinic",
        "/stock",
        "/trace",
        "/trace?lot=A1001",
        "/clinic/in-use",
        "/vials/1",
        "/deliveries/1",
    ):
        assert person.get(address).status_code == looks, address
    for address in ("/receive", "/use"):
        assert person.get(address).status_code == writes, address
    if writes == 403:
        assert person.post("/vials/1/open").status_code == 403
        assert person.client.post("/deliveries", json={}).status_code == 403
    guest = app.test_client()
    assert guest.get("/vials/1").status_code in {303, 403}


def test_an_unreadable_code_comes_back_with_what_was_typed(app: Flask, nurse: Person) -> None:
    for address in ("/use", "/receive"):
        page = nurse.post(address, scan="(01)0950")
        assert (page.status_code, "(01)0950" in page.text, 'role="alert"' in page.text) == (422, True, True)
        assert nurse.post(address, scan="").status_code == 422
    assert rows(app, Scan) == []
    assert nurse.post("/vials/1/dance").status_code == 404
    nurse.receive(UNIT)
    for step in ("open", "use_up"):  # two buttons of one form
        wrong = nurse.post(f"/vials/1/{step}", units="many")
        assert (wrong.status_code, "not an amount" in wrong.text, 'id="units"' in wrong.text) == (
            422,
            True,
            True,
        )
    assert {each.serial: each.disposition for each in rows(app, Unit)}["SN0001"] == "active"  # type: ignore[attr-defined]  # a row


def test_a_form_without_its_token_changes_nothing(app: Flask, nurse: Person) -> None:
    nurse.receive(UNIT)
    assert COOKIE in str(nurse.client.get_cookie(COOKIE))
    assert nurse.client.post("/vials/1/open").status_code == 403
    assert nurse.client.post("/receive", data={"scan": UNIT}).status_code == 403


def test_a_stop_found_while_scanning_for_use_is_what_the_vials_page_says(nurse: Person) -> None:
    """The vial came in by its number alone; the scan for use reads an expiry that the record contradicts."""
    nurse.receive(UNIT.replace("17701231", ""))
    page = nurse.post("/use", scan=UNIT.replace("701231", "721231"), nonce="n1")
    assert page.request.path.startswith("/vials/")
    assert "Put it in quarantine" in page.text
    assert f'action="{page.request.path}/open"' not in page.text
    refused = nurse.post(f"{page.request.path}/open")
    assert refused.status_code == 409


def test_a_clinics_checks_count_as_the_clinics(app: Flask, nurse: Person) -> None:
    """Its country, its one mark and its organisation stand on the check, whichever of its pages made it."""
    nurse.post("/receive", scan=UNIT, nonce="n1")
    nurse.post("/use", scan=UNIT.replace("SN0001", "SN0009"), nonce="n2")
    found = rows(app, Scan)
    assert len(found) == 2
    for row in found:
        assert (row.country, row.client) == ("GB", f"clinic-{row.organisation_id}")  # type: ignore[attr-defined]
        assert row.organisation_id is not None  # type: ignore[attr-defined]
