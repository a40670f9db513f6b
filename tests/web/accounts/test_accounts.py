"""Signing in, one's account, people, keys and the audit, as their pages answer; and what an attacker would try."""

import csv
import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Text, select, update
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Account, Base, Invitation, Organisation, Scan, SignedIn
from service.web.core.access import COOKIE
from service.web.core.navigation import own_path
from service.web.core.services import services_of
from tests.factories.people import PASSWORD, member, signed_in, token_of

ANN = "ann@example.org"
HOSTILE = "<script>alert(1)</script>\"'><img src=x>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def database(app: Flask) -> Database:
    opened: Database = services_of(app).database
    return opened


def sign_in(client: FlaskClient, email: str = ANN, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def post(client: FlaskClient, path: str, **form: str | list[str]) -> TestResponse:
    """A form of our own pages."""
    return client.post(path, data={"csrf": token_of(client), **form})


def row_of(database: Database, model: type[Base]) -> list[object]:
    with database.reading() as connection:
        return list(connection.execute(select(model.__table__)))


def set_up_codes(client: FlaskClient) -> tuple[str, str, list[str]]:
    """An authenticator app set up in the browser: its secret, the code typed for it, the recovery codes."""
    page = client.get("/account/authenticator").text
    secret = re.findall(r'class="code"><bdi dir="ltr">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    code = pyotp.TOTP(secret).now()
    done = post(client, "/account/authenticator", token=token, code=code)
    return secret, code, re.findall(r'class="code"><bdi dir="ltr">([-a-z0-9]+)<', done.text)


# --- the way in and out


def test_in_with_a_password_and_out(app: Flask, database: Database) -> None:
    member(database, Role.VIEWER, email=ANN)
    client = app.test_client()
    assert client.get("/account").location == "/sign-in?next=/account"
    answer = sign_in(client, " ANN@example.org ", next="/account")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Example Biologics" in client.get("/account").text
    assert client.get("/sign-in?next=/account").location == "/account"
    assert post(client, "/sign-out").status_code == 303
    assert client.get("/account").status_code == 303
    assert row_of(database, SignedIn) == []


def test_whoever_may_change_records_is_led_to_a_second_factor(app: Flask, database: Database) -> None:
    member(database, Role.IMPORTER, email=ANN)
    client = app.test_client()
    assert sign_in(client).location == "/account/second-factor"
    _, used, codes = set_up_codes(client)
    assert len(codes) == 10
    other = app.test_client()
    assert sign_in(other, next="/account").location == "/sign-in/code?next=/account"
    assert other.get("/account").status_code == 303, "half of the way is not in"
    assert other.post("/sign-in/code", data={"code": used}).status_code == 422, "used before"
    assert other.post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    assert other.get("/account").status_code == 200


def test_a_session_without_a_second_factor_is_led_to_prove_it(app: Flask, database: Database) -> None:
    number = member(database, Role.ADMIN, email=ANN)
    strong = app.test_client()
    sign_in(strong)
    _, _, codes = set_up_codes(strong)
    weak = app.test_client()
    sessions = services_of(app).sessions
    old = sessions.begin(number, address="203.0.113.7", device="", strong=False)
    weak.set_cookie(COOKIE, old)
    assert weak.get("/people?x=1").location == "/account/prove?next=/people?x%3D1"
    assert post(weak, "/people/invite", email="b@example.org").status_code == 403
    done = post(weak, "/account/prove", code=codes[0], next="/people?x=1")
    assert (done.status_code, done.location) == (303, "/people?x=1")
    assert weak.get("/people").status_code == 200
    assert sessions.actor(old, address="") is None, "it goes on under a new token"


def test_an_unknown_address_is_answered_like_a_wrong_password(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    known, unknown = (sign_in(app.test_client(), email, "wrong") for email in (ANN, "bob@example.org"))
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace(ANN, "") == unknown.text.replace("bob@example.org", "")


def test_guessing_has_to_wait_and_is_told_how_long(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    answers = [sign_in(app.test_client(), password=f"wrong {number}") for number in range(7)]
    assert [answer.status_code for answer in answers[:5]] == [422] * 5
    last = answers[-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert "You can try again in" in last.text
    right = sign_in(app.test_client())
    assert right.status_code == 429, "the right password waits too, or waiting would tell that it is right"


# --- what an attacker would try


def test_a_session_that_was_there_before_signing_in_is_not_the_one_afterwards(
    app: Flask, database: Database
) -> None:
    number = member(database, email=ANN)
    planted = "planted-by-somebody-else"
    client = app.test_client()
    client.set_cookie(COOKIE, planted)
    sign_in(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.value != planted
    before = services_of(app).sessions.begin(number, address="", device="")
    client.set_cookie(COOKIE, before)
    client.post("/sign-in", data={"email": ANN, "password": PASSWORD, "csrf": token_of(client)})
    assert services_of(app).sessions.actor(before, address="") is None


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "evil.example",
    "//[::1",
]


def test_no_link_leads_elsewhere_through_the_sign_in(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    for where in ELSEWHERE:
        client = app.test_client()
        answer = sign_in(client, next=where)
        assert answer.location == "/", where
        assert len(answer.headers.getlist("Set-Cookie")) == 2
        assert client.get("/sign-in", query_string={"next": where}).location == "/account", where


def test_own_paths_are_kept() -> None:
    assert own_path("/audit?before=7&actor=Ann") == "/audit?before=7&actor=Ann"


def test_a_form_of_another_site_changes_nothing(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    client = app.test_client()
    sign_in(client)
    assert client.post("/account/name", data={"name": "Mallory"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/account/name", data={"name": "M", "csrf": token_of(client)}, headers=foreign)
    assert answer.status_code == 403
    assert app.test_client().post("/sign-in", data={}, headers=foreign).status_code == 403
    with database.reading() as connection:
        assert connection.scalar(select(Account.name)) == "ann"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_is_as_closed_as_it_can_be(app: Flask, database: Database, scheme: str) -> None:
    member(database, email=ANN)
    client = app.test_client()
    answer = client.post(
        "/sign-in", data={"email": ANN, "password": PASSWORD}, base_url=f"{scheme}://localhost"
    )
    cookie = answer.headers.getlist("Set-Cookie")[-1]
    name = f"__Host-{COOKIE}" if scheme == "https" else COOKIE
    assert cookie.startswith(f"{name}=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert ("Secure" in cookie) is (scheme == "https")
    assert "Domain" not in cookie


def test_behind_a_proxy_its_word_counts_and_otherwise_nobodys(database_url: str) -> None:
    headers = {"X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https"}
    # https is believed of an unannounced proxy too: it only makes the sender's own cookies stricter
    for proxies, network in ((0, "127.0.0.0/24"), (1, "198.51.100.0/24")):
        app = create_app(Settings(database_url=database_url, proxies=proxies))
        member(services_of(app).database, email=ANN)
        answer = app.test_client().post(
            "/sign-in", data={"email": ANN, "password": PASSWORD}, headers=headers
        )
        assert "Secure" in answer.headers.getlist("Set-Cookie")[-1]
        with services_of(app).database.reading() as connection:
            assert network in connection.scalars(select(SignedIn.network)).all()
        services_of(app).close()


def test_nobody_gives_themselves_a_role(app: Flask, database: Database) -> None:
    number = member(database, Role.VIEWER, email=ANN)
    client = app.test_client()
    sign_in(client)
    more = {
        "roles": "admin",
        "organisation_id": "99",
        "email": "other@example.org",
        "disabled": "",
        "id": "7",
    }
    assert post(client, "/account/name", name="Ann", **more).status_code == 303
    with database.reading() as connection:
        row = connection.execute(select(Account.__table__)).one()
    assert (row.id, row.name, row.email, row.roles) == (number, "Ann", ANN, ("viewer",))
    admin = signed_in(app, Role.ADMIN)
    link = invite(admin, email="new@example.org", roles=["viewer"])
    app.test_client().post(link, data={"name": "New", "password": PASSWORD, **more})
    with database.reading() as connection:
        row = connection.execute(select(Account.__table__).where(Account.email == "new@example.org")).one()
    assert row.roles == ("viewer",)


def invite(client: FlaskClient, **form: str | list[str]) -> str:
    """The path of a link that an admin made."""
    page = post(client, "/people/invite-clinic" if "clinic" in form else "/people/invite", **form)
    found = re.search(r"(/invitation/[\w-]+)<", page.text)
    assert found is not None, page.text
    return found[1]


def test_another_organisations_session_or_person_is_not_there(app: Flask, database: Database) -> None:
    member(database, email=ANN)
    ann, other = app.test_client(), signed_in(app, Role.ADMIN, name="Another company")
    sign_in(ann)
    with database.reading() as connection:
        session = connection.scalar(select(SignedIn.token_hash).order_by(SignedIn.started.desc()).limit(1))
        sessions = connection.scalars(select(SignedIn.token_hash)).all()
    for each in (session, *sessions, "others"):
        post(other, "/account/sessions", session=str(each))
    assert ann.get("/account").status_code == 200
    for path in ("/people/1", "/people/1/disable", "/people/1/roles", "/people/1/new-password"):
        answer = other.get(path) if path == "/people/1" else post(other, path, roles="admin")
        assert answer.status_code == 404
    assert ANN not in other.get("/people").text
    assert ANN not in other.get("/audit").text
    assert ANN not in other.get("/audit.csv").text


def fill_everything(app: Flask, text: str) -> Iterator[str]:
    """Every field of these pages that people can fill, filled with `text`; every page that shows it."""
    admin = signed_in(app, Role.ADMIN)
    post(admin, "/account/name", name=text)
    clinic = invite(admin, clinic=text, country="FR", region=text[:40], email="c@example.org")
    invite(admin, email="d@example.org", roles=["viewer"])
    yield post(admin, "/people/invite", email=text).text
    yield post(admin, "/people/invite-clinic", clinic=text, country=text, region=text, email=text).text
    yield post(admin, "/keys/new", name=text[:70], scopes=["verify"], days="30").text
    for path in ("/account", "/people", "/people/1", "/keys", "/audit", "/sign-in"):
        yield admin.get(path, query_string={"next": text, "done": text, "actor": text}).text
    yield admin.get("/audit").text
    guest = app.test_client()
    yield guest.get(clinic).text
    yield guest.post(clinic, data={"name": text, "password": text}).text
    assert guest.post(clinic, data={"name": text, "password": PASSWORD}).status_code == 303
    yield guest.get("/account").text
    yield guest.get("/").text
    yield sign_in(app.test_client(), text, text, next=text).text


def test_what_people_fill_in_stays_text(app: Flask) -> None:
    pages = list(fill_everything(app, HOSTILE))
    assert sum(ESCAPED in page for page in pages) >= 8
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_download_is_a_formula(app: Flask, database: Database, text: str) -> None:
    admin = signed_in(app, Role.ADMIN)
    post(admin, "/account/name", name=text.strip() + "x")
    post(admin, "/keys/new", name=text.strip() + "k", scopes=["read"], days="30")
    answer = admin.get("/audit.csv")
    assert answer.mimetype == "text/csv"
    assert re.fullmatch(r'attachment; filename="audit-[-0-9]+\.csv"', answer.headers["Content-Disposition"])
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) >= 3
    assert any(text.strip() in cell for row in rows for cell in row)
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("name", ["A\r\nSet-Cookie: x=1", "A\x00B", "A\u202eB", ""])
def test_a_name_has_no_character_that_ends_a_line(app: Flask, name: str) -> None:
    client = signed_in(app, Role.VIEWER)
    answer = post(client, "/account/name", name=name)
    assert "x=1" not in str(answer.headers.getlist("Set-Cookie"))
    if answer.status_code == 303:  # a line's end is a space like any other
        assert "A Set-Cookie: x=1" in client.get("/account").text
    else:
        assert answer.status_code == 422


def test_no_secret_is_logged_or_kept_as_it_is(
    app: Flask, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    member(database, Role.ADMIN, email=ANN)
    client = app.test_client()
    sign_in(client, password="a wrong one that was typed")
    sign_in(client)
    secret, _, codes = set_up_codes(client)
    cookie = client.get_cookie(COOKIE)
    key = re.findall(r"vck_[\w-]{40,}", post(client, "/keys/new", name="K", scopes=["read"], days="30").text)[
        0
    ]
    link = invite(client, email="new@example.org", roles=["viewer"]).rpartition("/")[2]
    sign_in(other := app.test_client())
    step = other.get_cookie("vialcheck_step")
    assert cookie is not None
    assert step is not None
    secrets = [PASSWORD, "a wrong one that was typed", secret, *codes, cookie.value, key, link, step.value]
    logged = "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)])
    with database.reading() as connection:
        kept = "\n".join(
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(*(column.cast(Text) for column in table.columns)))
        )
    assert ANN in kept
    for each in secrets:
        assert each not in logged
        assert each not in kept


def test_every_form_that_people_see_carries_its_token(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    invite(admin, email="d@example.org", roles=["viewer"])
    post(admin, "/keys/new", name="K", scopes=["read"], days="30")
    link = invite(admin, clinic="C", country="FR", region="", email="c@example.org")
    paths = ["/", "/photo", "/scan", "/scan/setup", "/report", "/account", "/account/password", link]
    paths += ["/account/authenticator", "/people", "/people/1", "/people/invite", "/people/invite-clinic"]
    for path in [*paths, "/keys", "/keys/new"]:
        forms = re.findall(r'<form[^>]*method="post".*?</form>', admin.get(path).text, re.DOTALL)
        assert len(forms) >= 2, path
        for form in forms:
            assert 'name="csrf"' in form, (path, form)


# --- people, invitations


def test_an_invited_clinic_comes_in_and_asks_as_itself(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    link = invite(admin, clinic="Clinique du Lac", country="FR", region="Savoie", email="c@lac.example")
    guest = app.test_client()
    assert "Clinique du Lac" in guest.get(link).text
    weak = guest.post(link, data={"name": "", "password": "clinique du lac"})
    assert weak.status_code == 422
    assert "Enter the name" in weak.text
    assert "would guess" in weak.text
    assert guest.post(link, data={"name": "Chloé", "password": PASSWORD}).location == "/account/second-factor"
    assert guest.post(link, data={"name": "Eve", "password": PASSWORD}).status_code in {403, 404}, "once"
    assert app.test_client().get(link).status_code == 404
    assert 'value="clinic" checked' in guest.get("/").text
    post(guest, "/check", scan="A1001", nonce="n", asker="clinic")
    assert guest.post("/api/v1/verifications", json={"lot": "A1001"}).status_code == 201
    with database.reading() as connection:
        clinic = connection.execute(select(Organisation.__table__).where(Organisation.kind == "clinic")).one()
        scans = connection.execute(select(Scan.asker, Scan.organisation_id)).all()
    assert (clinic.country, clinic.region) == ("FR", "Savoie")
    assert [tuple(scan) for scan in scans] == [("clinic", clinic.id)] * 2


def test_the_last_admin_stays(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    for path in ("/people/1/roles", "/people/1/disable"):
        answer = post(admin, path, roles="viewer")
        assert answer.status_code == 422
        assert "Nobody would be left" in answer.text
    assert admin.get("/people").status_code == 200


def test_who_is_sent_away_is_out_at_once(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    number = member(database, Role.VIEWER, email=ANN)
    ann = app.test_client()
    sign_in(ann)
    assert post(admin, f"/people/{number}/disable").status_code == 303
    assert ann.get("/account").status_code == 303
    assert sign_in(app.test_client()).status_code == 422
    assert post(admin, f"/people/{number}/enable").status_code == 303
    assert sign_in(app.test_client()).status_code == 303


def test_a_lost_password_is_replaced_through_a_link(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    number = member(database, Role.VIEWER, email=ANN)
    ann = app.test_client()
    sign_in(ann)
    page = post(admin, f"/people/{number}/new-password").text
    link = re.findall(r"/invitation/[\w-]+", page)[0]
    new = "quite another orchard 93"
    assert app.test_client().post(link, data={"password": new}).status_code == 303
    assert ann.get("/account").status_code == 303, "signed out everywhere"
    assert sign_in(app.test_client()).status_code == 422
    assert sign_in(app.test_client(), password=new).status_code == 303


def test_a_new_password_ends_every_other_session(app: Flask, database: Database) -> None:
    member(database, Role.VIEWER, email=ANN)
    here, there = app.test_client(), app.test_client()
    sign_in(here)
    sign_in(there)
    assert (
        post(here, "/account/password", old="wrong", password="quite another orchard 93").status_code == 422
    )
    assert post(here, "/account/password", old=PASSWORD, password="ann example 1234").status_code == 422
    assert there.get("/account").status_code == 200
    assert (
        post(here, "/account/password", old=PASSWORD, password="quite another orchard 93").status_code == 303
    )
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


# --- keys


def key_of(client: FlaskClient, *scopes: str) -> dict[str, str]:
    page = post(client, "/keys/new", name="Stock system", scopes=list(scopes), days="90").text
    return {"Authorization": "Bearer " + re.findall(r"vck_[\w-]{40,}", page)[0]}


def test_a_key_asks_as_its_clinic(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN, kind=OrganisationKind.CLINIC, name="Clinic", country="FR")
    key = key_of(admin, "verify")
    asked = app.test_client().post("/api/v1/verifications", json={"lot": "A1"}, headers=key)
    assert asked.status_code == 201
    with database.reading() as connection:
        scan = connection.execute(select(Scan.asker, Scan.organisation_id)).one()
    assert scan.asker == "clinic"
    assert scan.organisation_id is not None
    assert "127.0.0.0/24" in admin.get("/keys").text, "when and from where it was used last"


def test_a_key_opens_what_it_was_made_for_and_no_page(app: Flask) -> None:
    admin = signed_in(app, Role.ADMIN)
    key, guest = key_of(admin, "read"), app.test_client()
    refused = guest.post("/api/v1/verifications", json={"lot": "A1"}, headers=key)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "scope_missing")
    for path in ("/account", "/people", "/keys", "/audit", "/overview"):
        assert guest.get(path, headers=key).status_code == 403, path


@pytest.mark.parametrize("how", ["made up", "empty", "revoked"])
def test_a_key_that_is_not_ours_is_told_so(app: Flask, how: str) -> None:
    admin = signed_in(app, Role.ADMIN)
    key = {"made up": {"Authorization": "Bearer vck_x"}, "empty": {"Authorization": "Bearer "}}.get(how)
    if key is None:
        key = key_of(admin, "verify")
        post(admin, "/keys/1/revoke")
    answer = app.test_client().post("/api/v1/verifications", json={"lot": "A1"}, headers=key)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "key_invalid"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


# --- the audit


def test_the_audit_names_who_what_when_and_from_where(app: Flask, database: Database) -> None:
    member(database, Role.ADMIN, email=ANN)
    client = app.test_client()
    sign_in(client, password="wrong")
    sign_in(client)
    set_up_codes(client)
    post(client, "/account/name", name="Ann Other")
    page = client.get("/audit").text
    for words in ("Sign-in refused", "Signed in", "Second factor set up", "Name changed", "127.0.0.0/24"):
        assert words in page
    assert "name: ann → Ann Other" in page
    found = client.get("/audit", query_string={"actor": "unknown", "until": "2999-01-01"}).text
    assert "Sign-in refused" in found
    assert "Name changed" not in found
    assert "Nothing fits" in client.get("/audit?since=2999-01-01").text
    wrong = client.get("/audit?since=soon")
    assert (wrong.status_code, "soon" in wrong.text) == (422, True)
    assert client.get("/audit.csv?since=soon").status_code == 422


def test_long_audits_come_in_pages_and_whole_as_a_file(app: Flask) -> None:
    admin = signed_in(app, Role.ADMIN)
    for number in range(120):
        post(admin, "/account/name", name=f"Name {number}")
    first = admin.get("/audit").text
    assert "Name 119" in first
    assert "Name 60" not in first
    seen, page = set(re.findall(r"→ (Name \d+)", first)), first
    while more := re.search(r"/audit\?before=(\d+)", page.replace("&amp;", "&")):
        page = admin.get(f"/audit?before={more[1]}").text
        now = set(re.findall(r"→ (Name \d+)", page))
        assert not seen & now
        seen |= now
    assert len(seen) == 120
    assert len(list(csv.reader(io.StringIO(admin.get("/audit.csv").text)))) == 121


def test_an_invitation_of_a_week_ago_is_over(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    link = invite(admin, email="new@example.org", roles=["viewer"])
    with database.transaction() as connection:
        connection.execute(update(Invitation).values(ends=datetime(2020, 1, 1, tzinfo=UTC)))
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data={"name": "N", "password": PASSWORD}).status_code == 404
    assert "new@example.org" not in admin.get("/people").text
