"""The day of each kind of person, from signing in to signing out: every page of their menu, and what they came for.

An admin's, an importer's and a clinic's day have rooms of their own beside this one.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.reports.intake import NewReport, ReportIntake
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.people import PASSWORD, member, organisation
from tests.factories.records import TOXIN, put

PEOPLE = {
    "vera@example.org": (Role.VIEWER, OrganisationKind.MANUFACTURER, "Example Biologics"),
    "rolf@example.org": (Role.RELEASER, OrganisationKind.MANUFACTURER, "Example Biologics"),
    "rita@example.org": (Role.ADMIN, OrganisationKind.REGULATOR, "Example Agency"),
}


@pytest.fixture(scope="module")
def town(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with records, people, some checks and a report; its address."""
    path = tmp_path_factory.mktemp("town") / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=number))
    for email, (role, kind, name) in PEOPLE.items():
        member(database, role, email=email, kind=kind, name=name)
    ReportIntake(database).take(NewReport(what="The seal was broken.", gtin=TOXIN, lot="A1001", harmed=True))
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    running = Service.of(app)
    client = app.test_client()
    for lot in ("A1001", "A1001", "A1002", "NEVER77"):
        client.post("/api/v1/verifications", json={"gtin": TOXIN, "lot": lot, "market": "FR"})
    services_of(app).verification._scans.flush()
    yield running.address
    running.off()
    services_of(app).close()


@pytest.fixture
def page(chromium: Browser, town: str) -> Iterator[Page]:
    with chromium.new_context(base_url=town, service_workers="block") as context:
        yield context.new_page()


def sign_in(page: Page, email: str) -> None:
    """With the password, and with a second factor set up where the role needs one."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))
    if PEOPLE[email][0] is Role.VIEWER:
        return
    page.get_by_role("link", name="Set up an authenticator app").click()
    secret = page.locator("span.code").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Continue").click()
    follow(page.get_by_role("link", name="I have kept them"))


def walk_the_menu(page: Page) -> list[str]:
    """Open every page of the menu, each in every guise; their names."""
    page.goto("/")
    links = page.get_by_role("navigation", name="Your pages").get_by_role("link")
    names = links.all_inner_texts()
    for name in names:
        page.get_by_role("navigation", name="Your pages").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_in_every_guise(page)
    return names


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check a vial")
    page.goto("/overview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_viewers_day(page: Page) -> None:
    sign_in(page, "vera@example.org")
    assert {"Overview", "Reports", "Recalls", "Alerts"} <= set(walk_the_menu(page))
    page.goto("/overview")
    expect(page.get_by_role("img", name="4 checks in 30 days")).to_be_visible()
    page.get_by_role("searchbox").fill("a1001")
    follow(page.get_by_role("button", name="Search"))
    check_in_every_guise(page)
    page.get_by_role("link", name="A1001", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lot A1001")
    check_in_every_guise(page)
    follow(page.get_by_role("link", name="Examplinum 100").first)
    check_in_every_guise(page)
    page.goto("/reports/1")
    expect(page.get_by_text("The seal was broken.")).to_be_visible()
    expect(page.get_by_role("button", name="Record it")).to_have_count(0)
    check_in_every_guise(page)
    sign_out(page)


def test_a_releasers_day(page: Page) -> None:
    sign_in(page, "rolf@example.org")
    assert {"Release", "Recalls", "Alerts", "Reports"} <= set(walk_the_menu(page))
    page.goto("/reports/1")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    check_in_every_guise(page)
    page.get_by_label("Why? A note for your colleagues").fill("Asked the distributor")
    page.get_by_label("An answer to the person who reported").fill("Thank you, we look into it.")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Asked the distributor")).to_be_visible()
    check_in_every_guise(page)
    sign_out(page)


def test_a_regulators_day(page: Page) -> None:
    sign_in(page, "rita@example.org")
    assert {"Alerts", "Reports", "People"} <= set(walk_the_menu(page))
    page.goto("/reports")
    expect(page.get_by_text("Somebody is ill").first).to_be_visible()
    sign_out(page)


@pytest.mark.parametrize("address", ["/report", "/report/follow", "/privacy", "/recalls/public"])
def test_what_everybody_may_open(page: Page, address: str) -> None:
    page.goto(address)
    check_in_every_guise(page)


def test_somebody_reports_on_a_phone_and_follows_it(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto("/report")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what you saw")
    check_in_every_guise(page)
    page.get_by_label("What did you see?").fill("The print is blurred")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("status")).to_contain_text("Your report was sent")
    check_in_every_guise(page)
