"""Dates and times as temperature loggers write them, in the order of the parts that the whole file allows.

Loggers write the clock of their place, without a zone. A file in which day and month can be told apart
nowhere is refused: the person says which comes first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from service.errors import ErrorCode, RefusedError

_DATE = re.compile(
    r"(?<!\d)(?P<a>\d{1,4})(?P<sign>[-/.])(?P<b>\d{1,2}|[A-Za-z]{3})(?P=sign)(?P<c>\d{1,4})(?!\d)"
    r"|(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
)
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?!\d)"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_OFFSET = re.compile(r"\s*(?:UTC|GMT)?(?P<sign>[-+])(?P<hours>\d{2}):?(?P<minutes>\d{2})\s*$|Z\s*$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FUTURE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """The parts of a moment as they stand in a row: year, and two numbers of which one is the month.

    `first`, `second`: day and month in the order in which they are written. `settled`: which is which is
    known (True: the first is the day), None where it is open. `offset`: of the row itself, None for the
    place's clock.
    """

    year: int
    first: int
    second: int
    settled: bool | None
    seconds: int
    offset: timedelta | None

    def local(self, day_first: bool) -> datetime | None:
        """The naive moment in that order; None where it is no day."""
        first_is_day = self.settled if self.settled is not None else day_first
        day, month = (self.first, self.second) if first_is_day else (self.second, self.first)
        try:
            return datetime(self.year, month, day) + timedelta(seconds=self.seconds)  # noqa: DTZ001
        except ValueError:
            return None


def read_moment(text: str) -> WrittenMoment | None:
    """Return the date and time in a text; None where either is missing.

    >>> read_moment("2026-11-28T08:05:00Z").local(True)
    datetime.datetime(2026, 11, 28, 8, 5)
    >>> read_moment("11/28/26 8:05 PM").local(False)
    datetime.datetime(2026, 11, 28, 20, 5)
    """
    date = _DATE.search(text)
    if date is None:
        return None
    rest = text[: date.start()] + " " + text[date.end() :].removeprefix("T")
    clock = _TIME.search(rest)
    if clock is None:
        return None
    seconds = _seconds(clock)
    parts = _date_parts(date)
    if seconds is None or parts is None:
        return None
    return WrittenMoment(*parts, seconds, _offset(rest[clock.end() :]))


def moments_of(
    written: Sequence[WrittenMoment], zone: tzinfo, day_first: bool | None, now: datetime
) -> list[datetime]:
    """Return the moments in UTC. RefusedError where day and month cannot be told apart (LOG_DAY_ORDER), a day
    is none (LOG_TIME_UNREADABLE), the clock goes back (LOG_OUT_OF_ORDER), or lies in the future.

    `written`: as the file has them, forwards or backwards. `day_first`: what the person said, None for
    nothing.
    """
    order = day_first if day_first is not None else _order_of(written, now.astimezone(zone))
    local = [each.local(order) for each in written]
    if any(each is None for each in local):
        raise RefusedError(ErrorCode.LOG_TIME_UNREADABLE, field="file")
    known = [each for each in local if each is not None]
    backwards = len(known) > 1 and known[0] > known[-1]
    steps = list(zip(written, known, strict=True))
    moments = _in_utc(reversed(steps) if backwards else steps, zone)
    if any(each > now + _FUTURE for each in moments):
        raise RefusedError(ErrorCode.LOG_IN_FUTURE, found=max(moments).isoformat(), field="file")
    return moments[::-1] if backwards else moments


def _in_utc(steps: Iterable[tuple[WrittenMoment, datetime]], zone: tzinfo) -> list[datetime]:
    """The moments, earliest first: of the hour that a clock shows twice, the second one once it went back."""
    moments: list[datetime] = []
    for written, local in steps:
        offset = written.offset
        aware = local.replace(tzinfo=zone if offset is None else timezone(offset))
        at = aware.astimezone(UTC)
        if moments and at < moments[-1]:
            at = aware.replace(fold=1).astimezone(UTC)
        if moments and at < moments[-1]:
            raise RefusedError(ErrorCode.LOG_OUT_OF_ORDER, found=local.isoformat(" "), field="file")
        moments.append(at)
    return moments


def _order_of(written: Sequence[WrittenMoment], today: datetime) -> bool:
    """Whether the day comes first. RefusedError(LOG_DAY_ORDER) where both orders make sense."""
    settled = {each.settled for each in written if each.settled is not None}
    if len(settled) == 1:
        return settled.pop()
    possible = [order for order in (True, False) if _makes_sense(written, order, today)]
    if len(possible) == 1 or all(each.settled is not None or each.first == each.second for each in written):
        return possible[0] if possible else True
    if not possible:
        raise RefusedError(ErrorCode.LOG_TIME_UNREADABLE, field="file")
    raise RefusedError(ErrorCode.LOG_DAY_ORDER, field="day_first")


def _makes_sense(written: Sequence[WrittenMoment], order: bool, today: datetime) -> bool:
    """Whether each row is a day in that order, none lies in the future, and none is weeks from the next."""
    local = [each.local(order) for each in written]
    latest = today.replace(tzinfo=None) + _FUTURE
    if any(each is None or each > latest for each in local):
        return False
    known = [each for each in local if each is not None]
    return all(abs(after - before) < timedelta(days=20) for before, after in pairwise(known))


def _date_parts(date: re.Match[str]) -> tuple[int, int, int, bool | None] | None:
    if date["year"]:
        return int(date["year"]), int(date["month"]), int(date["day"]), False
    a, b, c = date["a"], date["b"], date["c"]
    if b.isalpha():
        if b.lower() not in _MONTHS:
            return None
        return _year(c), int(a), _MONTHS.index(b.lower()) + 1, True
    if len(a) == 4:
        return int(a), int(b), int(c), False
    if len(a) > 2 or len(c) not in {2, 4}:
        return None
    first, second = int(a), int(b)
    settled = True if date["sign"] == "." or first > 12 else False if second > 12 else None
    return _year(c), first, second, settled


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _seconds(clock: re.Match[str]) -> int | None:
    hour, minute, second = int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
    half = (clock["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _offset(rest: str) -> timedelta | None:
    found = _OFFSET.match(rest)
    if found is None:
        return None
    if not found["sign"]:
        return timedelta(0)
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -offset if found["sign"] == "-" else offset
