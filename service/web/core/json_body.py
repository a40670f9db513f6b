"""The JSON body of a request, read into its documented shape."""

from io import BytesIO
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from service.web.core.flask_proxies import behind

T = TypeVar("T", bound=BaseModel)

_SMALL = 1024
"""Bytes that no setting refuses (`Settings.max_request_bytes`)."""


class ShapeError(Exception):
    """The body is JSON of another shape. `faults`: pairs of field (empty: the whole body) and fault."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(str(error))
        self.faults = tuple(
            (".".join(str(place) for place in each["loc"]), each["msg"])
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        )


def read_body(shape: type[T]) -> T:
    """Return the body as `shape`. UnsupportedMediaType (415), BadRequest (400: not JSON),
    ShapeError (422).
    """
    environ = behind(request).environ
    if environ.get("CONTENT_TYPE") != "application/json" and not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    try:
        return shape.model_validate_json(_sent(environ))
    except ValidationError:
        # Python's reader takes a little more (a byte order mark, UTF-16) and distinguishes JSON of another
        # shape from text that is not JSON. An empty body is not JSON; `null` counts as `{}`.
        given = request.get_json()
    try:
        return shape.model_validate({} if given is None else given)
    except ValidationError as error:
        raise ShapeError(error) from error


def _sent(environ: dict[str, Any]) -> bytes:
    """Return the body; in one read where it is small, as a check's is.

    werkzeug reads through two buffers of 64 kB, which takes 20 µs.
    """
    said = environ.get("CONTENT_LENGTH", "")
    length = int(said) if said.isdecimal() and said.isascii() else 0
    if not 0 < length <= _SMALL:
        return request.get_data()
    stream = environ["wsgi.input"]  # received already (`service.server`)
    sent: bytes = stream.read(length)
    environ["wsgi.input"] = BytesIO(sent)  # for code that reads it again
    return sent
