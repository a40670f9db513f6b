"""A vial and its box on the station, photos in its list, a scanner's keyboard, and the time of a scan."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.storage.models import Scan
from service.web.core.services import services_of
from service.web.station.scanner_setup import TEST_CODE
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.browser.station.station import ACCEPT, REJECT, kept, line, open_station, scan, settle, stop
from tests.factories.records import TOXIN
from tests.factories.scans.keyboards import BY_NAME, typed_on
from tests.factories.scans.pictures import beside, encoded, symbol, unit

VIAL = f"(01){TOXIN}(17)701231(10)A1001"
OTHER_BOX = f"(01){TOXIN}(17)700630(10)C3016 C3".replace(" ", "")


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[None]:
    """What the browser complains of: a breach of the security policy, a script's error."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield
    assert [each for each in heard if "Failed to load resource" not in each] == []


def rows(service: Service) -> list[Any]:
    """All checks; a clinic's are on disk when they are answered."""
    database = services_of(service.app).database
    with database.reading() as connection:
        return list(connection.execute(select(Scan.__table__).order_by(Scan.at, Scan.id)).all())


def pairs(page: Page) -> None:
    page.get_by_label("Vial and box").check()
    page.locator("#scan").focus()


def choose(page: Page, picture: Image.Image | bytes) -> None:
    data = picture if isinstance(picture, bytes) else encoded(picture)
    page.locator("#picture").set_input_files({"name": "IMG.png", "mimeType": "image/png", "buffer": data})


# --- a vial and its box


def test_two_scans_make_one_line_that_is_asked_as_a_pair(page: Page, service: Service) -> None:
    open_station(page)
    pairs(page)
    before = len(rows(service))
    scan(page, VIAL)
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    expect(page.locator("#now")).to_contain_text("Now scan its box")
    expect(page.locator("#now")).to_contain_text("not checked yet")
    assert len(rows(service)) == before
    scan(page, ACCEPT)
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    expect(line(page, 1)).to_contain_text("On the box: 09506000134352 · lot A1001 · serial SN0001")
    expect(page.locator(".line")).to_have_count(1)
    row = rows(service)[-1]
    assert (row.presented["vial"]["lot"], row.presented["carton"]["serial"]) == ("A1001", "SN0001")


def test_what_disagrees_is_side_by_side_and_stops_the_run(page: Page) -> None:
    """The FDA's case of 2013."""
    open_station(page)
    pairs(page)
    scan(page, VIAL)
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    scan(page, OTHER_BOX)
    expect(stop(page)).to_contain_text("Vial and carton disagree on the lot number")
    table = page.locator("#stop-pair")
    expect(table.locator("tr.differs")).to_have_count(2)
    expect(table.locator("tr.differs").first).to_contain_text("A1001C3016C3")
    expect(table.locator("tr").filter(has_text="GTIN")).not_to_have_class("differs")
    check_in_every_guise(page)
    settle(page)
    scan(page, REJECT)  # the next vial, alone
    page.get_by_role("button", name="The box has no code").click()
    expect(stop(page)).to_be_visible()
    expect(table).to_be_hidden()


def test_a_vial_that_waits_for_its_box_survives_a_reload_and_a_change_of_mind(page: Page) -> None:
    open_station(page)
    pairs(page)
    scan(page, VIAL)
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    page.reload()
    expect(page.locator("#station[data-ready]")).to_be_visible()
    expect(page.get_by_label("Vial and box")).to_be_checked()
    expect(page.locator("#now")).to_contain_text("Now scan its box")
    page.get_by_role("button", name="New delivery").click()
    expect(page.get_by_role("button", name="Empty the list")).to_be_hidden()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_role("button", name="Back to the list")).to_be_hidden()
    check_in_every_guise(page)
    page.get_by_role("button", name="The box has no code").click()
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    page.get_by_label("Vial and box").uncheck()
    scan(page, VIAL)
    expect(line(page, 2)).to_have_attribute("data-tone", "check")


def test_the_vials_own_code_is_not_taken_for_that_of_its_box_unasked(page: Page) -> None:
    open_station(page)
    pairs(page)
    scan(page, ACCEPT)
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    scan(page, ACCEPT)
    expect(page.locator("#now")).to_contain_text("The vial's code again")
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    page.get_by_role("button", name="Yes, the box carries the same code").click()
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    (kept_line,) = kept(page)
    assert kept_line["carton"] == kept_line["text"]


# --- a photo


def test_every_code_of_a_photo_is_a_line(page: Page) -> None:
    open_station(page)
    shop = symbol("https://shop.example/offers", "QRCode")
    choose(page, beside(unit(), shop, unit("SN0002")))
    expect(page.locator(".line")).to_have_count(2)
    expect(stop(page)).to_contain_text("dispensed already")
    settle(page)
    assert {each["source"] for each in kept(page)} == {"photo"}
    assert page.url.endswith("/scan")
    assert page.locator("#picture").input_value() == ""


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (Image.new("L", (300, 300), 200), "No product code was found"),
        (b"hello", "This file is not a picture that we can read."),
        (encoded(unit())[:300], "This picture is damaged or cut off."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "We cannot read HEIC pictures."),
    ],
    ids=["no code", "no picture", "cut off", "HEIC"],
)
def test_a_photo_that_gives_nothing_is_said(page: Page, picture: Image.Image | bytes, said: str) -> None:
    open_station(page)
    choose(page, picture)
    expect(page.locator("#photo-said")).to_contain_text(said)
    expect(page.locator(".line")).to_have_count(0)


def test_a_photo_without_a_network_is_said(page: Page) -> None:
    page.route("**/api/v1/readings", lambda route: route.abort())
    open_station(page)
    choose(page, unit())
    expect(page.locator("#photo-said")).to_contain_text("could not be sent")


def test_photos_of_a_vial_and_its_box_are_taken_one_by_one(page: Page) -> None:
    open_station(page)
    pairs(page)
    choose(page, beside(unit(), unit("SN0002")))
    expect(page.locator("#photo-said")).to_contain_text("Photograph one")
    expect(page.locator(".line")).to_have_count(0)
    choose(page, symbol(VIAL, gs1=True))
    expect(line(page, 1)).to_have_attribute("data-tone", "half")
    choose(page, unit())
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    expect(page.locator("#photo-said")).to_be_hidden()


# --- the time of a scan, and the keyboard of a scanner


def test_the_time_of_a_scan_that_waited_is_recorded(page: Page, service: Service) -> None:
    before = len(rows(service))
    page.route("**/api/v1/verifications", lambda route: route.abort())
    open_station(page)
    scan(page, VIAL)
    expect(page.locator("#notice")).to_be_visible()
    page.unroute("**/api/v1/verifications")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    (row,) = rows(service)[before:]
    (kept_line,) = kept(page)
    assert row.scanned_at is not None
    assert row.scanned_at.isoformat(timespec="milliseconds").replace("+00:00", "Z") == kept_line["at"]
    assert row.scanned_at <= row.at


def test_a_wrong_clock_costs_the_time_and_not_the_check(page: Page, service: Service) -> None:
    before = len(rows(service))
    page.clock.install(time="2031-01-01T00:00:00Z")
    open_station(page)
    scan(page, VIAL)
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    (row,) = rows(service)[before:]
    assert row.scanned_at is None


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_keyboard_that_is_remembered_is_undone(chromium: Browser, site: str, scripts: bool) -> None:
    layout = BY_NAME["German"]
    with chromium.new_context(base_url=site, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto("/scan/setup")
        page.get_by_label("What the scanner sends").fill(typed_on(layout, "]d2" + TEST_CODE))
        follow(page.get_by_role("button", name="Test", exact=True).last)
        if page.get_by_label("Keyboard of this computer").count():
            page.get_by_label("Keyboard of this computer").select_option("German")
        page.get_by_role("button", name="Remember this keyboard").click()
        expect(page.get_by_role("heading", name="Remembered: German")).to_be_visible()
        typed = typed_on(layout, f"01{TOXIN}10SHZRED1\x1d21X")  # as it stands, another lot
        if scripts:
            open_station(page)
            scan(page, typed)
            expect(line(page, 1)).to_contain_text("SHZRED1")
        else:
            page.goto("/?as=clinic")
            page.get_by_label("Lot number or code").fill(typed)
            page.get_by_role("button", name=re.compile("^Check")).first.click()
            expect(page.locator(".compare")).to_contain_text("SHZRED1")
        page.goto("/scan/setup")
        page.get_by_role("button", name="Forget it").click()
        expect(page.get_by_role("heading", name="Remembered")).to_have_count(0)
