"""A treatment receipt in a browser: handed over by the clinic, opened in Arabic, flipped by a recall, kept as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, update

from service.accounts.actors import OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.storage.models import Batch, Unit
from service.web.core.access import COOKIE
from service.web.core.i18n import translation
from service.web.core.services import services_of
from tests.browser.guises import check_in_every_guise
from tests.browser.navigation import follow
from tests.browser.server import Service
from tests.clinics.receipts.handed_over import issued, used, used_pack
from tests.factories.clinics import Ward, clinic
from tests.factories.people import signed_in
from tests.factories.records import FILLER, TOXIN


@pytest.fixture
def nurse(chromium: Browser, service: Service) -> Iterator[Page]:
    kind = OrganisationKind.CLINIC
    cookie = signed_in(service.app, Role.CLINIC, kind=kind, name="Riverside", country="GB").get_cookie(COOKIE)
    assert cookie is not None
    with chromium.new_context(
        base_url=service.address, java_script_enabled=False, service_workers="block"
    ) as context:
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": service.address}])
        yield context.new_page()


def test_a_receipt_goes_on_telling_the_truth(
    nurse: Page, chromium: Browser, service: Service, tmp_path: Path
) -> None:
    nurse.goto("/receive")
    nurse.get_by_label("Scan or type the code").fill(f"(01){TOXIN}(17)701231(10)A1001(21)SN0001")
    nurse.get_by_role("button", name="Check").click()
    follow(nurse.locator("button[name=outcome][value=received]"))
    nurse.goto("/vials/1")
    nurse.get_by_label("Used from it now (if you like)").fill("40")
    nurse.get_by_role("button", name="Opened, some is left").click()
    nurse.get_by_role("button", name="Receipt for the patient").click()
    expect(nurse.get_by_role("img", name="QR code of the receipt")).to_be_visible()
    link = nurse.locator("p.token").inner_text()
    with chromium.new_context(
        base_url=service.address, locale="ar", service_workers="block", accept_downloads=True
    ) as context:
        page, say = context.new_page(), translation("ar").gettext
        page.goto(link)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.get_by_role("heading", level=1)).to_have_text(say("Receipt of a treatment"))
        expect(page.locator("main [data-action]")).not_to_have_class("card")
        check_in_every_guise(page)
        with page.expect_download() as download:
            page.get_by_role("link", name=say("Keep it as a signed file")).click()
        download.value.save_as(tmp_path / "receipt.jws")
        with services_of(service.app).database.transaction() as connection:
            connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
        page.goto(f"{link}?lang=en")
        expect(page.locator("article.card")).to_have_attribute("data-action", "reject")
        expect(page.locator("article.card")).to_contain_text("This is new since the receipt was issued")
        page.goto("/receipts/check")
        page.get_by_label("Choose the file").set_input_files(tmp_path / "receipt.jws")
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("status")).to_contain_text("unchanged")
        page.goto(link)
        page.get_by_text("Delete this receipt").click()
        page.get_by_role("button", name="Delete it for good").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The receipt is deleted")
        gone = page.goto(link)
        assert gone is not None
        assert gone.status == 404


def test_a_telephone_compares_what_it_keeps_with_the_list_of_the_day(
    chromium: Browser, service: Service
) -> None:
    """Nothing but the list, and the keys that it is signed with, is asked for."""
    ours = services_of(service.app)
    with ours.database.transaction() as connection:
        # another test may have recalled the lot, and used its one good unit
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="released"))
        units = [
            {"product_id": 1, "batch_id": 1, "serial": serial, "disposition": Disposition.ACTIVE}
            for serial in ("SN0101", "SN0102")
        ]
        connection.execute(insert(Unit), units)
    ward = Ward.of(ours.database)
    token, use = issued(ward, clinic(ward.database, "Lakeside"), ours.receipts, "SN0101")
    other, _ = issued(ward, clinic(ward.database, "Hillside"), ours.receipts, "SN0102")
    ward.desk.close()
    with chromium.new_context(base_url=service.address, service_workers="block") as context:
        page = context.new_page()
        for each in (token, other):
            page.goto(f"/r/{each}")
            page.get_by_role("button", name="Keep it on this phone").click()
            expect(page.get_by_text("Kept on this phone.")).to_be_visible()
        ours.receipts.void(clinic(ward.database, "Lakeside"), use.id, "Wrong vial", ours.verification.now())
        assert ours.changed_receipts.make(ours.verification.now())
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.removeprefix(service.address)))
        page.goto("/receipts/kept")
        expect(page.get_by_role("status")).to_contain_text("Look at the receipts that are marked")
        expect(page.locator("#kept-receipts li:has(strong)")).to_have_count(1)
        expect(page.locator("#kept-receipts li:has(strong) a")).to_have_attribute("href", f"/r/{token}")
        assert not [each for each in asked if token in each or other in each]
        page.get_by_role("button", name="Keep them no longer").click()
        expect(page.get_by_text("This browser keeps no receipt.")).to_be_visible()


def test_the_clinic_ticks_what_was_used_besides_and_each_pack_has_its_answer(
    nurse: Page, chromium: Browser, service: Service
) -> None:
    ours = services_of(service.app)
    with ours.database.transaction() as connection:
        # another test may have recalled the lot
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="released"))
        unit = {"product_id": 1, "batch_id": 1, "serial": "SN0301", "disposition": Disposition.ACTIVE}
        connection.execute(insert(Unit), [unit])
    ward = Ward.of(ours.database)
    riverside = clinic(ward.database, "Riverside")
    used(ward, riverside, "SN0301")
    vial_id, _ = used_pack(ward, riverside, f"(01){FILLER}(17)700731(10)SHARED1")
    ward.desk.close()
    nurse.goto(f"/vials/{vial_id}")
    nurse.get_by_role("button", name="Receipt for the patient").click()
    nurse.get_by_label("SN0301").check()
    nurse.get_by_role("button", name="One receipt for all").click()
    expect(nurse.get_by_label("SN0301")).to_be_checked()
    link = nurse.locator("p.token").inner_text()
    with ours.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    with chromium.new_context(base_url=service.address, locale="ar", service_workers="block") as context:
        page = context.new_page()
        page.goto(link)
        expect(page.locator("article.card")).to_have_attribute("data-action", "reject")
        expect(page.locator("[data-pack]")).to_have_count(2)
        expect(page.locator("[data-pack]").first).to_contain_text("SN0301")
        check_in_every_guise(page)
