"""People of every kind, signed in to the real application with a real session."""

import hashlib
from datetime import UTC, datetime
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from service.accounts.actors import OrganisationKind, Role
from service.accounts.credentials import passwords
from service.accounts.sign_in.sessions import Sessions
from service.storage.database import Database
from service.storage.models import Account, Organisation
from service.web.core.access import COOKIE
from service.web.core.services import services_of

PASSWORD = "tumbling violet harbour 7"


@cache
def hashed(password: str) -> str:
    """Its hash, made once: that is meant to be slow."""
    return passwords.hash_password(password)


def organisation(
    database: Database, name: str, kind: OrganisationKind = OrganisationKind.MANUFACTURER, country: str = ""
) -> int:
    """The organisation of this name; made where there is none."""
    with database.transaction() as connection:
        found = connection.scalar(select(Organisation.id).where(Organisation.name == name))
        if found is not None:
            return found
        values = {"name": name, "kind": kind, "country": country, "created": datetime.now(UTC)}
        return connection.execute(insert(Organisation).values(values).returning(Organisation.id)).scalar_one()


def account(database: Database, organisation_id: int, *roles: Role, email: str = "") -> int:
    """A person with these roles."""
    email = email or f"{'-'.join(roles) or 'nobody'}@{organisation_id}.example.org"
    with database.transaction() as connection:
        found = connection.scalar(select(Account.id).where(Account.email == email))
        if found is not None:
            return found
        values = {"organisation_id": organisation_id, "email": email, "name": email.split("@")[0]}
        values |= {"roles": tuple(roles), "created": datetime.now(UTC)}
        return connection.execute(insert(Account).values(values).returning(Account.id)).scalar_one()


def signed_in(
    app: Flask,
    *roles: Role,
    kind: OrganisationKind = OrganisationKind.MANUFACTURER,
    name: str = "Example Biologics",
    country: str = "",
    strong: bool = True,
    email: str = "",
) -> FlaskClient:
    """A browser in which a person with these roles, of the organisation `name`, is signed in."""
    service = services_of(app)
    database: Database = service.database
    sessions: Sessions = service.sessions
    person = account(database, organisation(database, name, kind, country), *roles, email=email)
    client = app.test_client()
    client.set_cookie(
        cookie_of(app), sessions.begin(person, address="203.0.113.7", device="test", strong=strong)
    )
    return client


def cookie_of(app: Flask) -> str:
    """The name of the session's cookie: `__Host-` before it where the service is reached over https."""
    https = services_of(app).settings.public_url.startswith("https://")
    return f"__Host-{COOKIE}" if https else COOKIE


def token_of(client: FlaskClient) -> str:
    """What the forms of whoever is signed in in this browser send along."""
    cookie = client.get_cookie(COOKIE)
    return hashlib.sha256(f"csrf {cookie.value if cookie else ''}".encode()).hexdigest()


def member(
    database: Database,
    *roles: Role,
    email: str,
    password: str = PASSWORD,
    name: str = "Example Biologics",
    kind: OrganisationKind = OrganisationKind.MANUFACTURER,
) -> int:
    """A person who can sign in with `password`; the account's number."""
    number = account(database, organisation(database, name, kind), *roles, email=email)
    with database.transaction() as connection:
        values = {"password_hash": hashed(password)}
        connection.execute(update(Account).where(Account.id == number).values(values))
    return number
