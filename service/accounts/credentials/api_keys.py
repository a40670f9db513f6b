"""API keys of an organisation's own programs: shown once, stored as a hash, each with an end date."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.networks import network_of
from service.accounts.organisations import read_name
from service.errors import (
    ErrorCode,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    UnknownKeyError,
    VialcheckError,
)
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import ApiKey, Organisation

BEGINS = "vck_"
"""The prefix of every key, by which people and secret scanners recognise one."""

LIFETIMES = (30, 90, 365)
"""The lifetimes in days that a key can be made with."""

_HINT = len(BEGINS) + 6
_NOTED = timedelta(minutes=5)
_ROLES = {
    ApiKeyScope.IMPORT: Role.IMPORTER,
    ApiKeyScope.RELEASE: Role.RELEASER,
    ApiKeyScope.VERIFY: Role.CLINIC,
    ApiKeyScope.TEMPERATURE: Role.CLINIC,
    ApiKeyScope.STOCK: Role.CLINIC,
}
"""The role that a use case asks of a program, by the scope of its key."""


@dataclass(frozen=True, slots=True)
class KeySummary:
    """A key as its organisation sees it. `hint`: the first characters of the key."""

    id: int
    name: str
    hint: str
    scopes: frozenset[ApiKeyScope]
    created: datetime
    ends: datetime
    last_used: datetime | None
    last_network: str
    revoked: datetime | None
    over: bool


class ApiKeys:
    """Creates, resolves and revokes keys."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def of(self, organisation_id: int) -> list[KeySummary]:
        """Return every key that the organisation ever made, newest first."""
        mine = select(ApiKey.__table__).where(ApiKey.organisation_id == organisation_id)
        with self._database.reading() as connection:
            rows = connection.execute(mine.order_by(ApiKey.id.desc())).all()
        now = self._clock()
        return [
            KeySummary(
                row.id,
                row.name,
                row.hint,
                frozenset(map(ApiKeyScope, row.scopes)),
                row.created,
                row.ends,
                row.last_used,
                row.last_network,
                row.revoked,
                over=row.revoked is not None or row.ends <= now,
            )
            for row in rows
        ]

    def make(self, actor: Actor, *, name: str, scopes: Iterable[str], days: str) -> str:
        """Create a key and return it; it cannot be read again. InvalidFieldsError lists every
        invalid field.
        """
        name, chosen, lifetime = _read(name, scopes, days)
        key, now = BEGINS + secrets.token_urlsafe(32), self._clock()
        values = {
            "organisation_id": actor.organisation_id,
            "name": name,
            "key_hash": _hash_of(key),
            "hint": key[:_HINT],
            "scopes": tuple(chosen),
            "created_by": actor.person_id,
            "created": now,
            "ends": now + timedelta(days=lifetime),
        }
        after = {"name": name, "scopes": sorted(chosen), "ends": values["ends"]}
        with self._database.transaction() as connection:
            connection.execute(insert(ApiKey).values(values))
            change = AuditChange("make_key", "key", key[:_HINT], after=after)
            write_down(connection, [change], who=actor.who, at=now, reason="people")
        return key

    def revoke(self, actor: Actor, number: int) -> None:
        """Revoke a key: it is refused from the next request on. NotFoundError for a key of another
        organisation.
        """
        now = self._clock()
        mine = ApiKey.id == number, ApiKey.organisation_id == actor.organisation_id
        with self._database.transaction() as connection:
            hint = connection.scalar(select(ApiKey.hint).where(*mine))
            if hint is None:
                raise NotFoundError(ErrorCode.NOT_FOUND)
            gone = update(ApiKey).where(*mine, ApiKey.revoked.is_(None)).values(revoked=now)
            if connection.execute(gone).rowcount:
                change = AuditChange("revoke_key", "key", hint)
                write_down(connection, [change], who=actor.who, at=now, reason="people")

    def actor(self, key: str, *, address: str) -> Actor:
        """Return the actor of a key. UnknownKeyError where the key is unknown, expired or revoked."""
        now, network = self._clock(), network_of(address)
        query = select(ApiKey.__table__, *_ORGANISATION).join(
            Organisation, Organisation.id == ApiKey.organisation_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query.where(ApiKey.key_hash == _hash_of(key))).first()
        if row is None or row.revoked is not None or row.ends <= now:
            raise UnknownKeyError(ErrorCode.KEY_INVALID)
        if row.last_used is None or now - row.last_used >= _NOTED or row.last_network != network:
            seen = update(ApiKey).where(ApiKey.id == row.id).values(last_used=now, last_network=network)
            with self._database.transaction(durable=False) as connection:
                connection.execute(seen)
        scopes = frozenset(map(ApiKeyScope, row.scopes))
        return Actor(
            name=f"{row.name} ({row.hint}…)",
            account_id=None,
            organisation_id=row.organisation_id,
            organisation=row.organisation,
            kind=OrganisationKind(row.kind),
            roles=frozenset(_ROLES[scope] for scope in scopes if scope in _ROLES),
            strong=True,  # 256 random bits cannot be guessed
            country=row.country,
            region=row.region,
            network=network,
            scopes=scopes,
        )


_ORGANISATION = (
    Organisation.name.label("organisation"),
    Organisation.kind,
    Organisation.country,
    Organisation.region,
)


def _hash_of(key: str) -> str:
    return hashlib.sha256(f"key {key}".encode("utf-8", "surrogatepass")).hexdigest()


def _read(name: str, scopes: Iterable[str], days: str) -> tuple[str, frozenset[ApiKeyScope], int]:
    errors: list[VialcheckError] = []
    try:
        name = read_name(name, longest=80)
    except VialcheckError as error:
        errors.append(error)
    chosen = frozenset(ApiKeyScope(scope) for scope in scopes if scope in set(ApiKeyScope))
    if not chosen:
        errors.append(RefusedError(ErrorCode.CHOICE_MISSING, field="scopes"))
    if days not in map(str, LIFETIMES):
        errors.append(RefusedError(ErrorCode.CHOICE_MISSING, field="days"))
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return name, chosen, int(days)
