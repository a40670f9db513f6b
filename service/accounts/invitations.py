"""Invitations: links for one person, usable once and within a week. The database stores a hash
of the token.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.credentials import passwords
from service.accounts.organisations import create_organisation, read_email, read_name, read_place
from service.accounts.people import NewAccount, Person, join
from service.accounts.sign_in.sessions import end_all, hash_of
from service.errors import (
    ConflictError,
    ErrorCode,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, Invitation, Organisation

LASTS = timedelta(days=7)
MOST_AT_ONCE = 200
"""Invitations of one form."""

_PARTS_OF_A_CLINIC = 4
MAY_FOUND_CLINICS = frozenset(
    {OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR}
)


@dataclass(frozen=True, slots=True)
class InvitationDetails:
    """What an invitation is for, as its reader sees it. `name`: set where the person already
    has an account.
    """

    email: str
    organisation: str
    kind: OrganisationKind
    is_new: bool
    roles: frozenset[Role]
    invited_by: str
    ends: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class PendingInvitation:
    """An open invitation, as the admin sees it. `renews`: it leads to a new password for an
    existing account.
    """

    id: int
    email: str
    organisation: str
    is_new: bool
    roles: frozenset[Role]
    ends: datetime
    renews: bool


@dataclass(frozen=True, slots=True)
class InvitedClinic:
    """A clinic that was invited. `joined`: when it was founded here; None while its invitation is open until
    `ends`, or over (`ends` None).
    """

    name: str
    country: str
    region: str
    email: str
    joined: datetime | None
    ends: datetime | None = None


class Invitations:
    """Creates, shows, accepts and withdraws invitations."""

    def __init__(
        self,
        database: Database,
        *,
        inviters: frozenset[OrganisationKind] = MAY_FOUND_CLINICS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self.inviters = inviters
        """The kinds of organisations whose admins may invite clinics: the operator's choice."""
        self._clock = clock

    def invite(self, actor: Actor, email: str, roles: frozenset[Role]) -> str:
        """Invite a colleague and return the token. ConflictError(TAKEN) where the address has an account."""
        address = read_email(email)
        with self._database.transaction() as connection:
            return self.write(connection, actor.organisation_id, address, roles, who=actor.who)

    def invite_clinic(self, actor: Actor, *, email: str, clinic: str, country: str, region: str) -> str:
        """Invite the first admin of a new clinic and return the token. InvalidFieldsError lists every invalid
        field.
        """
        if actor.kind not in self.inviters:
            raise ForbiddenError(ErrorCode.NOT_ALLOWED)
        fields = _clinic(email=email, clinic=clinic, country=country, region=region)
        with self._database.transaction() as connection:
            if connection.scalar(select(Organisation.id).where(Organisation.name == fields["founds"])):
                raise ConflictError(ErrorCode.TAKEN, given=fields["founds"], field="clinic")
            return self._write(
                connection,
                fields | {"roles": (Role.ADMIN, Role.CLINIC), "invited_from": actor.organisation_id},
                actor.who,
            )

    def invite_many(
        self, actor: Actor, emails: Sequence[str], roles: frozenset[Role]
    ) -> list[tuple[str, str]]:
        """Invite colleagues, all or none; address and token of each. InvalidFieldsError names wrong lines."""
        return self._all(emails, lambda each: (read_email(each), self.invite(actor, each, roles)))

    def invite_clinics(self, actor: Actor, clinics: Sequence[str]) -> list[tuple[str, str]]:
        """Invite the first admins of clinics, all or none; address and token of each.

        A line is `name; country; region; e-mail`. InvalidFieldsError names every wrong line.
        """

        def invite(line: str) -> tuple[str, str]:
            parts = [part.strip() for part in line.split(";")]
            if len(parts) != _PARTS_OF_A_CLINIC:
                expected = "name; country; region; e-mail"
                raise RefusedError(ErrorCode.VALUE_INVALID, given=line, expected=expected)
            clinic, country, region, email = parts
            token = self.invite_clinic(actor, email=email, clinic=clinic, country=country, region=region)
            return read_email(email), token

        return self._all(clinics, invite)

    def _all(self, lines: Sequence[str], invite: Callable[[str], tuple[str, str]]) -> list[tuple[str, str]]:
        """Invite by each line; where one is wrong, withdraw what was made. The errors name their lines."""
        if not lines or len(lines) > MOST_AT_ONCE:
            expected = f"1 to {MOST_AT_ONCE} lines"
            raise RefusedError(
                ErrorCode.VALUE_INVALID, given=f"{len(lines)} lines", expected=expected, field="lines"
            )
        made: list[tuple[str, str]] = []
        errors: list[VialcheckError] = []
        for number, line in enumerate(lines, start=1):
            try:
                made.append(invite(line))
            except VialcheckError as error:
                each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
                for one in each:
                    one.given = f"{number}: {one.given or line}"
                    one.field = "lines"
                    errors.append(one)
        if errors:
            hashes = [hash_of(token) for _, token in made]
            with self._database.transaction() as connection:
                mine = Invitation.token_hash.in_(hashes)
                connection.execute(update(Invitation).where(mine).values(withdrawn=self._clock()))
            raise InvalidFieldsError(tuple(errors))
        return made

    def clinics_of(self, organisation_id: int) -> list[InvitedClinic]:
        """Return the clinics that the organisation has invited, by name: those that joined and the others."""
        founded = Invitation.invited_from == organisation_id, Invitation.founds != ""
        joined = select(Organisation.name, Organisation.country, Organisation.region, Organisation.created)
        with self._database.reading() as connection:
            here = connection.execute(joined.where(Organisation.invited_from == organisation_id)).all()
            asked = connection.execute(
                select(Invitation.__table__).where(*founded).order_by(Invitation.id)
            ).all()
        clinics = {
            row.name: InvitedClinic(row.name, row.country, row.region, "", row.created) for row in here
        }
        now = self._clock()
        for row in asked:
            if row.used is None and row.founds not in clinics:
                over = row.withdrawn is not None or row.ends <= now
                clinics[row.founds] = InvitedClinic(
                    row.founds, row.country, row.region, row.email, None, None if over else row.ends
                )
        return sorted(clinics.values(), key=lambda each: each.name.casefold())

    def invite_to_new_password(self, actor: Actor, person: Person) -> str:
        """Return the token of a link with which a person of the actor's organisation sets a new password."""
        with self._database.transaction() as connection:
            row = connection.execute(select(Account.__table__).where(Account.id == person.id)).one()
            return self.write_new_password(connection, row, who=actor.who)

    def write_new_password(self, connection: Connection, row: Any, *, who: AuditActor) -> str:
        """`invite_to_new_password` within a transaction, for the account in `row`."""
        values = {"account_id": row.id, "organisation_id": row.organisation_id, "email": row.email}
        values |= {"invited_from": row.organisation_id, "roles": tuple(row.roles)}
        return self._write(connection, values, who)

    def write(
        self,
        connection: Connection,
        organisation_id: int,
        email: str,
        roles: frozenset[Role],
        *,
        who: AuditActor,
    ) -> str:
        """Write an invitation within a transaction and return its token."""
        values = {"organisation_id": organisation_id, "invited_from": organisation_id, "email": email}
        return self._write(connection, values | {"roles": tuple(roles)}, who)

    def show(self, token: str) -> InvitationDetails:
        """Return what an invitation is for. NotFoundError(INVITATION_OVER): used, withdrawn, expired or
        unknown.
        """
        with self._database.reading() as connection:
            row = self._open(connection, token)
            by = connection.scalar(select(Account.name).where(Account.id == row.invited_by))
            name, kind = _organisation(connection, row)
            known = connection.scalar(select(Account.name).where(Account.id == row.account_id))
        roles = frozenset(map(Role, row.roles))
        is_new = row.organisation_id is None
        return InvitationDetails(row.email, name, kind, is_new, roles, by or "", row.ends, known or "")

    def accept(self, token: str, *, name: str, password: str) -> int:
        """Accept an invitation and return the account's id. InvalidFieldsError lists every invalid field."""
        invited = self.show(token)
        errors: list[VialcheckError] = []
        try:
            name = read_name(invited.name or name)
        except VialcheckError as error:
            errors.append(error)
        try:
            passwords.check_new(password, about=(name, invited.email, invited.organisation))
        except VialcheckError as error:
            errors.append(error)
        if errors:
            raise InvalidFieldsError(tuple(errors))
        now = self._clock()
        with self._database.transaction() as connection:
            row = self._open(connection, token)
            taken = Invitation.id == row.id, Invitation.used.is_(None), Invitation.withdrawn.is_(None)
            if not connection.execute(update(Invitation).where(*taken).values(used=now)).rowcount:
                raise NotFoundError(ErrorCode.INVITATION_OVER)  # a concurrent request accepted it first
            if row.account_id is not None:
                return self._renew(connection, row, password)
            number = self._organisation_of(connection, row, who=AuditActor(name))
            new = NewAccount(number, row.email, name, password, frozenset(map(Role, row.roles)))
            return join(connection, new, who=None, at=now, reason="invitation")

    def accept_by_address(self, connection: Connection, email: str, *, name: str) -> int:
        """Accept the newest open invitation of an address that single sign-on has verified; the account gets
        no password.

        RefusedError(SINGLE_SIGN_ON_REFUSED) where there is none.
        """
        to_them = (Invitation.email == email, Invitation.account_id.is_(None), *self._still_open())
        newest = select(Invitation.__table__).where(*to_them).order_by(Invitation.id.desc()).limit(1)
        row = connection.execute(newest).first()
        if row is None:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="no account and no invitation")
        now = self._clock()
        taken = update(Invitation).where(Invitation.id == row.id, Invitation.used.is_(None))
        if not connection.execute(taken.values(used=now)).rowcount:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="an invitation that is used")
        number = self._organisation_of(connection, row, who=AuditActor(name))
        new = NewAccount(number, email, name, "", frozenset(map(Role, row.roles)))
        return join(connection, new, who=None, at=now, reason="invitation")

    def open_invitations(self, organisation_id: int) -> list[PendingInvitation]:
        """Return the organisation's invitations that are not accepted yet, newest first."""
        mine = select(Invitation.__table__, Organisation.name.label("organisation")).join_from(
            Invitation, Organisation, Organisation.id == Invitation.organisation_id, isouter=True
        )
        mine = mine.where(Invitation.invited_from == organisation_id, *self._still_open())
        with self._database.reading() as connection:
            rows = connection.execute(mine.order_by(Invitation.id.desc())).all()
        return [
            PendingInvitation(
                row.id,
                row.email,
                row.organisation or row.founds,
                row.organisation_id is None,
                frozenset(map(Role, row.roles)),
                row.ends,
                row.account_id is not None,
            )
            for row in rows
        ]

    def withdraw(self, actor: Actor, number: int) -> None:
        """Withdraw an invitation. NotFoundError where it belongs to another organisation or is
        already over.
        """
        now = self._clock()
        mine = Invitation.id == number, Invitation.invited_from == actor.organisation_id, *self._still_open()
        with self._database.transaction() as connection:
            gone = update(Invitation).where(*mine).values(withdrawn=now).returning(Invitation.email)
            email = connection.scalar(gone)
            if email is None:
                raise NotFoundError(ErrorCode.NOT_FOUND)
            change = AuditChange("withdraw", "invitation", email)
            write_down(connection, [change], who=actor.who, at=now, reason="people")

    def _write(self, connection: Connection, values: dict[str, Any], who: AuditActor) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        known = connection.scalar(select(Account.id).where(Account.email == values["email"]))
        if known != values.get("account_id"):
            raise ConflictError(ErrorCode.TAKEN, given=values["email"], field="email")
        kept = values | {"created": now, "ends": now + LASTS, "invited_by": who.account_id}
        connection.execute(insert(Invitation).values(kept | {"token_hash": hash_of(token)}))
        shown = {name: values[name] for name in ("founds", "country", "region") if name in values}
        action = "invite_back" if "account_id" in values else "invite"
        change = AuditChange(
            action, "invitation", values["email"], after=shown | {"roles": sorted(values["roles"])}
        )
        write_down(connection, [change], who=who, at=now, reason="people")
        return token

    def _still_open(self) -> tuple[Any, ...]:
        return Invitation.used.is_(None), Invitation.withdrawn.is_(None), Invitation.ends > self._clock()

    def _open(self, connection: Connection, token: str) -> Any:
        this = select(Invitation.__table__).where(
            Invitation.token_hash == hash_of(token), *self._still_open()
        )
        row = connection.execute(this).first()
        if row is None:
            raise NotFoundError(ErrorCode.INVITATION_OVER)
        return row

    def _renew(self, connection: Connection, row: Any, password: str) -> int:
        """Set a new password for an existing account and end all its sessions; return the account's id."""
        account_id: int = row.account_id
        of_account = Account.id == account_id
        connection.execute(
            update(Account).where(of_account).values(password_hash=passwords.hash_password(password))
        )
        end_all(connection, account_id)
        name = connection.scalar(select(Account.name).where(of_account)) or row.email
        who = AuditActor(name, account_id, row.organisation_id)
        change = AuditChange("change_password", "account", row.email)
        write_down(connection, [change], who=who, at=self._clock(), reason="a link for a new password")
        return account_id

    def _organisation_of(self, connection: Connection, row: Any, *, who: AuditActor) -> int:
        if row.organisation_id is not None:
            number: int = row.organisation_id
            return number
        return create_organisation(
            connection,
            row.founds,
            OrganisationKind.CLINIC,
            who=who,
            at=self._clock(),
            country=row.country,
            region=row.region,
            invited_from=row.invited_from,
        )


def _organisation(connection: Connection, row: Any) -> tuple[str, OrganisationKind]:
    if row.organisation_id is None:
        return row.founds, OrganisationKind.CLINIC
    columns = select(Organisation.name, Organisation.kind)
    name, kind = connection.execute(columns.where(Organisation.id == row.organisation_id)).one()
    return name, OrganisationKind(kind)


def _clinic(*, email: str, clinic: str, country: str, region: str) -> dict[str, str]:
    errors: list[VialcheckError] = []
    fields: dict[str, str] = {}
    try:
        fields["email"] = read_email(email)
    except VialcheckError as error:
        errors.append(error)
    try:
        fields["founds"] = read_name(clinic, field="clinic")
    except VialcheckError as error:
        errors.append(error)
    try:
        fields["country"], fields["region"] = read_place(country, region)
        if not fields["country"]:
            errors.append(RefusedError(ErrorCode.CHOICE_MISSING, field="country"))
    except VialcheckError as error:
        error.field = "region" if error.field == "region" else "country"
        errors.append(error)
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return fields
