"""Links of products through the JSON interface, with a key of the organisation."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.factories import recall_records
from tests.factories.lists import table
from tests.factories.people import account, organisation
from tests.factories.recall_records import GTIN, OTHERS
from tests.web.api.contract import PINNED

LINKS = f"/api/v1/products/{GTIN}/links"
HOST = "www.maker.example"
LEAFLET = {
    "link_type": "gs1:epil",
    "href": f"https://{HOST}/leaflet",
    "title": "Leaflet",
    "reason": "new leaflet",
}


@pytest.fixture
def database(app: Flask) -> Database:
    ours: Database = services_of(app).database
    recall_records.put(ours)
    with ours.transaction() as connection:
        connection.execute(update(Manufacturer).values(link_hosts=(HOST,)))
    return ours


def client_of(app: Flask, database: Database, *scopes: ApiKeyScope) -> FlaskClient:
    number = organisation(database, "Example Biologics")
    person = account(database, number, Role.ADMIN)
    maker = OrganisationKind.MANUFACTURER
    who = Actor("A", person, number, "Example Biologics", maker, frozenset())
    client = app.test_client()
    made = ApiKeys(database).make(who, name="Links", scopes=scopes, days="30")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made}"
    return client


@pytest.fixture
def program(app: Flask, database: Database) -> FlaskClient:
    return client_of(app, database, ApiKeyScope.IMPORT, ApiKeyScope.READ)


def test_a_link_is_added_listed_and_removed(program: FlaskClient, database: Database) -> None:
    assert program.get(LINKS).get_json() == {"gtin": GTIN, "links": [], "request": None}
    added = program.post(LINKS, json=LEAFLET | {"lot": "A1", "language": "en", "default": True})
    assert added.status_code == 201
    (link,) = added.get_json()["links"]
    assert link == {
        "id": link["id"],
        "lot": "A1",
        "link_type": "epil",
        "href": LEAFLET["href"],
        "title": "Leaflet",
        "language": "en",
        "media_type": "",
        "context": "",
        "default": True,
        "offered": True,
    }
    assert program.get(LINKS).get_json()["links"] == [link]
    assert program.get(f"/01/{GTIN}/10/A1").location == LEAFLET["href"]
    removed = program.post(f"{LINKS}/{link['id']}/removal", json={"reason": "old leaflet"})
    assert (removed.status_code, removed.get_json()["links"]) == (201, [])
    reasons = [
        row["reason"]
        for row in table(database, "audit_entry")
        if row["action"] in ("add_link", "remove_link")
    ]
    assert reasons == ["new leaflet", "old leaflet"]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (LEAFLET | {"href": "javascript:alert(1)"}, 422, {"href"}),
        (
            LEAFLET | {"href": "https://evil.example/", "title": " ", "link_type": "x"},
            422,
            {"href", "title", "link_type"},
        ),
        (LEAFLET | {"reason": " "}, 422, {"reason"}),
        (LEAFLET | {"more": 1}, 422, {"more"}),
        ({"reason": "r"}, 422, {"link_type", "href", "title"}),
        (LEAFLET | {"title": "t" * 5000}, 422, {"title"}),
    ],
)
def test_what_cannot_be_kept_is_said_and_is_not(
    program: FlaskClient, database: Database, body: dict[str, Any], status: int, fields: set[str]
) -> None:
    response = program.post(LINKS, json=body)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert {each["field"] for each in response.get_json()["errors"]} == fields
    assert table(database, "resolver_link") == []


def test_the_same_link_twice_is_a_conflict(program: FlaskClient) -> None:
    assert program.post(LINKS, json=LEAFLET).status_code == 201
    assert program.post(LINKS, json=LEAFLET).status_code == 409
    assert program.post(LINKS, json=LEAFLET | {"language": "de"}).status_code == 201


def test_others_products_and_other_links_are_not_there(program: FlaskClient) -> None:
    assert program.get(f"/api/v1/products/{OTHERS}/links").status_code == 404
    assert program.post(f"/api/v1/products/{OTHERS}/links", json=LEAFLET).status_code == 404
    assert program.post(f"{LINKS}/99/removal", json={"reason": "r"}).status_code == 404
    assert program.get("/api/v1/products/abc/links").status_code == 422


def test_a_key_needs_the_scope(app: Flask, database: Database) -> None:
    reader = client_of(app, database, ApiKeyScope.READ)
    assert reader.get(LINKS).status_code == 200
    assert reader.post(LINKS, json=LEAFLET).status_code == 403
    checker = client_of(app, database, ApiKeyScope.VERIFY)
    assert checker.get(LINKS).status_code == 403
    assert app.test_client().get(LINKS).status_code == 403


def test_a_change_waits_where_the_organisation_wants_two_persons(
    program: FlaskClient, database: Database
) -> None:
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    response = program.post(LINKS, json=LEAFLET)
    assert response.status_code == 202
    assert response.get_json()["request"] == 1
    assert table(database, "resolver_link") == []


def test_each_status_is_described(program: FlaskClient) -> None:
    paths = json.loads(PINNED.read_text(encoding="utf-8"))["paths"]
    own = paths["/api/v1/products/{gtin}/links"]
    assert {"200", "401", "403", "404", "422"} <= own["get"]["responses"].keys()
    assert {"201", "202", "404", "409", "422"} <= own["post"]["responses"].keys()
