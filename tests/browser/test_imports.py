"""An importer's day in a real browser: a file dropped, columns said, a diff looked at, on record."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import insert, update

from service.accounts.actors import Role
from service.app import create_app
from service.settings import Settings
from service.storage.models import Manufacturer, Product
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.browser.guises import SCHEMES, WIDTHS, check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.events import xml_commissioning, xml_document
from tests.factories.people import organisation, signed_in

GTIN = "09506000134352"
ROWS = (
    "Produktnummer;Charge;Verfall;Status;Bemerkung\n"
    f"{GTIN};A1;2028-12-31;freigegeben;\n"
    f"{GTIN};B2;2028-12;on hold;see the letter of 3 March\n"
    f"{GTIN};C3;03/04/2028;released;\n"
    "09506000110509;D4;2028-12-31;released;=1+1\n"
)


@pytest.fixture(scope="module")
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("imports")
    copy(migrated_sqlite, folder / "vialcheck.db")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/vialcheck.db", files=folder / "files"))
    service = services_of(app)
    with service.database.transaction() as connection:
        connection.execute(insert(Manufacturer).values(name="Example Biologics"))
        connection.execute(insert(Product).values(manufacturer_id=1, gtin=GTIN, name="Vial"))
    owner = organisation(service.database, "Example Biologics")
    with service.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    service.job_queue.start()
    yield app
    service.close()


@pytest.fixture(scope="module")
def service(app: Flask) -> Iterator[Service]:
    running = Service.of(app)
    yield running
    running.off()


def sign_in(context: BrowserContext, app: Flask, site: str) -> None:
    cookie = signed_in(app, Role.IMPORTER).get_cookie(COOKIE)
    assert cookie is not None
    context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": site}])


def shoot(page: Page, name: str) -> None:
    """axe finds nothing in any guise; a picture of each when somebody wants to look."""
    check_in_every_guise(page)
    shots = os.environ.get("VIALCHECK_SCREENSHOTS")
    for width in WIDTHS if shots else ():
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 667})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
            page.screenshot(path=Path(shots or "") / f"{name}-{width}-{scheme}.png", full_page=True)


def test_an_importers_day(page: Page, context: BrowserContext, app: Flask, site: str) -> None:
    sign_in(context, app, site)
    page.goto("/imports")
    expect(page.get_by_text("Nothing was imported yet")).to_be_visible()
    shoot(page, "imports, none")
    page.get_by_role("link", name="Import a list").click()
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the file")
    shoot(page, "import, no file")
    page.locator("#list").set_input_files(
        {"name": "Chargen November.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    )
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the columns mean")
    page.get_by_label("Batches", exact=False).check()
    follow(page.get_by_role("button", name="Show the columns"))
    shoot(page, "import, columns")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("alert")).to_contain_text("product number is missing")
    shoot(page, "import, columns wrong")
    page.get_by_label("Produktnummer").select_option(label="Product number (GTIN)")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions about the columns")
    expect(page.locator(".question")).to_contain_text("03/04/2028")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an answer")
    shoot(page, "import, questions")
    page.get_by_label("The day first").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What this list would do")
    expect(page.locator("main")).to_contain_text("read with the day first")
    shoot(page, "import, preview")
    page.get_by_role("link", name="Refused", exact=True).click()
    expect(page.locator(".why").first).to_contain_text("no product with this GTIN")
    shoot(page, "import, rows")
    page.go_back()
    page.get_by_label("Why").fill("delivery of November")
    page.get_by_role("button", name="Put 3 rows on record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The list is on record")
    shoot(page, "import, done")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all rows").click()
    assert "'=1+1" in download.value.path().read_text()
    follow(page.get_by_role("link", name="What it changed"))
    shoot(page, "import, changes")
    page.goto("/imports")
    shoot(page, "imports")


def test_a_document_of_events(page: Page, context: BrowserContext, app: Flask, site: str) -> None:
    """It is shown first, decided on, and a refused one names each place."""
    sign_in(context, app, site)
    page.goto("/imports/events")
    expect(page.get_by_text("No document of events was sent yet")).to_be_visible()
    shoot(page, "events, none")

    def send(content: str) -> None:
        page.goto("/imports/new")
        page.locator("#list").set_input_files(
            {"name": "events.xml", "mimeType": "application/xml", "buffer": content.encode()}
        )
        follow(page.get_by_role("button", name="Send the file"))

    good = xml_document(xml_commissioning("12"))
    send(good)
    expect(page.get_by_role("heading", level=1)).to_have_text("What this document would do")
    shoot(page, "events, preview")
    page.get_by_label("Why").fill("delivery of November")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The events are on record")
    shoot(page, "events, done")
    send(good.replace("ADD", "CREATE"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This document was refused")
    expect(page.get_by_role("row").nth(1)).to_contain_text("line 1")
    shoot(page, "events, refused")
    follow(page.get_by_role("link", name="All documents of events"))
    shoot(page, "events")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_long_import_shows_how_far_it_has_come_and_can_be_stopped(
    chromium: Browser, app: Flask, site: str, scripts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = services_of(app).job_queue
    held = type(runner._worker)._check
    with (
        monkeypatch.context() as patched,
        chromium.new_context(base_url=site, java_script_enabled=scripts) as context,
    ):
        patched.setattr("service.web.workspace.imports._PATIENCE", 0)
        patched.setattr(runner._worker, "_check", lambda _: runner._stop.wait(0.2))  # never comes to its end
        sign_in(context, app, site)
        page = context.new_page()
        page.goto("/imports/new")
        page.locator("#list").set_input_files(
            {
                "name": "more.csv",
                "mimeType": "text/csv",
                "buffer": f"gtin,lot,serial\n{GTIN},A1,S1\n".encode(),
            }
        )
        page.get_by_role("button", name="Send the file").click()
        page.get_by_role("button", name="Check every row").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Every row is being checked")
        if scripts:
            shoot(page, "import, progress")
            patched.setattr(runner._worker, "_check", lambda job: held(runner._worker, job))
            expect(page.get_by_role("heading", level=1)).to_have_text(
                "What this list would do", timeout=20_000
            )
            page.get_by_role("button", name="Cancel this import").click()
        else:
            page.get_by_role("button", name="Stop it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("This import was cancelled")
        expect(page.get_by_text("Nothing was put on record")).to_be_visible()


def test_a_file_is_dropped(page: Page, context: BrowserContext, app: Flask, site: str) -> None:
    sign_in(context, app, site)
    page.goto("/imports/new")
    page.evaluate(
        """text => {
            const files = new DataTransfer();
            files.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        ROWS,
    )
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator("main")).to_contain_text("dropped.csv")
