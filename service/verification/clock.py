"""A clock that never goes back: a machine's clock set back must not turn `expired` into a pass."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime


def machine_time() -> datetime:
    """The machine's own idea of now, in UTC."""
    return datetime.now(UTC)


class Clock:
    """Now, and never earlier than the latest moment that this clock has shown or was told of."""

    def __init__(self, read: Callable[[], datetime] = machine_time, *, floor: datetime | None = None) -> None:
        self._read = read
        self._latest = floor
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        moment = self._read().astimezone(UTC)
        with self._lock:
            if self._latest is None or moment > self._latest:
                self._latest = moment
            return self._latest
