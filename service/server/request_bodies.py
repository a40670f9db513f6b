"""Receives request bodies without a thread, each within a deadline.

A body of up to `SMALL` bytes is awaited whole. A larger one is taken in pieces: in memory for a picture, on
disk for a list. Its sender has to keep up `MIN_RATE`. Deadlines are looked at by one sweep (`end_late`); a
timer for each piece would cost a tenth of all checks.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol

SMALL = 64 * 1024
"""Bytes of a body that need no room of their own."""

FIRST_BYTE = 10.0
"""Seconds until the first piece of a body has to be there."""

GRACE = 10.0
"""Seconds that a body may take, beside those that its bytes take at `MIN_RATE`."""

MIN_RATE = 8 * 1024
"""Bytes a second below which a sender is ended."""

MOST_SECONDS = 300.0
"""Seconds that any body may take."""

MOST_BODIES = 2000
"""Bodies on their way in one process."""

MOST_LARGE = 32
"""Of these, larger than `SMALL`."""

MOST_LARGE_OF_ONE = 8
"""Large bodies of one address."""

MEMORY = 192 * 1024 * 1024
"""Bytes of large bodies that one process keeps in memory at once; one address may take half of them."""


class BodyStream(Protocol):
    """The part of granian's protocol object that gives a body."""

    async def __call__(self) -> bytes: ...  # noqa: D102

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class LateError(Exception):
    """The body did not arrive in time (408)."""


class CutOffError(Exception):
    """The sender went away, or sent less than announced (400)."""


class NoRoomError(Exception):
    """Too many bodies are on their way (503)."""


class _Receipt:
    """One body on its way: since when, how much is there, and the task to cancel when it is late."""

    __slots__ = ("got", "late", "start", "task")

    def __init__(self, task: "asyncio.Task[object] | None") -> None:
        self.task, self.start, self.got, self.late = task, time.monotonic(), 0, False

    def is_late(self, now: float) -> bool:
        allowed = FIRST_BYTE if not self.got else min(MOST_SECONDS, GRACE + self.got / MIN_RATE)
        return now - self.start > allowed


class ReceivedBody:
    """A whole body. `close` gives back the room that it took; call it when the request is answered."""

    __slots__ = ("_memory", "_room", "_sender", "file", "size")

    def __init__(self, file: IO[bytes], size: int, room: "RequestBodies", sender: str, memory: int) -> None:
        self.file, self.size = file, size
        self._room, self._sender, self._memory = room, sender, memory

    def close(self) -> None:
        """Close the file, and give its room back."""
        self.file.close()
        self._room.release(self._sender, self._memory)


class RequestBodies:
    """The bodies on their way to one process. Called from the event loop alone.

    `folder`: where bodies lie that go to disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._coming: set[_Receipt] = set()
        self._large_of: Counter[str] = Counter()
        self._memory_of: Counter[str] = Counter()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the event loop that bodies arrive in, and make the folder."""
        self._loop = loop
        self._folder.mkdir(parents=True, exist_ok=True)

    async def small(self, stream: BodyStream, length: int) -> BytesIO:
        """A body of `length` bytes, at most `SMALL`. NoRoomError, LateError, CutOffError."""
        receipt = self._begin()
        try:
            body = await stream()
        except asyncio.CancelledError:
            raise _ended(receipt) from None
        finally:
            self._coming.discard(receipt)
        if len(body) != length:
            raise CutOffError
        return BytesIO(body)

    async def large(
        self, stream: BodyStream, length: int | None, *, most: int, on_disk: bool, sender: str
    ) -> ReceivedBody | None:
        """A body of any length (None: not announced); None for one of more than `most` bytes.

        `sender`: the address that it comes from. NoRoomError, LateError, CutOffError.
        """
        if length is not None and length > most:
            return None
        memory = 0 if on_disk else most if length is None else length
        self._reserve(sender, memory)
        target: IO[bytes] = BytesIO()
        body = ReceivedBody(target, 0, self, sender, memory)
        try:
            if on_disk:
                body.file = target = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (`close` does)
            body.size = await self._take(stream, length, most, target)
        except BaseException:
            body.close()
            raise
        if body.size > most:
            body.close()
            return None
        target.seek(0)
        return body

    async def _take(self, stream: BodyStream, length: int | None, most: int, target: IO[bytes]) -> int:
        receipt = self._begin()
        try:
            async for piece in stream:
                receipt.got += len(piece)
                if receipt.got > most:
                    return receipt.got
                target.write(piece)
        except asyncio.CancelledError:
            raise _ended(receipt) from None
        finally:
            self._coming.discard(receipt)
        if length is not None and receipt.got < length:
            raise CutOffError
        return receipt.got

    def release(self, sender: str, memory: int) -> None:
        """Give back what a large body had reserved."""
        for counter, amount in ((self._large_of, 1), (self._memory_of, memory)):
            counter[sender] -= amount
            if not counter[sender]:
                del counter[sender]

    def end_late(self) -> None:
        """End every body whose sender is too slow. Call it about once a second."""
        now = time.monotonic()
        for receipt in self._coming:
            if receipt.is_late(now) and receipt.task is not None and not receipt.late:
                receipt.late = True
                receipt.task.cancel()

    @property
    def coming(self) -> int:
        """How many bodies are on their way."""
        return len(self._coming)

    def _begin(self) -> _Receipt:
        if len(self._coming) >= MOST_BODIES:
            raise NoRoomError
        receipt = _Receipt(asyncio.current_task(self._loop))
        self._coming.add(receipt)
        return receipt

    def _reserve(self, sender: str, memory: int) -> None:
        full = self._large_of.total() >= MOST_LARGE or self._memory_of.total() + memory > MEMORY
        greedy = self._large_of[sender] >= MOST_LARGE_OF_ONE or self._memory_of[sender] + memory > MEMORY / 2
        if full or greedy:
            raise NoRoomError
        self._large_of[sender] += 1
        self._memory_of[sender] += memory


def _ended(receipt: _Receipt) -> BaseException:
    """What a cancelled receipt raises: by our own deadline, or because the request's task was cancelled."""
    return LateError() if receipt.late else asyncio.CancelledError()
