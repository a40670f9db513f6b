"""A clinic's own software, in a browser: the card of a stopped vial is there before the order is signed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.records import TOXIN
from tests.factories.sandbox_ehr import sandbox_ehr


@pytest.fixture
def ehr(site: str) -> Iterator[str]:
    running = Service.of(sandbox_ehr(site))
    yield running.address
    running.off()


def test_a_stopped_vial_is_not_signed_for(page: Page, ehr: str) -> None:
    for lot, expiry, signed in (("A1002", "", False), ("A1001", "2070-12-31", True)):
        page.goto(ehr)
        page.get_by_label("GTIN").fill(TOXIN)
        page.get_by_label("Lot").fill(lot)
        page.get_by_label("Expiry").fill(expiry)
        follow(page.get_by_role("button", name="Sign the order"))
        if signed:
            expect(page.get_by_text("The order is signed.")).to_be_visible()
            expect(page.get_by_role("alert")).to_have_count(0)
        else:
            expect(page.get_by_role("alert")).to_contain_text("Stop. Do not use this vial")
            expect(page.get_by_role("button", name="Take this order out of the draft")).to_be_visible()
            expect(page.get_by_text("The order is signed.")).to_have_count(0)
