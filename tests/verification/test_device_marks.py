"""Marks of networks: the same within a week, another one after it, and nothing that leads back."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.storage.database import Database
from service.storage.models import DeviceMarkKey
from service.verification.device_marks import KEY_DAYS, DeviceMarks

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday: weeks of seconds since 1970 begin on one


def test_a_network_keeps_its_mark_for_a_week_in_every_process(database: Database) -> None:
    one, other = DeviceMarks(database), DeviceMarks(database)
    mark = one.mark("203.0.113.7", NOW)
    assert mark == other.mark("203.0.113.7", NOW + timedelta(days=6))
    assert mark == one.mark("203.0.113.99", NOW)  # cut
    assert mark != one.mark("203.0.114.7", NOW)
    assert mark != one.mark("203.0.113.7", NOW + timedelta(days=KEY_DAYS))


def test_the_key_of_a_week_that_is_over_is_destroyed(database: Database) -> None:
    keys = DeviceMarks(database)
    keys.mark("203.0.113.7", NOW)
    with database.reading() as connection:
        first = connection.scalar(select(DeviceMarkKey.key))
    later = keys.mark("203.0.113.7", NOW + timedelta(days=KEY_DAYS))
    with database.reading() as connection:
        (left,) = connection.scalars(select(DeviceMarkKey.key)).all()
    assert left != first
    # with the key that is left the mark can be made again: that is all that it is made of
    said = b"203.0.113.0/24"
    assert hashlib.blake2b(said, key=bytes.fromhex(left), digest_size=8).hexdigest() == later


def test_a_clock_that_steps_back_destroys_no_newer_key(database: Database) -> None:
    mark = DeviceMarks(database).mark("203.0.113.7", NOW)
    assert DeviceMarks(database).mark("203.0.113.7", NOW - timedelta(days=KEY_DAYS)) == mark


def test_no_address_gets_no_mark(database: Database) -> None:
    assert DeviceMarks(database).mark("", NOW) == ""


def test_a_process_that_starts_while_another_writes_for_long_answers(sqlite_url: str) -> None:
    """The key is there, and reading it needs no lock. A new week's cannot be stored: then no mark is made."""
    database = Database(sqlite_url, wait_seconds=0.05)
    mark = DeviceMarks(database).mark("203.0.113.7", NOW)
    with Database(sqlite_url).transaction():
        assert DeviceMarks(database).mark("203.0.113.7", NOW) == mark != ""
        assert DeviceMarks(database).mark("203.0.113.7", NOW + timedelta(days=KEY_DAYS)) == ""
    assert DeviceMarks(database).mark("203.0.113.7", NOW + timedelta(days=KEY_DAYS)) not in {"", mark}
    database.close()


def test_a_telephone_has_a_mark_of_its_own_however_its_number_is_written(database: Database) -> None:
    marks = DeviceMarks(database)
    mark = marks.mark_of_phone("+1 (500) 555-0006", NOW)
    assert mark == marks.mark_of_phone("+15005550006", NOW + timedelta(days=6))
    assert mark != marks.mark_of_phone("+15005550007", NOW)
    assert mark != marks.mark_of_phone("+15005550006", NOW + timedelta(days=KEY_DAYS))
    assert "5005550006" not in mark
    assert marks.mark_of_phone("", NOW) == ""
