"""Pages of exports and of leaving; labels of lots; what waits."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.accounts.actors import OrganisationKind, Role
from service.storage.database import Database
from service.storage.models import Account, Batch, Manufacturer, Organisation, Product
from service.web.core.services import services_of
from tests.factories.people import organisation, signed_in
from tests.factories.records import TOXIN, put


@pytest.fixture
def database(app: Flask) -> Database:
    opened = services_of(app).database
    put(opened)
    owner = organisation(opened, "Example Biologics")
    with opened.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    return opened


def token(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)
    assert found is not None
    return found[1]


def data(client: FlaskClient, address: str) -> bytes:
    """A file that is sent, whole."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


def test_each_list_is_sent_in_both_forms(app: Flask, database: Database) -> None:
    person = signed_in(app, Role.VIEWER)
    page = person.get("/exports").text
    for kind in ("products", "batches", "units", "recalls", "checks"):
        assert f"/exports/{kind}.csv" in page
        rows = list(csv.reader(io.StringIO(data(person, f"/exports/{kind}.csv").decode("utf-8-sig"))))
        assert rows[0][0] == "gtin"
        assert data(person, f"/exports/{kind}.xlsx").startswith(b"PK")
    assert person.get("/exports/alerts.csv").status_code == 404
    assert person.get("/exports/products.pdf").status_code == 404
    assert "/exports/archive.zip" not in page


def test_another_organisation_gets_none_of_it(app: Flask, database: Database) -> None:
    stranger = signed_in(app, Role.ADMIN, name="Others")
    for kind in ("products", "batches", "units"):
        assert data(stranger, f"/exports/{kind}.csv").decode("utf-8-sig").count("\n") == 1
    assert stranger.get(f"/products/{TOXIN}/labels").status_code == 404
    assert stranger.get(f"/products/{TOXIN}/labels.pdf?lot=A1001").status_code == 404


def test_the_archive_and_leaving(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    with zipfile.ZipFile(io.BytesIO(data(admin, "/exports/archive.zip"))) as archive:
        assert {"README.txt", "people.csv", "changes.csv", "units.csv"} <= set(archive.namelist())
        assert TOXIN.encode() in archive.read("products.csv")
    csrf = token(admin, "/exports")
    wrong = admin.post("/exports/leave", data={"csrf": csrf, "confirmed": "Example"})
    assert wrong.status_code == 422
    assert 'value="Example"' in wrong.text
    assert admin.get("/exports").status_code == 200
    done = admin.post("/exports/leave", data={"csrf": csrf, "confirmed": "example biologics"})
    assert done.status_code == 303
    assert admin.get("/exports").status_code == 303
    with database.reading() as connection:
        people = connection.execute(select(Account.disabled)).scalars().all()
        left = connection.scalar(select(Organisation.left).where(Organisation.name == "Example Biologics"))
        assert connection.scalar(select(Product.id).limit(1)) is not None
    assert all(people)
    assert left is not None


def test_labels_of_lots_have_what_is_on_record(app: Flask, database: Database) -> None:
    person = signed_in(app, Role.VIEWER)
    form = person.get(f"/products/{TOXIN}/labels?lot=A1001&lot=A1002").text
    assert form.count('name="lot"') == 2
    zpl = person.get(f"/products/{TOXIN}/labels.zpl?lot=A1001&lot=A1002&carrier=datamatrix").text
    assert zpl.count("^XA") == 2
    assert f"^FD_101{TOXIN}17" in zpl
    assert person.get(f"/products/{TOXIN}/labels.pdf?lot=A1001&carrier=qr").data.startswith(b"%PDF")
    several = person.get(f"/products/{TOXIN}/labels.zpl?lot=A1001&serials=S1%0AS2").text
    assert several.count("^XA") == 2
    for bad in ("labels.pdf", "labels.pdf?lot=A1001&carrier=x", "labels.png?lot=A1001"):
        assert person.get(f"/products/{TOXIN}/{bad}").status_code == 422, bad


def test_ticked_lots_go_to_a_recall_a_hold_or_their_labels(app: Flask, database: Database) -> None:
    person = signed_in(app, Role.RELEASER)
    page = person.get(f"/products/{TOXIN}?sort=lot&status=released&lot=a").text
    assert 'value="A1001"' in page
    csrf = token(person, f"/products/{TOXIN}")
    to = {
        "recall": "kind=recall",
        "hold": "kind=hold",
        "labels": f"/products/{TOXIN}/labels?lot=A1001&lot=A1002",
    }
    for act, expected in to.items():
        form = {"csrf": csrf, "act": act, "lot": ["A1001", "A1002"]}
        answer = person.post(f"/products/{TOXIN}/lots", data=form)
        assert answer.status_code == 303
        assert expected in answer.location
    nothing = person.post(f"/products/{TOXIN}/lots", data={"csrf": csrf, "act": "hold"})
    assert "none=1" in nothing.location
    assert person.get(f"/products/{TOXIN}?until=nonsense&sort=nonsense&status=nonsense").status_code == 200


def test_the_overview_leads_with_what_waits(app: Flask, database: Database) -> None:
    person = signed_in(app, Role.VIEWER)
    assert "Nothing waits for you." in person.get("/overview").text
    day = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
        connection.execute(update(Batch).where(Batch.lot == "A1001").values(status="pending"))
        connection.execute(update(Organisation).values(list_days=30))
        connection.execute(update(Product).values(lists_received=(day,)))
    page = person.get("/overview").text
    assert "Nothing waits for you." not in page
    assert "lot to release" in page or "lots to release" in page
    assert "late" in page
    assert page.index("What waits") < page.index("Checks of your products")
    with database.transaction() as connection:
        connection.execute(update(Organisation).values(list_days=50))
        connection.execute(update(Batch).values(status="released"))
    assert "Nothing waits for you." in person.get("/overview").text


def test_the_menu_marks_the_place_of_a_page_within(app: Flask, database: Database) -> None:
    person = signed_in(app, Role.VIEWER)
    assert 'aria-current="page">Overview' in person.get("/overview").text
    inside = person.get(f"/products/{TOXIN}/labels?lot=A1001").text
    assert 'aria-current="true">Overview' in inside
    assert inside.count("aria-current") == 1


def test_a_regulator_exports_its_notices(app: Flask, database: Database) -> None:
    agency = signed_in(app, Role.VIEWER, name="Agency", kind=OrganisationKind.REGULATOR)
    page = agency.get("/exports").text
    assert "/exports/alerts.csv" in page
    assert "/exports/units.csv" not in page
    assert data(agency, "/exports/alerts.csv")
