"""The scan station takes every scan after a red stop, and leaves a working field where a part of it fails.

All keys here are real key events (`keyboard.type`): text inserted past the keyboard (`insert_text`) arrives even where
Chromium gives a focused field none of the keys, and so hid that scans were lost.
`python -m tests.browser.test_station_keys 1000` counts lost scans over that many stops.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests.browser.server import Service, launch
from tests.factories.records import FILLER, TOXIN, put

RED = f"(01){TOXIN}(10)A1002"
SETTLED_BY = ("mouse", "touch", "keyboard")
PART = 25  # stops of one list: a long one only makes the browser slower
PATIENCE = 60_000  # ms: a busy machine loses nothing, and takes its time


def open_station(page: Page) -> None:
    page.goto("/scan")
    expect(page.locator("#station[data-ready]")).to_be_visible()


def holding_answers(page: Page) -> list[Route]:
    """What the station asks from now on, held until the test lets it go on."""
    held: list[Route] = []
    page.route("**/api/v1/verifications", lambda route: held.append(route))  # noqa: PLW0108 (playwright takes no method of a list)
    return held


def scan(page: Page, text: str) -> None:
    """As a USB scanner does: key after key, then Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def settle(page: Page, by: str) -> None:
    """Say of the red vial that it is set aside."""
    expect(page.locator("#stop[open]")).to_be_visible(timeout=PATIENCE)
    choice, button = page.get_by_label("Set aside"), page.get_by_role("button", name="Keep this and go on")
    if by == "touch":
        choice.tap()
        button.tap()
    elif by == "mouse":
        choice.click()
        button.click()
    else:
        choice.focus()
        page.keyboard.press("Space")
        button.focus()
        page.keyboard.press("Enter")
    expect(page.locator("#stop[open]")).to_have_count(0)


def lost_scans(page: Page, count: int, by: str) -> int:
    """How many of `count` scans, each made right after a stop was settled, did not become a line."""
    lines, lost = 0, 0
    for number in range(count):
        # a serial number for each, or the station knows the pack already
        scan(page, f"{RED}(21)R{number:05}")
        settle(page, by)
        lines += 1
        scan(page, f"(01){FILLER}(10)SHARED1(21)P{number:05}")
        try:
            expect(page.locator(".line")).to_have_count(lines + 1)
            lines += 1
        except AssertionError:
            lost += 1
            page.get_by_label("Scanner or keyboard").fill("")  # so that the next one is counted for itself
    return lost


@pytest.mark.parametrize("by", SETTLED_BY)
def test_no_scan_is_lost_after_a_stop(chromium: Browser, site: str, by: str) -> None:
    with chromium.new_context(base_url=site, has_touch=by == "touch", service_workers="block") as context:
        page = context.new_page()
        open_station(page)
        assert lost_scans(page, 4, by) == 0


def test_no_scan_is_lost_after_a_new_delivery_was_asked_for_by_mouse(page: Page) -> None:
    open_station(page)
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator(".line")).to_have_count(1)
    page.get_by_role("button", name="New delivery").click()
    page.get_by_role("button", name="Empty the list").click()
    expect(page.locator(".line")).to_have_count(0)
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator(".line")).to_have_count(1)


def test_an_answer_that_comes_while_a_new_delivery_is_asked_for_lets_it_begin(page: Page) -> None:
    held = holding_answers(page)
    open_station(page)
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator(".line")).to_have_count(1)
    page.get_by_role("button", name="New delivery").click()
    expect(page.get_by_text("Some scans are not checked yet")).to_be_visible()
    expect(page.get_by_role("button", name="Empty the list")).to_be_hidden()
    held.pop().continue_()
    page.get_by_role("button", name="Empty the list").click()
    expect(page.locator(".line")).to_have_count(0)


def test_a_code_that_a_stop_cuts_is_taken_whole(page: Page) -> None:
    """A slow scanner, or a busy telephone: the stop opens in the middle of the code, for its keys come late."""
    held = holding_answers(page)
    open_station(page)
    scan(page, RED)
    expect(page.locator(".line")).to_have_count(1)
    second = f"10SHARED1~01{FILLER}"
    page.keyboard.type(second[:4])
    held.pop().continue_()
    expect(page.locator("#stop[open]")).to_be_visible()
    page.keyboard.type(second[4:9])
    page.keyboard.press("Control+]")  # FNC1, as a scanner types it
    page.keyboard.type(second[10:])
    page.keyboard.press("Enter")
    expect(page.locator(".line")).to_have_count(2)
    # while red waits, a code that began after it is still heard and dropped
    scan(page, f"(01){FILLER}(10)LATER1")
    settle(page, "mouse")
    held.pop().continue_()
    expect(page.locator(".line")).to_have_count(2)
    expect(page.locator("#line-2")).to_contain_text("SHARED1")


def test_a_scan_at_a_stop_is_said_to_be_missed_and_leaves_the_note_alone(page: Page) -> None:
    """The note has the focus: a scanner's keys are taken out of it again, a person's stay."""
    open_station(page)
    scan(page, RED)
    note = page.get_by_label("Note (if you like)")
    note.click()
    page.keyboard.type("box torn", delay=150)
    scan(page, f"(01){FILLER}(10)LATER1")
    expect(page.get_by_text("That scan was not taken")).to_be_visible()
    expect(note).to_have_value("box torn")
    settle(page, "mouse")
    expect(page.locator(".line")).to_have_count(1)


def test_what_was_typed_before_a_stop_is_not_glued_to_the_next_scan(page: Page) -> None:
    held = holding_answers(page)
    open_station(page)
    scan(page, RED)
    expect(page.locator(".line")).to_have_count(1)
    page.keyboard.type("SHA")
    page.wait_for_function(
        "start => performance.now() - start > 1000", arg=page.evaluate("performance.now()")
    )
    held.pop().continue_()
    settle(page, "mouse")
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator("#line-2")).to_contain_text("SHARED1")


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_short_code_scanned_at_a_stop_answers_nothing_for_the_person(page: Page, end: str) -> None:
    open_station(page)
    scan(page, RED)
    expect(page.locator("#stop[open]")).to_be_visible(timeout=PATIENCE)
    choice = page.get_by_label("Set aside")
    choice.click()
    page.keyboard.type("7C1")
    page.keyboard.press(end)
    expect(page.locator("#stop[open]")).to_be_visible()
    expect(choice).to_be_focused()
    settle(page, "mouse")
    expect(page.locator(".line")).to_have_count(1)


def test_a_stop_waits_until_the_code_that_is_being_typed_has_ended(page: Page) -> None:
    """The answer to the first scan comes while the scanner is in the middle of the second."""
    held = holding_answers(page)
    open_station(page)
    scan(page, RED)
    expect(page.locator(".line")).to_have_count(1)
    second = f"(01){FILLER}(10)SHARED1"
    page.keyboard.type(second[:10])
    with page.expect_response("**/api/v1/verifications"):
        held.pop().continue_()
        page.keyboard.type(second[10:], delay=30)
    page.keyboard.press("Enter")
    expect(page.locator("#stop[open]")).to_be_visible()
    expect(page.locator(".line")).to_have_count(2)
    assert page.input_value("#scan") == ""


def test_red_opens_over_the_page_where_the_browser_knows_no_modal_dialog(page: Page) -> None:
    page.add_init_script(
        "delete HTMLDialogElement.prototype.showModal; delete HTMLDialogElement.prototype.close"
    )
    open_station(page)
    expect(page.get_by_text("What happens to this vial?")).to_be_hidden()
    scan(page, RED)
    expect(page.get_by_role("heading", name="Stop. Do not use this vial")).to_be_visible()
    box = page.locator("#stop").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (375, 667)
    assert page.evaluate("document.elementFromPoint(5, 5).closest('dialog')?.id") == "stop"
    page.keyboard.press("Escape")
    settle(page, "mouse")
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator(".line")).to_have_count(2)


@pytest.mark.parametrize("module", ["csv.js", "finder.js", "store.js", "station.js", "dialogs.js"])
def test_where_a_module_is_missing_the_field_leads_to_an_answer(page: Page, module: str) -> None:
    page.route(
        re.compile(rf"/static/scan/{re.escape(module)}(\?|$)"),
        lambda route: route.fulfill(status=404, body=""),
    )
    page.goto("/scan")
    expect(page.locator("#not-started")).to_be_visible()
    expect(page.get_by_text("need JavaScript")).to_be_hidden()
    page.get_by_label("Scanner or keyboard").click()
    scan(page, RED)
    expect(page).to_have_url(re.compile("/checks/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Do not use this vial")


def test_where_a_part_fails_on_its_way_the_list_goes_on(page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'matchMedia', { value: () => { throw new Error('no') } })"
    )
    open_station(page)
    page.get_by_label("Scanner or keyboard").click()
    scan(page, f"(01){FILLER}(10)SHARED1")
    expect(page.locator(".line")).to_have_count(1)


def test_where_the_browser_keeps_nothing_the_field_leads_to_an_answer(page: Page) -> None:
    page.add_init_script("indexedDB.open = () => { throw new Error('blocked') }")
    page.goto("/scan")
    expect(page.locator("#notice")).to_contain_text("keeps nothing")
    page.get_by_label("Scanner or keyboard").click()
    scan(page, RED)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Do not use this vial")


def test_the_note_about_javascript_is_never_shown_where_scripts_run(page: Page) -> None:
    open_station(page)
    assert page.get_by_text("need JavaScript").count() == 0 or page.get_by_text("need JavaScript").is_hidden()
    expect(page.locator("#not-started")).to_be_hidden()


def _count(stops: int) -> None:
    """Serve the small world, settle `stops` red stops by mouse and touch in turn, and print what was lost."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{Path(folder) / 'vialcheck.db'}"
        database = Database(url)
        database.migrate()
        put(database)
        database.close()
        app = create_app(Settings(database_url=url))
        service = Service.of(app)
        browser = launch(playwright)
        expect.set_options(timeout=PATIENCE)
        lost = made = 0
        for number in range(-(-stops // PART)):
            by = ("mouse", "touch")[number % 2]
            with browser.new_context(base_url=service.address, has_touch=by == "touch") as context:
                page = context.new_page()
                open_station(page)
                lost += lost_scans(page, PART, by)
                made += PART
            print(f"{lost} of {made} scans after a stop were lost", flush=True)
        browser.close()
        service.off()
        services_of(app).close()


if __name__ == "__main__":
    os.environ.setdefault("VIALCHECK_RATE_LIMIT", "off")  # as in the tests: the serials here are made up
    _count(int(sys.argv[1]))
