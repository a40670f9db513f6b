"""The way in: what a guess costs, who has to wait, and which codes count."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import insert, select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.credentials import passwords
from service.accounts.credentials.second_factor import RECOVERY_CODES, SecondFactors
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.sign_in.login_throttle import LoginThrottle, ThrottleLimit
from service.accounts.sign_in.service import NOBODY, SecondStep, SignedInAs, SignIn, Visitor
from service.accounts.sign_in.sessions import STRONG, Sessions
from service.errors import (
    ErrorCode,
    ForbiddenError,
    RefusedError,
    UnavailableError,
    VialcheckError,
    WaitError,
)
from service.storage.database import Database
from service.storage.models import Account, AuditEntry, CodeGenerator
from tests.factories.clock import Clock
from tests.factories.people import PASSWORD, member

ANN = "ann@example.org"
HOME = Visitor("203.0.113.7", "Firefox, Linux")
KEY = "k" * 40


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def factors(database: Database, clock: Clock, tmp_path: Path) -> SecondFactors:
    return SecondFactors(database, SecretBox(KEY, tmp_path / "key"), clock=clock)


@pytest.fixture
def way_in(database: Database, clock: Clock, factors: SecondFactors) -> SignIn:
    return SignIn(database, Sessions(database, clock=clock), factors, clock=clock)


@pytest.fixture
def ann(database: Database) -> Actor:
    number = member(database, Role.IMPORTER, email=ANN)
    kind = OrganisationKind.MANUFACTURER
    return Actor("ann", number, 1, "Example", kind, frozenset({Role.IMPORTER}), email=ANN)


def guess(way_in: SignIn, password: str, visitor: Visitor = HOME, email: str = ANN) -> str:
    """What becomes of one guess."""
    try:
        way_in.with_password(email, password, visitor)
    except VialcheckError as error:
        return str(error.code)
    return "in"


def with_generator(factors: SecondFactors, ann: Actor, clock: Clock) -> pyotp.TOTP:
    new = factors.begin_generator(ann.person_id, ANN)
    generator = pyotp.TOTP(new.secret)
    factors.finish_generator(ann, new.token, generator.at(clock.now))
    return generator


# --- passwords


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short 1 a", ErrorCode.PASSWORD_SHORT),
        ("a" * 201, ErrorCode.PASSWORD_LONG),
        # in every list
        ("password1234", ErrorCode.PASSWORD_COMMON),
        ("qwertyuiop123", ErrorCode.PASSWORD_COMMON),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa", ErrorCode.PASSWORD_COMMON),
        # the person's own words, alone and dressed up
        ("ostrelind biologics", ErrorCode.PASSWORD_COMMON),
        ("Ostrelind2026!", ErrorCode.PASSWORD_COMMON),
        ("ann ostrelind 1234", ErrorCode.PASSWORD_COMMON),
        # no rule of composition, and what is not Latin counts
        ("tumbling violet harbour", None),
        ("короткий слон бежит", None),
    ],
)
def test_which_passwords_are_taken(password: str, code: ErrorCode | None) -> None:
    about = ("Ann Miller", "ann@ostrelind.example", "Ostrelind Biologics")
    if code is None:
        passwords.check_new(password, about=about)
        return
    with pytest.raises(RefusedError) as refused:
        passwords.check_new(password, about=about)
    assert refused.value.code is code
    assert password not in str(refused.value)
    assert refused.value.given == ""


def test_a_password_composed_by_another_keyboard_is_the_same() -> None:
    kept = passwords.hash_password("cre\u0301me bru\u0302le\u0301e a la rose")
    assert passwords.verify_password(kept, "cr\u00e9me br\u00fbl\u00e9e a la rose")
    assert not passwords.verify_password(kept, "creme brulee a la rose")
    assert not passwords.verify_password("", "")
    assert not passwords.verify_password("not a hash", "x")


def test_passwords_are_hashed_with_at_least_what_owasp_asks_for(cheap_passwords: PasswordHasher) -> None:
    """OWASP's Password Storage Cheat Sheet: Argon2id, 19 MiB and two passes, or more; tests use less."""
    assert cheap_passwords.type is Type.ID
    assert cheap_passwords.memory_cost >= 19 * 1024
    assert cheap_passwords.time_cost >= 2


def test_a_hash_of_other_parameters_is_made_anew(way_in: SignIn, ann: Actor, database: Database) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with database.transaction() as connection:
        connection.execute(update(Account).values(password_hash=old))
    assert guess(way_in, PASSWORD) == "in"
    with database.reading() as connection:
        new = connection.scalar(select(Account.password_hash)) or ""
    assert not passwords.needs_rehash(new)
    assert passwords.verify_password(new, PASSWORD)


class Counting:
    """The real hasher, and how often it did its work: what is no hash is refused without any."""

    def __init__(self) -> None:
        self.asked = 0

    def verify(self, kept: str, given: str) -> bool:
        try:
            return PasswordHasher().verify(kept, given)
        except VerifyMismatchError:
            self.asked += 1
            raise


def test_an_address_that_nobody_has_costs_as_much_as_a_wrong_password(
    way_in: SignIn, ann: Actor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords._hash_of_no_password()
    with database.transaction() as connection:  # made by single sign-on: it has no password
        connection.execute(
            insert(Account).values(
                organisation_id=1, email="sso@example.org", name="S", roles=(), created=Clock().now
            )
        )
    for email in (ANN, "bob@example.org", "sso@example.org"):
        counting = Counting()
        with monkeypatch.context() as patched:
            patched.setattr(passwords, "_HASHER", counting)
            assert guess(way_in, "wrong", email=email) == "sign_in_wrong"
        assert counting.asked == 1, email


def test_what_was_typed_for_an_unknown_address_is_kept_nowhere(way_in: SignIn, database: Database) -> None:
    guess(way_in, "x", email="my-password-by-mistake")
    with database.reading() as connection:
        entry = connection.execute(select(AuditEntry.__table__)).one()
    assert (entry.action, entry.object_id, entry.network) == ("sign_in_refused", NOBODY, "203.0.113.0/24")
    assert "mistake" not in str(tuple(entry))


# --- waiting


def test_waits_grow_and_end(database: Database, clock: Clock) -> None:
    guesses, subject = (
        LoginThrottle(database, clock=clock),
        ThrottleLimit("x", 2, timedelta(seconds=10)).at("y"),
    )
    waits = []
    for _ in range(8):
        try:
            guesses.count([subject])
        except WaitError as error:
            waits.append(error.seconds)
            clock.ahead(seconds=error.seconds)
            guesses.count([subject])
    assert waits == [2, 3, 5, 9, 11, 11]
    clock.ahead(days=2)
    guesses.count([subject])
    guesses.count([subject])


def test_many_guesses_at_once_are_many(database: Database, clock: Clock) -> None:
    guesses, subject = (
        LoginThrottle(database, clock=clock),
        ThrottleLimit("x", 5, timedelta(minutes=1)).at("y"),
    )

    def one(_: int) -> bool:
        try:
            guesses.count([subject])
        except WaitError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(12))) == 5


def test_the_right_password_starts_the_count_anew(way_in: SignIn, ann: Actor) -> None:
    for _ in range(3):
        assert [guess(way_in, "wrong") for _ in range(4)] == ["sign_in_wrong"] * 4
        assert guess(way_in, PASSWORD) == "in"


def test_a_stranger_locks_nobody_out_of_their_own_desk(way_in: SignIn, ann: Actor) -> None:
    assert guess(way_in, PASSWORD) == "in"
    tried = [guess(way_in, "wrong", Visitor(f"198.51.{number}.1", "")) for number in range(30)]
    assert tried.count("sign_in_wrong") == 10, "from everywhere together, ten and no more"
    assert tried[-1] == "wait"
    assert guess(way_in, PASSWORD) == "in"
    assert guess(way_in, PASSWORD, Visitor("192.0.2.1", "")) == "wait", "where they never were they wait too"


def test_one_network_cannot_try_everybody(way_in: SignIn, ann: Actor) -> None:
    tried = [guess(way_in, "wrong", email=f"{number}@example.org") for number in range(52)]
    assert tried[:50] == ["sign_in_wrong"] * 50
    assert tried[-1] == "wait"


def test_a_spray_locks_nobody_out_who_signs_in_from_there(way_in: SignIn, ann: Actor) -> None:
    """A hospital's network, from which somebody tries every address that comes to mind."""
    assert guess(way_in, PASSWORD) == "in"
    tried = [guess(way_in, "wrong", email=f"{number}@example.org") for number in range(60)]
    assert tried[-1] == "wait"
    assert guess(way_in, PASSWORD) == "in"


# --- second factors


def test_a_code_counts_once_and_only_near_its_time(
    way_in: SignIn, ann: Actor, factors: SecondFactors, clock: Clock
) -> None:
    generator = with_generator(factors, ann, clock)
    step = way_in.with_password(ANN, PASSWORD, HOME)
    assert isinstance(step, SecondStep)
    used = generator.at(clock.now)

    def refused(code: str) -> bool:
        with pytest.raises(RefusedError):
            way_in.with_code(step.token, code, HOME)
        return True

    assert refused(used), "it was used to set the app up"
    clock.ahead(seconds=90)
    assert refused(generator.at(clock.now - timedelta(seconds=61)))
    now = generator.at(clock.now)
    assert isinstance(way_in.with_code(step.token, f"{now[:3]} {now[3:]}", HOME), SignedInAs)
    with pytest.raises(ForbiddenError):
        way_in.with_code(step.token, generator.at(clock.now + timedelta(seconds=30)), HOME)


def test_codes_are_not_guessed(way_in: SignIn, ann: Actor, factors: SecondFactors, clock: Clock) -> None:
    with_generator(factors, ann, clock)
    step = way_in.with_password(ANN, PASSWORD, HOME)
    for number in range(5):
        with pytest.raises(RefusedError):
            way_in.with_code(step.token, f"{number:06}", HOME)
    with pytest.raises(WaitError):
        way_in.with_code(step.token, "000005", HOME)


def test_a_code_on_paper_counts_once_and_for_its_owner(
    ann: Actor, factors: SecondFactors, database: Database, clock: Clock
) -> None:
    with_generator(factors, ann, clock)
    codes = factors.new_recovery_codes(ann)
    assert len(set(codes)) == RECOVERY_CODES
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code) for code in codes)
    bob = member(database, email="bob@example.org")
    with pytest.raises(RefusedError):
        factors.check(bob, codes[0])
    assert factors.check(ann.person_id, codes[0].upper().replace("-", " ")) == "recovery code"
    with pytest.raises(RefusedError):
        factors.check(ann.person_id, codes[0])
    new = factors.new_recovery_codes(ann)
    with pytest.raises(RefusedError):
        factors.check(ann.person_id, codes[1])
    assert factors.check(ann.person_id, new[0]) == "recovery code"


def test_the_only_second_factor_stays_where_it_is_needed(
    ann: Actor, factors: SecondFactors, clock: Clock
) -> None:
    with_generator(factors, ann, clock)
    with pytest.raises(RefusedError):
        factors.remove_generator(ann, needed=True)
    assert factors.of(ann.person_id).any
    factors.remove_generator(ann, needed=False)
    assert not factors.of(ann.person_id).any


def test_a_second_factor_is_asked_for_anew_after_some_hours(
    way_in: SignIn, ann: Actor, database: Database, clock: Clock
) -> None:
    sessions = Sessions(database, clock=clock)
    token = sessions.begin(ann.person_id, address="", device="", strong=True)
    seen = []
    for _ in range(4):
        actor = sessions.actor(token, address="")
        assert actor is not None
        seen.append(actor.strong)
        clock.ahead(hours=STRONG / timedelta(hours=2))
    assert seen == [True, True, False, False]


# --- the seal


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "made" / "vialcheck.key"


def test_the_key_is_made_once_for_its_owner_alone(key_file: Path) -> None:
    seal = SecretBox("", key_file)
    assert not key_file.exists(), "not before it is needed"
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda n: seal.seal(f"s{n}", bound_to="a"), range(8)))
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["vialcheck.key"]
    assert [SecretBox("", key_file).open(each, bound_to="a") for each in sealed] == [
        f"s{n}" for n in range(8)
    ]
    assert key_file.read_text() not in str(sealed)


def test_what_is_sealed_opens_for_its_owner_and_key_alone(key_file: Path) -> None:
    sealed = SecretBox(KEY, key_file).seal("secret", bound_to="account 1")
    assert "secret" not in sealed
    for key, owner in ((KEY, "account 2"), ("z" * 40, "account 1")):
        with pytest.raises(UnavailableError):
            SecretBox(key, key_file).open(sealed, bound_to=owner)
    with pytest.raises(RefusedError):
        SecretBox("too short", key_file)


def test_the_table_holds_no_secret_of_an_app(
    ann: Actor, factors: SecondFactors, database: Database, clock: Clock
) -> None:
    generator = with_generator(factors, ann, clock)
    with database.reading() as connection:
        kept = connection.scalar(select(CodeGenerator.sealed_secret)) or ""
    assert generator.secret not in kept
