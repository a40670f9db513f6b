"""The LMS responder against the whole application: fields, statuses, partners, and what is kept."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.app import create_app
from service.rate_limit.budgets import ORGANISATION
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Unit
from service.web.core.services import services_of
from tests.factories.lists import table
from tests.factories.people import account, organisation
from tests.factories.records import FILLER, TOXIN, UNKNOWN_GTIN, put

MAKER, WHOLESALER, STRANGER, NOBODY = "4012345000009", "9506000000008", "9506000000015", "9506000000022"
UUID = "0e3be7d3-1c3c-4a5a-9a4c-0d6f6a3b6d11"
QUERY = {
    "exp": "701231",
    "linkType": "verificationService",
    "context": "dscsaSaleableReturn",
    "reqGLN": WHOLESALER,
    "corrUUID": UUID,
}


def key(database: Database, name: str, glns: tuple[str, ...], *scopes: ApiKeyScope) -> str:
    """The key of a wholesaler's program."""
    number = organisation(database, name, OrganisationKind.DISTRIBUTOR, country="US")
    with database.transaction() as connection:
        connection.execute(update(Organisation).where(Organisation.id == number).values(glns=glns))
    person = Actor(
        "A", account(database, number, Role.ADMIN), number, name, OrganisationKind.DISTRIBUTOR, frozenset()
    )
    return ApiKeys(database).make(person, name="LMS", scopes=scopes or ("verify",), days="30")


@pytest.fixture
def world(sqlite_url: str) -> Iterator[Flask]:
    database = Database(sqlite_url)
    put(database)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(gln=MAKER))
    database.close()
    app = create_app(Settings(database_url=sqlite_url, rate_limit="on"))
    app.testing = True
    yield app
    services_of(app).close()


@pytest.fixture
def partner(world: Flask) -> FlaskClient:
    client = world.test_client()
    made = key(services_of(world).database, "Wholesale", (WHOLESALER, "9506000000039"))
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made}"
    return client


def path(gtin: str = TOXIN, lot: str = "A1001", serial: str = "SN0001") -> str:
    return f"/verify/gtin/{gtin}/lot/{lot}/ser/{serial}"


def asked(client: FlaskClient, target: str = "", **changes: str | None) -> TestResponse:
    query = {name: value for name, value in (QUERY | changes).items() if value is not None}
    return client.get(target or path(), query_string=query)


def test_a_response_in_whole(partner: FlaskClient) -> None:
    response = asked(partner)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    said = response.get_json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said.pop("verificationTimestamp"))
    assert said == {"responderGLN": MAKER, "data": {"verified": True}, "corrUUID": UUID}


@pytest.mark.parametrize(
    ("target", "exp", "data"),
    [
        (path(serial="NONE"), "701231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"}),
        (path(serial="sn0001"), "701231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"}),
        (path(lot="A1003"), "701231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Lot"}),
        (path(lot="A10O1"), "701231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Lot"}),
        (path(), "701230", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Expiry"}),
        (path(lot="X"), "711231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Lot_Expiry"}),
        (path(serial="SN0002"), "701231", {"verified": False, "verificationFailureReason": "Not_for_re-distribution"}),
        (path(serial="SN0003"), "701231", {"verified": False, "verificationFailureReason": "Not_for_re-distribution", "additionalInfo": "Illegitimate"}),
        (path(gtin=FILLER), "701231", {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"}),
    ],
)  # fmt: skip
def test_what_does_not_match_is_said(
    partner: FlaskClient, target: str, exp: str, data: dict[str, object]
) -> None:
    response = asked(partner, target, exp=exp)
    assert (response.status_code, response.get_json()["data"]) == (200, data)


@pytest.mark.parametrize("recalled", [False, True])
def test_the_manufacturers_switch_decides_on_recalled_units(
    partner: FlaskClient, world: Flask, recalled: bool
) -> None:
    database: Database = services_of(world).database
    with database.transaction() as connection:
        connection.execute(update(Unit).where(Unit.serial == "SN0001").values(batch_id=2))  # a recalled lot
        connection.execute(update(Manufacturer).values(verifies_recalled=recalled))
    said = asked(partner, path(lot="A1002")).get_json()["data"]
    assert said.pop("additionalInfo") == "Recalled"
    assert said == (
        {"verified": True}
        if recalled
        else {"verified": False, "verificationFailureReason": "Manufacturer_policy"}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": "20701231"},
        {"exp": "701332"},
        {"exp": "70-12-31"},
        {"linkType": "gs1:pip"},
        {"context": "<script>"},
        {"reqGLN": None},
        {"reqGLN": "4012345000008"},
        {"reqGLN": "401234500000"},
        {"corrUUID": None},
        {"corrUUID": "1"},
        {"corrUUID": "{" + UUID + "}"},
        {"corrUUID": UUID + "'--"},
    ],
)
def test_a_malformed_query_is_400_and_nothing_is_kept(
    partner: FlaskClient, world: Flask, changes: dict[str, str | None]
) -> None:
    response = asked(partner, path(), **changes)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert {each["field"] for each in response.get_json()["errors"]} == changes.keys()
    assert checks(world) == 0


@pytest.mark.parametrize(
    "target",
    [
        path(gtin=TOXIN[1:]),
        path(gtin=TOXIN[:-1] + "3"),
        path(gtin="abc"),
        path(lot="A" * 21),
        path(serial="S" * 21),
        path(serial="%00"),
        path(serial="%C3%A9"),
        path(lot="A%201"),
        path(lot="%0A"),
        "/verify/gtin/" + TOXIN,
        f"/verify/gtin/{TOXIN}/lot/A1001",  # a lot alone is not answered through LMS
        f"/verify/gtin/{TOXIN}/ser/SN0001",
        f"/verify/gtin/{TOXIN}/ser/SN0001/lot/A1001",
        f"/verify/gtin/{TOXIN}/lot//ser/SN0001",
        f"/verify/gtin/{TOXIN}/lot/A1001/ser/",
        f"/verify/01/{TOXIN}/10/A1001/21/SN0001",
        "/verify/x",
    ],
)
def test_a_malformed_path_is_400(partner: FlaskClient, target: str) -> None:
    response = asked(partner, target)
    assert response.status_code in ((400, 404) if "%0A" in target else (400,))
    assert response.content_type == "application/problem+json"


def test_a_parameter_twice_is_400(partner: FlaskClient) -> None:
    assert (
        partner.get(f"{path()}?exp=701231&exp=701231&reqGLN={WHOLESALER}&corrUUID={UUID}").status_code == 400
    )


def test_who_may_ask(world: Flask, partner: FlaskClient) -> None:
    database: Database = services_of(world).database
    key(database, "Another", (STRANGER,))
    guest = world.test_client()
    assert asked(guest).status_code == 401
    assert asked(guest).headers["WWW-Authenticate"].startswith("Bearer")
    wrong = {"Authorization": "Bearer vck_wrong"}
    assert guest.get(path(), query_string=QUERY, headers=wrong).status_code == 401
    reader = {"Authorization": f"Bearer {key(database, 'Reader', (NOBODY,), ApiKeyScope.READ)}"}
    assert guest.get(path(), query_string=QUERY, headers=reader).status_code == 403
    assert asked(partner, reqGLN="4012345000016").status_code == 401  # of no organisation
    assert asked(partner, reqGLN=STRANGER).status_code == 403  # another organisation's
    assert asked(partner, reqGLN="9506000000039").status_code == 200  # its other one


def test_products_that_nobody_answers_for(partner: FlaskClient, world: Flask) -> None:
    assert asked(partner, path(gtin=UNKNOWN_GTIN)).status_code == 404
    database: Database = services_of(world).database
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(gln=""))
    assert asked(partner).status_code == 404
    assert checks(world) == 0


def test_check_connectivity(partner: FlaskClient, world: Flask) -> None:
    def status(**query: str) -> int:
        return partner.get("/checkConnectivity", query_string=query).status_code

    response = partner.get("/checkConnectivity", query_string={"gtin": TOXIN, "reqGLN": WHOLESALER})
    assert (response.status_code, response.get_json()) == (200, {"responderGLN": MAKER})
    assert status(gtin=TOXIN, reqGLN="4012345000016") == 401
    key(services_of(world).database, "Another", (STRANGER,))
    assert status(gtin=TOXIN, reqGLN=STRANGER) == 403
    assert status(gtin=UNKNOWN_GTIN, reqGLN=WHOLESALER) == 404
    assert status(gtin=TOXIN) == status(reqGLN=WHOLESALER) == status(gtin="1", reqGLN=WHOLESALER) == 400
    assert world.test_client().get("/checkConnectivity").status_code == 401
    assert partner.post("/checkConnectivity").status_code == 405


@pytest.mark.parametrize(
    ("sent", "spoken"),
    [(None, "1.1.0"), ("1.1.0", "1.1.0"), ("1.2.0", "1.2.0"), ("1.2", "1.2.0"), ("1.3.0", "1.3.0")],
)
def test_versions(partner: FlaskClient, sent: str | None, spoken: str) -> None:
    headers = {"GS1US-Version": sent} if sent else {}
    query = QUERY | {"ctrlPossessAtt": "true", "email": "a@example.org", "telephone": "1"}
    response = partner.get(path(), query_string=query, headers=headers)
    assert (response.status_code, response.headers["GS1US-Version"]) == (200, spoken)


@pytest.mark.parametrize("sent", ["2.0.0", "1.4.0", "1", "x", "1.3.0.0.0", "1.3.0; x"])
def test_a_version_that_is_not_spoken(partner: FlaskClient, sent: str) -> None:
    assert partner.get(path(), query_string=QUERY, headers={"GS1US-Version": sent}).status_code == 400


def test_a_verification_is_kept_once_as_a_check_of_the_trade(partner: FlaskClient, world: Flask) -> None:
    first, again = asked(partner).get_json(), asked(partner).get_json()
    assert first == again
    (row,) = kept(world)
    assert (row["door"], row["asker"]) == ("api", "clinic")
    assert row["organisation_id"] is not None
    assert asked(partner, path(serial="SN0002")).status_code == 400  # the same corrUUID for another question
    assert asked(partner, corrUUID=str(uuid.uuid4())).status_code == 200
    assert checks(world) == 2


def test_a_budget_that_is_used_up_is_503(partner: FlaskClient, world: Flask) -> None:
    """Misses of one organisation, as many as it has, by many requests: then LMS's status, and when to come back."""
    burst = int(ORGANISATION.misses.burst)
    for given in range(10 * burst):  # a slow machine earns some more meanwhile
        last = asked(partner, path(serial=f"Q{given}"), corrUUID=str(uuid.uuid4()))
        if last.status_code != 200:
            break
    assert given >= burst
    assert last.status_code == 503
    assert int(last.headers["Retry-After"]) >= 1
    assert last.content_type == "application/problem+json"


def test_other_methods_and_forms(partner: FlaskClient) -> None:
    assert partner.post(path()).status_code == 405
    assert partner.head(path(), query_string=QUERY).status_code == 200
    page = partner.get(path(), headers={"Accept": "text/html"})
    assert json.loads(page.text)["status"] == 400


def kept(world: Flask) -> list[dict[str, object]]:
    ours = services_of(world)
    ours.verification.close()
    return table(ours.database, "scan")


def checks(world: Flask) -> int:
    return len(kept(world))


def test_the_moment_is_the_verdicts(partner: FlaskClient) -> None:
    said = datetime.fromisoformat(asked(partner).get_json()["verificationTimestamp"])
    assert abs((datetime.now(UTC) - said).total_seconds()) < 60
