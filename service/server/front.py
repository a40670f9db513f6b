"""The RSGI application that granian calls: receives a request whole, then has a thread pool run it.

    receive the body, within its deadline   (event loop, no thread)
    run the WSGI application                (a thread of the view's pool; 503 where its queue is full)
    send the answer, within its deadline    (event loop, no thread)

`/live` is answered here, without a thread: it says that the process lives, and nothing else.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import IO, Any, Protocol

from flask import Flask

from service import metrics
from service.server.logs import request_id_bound
from service.server.pools import BusyError, ThreadPools, pool_limits
from service.server.refusals import Refusals
from service.server.request_bodies import (
    SMALL,
    CutOffError,
    LateError,
    NoRoomError,
    ReceivedBody,
    RequestBodies,
)
from service.server.request_log import RequestLog, request_id_of
from service.server.routing import RequestRouting
from service.server.wsgi import Environ, Scope, WsgiAnswer, call, environ_of
from service.web.core.access import may_open
from service.web.core.concurrency import MAY_MOVE, PAID, PAID_BEFORE, Pool, PoolChange
from service.web.core.services import services_of

_SWEEP = 0.5
"""Seconds between two looks at deadlines."""

_SEND_GRACE, _SEND_RATE = 30.0, 16 * 1024
# A large answer is given up when its reader is slower than so many bytes a second, after so many seconds.
_PIECE = 64 * 1024


class HttpProtocol(Protocol):
    """The part of granian's protocol object that is used here."""

    async def __call__(self) -> bytes: ...  # noqa: D102

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...  # noqa: D102

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None: ...  # noqa: D102

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any: ...  # noqa: D102


class _Request:
    """One request on its way through the front."""

    __slots__ = ("begun", "environ", "id", "pool", "protocol")

    def __init__(self, scope: Scope, protocol: HttpProtocol) -> None:
        self.begun = time.perf_counter()
        self.environ, self.protocol = environ_of(scope), protocol
        self.id, self.pool = "", Pool.PAGES


class Front:
    """The front of one worker process, around its WSGI application.

    `start`: called once the event loop runs; `stop`: when the process is told to end.
    """

    def __init__(self, app: Flask, *, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self._services = services_of(app)
        settings = self._services.settings
        self._app, self._start, self._stop = app, start, stop
        self._proxies = settings.proxies
        self._routing = RequestRouting(app)
        self._refusals = Refusals(app)
        self._bodies = RequestBodies(settings.files)
        self._pools = ThreadPools(pool_limits(settings.threads, database_wait=settings.wait))
        self._log = RequestLog(self._routing.view, everything=settings.log_requests)
        self._live = self._refusals.live()
        self._ids = map(f"{secrets.token_hex(4)}-{{:x}}".format, itertools.count(1))

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Granian calls it before the first request."""
        self._loop = loop
        self._pools.start(loop)
        self._bodies.start(loop)
        self._sweep()
        self._start()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Granian calls it after the last request."""
        self._pools.close()
        self._stop()

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request."""
        if scope.path == "/live" and scope.method in {"GET", "HEAD"}:
            _send(protocol, self._live)
            return
        request = _Request(scope, protocol)
        environ = request.environ
        request.id = request_id_of(environ, self._proxies) or next(self._ids)
        environ["vialcheck.request_id"] = request.id
        request.pool = self._routing.pool(scope.method, environ["PATH_INFO"])
        body: ReceivedBody | None = None
        try:
            if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
                body = await self._receive(protocol, environ)
            answer = await self._answer(request, body)
        except (BusyError, NoRoomError):
            answer = self._refusals.refuse(503, environ)
        except LateError:
            answer = self._refusals.refuse(408, environ)
        except CutOffError:
            answer = self._refusals.refuse(400, environ)
        except Exception as error:
            self._log.failure(environ, error)
            answer = self._refusals.refuse(500, environ)
        finally:
            if body is not None:
                body.close()
        if answer is None:
            return  # sent by the thread
        if answer.spooled is None:
            self._send_at_once(request, answer)
        else:
            await self._send_pieces(request, answer, answer.spooled)

    async def _answer(self, request: "_Request", body: ReceivedBody | None) -> WsgiAnswer | None:
        """The application's answer; None where a thread has sent it.

        A request that has to wait for another organisation begins again, once, in the pool for that.
        """
        request.environ[MAY_MOVE] = True
        try:
            return await self._run(request)
        except PoolChange as change:
            request.pool = change.pool
        environ = request.environ
        environ[MAY_MOVE] = False
        environ[PAID_BEFORE] = environ.pop(PAID, 0)
        if body is not None:
            body.file.seek(0)
            environ["wsgi.input"] = body.file
        return await self._run(request)

    async def _run(self, request: "_Request") -> WsgiAnswer | None:
        answer: WsgiAnswer | None = await self._pools.run(
            request.pool, lambda: self._call(request), lambda made: self._send_at_once(request, made)
        )
        return answer

    def _call(self, request: "_Request") -> WsgiAnswer:
        with request_id_bound(request.id):
            return call(self._app.wsgi_app, request.environ)

    async def _receive(self, protocol: HttpProtocol, environ: Environ) -> ReceivedBody | None:
        """Put the body into the environ; what is to be closed after the answer, if anything is.

        A body that its view would not take is not received: the application is called without it, and says
        in its own words why not.
        """
        said = environ.get("CONTENT_LENGTH")
        length = int(said) if said is not None and said.isascii() and said.isdecimal() else None
        if length is not None and length <= SMALL:
            environ["wsgi.input"] = await self._bodies.small(protocol, length)
            return None
        rule = self._routing.body(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if rule is None:
            return None
        if not rule.open_to_everyone and not await self._may_send(environ):
            environ["CONTENT_LENGTH"] = "0"
            return None
        body = await self._bodies.large(
            protocol, length, most=rule.most, on_disk=rule.on_disk, sender=self._sender(environ)
        )
        environ["CONTENT_LENGTH"] = str(body.size if body is not None else length or rule.most + 1)
        if body is not None:
            environ["wsgi.input"] = body.file
        return body

    async def _may_send(self, environ: Environ) -> bool:
        asked = dict(environ, CONTENT_LENGTH="0")
        allowed: bool = await self._pools.run(Pool.PAGES, lambda: may_open(self._app, asked))
        return allowed

    def _sender(self, environ: Environ) -> str:
        """The address that sends: with proxies of our own in front, the one that the outermost saw."""
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if self._proxies and len(forwarded) >= self._proxies:
            return str(forwarded[-self._proxies]).strip()
        return str(environ["REMOTE_ADDR"])

    def _send_at_once(self, request: "_Request", answer: WsgiAnswer) -> bool:
        """Send an answer from any thread; False for one that has to be sent in pieces."""
        if answer.spooled is not None:
            return False
        answer.headers.append(("x-request-id", request.id))
        try:
            _send(request.protocol, answer)
        except RuntimeError:
            return True  # its asker has gone
        self._note(request, answer.status)
        return True

    async def _send_pieces(self, request: "_Request", answer: WsgiAnswer, file: IO[bytes]) -> None:
        answer.headers.append(("x-request-id", request.id))
        with file:
            transport = request.protocol.response_stream(answer.status, answer.headers)
            sent, begun = 0, time.monotonic()
            while piece := file.read(_PIECE):
                left = begun + _SEND_GRACE + sent / _SEND_RATE - time.monotonic()
                try:
                    await asyncio.wait_for(_awaited(transport.send_bytes(piece)), max(0.1, left))
                except (TimeoutError, RuntimeError):
                    break  # read too slowly, or its asker has gone
                sent += len(piece)
        self._note(request, answer.status)

    def _note(self, request: "_Request", status: int) -> None:
        seconds = time.perf_counter() - request.begun
        metrics.count("vialcheck_requests", request.pool, str(status))
        metrics.observe("vialcheck_request_seconds", seconds, request.pool)
        self._log.request(request.environ, request.pool, status, seconds)

    def _share(self) -> None:
        folder = self._services.settings.metrics_folder
        if folder is None:
            return
        try:
            metrics.share(folder)
        except OSError:
            self._log.note("metrics could not be shared")  # a full disk is no reason to serve no more

    def _sweep(self) -> None:
        self._bodies.end_late()
        self._pools.give_up_late()
        for pool, number in self._pools.usage():
            metrics.show("vialcheck_pool_requests", number, pool)
        metrics.show("vialcheck_bodies_arriving", self._bodies.coming)
        metrics.show("vialcheck_unwritten_checks", self._services.verification.unwritten[0])
        metrics.show("vialcheck_database_connections", self._services.database.connections_in_use)
        self._share()
        self._loop.call_later(_SWEEP, self._sweep)


def _send(protocol: HttpProtocol, answer: WsgiAnswer) -> None:
    if answer.path is not None:
        protocol.response_file(answer.status, answer.headers, answer.path)
    else:
        protocol.response_bytes(answer.status, answer.headers, answer.body)


async def _awaited(sending: Any) -> None:
    """Granian's futures are no coroutines; `wait_for` takes this one."""
    await sending
