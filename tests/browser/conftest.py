"""A real Chromium and a real server on the small world of records."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests.browser.server import Service, launch
from tests.factories.records import put


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


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
