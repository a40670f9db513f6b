"""What readings say: times outside the limits, and times without readings."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clinics.temperature.readings import LoggerReading, StorageLimits, excursions_in, gaps_in

START = datetime(2026, 11, 27, 8, tzinfo=UTC)
FRIDGE = StorageLimits(2, 8)


def log(*values: int | None, minutes: int = 10) -> list[LoggerReading]:
    """Readings in hundredths of a degree, ten minutes apart; None for one that is missing."""
    steps = enumerate(values)
    return [
        LoggerReading(START + timedelta(minutes=minutes * n), each) for n, each in steps if each is not None
    ]


@pytest.mark.parametrize(
    ("values", "limits", "found"),
    [
        ((450, 800, 200), FRIDGE, []),  # the limits themselves lie inside
        ((450, 801, 790), FRIDGE, [(10, 20, 801, 801)]),  # until the next reading inside
        ((450, 900, 1200, 790), FRIDGE, [(10, 30, 900, 1200)]),
        ((900, 450, 199), FRIDGE, [(0, 10, 900, 900), (20, 20, 199, 199)]),  # the last one is open
        ((900, 100, 450), FRIDGE, [(0, 20, 100, 900)]),  # from too warm to too cold without a good one
        ((-2500, 450), StorageLimits(None, 8), []),  # no lower limit on record
        ((2600, 450), StorageLimits(None, None), []),
    ],
)
def test_times_outside(
    values: tuple[int, ...], limits: StorageLimits, found: list[tuple[int, int, int, int]]
) -> None:
    periods = excursions_in(log(*values), limits)
    assert [
        ((each.started - START).seconds // 60, (each.ended - START).seconds // 60, each.lowest, each.highest)
        for each in periods
    ] == found


def test_of_two_values_at_one_moment_the_one_outside_counts() -> None:
    readings = sorted([*log(450, 450, 450), LoggerReading(START + timedelta(minutes=10), 950)])
    [period] = excursions_in(readings, FRIDGE)
    assert (period.started, period.highest) == (START + timedelta(minutes=10), 950)


@pytest.mark.parametrize(
    ("readings", "gaps"),
    [
        (log(450, 450, 450), 0),
        (log(450, 450, None, 450, 450), 0),  # one reading late is none yet
        (log(450, 450, None, None, 450, 450), 1),
        (log(450, minutes=10), 0),
        (log(450, 450, 450, minutes=720), 0),  # twice a day, as a report of extremes
        (log(450, 450, 450, None, 450, minutes=50), 1),  # longer than an hour
    ],
)
def test_times_without_readings(readings: list[LoggerReading], gaps: int) -> None:
    assert len(gaps_in(readings)) == gaps


@given(st.lists(st.integers(-3000, 4000), max_size=30))
def test_every_reading_outside_lies_in_a_period_and_none_inside_begins_one(values: list[int]) -> None:
    readings = log(*values)
    periods = list(excursions_in(readings, FRIDGE))
    for each in readings:
        inside = any(period.started <= each.at <= period.ended for period in periods)
        assert FRIDGE.allows(each.hundredths) or inside
        assert not any(period.started == each.at for period in periods) or not FRIDGE.allows(each.hundredths)
    assert all(before.ended <= after.started for before, after in itertools.pairwise(periods))
