"""The time by which verdicts are given: never turned back, and never believed where it jumps ahead.

A clock that is set back must not turn `expired` into a pass: `Clock` never shows an earlier moment than it
has shown, or than is on record. A clock that is years ahead would have everything rejected, and its records
would go on doing so after it was set right: it is not believed, and nothing is answered or recorded by it.

A clock is in doubt where it is more than `MOST_AHEAD` beyond what the time that went by (the kernel's, which
no user sets) makes of the moment at which this process began; or at its begin more than `MOST_IDLE` after the
latest record. `vialcheck clock set-right` says on record that it is right after all, and running processes
notice.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.storage.clock_records import LatestRecord, latest_record
from service.storage.database import Database

LONGEST_WAIT = timedelta(days=7)
"""How long a scan may have waited for a network. After that the vial itself has moved on."""

_SKEW = timedelta(minutes=5)
# So much may the clock of an asker's device be fast; what it says of the future is then taken for now.

MOST_AHEAD = timedelta(days=1)
"""A laptop that slept or a machine that was moved may wake up later than the kernel counted."""

_MOST_AHEAD_SECONDS = MOST_AHEAD.total_seconds()

MOST_IDLE = timedelta(days=90)
"""A service without a check, and without a change of its records, for longer than this is unusual."""

MOST_BEHIND = timedelta(hours=1)
"""Further behind the latest record a machine's clock is wrong, or the record is. Verdicts stay cautious."""

_LOOK_AGAIN = 1.0
"""Seconds between two looks whether an operator has set the clock right."""


def machine_time() -> datetime:
    """The machine's own idea of now, in UTC."""
    return datetime.now(UTC)


def elapsed_seconds() -> float:
    """Seconds since the machine was started, its sleep included where the kernel counts that."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """Now, and never earlier than the latest moment that this clock has shown or that is on record.

    `records` says what is on record; `read` and `elapsed` are the machine's, or a test's. `elapsed` None: no
    jump is noticed while it runs.
    """

    def __init__(
        self,
        read: Callable[[], datetime] = machine_time,
        *,
        records: Callable[[], LatestRecord] = lambda: LatestRecord(None),
        elapsed: Callable[[], float] | None = elapsed_seconds,
    ) -> None:
        self._read, self._records, self._elapsed = read, records, elapsed
        self._lock = threading.Lock()
        self._on_record = records()
        self._latest = self._on_record.moment
        self._looked = time.monotonic()
        self._began: tuple[datetime, float] | None = None
        """When this clock was asked first and believed, by the machine and by the kernel."""

    @classmethod
    def of(cls, database: Database, read: Callable[[], datetime] = machine_time) -> "Clock":
        """The clock of a database's records. A clock that a test reads knows no time that goes by."""
        elapsed = elapsed_seconds if read is machine_time else None
        made = cls(read, records=lambda: latest_record(database), elapsed=elapsed)
        if elapsed is not None:
            # Now, and not when it is first asked: that may be after a jump.
            made._begin(read().astimezone(UTC))
        return made

    def now(self) -> datetime:
        """The moment, aware, in UTC. UnavailableError(CLOCK_IN_DOUBT) where the machine's is not believed."""
        moment = self._read().astimezone(UTC)
        with self._lock:
            self._must_be_believed(moment)
            if self._latest is None or moment > self._latest:
                self._latest = moment
            elif self._latest - moment > MOST_BEHIND:
                self._look_again(moment)
            return max(moment, self._latest) if self._latest else moment

    def exact(self) -> datetime:
        """The same, for what may not be done by a doubtful clock at all, such as deleting what is old.

        UnavailableError(CLOCK_IN_DOUBT) also where the machine is behind the latest record.
        """
        moment = self._read().astimezone(UTC)
        now = self.now()
        if now - moment > MOST_BEHIND:
            raise _in_doubt(moment, f"the latest record is of {now:%Y-%m-%dT%H:%MZ}")
        return now

    def _must_be_believed(self, moment: datetime) -> None:
        self._begin(moment)
        if self._began is not None and not self._is_ahead(moment):
            return
        self._look_again(moment)
        if self._began is None:
            latest = self._on_record.moment
            assert latest is not None  # noqa: S101 (for the type checker: without records there is no doubt)
            raise _in_doubt(moment, f"the latest record is of {latest:%Y-%m-%dT%H:%MZ}")
        if self._is_ahead(moment):
            raise _in_doubt(moment, f"it was {self._began[0]:%Y-%m-%dT%H:%MZ} when this process began")

    def _is_ahead(self, moment: datetime) -> bool:
        if self._began is None or self._elapsed is None:
            return False
        began, counted = self._began
        return (moment - began).total_seconds() - (self._elapsed() - counted) > _MOST_AHEAD_SECONDS

    def _look_again(self, moment: datetime) -> None:
        """Whether an operator has set the clock right since."""
        if time.monotonic() - self._looked < _LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        found = self._records()
        if found.corrections > self._on_record.corrections:
            # Only that counts: what was recorded meanwhile may bear the moment that is in doubt.
            self._began, self._latest, self._on_record = None, found.moment, found
            self._begin(moment)

    def _begin(self, moment: datetime) -> None:
        """Believe the machine from here on, if nothing on record speaks against it."""
        latest = self._on_record.moment
        if self._began is None and (latest is None or moment - latest <= MOST_IDLE):
            self._began = (moment, self._elapsed() if self._elapsed else 0.0)


def _in_doubt(moment: datetime, found: str) -> UnavailableError:
    return UnavailableError(
        ErrorCode.CLOCK_IN_DOUBT,
        given=f"{moment:%Y-%m-%dT%H:%MZ}",
        expected="a moment near the latest record; vialcheck clock set-right says that it is right",
        found=found,
    )


def plausible_scan_time(scanned_at: datetime, now: datetime) -> datetime:
    """Return when the code was read, never after `now`. RefusedError(MOMENT_IMPLAUSIBLE)."""
    if not now - LONGEST_WAIT <= scanned_at <= now + _SKEW:
        raise RefusedError(
            ErrorCode.MOMENT_IMPLAUSIBLE,
            given=str(scanned_at),
            expected=f"a moment of the last {LONGEST_WAIT.days} days",
            found=f"{now:%Y-%m-%dT%H:%M:%SZ} here",
            field="scanned_at",
        )
    return min(scanned_at.astimezone(UTC), now)
