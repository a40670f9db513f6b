"""One-time codes of an authenticator app (TOTP, RFC 6238), and recovery codes on paper."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from service.accounts.actors import Actor
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.sign_in.login_throttle import SECOND_FACTOR, LoginThrottle
from service.accounts.sign_in.pending_actions import PendingActions, Purpose
from service.errors import ErrorCode, ForbiddenError, RefusedError, UnavailableError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import CodeGenerator, Passkey, RecoveryCode

ISSUER = "Vialcheck"
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter or digit that is easily taken for another
_GROUPS, _IN_A_GROUP = 4, 4  # 79 bits: too many to try, also with the stolen hashes
_DRIFT = 1  # steps of 30 s: a phone's clock may be that far off, either way


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of an account."""

    code_generator: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor. Recovery codes alone do not count as one."""
        return self.code_generator or self.passkeys > 0


@dataclass(frozen=True, slots=True)
class NewGenerator:
    """A new TOTP secret: `secret` to type, `link` to scan as a QR code. Shown once; `token` completes the
    set-up.
    """

    token: str
    secret: str
    link: str


class SecondFactors:
    """Sets up, checks and removes second factors."""

    def __init__(
        self,
        database: Database,
        seal: SecretBox,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._begun = PendingActions(database, clock=clock)
        self._guesses = LoginThrottle(database, clock=clock)

    def of(self, account_id: int) -> Factors:
        """Return the second factors of the account."""
        with self._database.reading() as connection:
            return factors_in(connection, account_id)

    def begin_generator(self, account_id: int, email: str) -> NewGenerator:
        """Start the set-up of an authenticator app. The secret counts once a code of it was shown to
        `finish_generator`.
        """
        secret = pyotp.random_base32()
        sealed = self._seal.seal(secret, bound_to=_owner(account_id))
        token = self._begun.begin(Purpose.CODE_GENERATOR, account_id, secret=sealed)
        return self._new(token, secret, email)

    def pending_generator(self, account_id: int, email: str, token: str) -> NewGenerator | None:
        """Return the same set-up again, for a form that is shown a second time with an error. None where the
        token has expired.
        """
        started = self._begun.look(Purpose.CODE_GENERATOR, token)
        if started is None or started.account_id != account_id:
            return None
        return self._new(token, self._seal.open(started.about["secret"], bound_to=_owner(account_id)), email)

    def finish_generator(self, actor: Actor, token: str, code: str) -> None:
        """Complete the set-up. RefusedError(CODE_WRONG); FORM_EXPIRED after 15 minutes."""
        account_id = actor.person_id
        started = self._begun.look(Purpose.CODE_GENERATOR, token)
        if started is None or started.account_id != account_id:
            raise ForbiddenError(ErrorCode.FORM_EXPIRED)
        sealed = started.about["secret"]
        step = self._step(self._seal.open(sealed, bound_to=_owner(account_id)), code)
        if step is None:
            raise RefusedError(ErrorCode.CODE_WRONG, field="code")
        self._begun.finish(Purpose.CODE_GENERATOR, token)
        now = self._clock()
        values = {"account_id": account_id, "sealed_secret": sealed, "last_step": step, "created": now}
        with self._database.transaction() as connection:
            connection.execute(delete(CodeGenerator).where(CodeGenerator.account_id == account_id))
            connection.execute(insert(CodeGenerator).values(values))
            note(connection, actor, "add_factor", {"factor": "code generator"}, now)

    def remove_generator(self, actor: Actor, *, needed: bool) -> None:
        """Remove the authenticator app. LAST_FACTOR where it is the only factor and one is `needed`."""
        account_id, now = actor.person_id, self._clock()
        with self._database.transaction() as connection:
            gone = connection.execute(delete(CodeGenerator).where(CodeGenerator.account_id == account_id))
            if needed and not factors_in(connection, account_id).any:
                raise RefusedError(ErrorCode.LAST_FACTOR)
            if gone.rowcount:
                note(connection, actor, "remove_factor", {"factor": "code generator"}, now)

    def new_recovery_codes(self, actor: Actor) -> list[str]:
        """Replace the recovery codes and return ten new ones, which cannot be read again."""
        account_id, now = actor.person_id, self._clock()
        codes = [_paper_code() for _ in range(RECOVERY_CODES)]
        rows = [{"code_hash": _hash_of(account_id, code), "account_id": account_id} for code in codes]
        with self._database.transaction() as connection:
            connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
            connection.execute(insert(RecoveryCode), rows)
            note(connection, actor, "new_recovery_codes", {"codes": len(codes)}, now)
        return codes

    def check(self, account_id: int, code: str) -> str:
        """Use up a code of the app or a recovery code, and return which kind it was (for the audit).

        Each code works once. RefusedError(CODE_WRONG) for any other; WaitError after too many wrong ones.
        """
        subject = SECOND_FACTOR.at(str(account_id))
        self._guesses.count([subject])
        plain = "".join(code.split()).replace("-", "").lower()
        if plain.isascii() and plain.isdigit():
            how = "code" if self._take_digits(account_id, plain) else ""
        else:
            how = "recovery code" if self._take_paper(account_id, plain) else ""
        if not how:
            raise RefusedError(ErrorCode.CODE_WRONG, field="code")
        self._guesses.take_back([subject], forget=[subject])
        return how

    def _take_digits(self, account_id: int, digits: str) -> bool:
        of_account = CodeGenerator.account_id == account_id
        with self._database.reading() as connection:
            sealed = connection.scalar(select(CodeGenerator.sealed_secret).where(of_account))
        if sealed is None:
            return False
        step = self._step(self._seal.open(sealed, bound_to=_owner(account_id)), digits)
        if step is None:
            return False
        taken = update(CodeGenerator).where(of_account, CodeGenerator.last_step < step)
        with self._database.transaction() as connection:  # serialises two uses of one code
            return bool(connection.execute(taken.values(last_step=step)).rowcount)

    def _take_paper(self, account_id: int, plain: str) -> bool:
        grouped = "-".join(plain[at : at + _IN_A_GROUP] for at in range(0, len(plain), _IN_A_GROUP))
        mine = (
            RecoveryCode.code_hash == _hash_of(account_id, grouped),
            RecoveryCode.account_id == account_id,
        )
        with self._database.transaction() as connection:
            return bool(connection.execute(delete(RecoveryCode).where(*mine)).rowcount)

    def _step(self, secret: str, code: str) -> int | None:
        """Return the 30-second step that the code belongs to, or None where it fits no step within the
        allowed drift.
        """
        try:
            return pyotp.TOTP(secret).verify_and_get_timecode(
                "".join(code.split()), for_time=self._clock(), valid_window=_DRIFT
            )
        except OTPVerificationError:
            return None

    @staticmethod
    def _new(token: str, secret: str, email: str) -> NewGenerator:
        link = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
        return NewGenerator(token, secret, link)


def factors_in(connection: Connection, account_id: int) -> Factors:
    """Return the factors of an account, within a transaction."""

    def count(model: type[CodeGenerator] | type[Passkey] | type[RecoveryCode]) -> int:
        query = select(func.count()).select_from(model).where(model.account_id == account_id)
        return connection.scalar(query) or 0

    return Factors(count(CodeGenerator) > 0, count(Passkey), count(RecoveryCode))


def note(connection: Connection, actor: Actor, action: str, after: dict[str, object], at: datetime) -> None:
    """Audit a change that a person made to their own account."""
    change = AuditChange(action, "account", actor.email, after=after)
    write_down(connection, [change], who=actor.who, at=at, reason="by themselves")


def key_opens_secrets(database: Database, seal: SecretBox) -> bool:
    """Whether the encryption key opens the secret of the authenticator app that was set up last; True where
    there is none.
    """
    latest = select(CodeGenerator.account_id, CodeGenerator.sealed_secret).order_by(
        CodeGenerator.created.desc()
    )
    with database.reading() as connection:
        row = connection.execute(latest.limit(1)).first()
    if row is None:
        return True
    try:
        seal.open(row.sealed_secret, bound_to=_owner(row.account_id))
    except UnavailableError:
        return False
    return True


def _owner(account_id: int) -> str:
    return f"account {account_id}"


def _paper_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_A_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash_of(account_id: int, code: str) -> str:
    return hashlib.sha256(f"recovery {account_id} {code}".encode("utf-8", "surrogatepass")).hexdigest()
