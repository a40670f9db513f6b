"""Every door pays from one budget: for each network, and for each organisation apart from its network."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import service.web
from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.app import create_app
from service.authenticity.evidence import OutsideAnswer
from service.rate_limit.budgets import GUEST, ORGANISATION
from service.settings import Settings
from service.storage.database import Database
from service.verification.outside.directory import ResponderDirectory, ResponderEntry
from service.verification.outside.responders import OutsideResponders
from service.web.core.concurrency import PAID_BEFORE
from service.web.core.services import services_of
from tests.factories.hooks import SERVICE, hook_request
from tests.factories.people import signed_in, token_of
from tests.factories.records import TOXIN, put

HERE, THERE = "198.51.100.7", "203.0.113.7"
KNOWN = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
MISSING = f"(01){TOXIN}(17)701231(10)A1001(21)QZX93K7W"
BROWSER = {"Accept": "text/html"}
OTHER_EXPIRY = f"(01){TOXIN}(17)711231(10)A1001(21)SN0001"


@contextmanager
def limited(url: str, folder: Path, **settings: Any) -> Iterator[Flask]:
    """The application with its budgets, in a file of its own also where the records are elsewhere."""
    database = Database(url)
    put(database)
    database.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIALCHECK_DATA", str(folder))
        application = create_app(Settings(database_url=url, rate_limit="on", **settings))
    application.testing = True
    yield application
    services_of(application).close()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    with limited(database_url, tmp_path) as application:
        yield application


def at(client: FlaskClient, address: str) -> FlaskClient:
    client.environ_base["REMOTE_ADDR"] = address
    return client


def api(client: FlaskClient, scan: str, **more: object) -> TestResponse:
    return client.post("/api/v1/verifications", json={"scan": scan, **more})


def spend(client: FlaskClient) -> None:
    """All misses of the network that this client is in."""
    for number in range(GUEST.misses.burst):
        assert api(client, f"{MISSING}{number}").status_code == 201
    assert api(client, MISSING).status_code == 429


@pytest.mark.parametrize(
    "guess",
    [
        MISSING,  # a serial that is not on record
        OTHER_EXPIRY,  # an expiry that is another one
        f"(01){TOXIN}(17)701231(10)A1001(21)SN000l",  # a near miss tells a guesser more than a far one
        f"(01){TOXIN}(17)701231(10)A1002(21)SN0001",  # a serial of another lot
    ],
)
def test_guesses_are_soon_over(app: Flask, guess: str) -> None:
    client = at(app.test_client(), HERE)
    statuses = [api(client, guess).status_code for _ in range(GUEST.misses.burst + 5)]
    assert statuses == [201] * GUEST.misses.burst + [429] * 5


@pytest.mark.parametrize(
    "honest",
    [
        KNOWN,  # a unit on record
        "A1002",  # a lot, recalled
        "(01)04012345678901(21)12345678",  # a product of which nothing is held here: nothing is told either
        "NOSUCHLOT",  # a lot that nobody issued: lots are printed on every vial, and no secret
    ],
)
def test_what_tells_a_guesser_nothing_costs_no_miss(app: Flask, honest: str) -> None:
    client = at(app.test_client(), HERE)
    assert {api(client, honest).status_code for _ in range(3 * GUEST.misses.burst)} == {201}


def test_a_network_whose_misses_are_spent_is_not_told_what_is_on_record(app: Flask) -> None:
    """Refusing the misses alone would tell the hits."""
    client = at(app.test_client(), HERE)
    spend(client)
    assert api(client, KNOWN).status_code == api(client, MISSING).status_code == 429


def of_fhir(client: FlaskClient, scan: str) -> TestResponse:
    parameters = [{"name": "scan", "valueString": scan}]
    body = {"resourceType": "Parameters", "parameter": parameters}
    return client.post("/fhir/Medication/$verify", json=body)


def of_hook(client: FlaskClient, scan: str) -> TestResponse:
    device = {"resourceType": "Device", "udiCarrier": [{"carrierHRF": scan}]}
    body = hook_request() | {"prefetch": {"device": device}}
    return client.post(SERVICE, json=body)


DOORS: dict[str, Callable[[FlaskClient], TestResponse]] = {
    "json": lambda client: api(client, KNOWN),
    "json, not recorded": lambda client: api(client, KNOWN, record=False),
    "form": lambda client: client.post("/check", data={"scan": KNOWN}),
    "link of a code": lambda client: client.get(f"/01/{TOXIN}/10/A1001/21/SN0001", headers=BROWSER),
    "page of a link": lambda client: client.get(f"/check/01/{TOXIN}/10/A1001/21/SN0001"),
    "fhir": lambda client: of_fhir(client, KNOWN),
    "hook": lambda client: of_hook(client, KNOWN),
}


def test_a_request_that_begins_again_in_another_pool_pays_once(app: Flask) -> None:
    """What it had paid for before is not asked for again; what it asks beyond that is."""
    client = at(app.test_client(), HERE)
    spend(client)
    for paid, status in ((0, 429), (1, 201)):
        again = client.post(
            "/api/v1/verifications", json={"scan": KNOWN}, environ_overrides={PAID_BEFORE: paid}
        )
        assert again.status_code == status


def test_serials_of_another_registry_are_not_guessed_through_this_one(app: Flask) -> None:
    listed = ResponderEntry("One", "https://one.example.org", gtins=("04012345678901",))
    services_of(app).verification._outside = OutsideResponders(
        ResponderDirectory("9506000000008", (listed,)),
        ask=lambda _entry, _unit, _gln: OutsideAnswer("One", verified=False),
    )
    client = at(app.test_client(), HERE)
    scan = "(01)04012345678901(17)701231(10)A1(21)"
    statuses = [api(client, f"{scan}{number}").status_code for number in range(GUEST.misses.burst + 1)]
    assert statuses == [201] * GUEST.misses.burst + [429]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_is_shut(app: Flask, door: str) -> None:
    client = at(app.test_client(), HERE)
    assert DOORS[door](client).status_code < 400
    spend(client)
    assert DOORS[door](client).status_code == 429


@pytest.mark.parametrize("door", DOORS)
def test_every_door_pays(app: Flask, door: str) -> None:
    """Each miss through it is one less for the others."""
    client, wrong = at(app.test_client(), HERE), MISSING
    ways: dict[str, Callable[[], TestResponse]] = {
        "json": lambda: api(client, wrong),
        "json, not recorded": lambda: api(client, wrong, record=False),
        "form": lambda: client.post("/check", data={"scan": wrong}),
        "page of a link": lambda: client.get(f"/check/01/{TOXIN}/10/A1001/21/QZX93K7W"),
        "fhir": lambda: of_fhir(client, wrong),
        "hook": lambda: of_hook(client, wrong),
        "link of a code": lambda: client.get(f"/01/{TOXIN}/10/A1001/21/QZX93K7W", headers=BROWSER),
    }
    for _ in range(GUEST.misses.burst):
        assert ways[door]().status_code < 400
    assert api(client, KNOWN).status_code == 429


def test_a_question_that_cannot_be_read_costs_no_miss(app: Flask) -> None:
    client = at(app.test_client(), HERE)
    assert {api(client, "(01)123").status_code for _ in range(3 * GUEST.misses.burst)} == {422}


def test_it_is_said_kindly_and_when_to_come_back(app: Flask) -> None:
    client = at(app.test_client(), HERE)
    spend(client)
    answer = api(client, KNOWN)
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "rate_limited"
    assert 0 < int(answer.headers["Retry-After"]) <= 180
    page = client.post("/check", data={"scan": KNOWN}, headers={"Accept": "text/html"})
    assert "Try again in 3 minutes" in page.text
    assert "This says nothing about the product" in page.text
    assert page.headers["Retry-After"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.250", True),  # a /24
        ("198.51.100.7", "198.51.101.7", False),
        (
            "2001:db8:1:2::3",
            "2001:db8:1:ffff::9",
            True,
        ),  # a /48: a household has as many addresses as it likes
        ("2001:db8:1::3", "2001:db8:2::3", False),
        ("::ffff:198.51.100.7", "198.51.100.8", True),  # the same network, written in two ways
    ],
)
def test_a_network_is_what_counts(app: Flask, one: str, other: str, same: bool) -> None:
    client = at(app.test_client(), one)
    spend(client)
    client.environ_base["HTTP_USER_AGENT"] = "another browser"
    assert api(at(client, other), KNOWN).status_code == (429 if same else 201)


def test_behind_a_proxy_the_address_that_it_names_counts(database_url: str, tmp_path: Path) -> None:
    with limited(database_url, tmp_path, proxies=1) as app:
        client = at(app.test_client(), "127.0.0.1")
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"{THERE}, {HERE}"  # the first: what the asker made up
        spend(client)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.1, {HERE}"
        assert api(client, KNOWN).status_code == 429
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"{HERE}, {THERE}"
        assert api(client, KNOWN).status_code == 201


def test_nobody_believes_such_an_address_where_no_proxy_was_announced(app: Flask) -> None:
    client = at(app.test_client(), HERE)
    for number in range(GUEST.misses.burst):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.{number}.1"
        assert api(client, MISSING).status_code == 201
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.99.1"
    assert api(client, MISSING).status_code == 429


def key_of(app: Flask) -> dict[str, str]:
    ours = services_of(app)
    admin = signed_in(app, Role.ADMIN, kind=OrganisationKind.CLINIC, name="Example Clinic", country="FR")
    actor = ours.sessions.actor(_cookie(admin), address=HERE)
    assert actor is not None
    made = ours.accounts.keys.make(actor, name="a program", scopes={ApiKeyScope.VERIFY}, days="90")
    return {"Authorization": f"Bearer {made}"}


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("vialcheck_session")
    assert cookie is not None
    return cookie.value


def test_an_organisation_with_a_key_has_more_and_is_not_stopped_by_its_neighbours(
    database_url: str, tmp_path: Path
) -> None:
    assert ORGANISATION.misses.burst >= 20 * GUEST.misses.burst
    with limited(database_url, tmp_path, rate_limit_factor=0.1) as app:
        client = at(app.test_client(), HERE)
        while api(client, MISSING).status_code == 201:
            pass
        key = key_of(app)
        for number in range(ORGANISATION.misses.burst // 10):
            answer = client.post("/api/v1/verifications", json={"scan": f"{MISSING}{number}"}, headers=key)
            assert answer.status_code == 201
        assert client.post("/api/v1/verifications", json={"scan": KNOWN}, headers=key).status_code == 429


def test_a_clinics_people_are_not_stopped_by_their_neighbours(app: Flask) -> None:
    spend(at(app.test_client(), HERE))
    clinic = at(
        signed_in(app, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Example Clinic", country="FR"), HERE
    )
    answer = clinic.post("/receive", data={"scan": KNOWN, "csrf": token_of(clinic)})
    assert answer.status_code == 303


def test_the_factor_makes_budgets_larger(database_url: str, tmp_path: Path) -> None:
    with limited(database_url, tmp_path, rate_limit_factor=2) as app:
        client = at(app.test_client(), HERE)
        statuses = [api(client, MISSING).status_code for _ in range(2 * GUEST.misses.burst + 1)]
        assert statuses == [201] * 2 * GUEST.misses.burst + [429]


def test_no_view_asks_for_a_verdict_in_another_way() -> None:
    """`verify` and `preview` of the service are called in `limits.checks`, and nowhere else in web/."""
    folder = Path(service.web.__file__).parent
    callers = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"verify", "preview"}:
                owner = ast.unparse(node.value)
                if "verification" in owner or "desk" in owner:
                    callers.add(file.relative_to(folder).as_posix())
    # Readiness asks for the service itself, once a second at the most.
    assert callers == {"limits/checks.py", "api/readiness.py"}
