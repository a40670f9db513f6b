"""The pages on which an organisation reads its own records."""

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.authenticity.reasons import Action
from service.registry.import_jobs.import_files import run
from service.registry.statistics import DayCount
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.charts.stacked_columns import BOTTOM, HEIGHT, TOP, WIDTH, columns
from service.web.core.services import services_of
from tests.factories.lists import GTIN, PRODUCTS, written
from tests.factories.people import organisation, signed_in
from tests.factories.records import TOXIN, put


@pytest.fixture
def world(app: Flask) -> Flask:
    database: Database = services_of(app).database
    put(database)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=1))
    return app


@pytest.fixture(autouse=True)
def owner(app: Flask) -> None:
    assert organisation(services_of(app).database, "Example Biologics") == 1


def test_from_the_overview_to_a_batch(world: Flask) -> None:
    person = signed_in(world, Role.VIEWER)
    for lot in ("A1001", "A1002", "NOSUCH1"):
        person.post(
            "/api/v1/verifications", json={"gtin": TOXIN, "lot": lot, "asker": "clinic", "market": "FR"}
        )
    page = person.get("/overview").text
    assert "3 checks in 30 days" in page
    assert "NOSUCH1" in page
    assert "France" in page
    assert f"/products/{TOXIN}" in page
    product = person.get(f"/products/{TOXIN}").text
    assert f"/products/{TOXIN}/lots/AB/12" in product
    for lot in ("A1001", "AB/12", "C3016%20C3"):
        assert person.get(f"/products/{TOXIN}/lots/{lot}").status_code == 200
    batch = person.get(f"/products/{TOXIN}/lots/A1001?days=90").text
    assert "Used or dispensed" in batch
    assert "1 check in 90 days" in batch


def test_search_leads_to_what_it_found(world: Flask) -> None:
    person = signed_in(world, Role.VIEWER)
    page = person.get("/search?q=SN0002").text
    assert f'href="/products/{TOXIN}/units/SN0002"' in page
    assert "Nothing of your organisation" in person.get("/search?q=<b>nothing</b>").text
    assert "<b>nothing" not in person.get("/search?q=<b>nothing</b>").text
    assert person.get("/search").status_code == 200


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        (OrganisationKind.MANUFACTURER, "Example Biologics", 200),
        (OrganisationKind.MANUFACTURER, "Other", 404),
        (OrganisationKind.REGULATOR, "Agency", 404),
        (OrganisationKind.CLINIC, "Clinic", 403),
    ],
)
def test_records_are_their_owners(world: Flask, kind: OrganisationKind, name: str, status: int) -> None:
    person = signed_in(world, Role.ADMIN, kind=kind, name=name)
    for address in (f"/products/{TOXIN}", f"/products/{TOXIN}/lots/A1001"):
        assert person.get(address).status_code == status
    assert ("/lots/A1001" in person.get("/search?q=A1001").text) is (status == 200)


@pytest.mark.parametrize("address", ["/products/1", "/products/x/lots/y", f"/products/{TOXIN}/lots/%00"])
def test_what_is_not_there_is_not_found(world: Flask, address: str) -> None:
    assert signed_in(world, Role.ADMIN).get(address).status_code == 404


COUNTS = st.dictionaries(st.sampled_from(list(Action)), st.integers(0, 10**7))


@given(st.lists(COUNTS, max_size=90))
def test_every_column_lies_inside_the_chart(counts: list[dict[Action, int]]) -> None:
    days = [DayCount(date(2026, 1, 1) + timedelta(days=at), each) for at, each in enumerate(counts)]
    chart = columns(days)
    assert chart.total == sum(day.total for day in days)
    assert len(chart.segments) == sum(1 for day in days for count in day.answers.values() if count)
    for part in chart.segments:
        assert 0 <= part.x <= part.x + part.width <= WIDTH + 0.01
        assert TOP - 0.02 <= part.y <= part.y + part.height <= HEIGHT - BOTTOM + 0.02
    by_day: dict[float, list[tuple[float, float]]] = {}
    for part in chart.segments:
        by_day.setdefault(part.x, []).append((part.y + part.height, part.y))
    for stack in by_day.values():
        for (_, top), (base, _) in pairwise(stack):
            assert base == pytest.approx(top, abs=0.02), "one on top of the other"


def test_a_chart_is_a_drawing_with_a_name_and_a_table(world: Flask) -> None:
    person = signed_in(world, Role.VIEWER)
    person.post("/api/v1/verifications", json={"gtin": TOXIN, "lot": "A1001", "asker": "clinic"})
    page = person.get("/overview").text
    drawn = re.search(r'<svg viewBox="0 0 720 240".*?</svg>', page, re.DOTALL)
    assert drawn is not None
    root = ElementTree.fromstring(drawn[0])
    assert root.attrib["aria-labelledby"] == "by-day-title"
    assert len(root.findall("rect")) == 1
    assert "style=" not in drawn[0], "the pages' policy would not let it through"
    assert "The same as a table" in page


def test_a_batch_tells_what_happened_to_it(app: Flask, tmp_path: Path) -> None:
    database: Database = services_of(app).database
    assert run(database, [written(tmp_path, PRODUCTS)], who=AuditActor("Ada"), reason="products").committed
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=1))
    lots = "gtin,lot,expiry,status\n{},T1,2028-12-31,{}\n"
    for status, who in (("pending", "Ada"), ("released", "Bob")):
        file = written(tmp_path, lots.format(GTIN, status))
        assert run(database, [file], who=AuditActor(who), reason=f"by {who}").committed
    page = signed_in(app, Role.VIEWER).get(f"/products/{GTIN}/lots/T1").text
    assert page.index("by Bob") < page.index("by Ada"), "the newest first"
    assert "pending → released" in page
