"""Server-side sessions.

The cookie holds 256 random bits, the table their SHA-256, so a stolen database opens no session. A session
ends after `IDLE` without a request, after `LONGEST` in any case, when it is revoked, and when the account is
disabled. A second factor counts for `STRONG`; then it is asked for again.

A session on an enrolled device (`accounts.devices`) holds together with that device's cookie alone, and ends
after the device's own idle time. One begun with a PIN has the roles of `BY_PIN`, and never a second factor.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.accounts.actors import BY_PIN, Actor, OrganisationKind, Role, may_act
from service.accounts.networks import network_of
from service.storage.database import Database
from service.storage.models import Account, DevicePin, EnrolledDevice, Organisation, SignedIn

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
LONGEST_ON_DEVICE = timedelta(hours=12)
"""The longest session on a shared device: one shift."""
STRONG = timedelta(hours=12)
_NOTED = timedelta(minutes=5)
"""How exactly the time of the last request is stored: not every request writes."""
_NOTED_ON_DEVICE = timedelta(seconds=5)
"""The same on a shared device: its session may end that much before its idle time, never after it."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session as its owner sees it. `id`: hash of the token, which opens nothing."""

    id: str
    started: datetime
    last_seen: datetime
    network: str
    device: str


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """The enrolled device that a session is to hold for. `by_pin`: it begins with a PIN."""

    id: int
    by_pin: bool = False


@dataclass(frozen=True, slots=True)
class LockedSession:
    """A session on an enrolled device that has ended by its idle time: whose it is, to go on with a PIN."""

    account_id: int
    name: str


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
        self,
        connection: Connection,
        account_id: int,
        *,
        address: str,
        device: str,
        strong: bool,
        held: HeldDevice | None = None,
    ) -> str:
        """`begin` within a transaction of the caller. `held`: None in a browser of one person."""
        token, now = secrets.token_urlsafe(32), self._clock()
        values = {
            "token_hash": hash_of(token),
            "account_id": account_id,
            "started": now,
            "last_seen": now,
            "ends": now + (LONGEST_ON_DEVICE if held else LONGEST),
            "strong": now if strong else None,
            "network": network_of(address),
            "device": device[:80],
            "device_id": held.id if held else None,
            "by_pin": held is not None and held.by_pin,
        }
        connection.execute(delete(SignedIn).where(SignedIn.ends <= now))
        connection.execute(insert(SignedIn).values(values))
        return token

    def actor(self, token: str, *, address: str, device_token: str = "") -> Actor | None:
        """Return the actor of a token; None where it is unknown, expired or revoked, or where its device is
        not the one of `device_token`.
        """
        now, hashed = self._clock(), hash_of(token)
        with self._database.reading() as connection:
            row = connection.execute(_ACTOR.where(SignedIn.token_hash == hashed)).first()
        if row is None or row.disabled or now >= row.ends or now - row.last_seen >= _idle_time(row):
            return None
        if row.device_id is not None and not _is_on_device(row, device_token):
            return None
        if now - row.last_seen >= (_NOTED if row.device_id is None else _NOTED_ON_DEVICE):
            self._seen(hashed, now)
        roles = frozenset(map(Role, row.roles))
        return Actor(
            name=row.name,
            account_id=row.account_id,
            organisation_id=row.organisation_id,
            organisation=row.organisation,
            kind=OrganisationKind(row.kind),
            roles=frozenset(each for each in BY_PIN if may_act(roles, each)) if row.by_pin else roles,
            strong=not row.by_pin and row.strong is not None and now - row.strong < STRONG,
            country=row.country,
            region=row.region,
            network=network_of(address),
            session=hashed,
            email=row.email,
            device=row.device_name or "",
            idle_minutes=row.idle_minutes or 0,
            by_pin=row.by_pin,
        )

    def locked(self, token: str, device_token: str) -> LockedSession | None:
        """Return whose session has ended by the idle time of the enrolled device of `device_token`; None for
        every other token. It opens nothing.
        """
        with self._database.reading() as connection:
            row = connection.execute(_ACTOR.where(SignedIn.token_hash == hash_of(token))).first()
        if row is None or row.device_id is None or row.disabled or not _is_on_device(row, device_token):
            return None
        return LockedSession(row.account_id, row.name)

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
            func.coalesce(EnrolledDevice.name, SignedIn.device).label("device"),
            SignedIn.device_id,
            EnrolledDevice.idle_minutes,
        )
        query = select(*columns).outerjoin(EnrolledDevice, EnrolledDevice.id == SignedIn.device_id)
        with self._database.reading() as connection:
            rows = connection.execute(
                query.where(*of_account).order_by(SignedIn.last_seen.desc(), SignedIn.token_hash)
            )
            return [OpenSession(*row[:5]) for row in rows if now - row.last_seen < _idle_time(row)]

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
        SignedIn.device_id,
        SignedIn.by_pin,
        EnrolledDevice.name.label("device_name"),
        EnrolledDevice.token_hash.label("device_hash"),
        EnrolledDevice.revoked,
        EnrolledDevice.idle_minutes,
    )
    .join(Account, Account.id == SignedIn.account_id)
    .join(Organisation, Organisation.id == Account.organisation_id)
    .outerjoin(EnrolledDevice, EnrolledDevice.id == SignedIn.device_id)
)


def _idle_time(row: Row[*tuple[Any, ...]]) -> timedelta:
    """After how long without a request the session ends."""
    return IDLE if row.device_id is None else timedelta(minutes=row.idle_minutes)


def _is_on_device(row: Row[*tuple[Any, ...]], device_token: str) -> bool:
    return row.revoked is None and hmac.compare_digest(row.device_hash, hash_of(device_token))


def end_all(connection: Connection, account_id: int, *, but: str = "") -> None:
    """End every session of an account except the one whose hash is `but`, and remove its PINs, within a
    transaction.
    """
    others = (SignedIn.account_id == account_id, SignedIn.token_hash != but)
    connection.execute(delete(SignedIn).where(*others))
    connection.execute(delete(DevicePin).where(DevicePin.account_id == account_id))


def hash_of(token: str) -> str:
    """Return the SHA-256 of a token in hex. 256 random bits need no slower hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
