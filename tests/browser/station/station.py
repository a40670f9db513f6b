"""A person's steps at the scan station, and what the station and the service keep of them."""

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from service.storage.models import Scan
from service.web.core.services import services_of
from tests.browser.server import Service
from tests.factories.records import TOXIN, UNKNOWN_GTIN

ACCEPT = f"]d201{TOXIN}1770123110A1001\x1d21SN0001"
ACCEPT_TYPED = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
USED = f"]d201{TOXIN}1770123110A1001\x1d21SN0002"
CHECK = f"(01){TOXIN}(10)A1001"
UNKNOWN = f"(01){UNKNOWN_GTIN}(10)X1"
REJECT = f"(01){TOXIN}(10)A1002"
QUARANTINE = f"(01){TOXIN}(17)601231(10)A1001"
REFUSED = "(01)0950"


def open_station(page: Page) -> None:
    page.goto("/scan")
    expect(page.locator("#station[data-ready]")).to_be_visible()


def scan(page: Page, text: str) -> None:
    """As a USB scanner does: all at once, then Enter."""
    expect(page.locator("#scan")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def line(page: Page, number: int) -> Locator:
    return page.locator(f"#line-{number}")


def stop(page: Page) -> Locator:
    return page.locator("#stop[open]")


def settle(page: Page, choice: str = "Set aside", note: str = "") -> None:
    page.get_by_label(choice).check()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Keep this and go on").click()
    expect(stop(page)).to_have_count(0)


def recorded(service: Service) -> list[str]:
    """The nonces that the service has on record, in the order of its checks."""
    desk, database = services_of(service.app).verification, services_of(service.app).database
    desk.close()
    with database.reading() as connection:
        return [
            row.nonce for row in connection.execute(select(Scan.nonce, Scan.at).order_by(Scan.at, Scan.id))
        ]


def kept(page: Page) -> list[dict[str, object]]:
    """The lines as they lie on the disk of the browser."""
    lines: list[dict[str, object]] = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const opened = indexedDB.open("vialcheck-scan");
            opened.onsuccess = () => {
                const all = opened.result.transaction("lines").objectStore("lines").getAll();
                all.onsuccess = () => { opened.result.close(); resolve(all.result); };
                all.onerror = () => reject(all.error);
            };
        })"""
    )
    return lines
