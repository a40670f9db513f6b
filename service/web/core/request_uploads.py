"""A picture that was sent to be read: kept in memory, read a few at a time, and let go of."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore
from typing import IO, TypeVar, cast

from flask import Flask, Request, request

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.verification.code_reader import DecodedCode
from service.verification.pictures.process import picture_process

MOST_UPLOAD = 16 * 1024 * 1024
"""Largest request with a picture in it, and with what a form says beside it."""

MOST_TYPED = 512 * 1024
"""What may be held of a request besides its file; werkzeug's own reading buffer counts, so its default."""

_WAIT = 1.0
_reading = BoundedSemaphore(1)
# Where no front keeps requests with pictures apart (`Pool.PICTURES`), one is read at a time all the same.


@dataclass(frozen=True, slots=True)
class _Body:
    """How many bytes a view takes (a number, or a setting asked for each time), and where its files go."""

    most: int | Callable[[], int]
    on_disk: bool

    def bytes_now(self) -> int:
        return self.most if isinstance(self.most, int) else self.most()


_BODIES: dict[Callable[..., object], _Body] = {}

View = TypeVar("View", bound=Callable[..., object])


class MemoryRequest(Request):
    """A request whose files stay in memory, unless its view wants them on disk.

    Werkzeug's own puts each large one into a temporary file: a photo has no business there.
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
    """Let a view's requests have so many bytes, in memory unless `on_disk`; all others stay small."""

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
    """Call it before whatever else looks into forms, such as who may send them."""

    @app.before_request
    def allow() -> None:
        body = _BODIES.get(app.view_functions[request.endpoint]) if request.endpoint else None
        if body is not None:
            request.max_content_length, request.max_form_memory_size = body.bytes_now(), MOST_TYPED
            cast(MemoryRequest, request).files_on_disk = body.on_disk


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


def codes_of(content: bytes) -> tuple[DecodedCode, ...]:
    """The codes in a picture. Raises as `PictureProcess.codes`, and UnavailableError(BUSY)."""
    if not _reading.acquire(timeout=_WAIT):
        raise UnavailableError(ErrorCode.BUSY, field="photo")
    try:
        return picture_process().codes(content)
    finally:
        _reading.release()
