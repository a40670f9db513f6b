"""The clock that verdicts are given by: never back, and never far ahead without a person's word."""

from datetime import UTC, datetime, timedelta

import pytest

from service.errors import ErrorCode, UnavailableError
from service.storage.clock_records import LatestRecord
from service.storage.database import Database
from service.verification import clock as module
from service.verification.clock import MOST_AHEAD, MOST_BEHIND, MOST_IDLE, Clock

START = datetime(2026, 11, 27, 12, tzinfo=UTC)
LONG = timedelta(days=1800)
TICK = timedelta(seconds=1)


class Machine:
    """A machine whose clock is set by hand, while the kernel counts the seconds that went by."""

    def __init__(self, latest: datetime | None = START) -> None:
        self.wall, self.counted, self.record = START, 100.0, LatestRecord(latest)
        self.clock = Clock(lambda: self.wall, records=lambda: self.record, elapsed=lambda: self.counted)

    def later(self, much: timedelta) -> None:
        self.wall += much
        self.counted += much.total_seconds()

    def in_doubt(self) -> bool:
        try:
            self.clock.now()
        except UnavailableError as error:
            return error.code is ErrorCode.CLOCK_IN_DOUBT
        return False


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_AGAIN", 0.0)


def test_time_that_goes_by_is_believed_however_long_it_is() -> None:
    machine = Machine()
    for _ in range(50):
        assert machine.clock.now() == machine.clock.exact() == machine.wall
        machine.later(timedelta(days=100))


@pytest.mark.parametrize(
    ("jump", "doubt"),
    [
        (MOST_AHEAD, False),  # a laptop that slept, where the kernel did not count
        (MOST_AHEAD + TICK, True),
        (LONG, True),
        (-LONG, False),  # set back: the latest moment stays
    ],
)
def test_a_jump_while_it_runs(jump: timedelta, doubt: bool) -> None:
    machine = Machine()
    assert machine.clock.now() == START
    machine.wall += jump
    assert machine.in_doubt() == doubt
    machine.wall = START + TICK
    assert machine.clock.now() == (START + jump if jump == MOST_AHEAD else START + TICK)


@pytest.mark.parametrize(
    ("latest", "doubt"),
    [
        (None, False),  # the first start: there is nothing to hold it against
        (START - MOST_IDLE, False),
        (START - MOST_IDLE - TICK, True),
        (START - LONG, True),
        (START + LONG, False),  # the record is ahead of the machine
    ],
)
def test_a_clock_that_is_ahead_at_the_start(latest: datetime | None, doubt: bool) -> None:
    assert Machine(latest).in_doubt() == doubt


def test_many_small_jumps_are_a_large_one() -> None:
    machine = Machine()
    machine.clock.now()
    for _ in range(3):
        machine.wall += MOST_AHEAD * 0.6
        doubt = machine.in_doubt()
    assert doubt


def test_what_is_recorded_meanwhile_says_nothing_but_a_correction_does() -> None:
    machine = Machine(START - LONG)
    assert machine.in_doubt()
    machine.record = LatestRecord(START)
    assert machine.in_doubt()
    machine.record = LatestRecord(START, corrections=1)
    assert machine.clock.now() == START


def test_after_a_correction_the_latest_moment_is_forgotten() -> None:
    machine = Machine(START + LONG)
    assert machine.clock.now() == START + LONG
    machine.record = LatestRecord(START, corrections=1)
    machine.clock.now()
    machine.later(TICK)
    assert machine.clock.now() == machine.clock.exact() == START + TICK


@pytest.mark.parametrize(
    ("latest", "exact"), [(START + MOST_BEHIND, True), (START + MOST_BEHIND + TICK, False)]
)
def test_a_machine_behind_its_records_answers_and_does_nothing_by_the_calendar(
    latest: datetime, exact: bool
) -> None:
    machine = Machine(latest)
    assert machine.clock.now() == latest
    if exact:
        assert machine.clock.exact() == latest
    else:
        with pytest.raises(UnavailableError, match="clock in doubt"):
            machine.clock.exact()


def test_a_process_that_is_asked_first_after_a_jump_has_noticed_it(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several processes one may not have been asked before; and there may be nothing on record."""
    database = Database(sqlite_url)
    real = module.machine_time
    clock = Clock.of(database, real)
    monkeypatch.setattr(clock, "_read", lambda: real() + LONG)
    with pytest.raises(UnavailableError):
        clock.now()
    database.close()
