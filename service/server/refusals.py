"""Answers that the front gives by itself, without a thread: in the person's language, or as problem details.

Each is made once by the application (its template, headers and words) and kept.
"""

import json
from functools import cache

from flask import Flask, g
from werkzeug.http import HTTP_STATUS_CODES

from service.server.wsgi import Environ, WsgiAnswer, header
from service.web.core.error_responses import FAULTS, answer_without_view
from service.web.core.i18n import translation
from service.web.core.language_choice import language_of
from service.web.text.http_errors import http_message

_JSON = "application/problem+json"


class Refusals:
    """The refusals of one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._page = cache(self._rendered)

    def live(self) -> WsgiAnswer:
        """The application's own answer of `/live`."""
        response = self._app.test_client().get("/live")
        headers = [(name.lower(), value) for name, value in response.headers]
        return WsgiAnswer(response.status_code, headers, response.data)

    def refuse(self, status: int, environ: Environ) -> WsgiAnswer:
        """The answer with this status. The connection is closed where the body was not read to its end."""
        language = language_of(environ)
        accept = header(environ, "HTTP_ACCEPT")
        path = environ["PATH_INFO"]
        program = path.startswith(("/api/v", "/openapi.json", "/health", "/ready", "/metrics"))
        if program or "text/html" not in accept:
            headers, body = list(self._page(status, language)[0]), _problem(status, language, path)
            headers.append(("content-type", _JSON))
        else:
            kept, body = self._page(status, language)
            headers = [*kept, ("content-type", "text/html; charset=utf-8")]
        if status in {400, 408}:
            headers.append(("connection", "close"))
        environ["vialcheck.error"] = FAULTS.get(status, "request_invalid")
        return WsgiAnswer(status, headers, body)

    def _rendered(self, status: int, language: str) -> tuple[tuple[tuple[str, str], ...], bytes]:
        """Headers without the content's own, and the page."""
        with self._app.test_request_context("/", headers={"Accept": "text/html"}):
            g.language, g.translation = language, translation(language)
            response = self._app.process_response(answer_without_view(status))
            left_out = {"content-type", "content-length"}
            headers = tuple(
                (name.lower(), value) for name, value in response.headers if name.lower() not in left_out
            )
            return headers, response.get_data()


def _problem(status: int, language: str, path: str) -> bytes:
    code = FAULTS.get(status, "request_invalid")
    body = {
        "type": f"/api/docs#error-{code}",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": http_message(status, translation(language)),
        "code": code,
        "instance": path,
    }
    return json.dumps(body).encode()
