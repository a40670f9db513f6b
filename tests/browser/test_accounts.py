"""Signing in and the pages of people in a real browser, with a passkey of a virtual authenticator."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from service.accounts.actors import Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.people import PASSWORD, member

ANN = "ann@example.org"


@pytest.fixture
def desk(migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    """A service of its own with one admin; by the name that passkeys are bound to."""
    path = tmp_path / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    member(database, Role.ADMIN, email=ANN)
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    running = Service.of(app)
    yield running.address.replace("127.0.0.1", "localhost")
    running.off()
    services_of(app).close()


@pytest.fixture
def visitor(chromium: Browser, desk: str) -> Iterator[Page]:
    """A browser whose device has a finger's print to offer."""
    with chromium.new_context(base_url=desk, service_workers="block") as context:
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page


def fill_in(page: Page) -> None:
    page.goto("/sign-in?next=/people")
    page.get_by_label("E-mail address").fill(ANN)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))


def test_a_passkey_is_set_up_and_signs_in_alone_and_as_the_second_step(visitor: Page) -> None:
    fill_in(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    check_in_every_guise(visitor)
    visitor.get_by_label("What to call it").fill("Ann's laptop")
    visitor.get_by_role("button", name="Set up a passkey").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("People of Example Biologics")
    visitor.goto("/account")
    expect(visitor.get_by_text("Passkey: Ann's laptop")).to_be_visible()
    check_in_every_guise(visitor)
    follow(visitor.get_by_role("button", name="Sign out").first)
    visitor.goto("/sign-in?next=/keys")
    check_in_every_guise(visitor)
    visitor.get_by_role("button", name="Use a passkey").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Keys for your own programs")
    follow(visitor.get_by_role("button", name="Sign out").first)
    fill_in(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("One more step")
    check_in_every_guise(visitor)
    visitor.get_by_role("button", name="Use your passkey").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("People of Example Biologics")


def test_a_passkey_that_we_do_not_know_is_refused_in_words(visitor: Page) -> None:
    visitor.goto("/sign-in")
    visitor.get_by_role("button", name="Use a passkey").click()
    expect(visitor.locator("[data-failed]")).to_contain_text("That did not work")


def test_an_authenticator_app_without_javascript(chromium: Browser, desk: str) -> None:
    with chromium.new_context(base_url=desk, java_script_enabled=False) as context:
        page = context.new_page()
        fill_in(page)
        page.get_by_role("link", name="Set up an authenticator app").click()
        secret = page.locator("span.code").inner_text().replace(" ", "")
        page.get_by_role("textbox", name="Code").fill("000000")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
        assert page.locator("span.code").inner_text().replace(" ", "") == secret
        page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Write these down")
        code = page.locator("li.code").first.inner_text()
        page.get_by_role("link", name="I have kept them").click()
        follow(page.get_by_role("button", name="Sign out").first)
        fill_in(page)
        page.get_by_role("textbox", name="Code").fill(code)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("People of Example Biologics")


def test_an_admins_day(visitor: Page, chromium: Browser, desk: str) -> None:
    fill_in(visitor)
    visitor.get_by_role("button", name="Set up a passkey").click()
    visitor.get_by_role("link", name="Invite a person").click()
    visitor.get_by_role("button", name="Make the link").click()
    expect(visitor.get_by_role("alert")).to_contain_text("Enter the e-mail address")
    check_in_every_guise(visitor)
    visitor.get_by_label("E-mail address").fill("bob@example.org")
    visitor.get_by_label("Viewer").check()
    visitor.get_by_role("button", name="Make the link").click()
    link = visitor.locator(".token").inner_text()
    check_in_every_guise(visitor)
    with chromium.new_context(base_url=desk) as other:
        bob = other.new_page()
        bob.goto(link)
        check_in_every_guise(bob)
        bob.get_by_label("Your name").fill("Bob")
        bob.get_by_label("New password").fill(PASSWORD)
        bob.get_by_role("button", name="Continue").click()
        expect(bob.get_by_role("link", name="Bob")).to_be_visible()
    visitor.goto("/people/invite-clinic")
    check_in_every_guise(visitor)
    visitor.goto("/people")
    check_in_every_guise(visitor)
    follow(visitor.get_by_role("link", name="Bob"))
    check_in_every_guise(visitor)
    visitor.get_by_role("button", name="Disable the account").click()
    expect(visitor.get_by_role("status")).to_contain_text("They can no longer sign in")
    visitor.goto("/keys/new")
    check_in_every_guise(visitor)
    visitor.get_by_label("Name").fill("Stock system")
    visitor.get_by_label("Check vials").check()
    visitor.get_by_role("button", name="Make the key").click()
    expect(visitor.locator(".token")).to_contain_text("vck_")
    check_in_every_guise(visitor)
    visitor.goto("/keys")
    check_in_every_guise(visitor)
    visitor.goto("/audit")
    expect(visitor.get_by_text("Key made")).to_be_visible()
    check_in_every_guise(visitor)
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Download all of these").click()
    assert "make_key" in download.value.path().read_text()
    visitor.get_by_role("button", name="Sign out").first.click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Check a vial")
