"""A patient's path in three languages, one from right to left: typed lot, question, verdict, about, report."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from service.web.core.i18n import translation
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """Without scripts: the choice of a language needs none."""
    with chromium.new_context(
        base_url=site,
        viewport={"width": 375, "height": 667},
        locale="fr-FR",
        java_script_enabled=False,
        service_workers="block",
    ) as context:
        yield context.new_page()


@pytest.mark.parametrize(("language", "own_name"), [("es", "Español"), ("ar", "العربية"), ("zh", "中文")])
def test_a_patient_is_spoken_to(page: Page, language: str, own_name: str) -> None:
    say = translation(language).gettext
    button, title = partial(page.get_by_role, "button"), page.get_by_role("heading", level=1)
    page.goto("/about")
    expect(page.locator("html")).to_have_attribute("lang", "fr")  # the browser's
    follow(page.get_by_role("link", name="Français"))
    follow(button(name=own_name, exact=True))
    assert page.url.endswith("/about")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    follow(page.get_by_role("link", name="Vialcheck"))
    page.get_by_label(say("Lot number or code")).fill("A1001")
    button(name=say("Check"), exact=True).click()
    expect(title).to_have_text(say("Lot found. Now enter the expiry date"))
    page.get_by_label(say("Expiry date"), exact=True).first.fill("12/2060")  # not what is recorded
    button(name=say("Check the expiry date")).click()
    expect(page.locator(".card")).to_have_attribute("data-action", "quarantine")
    english = page.locator("main").inner_text()
    assert "Do not use" not in english
    page.goto(page.url + "?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"/report?lang={language}")
    expect(title).to_have_text(say("Report a product"))


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/language", "/check/01/09506000134352/10/A1002"])
def test_from_right_to_left_axe_finds_nothing(chromium: Browser, site: str, path: str) -> None:
    with chromium.new_context(base_url=site, locale="ar", service_workers="block") as context:
        page = context.new_page()
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        check_in_every_guise(page)
