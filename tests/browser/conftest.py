"""A real Chromium and a real server on the small world of records."""

import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from tests.get_chromium import find
from tests.web.small_world import put


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; `python tests/get_chromium.py` brings one where there is none."""
    path = find()
    if path is None:
        pytest.fail("no Chromium: run `python tests/get_chromium.py`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running service."""
    path = tmp_path_factory.mktemp("site") / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["vialcheck"].close()


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A fresh phone."""
    opened = chromium.new_context(base_url=site, viewport={"width": 375, "height": 667})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()
