"""The door for events: capture with a key, what became of it, queries page by page, and what is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.app import create_app
from service.settings import Settings
from service.storage.models import Manufacturer
from service.web.api.operations import describe
from service.web.core.services import services_of
from tests.factories.events import URN, commissioning, document, event, step, xml_commissioning, xml_document
from tests.factories.lists import GTIN, prepared, table
from tests.factories.people import account, organisation, signed_in


@dataclass
class Door:
    app: Flask
    key: str = ""

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def capture(self, content: str | bytes, media: str = "application/json", **headers: str) -> TestResponse:
        said = {"Authorization": f"Bearer {self.key}"} | headers
        return self.client.post("/epcis/capture", data=content, content_type=media, headers=said)

    def job(self, content: str | bytes, media: str = "application/json") -> dict[str, Any]:
        """The capture after its work."""
        answer = self.capture(content, media)
        assert answer.status_code == 202, answer.text
        jobs = services_of(self.app).captures
        for number in jobs.waiting():
            jobs.carry_on(number)
        found: dict[str, Any] = self.get(answer.headers["Location"]).get_json()
        return found

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.key}"})

    def events(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.get(f"/epcis/events{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["epcisBody"]["queryResults"]["resultsBody"][
            "eventList"
        ]
        return found


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    app = create_app(Settings(database_url=database_url, files=tmp_path / "files"))
    app.testing = True
    database = services_of(app).database
    prepared(database, tmp_path)
    owner = organisation(database, "Ostrelind", OrganisationKind.MANUFACTURER)
    with database.transaction() as connection:
        mine = update(Manufacturer).where(Manufacturer.name == "Ostrelind")
        connection.execute(mine.values(organisation_id=owner, gs1_prefixes=("9506000",)))
    yield Door(app, key(app, owner, ApiKeyScope.IMPORT, ApiKeyScope.READ))
    services_of(app).close()


def key(app: Flask, owner: int, *scopes: ApiKeyScope) -> str:
    """A key of the organisation with these scopes."""
    service = services_of(app)
    maker = account(service.database, owner, Role.ADMIN, email=f"{'-'.join(scopes)}@{owner}.example.org")
    actor = Actor(
        "Ada", maker, owner, "Ostrelind", OrganisationKind.MANUFACTURER, frozenset({Role.ADMIN}), strong=True
    )
    return service.accounts.keys.make(actor, name="serialisation", scopes=scopes, days="30")


def test_a_document_is_captured_and_its_events_are_found(door: Door) -> None:
    job = door.job(document(commissioning("123"), step("shipping", "1")))
    assert (job["success"], job["running"], job["applied"], job["units"]) == (True, False, 2, 3)
    made, shipped = door.events()
    assert made["epcList"] == [f"{URN}{each}" for each in "123"]
    assert made["ilmd"] == {"cbvmda:lotNumber": "N1", "cbvmda:itemExpirationDate": "2028-12-31"}
    assert (shipped["bizStep"], shipped["eventTimeZoneOffset"]) == ("shipping", "+01:00")
    assert all(each["eventID"] and each["recordTime"] for each in (made, shipped))
    audited = {row["actor"] for row in table(services_of(door.app).database, "audit_entry")}
    assert "serialisation" in str(audited)


def test_xml_is_captured_too(door: Door) -> None:
    assert door.job(xml_document(xml_commissioning("12")), "application/xml")["units"] == 2
    assert door.job(xml_document(xml_commissioning("12")), "text/xml")["known"] == 1


def test_a_refused_document_says_every_place_and_leaves_nothing(door: Door) -> None:
    job = door.job(document(commissioning("1"), event(action="CREATE", epcList=["x"])))
    assert (job["success"], job["running"], job["events"]) == (False, False, 0)
    assert [each["place"].rsplit("/", 1)[1] for each in job["errors"]] == ["0", "action"]
    assert door.events() == []
    twice = door.job(document(commissioning("1"), step("shipping", "2")))  # 2 is not on record
    assert [each["code"] for each in twice["errors"]] == ["serials_not_on_record"]
    assert table(services_of(door.app).database, "unit") == []


def test_a_sender_that_is_another_is_refused(door: Door) -> None:
    job = door.job(document(commissioning("1"), sender="urn:epc:id:pgln:4012345.00001"))
    assert [each["code"] for each in job["errors"]] == ["sender_not_yours"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["commissioning", "shipping", "receiving"]),
        ("?EQ_bizStep=shipping", ["shipping"]),
        ("?EQ_bizStep=shipping|receiving", ["shipping", "receiving"]),
        ("?EQ_bizStep=https://ref.gs1.org/cbv/BizStep-shipping", ["shipping"]),
        ("?EQ_bizStep=nothing-like-it", []),
        ("?EQ_action=ADD", ["commissioning"]),
        ("?EQ_disposition=active", ["commissioning"]),
        ("?eventType=AggregationEvent", []),
        ("?eventType=ObjectEvent|AggregationEvent", ["commissioning", "shipping", "receiving"]),
        ("?GE_eventTime=2026-11-21T09:00:00Z", ["shipping", "receiving"]),
        ("?LT_eventTime=2026-11-21T09:00:00Z", ["commissioning"]),
        ("?LT_recordTime=2020-01-01T00:00:00Z", []),
        (f"?MATCH_epc={URN}2", ["commissioning"]),
        (f"?MATCH_epc=https://id.gs1.org/01/{GTIN}/21/1", ["commissioning", "shipping", "receiving"]),
        ("?MATCH_epc=urn:epc:idpat:sgtin:9506000.013435.*", ["commissioning", "shipping", "receiving"]),
        ("?MATCH_anyEPC=urn:a:b", []),
        ("?EQ_readPoint=urn:epc:id:sgln:9506000.00000.0", ["receiving"]),
        ("?EXISTS_errorDeclaration=true", []),
        ("?orderBy=eventTime&orderDirection=DESC", ["receiving", "shipping", "commissioning"]),
        ("?orderBy=eventTime&orderDirection=DESC&eventCountLimit=1", ["receiving"]),
        ("?maxEventCount=3", ["commissioning", "shipping", "receiving"]),
    ],
)
def test_queries(door: Door, query: str, found: list[str]) -> None:
    received = step(
        "receiving", "1", "2026-11-22T08:00:00Z", readPoint={"id": "urn:epc:id:sgln:9506000.00000.0"}
    )
    door.job(document(commissioning("123"), step("shipping", "1"), received))
    assert [each["bizStep"] for each in door.events(query)] == found


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_hold_every_event_once(door: Door, direction: str) -> None:
    """Events of one moment too."""
    door.job(document(*(event(epcList=[f"urn:a:{number}"]) for number in range(7))))
    found, at = [], f"/epcis/events?perPage=3&orderDirection={direction}"
    for _ in range(3):
        answer = door.get(at)
        found += [
            each["epcList"][0]
            for each in answer.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        ]
        at = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert (at, len(found), len(set(found))) == ("", 7, 7)


@pytest.mark.parametrize(
    "query",
    [
        "?EQ_colour=red",
        "?EQ_action=CREATE",
        "?GE_eventTime=yesterday",
        "?perPage=0",
        "?perPage=many",
        "?perPage=1001",
        "?orderBy=colour",
        "?nextPageToken=x",
        "?nextPageToken=WzEsICIyMDI2IiwgIngiXQ",
        "?eventCountLimit=1&maxEventCount=1",
        "?maxEventCount=1",
        "?MATCH_epc=",
        "?EQ_action=ADD&EQ_action=DELETE",
    ],
)
def test_what_a_query_cannot_ask(door: Door, query: str) -> None:
    door.job(document(commissioning("1"), step("shipping", "1")))
    answer = door.get(f"/epcis/events{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["errors"]


def test_another_organisation_sees_none_of_it(door: Door) -> None:
    answer = door.capture(document(commissioning("1")))
    database = services_of(door.app).database
    stranger = key(door.app, organisation(database, "Stranger", OrganisationKind.MANUFACTURER), *ApiKeyScope)
    door.key = stranger
    assert door.events() == []
    assert door.get(answer.headers["Location"]).status_code == 404
    assert door.get("/epcis/capture").json == {"captures": []}


@pytest.mark.parametrize(
    ("scope", "capture", "query"),
    [(ApiKeyScope.IMPORT, 202, 403), (ApiKeyScope.READ, 403, 200), (ApiKeyScope.VERIFY, 403, 403)],
)
def test_scopes(door: Door, scope: ApiKeyScope, capture: int, query: int) -> None:
    database = services_of(door.app).database
    door.key = key(door.app, organisation(database, "Other", OrganisationKind.MANUFACTURER), scope)
    assert door.capture(document(commissioning("1"))).status_code == capture
    assert door.get("/epcis/events").status_code == query


@pytest.mark.parametrize(
    ("content", "media", "headers", "status"),
    [
        ("{}", "text/plain", {}, 415),
        ("{}", "multipart/form-data; boundary=x", {}, 415),
        ("", "application/json", {}, 422),
        (document(), "application/json", {"GS1-Capture-Error-Behaviour": "proceed"}, 422),
    ],
)
def test_what_cannot_be_received(
    door: Door, content: str, media: str, headers: dict[str, str], status: int
) -> None:
    answer = door.capture(content, media, **headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_without_a_key_nothing_is_received(door: Door) -> None:
    door.key = "vck_wrong"
    assert door.capture(document()).status_code == 401
    assert door.app.test_client().post("/epcis/capture", data="{}").status_code == 403


def test_answers_are_as_they_are_described(door: Door) -> None:
    schemas = describe(door.app)["components"]["schemas"]
    job = door.job(document(commissioning("1"), event(action="CREATE", epcList=["x"])))
    listed = door.get("/epcis/capture").json
    answer = door.get("/epcis/events").get_json()
    for name, found in (("EpcisCaptureJob", job), ("CaptureList", listed), ("EpcisQueryDocument", answer)):
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema.validate(found, schema)


def test_a_document_in_the_browser_is_looked_at_first(door: Door) -> None:
    client = signed_in(door.app, Role.IMPORTER, name="Ostrelind")
    token = client.get("/imports/new").text.split('name="csrf" value="')[1].split('"')[0]

    def send(content: str) -> str:
        part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
        body = part.format("csrf") + token + "\r\n" + part.format('list"; filename="events.xml') + content
        answer = client.post(
            "/imports/new",
            data=f"{body}\r\n--x--\r\n".encode(),
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 303, answer.text
        work()
        return answer.location

    def work() -> None:
        jobs = services_of(door.app).captures
        for number in jobs.waiting():
            jobs.carry_on(number)

    at = send(xml_document(xml_commissioning("12")))
    assert "What this document would do" in client.get(at).text
    assert table(services_of(door.app).database, "unit") == []
    client.post(f"{at}/apply", data={"csrf": token, "reason": "first delivery"})
    work()
    page = client.get(at).text
    assert "The events are on record" in page
    assert len(table(services_of(door.app).database, "unit")) == 2
    refused = send(xml_document(xml_commissioning("12").replace("ADD", "CREATE")))
    page = client.get(refused).text
    assert "This document was refused" in page
    assert "line 1" in page
    cancelled = send(xml_document(xml_commissioning("3")))
    client.post(f"{cancelled}/cancel", data={"csrf": token})
    assert "This document was cancelled" in client.get(cancelled).text
    assert "events.xml" in client.get("/imports/events").text
