"""Uploads: which views accept files, where the files are kept, and how many pictures are read at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO, TypeVar, cast

from flask import Flask, Request, request

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.verification.pictures.code_reader import DecodedCode
from service.verification.pictures.print_reader import can_read_print
from service.verification.pictures.printed_fields import PrintedFields, printed_fields
from service.verification.pictures.process import picture_process
from service.web.core.flask_proxies import behind

MOST_UPLOAD = 16 * 1024 * 1024
"""The largest request with a picture, its form fields included."""

MOST_TYPED = 512 * 1024
"""The largest part of a request beside its file; werkzeug's own reading buffer counts, hence its default."""

_WAIT = 1.0
_reading = BoundedSemaphore(1)
# Where no front keeps requests with pictures apart (`Pool.PICTURES`), one is read at a time all the same.


@dataclass(frozen=True, slots=True)
class _Body:
    """How many bytes a view accepts (a number, or a setting read for each request), and where
    its files go.
    """

    most: int | Callable[[], int]
    on_disk: bool

    def bytes_now(self) -> int:
        return self.most if isinstance(self.most, int) else self.most()


_BODIES: dict[Callable[..., object], _Body] = {}

View = TypeVar("View", bound=Callable[..., object])


class MemoryRequest(Request):
    """A request whose files stay in memory, unless its view wants them on disk.

    Werkzeug writes each large file to a temporary file; photos must not be written to a disk.
    """

    files_on_disk = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.files_on_disk:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return BytesIO()


def takes_files(most: int | Callable[[], int], *, on_disk: bool = False) -> Callable[[View], View]:
    """Let a view accept files up to so many bytes, in memory unless `on_disk`; all other
    requests stay small.
    """

    def note(view: View) -> View:
        _BODIES[view] = _Body(most, on_disk)
        return view

    return note


def body_limit(app: Flask, endpoint: str) -> tuple[int, bool]:
    """How many bytes the view behind an endpoint takes, and whether its files go to disk."""
    body = _BODIES.get(app.view_functions[endpoint])
    if body is None:
        return int(app.config["MAX_CONTENT_LENGTH"]), False
    return body.bytes_now(), body.on_disk


def init_app(app: Flask) -> None:
    """Register the limits. Call it before any handler that reads forms, such as the CSRF check."""

    @app.before_request
    def allow() -> None:
        endpoint = behind(request).endpoint
        body = _BODIES.get(app.view_functions[endpoint]) if endpoint else None
        if body is not None:
            request.max_content_length, request.max_form_memory_size = body.bytes_now(), MOST_TYPED
            cast(MemoryRequest, request).files_on_disk = body.on_disk


def too_large() -> RefusedError:
    """Return the error for a request that is too large."""
    return RefusedError(ErrorCode.PICTURE_TOO_LARGE, expected=f"at most {MOST_UPLOAD} bytes", field="photo")


def sent_picture() -> bytes:
    """Return the picture that was sent: taken now, or chosen. Raises PICTURE_MISSING."""
    for file in request.files.getlist("photo"):
        if file.filename:
            content: bytes = file.read()
            return content
    raise RefusedError(ErrorCode.PICTURE_MISSING, field="photo")


def codes_of(content: bytes) -> tuple[DecodedCode, ...]:
    """The codes in a picture. Raises as `PictureProcess.codes`, and UnavailableError(BUSY)."""
    with _one_at_a_time():
        return picture_process().codes(content)


def print_of(content: bytes) -> PrintedFields | None:
    """What the print in a picture says; None where it names no lot, and where print cannot be read here.

    Raises as `codes_of`.
    """
    if not can_read_print():
        return None
    with _one_at_a_time():
        lines = picture_process().printed_lines(content)
    return printed_fields(lines)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _reading.acquire(timeout=_WAIT):
        raise UnavailableError(ErrorCode.BUSY, field="photo")
    try:
        yield
    finally:
        _reading.release()
