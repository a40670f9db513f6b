"""Enrolled devices: a clinic's shared tablets.

An admin enrols a browser, which keeps 256 random bits in a cookie; the table keeps their SHA-256. Every
session on it ends after the device's idle time, also one with a password: a tablet that is left alone locks
itself.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from service.accounts.actors import Actor, OrganisationKind
from service.accounts.devices.pin_rules import MOST_TRIES
from service.accounts.networks import network_of
from service.accounts.sign_in.sessions import HeldDevice, hash_of
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, DevicePin, EnrolledDevice, SignedIn

IDLE_CHOICES = (2, 5, 10)
"""Minutes without a request after which a session on the device ends; the longest is for a new device."""

UNUSED = timedelta(days=90)
"""A device on which no session began for so long opens nothing any more."""

COOKIE_LASTS = timedelta(days=365)
SHARES_DEVICES = frozenset({OrganisationKind.CLINIC})
"""The kinds of organisations that enrol devices."""

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class PinHolder:
    """A person with a PIN on a device. `locked`: too many wrong ones were entered."""

    account_id: int
    name: str
    locked: bool


@dataclass(frozen=True, slots=True)
class SharedDevice:
    """An enrolled device. `over`: it was not used for so long that it opens nothing any more."""

    id: int
    organisation_id: int
    name: str
    idle_minutes: int
    enrolled: datetime
    enrolled_by: str
    last_used: datetime
    last_network: str
    revoked: datetime | None
    over: bool
    people: tuple[PinHolder, ...] = ()


class EnrolledDevices:
    """Enrols devices, lists and revokes them."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def enrol(self, actor: Actor, name: str, idle_minutes: str) -> str:
        """Enrol the browser that the admin sits at; return the token for its cookie. RefusedError.

        The admin's own session there ends by the device's idle time from now on.
        """
        name, minutes, now = _name(name), _minutes(idle_minutes), self._clock()
        token = secrets.token_urlsafe(32)
        values = {
            "organisation_id": actor.organisation_id,
            "name": name,
            "token_hash": hash_of(token),
            "idle_minutes": minutes,
            "enrolled_by": actor.person_id,
            "enrolled": now,
            "last_used": now,
            "last_network": actor.network,
        }
        with self._database.transaction() as connection:
            number = connection.execute(insert(EnrolledDevice).values(values).returning(EnrolledDevice.id))
            here = update(SignedIn).where(SignedIn.token_hash == actor.session)
            connection.execute(here.values(device_id=number.scalar_one()))
            after = {"name": name, "idle_minutes": minutes}
            _note(connection, actor, "enrol", name, now, after=after)
        return token

    def of(self, organisation_id: int) -> list[SharedDevice]:
        """Return every device that the organisation ever enrolled, the ones that count first, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(_DEVICES.where(EnrolledDevice.organisation_id == organisation_id)).all()
            devices = [self._device(connection, row) for row in rows]
        return sorted(devices, key=lambda each: (each.revoked is not None, each.name.casefold(), each.id))

    def find(self, token: str) -> SharedDevice | None:
        """Return the device of a cookie's token; None where it is unknown, revoked, or was long unused."""
        if not token:
            return None
        with self._database.reading() as connection:
            row = connection.execute(_DEVICES.where(EnrolledDevice.token_hash == hash_of(token))).first()
            device = self._device(connection, row) if row is not None else None
        return device if device is not None and device.revoked is None and not device.over else None

    def revoke(self, actor: Actor, device_id: int) -> None:
        """Revoke a device: its sessions end and its PINs are deleted. NotFoundError for another clinic's."""
        now = self._clock()
        with self._database.transaction() as connection:
            name = _locked(connection, actor, device_id)
            standing = update(EnrolledDevice).where(
                EnrolledDevice.id == device_id, EnrolledDevice.revoked.is_(None)
            )
            if not connection.execute(standing.values(revoked=now)).rowcount:
                return
            connection.execute(delete(SignedIn).where(SignedIn.device_id == device_id))
            connection.execute(delete(DevicePin).where(DevicePin.device_id == device_id))
            _note(connection, actor, "revoke", name, now)

    def set_idle(self, actor: Actor, device_id: int, minutes: str) -> None:
        """Set after how many minutes without a request a session on it ends. RefusedError, NotFoundError."""
        new, now = _minutes(minutes), self._clock()
        with self._database.transaction() as connection:
            name = _locked(connection, actor, device_id)
            mine = EnrolledDevice.id == device_id
            old = connection.scalar(select(EnrolledDevice.idle_minutes).where(mine))
            if old == new:
                return
            connection.execute(update(EnrolledDevice).where(mine).values(idle_minutes=new))
            before, after = {"idle_minutes": old}, {"idle_minutes": new}
            _note(connection, actor, "set_idle_time", name, now, before=before, after=after)

    def lift_lock(self, actor: Actor, device_id: int, account_id: int) -> None:
        """Lift the lock of a person's PIN on a device. NotFoundError."""
        now = self._clock()
        with self._database.transaction() as connection:
            name = _locked(connection, actor, device_id)
            theirs = DevicePin.device_id == device_id, DevicePin.account_id == account_id
            email = connection.scalar(
                select(Account.email).join(DevicePin, DevicePin.account_id == Account.id).where(*theirs)
            )
            if email is None:
                raise NotFoundError(ErrorCode.NOT_FOUND)
            lifted = update(DevicePin).where(*theirs, DevicePin.tries >= MOST_TRIES).values(tries=0)
            if connection.execute(lifted).rowcount:
                change = AuditChange("lift_pin_lock", "account", email, after={"device": name})
                write_down(connection, [change], who=actor.who, at=now, reason="people")

    def _device(self, connection: Connection, row: object) -> SharedDevice:
        device = SharedDevice(*row, over=False)  # type: ignore[misc]  # a row in the order of _DEVICES
        pins = (
            select(Account.id, Account.name, DevicePin.tries)
            .join(DevicePin, DevicePin.account_id == Account.id)
            .where(DevicePin.device_id == device.id, Account.disabled.is_(None))
            .order_by(Account.name, Account.id)
        )
        people = tuple(
            PinHolder(each.id, each.name, each.tries >= MOST_TRIES) for each in connection.execute(pins)
        )
        over = self._clock() - device.last_used >= UNUSED
        return replace(device, over=over, people=people)


def held_device(connection: Connection, token: str, organisation_id: int) -> HeldDevice | None:
    """Return the enrolled device of a token, for a session with a password of a person of this organisation.

    None without a device, for a revoked one, and for another organisation's, whose admins did not enrol it
    for this person.
    """
    if not token:
        return None
    here = EnrolledDevice.token_hash == hash_of(token), EnrolledDevice.revoked.is_(None)
    query = select(EnrolledDevice.id).where(*here, EnrolledDevice.organisation_id == organisation_id)
    number = connection.scalar(query)
    return HeldDevice(number) if number is not None else None


def note_use(connection: Connection, device_id: int, address: str, now: datetime) -> None:
    """Note that a session began on a device."""
    used = {"last_used": now, "last_network": network_of(address)}
    connection.execute(update(EnrolledDevice).where(EnrolledDevice.id == device_id).values(used))


_DEVICES = select(
    EnrolledDevice.id,
    EnrolledDevice.organisation_id,
    EnrolledDevice.name,
    EnrolledDevice.idle_minutes,
    EnrolledDevice.enrolled,
    Account.name.label("enrolled_by"),
    EnrolledDevice.last_used,
    EnrolledDevice.last_network,
    EnrolledDevice.revoked,
).join(Account, Account.id == EnrolledDevice.enrolled_by)


def _locked(connection: Connection, actor: Actor, device_id: int) -> str:
    """Return the name of a device of the actor's organisation, locked until the transaction ends."""
    mine = EnrolledDevice.id == device_id, EnrolledDevice.organisation_id == actor.organisation_id
    name = connection.scalar(select(EnrolledDevice.name).where(*mine).with_for_update())
    if name is None:
        raise NotFoundError(ErrorCode.NOT_FOUND)
    return name


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise RefusedError(ErrorCode.DEVICE_NAME_MISSING, field="name")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise RefusedError(ErrorCode.NAME_INVALID, given=name, field="name")
    return name


def _minutes(text: str) -> int:
    if text not in map(str, IDLE_CHOICES):
        raise RefusedError(ErrorCode.CHOICE_MISSING, given=text, field="idle")
    return int(text)


def _note(
    connection: Connection,
    actor: Actor,
    action: str,
    name: str,
    at: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    change = AuditChange(action, "device", name, before, after)
    write_down(connection, [change], who=actor.who, at=at, reason="shared device")
