"""Text at 200 % on a screen of 320 px (WCAG 2.2, 1.4.4 and 1.4.10), and targets of 44 px, on every page of every menu.

A page is asked for as everyone who has it in their menu sees it, with records on it.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.app import create_app
from service.authenticity.evidence import Asker
from service.clinics.deliveries import DeliveryLine, DeliveryNote, DeliveryOutcome
from service.settings import Settings
from service.storage.models import Manufacturer
from service.web.core.access import COOKIE
from service.web.core.language_choice import COOKIE as LANGUAGE_COOKIE
from service.web.core.services import services_of
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.factories.people import account, organisation, signed_in
from tests.factories.questions import make_question
from tests.factories.records import FILLER, TOXIN, UNKNOWN_GTIN, put

LINK = f"/01/{TOXIN}"
GUEST = {
    "first page": "/",
    "help": "/about",
    "limits": "/limits",
    "photo": "/photo",
    "recalls": "/recalls/public",
    "warnings": "/warnings",
    "warnings, searched": "/warnings?q=C3016",
    "report": "/report",
    "follow a report": "/report/follow",
    "privacy": "/privacy",
    "labels": "/labels/",
    "JSON interface": "/api/docs",
    "sign in": "/sign-in",
    "station": "/scan",
    "scanner test": "/scan/setup",
    "no such page": "/nowhere",
    "match": f"{LINK}/10/A1001/21/SN0001?17=701231",
    "lot found": f"{LINK}/10/A1001",
    "lot and expiry found": f"{LINK}/10/A1001?17=701231",
    "used": f"{LINK}/10/A1001/21/SN0002",
    "unknown": f"/01/{UNKNOWN_GTIN}/10/X1",
    "expiry differs": f"{LINK}/10/A1001?17=601231",
    "not on record": f"{LINK}/10/ZZ9999",
    "typo": f"{LINK}/10/A10O1",
    "recalled": f"{LINK}/10/A1002",
    "recalled, for a clinic": f"{LINK}/10/A1002?as=clinic",
    "falsified": f"/01/{FILLER}/10/FAKE77",
}
"""What anybody can open. The page that asks which product it is comes from a form, and is asked for below."""

PEOPLE = {
    "manufacturer": (OrganisationKind.MANUFACTURER, Role.ADMIN, "Example Biologics"),
    "regulator": (OrganisationKind.REGULATOR, Role.ADMIN, "Medicines Agency"),
    "clinic": (OrganisationKind.CLINIC, Role.ADMIN, "Riverside Clinic of the Far-away Borough"),
}
BEYOND_MENUS = (
    "/account",
    "/scan",
    "/recalls/new",
    "/alerts/new",
    "/imports/new",
    "/search?q=A1001",
    "/trace?lot=A1001",
)

BEYOND = """() => {
  const outside = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: text } = walker;
    if (!text.data.trim() || text.parentElement.closest(".hidden, .skip, script, style, noscript, svg, option")) continue;
    let scrolls = false;
    for (let each = text.parentElement; each && each !== document.body; each = each.parentElement) {
      const hidden = each.clientWidth <= 1 && getComputedStyle(each).clipPath !== "none"; // for screen readers alone
      if (hidden || ["auto", "scroll"].includes(getComputedStyle(each).overflowX)) scrolls = true;
    }
    if (scrolls) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && (box.right > innerWidth + 1 || box.left < -1)) {
        outside.push(`${text.data.trim().slice(0, 60)} (${Math.round(box.left)} to ${Math.round(box.right)})`);
        break;
      }
    }
  }
  for (const box of document.querySelectorAll("main *:not(input), header *, footer *")) {
    const style = getComputedStyle(box);
    const cuts = ["hidden", "clip"].includes(style.overflowX) && box.getClientRects().length;
    if (cuts && box.clientWidth > 1 && !box.matches(".hidden, select, svg, svg *, progress") && box.scrollWidth > box.clientWidth + 1) {
      outside.push(`${box.tagName}.${box.className} cuts off ${box.scrollWidth - box.clientWidth} px`);
    }
  }
  return outside;
}"""

SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea")]
  .filter((each) => each.type !== "hidden" && each.getClientRects().length && !each.closest(".hidden, .skip"))
  .filter((each) => getComputedStyle(each).display !== "inline" && !each.matches(".skip"))
  .filter((each) => Math.max(each.getBoundingClientRect().height, each.labels?.[0]?.getBoundingClientRect().height ?? 0) < 43.5)
  .map((each) => each.outerHTML.slice(0, 160))"""

INLINE = """() => [...document.querySelectorAll("a")].filter((each) => each.getClientRects().length)
  .filter((each) => getComputedStyle(each).display === "inline")
  .filter((each) => each.parentElement.textContent.trim() === each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 160))"""
"""Links that stand alone in their line: only those inside a sentence may be lower than 44 px."""


@pytest.fixture(scope="module")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small world, owned by a manufacturer, and a clinic that has received some of it."""
    path = tmp_path_factory.mktemp("large") / "vialcheck.db"
    copy(migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    services = services_of(app)
    put(services.database)
    owner = organisation(services.database, PEOPLE["manufacturer"][2])
    with services.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    kind, role, name = PEOPLE["clinic"]
    clinic = organisation(services.database, name, kind, "GB")
    nurse = Actor(
        "Nurse", account(services.database, clinic, role), clinic, name, kind, frozenset({role}), country="GB"
    )
    for text, outcome in (
        (f"(01){TOXIN}(17)701231(10)A1001(21)SN0001", DeliveryOutcome.RECEIVED),
        (f"(01){TOXIN}(10)A1002", DeliveryOutcome.ASIDE),
    ):
        check = services.verification.verify(*make_question(scan=text, asker=Asker.CLINIC, market="GB")).id
        assert check is not None
        line = DeliveryLine(check, outcome, "Box was open" if outcome is DeliveryOutcome.ASIDE else "")
        services.deliveries.receive(nurse, [line], DeliveryNote("Medica Wholesale International", "LS-7"))
    running = Service.of(app)
    yield running
    running.off()
    services.close()


@pytest.fixture
def context(chromium: Browser, filled: Service) -> Iterator[BrowserContext]:
    with chromium.new_context(
        base_url=filled.address, viewport={"width": 320, "height": 568}, service_workers="block"
    ) as opened:
        opened.route("**/check", lambda route: route.abort())  # a page that saves itself would be loaded anew
        yield opened


def faults(page: Page) -> list[str]:
    """What is cut off or too small to touch on the page that is open, at 100 % and at 200 %."""
    found = [f"100 %: {each}" for each in page.evaluate(BEYOND)]
    found += [f"small: {each}" for each in page.evaluate(SMALL)]
    found += [f"small: {each}" for each in page.evaluate(INLINE)]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"200 %: {each}" for each in page.evaluate(BEYOND)]
    return found


def open_all(page: Page) -> None:
    """Unfold what is folded away: it is read too."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")


@pytest.mark.parametrize("name", GUEST)
def test_pages_for_anybody(context: BrowserContext, name: str) -> None:
    page = context.new_page()
    page.goto(GUEST[name])
    open_all(page)
    wrong = faults(page)
    assert not wrong, "\n".join(wrong)


def test_the_page_that_asks_which_product_it_is(context: BrowserContext) -> None:
    context.unroute("**/check")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Lot number or code").fill("SHARED1")
    follow(page.get_by_role("button", name="Check", exact=True))
    wrong = faults(page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_every_menu(context: BrowserContext, filled: Service, who: str) -> None:
    kind, role, name = PEOPLE[who]
    cookie = signed_in(filled.app, role, kind=kind, name=name, country="GB").get_cookie(COOKIE)
    assert cookie is not None
    context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": filled.address}])
    page = context.new_page()
    page.goto("/")
    menu: list[str] = page.evaluate(
        "[...document.querySelectorAll('.menu a')].map((each) => each.getAttribute('href'))"
    )
    assert menu
    found = {}
    for address in (*menu, *BEYOND_MENUS):
        answer = page.goto(address)
        assert answer is not None
        if answer.status in {403, 404}:
            continue  # of another kind of organisation
        open_all(page)
        if wrong := faults(page):
            found[address] = wrong
    told = [f"{address}: {each}" for address, wrong in found.items() for each in wrong]
    assert not told, "\n".join(told)


ENGLISH_ALONE = frozenset({"/api/docs"})
CLINIC_PAGES = ("/clinic", "/receive", "/use", "/stock", "/trace", "/account")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ar", "de"])  # from right to left, and the longest words
def test_pages_in_other_languages(context: BrowserContext, filled: Service, language: str) -> None:
    kind, role, name = PEOPLE["clinic"]
    cookie = signed_in(filled.app, role, kind=kind, name=name, country="GB").get_cookie(COOKIE)
    assert cookie is not None
    context.add_cookies(
        [{"name": LANGUAGE_COOKIE, "value": language, "url": filled.address}],
    )
    found = {}
    page = context.new_page()
    for address in (*GUEST.values(), "/language", *CLINIC_PAGES):
        if address == CLINIC_PAGES[0]:
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": filled.address}])
        page.goto(address)
        assert address in ENGLISH_ALONE or page.locator(f"html[lang={language}]").count() == 1, address
        open_all(page)
        if wrong := faults(page):
            found[address] = wrong
    told = [f"{address}: {each}" for address, wrong in found.items() for each in wrong]
    assert not told, "\n".join(told)
