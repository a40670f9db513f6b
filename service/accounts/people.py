"""The people of an organisation: roles, disabling and enabling, lost factors, names and passwords."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor, Role
from service.accounts.credentials import passwords
from service.accounts.organisations import read_name
from service.accounts.sign_in.login_throttle import OWN_PASSWORD, LoginThrottle
from service.accounts.sign_in.sessions import end_all
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import (
    Account,
    CodeGenerator,
    Invitation,
    Organisation,
    Passkey,
    RecoveryCode,
    SignedIn,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the organisation. `last_seen`: of a session that is still open, else None."""

    id: int
    name: str
    email: str
    roles: frozenset[Role]
    created: datetime
    disabled: datetime | None
    second_factor: bool
    last_seen: datetime | None


class People:
    """What an admin may do with the organisation's people, and each person with their own account."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._guesses = LoginThrottle(database, clock=clock)

    def of(self, organisation_id: int) -> list[Person]:
        """Return all people of the organisation by name; disabled accounts come last."""
        with self._database.reading() as connection:
            rows = connection.execute(_PEOPLE.where(Account.organisation_id == organisation_id)).all()
        people = [_person(row) for row in rows]
        return sorted(people, key=lambda each: (each.disabled is not None, each.name.casefold(), each.id))

    def find(self, actor: Actor, account_id: int) -> Person:
        """Return a person of the actor's organisation; NotFoundError for any other account."""
        mine = _PEOPLE.where(Account.id == account_id, Account.organisation_id == actor.organisation_id)
        with self._database.reading() as connection:
            row = connection.execute(mine).first()
        if row is None:
            raise NotFoundError(ErrorCode.NOT_FOUND)
        return _person(row)

    def set_roles(self, actor: Actor, account_id: int, roles: frozenset[Role]) -> None:
        """Set a person's roles, from the next request on. LAST_ADMIN where no admin would remain."""
        person = self.find(actor, account_id)
        if person.roles == roles:
            return
        with self._database.transaction() as connection:
            values = {"roles": tuple(roles)}
            connection.execute(update(Account).where(Account.id == account_id).values(values))
            self._still_led(connection, actor.organisation_id)
            self._note(
                connection,
                actor,
                "set_roles",
                person,
                {"roles": sorted(person.roles)},
                {"roles": sorted(roles)},
            )

    def disable(self, actor: Actor, account_id: int) -> None:
        """Disable an account and end its sessions and invitations. LAST_ADMIN where no admin would remain."""
        person = self.find(actor, account_id)
        if person.disabled is not None:
            return
        with self._database.transaction() as connection:
            values = {"disabled": self._clock()}
            connection.execute(update(Account).where(Account.id == account_id).values(values))
            end_all(connection, account_id)
            theirs = Invitation.invited_by == account_id, Invitation.used.is_(None)
            connection.execute(
                update(Invitation)
                .where(*theirs, Invitation.withdrawn.is_(None))
                .values(withdrawn=self._clock())
            )
            self._still_led(connection, actor.organisation_id)
            self._note(connection, actor, "disable", person, {"disabled": False}, {"disabled": True})

    def enable(self, actor: Actor, account_id: int) -> None:
        """Enable a disabled account, with its former roles."""
        person = self.find(actor, account_id)
        if person.disabled is None:
            return
        with self._database.transaction() as connection:
            connection.execute(update(Account).where(Account.id == account_id).values(disabled=None))
            self._note(connection, actor, "enable", person, {"disabled": True}, {"disabled": False})

    def remove_factors(self, actor: Actor, account_id: int) -> None:
        """Remove all second factors of a person who lost them, and end their sessions. They set
        up new ones.
        """
        person = self.find(actor, account_id)
        with self._database.transaction() as connection:
            remove_factors(connection, account_id)
            before, after = {"second_factor": person.second_factor}, {"second_factor": False}
            self._note(connection, actor, "remove_factors", person, before, after)

    def rename(self, actor: Actor, name: str) -> None:
        """Change the actor's own name."""
        new = read_name(name)
        person = self.find(actor, actor.person_id)
        if person.name == new:
            return
        with self._database.transaction() as connection:
            connection.execute(update(Account).where(Account.id == person.id).values(name=new))
            self._note(connection, actor, "rename", person, {"name": person.name}, {"name": new})

    def choose_language(self, actor: Actor, language: str) -> None:
        """Keep the language that the actor reads in, a BCP 47 code, for their next sign-in on any device."""
        person = self.find(actor, actor.person_id)
        before = self.language_of(actor.person_id)
        if before == language:
            return
        with self._database.transaction() as connection:
            connection.execute(update(Account).where(Account.id == person.id).values(language=language))
            change = {"language": before}, {"language": language}
            self._note(connection, actor, "choose_language", person, *change)

    def language_of(self, account_id: int) -> str:
        """Return the language that a person chose, a BCP 47 code; empty where they chose none."""
        with self._database.reading() as connection:
            kept = connection.scalar(select(Account.language).where(Account.id == account_id))
        return kept or ""

    def confirm_password(self, actor: Actor, given: str, *, field: str) -> None:
        """RefusedError(PASSWORD_WRONG) unless it is the actor's own password; a person who signs in by single
        sign-on has none to confirm. WaitError after many wrong ones.
        """
        with self._database.reading() as connection:
            kept = connection.scalar(select(Account.password_hash).where(Account.id == actor.person_id))
        guess = OWN_PASSWORD.at(str(actor.person_id))
        self._guesses.count([guess])
        if kept and not passwords.verify_password(kept, given):
            raise RefusedError(ErrorCode.PASSWORD_WRONG, field=field)
        self._guesses.take_back([guess], forget=[guess])

    def change_password(self, actor: Actor, old: str, new: str) -> None:
        """Change the actor's own password and end the other sessions. RefusedError names the field."""
        self.confirm_password(actor, old, field="old")
        passwords.check_new(new, about=(actor.name, actor.email, actor.organisation))
        with self._database.transaction() as connection:
            values = {"password_hash": passwords.hash_password(new)}
            connection.execute(update(Account).where(Account.id == actor.person_id).values(values))
            end_all(connection, actor.person_id, but=actor.session)
            change = AuditChange("change_password", "account", actor.email)
            write_down(connection, [change], who=actor.who, at=self._clock(), reason="by themselves")

    def _still_led(self, connection: Connection, organisation_id: int) -> None:
        """RefusedError(LAST_ADMIN) unless an enabled admin remains; the caller's transaction is rolled back.

        The organisation's row is locked, so that two admins cannot remove each other at the same moment.
        """
        locked = select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
        connection.execute(locked).one()
        active = select(Account.roles).where(
            Account.organisation_id == organisation_id, Account.disabled.is_(None)
        )
        if not any(Role.ADMIN in roles for roles in connection.scalars(active)):
            raise RefusedError(ErrorCode.LAST_ADMIN, field="roles")

    def _note(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        person: Person,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        change = AuditChange(action, "account", person.email, before, after)
        write_down(connection, [change], who=actor.who, at=self._clock(), reason="people")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A new account. Without a password the person signs in by single sign-on."""

    organisation_id: int
    email: str
    name: str
    password: str = field(repr=False)
    roles: frozenset[Role]


def join(
    connection: Connection, new: NewAccount, *, who: AuditActor | None, at: datetime, reason: str
) -> int:
    """Create an account and return its id. ConflictError(TAKEN) where the address has one. `who` None:
    audited as the new person.
    """
    if connection.scalar(select(Account.id).where(Account.email == new.email)) is not None:
        raise ConflictError(ErrorCode.TAKEN, given=new.email, field="email")
    kept = {"name": new.name, "email": new.email, "organisation_id": new.organisation_id}
    values = kept | {
        "roles": tuple(new.roles),
        "password_hash": passwords.hash_password(new.password) if new.password else "",
        "created": at,
    }
    try:
        made = connection.execute(insert(Account).values(values).returning(Account.id))
    except IntegrityError as error:  # a concurrent request created it first
        raise ConflictError(ErrorCode.TAKEN, given=new.email, field="email") from error
    account_id: int = made.scalar_one()
    change = AuditChange("join", "account", new.email, after=kept | {"roles": sorted(new.roles)})
    who = who or AuditActor(new.name, account_id, new.organisation_id)
    write_down(connection, [change], who=who, at=at, reason=reason)
    return account_id


def remove_factors(connection: Connection, account_id: int) -> None:
    """Remove every second factor of an account and end its sessions, within a transaction."""
    for model in (CodeGenerator, Passkey, RecoveryCode):
        connection.execute(delete(model).where(model.account_id == account_id))
    end_all(connection, account_id)


_PEOPLE = select(
    Account.id,
    Account.name,
    Account.email,
    Account.roles,
    Account.created,
    Account.disabled,
    select(CodeGenerator.account_id)
    .where(CodeGenerator.account_id == Account.id)
    .exists()
    .label("generator"),
    select(Passkey.id).where(Passkey.account_id == Account.id).exists().label("passkey"),
    select(SignedIn.last_seen)
    .where(SignedIn.account_id == Account.id)
    .order_by(SignedIn.last_seen.desc())
    .limit(1)
    .scalar_subquery()
    .label("last_seen"),
)


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(
        row.id,
        row.name,
        row.email,
        frozenset(map(Role, row.roles)),
        row.created,
        row.disabled,
        bool(row.generator or row.passkey),
        row.last_seen,
    )
