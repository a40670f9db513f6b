"""A real Chromium and a real server on the small world of records."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests.factories.records import put
from tests.get_tools import find

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def launch(playwright: Playwright, *args: str) -> Browser:
    """The browser; `python tests/get_tools.py` brings one where there is none."""
    path = find()
    if path is None:
        pytest.fail("no Chromium: run `python tests/get_tools.py`")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *args])


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


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


@pytest.fixture(scope="module")
def service(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small world, served."""
    path = tmp_path_factory.mktemp("site") / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    running = Service.of(app)
    yield running
    running.off()
    services_of(app).close()


@pytest.fixture(scope="module")
def site(service: Service) -> str:
    """The address of a running service."""
    return service.address


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A fresh phone, which keeps nothing for a time without a network: a page's files are then asked for once."""
    opened = chromium.new_context(
        base_url=site, viewport={"width": 375, "height": 667}, service_workers="block"
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()
