"""Signing in with a password and, where the account has one, a second factor; signing out.

An unknown address is answered like a wrong password, after the same work and the same waits. Guesses count
per account and network, and per network. Guesses from all other networks together count against an account
only where it was never signed in from this network, so that strangers cannot lock a person out of their usual
desk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from service.accounts.actors import Actor, Role, needs_second_factor
from service.accounts.credentials import passwords
from service.accounts.credentials.passkeys import Passkeys, RelyingParty
from service.accounts.credentials.second_factor import SecondFactors, factors_in
from service.accounts.devices.enrolment import held_device
from service.accounts.networks import network_of
from service.accounts.sign_in.login_throttle import (
    PASSWORD_FROM_ANYWHERE,
    PASSWORD_FROM_NETWORK,
    SIGN_INS_OF_NETWORK,
    LoginThrottle,
    ThrottledSubject,
)
from service.accounts.sign_in.pending_actions import PendingActions, Purpose
from service.accounts.sign_in.sessions import Sessions
from service.errors import ErrorCode, ForbiddenError, RefusedError
from service.storage.audit import MOST_OF_AN_ID, AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, AuditEntry, SignedIn

NOBODY = "(no such account)"
"""The audit's name for an unknown address: the typed text may be a password and is not recorded."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from: address and user agent. `enrolled`: the token of an enrolled device's
    cookie, empty without one.
    """

    address: str
    device: str
    enrolled: str = field(default="", repr=False)

    @property
    def network(self) -> str:
        """The part of the address that is stored."""
        return network_of(self.address)


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """Signed in. `token`: the cookie's value. `lacks_factor`: the roles need a second factor and the account
    has none. `language`: the one that the person chose, empty for none.
    """

    token: str
    lacks_factor: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right and a second factor is needed. `token` completes the sign-in."""

    token: str


class SignIn:
    """The use cases of signing in and out."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        factors: SecondFactors,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._factors = factors
        self._clock = clock
        self._begun = PendingActions(database, clock=clock)
        self._guesses = LoginThrottle(database, clock=clock)

    def with_password(self, email: str, password: str, visitor: Visitor) -> SignedInAs | SecondStep:
        """Verify a password; sign in, or return the second step. RefusedError(SIGN_IN_WRONG), WaitError."""
        email = email.strip().lower()
        subjects, here = self._subjects(email, visitor)
        self._guesses.count(subjects)
        with self._database.reading() as connection:
            row = connection.execute(select(Account.__table__).where(Account.email == email)).first()
        right = passwords.verify_password(row.password_hash if row is not None else "", password)
        if row is None or row.disabled or not right:
            self._note_refusal(row, visitor, "password")
            raise RefusedError(ErrorCode.SIGN_IN_WRONG, field="email")
        self._guesses.take_back(subjects, forget=[here])
        if passwords.needs_rehash(row.password_hash):
            with self._database.transaction() as connection:
                new = {"password_hash": passwords.hash_password(password)}
                connection.execute(update(Account).where(Account.id == row.id).values(new))
        return self.go_on(row.id, visitor, how="password")

    def go_on(self, account_id: int, visitor: Visitor, *, how: str) -> SignedInAs | SecondStep:
        """Continue after the first factor: sign in, or ask for the account's second factor."""
        if self._factors.of(account_id).any:
            return SecondStep(self._begun.begin(Purpose.SECOND_STEP, account_id, how=how))
        return self.begin(account_id, visitor, how=how, strong=False)

    def waiting(self, step: str) -> int | None:
        """Return the account of a second step's token; None when it has expired."""
        started = self._begun.look(Purpose.SECOND_STEP, step)
        return started.account_id if started is not None else None

    def with_code(self, step: str, code: str, visitor: Visitor) -> SignedInAs:
        """Complete the second step. RefusedError(CODE_WRONG), WaitError; SIGN_IN_LATE when the step has
        expired.
        """
        account_id = self.waiting(step)
        if account_id is None:
            raise ForbiddenError(ErrorCode.SIGN_IN_LATE)
        how = self._checked(account_id, code, visitor)
        started = self._begun.finish(Purpose.SECOND_STEP, step)
        if started is None:
            raise ForbiddenError(ErrorCode.SIGN_IN_LATE)
        return self.begin(account_id, visitor, how=f"{started.about['how']} and {how}", strong=True)

    def with_passkey(
        self, passkeys: Passkeys, site: RelyingParty, token: str, credential: str, visitor: Visitor
    ) -> SignedInAs:
        """Sign in with a passkey, which counts as both factors. Raises what `Passkeys.check` raises."""
        try:
            account_id = passkeys.check(site, token, credential)
        except RefusedError:
            self._note_refusal(None, visitor, "passkey")
            raise
        return self.begin(account_id, visitor, how="passkey", strong=True)

    def prove(self, actor: Actor, code: str, visitor: Visitor) -> SignedInAs:
        """Verify a second factor within a session; it goes on under a new token."""
        return self.strengthen(actor, visitor, how=self._checked(actor.person_id, code, visitor))

    def strengthen(self, actor: Actor, visitor: Visitor, *, how: str) -> SignedInAs:
        """Mark the session as strong after a second factor was verified or set up; it goes on under a new
        token.
        """
        return self.begin(actor.person_id, visitor, how=how, strong=True, instead_of=actor.session)

    def end_session(self, actor: Actor, session: str) -> None:
        """End another session of the actor's account, by the hash of its token."""
        mine = SignedIn.token_hash == session, SignedIn.account_id == actor.person_id
        with self._database.transaction() as connection:
            if connection.execute(delete(SignedIn).where(*mine)).rowcount:
                change = AuditChange("end_session", "account", actor.email)
                write_down(connection, [change], who=actor.who, at=self._clock(), reason="by themselves")

    def begin(
        self, account_id: int, visitor: Visitor, *, how: str, strong: bool, instead_of: str = ""
    ) -> SignedInAs:
        """Begin a session and audit it in one transaction. `instead_of`: hash of the session that ends."""
        now = self._clock()
        with self._database.transaction() as connection:
            row = connection.execute(select(Account.__table__).where(Account.id == account_id)).one()
            if row.disabled:
                raise RefusedError(ErrorCode.SIGN_IN_WRONG, field="email")
            if instead_of:
                connection.execute(delete(SignedIn).where(SignedIn.token_hash == instead_of))
            token = self._sessions.begin_in(
                connection,
                account_id,
                address=visitor.address,
                device=visitor.device,
                strong=strong,
                held=held_device(connection, visitor.enrolled, row.organisation_id),
            )
            change = AuditChange("prove" if instead_of else "sign_in", "account", row.email)
            who = AuditActor(row.name, row.id, row.organisation_id, visitor.network)
            write_down(connection, [change], who=who, at=now, reason=how)
            lacks = needs_second_factor(map(Role, row.roles)) and not factors_in(connection, account_id).any
        return SignedInAs(token, lacks, row.language)

    def sign_out(self, actor: Actor) -> None:
        """End the current session."""
        with self._database.transaction() as connection:
            connection.execute(delete(SignedIn).where(SignedIn.token_hash == actor.session))
            change = AuditChange("sign_out", "account", actor.email)
            write_down(connection, [change], who=actor.who, at=self._clock(), reason="by themselves")

    def _checked(self, account_id: int, code: str, visitor: Visitor) -> str:
        try:
            return self._factors.check(account_id, code)
        except RefusedError:
            with self._database.reading() as connection:
                row = connection.execute(select(Account.__table__).where(Account.id == account_id)).one()
            self._note_refusal(row, visitor, "code")
            raise

    def _subjects(self, email: str, visitor: Visitor) -> tuple[list[ThrottledSubject], ThrottledSubject]:
        """Return the subjects that a guess counts against, and those whose count a right password deletes."""
        network = visitor.network or visitor.address
        here = PASSWORD_FROM_NETWORK.at(email, network)
        subjects = [here]
        with self._database.reading() as connection:
            if not _came_from(connection, email, visitor.network):
                subjects += [PASSWORD_FROM_ANYWHERE.at(email), SIGN_INS_OF_NETWORK.at(network)]
        return subjects, here

    def _note_refusal(self, row: Any, visitor: Visitor, what: str) -> None:
        organisation = row.organisation_id if row is not None else None
        who = AuditActor("unknown person", None, organisation, visitor.network)
        change = AuditChange("sign_in_refused", "account", row.email if row is not None else NOBODY)
        with self._database.transaction() as connection:
            write_down(connection, [change], who=who, at=self._clock(), reason=f"wrong {what}")


def _came_from(connection: Connection, email: str, network: str) -> bool:
    """Return whether this account was ever signed in from `network`."""
    came = (
        (AuditEntry.object_type == "account")
        & (AuditEntry.object_id == email[:MOST_OF_AN_ID])
        & (AuditEntry.action == "sign_in")
        & (AuditEntry.network == network)
    )
    return bool(network) and bool(connection.scalar(select(exists().where(came))))
