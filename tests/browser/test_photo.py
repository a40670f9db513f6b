"""A photo of the code in a real browser: no script needed, every guise readable."""

import os
import re
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.guises import SCHEMES, WIDTHS, check_in_every_guise
from tests.browser.navigation import follow
from tests.factories.records import TOXIN
from tests.factories.scans.pictures import beside, encoded, symbol, unit
from tests.factories.scans.prints import SURFACES, Print, photograph, typeface

RECALLED = symbol(f"https://evil.example/01/{TOXIN}/10/A1002", "QRCode")
SHOP = symbol("https://shop.example/offers", "QRCode")
PRINT = Image.open(
    BytesIO(
        photograph(
            Print("LOT A1002\nEXP 12/2070", "A1002", (2070, 12)),
            typeface(None),
            SURFACES["curved"],
            Random(3),
        )
    )
)
PHOTOS = {
    "photo, empty form": None,
    "photo, several codes": beside(unit(), SHOP, RECALLED),
    "photo, two that can be used": beside(unit(), unit("SN0002")),
    "photo, nothing found": Image.new("L", (400, 300), 200),
    "photo, no product": SHOP,
    "photo, print to be confirmed": PRINT,
}


def choose(page: Page, picture: Image.Image) -> None:
    """As on a desk: the camera's own field is for phones."""
    picture_file = {"name": "IMG_1.png", "mimeType": "image/png", "buffer": encoded(picture)}
    page.locator("#picture").set_input_files(picture_file)  # type: ignore[arg-type]  # a FilePayload
    follow(page.get_by_role("button", name="Read the photo"))


@pytest.mark.parametrize("name", PHOTOS)
def test_axe_finds_nothing_and_nothing_overflows(page: Page, name: str) -> None:
    page.goto("/photo")
    picture = PHOTOS[name]
    if picture is not None:
        choose(page, picture)
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Check with a photo")
    check_in_every_guise(page)
    shots = os.environ.get("VIALCHECK_SCREENSHOTS")
    for width in WIDTHS if shots else ():
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 667})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
            page.screenshot(path=Path(shots or "") / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_first_page_takes_a_photo_with_what_else_was_entered(
    chromium: Browser, site: str, scripts: bool
) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("A clinic or pharmacy").check()
        choose(page, unit("SN0002"))
        expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}$"))
        expect(page.locator(".card--full")).to_be_visible()
        expect(page.locator(".compare")).to_contain_text("SN0002")


def test_a_photo_without_a_code_leads_on_to_typing(page: Page) -> None:
    page.goto("/photo")
    choose(page, Image.new("L", (400, 300), 200))
    expect(page.get_by_role("alert")).to_contain_text("Nothing was checked")
    page.get_by_label("Lot number or code").fill("A1002")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recalled: do not use it")


def test_what_is_tapped_is_large_enough_for_gloves(chromium: Browser, site: str) -> None:
    phone = {"width": 375, "height": 667}
    with chromium.new_context(base_url=site, viewport=phone, has_touch=True, is_mobile=True) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/", "/photo"):
            page.goto(path)
            small = page.evaluate(
                """() => [...document.querySelectorAll('main a, main button, main summary, main input, main select, .camera label')]
                    .filter(each => each.type !== 'hidden' && each.getClientRects().length)
                    .filter(each => getComputedStyle(each).opacity !== '0')  // its label is what is tapped
                    .filter(each => each.getBoundingClientRect().height < 44)
                    .map(each => each.outerHTML)"""
            )
            assert small == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_phone_takes_a_photo_first_and_its_print_is_confirmed(
    chromium: Browser, site: str, scripts: bool
) -> None:
    """A script sends the photo at once; without one its own button does. Enter still checks what was typed."""
    phone = {"width": 375, "height": 667}
    with chromium.new_context(
        base_url=site,
        java_script_enabled=scripts,
        viewport=phone,  # type: ignore[arg-type]  # a ViewportSize
        is_mobile=True,
        has_touch=True,
    ) as context:
        page = context.new_page()
        page.goto("/")
        camera = page.locator(".camera label")
        expect(camera).to_be_in_viewport(ratio=1)
        taken = {"name": "IMG_1.png", "mimeType": "image/png", "buffer": encoded(PRINT)}
        page.locator("#photo").set_input_files(taken)  # type: ignore[arg-type]  # a FilePayload
        if not scripts:
            page.locator(".camera").get_by_role("button", name="Read the photo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Is this what is printed?", timeout=30_000)
        expect(page.get_by_label("Correct it here").first).to_have_value("A1002")
        follow(page.get_by_role("button", name="Yes, check this").first)
        expect(page.locator("[data-action=reject]").first).to_be_visible()
        page.goto("/")
        page.locator("#scan").fill("A1002")
        page.locator("#scan").press("Enter")
        expect(page).to_have_url(re.compile(r"/checks/[0-9a-f-]{36}"))
