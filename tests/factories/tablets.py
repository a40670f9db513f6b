"""A clinic's shared tablet, with an admin, a nurse who has a PIN, and an admin of another clinic."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.credentials.second_factor import SecondFactors
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.devices.enrolment import EnrolledDevices
from service.accounts.devices.pins import DevicePins
from service.accounts.people import People
from service.accounts.sign_in.service import SignedInAs, SignIn, Visitor
from service.accounts.sign_in.sessions import Sessions
from service.storage.database import Database
from service.storage.models import AuditEntry, Base
from tests.factories.people import account, organisation

PIN = "471082"
HERE = Visitor("203.0.113.7", "Safari, iPad")


class TabletClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Tablet:
    """The tablet and the services that it meets. `token`: of its cookie; it locks after five minutes."""

    database: Database
    clock: TabletClock
    sessions: Sessions
    devices: EnrolledDevices
    pins: DevicePins
    people: People
    admin: Actor
    nurse: Actor
    stranger: Actor
    token: str = ""

    @classmethod
    def of(cls, database: Database) -> "Tablet":
        clock = TabletClock()
        sessions, devices = Sessions(database, clock=clock), EnrolledDevices(database, clock=clock)
        pins = DevicePins(database, devices, sessions, clock=clock)
        tablet = cls(
            database,
            clock,
            sessions,
            devices,
            pins,
            People(database, clock=clock),
            admin=_person(database, "Clinic A", Role.ADMIN),
            nurse=_person(database, "Clinic A", Role.CLINIC),
            stranger=_person(database, "Clinic B", Role.ADMIN),
        )
        tablet.token = devices.enrol(tablet.admin, " Room  2 ", "5")
        pins.set(tablet.nurse, tablet.token, PIN)
        return tablet

    def sign_in(self, who: Actor, pin: str = PIN) -> SignedInAs:
        return self.pins.sign_in(self.token, who.person_id, pin, HERE)

    def with_password(self, who: Actor) -> str:
        """The token of a session that a password began on the tablet."""
        factors = SecondFactors(self.database, SecretBox("k" * 32, None), clock=self.clock)  # type: ignore[arg-type]
        signing = SignIn(self.database, self.sessions, factors, clock=self.clock)
        here = Visitor(HERE.address, HERE.device, self.token)
        return signing.begin(who.person_id, here, how="password", strong=False).token

    def actor(self, token: str) -> Actor | None:
        return self.sessions.actor(token, address=HERE.address, device_token=self.token)

    def audited(self, object_type: str) -> list[tuple[str, str, str]]:
        """Action, object and PIN device of each entry about such objects, earliest first."""
        columns = AuditEntry.action, AuditEntry.object_id, AuditEntry.pin_device
        query = select(*columns).where(AuditEntry.object_type == object_type).order_by(AuditEntry.id)
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]


def all_of(database: Database, model: type[Base]) -> list[Any]:
    """Every row of a table."""
    with database.reading() as connection:
        return list(connection.execute(select(model.__table__)))


def _person(database: Database, clinic: str, role: Role) -> Actor:
    number = organisation(database, clinic, OrganisationKind.CLINIC, "GB")
    person = account(database, number, role)
    email = f"{role}@{number}.example.org"
    roles = frozenset({role})
    return Actor(
        str(role),
        person,
        number,
        clinic,
        OrganisationKind.CLINIC,
        roles,
        strong=True,
        country="GB",
        email=email,
    )
