"""A circuit breaker: a responder that fails again and again is left alone for a while."""

import threading
import time
from collections.abc import Callable

FAILURES = 3
"""In a row: then the circuit opens."""

REST = 30.0
"""Seconds for which it stays open. Then one request is let through, and decides."""


class CircuitBreaker:
    """State of one responder; methods may be called from several threads. `clock`: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again = 0.0

    def admits(self) -> bool:
        """Whether a request may be sent now. After a rest one is let through; the next waits again."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._closed_again:
                return False
            self._closed_again = self._clock() + REST
            return True

    def note(self, *, failed: bool) -> None:
        """Note how a request ended."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if failed and self._failures >= FAILURES:
                self._closed_again = self._clock() + REST
