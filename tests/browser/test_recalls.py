"""A releaser's and a regulator's pages in a real browser: axe, nothing too wide, a recall from question to lift."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from service.accounts.actors import OrganisationKind
from service.app import create_app
from service.registry import recalls
from service.registry.alerts import matches
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.models import Batch, QualityResult
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.server import Service
from tests.browser.workspace import come_in
from tests.factories import recall_records
from tests.factories.recall_records import GTIN, alert_facts, order


@pytest.fixture(scope="module")
def stocked(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Recalls, a hold, two lots that wait, and alerts, one with text that no program could read."""
    path = tmp_path_factory.mktemp("recalls") / "vialcheck.db"
    copy(migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    database = services_of(app).database
    who, _ = recall_records.put(database)
    with database.transaction() as connection:
        for number, lot in ((3, "P3"), (4, "P4")):
            row = {"id": number, "product_id": 1, "lot": lot, "lot_key": lot, "lot_folded": lot}
            row |= {"expiry": recall_records.NOW.date().replace(year=2028), "status": "pending"}
            connection.execute(insert(Batch).values(row))
        results = [("Sterility", "USP 71", "no growth"), ("Potency", "cell-based assay", "102 units")]
        for test, method, result in results:
            values = {"batch_id": 3, "test": test, "method": method, "result": result}
            connection.execute(insert(QualityResult).values(values))
    text = "Do not use it. Bring it back to your clinic."
    recalls.issue(database, order(scope="lot", lot="A1", public_text=text), who=who)
    held = order(kind="hold", scope="range", serial_from="B2SN000", serial_to="B2SN003")
    recalls.issue(database, held, who=who)
    recalls.lift(database, recalls.issue(database, order(scope="product"), who=who), reason="Wrong", who=who)
    regulator = AuditActor("Vera", 9, 99)
    for changes in ({}, {"uncut": "call 1-800-555-0100\nand what is left of shelf 7", "reference": "N-2"}):
        matches.raise_alert(
            database, alert_facts(**changes), who=regulator, reason="published", regulator=True
        )
    running = Service.of(app)
    yield running
    running.off()
    services_of(app).close()


@pytest.fixture
def page(chromium: Browser, stocked: Service) -> Iterator[Page]:
    context = chromium.new_context(base_url=stocked.address, service_workers="block")
    yield context.new_page()
    context.close()


OWNER = (OrganisationKind.MANUFACTURER, "Example Biologics")
AGENCY = (OrganisationKind.REGULATOR, "Medicines Agency")
PAGES = [
    ("/recalls", OWNER),
    ("/recalls/1", OWNER),
    ("/recalls/public", OWNER),
    ("/release", OWNER),
    ("/alerts", AGENCY),
    ("/alerts/2", AGENCY),
    ("/alerts/new", AGENCY),
]


@pytest.mark.parametrize(("address", "whose"), PAGES, ids=[address for address, _ in PAGES])
def test_in_every_guise(
    page: Page, stocked: Service, address: str, whose: tuple[OrganisationKind, str]
) -> None:
    come_in(page, stocked.app, *whose)
    page.goto(address)
    check_in_every_guise(page)


def test_a_recall_from_question_to_lift_on_a_phone(page: Page, stocked: Service) -> None:
    come_in(page, stocked.app, *OWNER)
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto("/recalls/new")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("One lot, or several").check()
    check_in_every_guise(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()  # no lot yet
    page.get_by_label("Lot numbers").fill("B2")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Class I It may kill").check()
    page.get_by_label("Reason").fill("Glass in vials")
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_text("units on record")).to_be_visible()
    check_in_every_guise(page)
    page.get_by_role("button", name="Recall it now").click()
    expect(page.get_by_role("status")).to_contain_text("It is in force")
    page.goto(f"/01/{GTIN}/10/B2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Recalled: do not use it")
    page.goto("/recalls")
    page.get_by_role("link", name="Ondrevaine 100").first.click()
    page.get_by_label("Why may it be used again?").fill("Cleared up")
    page.get_by_role("button", name="Lift it").click()
    expect(page.get_by_role("status")).to_contain_text("It is lifted")
