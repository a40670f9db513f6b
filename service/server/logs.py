"""Logs of a serving process: every line has time, level and logger; JSON unless a terminal reads it."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

_Event = MutableMapping[str, Any]

_request_id: ContextVar[str] = ContextVar("request_id", default="")


@contextmanager
def request_id_bound(request_id: str) -> Iterator[None]:
    """Have every line that is logged inside name this request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def _add_request_id(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if request_id := _request_id.get():
        event.setdefault("request_id", request_id)
    return event


_SHARED: tuple[Any, ...] = (
    _add_request_id,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(kind: str) -> None:
    """Have everything that is logged written to standard error. `kind`: json, text, or auto (text for a
    terminal)."""
    text = kind == "text" or (kind == "auto" and sys.stderr.isatty())
    last = (
        (structlog.dev.ConsoleRenderer(colors=False),)
        if text
        else (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=[remove, *last])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "huey", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
