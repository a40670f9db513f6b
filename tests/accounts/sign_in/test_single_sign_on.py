"""Single sign-on against a real provider: a small one that runs in the test, and lies when it is told to."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from flask import Flask, Response, jsonify, redirect, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from pyotp import TOTP
from sqlalchemy import select
from werkzeug.serving import make_server

from service.accounts.actors import Role
from service.accounts.invitations import Invitations
from service.accounts.sign_in.sessions import Sessions
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Account, AuditEntry, SingleSignOn
from service.web.core.services import services_of
from tests.factories.people import member, signed_in, token_of

ANN = "ann@example.org"
CLIENT, SECRET = "vialcheck", "s3cret-of-the-client"


@cache
def rsa_key(whose: str) -> RSAKey:
    """A key, made once in a run: making it takes longer than all that is asked with it."""
    return RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Provider:
    """The provider, and what it says next."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: rsa_key("the provider"))
    signs_with: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    down: bool = False


def provider_app(provider: Provider) -> Flask:
    app = Flask("provider")

    @app.get("/.well-known/openid-configuration")
    def described() -> Response | tuple[str, int]:
        if provider.down:
            return "", 503
        at = f"http://{request.host}"
        return jsonify(
            issuer=provider.issuer or at,
            authorization_endpoint=f"{at}/authorize",
            token_endpoint=f"{at}/token",
            jwks_uri=f"{at}/keys",
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        asked = request.args.to_dict()
        code = f"code-{len(provider.waiting)}"
        provider.waiting[code] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    @app.post("/token")
    def token() -> Response | tuple[Response, int]:
        asked = provider.waiting.pop(request.form["code"], None)
        verifier = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        auth = request.authorization
        fits = (
            asked is not None
            and asked["code_challenge"] == base64.urlsafe_b64encode(verifier).decode().rstrip("=")
            and asked["redirect_uri"] == request.form["redirect_uri"]
            and auth is not None
            and (auth.username, auth.password) == (CLIENT, SECRET)
        )
        if not fits or asked is None:
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {
            "iss": f"http://{request.host}",
            "aud": CLIENT,
            "sub": "person-1",
            "exp": now + 60,
            "iat": now,
            "nonce": asked["nonce"],
            "email": ANN,
            "email_verified": True,
        }
        claims |= provider.claims
        key = provider.signs_with or provider.key
        return jsonify(id_token=jwt.encode({"alg": "RS256", "kid": "1"}, claims, key), access_token="a")

    return app


@pytest.fixture
def provider() -> Iterator[tuple[Provider, str]]:
    """A running provider, and its issuer."""
    said = Provider()
    server = make_server("127.0.0.1", 0, provider_app(said), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield said, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(database_url: str, provider: tuple[Provider, str]) -> Iterator[Flask]:
    settings = Settings(
        database_url=database_url,
        oidc_issuer=provider[1],
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    application = create_app(settings)
    yield application
    services_of(application).close()


@pytest.fixture
def database(app: Flask) -> Database:
    opened: Database = services_of(app).database
    return opened


def go(client: FlaskClient, wanted: str = "") -> str:
    """To the provider and back as far as its answer: the path on our side that it leads to."""
    away = client.get("/sign-in/organisation", query_string={"next": wanted} if wanted else None)
    assert away.status_code == 303, away.text
    back = urlsplit(httpx.get(away.location, follow_redirects=False).headers["Location"])
    assert back.path == "/sign-in/organisation/back"
    return f"{back.path}?{back.query}"


def test_an_account_is_opened_by_its_verified_address_and_then_by_its_number(
    app: Flask, database: Database, provider: tuple[Provider, str]
) -> None:
    number = member(database, Role.VIEWER, email=ANN)
    client = app.test_client()
    assert "/sign-in/organisation" in client.get("/sign-in").text
    answer = client.get(go(client, "/account"))
    assert (answer.status_code, answer.location) == (303, "/account")
    assert ANN in client.get("/account").text
    provider[0].claims = {"email": "renamed@example.org"}
    again = app.test_client()
    assert again.get(go(again)).status_code == 303
    assert ANN in again.get("/account").text
    with database.reading() as connection:
        linked = connection.execute(select(SingleSignOn.account_id, SingleSignOn.subject)).all()
        actions = connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in linked] == [(number, "person-1")]
    assert actions == ["link", "sign_in", "sign_in"]


def test_nobody_gets_an_account_but_whoever_is_invited(app: Flask, database: Database) -> None:
    stranger = app.test_client()
    assert stranger.get(go(stranger)).status_code == 422
    admin = signed_in(app, Role.ADMIN)
    admin.post("/people/invite", data={"csrf": token_of(admin), "email": ANN, "roles": ["importer"]})
    guest = app.test_client()
    assert guest.get(go(guest)).location == "/account/second-factor", "an importer needs one"
    with database.reading() as connection:
        row = connection.execute(select(Account.__table__).where(Account.email == ANN)).one()
    assert (row.roles, row.password_hash) == (("importer",), "")
    assert Invitations(database).open_invitations(row.organisation_id) == []


LIES: dict[str, dict[str, Any]] = {
    "an address that was not verified": {"email_verified": False},
    "an address that a word calls verified": {"email_verified": "true"},
    "no address": {"email": ""},
    "for somebody else": {"aud": "another-client"},
    "for us among others": {"aud": [CLIENT, "another"], "azp": "another"},
    "of another issuer": {"iss": "https://evil.example"},
    "from long ago": {"exp": 1_000_000_000, "iat": 999_999_000},
    "of another sign-in": {"nonce": "another"},
    "of nobody": {"sub": None},
}


@pytest.mark.slow
def test_a_token_that_does_not_fit_opens_nothing(
    app: Flask, database: Database, provider: tuple[Provider, str]
) -> None:
    member(database, email=ANN)
    for lie, claims in LIES.items():
        provider[0].claims = claims
        client = app.test_client()
        assert client.get(go(client)).status_code == 422, lie
        assert client.get("/account").status_code == 303, lie


def test_a_token_that_somebody_else_signed_opens_nothing(
    app: Flask, database: Database, provider: tuple[Provider, str]
) -> None:
    member(database, email=ANN)
    provider[0].signs_with = rsa_key("another")
    client = app.test_client()
    assert client.get(go(client)).status_code == 422


def test_a_way_back_is_of_the_browser_that_left_and_counts_once(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    ann, mallory = app.test_client(), app.test_client()
    back = go(mallory)
    assert ann.get(back).status_code == 403, "somebody else's link signs nobody in"
    go(ann)
    assert ann.get(back).status_code == 422, "another state"
    back = go(ann)
    assert ann.get(back).status_code == 303
    assert ann.get(back).status_code == 403
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert ann.get(f"/sign-in/organisation/back?state={state}").status_code == 403


def test_an_own_second_factor_is_asked_for_all_the_same(app: Flask, database: Database) -> None:
    number = member(database, Role.ADMIN, email=ANN)
    service = services_of(app).accounts
    actor = Sessions(database).actor(Sessions(database).begin(number, address="", device=""), address="")
    assert actor is not None
    new = service.factors.begin_generator(number, ANN)
    service.factors.finish_generator(actor, new.token, TOTP(new.secret).now())
    client = app.test_client()
    assert client.get(go(client)).location.startswith("/sign-in/code")
    assert client.get("/account").status_code == 303


def test_a_provider_that_does_not_answer_is_said(app: Flask, provider: tuple[Provider, str]) -> None:
    provider[0].down = True
    assert app.test_client().get("/sign-in/organisation").status_code == 503
    provider[0].down, provider[0].issuer = False, "https://another.example"
    assert app.test_client().get("/sign-in/organisation").status_code == 422


@pytest.mark.parametrize("issuer", ["http://login.example.org", "ftp://127.0.0.1", ""])
def test_secrets_go_over_https_alone(sqlite_url: str, issuer: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, oidc_issuer=issuer, oidc_client_id="a"))
    assert app.test_client().get("/sign-in/organisation").status_code == (422 if issuer else 404)
    services_of(app).close()
