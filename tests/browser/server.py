"""A running service for the browser tests, and the browser that asks it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, Playwright
from werkzeug.serving import BaseWSGIServer, make_server

from tests.get_tools import find

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def launch(playwright: Playwright, *args: str, whole: bool = False) -> Browser:
    """The browser, or its headless shell; `python tests/get_tools.py` brings one where there is none."""
    path = find(whole=whole)
    if path is None:
        pytest.fail("no Chromium: run `python tests/get_tools.py`")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *args])


def _whole(app: Flask) -> WSGIApplication:
    """`app`, each answer of it read to its end at once.

    Werkzeug's server leaves a file open when a browser goes away meanwhile.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@dataclass
class Service:
    """A service that can be switched off and on again at one address."""

    app: Flask
    server: BaseWSGIServer
    thread: threading.Thread

    @classmethod
    def of(cls, app: Flask, port: int = 0) -> Service:
        server = make_server("127.0.0.1", port, _whole(app), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        return cls(app, server, thread)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def off(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def on(self) -> None:
        again = Service.of(self.app, self.server.server_port)
        self.server, self.thread = again.server, again.thread
