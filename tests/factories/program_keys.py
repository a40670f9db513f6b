"""Keys of organisations' programs, for a service that is reached from outside."""

from datetime import UTC, datetime

from sqlalchemy import insert

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.accounts.services import AccountServices
from service.storage.database import Database
from service.storage.models import Account, Organisation


def key_of(database: Database, services: AccountServices, name: str, kind: OrganisationKind) -> str:
    """A key with every scope, of an organisation that is made for it."""
    now = datetime.now(UTC)
    with database.transaction() as connection:
        values = {"name": name, "kind": kind, "country": "FR", "created": now}
        made = insert(Organisation).values(values).returning(Organisation.id)
        person = {"organisation_id": connection.execute(made).scalar_one(), "name": "A"}
        person |= {"email": f"{name}@example.org", "roles": (Role.ADMIN,), "created": now}
        account = connection.execute(insert(Account).values(person).returning(Account.id)).scalar_one()
    token = services.sessions.begin(account, address="127.0.0.1", device="fuzz", strong=True)
    actor = services.sessions.actor(token, address="127.0.0.1")
    assert actor is not None
    return services.keys.make(actor, name="fuzz", scopes=set(ApiKeyScope), days="30")
