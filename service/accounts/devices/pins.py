"""PINs of people on enrolled devices: setting one with the password, and signing in with it there.

The hash is made of the PIN and of the device's secret, which only its cookie holds: a stolen database can be
searched for no PIN. A try is counted before it is verified, so that a thousand at once count as a thousand.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.accounts.actors import BY_PIN, Actor, Role, may_act
from service.accounts.credentials import passwords
from service.accounts.devices.enrolment import EnrolledDevices, SharedDevice, note_use
from service.accounts.devices.pin_rules import MOST_TRIES, digits_of, read_new_pin
from service.accounts.sign_in.service import SignedInAs, Visitor
from service.accounts.sign_in.sessions import HeldDevice, Sessions
from service.errors import ErrorCode, ForbiddenError, RefusedError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, DevicePin, SignedIn


class DevicePins:
    """Sets, removes and verifies PINs."""

    def __init__(
        self,
        database: Database,
        devices: EnrolledDevices,
        sessions: Sessions,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._devices = devices
        self._sessions = sessions
        self._clock = clock

    def set(self, actor: Actor, device_token: str, pin: str) -> SharedDevice:
        """Set the actor's own PIN on the device; a lock of the earlier one is lifted. Return the device.

        The caller has asked for the password. ForbiddenError: DEVICE_NOT_ENROLLED, or NOT_ALLOWED in a
        session that began with a PIN, RefusedError for a PIN that is too simple.
        """
        if actor.by_pin or not any(actor.may(each) for each in BY_PIN):
            raise ForbiddenError(ErrorCode.NOT_ALLOWED)
        device = self._device_of(actor, device_token)
        secret, now = _secret(device_token, read_new_pin(pin)), self._clock()
        mine = DevicePin.device_id == device.id, DevicePin.account_id == actor.person_id
        values = {"device_id": device.id, "account_id": actor.person_id, "tries": 0, "changed": now}
        hashed = passwords.hash_password(secret)
        with self._database.transaction() as connection:
            connection.execute(delete(DevicePin).where(*mine))
            connection.execute(insert(DevicePin).values(values | {"pin_hash": hashed}))
            _note(connection, actor, "set_pin", device, now)
        return device

    def remove(self, actor: Actor, device_token: str) -> None:
        """Remove the actor's own PIN on the device. ForbiddenError(DEVICE_NOT_ENROLLED)."""
        device, now = self._device_of(actor, device_token), self._clock()
        mine = DevicePin.device_id == device.id, DevicePin.account_id == actor.person_id
        with self._database.transaction() as connection:
            if connection.execute(delete(DevicePin).where(*mine)).rowcount:
                _note(connection, actor, "remove_pin", device, now)

    def sign_in(
        self, device_token: str, account_id: int, pin: str, visitor: Visitor, *, instead_of: str = ""
    ) -> SignedInAs:
        """Begin a session on the device with a PIN. `instead_of`: hash of the session that ends with it.

        ForbiddenError(DEVICE_NOT_ENROLLED), RefusedError(PIN_WRONG), RefusedError(PIN_LOCKED).
        """
        device = self._devices.find(device_token)
        if device is None:
            raise ForbiddenError(ErrorCode.DEVICE_NOT_ENROLLED)
        row, may_try = self._take_try(device, account_id)
        right = passwords.verify_password(row.pin_hash if row else "", _secret(device_token, digits_of(pin)))
        if row is not None and not may_try:
            raise RefusedError(ErrorCode.PIN_LOCKED, field="pin")
        if row is None or not right:
            if row is not None:
                self._note_refusal(row, device, visitor)
            raise RefusedError(ErrorCode.PIN_WRONG, field="pin")
        return self._begin(row, device, visitor, instead_of)

    def _take_try(self, device: SharedDevice, account_id: int) -> tuple[Row[*tuple[Any, ...]] | None, bool]:
        """Count a try. Return the person's row, None where the device has no PIN of a person who may use one;
        and whether the PIN is not locked.
        """
        theirs = DevicePin.device_id == device.id, DevicePin.account_id == account_id
        query = (
            select(Account.id, Account.name, Account.email, Account.roles, Account.language)
            .add_columns(DevicePin.pin_hash, DevicePin.tries)
            .join(DevicePin, DevicePin.account_id == Account.id)
            .where(*theirs, Account.organisation_id == device.organisation_id, Account.disabled.is_(None))
        )
        one_more = update(DevicePin).where(*theirs, DevicePin.tries < MOST_TRIES)
        with self._database.transaction() as connection:
            counted = connection.execute(one_more.values(tries=DevicePin.tries + 1)).rowcount
            row = connection.execute(query).first()
        if row is None or not any(may_act(frozenset(map(Role, row.roles)), each) for each in BY_PIN):
            return None, False
        return row, bool(counted)

    def _begin(
        self, row: Row[*tuple[Any, ...]], device: SharedDevice, visitor: Visitor, instead_of: str
    ) -> SignedInAs:
        now = self._clock()
        theirs = DevicePin.device_id == device.id, DevicePin.account_id == row.id
        with self._database.transaction() as connection:
            if not connection.execute(update(DevicePin).where(*theirs).values(tries=0)).rowcount:
                raise ForbiddenError(ErrorCode.DEVICE_NOT_ENROLLED)  # revoked meanwhile
            if instead_of:
                connection.execute(delete(SignedIn).where(SignedIn.token_hash == instead_of))
            token = self._sessions.begin_in(
                connection,
                row.id,
                address=visitor.address,
                device=visitor.device,
                strong=False,
                held=HeldDevice(device.id, by_pin=True),
            )
            note_use(connection, device.id, visitor.address, now)
            who = AuditActor(row.name, row.id, device.organisation_id, visitor.network, device.name)
            write_down(
                connection, [AuditChange("sign_in", "account", row.email)], who=who, at=now, reason="PIN"
            )
        return SignedInAs(token, language=row.language)

    def _note_refusal(self, row: Row[*tuple[Any, ...]], device: SharedDevice, visitor: Visitor) -> None:
        """Audit a wrong PIN, and that it was the last try."""
        who = AuditActor("unknown person", None, device.organisation_id, visitor.network, device.name)
        changes = [AuditChange("sign_in_refused", "account", row.email)]
        if row.tries >= MOST_TRIES:
            changes.append(AuditChange("lock_pin", "account", row.email, after={"device": device.name}))
        with self._database.transaction() as connection:
            write_down(connection, changes, who=who, at=self._clock(), reason="wrong PIN")

    def _device_of(self, actor: Actor, device_token: str) -> SharedDevice:
        device = self._devices.find(device_token)
        if device is None or device.organisation_id != actor.organisation_id:
            raise ForbiddenError(ErrorCode.DEVICE_NOT_ENROLLED)
        return device


def _secret(device_token: str, pin: str) -> str:
    """What is hashed: the device's secret, then the PIN."""
    return f"{device_token}\n{pin}"


def _note(connection: Connection, actor: Actor, action: str, device: SharedDevice, at: datetime) -> None:
    change = AuditChange(action, "account", actor.email, after={"device": device.name})
    write_down(connection, [change], who=actor.who, at=at, reason="by themselves")
