"""The watch in a real browser: axe, nothing too wide, from what stands out to a decision."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, update

from service.accounts.actors import OrganisationKind
from service.app import create_app
from service.authenticity.dispositions import Disposition
from service.settings import Settings
from service.storage.models import Manufacturer, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.server import Service
from tests.browser.workspace import come_in
from tests.factories.people import organisation
from tests.factories.records import TOXIN, put

OWNER = (OrganisationKind.MANUFACTURER, "Example Biologics")
AGENCY = (OrganisationKind.REGULATOR, "Medicines Agency")
UNIT = f"/watch/units/{TOXIN}/CLONED-1"


@pytest.fixture(scope="module")
def watched(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A copied unit, seen by clinics and by anybody, and lots that nobody has."""
    path = tmp_path_factory.mktemp("watch") / "vialcheck.db"
    copy(migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    service = services_of(app)
    put(service.database)
    number = organisation(service.database, OWNER[1])
    with service.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=number))
        values = {"product_id": 1, "batch_id": 1, "serial": "CLONED-1", "disposition": Disposition.ACTIVE}
        connection.execute(insert(Unit).values(values))
    code = f"(01){TOXIN}(17)701231(10)A1001(21)CLONED-1"
    for place, town in enumerate(["Leeds", "Cardiff", "York", "Miami", "Boston", "Tulsa"]):
        country = "GB" if place < 3 else "US"
        service.verification.verify(
            Question(scan=code), RequestOrigin(Channel.API, country=country, region=town, client=f"d{place}")
        )
        service.verification.verify(
            Question(scan=code),
            RequestOrigin(Channel.API, country=country, region=town, client="c", trade=place == 4),
        )
        service.verification.verify(
            Question(gtin=TOXIN, lot="ZZ999"), RequestOrigin(Channel.API, country="GB", client=f"d{place}")
        )
        service.verification.verify(
            Question(gtin=TOXIN, lot="A10O2"), RequestOrigin(Channel.API, country="GB", client=f"d{place}")
        )
        service.verification.verify(
            Question(lot="NOBODY88"), RequestOrigin(Channel.API, country="BR", client=f"d{place}")
        )
        service.verification._scans.flush()
    running = Service.of(app)
    yield running
    running.off()
    service.close()


@pytest.fixture
def page(chromium: Browser, watched: Service) -> Iterator[Page]:
    context = chromium.new_context(base_url=watched.address, service_workers="block")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("/watch", OWNER),
        (UNIT, OWNER),
        (f"/watch/lots/{TOXIN}/ZZ999", OWNER),
        (f"/watch/lots/{TOXIN}/A1001", OWNER),
        ("/watch/thresholds", OWNER),
        ("/watch", AGENCY),
        ("/watch/lots/any/NOBODY88", AGENCY),
    ],
)
def test_in_every_guise(
    page: Page, watched: Service, address: str, whose: tuple[OrganisationKind, str]
) -> None:
    come_in(page, watched.app, *whose)
    page.goto(address)
    check_in_every_guise(page)


def test_a_copied_unit_is_held_on_a_phone(page: Page, watched: Service) -> None:
    come_in(page, watched.app, *OWNER)
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto("/watch")
    page.get_by_role("link", name="Hold CLONED-1").click()
    expect(page.get_by_label("Hold it")).to_be_checked()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("alert")).to_be_visible()  # no note yet
    check_in_every_guise(page)
    page.get_by_label("Why? A note for your colleagues").fill("Sold in three towns at once")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("status")).to_contain_text("It is on hold")
    expect(page.get_by_text("Sold in three towns at once")).to_be_visible()
    check_in_every_guise(page)
    page.goto(f"/01/{TOXIN}/10/A1001/21/CLONED-1?as=clinic")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hold this vial")
    expect(page.get_by_text("Reason given: Sold in three towns at once.")).to_be_visible()
