"""PINs: what one opens, on which device, for how long, and what ends it. Written as an attacker would try it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from service.accounts.actors import Role
from service.accounts.credentials import passwords
from service.accounts.devices.pin_rules import MOST_TRIES
from service.accounts.sign_in.sessions import LONGEST_ON_DEVICE, hash_of
from service.errors import ErrorCode, ForbiddenError, RefusedError
from service.storage.database import Database
from service.storage.models import Account, DevicePin, SignedIn
from tests.factories.tablets import HERE, PIN, Tablet, all_of


@pytest.fixture
def tablet(database: Database) -> Tablet:
    return Tablet.of(database)


def refused(tablet: Tablet, pin: str, token: str | None = None) -> ErrorCode:
    with pytest.raises((RefusedError, ForbiddenError)) as error:
        tablet.pins.sign_in(tablet.token if token is None else token, tablet.nurse.person_id, pin, HERE)
    return error.value.code


def test_a_pin_opens_the_clinics_work_and_nothing_more(tablet: Tablet) -> None:
    with tablet.database.transaction() as connection:  # whatever the person may do with a password
        everything = update(Account).where(Account.id == tablet.nurse.person_id)
        connection.execute(everything.values(roles=(Role.ADMIN, Role.CLINIC)))
    who = tablet.actor(tablet.sign_in(tablet.nurse).token)
    assert who is not None
    assert who.account_id == tablet.nurse.account_id
    assert who.roles == {Role.CLINIC}
    assert (who.strong, who.by_pin) == (False, True)
    assert not who.may(Role.ADMIN)
    assert who.who.pin_device == "Room 2"


def test_a_pin_is_worth_nothing_off_its_device(tablet: Tablet) -> None:
    other = tablet.devices.enrol(tablet.admin, "Room 3", "5")
    for token in ("", "made-up", other):
        assert refused(tablet, PIN, token) in {ErrorCode.DEVICE_NOT_ENROLLED, ErrorCode.PIN_WRONG}
    session = tablet.sign_in(tablet.nurse).token
    assert tablet.sessions.actor(session, address="203.0.113.7") is None, (
        "a stolen session without the device"
    )
    assert tablet.sessions.actor(session, address="203.0.113.7", device_token=other) is None
    assert tablet.actor(session) is not None


def test_the_hash_cannot_be_searched_without_the_device(tablet: Tablet) -> None:
    [row] = all_of(tablet.database, DevicePin)
    assert row.pin_hash.startswith("$argon2id$")
    assert not passwords.verify_password(row.pin_hash, PIN)


def test_after_few_wrong_ones_it_is_locked_until_an_admin_or_the_password_lifts_it(tablet: Tablet) -> None:
    [device] = tablet.devices.of(tablet.admin.organisation_id)
    for lift in (
        lambda: tablet.devices.lift_lock(tablet.admin, device.id, tablet.nurse.person_id),
        lambda: tablet.pins.set(tablet.nurse, tablet.token, PIN),  # the view asks for the password
    ):
        assert [refused(tablet, "999990") for _ in range(MOST_TRIES)] == [ErrorCode.PIN_WRONG] * MOST_TRIES
        assert refused(tablet, PIN) is ErrorCode.PIN_LOCKED, "also the right one"
        tablet.clock.now += timedelta(days=30)
        assert refused(tablet, PIN) is ErrorCode.PIN_LOCKED, "no time lifts it"
        lift()
        tablet.sign_in(tablet.nurse)
    actions = [each[0] for each in tablet.audited("account")]
    assert (actions.count("sign_in_refused"), actions.count("lock_pin")) == (2 * MOST_TRIES, 2)
    assert actions.count("lift_pin_lock") == 1


def test_a_right_one_in_time_begins_the_count_anew(tablet: Tablet) -> None:
    for _ in range(2):
        for _ in range(MOST_TRIES - 1):
            refused(tablet, "999990")
        tablet.sign_in(tablet.nurse)


def test_a_session_ends_when_idle_and_after_a_shift(tablet: Tablet) -> None:
    session = tablet.sign_in(tablet.nurse).token
    tablet.clock.now += timedelta(minutes=4, seconds=59)
    assert tablet.actor(session) is not None  # which counts as a request
    tablet.clock.now += timedelta(minutes=5)
    assert tablet.actor(session) is None
    locked = tablet.sessions.locked(session, tablet.token)
    assert locked is not None
    assert locked.account_id == tablet.nurse.account_id
    assert tablet.sessions.locked(session, "made-up") is None
    session, begun = tablet.sign_in(tablet.nurse).token, tablet.clock.now
    while tablet.clock.now < begun + LONGEST_ON_DEVICE - timedelta(minutes=4):
        tablet.clock.now += timedelta(minutes=4)
        assert tablet.actor(session) is not None
    tablet.clock.now = begun + LONGEST_ON_DEVICE
    assert tablet.actor(session) is None


def test_a_password_on_the_tablet_locks_as_soon(tablet: Tablet) -> None:
    session = tablet.with_password(tablet.admin)
    who = tablet.actor(session)
    assert who is not None
    assert not who.by_pin
    assert who.may(Role.ADMIN)
    tablet.clock.now += timedelta(minutes=5)
    assert tablet.actor(session) is None


def test_another_organisations_person_is_not_bound_to_the_tablet(tablet: Tablet) -> None:
    session = tablet.with_password(tablet.stranger)
    who = tablet.sessions.actor(session, address="203.0.113.7")
    assert who is not None
    assert not who.device
    with pytest.raises(ForbiddenError):
        tablet.pins.set(tablet.stranger, tablet.token, PIN)


@pytest.mark.parametrize("how", ["disabled", "roles", "password", "factors"])
def test_what_ends_a_persons_sessions_ends_the_pin(tablet: Tablet, how: str) -> None:
    person, people = tablet.nurse.person_id, tablet.people
    session = tablet.sign_in(tablet.nurse).token
    if how == "disabled":
        people.disable(tablet.admin, person)
        people.enable(tablet.admin, person)
    elif how == "roles":
        people.set_roles(tablet.admin, person, frozenset({Role.VIEWER}))
    elif how == "password":
        people.change_password(tablet.nurse, "", "a new and long one 4711")
    else:
        people.remove_factors(tablet.admin, person)
    who = tablet.actor(session)
    assert who is None or not who.roles
    assert refused(tablet, PIN) is ErrorCode.PIN_WRONG


def test_a_session_by_pin_sets_no_pin(tablet: Tablet) -> None:
    who = tablet.actor(tablet.sign_in(tablet.nurse).token)
    assert who is not None
    with pytest.raises(ForbiddenError):
        tablet.pins.set(who, tablet.token, "271828")


def test_switching_ends_the_session_before(tablet: Tablet) -> None:
    first = tablet.sign_in(tablet.nurse).token
    tablet.pins.set(tablet.admin, tablet.token, "271828")
    tablet.pins.sign_in(tablet.token, tablet.admin.person_id, "271828", HERE, instead_of=hash_of(first))
    assert tablet.actor(first) is None
    assert [row.by_pin for row in all_of(tablet.database, SignedIn)] == [True]
    sign_ins = [each for each in tablet.audited("account") if each[0] == "sign_in"]
    assert [each[2] for each in sign_ins] == ["Room 2", "Room 2"]
