"""Products, lots, packs, recalls, alerts and changes, read and changed by a program of their owner."""

import pytest
from flask import Flask
from sqlalchemy import update

from service.accounts.actors import ApiKeyScope
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.factories.recall_records import GTIN, OTHERS
from tests.web.api.records.program import Program, program_of

PRODUCT = f"/products/{GTIN}"
LOT = f"{PRODUCT}/batches/A1"


def test_a_product_is_listed_read_and_corrected(program: Program) -> None:
    assert program.get("/products")["products"] == [
        {"gtin": GTIN, "name": "Ondrevaine 100", "manufacturer": "Example Biologics"}
    ]
    assert program.get(PRODUCT)["strengths"] == []
    changed = program.client.patch(
        f"/api/v1{PRODUCT}",
        json={"strengths": ["100 units", "50 units"], "complete": False, "reason": "new strength"},
    )
    assert changed.status_code == 200
    assert changed.get_json()["product"]["strengths"] == ["100 units", "50 units"]
    assert changed.get_json()["product"]["complete"] is False
    assert program.get(PRODUCT) == changed.get_json()["product"]


def test_a_record_that_has_changed_since_it_was_read_stays(program: Program) -> None:
    read = program.client.get(f"/api/v1{LOT}").headers["ETag"]
    first = program.client.patch(
        f"/api/v1{LOT}", json={"quantity": 500, "reason": "counted"}, headers={"If-Match": read}
    )
    assert first.status_code == 200
    late = program.client.patch(
        f"/api/v1{LOT}", json={"quantity": 400, "reason": "counted"}, headers={"If-Match": read}
    )
    assert (late.status_code, late.get_json()["code"]) == (412, "precondition_failed")
    assert program.get(LOT)["quantity"] == 500
    again = program.client.patch(
        f"/api/v1{LOT}",
        json={"quantity": 400, "reason": "counted"},
        headers={"If-Match": first.headers["ETag"]},
    )
    assert again.status_code == 200


def test_lots_are_paged_and_corrected(program: Program) -> None:
    first = program.get(f"{PRODUCT}/batches?limit=1")
    assert [each["lot"] for each in first["batches"]] == ["A1"]
    second = program.get(f"{PRODUCT}/batches?limit=1&after={first['next']}")
    assert [each["lot"] for each in second["batches"]] == ["B2"]
    assert second["next"] is None
    renamed = program.client.patch(f"/api/v1{LOT}", json={"lot": "A-1", "reason": "as it is printed"})
    assert renamed.status_code == 200, renamed.text
    assert renamed.get_json()["batch"]["lot"] == "A-1"
    wrong = program.client.patch(f"/api/v1{PRODUCT}/batches/B2", json={"expiry": "31.02.2028", "reason": "x"})
    assert wrong.status_code == 422
    assert wrong.get_json()["errors"][0]["field"] == "expiry"


def test_packs_are_listed_read_and_taken_out_of_use(program: Program) -> None:
    found = program.get(f"{PRODUCT}/units?limit=2")
    assert len(found["units"]) == 2
    serial, lot = found["units"][0]["serial"], found["units"][0]["lot"]
    assert program.get(f"{PRODUCT}/units/{serial}")["lot"] == lot
    made = program.client.post(
        f"/api/v1{PRODUCT}/unit-changes",
        json={"serials": [serial], "step": "decommissioning", "reason": "broken"},
    )
    assert (made.status_code, made.get_json()) == (200, {"units": 1, "request": None})
    assert program.get(f"{PRODUCT}/units/{serial}")["disposition"] == "inactive"
    following = program.get(f"{PRODUCT}/units?limit=2&after={found['next']}")
    assert serial not in {each["serial"] for each in following["units"]}


def test_two_persons_are_kept(program: Program) -> None:
    with program.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    waits = program.client.patch(f"/api/v1{LOT}", json={"quantity": 500, "reason": "counted"})
    assert waits.status_code == 202
    assert waits.get_json()["batch"]["quantity"] is None
    request = program.get(f"/change-requests/{waits.get_json()['request']}")
    assert (request["state"], request["object_type"]) == ("waiting", "batch")


def test_a_recall_is_made_once_read_and_lifted(program: Program) -> None:
    sent = {"kind": "recall", "gtin": GTIN, "scope": "lot", "lots": ["A1", "B2"], "recall_class": "II"}
    sent |= {"reason": "glass", "reference": "R-1"}
    key = {"Idempotency-Key": "recall-1"}
    made = program.client.post("/api/v1/recalls", json=sent, headers=key)
    assert made.status_code == 201, made.text
    assert [each["lot"] for each in made.get_json()["recalls"]] == ["A1", "B2"]
    assert program.client.post("/api/v1/recalls", json=sent, headers=key).get_json() == made.get_json()
    other = program.client.post("/api/v1/recalls", json=sent | {"reason": "x"}, headers=key)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")
    assert len(program.get("/recalls")["recalls"]) == 2
    assert program.get(LOT)["status"] == "recalled"
    number = made.get_json()["recalls"][0]["id"]
    lifted = program.client.post(f"/api/v1/recalls/{number}/lift", json={"reason": "tested again"})
    assert lifted.get_json()["lifted"]
    assert program.get(LOT)["status"] == "released"
    assert program.get(f"/recalls/{number}")["lift_reason"] == "tested again"
    patient = program.client.application.test_client()
    verdict = patient.post("/api/v1/verifications", json={"gtin": GTIN, "lot": "B2"}).get_json()
    assert verdict["action"] == "reject"


def test_an_alert_is_raised_once_and_withdrawn(program: Program) -> None:
    sent = {"kind": "falsified", "gtin": GTIN, "lot": "FAKE1", "lot_issued": False}
    made = program.client.post("/api/v1/alerts", json=sent)
    assert made.status_code == 201, made.text
    assert program.client.post("/api/v1/alerts", json=sent).get_json()["id"] == made.get_json()["id"]
    assert [each["lot"] for each in program.get("/alerts")["alerts"]] == ["FAKE1"]
    back = f"/api/v1/alerts/{made.get_json()['id']}/withdrawal"
    assert program.client.post(back, json={"reason": "a mistake"}).get_json()["alert"]["withdrawn"] is True
    foreign = program.client.post("/api/v1/alerts", json=sent | {"gtin": OTHERS})
    assert foreign.status_code in (403, 422)


def test_the_feed_tells_each_change_once(program: Program) -> None:
    begun = program.get("/changes")
    assert not begun["changes"]
    for quantity in (1, 2, 3):
        program.client.patch(f"/api/v1{LOT}", json={"quantity": quantity, "reason": f"count {quantity}"})
    if not program.database.one_writer:
        return  # an entry is told after ten seconds, when none that began earlier can come any more
    first = program.get(f"/changes?since={begun['since']}&limit=2")
    assert [each["after"] for each in first["changes"]] == [{"quantity": 1}, {"quantity": 2}]
    assert first["more"] is True
    rest = program.get(f"/changes?since={first['since']}")
    assert [each["reason"] for each in rest["changes"]] == ["count 3"]
    assert program.get(f"/changes?since={rest['since']}")["changes"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/products/09506000134353", 422),  # its check digit is wrong
        (f"/products/{OTHERS}", 404),
        (f"/products/{OTHERS}/batches", 404),
        (f"/products/{OTHERS}/units", 404),
        (f"{PRODUCT}/batches/ZZ9", 404),
        (f"{PRODUCT}/batches?after=x", 422),
        (f"{PRODUCT}/batches?limit=0", 422),
        (f"{PRODUCT}/units?lot=ZZ9", 404),
        (f"{PRODUCT}/units/NONE", 404),
        ("/recalls/999", 404),
        ("/alerts/999", 404),
        ("/change-requests/999", 404),
        ("/imports/999", 404),
        ("/changes?since=-1", 422),
    ],
)
def test_what_is_not_theirs_or_cannot_be_read_is_a_problem(program: Program, path: str, status: int) -> None:
    answer = program.client.get(f"/api/v1{path}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/products", ApiKeyScope.READ),
        ("GET", "/changes", ApiKeyScope.READ),
        ("PATCH", PRODUCT, ApiKeyScope.RELEASE),
        ("POST", "/recalls", ApiKeyScope.RELEASE),
        ("POST", "/imports", ApiKeyScope.IMPORT),
    ],
)
def test_each_door_needs_its_scope(registry: Flask, method: str, path: str, scope: ApiKeyScope) -> None:
    database = services_of(registry).database
    others = [each for each in ApiKeyScope if each is not scope]
    client = program_of(registry, database, *others)
    assert client.open(f"/api/v1{path}", method=method, json={}).status_code == 403
    assert registry.test_client().open(f"/api/v1{path}", method=method, json={}).status_code in (401, 403)
