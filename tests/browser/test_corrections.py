"""An admin's week of putting records right, in a real browser; each page in every guise."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.gs1.identifiers import Gtin, Lot
from service.registry.alerts import matches
from service.registry.corrections.batches import read_batch
from service.registry.corrections.kinds import change_requests
from service.settings import Settings
from service.storage.models import Batch
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.browser.workspace import come_in
from tests.factories import recall_records
from tests.factories.people import signed_in
from tests.factories.recall_records import GTIN, alert_facts

OWNER = (OrganisationKind.MANUFACTURER, "Example Biologics")
LIST = f"gtin,lot,expiry\n{GTIN},W1,2028-12-31\n{GTIN},W2,2028-12-31\n"


@pytest.fixture
def stocked(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Service]:
    """Two lots with units, a third one, and an alert that the organisation entered."""
    path = tmp_path / "corrections.db"
    copy(migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}", files=tmp_path / "files"))
    database = services_of(app).database
    who, _ = recall_records.put(database)
    with database.transaction() as connection:
        row = {"id": 3, "product_id": 1, "lot": "C3", "lot_key": "C3", "lot_folded": "C3"}
        row |= {"expiry": recall_records.NOW.date().replace(year=2028), "status": "released"}
        connection.execute(insert(Batch).values(row))
    made = read_batch(database, Gtin(GTIN), Lot.parse("A1"), {"made": "2024-01-15"}, who)
    change_requests(database).submit(made, reason="from the batch record", who=who)
    matches.raise_alert(database, alert_facts(lot=Lot.parse("C3")), who=who, reason="by hand")
    running = Service.of(app)
    running.app.extensions["vialcheck"].job_queue.start()
    yield running
    running.off()
    services_of(app).close()


@pytest.fixture
def page(chromium: Browser, stocked: Service) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=stocked.address, service_workers="block", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    come_in(page, stocked.app, *OWNER)
    yield page
    context.close()


def make(page: Page, reason: str) -> None:
    """Say why on the page that shows what a change touches, and make it."""
    page.get_by_label("Reason").fill(reason)
    follow(page.get_by_role("button", name="Make this change"))


def as_another_person(page: Page, app: Flask) -> None:
    cookie = signed_in(app, Role.ADMIN, name=OWNER[1], email="second@example.org").get_cookie(COOKIE)
    assert cookie is not None
    page.context.clear_cookies()
    address = page.context.request.head("/").url
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])


def headline(page: Page, path: str) -> str:
    page.goto(path)
    return page.get_by_role("heading", level=1).inner_text()


def test_a_week_of_putting_right(page: Page, stocked: Service, tmp_path: Path) -> None:
    unit = f"/01/{GTIN}/10/A1/21/A1SN001?17=270630"
    # Monday: the alert was about another lot
    warned = f"/01/{GTIN}/10/C3"
    assert "Fakes carry this lot number" in headline(page, warned)
    page.goto("/alerts/1")
    follow(page.get_by_role("link", name="Withdraw it"))
    check_in_every_guise(page)
    make(page, "It was about another lot")
    expect(page.get_by_text("no check knows it any more")).to_be_visible()
    check_in_every_guise(page)
    assert "Fakes" not in headline(page, warned)
    # Tuesday: an expiry was typed wrong
    page.goto(f"/products/{GTIN}/lots/A1")
    follow(page.get_by_role("link", name="Correct it"))
    check_in_every_guise(page)
    page.get_by_label("Expiry date").fill("2027-07-31")
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_text("31 July 2027")).to_be_visible()
    check_in_every_guise(page)
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Expiry date")).to_have_value("2027-07-31")
    page.get_by_role("button", name="Show what it touches").click()
    page.get_by_role("button", name="Make this change").click()
    expect(page.get_by_role("alert")).to_be_visible()  # no reason yet
    make(page, "Typed wrong")
    expect(page.get_by_role("status")).to_contain_text("The change is made")
    check_in_every_guise(page)
    assert "does not match" in headline(page, unit)
    assert "match" in headline(page, unit.replace("270630", "270731"))
    # Wednesday: a serial number stands in the wrong lot, and a range of them was destroyed by water
    page.goto("/search?q=A1SN004")
    follow(page.get_by_role("link", name="A1SN004"))
    check_in_every_guise(page)
    page.get_by_role("link", name="Take it out of use, or correct its lot").click()
    page.get_by_label("They are of another lot").check()
    page.get_by_label("The lot that they are of").fill("B2")
    follow(page.get_by_role("button", name="Show what it touches"))
    make(page, "Packed in the other lot")
    page.goto(f"/products/{GTIN}/change-units")
    check_in_every_guise(page)
    page.get_by_label("Serial numbers from … to …").check()
    page.get_by_label("First serial number").fill("B2SN000")
    page.get_by_label("Last serial number").fill("B2SN003")
    page.get_by_label("Take out of use").check()
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_text("B2: 4")).to_be_visible()
    check_in_every_guise(page)
    make(page, "Water damage")
    assert "match" not in headline(page, f"/01/{GTIN}/10/B2/21/B2SN001")
    page.goto(f"/products/{GTIN}/lots/B2")
    follow(page.get_by_role("link", name="Undo it").first)
    make(page, "It was another pallet")
    # Thursday: a list of a pilot went in by mistake
    source = tmp_path / "pilot.csv"
    source.write_text(LIST)
    page.goto("/imports/new")
    page.locator("input[type=file]").set_input_files(source)
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("button", name="Check every row").click()
    page.get_by_role("button", name="Put 2 rows on record").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("on record")
    follow(page.get_by_role("link", name="Withdraw this import"))
    check_in_every_guise(page)
    make(page, "Only a pilot")
    expect(page.get_by_text("Only a pilot")).to_be_visible()
    page.goto(f"/products/{GTIN}")
    expect(page.get_by_role("link", name="W1")).to_have_count(0)


def test_three_lots_in_one_recall(page: Page) -> None:
    page.goto("/recalls/new")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("One lot, or several").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("A1", exact=True).check()
    page.get_by_label("C3", exact=True).check()
    page.get_by_label("Lot numbers").fill("B22")
    check_in_every_guise(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Class I It may kill").check()
    page.get_by_label("Reason").fill("Glass in vials")
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_text("Lot B22 is not on record")).to_be_visible()
    check_in_every_guise(page)
    page.get_by_role("button", name="B2", exact=True).click()
    expect(page.get_by_text("is not on record")).to_have_count(0)
    page.get_by_role("button", name="Recall it now").click()
    expect(page.get_by_role("status")).to_contain_text("It is in force")
    check_in_every_guise(page)
    for lot in ("A1", "B2", "C3"):
        assert "Recalled: do not use it" in headline(page, f"/01/{GTIN}/10/{lot}")
    page.goto("/recalls/1")
    page.get_by_label("Lot B2").uncheck()
    page.get_by_role("button", name="Lift it").click()
    expect(page.get_by_label("Lot B2")).not_to_be_checked()  # what was chosen stays
    page.get_by_label("Why may it be used again?").fill("Cleared up")
    follow(page.get_by_role("button", name="Lift it"))
    assert "Recalled" not in headline(page, f"/01/{GTIN}/10/A1")
    assert "Recalled: do not use it" in headline(page, f"/01/{GTIN}/10/B2")


def test_an_extension_beyond_the_bound_and_its_way_back(page: Page, stocked: Service) -> None:
    page.goto(f"/products/{GTIN}/lots/A1")
    page.get_by_role("link", name="Extend its expiry date").click()
    page.get_by_label("New expiry date").fill("2029-06-30")
    page.get_by_label("Reference of the decision").fill("CP-7")
    check_in_every_guise(page)
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_text("another person has to agree")).to_be_visible()  # 31 January 2029 is the bound
    check_in_every_guise(page)
    page.get_by_label("Reason").fill("Stability data")
    page.get_by_role("button", name="Ask the second person").click()
    expect(page.get_by_role("status")).to_contain_text("waits for another person")
    check_in_every_guise(page)
    expect(page.get_by_role("button", name="Agree and make this change")).to_have_count(0)
    as_another_person(page, stocked.app)
    page.goto("/release")
    check_in_every_guise(page)
    page.get_by_role("link", name="Extend an expiry date").click()
    page.get_by_role("button", name="Agree and make this change").click()
    expect(page.get_by_role("status")).to_contain_text("It is made")
    assert "match" in headline(page, f"/01/{GTIN}/10/A1/21/A1SN002?17=290630")
    page.goto(f"/products/{GTIN}/lots/A1")
    check_in_every_guise(page)
    follow(page.get_by_role("link", name="Withdraw it"))
    make(page, "The study was of another lot")
    assert "does not match" in headline(page, f"/01/{GTIN}/10/A1/21/A1SN002?17=290630")


@pytest.mark.parametrize(
    "address", ["/alerts/new", f"/products/{GTIN}/correct", "/manufacturers/merge", "/overview"]
)
def test_in_every_guise(page: Page, address: str) -> None:
    page.goto(address)
    check_in_every_guise(page)


def test_turning_two_persons_off_asks_another_administrator(page: Page, stocked: Service) -> None:
    page.goto("/release")
    follow(page.get_by_role("link", name="Turn it on"))
    check_in_every_guise(page)
    make(page, "Our procedure")
    page.get_by_role("link", name="Turn it off").click()
    page.get_by_label("Reason").fill("Too slow")
    follow(page.get_by_role("button", name="Ask the second person"))
    as_another_person(page, stocked.app)
    page.goto("/requests/1")
    follow(page.get_by_role("button", name="Agree and make this change"))
    page.goto("/release")
    expect(page.get_by_role("link", name="Turn it on")).to_be_visible()
