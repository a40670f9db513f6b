"""A shared tablet in a browser: it covers itself when it is left alone, and what was typed is still there."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.storage.models import SignedIn
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.people import PASSWORD, member
from tests.factories.records import TOXIN

CLINIC, NURSE, PIN = "Riverside", "nurse@riverside.example", "471082"


@pytest.fixture
def tablet(chromium: Browser, service: Service) -> Iterator[Page]:
    """A tablet at which an admin of the clinic is signed in with a second factor."""
    services, kind = services_of(service.app), OrganisationKind.CLINIC
    admin = member(services.database, Role.ADMIN, email="admin@riverside.example", name=CLINIC, kind=kind)
    member(services.database, Role.CLINIC, email=NURSE, name=CLINIC, kind=kind)
    session = services.sessions.begin(admin, address="127.0.0.1", device="", strong=True)
    with chromium.new_context(
        base_url=service.address, viewport={"width": 820, "height": 1180}, service_workers="block"
    ) as context:
        context.add_cookies([{"name": COOKIE, "value": session, "url": service.address}])
        yield context.new_page()


def test_a_tablet_is_enrolled_covers_itself_and_goes_on_with_the_pin(tablet: Page, service: Service) -> None:
    tablet.goto("/devices")
    tablet.get_by_label("Name of the tablet").fill("Room 2")
    follow(tablet.get_by_role("button", name="Enrol this tablet"))
    check_in_every_guise(tablet)
    follow(tablet.get_by_role("button", name="Switch person"))
    follow(tablet.get_by_role("link", name="Sign in with your password"))
    tablet.get_by_label("E-mail address").fill(NURSE)
    tablet.get_by_label("Password").fill(PASSWORD)
    follow(tablet.get_by_role("button", name="Sign in", exact=True))
    tablet.get_by_label("New PIN").fill(PIN)
    tablet.get_by_label("Your password").fill(PASSWORD)
    follow(tablet.get_by_role("button", name="Set the PIN"))
    follow(tablet.get_by_role("button", name="Switch person"))
    check_in_every_guise(tablet)
    tablet.clock.install(time=datetime.now(UTC))
    tablet.get_by_label("Your PIN").fill(PIN)
    follow(tablet.get_by_role("button", name="Unlock"))
    tablet.goto("/use")
    field = tablet.get_by_label("Scan or type the code")
    field.fill(f"(01){TOXIN}(10)A1001")
    tablet.clock.fast_forward("05:01")
    cover = tablet.get_by_role("heading", name="The tablet is locked")
    expect(cover).to_be_visible()
    expect(field).to_be_hidden()
    check_in_every_guise(tablet)
    with services_of(service.app).database.transaction() as connection:
        connection.execute(update(SignedIn).values(last_seen=datetime(2026, 1, 1, tzinfo=UTC)))
    pin = tablet.get_by_label("PIN of nurse")
    pin.fill("999990")
    pin.press("Enter")
    expect(tablet.get_by_role("alert")).to_have_text("This is not the PIN of this person on this tablet.")
    pin.fill(PIN)
    pin.press("Enter")
    expect(cover).to_be_hidden()
    expect(field).to_have_value(f"(01){TOXIN}(10)A1001")
    follow(tablet.get_by_role("button", name="Check"))
    expect(tablet.get_by_role("heading", level=1)).not_to_have_text("Who is at the tablet?")
    expect(tablet.get_by_role("button", name="Switch person")).to_be_visible()
