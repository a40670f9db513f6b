"""Temperature over HTTP: a place, a logger's file, what it holds, and the releaser's decision."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Product, Vial, VialPlace
from service.web.core.services import services_of
from tests.factories.clinics import UNIT
from tests.factories.people import signed_in, token_of
from tests.factories.records import put

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """What depends on the database is tested on both below the pages."""
    database = Database(sqlite_url)
    put(database)
    with database.transaction() as connection:
        connection.execute(update(Product).values(storage_min=2, storage_max=8))
    database.close()
    made = create_app(Settings(database_url=sqlite_url))
    made.testing = True
    yield made
    services_of(made).close()


def at_clinic(app: Flask, *roles: Role, name: str = "Clinic A", strong: bool = False) -> FlaskClient:
    return signed_in(app, *roles, kind=OrganisationKind.CLINIC, name=name, country="GB", strong=strong)


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    data = {"csrf": token_of(client), **form}
    return client.post(path, data=data, follow_redirects=True)


def log(*rows: tuple[int, str], header: str = "Time,Temperature °C") -> tuple[io.BytesIO, str]:
    """A file of readings, so many minutes ago, in UTC."""
    now = datetime.now(UTC)
    lines = [f"{now - timedelta(minutes=ago):%Y-%m-%d %H:%M:%S},{value}" for ago, value in rows]
    return io.BytesIO("\n".join([header, *lines]).encode()), "fridge.csv"


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    """A nurse of a clinic with a fridge, in which one vial has lain for three hours."""
    client = at_clinic(app, Role.CLINIC)
    assert "no time" not in post(client, "/temperature", name="Fridge 1").text
    checked = client.post("/receive", data={"csrf": token_of(client), "scan": UNIT + "SN0001"})
    post(client, checked.location, outcome="received")
    past = datetime.now(UTC) - timedelta(hours=3)
    with services_of(app).database.transaction() as connection:
        connection.execute(update(VialPlace).values(since=past))
        connection.execute(update(Vial).values(received=past))
    return client


def vial(app: Flask) -> tuple[int, str]:
    with services_of(app).database.reading() as connection:
        row = connection.execute(select(Vial.id, Vial.state)).one()
    return row.id, row.state


def test_a_file_holds_what_lay_outside_and_a_releaser_decides(app: Flask, nurse: FlaskClient) -> None:
    file = log((60, "4.5"), (50, "9.4"), (40, "12.3"), (30, "6"))
    page = post(nurse, "/temperature/1/logs", file=file, clock="utc").text
    for words in ("4 readings are new.", "outside the limits", "1 vial is held until a releaser decides."):
        assert words in page
    number, state = vial(app)
    assert state == "quarantined"
    shown = nurse.get(f"/vials/{number}").text
    assert "Temperature in “Fridge 1”: 9.4 to 12.3 °C" in shown
    released = post(nurse, f"/vials/{number}/release", reason="It is fine")
    assert released.status_code == 409
    assert "A releaser of your clinic has to decide first." in released.text
    assert "1 vial is held" in nurse.get("/clinic").text
    form = {"vial": str(number), "decision": "use", "reason": "Maker: 24 hours up to 25 °C"}
    assert post(nurse, "/temperature/excursions/1", **form).status_code == 403
    releaser = at_clinic(app, Role.RELEASER, strong=True)
    page = post(releaser, "/temperature/excursions/1", vial=str(number), decision="use").text
    assert 'value="use" checked' in page, "what was chosen is kept"
    page = post(releaser, "/temperature/excursions/1", **form).text
    assert "It may be used" in page
    assert vial(app)[1] == "in_stock"


def test_the_same_file_again_and_gaps_are_said(nurse: FlaskClient) -> None:
    rows = ((170, "4.5"), (160, "4.6"), (150, "4.4"), (60, "4.5"))
    assert "No readings from" in post(nurse, "/temperature/1/logs", file=log(*rows), clock="utc").text
    file = io.BytesIO(log(*rows)[0].read())
    again = file.getvalue()
    for _ in range(2):
        page = post(nurse, "/temperature/1/logs", file=(io.BytesIO(again), "f.csv"), clock="utc").text
    assert "0 readings are new." in page
    assert "4 were on record already and are counted once." in page


@pytest.mark.parametrize(
    ("content", "form", "sentence"),
    [
        (b"", {}, "is empty"),
        (b"%PDF-1.7", {}, "export the readings as CSV"),
        (b"hello", {}, "no row with a date"),
        (f"Time,Temp\n2026-11-01 08:00,{HOSTILE}\n2026-11-01 08:10,4\n".encode(), {"unit": "C"}, "row 2"),
        (b"2026-11-01 08:00,4.5\n", {}, "does not say its unit"),
        (b"03/04/2026 08:00,4.5 C\n", {"order": ""}, "can be read in two ways"),
        (b"2026-11-01 08:00,4.5 C\n", {"unit": "F"}, "the file says °C"),
    ],
)
def test_a_bad_file_is_told_and_what_was_chosen_is_kept(
    nurse: FlaskClient, content: bytes, form: dict[str, str], sentence: str
) -> None:
    answer = post(
        nurse, "/temperature/1/logs", file=(io.BytesIO(content), HOSTILE), **{"order": "day"} | form
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert '<option value="day" selected>' in answer.text or form == {"order": ""}
    assert HOSTILE not in answer.text


def test_no_file_and_no_lot(nurse: FlaskClient) -> None:
    assert post(nurse, "/temperature/1/logs").status_code == 422
    assert post(nurse, "/temperature/1/vials").status_code == 422
    assert post(nurse, "/temperature", name="").status_code == 422
    assert post(nurse, "/temperature", name="Fridge 1").status_code == 409


def test_vials_are_put_by_lot(app: Flask, nurse: FlaskClient) -> None:
    post(nurse, "/temperature", name="Fridge 2")
    page = nurse.get("/temperature/2").text
    key = page.split('name="lot" id="lot-1" value="')[1].split('"')[0]
    assert "1 vial lies here now." in post(nurse, "/temperature/2/vials", lot=key, since="now").text
    assert "No vial lies here." in nurse.get("/temperature/1").text


def test_another_clinic_finds_nothing(app: Flask, nurse: FlaskClient) -> None:
    post(nurse, "/temperature/1/logs", file=log((60, "9.5"), (50, "4")), clock="utc")
    stranger = at_clinic(app, Role.ADMIN, name="Clinic B", strong=True)
    for path in ("/temperature/1", "/temperature/excursions/1"):
        assert stranger.get(path).status_code == 404
    assert post(stranger, "/temperature/1/logs", file=log((60, "4"))).status_code == 404
    form = {"vial": "1", "decision": "destroy", "reason": "x"}
    assert post(stranger, "/temperature/excursions/1", **form).status_code == 404
