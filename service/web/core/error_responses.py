"""Error responses in one shape: problem details (RFC 9457) for programs, a page for people."""

import logging
from gettext import NullTranslations
from typing import Any, cast

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from service.errors import (
    ConflictError,
    ForbiddenError,
    IdentifierError,
    InvalidFieldsError,
    NotFoundError,
    PreconditionError,
    RefusedError,
    TooManyError,
    UnavailableError,
    UnknownKeyError,
    VialcheckError,
    WaitError,
)
from service.web.core.i18n import translation
from service.web.core.json_body import ShapeError
from service.web.core.responses.operation_outcome import is_of_fhir, refusal_outcome
from service.web.text import error_message
from service.web.text.http_errors import http_message, http_title

_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[VialcheckError], int], ...] = (
    (NotFoundError, 404),
    (UnknownKeyError, 401),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (TooManyError, 429),
    (UnavailableError, 503),
    (IdentifierError, 422),
    (InvalidFieldsError, 422),
    (RefusedError, 422),
    (PreconditionError, 412),
)
FAULTS = {
    400: "request_invalid",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    413: "request_too_large",
    414: "address_too_long",
    415: "media_type_unsupported",
    422: "request_invalid",
    429: "too_many",
    431: "header_too_long",
    500: "internal_error",
    503: "unavailable",
}
"""The code of each HTTP status that is an error by itself."""

_FOR_PROGRAMS = (
    *("/api/v", "/openapi.json", "/health", "/live", "/ready", "/metrics"),
    *("/epcis/", "/verify/", "/checkConnectivity", "/cds-services"),
)
_PAGES = frozenset({"text/html", "application/xhtml+xml"})

_RETRY_AFTER = {429: "3600", 503: "1"}
"""Retry-After in seconds, by status."""


def init_app(app: Flask) -> None:
    """Register handlers for our errors, for Flask's, and for unexpected exceptions."""
    app.register_error_handler(VialcheckError, refusal)
    app.register_error_handler(ShapeError, _wrong_shape)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: VialcheckError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def problem(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """Problem details (RFC 9457): type, title, status, detail, and our extensions code and errors."""
    body: dict[str, Any] = {
        "type": f"{request.url_root}api/docs#error-{code}",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path,
    }
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def wants_json() -> bool:
    """Whether a program asks: by the path, or because it accepts JSON rather than a page."""
    if request.path.startswith(_FOR_PROGRAMS) or is_of_fhir(request.path):
        return True
    if request.path.startswith(("/01/", "/.well-known/")):  # the resolver's: most who ask are programs
        return not any(name in _PAGES and quality > 0 for name, quality in request.accept_mimetypes)
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return bool(request.accept_mimetypes) and best != "text/html"


def answer_without_view(status: int) -> Response:
    """The answer to a request that no view was called for, such as one that came too slowly (408)."""
    return _answer(status, FAULTS[status], http_message(status, _tr()))


def _answer(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    if is_of_fhir(request.path):
        system = f"{request.url_root}fhir/CodeSystem/error"
        response = refusal_outcome(status, code, system, detail, errors or ())
    elif wants_json():
        response = problem(status, code, detail, errors)
    else:
        page = render_template(
            "shared/error.html", status=status, title=http_title(status, _tr()), message=detail
        )
        response = Response(page, status=status)
    if status in _RETRY_AFTER:
        response.headers["Retry-After"] = _RETRY_AFTER[status]
    request.environ["vialcheck.error"] = code  # for the request log
    return response


def _tr() -> NullTranslations:
    # An error may occur before the language was chosen.
    return cast(NullTranslations, getattr(g, "translation", translation()))


def refusal(error: VialcheckError, *, status: int | None = None) -> Response:
    """Return the response to one of our errors; `status` overrides the usual one."""
    tr = _tr()
    single = error.errors if isinstance(error, InvalidFieldsError) else (error,)
    messages = [error_message(each, tr) for each in single]
    fields = [
        {"field": each.field or "", "code": str(each.code), "message": message}
        for each, message in zip(single, messages, strict=True)
    ]
    code = error.code if len(single) > 1 else single[0].code
    response = _answer(status or status_of(error), str(code), " ".join(messages), fields)
    if isinstance(error, WaitError):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, UnknownKeyError):
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="Vialcheck", error="invalid_token"'  # RFC 6750, 3
        )
    return response


def _wrong_shape(error: ShapeError) -> Response:
    """Return the response for a body that pydantic refused: valid JSON of another shape."""
    errors = [
        {"field": field, "code": "request_invalid", "message": message} for field, message in error.faults
    ]
    said = "; ".join(f"{each['field'] or 'body'}: {each['message']}" for each in errors)
    return _answer(422, "request_invalid", said, errors)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect of the router is no error
        return cast(Response, error.get_response(request.environ))
    response = _answer(status, FAULTS.get(status, "request_invalid"), http_message(status, _tr()))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _too_deep(_: RecursionError) -> Response:
    """Return the response for JSON that is nested too deeply to be read."""
    return _answer(400, "request_invalid", http_message(400, _tr()))


def _unexpected(error: Exception) -> Response:
    # The request may hold a serial number: the log gets the traceback's location, not the request.
    _log.error("unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return _answer(500, "internal_error", http_message(500, _tr()))
