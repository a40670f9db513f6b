"""One line for every refusal and fault, with the request's id; for every request where that is switched on.

Kept: time, id, method, the name of the view (never the path, which may hold a serial), status, error code,
pool, duration, and the network of the address (/24 or /48). At most `MOST_A_SECOND` lines in a second and
process: a flood of refusals must not fill the disk; the next line says how many were left out.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import structlog

from service.accounts.networks import network_of
from service.server.wsgi import Environ, header
from service.web.core.concurrency import Pool
from service.web.core.error_responses import FAULTS

MOST_A_SECOND = 200
"""Lines of one process."""

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = structlog.get_logger("vialcheck.requests")


def request_id_of(environ: Environ, proxies: int) -> str:
    """The id that a proxy of our own gave the request (X-Request-Id); empty where there is none."""
    if not proxies:
        return ""
    given = header(environ, "HTTP_X_REQUEST_ID")
    return given if _ID.fullmatch(given) else ""


class RequestLog:
    """The request log of one process. `everything`: log answered requests too, not refused ones alone.

    `view_of`: the name of the view for a method and a path; asked for only where a line is written.
    """

    def __init__(self, view_of: Callable[[str, str], str], *, everything: bool) -> None:
        self._view_of = view_of
        self._least = 100 if everything else 400
        self._second, self._lines, self._left_out = 0, 0, 0

    def request(self, environ: Environ, pool: Pool, status: int, seconds: float) -> None:
        """Log an answered request."""
        if status < self._least or not self._has_room():
            return
        method = environ["REQUEST_METHOD"]
        said: dict[str, Any] = {
            "request_id": environ["vialcheck.request_id"],
            "method": method,
            "view": self._view_of(method, environ["PATH_INFO"]) or "none",
            "status": status,
            "pool": str(pool),
            "milliseconds": round(seconds * 1000, 1),
            "network": network_of(environ["REMOTE_ADDR"]),
        }
        if status >= 400:
            said["code"] = environ.get("vialcheck.error") or FAULTS.get(status, "refused")
        if self._left_out:
            said["left_out"], self._left_out = self._left_out, 0
        (_log.warning if status >= 400 else _log.info)("request", **said)

    def note(self, said: str) -> None:
        """Log something that keeps no request from its answer, unless there are too many lines already."""
        if self._has_room():
            _log.warning(said)

    def failure(self, environ: Environ, error: Exception) -> None:
        """Log a fault of our own outside the application."""
        request_id = environ["vialcheck.request_id"]
        _log.error("fault", request_id=request_id, kind=type(error).__name__, exc_info=error)

    def _has_room(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > MOST_A_SECOND:
            self._left_out += 1
            return False
        return True
