"""A clinic's day in a real browser, at the width of a phone and of a desk, with and without JavaScript."""

import csv
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from sqlalchemy import insert, update

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.authenticity.dispositions import Disposition
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Batch, Unit
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.browser.station.station import line, open_station, scan
from tests.factories.people import signed_in
from tests.factories.records import TOXIN, put

PACK = f"(01){TOXIN}(17)701231(10)A1001(21)"
RECALLED = f"(01){TOXIN}(10)A1002"
SIZES = {"phone": (375, 667), "desk": (1280, 800), "tablet": (820, 1180)}
GUISES = [("phone", True), ("tablet", True), ("phone", False)]


@pytest.fixture
def service(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Service]:
    """A service of its own for each day: what one clinic used is used."""
    path = tmp_path / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    units = [
        {"product_id": 1, "batch_id": 1, "serial": f"DAY{n}", "disposition": Disposition.ACTIVE}
        for n in range(4)
    ]
    with database.transaction() as connection:
        connection.execute(insert(Unit), units)
        connection.exec_driver_sql("UPDATE product SET strengths = '100 units'")
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    running = Service.of(app)
    yield running
    running.off()
    services_of(app).close()


def nurse(service: Service) -> str:
    """The cookie of somebody who is signed in at a clinic."""
    client = signed_in(
        service.app,
        Role.CLINIC,
        kind=OrganisationKind.CLINIC,
        name="Riverside Clinic",
        country="GB",
        strong=False,
    )
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def browser_of(chromium: Browser, service: Service, size: str, *, scripts: bool = True) -> BrowserContext:
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=service.address,
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        service_workers="block",
    )
    context.add_cookies([{"name": COOKIE, "value": nurse(service), "url": service.address}])
    return context


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and what the browser complains of: a breach of the security policy, a script's error."""
    page, heard = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "blocked by Playwright" not in message.text:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return page, heard


def type_code(page: Page, text: str) -> None:
    """As a USB scanner does: into the field that has the focus, then Enter."""
    expect(page.locator("#scan")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def verdict(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize(("size", "scripts"), GUISES, ids=["phone", "tablet", "phone without JavaScript"])
def test_the_main_day(chromium: Browser, service: Service, tmp_path: Path, size: str, scripts: bool) -> None:
    with browser_of(chromium, service, size, scripts=scripts) as context:
        page, heard = watched(context)
        page.goto("/clinic")
        expect(page.get_by_text("Nothing needs your attention.")).to_be_visible()
        # three vials come in, one of them recalled
        page.locator(".actions").get_by_role("link", name="Receive").click()
        type_code(page, PACK + "DAY1")
        verdict(page, "Matches the manufacturer's record")
        page.get_by_text("Supplier and delivery note").click()
        page.get_by_label("Supplier").fill("Medica")
        page.get_by_label("Number of the delivery note").fill("LS-7")
        page.get_by_role("button", name="Receive").click()
        type_code(page, PACK + "DAY2")
        page.get_by_role("button", name="Receive").click()
        type_code(page, RECALLED)
        verdict(page, "Stop. Do not use this vial")
        assert page.get_by_role("button", name="Receive").count() == 0
        page.get_by_role("button", name="Record this").click()
        expect(page.get_by_role("status")).to_contain_text("Recorded in quarantine")
        page.get_by_role("link", name="Finish this delivery").click()
        expect(page.locator("tbody tr")).to_have_count(3)
        # one is opened and used, in two portions
        page.goto("/clinic")
        page.locator(".actions").get_by_role("link", name="Use a vial").click()
        type_code(page, PACK + "DAY1")
        verdict(page, "Matches the manufacturer's record")
        page.get_by_label("Used from it now").fill("40")
        page.get_by_label("Your reference").fill("A-1042")
        page.get_by_role("button", name="Opened, some is left").click()
        expect(page.get_by_role("status")).to_have_text("Recorded: opened.")
        page.get_by_label("Used from it now").fill("70")
        page.get_by_role("button", name="Record this use").click()
        expect(page.get_by_role("main")).to_contain_text("more than is left in the vial, “60”")
        page.get_by_label("Used from it now").fill("50")
        page.get_by_role("button", name="Record this use").click()
        expect(page.get_by_text("Left in it: 10 of 100 units.")).to_be_visible()
        # and a slip of the finger is taken back
        page.get_by_text("Recorded by mistake? Undo: Used").click()
        page.locator("#reason-undo").fill("It was another vial")
        page.get_by_role("button", name="Undo it").click()
        expect(page.get_by_text("Left in it: 60 of 100 units.")).to_be_visible()
        page.get_by_role("button", name="Finished, the rest is thrown away").click()
        expect(page.get_by_role("status")).to_contain_text("Recorded: finished")
        # one is broken
        page.goto("/use")
        type_code(page, PACK + "DAY2")
        page.get_by_text("It was dropped, broken or destroyed").click()
        page.locator("#reason-waste").fill("Fell on the floor")
        page.locator("details[open]").get_by_role("button", name="Record this").click()
        expect(page.get_by_role("status")).to_have_text("Recorded: destroyed.")
        # where did the lot go?
        page.goto("/clinic")
        page.locator(".actions").get_by_role("link", name="Trace a lot").click()
        page.get_by_label("Lot number").fill("a1001")
        page.get_by_role("button", name="Trace").click()
        expect(page.locator("tbody tr")).to_have_count(2)
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Download as a file").click()
        file = tmp_path / "lot.csv"
        downloading.value.save_as(file)
        with file.open(encoding="utf-8-sig", newline="") as opened:
            steps = [
                (row["Serial number"], row["What was done"], row["Units used"])
                for row in csv.DictReader(opened)
            ]
        assert steps == [
            ("DAY1", "Received", ""),
            ("DAY1", "Opened", "40"),
            ("DAY1", "Used", "50"),
            ("DAY1", "Undone", ""),
            ("DAY1", "Finished, the rest thrown away", ""),
            ("DAY2", "Received", ""),
            ("DAY2", "Destroyed", ""),
        ]
        # the lot is recalled in the middle of the day: whom does it concern?
        with services_of(service.app).database.transaction() as connection:
            connection.execute(update(Batch).where(Batch.lot == "A1001").values(status="recalled"))
        page.goto("/clinic")
        expect(page.locator(".attention > li").first).to_contain_text("recalled")
        page.get_by_role("link", name="Read it, and confirm that you did").first.click()
        page.get_by_role("button", name="We have read this").click()
        expect(page.get_by_role("status")).to_contain_text("you have read this notice")
        expect(page.locator("tbody tr").first).to_contain_text("A-1042")
        page.get_by_label("Told A-1042").check()
        page.get_by_role("button", name="Mark the ticked ones as told").click()
        expect(page.locator("tbody tr").first).to_contain_text("Told on")
        page.goto("/clinic/reconciliation")
        expect(page.get_by_text("Yes: everything received is accounted for.")).to_be_visible()
        # and signed out, nothing is seen
        context.clear_cookies()
        answer = page.goto("/stock")
        assert answer is not None
        assert page.get_by_text("A1001").count() == 0
        assert not [each for each in heard if "403" not in each and "422" not in each]


def a_house(service: Service) -> None:
    """One of everything that a page can show."""
    client = signed_in(
        service.app,
        Role.CLINIC,
        kind=OrganisationKind.CLINIC,
        name="Riverside Clinic",
        country="GB",
        strong=False,
    )
    checks = [
        client.post("/api/v1/verifications", json={"scan": text, "asker": "clinic"}).get_json()["id"]
        for text in (PACK + "DAY1", PACK + "DAY2", PACK + "DAY3", RECALLED, f"(01){TOXIN}(10)AB/12")
    ]
    lines = [{"check": check, "outcome": "aside" if n == 3 else "received"} for n, check in enumerate(checks)]
    sent = {"nonce": "n" * 20, "supplier": "Medica", "note_number": "123", "lines": lines}
    assert client.post("/deliveries", json=sent).status_code == 201
    page = client.get("/use").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    for vial in (1, 2):
        client.post(f"/vials/{vial}/open", data={"csrf": token, "units": "60"})
    with services_of(service.app).database.transaction() as connection:
        connection.exec_driver_sql("UPDATE vial SET use_before = '2020-01-01 00:00:00.000000' WHERE id = 2")
        connection.execute(update(Batch).where(Batch.lot == "AB/12").values(status="recalled"))


def test_axe_finds_nothing_and_nothing_overflows(chromium: Browser, service: Service) -> None:
    a_house(service)
    with browser_of(chromium, service, "phone") as context:
        page, heard = watched(context)
        addresses = [
            "/clinic",
            "/stock",
            "/receive?delivery=1",
            "/use",
            "/uses",
            "/clinic/reconciliation",
            "/trace",
            "/trace?lot=A1001",
            "/trace?lot=AB/12",
        ]
        addresses += [
            "/clinic/in-use",
            "/deliveries/1",
            "/vials/1",
            "/vials/2",
            "/vials/3",
            "/vials/4",
            "/vials/4/case",
            "/vials/5",
            "/scan",
        ]
        for address in addresses:
            page.goto(address)
            check_in_every_guise(page)
        for text in (RECALLED, f"(01){TOXIN}(10)A1001", "SHARED1", "(01)0950"):
            page.goto("/receive")
            page.locator("#scan").fill(text)
            follow(page.get_by_role("button", name="Check"))
            check_in_every_guise(page)
        assert not [each for each in heard if "422" not in each]


def test_what_is_tapped_is_large_enough_for_gloves(chromium: Browser, service: Service) -> None:
    a_house(service)
    with browser_of(chromium, service, "phone") as context:
        page = context.new_page()
        for address in (
            "/clinic",
            "/stock",
            "/receive?delivery=1",
            "/use",
            "/trace?lot=A1001",
            "/vials/1",
            "/clinic/in-use",
        ):
            page.goto(address)
            small = page.evaluate(
                """() => [...document.querySelectorAll('main a, main button, main summary, main input')]
                    .filter(each => each.type !== 'hidden' && each.getClientRects().length)
                    .filter(each => !each.closest('dd'))  // a link within a sentence
                    .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""
            )
            assert small == [], address


def test_red_is_on_top_of_the_first_page(chromium: Browser, service: Service) -> None:
    a_house(service)
    with browser_of(chromium, service, "phone") as context:
        page = context.new_page()
        page.goto("/clinic")
        first = page.locator(".attention > li").first
        expect(first).to_contain_text("1 of your vials must not be used")
        expect(first).to_be_in_viewport()
        expect(first.get_by_role("link", name="Read it, and confirm that you did")).to_be_visible()
        first.get_by_role("link", name="Find them").click()
        page.get_by_text("Put the one that is still in use in quarantine").click()
        page.get_by_role("button", name="Quarantine").click()
        expect(page.get_by_role("status")).to_contain_text("Recorded: quarantined")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_stations_list_becomes_a_delivery(chromium: Browser, service: Service, size: str) -> None:
    with browser_of(chromium, service, size) as context:
        page, heard = watched(context)
        open_station(page)
        scan(page, PACK + "DAY1")
        expect(line(page, 1)).to_have_attribute("data-tone", "accept")
        scan(page, RECALLED)
        page.get_by_label("Goes back to the supplier").check()
        page.locator("#note").fill("The driver took it")
        page.get_by_role("button", name="Keep this and go on").click()
        page.locator("#supplier").fill("Medica")
        page.get_by_label("Number of the delivery note").fill("LS-7")
        context.set_offline(True)  # nothing is lost where the answer does not come
        page.get_by_role("button", name="Record this delivery").click()
        expect(page.locator("#receive-said")).to_contain_text("The list stays on this device")
        context.set_offline(False)
        page.get_by_role("button", name="Record this delivery").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Delivery of")
        expect(page.locator("tbody tr")).to_have_count(2)
        expect(page.locator("main")).to_contain_text("Sent back")
        expect(page.locator("main")).to_contain_text("LS-7")
        open_station(page)
        expect(page.locator("#lines > li")).to_have_count(0)
        assert not [each for each in heard if "Failed to load resource" not in each]


def test_a_list_with_something_open_is_not_recorded(chromium: Browser, service: Service) -> None:
    with browser_of(chromium, service, "desk") as context:
        page, _ = watched(context)
        open_station(page)
        scan(page, "(01)0950")
        expect(line(page, 1)).to_have_attribute("data-tone", "refused")
        page.get_by_role("button", name="Record this delivery").click()
        expect(page.locator("#receive-said")).to_contain_text("nothing in the list")
        page.locator("#scan").focus()
        scan(page, PACK + "DAY1")
        expect(line(page, 2)).to_have_attribute("data-tone", "accept")
        page.get_by_role("button", name="Record this delivery").click()
        expect(page.locator("#receive-said")).to_contain_text(
            "Lines that could not be read will not be recorded: 1"
        )
        page.get_by_role("button", name="Record this delivery").click()
        expect(page.locator("tbody tr")).to_have_count(1)


def test_guests_see_no_form_for_the_record(chromium: Browser, service: Service) -> None:
    with chromium.new_context(base_url=service.address, service_workers="block") as context:
        page = context.new_page()
        open_station(page)
        scan(page, PACK + "DAY1")
        expect(line(page, 1)).to_have_attribute("data-tone", "accept")
        expect(page.get_by_role("button", name="Record this delivery")).to_have_count(0)
