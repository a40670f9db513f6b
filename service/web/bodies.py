"""The JSON body of a request, read into its documented shape."""

from io import BytesIO
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

T = TypeVar("T", bound=BaseModel)


class ShapeError(Exception):
    """The body is JSON of another shape. `faults`: pairs of field (empty: the whole) and fault."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(str(error))
        self.faults = tuple(
            (".".join(str(place) for place in each["loc"]), each["msg"])
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        )


def read_body(shape: type[T]) -> T:
    """The body as `shape`. UnsupportedMediaType (415), BadRequest (400: no JSON), ShapeError (422)."""
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    try:
        return shape.model_validate_json(_sent())
    except ValidationError:
        # Python's reader takes a little more (a byte order mark, UTF-16) and tells JSON of another shape
        # from what is no JSON at all. An empty body is none; `null` says no more than `{}`.
        given = request.get_json()
    try:
        return shape.model_validate({} if given is None else given)
    except ValidationError as error:
        raise ShapeError(error) from error


def _sent() -> bytes:
    """The body: in one piece where its length was announced.

    werkzeug's own way reads through two buffers of 64 kB, and asks the server twice.
    """
    length, most = request.content_length, request.max_content_length
    if length is None or most is None or length > most:
        return request.get_data()
    stream = request.environ["wsgi.input"]
    sent: bytes = stream.read(length)
    while len(sent) < length and (more := stream.read(length - len(sent))):
        sent += more
    request.environ["wsgi.input"] = BytesIO(sent)  # for whoever reads it again
    return sent
