"""Accounts made from a terminal: the first admin of an organisation, and the way back in after a loss."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from service.accounts.actors import OrganisationKind, Role
from service.accounts.credentials import passwords
from service.accounts.invitations import Invitations
from service.accounts.organisations import create_organisation, read_email, read_name, read_place
from service.accounts.people import NewAccount, join, remove_factors
from service.errors import ConflictError, ErrorCode, NotFoundError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """The organisation to create where none has this name. `country`, `region`: a clinic's place."""

    name: str
    kind: OrganisationKind
    country: str = ""
    region: str = ""


class FirstAdmin:
    """Creates an account, or an invitation link to one."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._invitations = Invitations(database, clock=clock)

    def create(self, into: NewOrganisation, *, email: str, name: str, password: str, who: AuditActor) -> int:
        """Create the account and return its id. RefusedError for a weak password, ConflictError(TAKEN) for a
        used address.
        """
        address, person = read_email(email), read_name(name)
        passwords.check_new(password, about=(person, address, into.name))
        with self._database.transaction() as connection:
            number = self._organisation(connection, into, who)
            new = NewAccount(number, address, person, password, _roles(into.kind))
            who = replace(who, organisation_id=number)
            return join(connection, new, who=who, at=self._clock(), reason="first admin")

    def invite(self, into: NewOrganisation, *, email: str, who: AuditActor) -> str:
        """Return the token of an invitation link, with which the person chooses a password."""
        address = read_email(email)
        with self._database.transaction() as connection:
            number = self._organisation(connection, into, who)
            who = replace(who, organisation_id=number)
            return self._invitations.write(connection, number, address, _roles(into.kind), who=who)

    def reset(self, *, email: str, who: AuditActor) -> str:
        """Return the token of a link to a new password, and remove the account's second factors."""
        address = read_email(email)
        with self._database.transaction() as connection:
            row = connection.execute(select(Account.__table__).where(Account.email == address)).first()
            if row is None:
                raise NotFoundError(ErrorCode.NOT_ON_RECORD, given=address, field="email")
            who = replace(who, organisation_id=row.organisation_id)
            remove_factors(connection, row.id)
            change = AuditChange("remove_factors", "account", address)
            write_down(connection, [change], who=who, at=self._clock(), reason="from the terminal")
            return self._invitations.write_new_password(connection, row, who=who)

    def _organisation(self, connection: Connection, into: NewOrganisation, who: AuditActor) -> int:
        name = read_name(into.name, field="organisation")
        known = select(Organisation.id, Organisation.kind).where(Organisation.name == name)
        row = connection.execute(known).first()
        if row is None:
            country, region = read_place(into.country, into.region)
            return create_organisation(
                connection, name, into.kind, who=who, at=self._clock(), country=country, region=region
            )
        if row.kind != into.kind:
            raise ConflictError(ErrorCode.TAKEN, given=name, found=f"a {row.kind}", field="organisation")
        number: int = row.id
        return number


def _roles(kind: OrganisationKind) -> frozenset[Role]:
    return frozenset({Role.ADMIN, Role.CLINIC} if kind is OrganisationKind.CLINIC else {Role.ADMIN})
