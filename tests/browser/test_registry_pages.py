"""An admin's pages of running a registry, in every guise; the menu is one button where the screen is narrow."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from service.accounts.actors import OrganisationKind
from service.app import create_app
from service.settings import Settings
from service.storage.models import Batch, Manufacturer, Organisation
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.server import Service
from tests.browser.workspace import come_in
from tests.factories.people import organisation
from tests.factories.records import TOXIN, put

NAME = "Example Biologics"
PAGES = (
    "/overview",
    "/search?q=A",
    f"/products/{TOXIN}?sort=lot",
    f"/products/{TOXIN}/lots/A1001",
    f"/products/{TOXIN}/labels?lot=A1001",
    "/exports",
    "/organisation",
    "/people",
    "/people/clinics",
    "/people/invite-many",
)


@pytest.fixture(scope="module")
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("registry")
    copy(migrated_sqlite, folder / "vialcheck.db")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/vialcheck.db", files=folder / "files"))
    service = services_of(app)
    put(service.database)
    owner = organisation(service.database, NAME)
    with service.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner, two_person_release=True))
        connection.execute(update(Batch).where(Batch.lot == "A1001").values(status="pending"))
        connection.execute(update(Organisation).values(list_days=30))
    yield app
    service.close()


@pytest.fixture(scope="module")
def service(app: Flask) -> Iterator[Service]:
    running = Service.of(app)
    yield running
    running.off()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_fault_in_any_guise(page: Page, app: Flask, path: str) -> None:
    come_in(page, app, OrganisationKind.MANUFACTURER, NAME)
    page.goto(path)
    check_in_every_guise(page)


def test_the_menu_is_one_button_on_a_narrow_screen_and_marks_the_place(page: Page, app: Flask) -> None:
    come_in(page, app, OrganisationKind.MANUFACTURER, NAME)
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto(f"/products/{TOXIN}")
    menu = page.get_by_role("navigation", name="Your pages")
    header = page.locator("header.top").bounding_box()
    assert header is not None
    assert header["height"] < 667 / 4, "less than a quarter of the screen"
    imports = menu.get_by_role("link", name="Imports")
    expect(imports).to_be_hidden()
    menu.get_by_text("Menu").click()
    expect(imports).to_be_visible()
    expect(menu.locator("[aria-current]")).to_have_text("Overview")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/exports")
    expect(menu.get_by_role("link", name="Imports")).to_be_visible()
    expect(menu.locator("[aria-current=page]")).to_have_text("Exports")
    expect(menu.locator("summary")).to_be_hidden()
