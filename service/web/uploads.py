"""A picture that was sent to be read: kept in memory, read a few at a time, and let go of."""

from collections.abc import Callable
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO, TypeVar

from flask import Flask, Request, request

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.verification.images import Code, read_codes

MOST_UPLOAD = 16 * 1024 * 1024
"""Largest request with a picture in it, and with what a form says beside it."""

_MOST_TYPED = 512 * 1024
# What werkzeug may hold of a request besides its file; its own reading buffer counts, so this is its default.

_AT_ONCE = 2
_WAIT = 1.0
# Reading a picture takes a core for up to some seconds: whoever types a lot number must not wait behind it.
_reading = BoundedSemaphore(_AT_ONCE)


_MOST: dict[Callable[..., object], int] = {}

View = TypeVar("View", bound=Callable[..., object])


class MemoryRequest(Request):
    """A request whose files stay in memory: werkzeug's own puts a large one into a temporary file."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 (werkzeug's signature)
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def takes_files(most: int) -> Callable[[View], View]:
    """Let a view's requests have so many bytes, in memory; all others stay small."""

    def note(view: View) -> View:
        _MOST[view] = most
        return view

    return note


def init_app(app: Flask) -> None:
    """Call it before whatever else looks into forms, such as who may send them."""

    @app.before_request
    def allow() -> None:
        most = _MOST.get(app.view_functions[request.endpoint]) if request.endpoint else None
        if most is not None:
            request.max_content_length, request.max_form_memory_size = most, _MOST_TYPED


def too_large() -> RefusedError:
    """What is said of a request that is larger."""
    return RefusedError(ErrorCode.PICTURE_TOO_LARGE, expected=f"at most {MOST_UPLOAD} bytes", field="photo")


def sent_picture() -> bytes:
    """The picture that was sent: taken now, or chosen. Raises PICTURE_MISSING."""
    for file in request.files.getlist("photo"):
        if file.filename:
            content: bytes = file.read()
            return content
    raise RefusedError(ErrorCode.PICTURE_MISSING, field="photo")


def codes_of(content: bytes) -> tuple[Code, ...]:
    """The codes in a picture, a few pictures at a time. Raises as `read_codes`, and BUSY."""
    if not _reading.acquire(timeout=_WAIT):
        raise UnavailableError(ErrorCode.BUSY, field="photo")
    try:
        return read_codes(content)
    finally:
        _reading.release()
