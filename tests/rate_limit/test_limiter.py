"""What a day's work and an attack cost, by a clock that is set: budgets are spent and earned back in hours."""

from pathlib import Path

import pytest

from service.errors import WaitError
from service.rate_limit.limiter import Payer, RateLimiter
from service.rate_limit.shared_file import SharedFile


class Clock:
    """Seconds, moved by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def refused(folder: Path, *, a_minute: int, misses_an_hour: int, hours: int) -> int:
    """How many of the checks of one network at an even pace are refused."""
    clock, payer, stopped = Clock(), Payer("203.0.113.0/24"), 0
    limiter = RateLimiter(SharedFile(folder / "budgets", clock=clock))
    for number in range(60 * a_minute * hours):
        clock.now += 60 / a_minute
        try:
            limiter.admit(payer)
        except WaitError:
            stopped += 1
        else:
            if misses_an_hour and number % (60 * a_minute // misses_an_hour) == 0:
                limiter.note_miss(payer)
    limiter.close()
    return stopped


@pytest.mark.parametrize(
    ("a_minute", "misses_an_hour", "stops"),
    [
        (60, 0, False),  # an honest clinic, or several behind one address
        (60, 20, False),  # which mistypes a serial every three minutes
        (60, 60, True),  # once a minute: a guesser at leisure
        (400, 0, True),  # no clinic
    ],
)
def test_a_working_day_behind_one_address(
    tmp_path: Path, a_minute: int, misses_an_hour: int, stops: bool
) -> None:
    stopped = refused(tmp_path, a_minute=a_minute, misses_an_hour=misses_an_hour, hours=8)
    assert (stopped > 0) is stops
