"""Enrolled devices: what their cookie is worth, and how it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.accounts.devices.enrolment import UNUSED
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.storage.database import Database
from service.storage.models import DevicePin, EnrolledDevice
from tests.factories.tablets import Tablet, all_of


def test_the_cookie_is_stored_as_a_hash_alone(database: Database) -> None:
    tablet = Tablet.of(database)
    [row] = all_of(database, EnrolledDevice)
    assert len(tablet.token) >= 43, "256 bits in base64url"
    assert tablet.token not in map(str, row)
    device = tablet.devices.find(tablet.token)
    assert device is not None
    assert device.name == "Room 2"


@pytest.mark.parametrize(
    ("name", "idle", "field"),
    [("", "5", "name"), ("x" * 81, "5", "name"), ("A\x00", "5", "name"), ("A", "11", "idle")],
)
def test_what_is_refused(database: Database, name: str, idle: str, field: str) -> None:
    tablet = Tablet.of(database)
    with pytest.raises(RefusedError) as refused:
        tablet.devices.enrol(tablet.admin, name, idle)
    assert refused.value.field == field


def test_a_revoked_device_opens_nothing_and_keeps_no_pin(database: Database) -> None:
    tablet = Tablet.of(database)
    session = tablet.sign_in(tablet.nurse).token
    assert tablet.actor(session) is not None
    [device] = tablet.devices.of(tablet.admin.organisation_id)
    with pytest.raises(NotFoundError):
        tablet.devices.revoke(tablet.stranger, device.id)
    tablet.devices.revoke(tablet.admin, device.id)
    tablet.devices.revoke(tablet.admin, device.id)  # again: nothing more happens
    assert tablet.actor(session) is None
    assert tablet.devices.find(tablet.token) is None
    assert all_of(database, DevicePin) == []
    assert [each for each in tablet.audited("device") if each[0] == "revoke"] == [("revoke", "Room 2", "")]


def test_a_device_that_was_long_unused_opens_nothing(database: Database) -> None:
    tablet = Tablet.of(database)
    tablet.clock.now += UNUSED - timedelta(minutes=1)
    assert tablet.actor(tablet.sign_in(tablet.nurse).token) is not None  # which counts as its use
    tablet.clock.now += UNUSED
    assert tablet.devices.find(tablet.token) is None


def test_an_admin_shortens_the_idle_time_and_lifts_locks_of_the_own_clinic_alone(database: Database) -> None:
    tablet = Tablet.of(database)
    [device] = tablet.devices.of(tablet.admin.organisation_id)
    session = tablet.sign_in(tablet.nurse).token
    tablet.clock.now += timedelta(minutes=3)
    assert tablet.actor(session) is not None
    tablet.devices.set_idle(tablet.admin, device.id, "2")
    tablet.clock.now += timedelta(minutes=2)
    assert tablet.actor(session) is None
    acts: tuple[Callable[[], None], ...] = (
        lambda: tablet.devices.set_idle(tablet.stranger, device.id, "10"),
        lambda: tablet.devices.lift_lock(tablet.stranger, device.id, tablet.nurse.person_id),
        lambda: tablet.devices.lift_lock(tablet.admin, device.id, tablet.admin.person_id),  # has no PIN here
    )
    for act in acts:
        with pytest.raises(NotFoundError) as refused:
            act()
        assert refused.value.code is ErrorCode.NOT_FOUND
