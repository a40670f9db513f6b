"""A clinic's program: what came in, what was done, what is there, and recalls acknowledged, with its key."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.registry import recalls
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.factories.clinics import LOT, RECALLED, UNIT
from tests.factories.people import account, organisation
from tests.factories.recall_records import order
from tests.factories.records import TOXIN, put

ALL = (ApiKeyScope.VERIFY, ApiKeyScope.READ, ApiKeyScope.STOCK)


@pytest.fixture
def database(app: Flask) -> Database:
    opened: Database = services_of(app).database
    put(opened)
    return opened


def program(app: Flask, database: Database, *scopes: ApiKeyScope, name: str = "Clinic A") -> FlaskClient:
    number = organisation(database, name, OrganisationKind.CLINIC, "GB")
    person = account(database, number, Role.ADMIN)
    who = Actor("A", person, number, name, OrganisationKind.CLINIC, frozenset())
    client = app.test_client()
    key = ApiKeys(database).make(who, name="Stock system", scopes=scopes, days="30")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def sent(client: FlaskClient, path: str, body: dict[str, Any], status: int, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def checked(client: FlaskClient, text: str) -> str:
    """The id of the program's check."""
    return str(sent(client, "/verifications", {"scan": text}, 201)["id"])


def test_a_day_of_a_stock_system(app: Flask, database: Database) -> None:
    ours = program(app, database, *ALL)
    lines = [{"check": checked(ours, UNIT + "SN0001")}, {"check": checked(ours, LOT), "count": 2}]
    body = {"supplier": "Medica", "lines": lines}
    came = sent(ours, "/deliveries", body, 201, "d-1")
    assert (came["received"], len(came["vials"])) == (3, 3)
    again = sent(ours, "/deliveries", body, 200, "d-1")
    assert (again["id"], again["before"], again["vials"]) == (came["id"], 2, [])
    one, two, _ = came["vials"]
    opened = {"step": "open", "units": "12.50", "reference": "K-77"}
    first = sent(ours, f"/vials/{one}/steps", opened, 200, "u-1")
    assert sent(ours, f"/vials/{one}/steps", opened, 200, "u-1") == first
    assert (first["vial"]["state"], first["steps"][-1]["units_used"]) == ("open", "12.5")
    # the same key for another vial loses nothing
    assert sent(ours, f"/vials/{two}/steps", opened, 200, "u-1")["vial"]["state"] == "open"
    assert [each["vial"] for each in read(ours, "/uses?reference=k-77")["uses"]] == [two, one]
    stock = read(ours, "/stock")
    assert sorted(number for lot in stock["lots"] for number in lot["vials"]) == came["vials"]
    assert {each["id"] for each in stock["open"]} == {one, two}
    who = AuditActor("releaser", None, organisation(database, "Maker"))
    with database.transaction() as connection:
        owner = update(Manufacturer).where(Manufacturer.id == 1)
        connection.execute(owner.values(organisation_id=who.organisation_id))
    recalls.issue(database, order(gtin=TOXIN, scope="lot", lot="A1001"), who=who)
    [notice] = read(ours, "/stop-notices")["notices"]
    assert (notice["code"], notice["acknowledged"], sorted(notice["used"])) == ("recalled", False, [one, two])
    assert sent(ours, f"/vials/{one}/steps", {"step": "use"}, 409)["code"] == "vial_stopped"
    at = f"/stop-notices/{notice['key']}"
    assert sent(ours, f"{at}/acknowledgement", {}, 200)["notice"]["acknowledged"]
    uses = [each["id"] for each in read(ours, at)["uses"]]
    told = sent(ours, f"{at}/told", {"uses": [*uses, 999_999]}, 200)["uses"]
    assert all(each["told"] for each in told)
    assert read(ours, f"/vials/{one}")["action"] == "reject"


def test_what_may_not_be_used_is_put_aside_and_not_received(app: Flask, database: Database) -> None:
    ours = program(app, database, *ALL)
    check = checked(ours, RECALLED)
    assert sent(ours, "/deliveries", {"lines": [{"check": check}]}, 409)["code"] == "vial_stopped"
    aside = {"check": check, "outcome": "aside"}
    assert sent(ours, "/deliveries", {"lines": [aside]}, 422)["code"] == "reason_missing"
    came = sent(ours, "/deliveries", {"lines": [aside | {"reason": "recalled"}]}, 201)
    assert [each["id"] for each in read(ours, "/stock")["quarantined"]] == came["vials"]


def test_a_key_opens_its_scopes_and_its_own_clinic(app: Flask, database: Database) -> None:
    ours, others = program(app, database, *ALL), program(app, database, *ALL, name="Clinic B")
    [vial] = sent(ours, "/deliveries", {"lines": [{"check": checked(ours, UNIT + "SN0001")}]}, 201)["vials"]
    assert others.get(f"/api/v1/vials/{vial}").status_code == 404
    assert sent(others, f"/vials/{vial}/steps", {"step": "open"}, 404)["code"] == "not_found"
    checks_alone = program(app, database, ApiKeyScope.VERIFY, ApiKeyScope.READ)
    assert sent(checks_alone, f"/vials/{vial}/steps", {"step": "open"}, 403)["code"] == "not_allowed"
    assert read(checks_alone, f"/vials/{vial}")["vial"]["state"] == "in_stock"
    for body, code in (
        ({"step": "undo"}, 422),
        ({"step": "open", "units": "NaN"}, 422),
        ({"step": "open", "units": "x"}, 422),
        ({"step": "waste"}, 422),  # without a reason
        ({"step": "finish"}, 409),  # it is not open
    ):
        sent(ours, f"/vials/{vial}/steps", body, code)
