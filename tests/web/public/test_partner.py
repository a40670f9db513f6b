"""The check on another site: a form or a link leads here, and the answer is the same as everywhere."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select, update

from service.accounts.partner_sites import PartnerSites
from service.app import CONTENT_SECURITY_POLICY
from service.errors import RefusedError
from service.storage.audit import AuditActor
from service.storage.models import AuditEntry, Organisation, Scan
from service.web.core.services import services_of
from tests.factories.people import organisation
from tests.factories.records import put

OPERATOR, NOW = AuditActor("operator"), datetime(2026, 11, 28, 9, tzinfo=UTC)
NAME = "Example & <b>Biologics</b>"


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    organisation(services_of(app).database, NAME)
    return app


@pytest.fixture
def sites(world: Flask) -> PartnerSites:
    return PartnerSites(services_of(world).database)


@pytest.fixture
def reference(sites: PartnerSites) -> str:
    return sites.allow(NAME, who=OPERATOR, at=NOW, reason="its site asks")


@pytest.fixture
def guest(world: Flask) -> FlaskClient:
    return world.test_client()


def verdict(page: str) -> tuple[str, str]:
    action = re.search(r'data-action="(\w+)"', page)
    title = re.search(r'<h1 id="verdict">([^<]+)', page)
    assert action is not None
    assert title is not None
    return action[1], title[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"scan": "A1002"},
        {"scan": "A1001", "expiry": "2070-12-31"},
        {"scan": "Z9Z9Z9"},
        {"lot": "A1001", "expiry": "2071-12", "asker": "clinic"},
    ],
)
def test_the_answer_is_that_of_our_own_form(
    world: Flask, guest: FlaskClient, reference: str, asked: dict[str, str]
) -> None:
    elsewhere = guest.get(
        "/check", query_string={**asked, "by": reference}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    ours = guest.post("/check", data=asked, follow_redirects=True)
    assert (elsewhere.status_code, verdict(elsewhere.text)) == (200, verdict(ours.text))
    assert "Example &amp; &lt;b&gt;Biologics" in elsewhere.text
    assert "Example &amp;" not in ours.text


def test_a_link_records_nothing_and_the_page_that_it_leads_to_does(
    world: Flask, guest: FlaskClient, reference: str
) -> None:
    page = guest.get("/check", query_string={"scan": "A1002", "by": reference}).text
    form = page[page.index('<form class="save"') :]
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    )
    assert fields["by"] == reference
    services_of(world).verification.close()
    with services_of(world).database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Scan)) == 0
    saved = guest.post("/check", data=fields)
    assert f"by={reference}" in saved.headers["Location"]
    assert saved.headers["Location"].startswith("/checks/")
    assert "Example &amp;" in guest.get(saved.headers["Location"]).text


@pytest.mark.parametrize("by", ["", "x", "x" * 11, "https://evil.example/", "../../x", "%00", "x" * 5000])
def test_a_name_that_is_none_of_ours_changes_nothing_and_leads_nowhere(
    guest: FlaskClient, reference: str, by: str
) -> None:
    page = guest.get("/check", query_string={"scan": "A1002", "by": by})
    assert page.status_code == 200
    assert not re.search(r'(href|src|action|value)="[^"?]*evil', page.text)
    assert 'class="partner"' not in page.text
    assert guest.get("/check", query_string={"by": by}).status_code == 200
    assert "by=" not in guest.post("/check", data={"scan": "A1002", "by": by}).headers["Location"]


def test_without_a_question_it_is_the_first_page_and_what_cannot_be_read_stays_in_it(
    guest: FlaskClient, reference: str
) -> None:
    assert 'name="by" value="' + reference in guest.get(f"/check?by={reference}&as=clinic").text
    wrong = guest.get("/check", query_string={"scan": "(01)123", "expiry": "12/2027", "by": reference})
    assert wrong.status_code == 422
    assert 'value="(01)123"' in wrong.text
    assert 'value="12/2027"' in wrong.text
    assert 'name="by" value="' + reference in wrong.text


def test_another_site_can_post_nothing_and_frame_nothing(guest: FlaskClient) -> None:
    sent = guest.post("/check", data={"scan": "A1002"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert "form-action 'self'" in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert guest.get("/check?scan=A1002").headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_logo_is_ours_to_serve_as_long_as_the_operator_allows_it(
    world: Flask, guest: FlaskClient, sites: PartnerSites, reference: str
) -> None:
    address = f"/partner/{reference}.png"
    assert guest.get(address).status_code == 404
    drawn = BytesIO()
    Image.new("RGB", (40, 20), "red").save(drawn, "PNG")
    with services_of(world).database.transaction() as connection:
        connection.execute(
            update(Organisation).where(Organisation.name == NAME).values(logo=drawn.getvalue())
        )
    assert guest.get(address).data == drawn.getvalue()
    assert f'src="{address}"' in guest.get(f"/check?by={reference}").text
    sites.stop(NAME, who=OPERATOR, at=NOW, reason="over")
    assert guest.get(address).status_code == 404
    assert guest.get(f"/check?by={reference}&scan=A1002").status_code == 200
    with services_of(world).database.reading() as connection:
        written = connection.execute(
            select(AuditEntry.action, AuditEntry.reason).order_by(AuditEntry.id)
        ).all()
    assert [tuple(each) for each in written if each.action == "embed"] == [
        ("embed", "its site asks"),
        ("embed", "over"),
    ]


def test_allowed_twice_it_keeps_its_reference_and_others_are_not_allowed(
    world: Flask, sites: PartnerSites, reference: str
) -> None:
    assert sites.allow(NAME, who=OPERATOR, at=NOW, reason="again") == reference
    for name in ("No such", "Riverside"):
        with pytest.raises(RefusedError):
            sites.allow(name, who=OPERATOR, at=NOW, reason="")
    with services_of(world).database.transaction() as connection:
        connection.execute(update(Organisation).where(Organisation.name == NAME).values(left=NOW))
    assert sites.named(reference) is None


def test_it_can_be_installed(guest: FlaskClient) -> None:
    page = guest.get("/").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    said = json.loads(guest.get("/manifest.webmanifest").data)
    assert said["display"] == "standalone"
    for icon in said["icons"]:
        with guest.get(icon["src"]) as drawn, Image.open(BytesIO(drawn.data)) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
    with guest.get("/worker.js") as worker:
        assert worker.mimetype == "text/javascript"
    assert "Nothing was checked." in guest.get("/offline").text
