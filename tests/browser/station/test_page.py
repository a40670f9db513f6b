"""The running list of `/scan` in a real browser: nothing lost, nothing twice, red stops, without a network too."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.browser.guises import check_in_every_guise
from tests.browser.server import Service
from tests.browser.station.station import (
    ACCEPT,
    ACCEPT_TYPED,
    CHECK,
    QUARANTINE,
    REFUSED,
    REJECT,
    UNKNOWN,
    USED,
    kept,
    line,
    open_station,
    recorded,
    scan,
    settle,
    stop,
)
from tests.factories.records import FILLER
from tests.factories.wording import BANNED

TONES = {
    ACCEPT: ("accept", "Matches the record"),
    CHECK: ("check", "Check more"),
    UNKNOWN: ("unknown", "No records held"),
    REFUSED: ("refused", "Cannot be read"),
}


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains of: a breach of the security policy, a script's error."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        expected = ("Failed to load resource", "blocked by Playwright")
        if message.type in {"error", "warning"} and not any(each in message.text for each in expected):
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


# --- the list


def test_each_scan_is_a_line_with_a_colour_a_shape_and_a_word(page: Page) -> None:
    open_station(page)
    for number, (text, (tone, word)) in enumerate(TONES.items(), 1):
        scan(page, text)
        expect(line(page, number)).to_have_attribute("data-tone", tone)
        expect(line(page, number).locator(".line-word")).to_have_text(word)
        assert line(page, number).locator("svg path").count() > 0
        expect(page.locator("#now")).to_have_attribute("data-tone", tone)
    numbers = page.locator(".line-number").all_text_contents()
    assert numbers == ["4", "3", "2", "1"]  # the newest is on top
    shapes = page.evaluate(
        "[...document.querySelectorAll('.line')].map((each) => each.querySelector('svg').innerHTML)"
    )
    assert len(set(shapes)) == len(TONES)
    expect(page.locator("#now")).not_to_contain_text("undefined")
    expect(line(page, 1)).to_contain_text("Examplinum 100 · lot A1001 · serial SN0001")
    assert not BANNED.search(page.locator("main").text_content() or "")
    # what a match does not show stands beside it
    expect(page.locator("#caveat")).to_contain_text("no proof")


def test_what_is_scanned_is_shown_as_text_and_never_as_markup(page: Page) -> None:
    open_station(page)
    scan(page, "<img src=x onerror=alert(1)>")
    expect(line(page, 1)).to_contain_text("<img src=x")
    assert page.locator("#lines img").count() == 0


def test_a_scanner_types_into_the_box_wherever_the_focus_is(page: Page) -> None:
    open_station(page)
    page.get_by_role("button", name="Switch the sound off").focus()
    page.keyboard.type(CHECK)
    page.keyboard.press("Enter")
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    page.locator("h1").click()
    page.keyboard.type(UNKNOWN)
    page.keyboard.press("Tab")  # some scanners end with it
    expect(line(page, 2)).to_have_attribute("data-tone", "unknown")


def test_a_reload_loses_nothing(page: Page) -> None:
    open_station(page)
    for text in (ACCEPT, CHECK, REFUSED):
        scan(page, text)
    scan(page, ACCEPT)
    expect(line(page, 1)).to_contain_text("Scanned 2 times")
    scan(page, REJECT)
    settle(page, "Goes back to the supplier", "Box 7")
    scan(page, QUARANTINE)
    expect(stop(page)).to_contain_text("Hold this vial")
    before = page.locator("#lines").inner_html()
    page.reload()
    expect(stop(page)).to_contain_text("Hold this vial")  # it still has to be answered
    assert page.locator("#lines").inner_html() == before
    settle(page)
    expect(line(page, 4)).to_contain_text("Goes back to the supplier")
    expect(line(page, 4)).to_contain_text("Box 7")


def test_a_line_is_on_disk_before_it_is_on_the_page(page: Page) -> None:
    """So a flat battery loses no line that anybody saw."""
    open_station(page)
    page.evaluate(
        """() => new MutationObserver(() => {
            const opened = indexedDB.open("vialcheck-scan");
            opened.onsuccess = () => {
                const all = opened.result.transaction("lines").objectStore("lines").getAllKeys();
                all.onsuccess = () => { document.body.dataset.kept = all.result.join(" "); opened.result.close(); };
            };
        }).observe(document.getElementById("lines"), { childList: true })"""
    )
    scan(page, CHECK)
    expect(page.locator("body")).to_have_attribute("data-kept", "1")


def test_a_new_delivery_is_asked_for_twice(page: Page) -> None:
    open_station(page)
    scan(page, CHECK)
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    page.get_by_role("button", name="New delivery").click()
    page.get_by_role("button", name="Back to the list").click()
    expect(line(page, 1)).to_be_visible()
    page.get_by_role("button", name="New delivery").click()
    page.get_by_role("button", name="Empty the list").click()
    expect(page.locator(".line")).to_have_count(0)
    page.reload()
    expect(page.locator("#empty")).to_be_visible()


def test_a_second_window_waits_for_the_first(context: BrowserContext, page: Page) -> None:
    open_station(page)
    second = context.new_page()
    second.goto("/scan")
    expect(second.locator("#notice")).to_contain_text("open in another window")
    page.close()
    expect(second.locator("#station[data-ready]")).to_be_visible()


# --- duplicates


def test_a_pack_that_is_scanned_twice_is_noticed_and_is_no_second_line(page: Page, service: Service) -> None:
    open_station(page)
    scan(page, ACCEPT)
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    before = len(recorded(service))
    scan(page, ACCEPT)
    expect(page.locator("#now")).to_contain_text("Already on the list: line 1")
    expect(line(page, 1)).to_contain_text("Scanned 2 times in this delivery.")
    expect(page.locator(".line")).to_have_count(1)
    assert len(recorded(service)) == before


def test_two_packs_with_one_number_are_held(page: Page) -> None:
    open_station(page)
    scan(page, ACCEPT)
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    scan(page, ACCEPT)
    page.get_by_role("button", name="It is another pack").click()
    expect(stop(page)).to_contain_text("Hold both packs")
    settle(page)
    expect(line(page, 2)).to_have_attribute("data-tone", "quarantine")
    expect(line(page, 1)).to_have_attribute("data-tone", "quarantine")  # nobody knows which is which
    expect(line(page, 1)).to_contain_text("Another pack carries the same number: line 2")
    expect(line(page, 1)).to_contain_text("Set aside")
    expect(page.locator("#counts")).to_contain_text("Not to be used: 2")


def test_a_second_pack_that_was_none_leaves_the_first_as_it_was(page: Page) -> None:
    open_station(page)
    scan(page, ACCEPT)
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    scan(page, ACCEPT)
    page.get_by_role("button", name="It is another pack").click()
    settle(page, "Not this vial")
    expect(line(page, 1)).to_have_attribute("data-tone", "accept")
    expect(page.locator("#counts")).to_contain_text("Not to be used: 0")


def test_another_code_of_the_same_pack_is_noticed_when_the_answer_comes(page: Page) -> None:
    open_station(page)
    scan(page, ACCEPT)
    scan(page, ACCEPT_TYPED)
    expect(line(page, 2).locator(".line-word")).to_have_text("Already on the list")
    expect(page.locator("#counts")).to_contain_text("Matching the record: 1")
    page.get_by_role("button", name="It is another pack").click()
    expect(stop(page)).to_contain_text("Hold both packs")


def test_packs_without_a_serial_number_are_never_the_same(page: Page) -> None:
    open_station(page)
    scan(page, CHECK)
    scan(page, CHECK)
    expect(page.locator('.line[data-tone="check"]')).to_have_count(2)


# --- red


@pytest.mark.parametrize(
    ("text", "title"), [(REJECT, "Stop. Do not use this vial"), (QUARANTINE, "Hold this vial")]
)
def test_red_stops_the_run_until_somebody_says_what_happens(page: Page, text: str, title: str) -> None:
    open_station(page)
    scan(page, text)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    box = stop(page).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (375, 667)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(stop(page)).to_be_visible()
    page.keyboard.type(CHECK)  # the scanner goes off once more
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep this and go on").click()
    expect(page.locator("#stop-error")).to_have_text("Choose what happens to the vial.")
    settle(page, "Not this vial", "Wrong shelf")
    expect(line(page, 1)).to_contain_text("Not this vial: scanned by mistake")
    expect(line(page, 1)).to_contain_text("Wrong shelf")
    expect(page.locator(".line")).to_have_count(1)
    scan(page, CHECK)  # the run goes on without a touch
    expect(line(page, 2)).to_have_attribute("data-tone", "check")


def test_red_ones_that_come_together_are_answered_one_after_the_other(page: Page) -> None:
    page.route("**/api/v1/verifications", lambda route: route.abort())
    open_station(page)
    for text in (REJECT, QUARANTINE):
        scan(page, text)
    expect(page.locator('.line[data-tone="waiting"]')).to_have_count(2)
    page.unroute("**/api/v1/verifications")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(stop(page)).to_contain_text("1. Examplinum 100")
    page.get_by_label("Set aside").check()
    page.get_by_role("button", name="Keep this and go on").click()
    expect(stop(page)).to_contain_text("2. Examplinum 100")
    settle(page)
    expect(page.locator(".line-done")).to_have_count(2)


# --- without a network


def test_without_a_network_scans_wait_and_are_sent_once_when_it_is_back(
    chromium: Browser, service: Service, complaints: list[str]
) -> None:
    texts = [f"(01){FILLER}(10)OFF{number}" for number in range(5)]
    before = recorded(service)
    with chromium.new_context(base_url=service.address) as context:
        page = context.new_page()
        open_station(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        service.off()
        try:
            for text in texts[:3]:
                scan(page, text)
            expect(page.locator("#notice")).to_contain_text("cannot be reached")
            expect(page.locator(".line")).to_have_count(3)
            page.reload()  # the page itself comes from the service worker
            expect(page.locator("#station[data-ready]")).to_be_visible()
            for text in texts[3:]:
                scan(page, text)
            expect(page.locator('.line[data-tone="waiting"]')).to_have_count(5)
            assert set(page.locator(".line-word").all_text_contents()) == {"Not checked yet"}
            assert page.locator(".card--accept").count() == 0
            moments = [each["at"] for each in kept(page)]
            page.get_by_role("button", name="New delivery").click()
            expect(page.get_by_role("button", name="Empty the list")).to_be_hidden()
            page.get_by_role("button", name="Back to the list").click()
        finally:
            service.on()
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator('.line[data-tone="check"], .line[data-tone="unknown"]')).to_have_count(5)
        expect(page.locator("#notice")).to_be_hidden()
        lines = kept(page)
    assert [each["at"] for each in lines] == moments  # the time of the scan, not of the sending
    assert recorded(service)[len(before) :] == [each["nonce"] for each in lines]


@pytest.mark.parametrize("lost", ["answer", "portal", "busy"])
def test_a_scan_whose_answer_was_lost_is_asked_again_and_counted_once(
    page: Page, service: Service, lost: str
) -> None:
    """The answer gets lost on its way; a guest network's sign-in page comes instead; the service is busy."""
    before = len(recorded(service))
    tries: list[str] = []

    def lose(route: Route) -> None:
        tries.append(json.loads(route.request.post_data or "")["nonce"])
        if len(tries) > 1:
            route.continue_()
        elif lost == "answer":
            route.fetch()  # it reaches the service, which records it
            route.abort()
        elif lost == "portal":
            route.fulfill(status=200, content_type="text/html", body="<h1>Sign in</h1>")
        else:
            route.fulfill(status=503, content_type="application/problem+json", body='{"detail": "busy"}')

    page.route("**/api/v1/verifications", lose)
    open_station(page)
    scan(page, CHECK)
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    expect(line(page, 1)).to_have_attribute("data-tone", "waiting")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    expect(page.locator("#notice")).to_be_hidden()
    assert len(set(tries)) == 1
    assert len(recorded(service)) == before + 1


def test_a_scan_that_the_service_stumbles_over_does_not_hold_up_the_others(page: Page) -> None:
    def stumble(route: Route) -> None:
        if "X1" in (route.request.post_data or ""):
            route.fulfill(status=500, content_type="application/problem+json", body='{"detail": "fault"}')
        else:
            route.continue_()

    page.route("**/api/v1/verifications", stumble)
    open_station(page)
    scan(page, UNKNOWN)
    expect(page.locator("#notice")).to_be_visible()
    scan(page, CHECK)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page, 2)).to_have_attribute("data-tone", "check")
    expect(line(page, 1)).to_have_attribute("data-tone", "waiting")
    page.unroute("**/api/v1/verifications")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page, 1)).to_have_attribute("data-tone", "unknown")


def test_a_read_is_felt_unless_that_is_switched_off(page: Page) -> None:
    page.add_init_script(
        "window.felt = []; navigator.vibrate = (pattern) => window.felt.push(pattern.length)"
    )
    open_station(page)
    scan(page, CHECK)
    expect(line(page, 1)).to_have_attribute("data-tone", "check")
    assert page.evaluate("window.felt") == [1, 3]
    scan(page, REJECT)
    expect(stop(page)).to_be_visible()
    assert page.evaluate("window.felt") == [1, 3, 1, 5]  # red is long, and unlike any other
    settle(page)
    page.get_by_role("button", name="Switch the sound off").click()
    page.locator("#scan").focus()
    scan(page, UNKNOWN)
    expect(line(page, 3)).to_have_attribute("data-tone", "unknown")
    assert page.evaluate("window.felt") == [1, 3, 1, 5]
    page.reload()
    expect(page.get_by_role("button", name="Switch the sound on")).to_be_visible()


def test_matches_more_to_check_already_used_and_stop_differ_in_all_that_is_heard_felt_and_seen(
    page: Page,
) -> None:
    """Staff override a warning that is like the others: each kind is unlike each other kind, in every way."""
    page.add_init_script(
        "window.felt = []; navigator.vibrate = (pattern) => window.felt.push(String(pattern))"
    )
    open_station(page)
    scan(page, ACCEPT)
    scan(page, CHECK)
    scan(page, USED)
    expect(stop(page).get_by_role("heading", level=2)).to_have_text(
        "Used before: hold this vial. Do not use it"
    )
    settle(page)
    scan(page, REJECT)
    expect(stop(page)).to_be_visible()
    settle(page)
    tones = ["accept", "check", "used", "reject"]
    for number, tone in enumerate(tones, 1):
        expect(line(page, number)).to_have_attribute("data-tone", tone)
    seen = page.evaluate(
        "[...document.querySelectorAll('.line')].map((each) => [each.querySelector('svg').innerHTML,"
        " getComputedStyle(each.querySelector('.line-badge')).backgroundColor])"
    )
    signals = page.evaluate(
        "import('/static/scan/feedback.js').then(({ signalOf }) => ['accept', 'check', 'used', 'stop'].map((each) =>"
        " Object.values(signalOf(each)).map(String)))"
    )
    for kinds in (*zip(*seen, strict=True), *zip(*signals, strict=True)):
        assert len(set(kinds)) == len(tones), kinds
        assert all(kinds)
    read = "40"
    felt = [each for each in page.evaluate("window.felt") if each != read]
    assert felt == [tremble for _, tremble in signals]


# --- a whole delivery


def test_a_hundred_scans_in_a_row_stay_fast(page: Page) -> None:
    open_station(page)
    times: list[float] = []
    for number in range(1, 101):
        began = time.perf_counter()
        scan(page, f"(01){FILLER}(10)SHARED1(21)P{number:04}")
        line(page, number).wait_for(state="attached")
        times.append(time.perf_counter() - began)
    expect(page.locator('.line[data-tone="check"]')).to_have_count(100, timeout=30_000)
    first, last = (sorted(times[part])[10] * 1000 for part in (slice(0, 20), slice(80, 100)))
    print(
        f"\nfrom Enter to the line: {first:.0f} ms (scans 1 to 20), {last:.0f} ms (scans 81 to 100), medians"
    )
    page.reload()
    expect(page.locator(".line")).to_have_count(100)
    expect(page.locator("#counts")).to_contain_text("Scanned: 100")


def test_the_list_is_downloaded_without_a_cell_that_a_spreadsheet_runs(page: Page, tmp_path: Path) -> None:
    open_station(page)
    for text in (ACCEPT, "=HYPERLINK(1)", "@SUM(1)", "+1", "＝1", 'a",b'):  # noqa: RUF001 (full-width)
        scan(page, text)
    expect(page.locator('.line[data-tone="waiting"]')).to_have_count(0)
    scan(page, ACCEPT)
    scan(page, REJECT)
    settle(page, note="=cmd|' /C calc'!A0")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download the list").click()
    assert re.fullmatch(r"delivery-[\d-]+\.csv", started.value.suggested_filename)
    path = tmp_path / "list.csv"
    started.value.save_as(path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfLine,Scanned at,Result,")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["Line"] for row in rows] == [str(number) for number in range(1, 8)]
    assert rows[0]["Result"] == "Matches the record"
    assert rows[0]["Serial number"] == "SN0001"
    assert rows[0]["Remark"] == "Scanned 2 times in this delivery."
    assert rows[0]["Scanned text"] == ACCEPT.replace("\x1d", "␝")
    assert rows[6]["What happened to it"] == "Set aside, marked “do not use”"
    assert rows[6]["Note"].startswith("'=cmd")
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠|%\t\r"))]  # noqa: RUF001


def test_the_printed_list_is_the_list_alone(page: Page) -> None:
    open_station(page)
    for text in (ACCEPT, CHECK):
        scan(page, text)
    expect(line(page, 2)).to_have_attribute("data-tone", "check")
    page.emulate_media(media="print")
    for name in ("#start", "#typed", "#now", "#download", "#photo"):
        expect(page.locator(name)).to_be_hidden()
    expect(page.locator(".line-word")).to_have_count(2)
    expect(line(page, 1)).to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#printed")).to_contain_text("Printed on")


# --- who looks at it


def test_axe_finds_nothing_on_a_full_list(page: Page) -> None:
    open_station(page)
    for text in (*TONES, ACCEPT_TYPED):
        scan(page, text)
    expect(page.locator('.line[data-tone="waiting"]')).to_have_count(0)
    scan(page, REJECT)
    check_in_every_guise(page)  # the stop
    settle(page)
    page.route("**/api/v1/verifications", lambda route: route.abort())
    scan(page, CHECK)
    expect(page.locator("#notice")).to_be_visible()
    check_in_every_guise(page)
    page.get_by_role("button", name="New delivery").click()
    expect(page.get_by_role("button", name="Back to the list")).to_be_visible()
    check_in_every_guise(page)


def test_what_is_tapped_is_large_enough_for_gloves(page: Page) -> None:
    open_station(page)
    scan(page, REJECT)
    expect(stop(page)).to_be_visible()
    small = """() => [...document.querySelectorAll('main a, main button, main summary, main input, dialog input')]
        .filter((each) => each.type !== 'hidden' && each.getClientRects().length)
        .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)"""
    assert page.evaluate(small) == []
    settle(page)
    assert page.evaluate(small) == []


def test_without_javascript_the_page_says_so_and_its_field_answers(chromium: Browser, site: str) -> None:
    with chromium.new_context(base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/scan")
        expect(page.get_by_text("need JavaScript")).to_be_visible()
        expect(page.get_by_role("button", name="Start the camera")).to_be_hidden()
        expect(page.get_by_role("button", name="Read the photo")).to_be_visible()
        page.get_by_label("Scanner or keyboard").fill(REJECT)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Do not use this vial")


def test_the_first_page_leads_to_the_station(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="scan a whole delivery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan a delivery")
