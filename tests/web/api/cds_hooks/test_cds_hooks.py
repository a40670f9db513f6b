"""The CDS Hooks service against the whole application: discovery, cards, and who asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.accounts.actors import ApiKeyScope, OrganisationKind
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Scan
from service.web.api.fhir.systems import GTIN
from service.web.core.services import services_of
from tests.factories.fhir import program
from tests.factories.hooks import SERVICE, hook_request, ordered
from tests.factories.records import TOXIN, UNKNOWN_GTIN, put


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all: a hook leaves nothing on record."""
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "records.db").write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{folder / 'records.db'}"
    database = Database(url)
    put(database)
    database.close()
    app = create_app(Settings(database_url=url, files=folder / "files", rate_limit="off"))
    app.testing = True
    yield app
    services_of(app).close()


def cards(world: Flask, *orders: dict[str, Any], **headers: str) -> list[Any]:
    response = world.test_client().post(SERVICE, json=hook_request(*orders), headers=headers)
    assert response.status_code == 200, response.text
    found: list[Any] = response.get_json()["cards"]
    for each in found:
        # what CDS Hooks 2.0 asks of every card
        assert len(each["summary"]) < 140
        assert each["indicator"] in ("info", "warning", "critical")
        assert each["source"]["label"]
        assert not each.get("suggestions") or each["selectionBehavior"] in ("any", "at-most-one")
    return found


def test_what_is_offered(world: Flask) -> None:
    (service,) = world.test_client().get("/cds-services").get_json()["services"]
    assert (service["hook"], f"/cds-services/{service['id']}") == ("order-sign", SERVICE)
    assert service["description"]


def test_a_card_stops_a_stopped_vial(world: Flask) -> None:
    (card,) = cards(world, ordered("1", TOXIN, "A1002"))
    assert (card["indicator"], card["summary"]) == (
        "critical",
        f"Stop. Do not use this vial: {TOXIN} A1002",
    )
    assert "EX-2026-04" in card["detail"].replace("\\", "")
    assert card["source"]["topic"]["code"] == "recalled"
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    assert (action["type"], action["resourceId"]) == ("delete", "MedicationRequest/1")


@pytest.mark.parametrize(
    ("gtin", "lot", "expiry", "indicators"),
    [
        # nothing speaks against it: no card, though a lot alone is never accepted
        (TOXIN, "A1001", "2070-12-31", []),
        (TOXIN, "A1001", "2071-12-31", ["critical"]),
        (TOXIN, "A1003", "", ["critical"]),
        (TOXIN, "A1004", "2020-01", ["critical"]),
        (TOXIN, "FAKE77", "", ["critical"]),
        (UNKNOWN_GTIN, "A1001", "", ["info"]),
        # numbers that cannot be read are said, and keep no other pack from its card
        ("09506000134353", "A1001", "", ["warning"]),
    ],
)
def test_each_pack_gets_its_card(
    world: Flask, gtin: str, lot: str, expiry: str, indicators: list[str]
) -> None:
    assert [each["indicator"] for each in cards(world, ordered("1", gtin, lot, expiry))] == indicators
    both = cards(world, ordered("1", gtin, lot, expiry), ordered("2", TOXIN, "A1002"))
    assert [each["indicator"] for each in both] == ["critical"] * (indicators != ["critical"]) + (
        ["critical", "critical"] if indicators == ["critical"] else indicators
    )


def test_what_a_lot_holds_is_shown_as_it_is(world: Flask) -> None:
    (card,) = cards(world, ordered("1", TOXIN, "<b>*x*_[a](b)"))
    assert "<b>" not in card["detail"].replace("\\<", "")
    assert "[a](" not in card["detail"]


def test_nothing_of_an_order_is_kept(world: Flask) -> None:
    cards(world, ordered("1", TOXIN, "A1002"))
    made = services_of(world)
    with made.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Scan)) == 0
    assert made.verification.unwritten[0] == 0


def test_who_asks(world: Flask) -> None:
    """Our key counts, a token of the clinic's software is a guest's, and a key that is none is refused."""
    assert cards(world, ordered("1", TOXIN, "A1002"), Authorization="Bearer eyJhbGciOiJFUzM4NCJ9.e30.c2ln")
    clinic = program(world, "High Street Clinic", OrganisationKind.CLINIC)
    assert clinic.post(SERVICE, json=hook_request(ordered("1", TOXIN, "A1002"))).status_code == 200
    reader = program(world, "High Street Clinic", OrganisationKind.CLINIC, ApiKeyScope.READ)
    assert reader.post(SERVICE, json=hook_request()).status_code == 403
    refused = world.test_client().post(
        SERVICE, json=hook_request(), headers={"Authorization": "Bearer vk_no"}
    )
    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")


DEEP: Any = "x"
for _ in range(50):
    DEEP = {"resourceType": "Bundle", "entry": [{"resource": DEEP}]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ([], 422),
        (hook_request() | {"hook": "patient-view"}, 422),
        (hook_request() | {"hookInstance": ""}, 422),
        (hook_request() | {"context": []}, 422),
        (hook_request() | {"context": {"draftOrders": DEEP}}, 200),
        (hook_request() | {"context": {}}, 200),
        (hook_request() | {"prefetch": None}, 200),
        # more than one answer looks at: refused, not left out
        (hook_request(*(ordered(str(each), TOXIN, f"L{each}") for each in range(21))), 422),
    ],
)
def test_bad_requests_are_problems(world: Flask, body: Any, status: int) -> None:
    response = world.test_client().post(SERVICE, json=body)
    assert response.status_code == status, response.text
    expected = "application/json" if status == 200 else "application/problem+json"
    assert response.content_type == expected


def test_another_service_is_not_here(world: Flask) -> None:
    response = world.test_client().post("/cds-services/%00%2F", json=hook_request())
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert GTIN not in response.text
