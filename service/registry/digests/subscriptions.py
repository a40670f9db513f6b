"""Subscriptions to digests: set by the operator in a terminal, and nowhere else."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.errors import ErrorCode, RefusedError
from service.outgoing.requests import THIS_MACHINE, check_form
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Digest, Organisation

EVERY = {"day": timedelta(days=1), "hour": timedelta(hours=1)}

WATCHERS = tuple(OrganisationKind)
"""Kinds of organisations that may have a digest: of suspects and reports, or of a clinic's stopped vials."""

_EMAIL = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?")
# Printable ASCII without the @ itself: nothing that could start another header line.

_SECRET = 32  # bytes
_OPEN_SECRET = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One organisation's digest. Everything up to `until` was sent."""

    organisation_id: int
    organisation: str
    kind: OrganisationKind
    email: str
    webhook: str
    secret: str
    every: str
    until: datetime


def _now() -> datetime:
    return datetime.now(UTC)


def subscribe(
    database: Database,
    organisation: str,
    *,
    every: str,
    who: AuditActor,
    secrets_of: SecretBox,
    email: str = "",
    webhook: str = "",
    clock: Callable[[], datetime] = _now,
) -> str:
    """Set an organisation's digest, replacing an earlier one; return the secret that signs the webhook's
    body.

    RefusedError for an invalid address, and for an organisation that does not exist.
    """
    if email and not _EMAIL.fullmatch(email):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=email, expected="one e-mail address", field="email")
    if webhook:
        check_form(webhook, THIS_MACHINE)
    secret = secrets.token_hex(_SECRET) if webhook else ""
    at = clock()
    with database.transaction() as connection:
        row = _organisation(connection, organisation)
        before = _said(connection, row.id)
        connection.execute(delete(Digest).where(Digest.organisation_id == row.id))
        sealed = secrets_of.seal(secret, bound_to=_owner(row.id)) if secret else ""
        values = {"organisation_id": row.id, "email": email, "webhook": webhook, "secret": sealed}
        connection.execute(insert(Digest).values(values | {"every": every, "until": at}))
        change = AuditChange("digest_set", "organisation", organisation, before, _said(connection, row.id))
        write_down(connection, [change], who=who, at=at, reason="vialcheck digest set")
    return secret


def unsubscribe(
    database: Database, organisation: str, *, who: AuditActor, clock: Callable[[], datetime] = _now
) -> bool:
    """Remove the subscription; return whether there was one. RefusedError as above."""
    with database.transaction() as connection:
        row = _organisation(connection, organisation)
        before = _said(connection, row.id)
        if before is None:
            return False
        connection.execute(delete(Digest).where(Digest.organisation_id == row.id))
        change = AuditChange("digest_off", "organisation", organisation, before, None)
        write_down(connection, [change], who=who, at=clock(), reason="vialcheck digest off")
    return True


def listed(database: Database) -> list[Subscription]:
    """Return all subscriptions, by the organisation's name."""
    query = (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.kind,
            Digest.email,
            Digest.webhook,
            Digest.secret,
            Digest.every,
            Digest.until,
        )
        .join(Digest, Digest.organisation_id == Organisation.id)
        .order_by(Organisation.name)
    )
    with database.reading() as connection:
        return [
            Subscription(row[0], row[1], OrganisationKind(row[2]), *row[3:])
            for row in connection.execute(query)
        ]


def opened_secret(subscription: Subscription, secrets_of: SecretBox) -> str:
    """The secret that signs what this organisation's webhook gets."""
    return secrets_of.open(subscription.secret, bound_to=_owner(subscription.organisation_id))


def seal_secrets(database: Database, secrets_of: SecretBox) -> None:
    """Seal what a version before 0.2 kept open: a copy of the database is worth nothing then."""
    with database.reading() as connection:
        rows = connection.execute(select(Digest.organisation_id, Digest.secret)).all()
    for row in rows:
        if _OPEN_SECRET.fullmatch(row.secret):
            sealed = secrets_of.seal(row.secret, bound_to=_owner(row.organisation_id))
            still = (Digest.organisation_id == row.organisation_id, Digest.secret == row.secret)
            with database.transaction() as connection:
                connection.execute(update(Digest).where(*still).values(secret=sealed))


def _owner(organisation_id: int) -> str:
    return f"digest {organisation_id}"


def _organisation(connection: Connection, name: str) -> Any:
    row = connection.execute(
        select(Organisation.id, Organisation.kind).where(Organisation.name == name)
    ).first()
    if row is None or row.kind not in WATCHERS:
        expected = "an organisation by its exact name"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=name, expected=expected, field="organisation")
    return row


def _said(connection: Connection, organisation_id: int) -> dict[str, Any] | None:
    """Return what the audit keeps of a subscription: not the secret."""
    query = select(Digest.email, Digest.webhook, Digest.every)
    row = connection.execute(query.where(Digest.organisation_id == organisation_id)).mappings().first()
    return dict(row) if row is not None else None
