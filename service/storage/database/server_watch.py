"""Deadlines on our side for a PostgreSQL server that hangs: stopped, or behind a silent partition.

Neither tcp_user_timeout, keepalives nor statement_timeout end a wait for such a server. So a thread that has
waited `_PATIENCE` seconds for an answer asks the same server for a new connection. Where none comes, the
server is down: all who wait are told, new questions are refused at once, and a thread of this process tries
until a connection comes. A statement that is slow on a server that answers goes on, up to the deadline of
the request that it is for.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import generators, waiting
from psycopg.conninfo import make_conninfo

from service.errors import VialcheckError

T = TypeVar("T")

_INTERVAL = 0.1
"""Seconds between two looks at the deadlines by a thread that waits."""

_PATIENCE = 1.0
"""Seconds that a thread waits for an answer before it asks whether the server lives."""

_PROBE_SECONDS = 0.9
"""Seconds within which a server that lives accepts a connection. With `_PATIENCE` under 2 s: a request that
waited is answered within 3 s.
"""

_PAUSE = 0.3
"""Seconds between two attempts to reach a server that was down."""

_request = threading.local()


@contextmanager
def answering_until(due: float) -> Iterator[None]:
    """Within it no statement of this thread is waited for beyond `due` (monotonic seconds)."""
    _request.due = due
    try:
        yield
    finally:
        _request.due = None


class ServerWatch:
    """Whether the server of one `Database` answers. Its methods are called from any thread.

    `reconnect`: opens and closes a connection as any other, to whichever host takes it. `on_return`: called
    when the server answers again, after it was down.
    """

    def __init__(self, reconnect: Callable[[], None], on_return: Callable[[], None]) -> None:
        self._reconnect, self._on_return = reconnect, on_return
        self._lock = threading.Lock()
        self._seen = 0.0
        self._closed = threading.Event()
        self.down = ""
        """Why the server counts as down; empty: it does not."""

    def require_up(self) -> None:
        """OperationalError at once where the server is known to be down."""
        if self.down:
            raise psycopg.OperationalError(self.down)

    def look(self, connection: "WatchedConnection", waited: float) -> None:
        """OperationalError where a thread that waited so many seconds for an answer shall wait no more."""
        self.require_up()
        due = getattr(_request, "due", None)
        if due is not None and time.monotonic() > due:
            raise psycopg.OperationalError("the database did not answer in time")
        if waited < _PATIENCE or time.monotonic() - self._seen < _PATIENCE:
            return
        if not self._lock.acquire(blocking=False):
            return  # another thread asks
        try:
            if connection.server_lives():
                self._seen = time.monotonic()
                return
        finally:
            self._lock.release()
        self.give_up("the database server does not answer")
        self.require_up()

    def give_up(self, why: str) -> None:
        """Count the server as down from now on, and try to reach it until it answers."""
        with self._lock:
            if self.down or self._closed.is_set():
                return
            self.down = why
        threading.Thread(target=self._return, name="database-return", daemon=True).start()

    def close(self) -> None:
        """Try no more."""
        self._closed.set()

    def _return(self) -> None:
        while not self._closed.wait(_PAUSE):
            try:
                self._reconnect()
            except (psycopg.Error, OSError, VialcheckError):
                continue
            self._on_return()
            self.down = ""
            return


class WatchedConnection(psycopg.Connection[Any]):
    """A connection whose waits end where its server hangs. `watch` is set once it is open."""

    watch: ServerWatch | None = None
    conninfo = ""
    """What it was opened with: for asking the same server again."""

    def wait(
        self, gen: Generator[Any, Any, T], interval: float = _INTERVAL, timeout: float | None = None
    ) -> T:
        """See psycopg. The connection is closed where the wait is given up."""
        return super().wait(self._guarded(gen), interval=interval, timeout=timeout)

    def _guarded(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        begun = 0.0
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and self.watch is not None:  # an interval went by
                    begun = begun or time.monotonic() - _INTERVAL
                    try:
                        self.watch.look(self, time.monotonic() - begun)
                    except psycopg.OperationalError:
                        self.pgconn.finish()
                        raise
                wanted = gen.send(ready)
        except StopIteration as done:
            value: T = done.value
            return value

    def server_lives(self) -> bool:
        """Whether the server of this connection takes another one. One that refuses it in words lives too."""
        asked = make_conninfo(
            self.conninfo,
            host=self.pgconn.host.decode(),
            port=self.pgconn.port.decode(),
            hostaddr=self.pgconn.hostaddr.decode() or None,
        )
        try:
            waiting.wait_conn(generators.connect(asked), interval=_INTERVAL, timeout=_PROBE_SECONDS).finish()
        except psycopg.Error as error:
            return "FATAL" in str(error)
        return True
