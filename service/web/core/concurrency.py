"""Limits concurrent request handling per process. Bodies are read before a slot is taken, so slow clients
hold none.

Python runs one thread at a time, and threads that contend for the interpreter slow each other down; a phone
on a slow line takes a minute to send a photo, and must not hold a slot meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from flask import request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

WAITING = 32
"""Threads of a process: so many requests can wait for a body or a slot."""

_SMALL = 64 * 1024
_LARGE_AT_ONCE = 16
# They are in memory until they are read: a photo is not written to a disk.
_KEY = "vialcheck.turns"

Turn = SimpleQueue[None]


class ConcurrencyLimiter:
    """WSGI middleware. `at_once`: how many requests are handled at the same time.

    A body of up to `largest` bytes is received before a slot is taken. A larger one (a list) is received
    within the slot, by the view that takes it and after its sender was recognised.
    """

    def __init__(self, app: "Application", *, at_once: int, largest: int) -> None:
        self._app, self._largest = app, largest
        self._turns, self._large = _filled(at_once), _filled(_LARGE_AT_ONCE)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Receive the body, wait for a slot, answer."""
        length = environ.get("CONTENT_LENGTH")
        if length:
            self._receive(environ, length)
        environ[_KEY] = self._turns
        self._turns.get()
        try:
            return self._app(environ, start_response)
        finally:
            self._turns.put(None)

    def _receive(self, environ: "WSGIEnvironment", said: str) -> None:
        length = int(said) if said.isascii() and said.isdecimal() else 0
        if length <= _SMALL:
            environ["wsgi.input"] = _received(environ["wsgi.input"], length)
        elif length <= self._largest:
            self._large.get()
            try:
                environ["wsgi.input"] = _received(environ["wsgi.input"], length)
            finally:
                self._large.put(None)


@contextmanager
def yield_slot() -> Iterator[None]:
    """Release the slot while this request waits, or works outside the interpreter's lock."""
    turns: Turn | None = request.environ.get(_KEY)
    if turns is None:
        yield
        return
    turns.put(None)
    try:
        yield
    finally:
        turns.get()


def _filled(number: int) -> Turn:
    turns = Turn()
    for _ in range(number):
        turns.put(None)
    return turns


def _received(stream: Any, length: int) -> BytesIO:
    """Return the whole body, or what was received before the client disconnected."""
    sent: bytes = stream.read(length)
    if len(sent) == length:
        return BytesIO(sent)
    parts, missing = [sent], length - len(sent)
    while missing > 0 and (more := stream.read(missing)):
        parts.append(more)
        missing -= len(more)
    return BytesIO(b"".join(parts))
