"""A scan that waited for a network: its own time is kept beside the check's, and makes nothing milder."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from service.authenticity.evidence import Asker
from service.authenticity.reasons import ReasonCode
from service.errors import ErrorCode, InvalidFieldsError, RefusedError
from service.storage.database import Database
from service.storage.models import Batch, Scan
from service.verification.clock import LONGEST_WAIT
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories import maker_records
from tests.factories.questions import Asked, make_question

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCAN = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    return database


@pytest.fixture
def desk(filled: Database) -> Iterator[VerificationService]:
    opened = VerificationService(filled, window=0.1, read_clock=lambda: NOW)
    yield opened
    opened.close()


def asked(moment: datetime | str, nonce: str | None = None) -> Asked:
    return make_question(scan=SCAN, scanned_at=str(moment), asker=Asker.CLINIC, nonce=nonce)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-11-23T11:00:00Z", NOW - HOUR),
        ("2026-11-23T12:00:00.250+01:00", NOW - HOUR + timedelta(milliseconds=250)),
        ("2026-11-23 06:00-05:00", NOW - HOUR),
        (NOW - LONGEST_WAIT, NOW - LONGEST_WAIT),
        (NOW + timedelta(minutes=5), NOW),  # a clock that is fast: nothing is scanned after it was checked
    ],
)
def test_the_time_of_the_scan_is_recorded_beside_the_time_of_the_check(
    desk: VerificationService, filled: Database, said: str, kept: datetime
) -> None:
    answer = desk.verify(*asked(said))
    assert (answer.scanned_at, answer.verdict.as_of) == (kept, NOW)
    assert desk.find_check(answer.id or "").scanned_at == kept
    with filled.reading() as connection:
        assert connection.execute(select(Scan.at, Scan.scanned_at)).one() == (NOW, kept)


def test_what_is_asked_at_once_has_one_time(desk: VerificationService) -> None:
    assert desk.verify(Question(scan=SCAN), RequestOrigin(Channel.API)).scanned_at is None


@pytest.mark.parametrize(
    "said",
    [
        NOW + timedelta(minutes=6),
        NOW - LONGEST_WAIT - timedelta(seconds=1),
        "0001-01-01T00:00:00+23:59",  # before time begins, in UTC
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_recorded(
    desk: VerificationService, filled: Database, said: datetime | str
) -> None:
    with pytest.raises(RefusedError) as refused:
        desk.verify(*asked(said))
    assert (refused.value.code, refused.value.field) == (ErrorCode.MOMENT_IMPLAUSIBLE, "scanned_at")
    with filled.reading() as connection:
        assert connection.execute(select(Scan.id)).all() == []


@pytest.mark.parametrize(
    "said", ["yesterday", "2026-11-23T11:00:00", "2026-11-23", "1795437200", "٢٠٢٦", "\0"]
)
def test_a_time_that_is_none_is_refused(desk: VerificationService, said: str) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        desk.verify(*asked(said))
    (error,) = refused.value.errors
    assert (error.code, error.field) == (ErrorCode.MOMENT_UNREADABLE, "scanned_at")


def test_the_same_nonce_with_another_time_is_still_the_same_check(desk: VerificationService) -> None:
    """Whose clock was refused asks again without it."""
    first = desk.verify(*asked(NOW - HOUR, nonce="n"))
    question, origin = asked(NOW - HOUR, nonce="n")
    again = desk.verify(replace(question, scanned_at=""), origin)
    assert (again.id, again.repeated, again.scanned_at) == (first.id, True, NOW - HOUR)


def codes(desk: VerificationService, question: Asked) -> set[ReasonCode]:
    return {reason.code for reason in desk.preview(*question).verdict.reasons}


def test_an_earlier_time_does_not_unexpire_anything(desk: VerificationService, filled: Database) -> None:
    with filled.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(expiry=(NOW - timedelta(days=1)).date()))
    assert ReasonCode.EXPIRED in codes(desk, asked(NOW - timedelta(days=2)))


def test_a_vial_that_was_there_before_its_lot_was_released_is_held(
    desk: VerificationService, filled: Database
) -> None:
    with filled.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(released=NOW.date()))
    assert ReasonCode.NOT_RELEASED not in codes(desk, asked(NOW - HOUR))
    assert ReasonCode.NOT_RELEASED in codes(desk, asked(NOW - timedelta(days=2)))
