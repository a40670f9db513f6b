"""The pages in a real browser: accessibility, keyboard, scanner, with and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.factories.records import TOXIN, UNKNOWN_GTIN

LINK = f"/01/{TOXIN}"
PAGES = {
    "ask": "/",
    "about": "/about",
    "limits": "/limits",
    "injected": "/help/injected?market=GB",
    "vial not shown": "/help/vial-not-shown",
    "labels": "/labels/",
    "scanner setup": "/scan/setup",
    "docs": "/api/docs",
    "scan": "/scan",
    "not found": "/nowhere",
    "bad link": f"{LINK[:-1]}3",
    "accept": f"{LINK}/10/A1001/21/SN0001?17=701231",
    "check": f"{LINK}/10/A1001",
    "check, clinic": f"{LINK}/10/A1001?as=clinic",
    "unknown": f"/01/{UNKNOWN_GTIN}/10/X1",
    "quarantine": f"{LINK}/10/A1001?17=601231",
    "quarantine, clinic": f"{LINK}/10/A1001/21/SN0002?as=clinic",
    "reject": f"{LINK}/10/A1002",
    "reject, clinic": f"{LINK}/10/A1002?as=clinic",
}


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains of while a test runs: a breach of the security policy, a script's error."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A page that is not found is reported too, and is what the test asked for.
        expected = ("Failed to load resource", "blocked by Playwright")  # the latter: conftest's doing
        if message.type in {"error", "warning"} and not any(each in message.text for each in expected):
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    check_in_every_guise(page)


def test_axe_finds_nothing_on_the_page_that_asks_which_product(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Lot number or code").fill("SHARED1")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which product is it?")
    check_in_every_guise(page)


def test_axe_finds_nothing_on_a_form_with_errors(page: Page) -> None:
    fail_the_form(page)
    check_in_every_guise(page)


def fail_the_form(page: Page) -> None:
    page.goto("/")
    page.get_by_text("Add more").click()
    page.get_by_label("Lot number or code").fill("A1001")
    page.get_by_label("Expiry date", exact=True).fill("31 FEB 2027")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("31 FEB 2027")


@pytest.mark.parametrize(
    "name", ["ask", "about", "limits", "injected", "vial not shown", "reject, clinic", "accept"]
)
def test_nothing_is_cut_off_at_the_width_of_a_small_old_phone(page: Page, name: str) -> None:
    """WCAG 2.2, 1.4.10: 320 px, which is also 1280 px enlarged four times."""
    page.set_viewport_size({"width": 320, "height": 480})
    page.goto(PAGES[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    "name", ["ask", "limits", "injected", "vial not shown", "reject", "accept", "check, clinic"]
)
def test_what_is_tapped_is_large_enough_for_gloves(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main summary, main input, main select')]
            .filter(each => each.type !== 'hidden' && each.getClientRects().length)
            .filter(each => each.getBoundingClientRect().height < 44)
            .map(each => each.outerHTML)"""
    )
    assert small == []


@pytest.mark.parametrize("name", ["reject, clinic", "quarantine, clinic"])
def test_a_clinic_that_must_stop_sees_nothing_else_on_its_first_screen(page: Page, name: str) -> None:
    for width, height in ((375, 667), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(PAGES[name])
        box = page.locator(".card--full").bounding_box()
        assert box is not None
        assert box["x"] <= 0
        assert box["width"] >= width
        assert box["y"] + box["height"] >= height


# --- asking


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_lot_number_is_checked_and_the_answer_leads(chromium: Browser, site: str, scripts: bool) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Lot number or code").fill("A1002")
        page.get_by_label("A clinic or pharmacy").check()
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Stop. Do not use this vial")
        expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
        page.get_by_role("link", name="Read this as a patient").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Recalled: do not use it")


def test_one_of_several_products_is_chosen_without_javascript(chromium: Browser, site: str) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Lot number or code").fill("shared1")
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_label("Fillexa Soft").check()
        page.get_by_role("button", name="Check this product").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Lot found. Now enter the expiry date")
        expect(page.locator(".record")).to_contain_text("Fillexa Soft")


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("Lot number or code")).to_be_focused()
    page.keyboard.type("A1001")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("summary", has_text="Where do I find it?")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("A patient")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("A clinic or pharmacy")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens what more can be entered
    page.keyboard.press("Tab")
    expect(page.get_by_label("Expiry date", exact=True)).to_be_focused()
    page.keyboard.type("31 FEB 2027")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first line of the summary
    expect(page.get_by_label("Expiry date", exact=True)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("12/2070")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not enough to go on: check more")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_what_has_the_focus_is_seen(page: Page) -> None:
    page.goto(PAGES["check"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = page.evaluate(
        "(({outlineWidth, boxShadow}) => [outlineWidth, boxShadow])(getComputedStyle(document.activeElement))"
    )
    assert float(style[0].removesuffix("px")) >= 3
    assert style[1] != "none"


@pytest.mark.parametrize("how", ["as the character", "as Ctrl+]"])
def test_a_usb_scanner_types_a_whole_code(page: Page, how: str) -> None:
    """It ends with Enter, and FNC1 comes as U+001D or as Ctrl+], by its set-up."""
    page.goto("/")
    expect(page.get_by_label("Lot number or code")).to_be_focused()
    page.keyboard.type(f"]d201{TOXIN}1770123110A1001")
    if how == "as Ctrl+]":
        page.keyboard.press("Control+]")
    else:
        page.keyboard.insert_text("\x1d")
    page.keyboard.type("21SN0001")
    assert page.get_by_label("Lot number or code").input_value().endswith("10A1001\x1d21SN0001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The numbers match. Now look at the pack")
    expect(page.locator(".compare")).to_contain_text("SN0001")


def test_a_kept_code_shows_its_separator_and_is_read_again(page: Page) -> None:
    page.goto("/")
    page.get_by_text("Add more").click()
    page.get_by_label("Expiry date", exact=True).fill("soon")
    page.get_by_label("Lot number or code").fill(f"01{TOXIN}10A1001\x1d21SN0001")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_label("Lot number or code")).to_have_value(f"01{TOXIN}10A1001␝21SN0001")
    page.get_by_label("Expiry date", exact=True).fill("")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The numbers match. Now look at the pack")


# --- what a code's link opens


def test_the_page_of_a_link_saves_itself_once(page: Page) -> None:
    posted: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            posted.append(request.url)

    page.on("request", note)
    page.goto(PAGES["accept"])
    expect(page.get_by_role("status")).to_have_text("This check is saved.")
    expect(page.get_by_role("button", name="Save this check")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
    saved = page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The numbers match. Now look at the pack")
    assert page.url == saved
    assert len(posted) == 1


def test_the_page_of_a_link_has_a_button_without_javascript(chromium: Browser, site: str) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(PAGES["reject"])
        expect(page.get_by_role("heading", level=1)).to_have_text("Recalled: do not use it")
        page.get_by_role("button", name="Save this check").click()
        expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Recalled: do not use it")


def test_a_saved_check_that_is_read_as_a_clinic_is_not_saved_by_itself(page: Page) -> None:
    page.goto(PAGES["check"])
    expect(page.get_by_role("status")).to_have_text("This check is saved.")
    page.get_by_role("link", name="Read this as a clinic").click()
    expect(page.get_by_role("button", name="Save this check")).to_be_visible()


def test_a_lost_network_leaves_the_button(page: Page, complaints: list[str]) -> None:
    page.route("**/check", lambda route: route.abort())
    page.goto(PAGES["check"])
    expect(page.get_by_role("button", name="Save this check")).to_be_visible()
    page.unroute("**/check")
    page.get_by_role("button", name="Save this check").click()
    expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
    complaints.clear()  # the browser reports the lost request


def test_a_message_is_copied_with_a_script_and_stands_there_without(chromium: Browser, site: str) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/help/vial-not-shown")
        expect(page.get_by_label("Message to the clinic")).to_contain_text("see the vial and its box")
        expect(page.get_by_role("button", name="Share or copy")).to_be_hidden()
    with chromium.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.add_init_script("delete Navigator.prototype.share")
        page.goto("/help/vial-not-shown")
        page.get_by_role("button", name="Share or copy").click()
        expect(page.get_by_role("status")).to_have_text(re.compile("Copied"))
        assert "see the vial and its box" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_scanned_code_goes_on_without_what_cannot_be_seen(
    chromium: Browser, site: str, scripts: bool
) -> None:
    """The answer of a link is saved first, by itself or with the button; then each question can be left out."""
    with chromium.new_context(base_url=site, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(PAGES["check"])
        if scripts:
            expect(page.get_by_role("status")).to_have_text("This check is saved.")
        page.get_by_text("see that").click()
        page.get_by_text("Go on without it").click()
        expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
        page.get_by_text("see that").click()
        expect(page.get_by_role("img", name=re.compile("A vial"))).to_be_visible()
        page.get_by_role("link", name="Go on without it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Not enough yet. Next: your country")


def test_an_answer_is_kept_on_this_device_where_its_reader_asks(page: Page) -> None:
    """Nothing is kept by itself; it can be forgotten; what lies there is never an address of another site."""
    page.goto("/")
    page.get_by_label("Lot number or code").fill("A1002")
    follow(page.get_by_role("button", name="Check", exact=True))
    page.goto("/")
    mine = page.get_by_role("region", name="Your checks on this device")
    expect(mine).to_be_hidden()
    page.go_back()
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("Kept in this browser"))
    page.goto("/")
    expect(mine.get_by_role("listitem")).to_have_text(re.compile("Recalled: do not use it"))
    mine.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recalled: do not use it")
    page.goto("/")
    mine.get_by_role("button", name="Forget them").click()
    put = "kept => localStorage.setItem('vialcheck-kept', kept)"
    page.evaluate(put, '[{"at": "//evil.example", "said": "x"}]')
    page.reload()
    expect(mine).to_be_hidden()
    page.evaluate(put, "no list")
    page.reload()
    expect(mine).to_be_hidden()
