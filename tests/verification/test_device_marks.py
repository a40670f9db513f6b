"""Marks of devices: the same within a week, another one after it, and nothing that leads back."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.storage.database import Database
from service.storage.models import DeviceMarkKey
from service.verification.device_marks import KEY_DAYS, DeviceMarks, coarse

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday: weeks of seconds since 1970 begin on one
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1"


def test_a_device_keeps_its_mark_for_a_week_in_every_process(database: Database) -> None:
    one, other = DeviceMarks(database), DeviceMarks(database)
    mark = one.mark("203.0.113.7", PHONE, NOW)
    assert mark == other.mark("203.0.113.7", PHONE, NOW + timedelta(days=6))
    assert mark == one.mark("203.0.113.99", PHONE.replace("17_4", "18_1"), NOW)  # cut and coarse
    assert mark != one.mark("203.0.114.7", PHONE, NOW)
    assert mark != one.mark("203.0.113.7", "curl/8", NOW)
    assert mark != one.mark("203.0.113.7", PHONE, NOW + timedelta(days=KEY_DAYS))


def test_the_key_of_a_week_that_is_over_is_destroyed(database: Database) -> None:
    keys = DeviceMarks(database)
    keys.mark("203.0.113.7", PHONE, NOW)
    with database.reading() as connection:
        first = connection.scalar(select(DeviceMarkKey.key))
    later = keys.mark("203.0.113.7", PHONE, NOW + timedelta(days=KEY_DAYS))
    with database.reading() as connection:
        (left,) = connection.scalars(select(DeviceMarkKey.key)).all()
    assert left != first
    # with the key that is left the mark can be made again: that is all that it is made of
    said = f"203.0.113.0/24\0{coarse(PHONE)}".encode()
    assert hashlib.blake2b(said, key=bytes.fromhex(left), digest_size=8).hexdigest() == later


def test_a_clock_that_steps_back_destroys_no_newer_key(database: Database) -> None:
    mark = DeviceMarks(database).mark("203.0.113.7", PHONE, NOW)
    assert DeviceMarks(database).mark("203.0.113.7", PHONE, NOW - timedelta(days=KEY_DAYS)) == mark


def test_no_address_gets_no_mark(database: Database) -> None:
    assert DeviceMarks(database).mark("", PHONE, NOW) == ""
