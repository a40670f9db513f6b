"""Server-side sessions.

The cookie holds 256 random bits, the table their SHA-256, so a stolen database opens no session. A session
ends after `IDLE` without a request, after `LONGEST` in any case, when it is revoked, and when the account is
disabled. A second factor counts for `STRONG`; then it is asked for again.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.networks import network_of
from service.storage.database import Database
from service.storage.models import Account, Organisation, SignedIn

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
STRONG = timedelta(hours=12)
_NOTED = timedelta(minutes=5)
"""How exactly the time of the last request is stored: not every request writes."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session as its owner sees it. `id`: hash of the token, which opens nothing."""

    id: str
    started: datetime
    last_seen: datetime
    network: str
    device: str


class Sessions:
    """Begins, resolves and ends sessions."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account_id: int, *, address: str, device: str, strong: bool = False) -> str:
        """Begin a session and return the token for the cookie; it cannot be read again."""
        with self._database.transaction() as connection:
            return self.begin_in(connection, account_id, address=address, device=device, strong=strong)

    def begin_in(
        self, connection: Connection, account_id: int, *, address: str, device: str, strong: bool
    ) -> str:
        """`begin` within a transaction of the caller."""
        token, now = secrets.token_urlsafe(32), self._clock()
        values = {
            "token_hash": hash_of(token),
            "account_id": account_id,
            "started": now,
            "last_seen": now,
            "ends": now + LONGEST,
            "strong": now if strong else None,
            "network": network_of(address),
            "device": device[:80],
        }
        connection.execute(delete(SignedIn).where(SignedIn.ends <= now))
        connection.execute(insert(SignedIn).values(values))
        return token

    def actor(self, token: str, *, address: str) -> Actor | None:
        """Return the actor of a token; None where it is unknown, expired or revoked."""
        now, hashed = self._clock(), hash_of(token)
        with self._database.reading() as connection:
            row = connection.execute(_ACTOR.where(SignedIn.token_hash == hashed)).first()
        if row is None or row.disabled or now >= row.ends or now - row.last_seen >= IDLE:
            return None
        if now - row.last_seen >= _NOTED:
            self._seen(hashed, now)
        return Actor(
            name=row.name,
            account_id=row.account_id,
            organisation_id=row.organisation_id,
            organisation=row.organisation,
            kind=OrganisationKind(row.kind),
            roles=frozenset(map(Role, row.roles)),
            strong=row.strong is not None and now - row.strong < STRONG,
            country=row.country,
            region=row.region,
            network=network_of(address),
            session=hashed,
            email=row.email,
        )

    def end(self, hashed: str, *, account_id: int | None = None) -> None:
        """End one session; with `account_id`, only where it is that account's."""
        where = [SignedIn.token_hash == hashed]
        where += [SignedIn.account_id == account_id] if account_id is not None else []
        with self._database.transaction() as connection:
            connection.execute(delete(SignedIn).where(*where))

    def open_sessions(self, account_id: int) -> list[OpenSession]:
        """Return the account's open sessions, last seen first."""
        now = self._clock()
        of_account = (SignedIn.account_id == account_id, SignedIn.ends > now, SignedIn.last_seen > now - IDLE)
        columns = (
            SignedIn.token_hash,
            SignedIn.started,
            SignedIn.last_seen,
            SignedIn.network,
            SignedIn.device,
        )
        with self._database.reading() as connection:
            rows = connection.execute(
                select(*columns).where(*of_account).order_by(SignedIn.last_seen.desc(), SignedIn.token_hash)
            )
            return [OpenSession(*row) for row in rows]

    def _seen(self, hashed: str, now: datetime) -> None:
        with self._database.transaction(durable=False) as connection:
            connection.execute(update(SignedIn).where(SignedIn.token_hash == hashed).values(last_seen=now))


_ACTOR = (
    select(
        Account.name,
        Account.email,
        Account.roles,
        Account.disabled,
        SignedIn.account_id,
        SignedIn.last_seen,
        SignedIn.ends,
        SignedIn.strong,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation"),
        Organisation.kind,
        Organisation.country,
        Organisation.region,
    )
    .join(Account, Account.id == SignedIn.account_id)
    .join(Organisation, Organisation.id == Account.organisation_id)
)


def end_all(connection: Connection, account_id: int, *, but: str = "") -> None:
    """End every session of an account except the one whose hash is `but`, within a transaction."""
    others = (SignedIn.account_id == account_id, SignedIn.token_hash != but)
    connection.execute(delete(SignedIn).where(*others))


def hash_of(token: str) -> str:
    """Return the SHA-256 of a token in hex. 256 random bits need no slower hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
