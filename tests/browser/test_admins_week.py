"""A manufacturer's week in a real browser: five ugly lists, what was wrong put right, a recall, and everything again."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from service.accounts.actors import OrganisationKind
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.browser.workspace import come_in
from tests.factories.lists import put_in, written
from tests.factories.people import organisation
from tests.factories.record_dump import records

MAKER = "Medulla Pharma"
PRODUCT, OTHER = "04001234567808", "04001234567815"
LISTS = Path(__file__).parent / "lists"
# file, the one question that may be asked of it and its answer, what goes on record
WEEK = [
    ("1_produkte_cp1252.csv", None, "Put 1 row on record"),
    ("2_chargen_sap.txt", "Thousands", "Put 3 rows on record"),
    ("3_lots_shift_jis.csv", None, "Put 2 rows on record"),
    ("4_lots_hidden.ods", "take them", "Put 3 rows on record"),
    ("5_serial_ranges.csv", None, "Put 100 rows on record"),
]


@pytest.fixture
def office(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Service]:
    """A service that knows two products of the manufacturer and one lot."""
    path = tmp_path / "week.db"
    copy(migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}", files=tmp_path / "files"))
    database = services_of(app).database
    products = f"gtin,name,manufacturer\n{PRODUCT},Medullotox 100,{MAKER}\n{OTHER},Medullotox 50,{MAKER}\n"
    lots = f"gtin,lot,expiry\n{PRODUCT},MT24A003,2027-12-31\n"
    assert put_in(database, written(tmp_path, products, "p.csv"), written(tmp_path, lots, "b.csv")).good
    owner = organisation(database, MAKER)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    running = Service.of(app)
    services_of(app).job_queue.start()
    yield running
    running.off()
    services_of(app).close()


@pytest.fixture
def page(chromium: Browser, office: Service) -> Iterator[Page]:
    with chromium.new_context(base_url=office.address, service_workers="block") as context:
        page = context.new_page()
        come_in(page, office.app, OrganisationKind.MANUFACTURER, MAKER)
        yield page


def press(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name=name, exact=True))


def take(page: Page, file: str, answer: str | None, goes_in: str) -> None:
    """Import a list as a person does; only what `answer` answers may be asked."""
    page.goto("/imports/new")
    page.locator("input[type=file]").set_input_files(LISTS / file)
    press(page, "Send the file")
    expect(page.get_by_role("heading", level=1)).to_have_text("What the columns mean")
    press(page, "Check every row")
    heading = page.get_by_role("heading", level=1)
    if answer:
        expect(heading).to_have_text("Questions about the columns")
        expect(page.locator(".question")).to_have_count(1)
        page.locator(".question").get_by_label(re.compile(answer)).check()
        press(page, "Check every row")
    expect(heading).to_have_text("What this list would do")
    press(page, goes_in)
    expect(heading).to_have_text("The list is on record")


def make(page: Page, reason: str) -> None:
    """Say why on the page that shows what a change touches, and make it."""
    page.get_by_label("Reason").fill(reason)
    press(page, "Make this change")


def recall_three_lots(page: Page) -> None:
    page.goto("/recalls/new")
    page.get_by_label("Medullotox 100").check()
    press(page, "Continue")
    page.get_by_label("One lot, or several").check()
    press(page, "Continue")
    for lot in ("SPA01", "SPA02", "JA11"):
        page.get_by_label(lot, exact=True).check()
    press(page, "Continue")
    page.get_by_label("Class I It may kill").check()
    page.get_by_label("Reason").fill("Glass in vials")
    press(page, "Show what it touches")
    press(page, "Recall it now")
    expect(page.get_by_role("status")).to_contain_text("It is in force")


def exported(page: Page, folder: Path) -> list[Path]:
    """Download every list that can be imported again."""
    page.goto("/exports")
    files = []
    for name in ("Products", "Lots", "Units", "Recalls and holds"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"CSV {name}", exact=True).click()
        files.append(folder / f"{name}.csv")
        download.value.save_as(files[-1])
    return files


def test_a_week(page: Page, office: Service, migrated_sqlite: Path, tmp_path: Path) -> None:
    for file, answer, goes_in in WEEK:
        take(page, file, answer, goes_in)
    # a lot's expiry was typed wrong
    page.goto(f"/products/{PRODUCT}/lots/MT24A003")
    page.get_by_role("link", name="Correct it").click()
    page.get_by_label("Expiry date").fill("2028-01-31")
    press(page, "Show what it touches")
    make(page, "Typed wrong")
    # the list with hidden rows was a pilot's
    page.goto("/imports")
    page.get_by_role("link", name="4_lots_hidden.ods").click()
    follow(page.get_by_role("link", name="Withdraw this import"))
    make(page, "Only a pilot")
    recall_three_lots(page)
    for lot in ("SPA01", "SPA02", "JA11"):
        page.goto(f"/01/{PRODUCT}/10/{lot}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Recalled")
    files = exported(page, tmp_path)
    path = tmp_path / "empty.db"
    copy(migrated_sqlite, path)
    again = Database(f"sqlite:///{path}")
    assert put_in(again, *files).good
    mine, theirs = records(services_of(office.app).database), records(again)
    again.close()
    assert [row["lot"] for row in mine["batch"]] == ["JA11", "JA12", "MT24A003", "SPA01", "SPA02", "SPA03"]
    assert len(mine["unit"]) == 100
    assert mine == theirs
