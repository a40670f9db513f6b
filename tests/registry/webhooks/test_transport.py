"""The secret of a webhook is sealed."""

from pathlib import Path

from sqlalchemy import select, update

from service.accounts.credentials.secret_box import SecretBox
from service.registry.digests.subscriptions import listed, opened_secret, seal_secrets, subscribe
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Digest
from tests.factories.people import organisation

BOX = SecretBox("k" * 32, Path("unused"))


def test_the_secret_is_sealed_and_an_open_one_of_before_becomes_so(database: Database) -> None:
    organisation(database, "Example Biologics")
    webhook, who = "https://example.org/in", AuditActor("operator")
    told = subscribe(database, "Example Biologics", every="day", webhook=webhook, who=who, secrets_of=BOX)
    (subscription,) = listed(database)
    assert told not in subscription.secret
    assert opened_secret(subscription, BOX) == told
    with database.transaction() as connection:
        connection.execute(update(Digest).values(secret=told))  # as an older version kept it
    seal_secrets(database, BOX)
    with database.reading() as connection:
        assert told not in connection.scalars(select(Digest.secret)).one()
    assert opened_secret(listed(database)[0], BOX) == told
