"""Answers on their way to a provider of text messages: each for a minute at the most, and in memory alone.

No telephone's number is written down. An answer that has not left when its minute is over, or when the
process ends, is given up: its reader sends the message again.
"""

import heapq
import logging
import threading
import time
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple, Protocol

from service import metrics
from service.errors import ErrorCode, UnavailableError, VialcheckError

MOST = 200
"""Answers that wait at once. With five seconds for each the last would not leave within its minute, should
the provider not answer; should it answer, they leave within seconds."""

LASTS = 60.0
"""Seconds after which an answer is given up."""

PAUSES = (1.0, 5.0, 15.0)
"""Seconds before each further attempt."""

_AT_THE_END = 3.0
"""Seconds that a process waits for the answers that have not left when it ends."""

_log = logging.getLogger(__name__)


class OutgoingText(NamedTuple):
    """One message. `to`, `sender`: telephone numbers as the provider writes them; `link`: its own id of the
    conversation, where it asks for one.
    """

    to: str
    sender: str
    text: str
    link: str = ""


class TextProvider(Protocol):
    """The way to one provider."""

    @property
    def name(self) -> str:
        """What logs and metrics call it."""

    def send(self, message: OutgoingText, /) -> None:
        """Hand one message over. UnavailableError where it may be tried again, RefusedError where not."""


class _Waiting(NamedTuple):
    due: float
    number: int
    ends: float
    attempts: int
    provider: TextProvider
    message: OutgoingText


class TextOutbox:
    """What waits, and the thread that sends it, which starts with the first answer."""

    def __init__(self, *, most: int = MOST, lasts: float = LASTS, pauses: Sequence[float] = PAUSES) -> None:
        self._most, self._lasts, self._pauses = most, lasts, tuple(pauses)
        self._waiting: list[_Waiting] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closes: float | None = None

    def admit(self) -> None:
        """UnavailableError(BUSY) where there is no room for one more: its provider sends it again later."""
        with self._changed:
            if len(self._waiting) >= self._most or self._closes is not None:
                raise UnavailableError(ErrorCode.BUSY)

    def put(self, provider: TextProvider, message: OutgoingText) -> None:
        """Have a message sent soon."""
        now = time.monotonic()
        with self._changed:
            self._add(_Waiting(now, next(self._numbers), now + self._lasts, 0, provider, message))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="text messages", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Let what can leave at once do so, and end."""
        with self._changed:
            self._closes = time.monotonic() + _AT_THE_END
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_AT_THE_END)

    def _add(self, waiting: _Waiting) -> None:
        heapq.heappush(self._waiting, waiting)
        self._changed.notify()

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            self._send(waiting)

    def _next(self) -> _Waiting | None:
        """The next message as soon as it is due; None at the end."""
        with self._changed:
            while True:
                now = time.monotonic()
                due = self._waiting[0].due if self._waiting else None
                if due is not None and due <= now and not (self._closes is not None and self._closes <= now):
                    return heapq.heappop(self._waiting)
                if self._closes is not None:
                    return None  # what is to be tried later is given up
                self._changed.wait(None if due is None else due - now)

    def _send(self, waiting: _Waiting) -> None:
        provider, attempts = waiting.provider, waiting.attempts
        if time.monotonic() > waiting.ends:
            self._count(provider, "late")
            return
        try:
            provider.send(waiting.message)
        except UnavailableError as error:
            again = (
                time.monotonic() + self._pauses[attempts] if attempts < len(self._pauses) else waiting.ends
            )
            if again >= waiting.ends:
                _log.warning("an answer by %s was given up: %s", provider.name, error)
                self._count(provider, "given_up")
            else:
                with self._changed:
                    self._add(waiting._replace(due=again, attempts=attempts + 1))
        except VialcheckError as error:
            _log.warning("an answer was refused by %s: %s", provider.name, error)
            self._count(provider, "refused")
        else:
            self._count(provider, "sent")

    def _count(self, provider: TextProvider, outcome: str) -> None:
        metrics.count("vialcheck_text_messages", provider.name, outcome)
