"""The public lists: every recall that a verdict knows, and every published warning."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, update

from service.app import create_app
from service.authenticity.dispositions import Disposition
from service.registry import recalls
from service.registry.public_notices import MOST, public_recalls
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.models import Alert, Unit
from service.web.core.services import services_of
from tests.factories.records import NOTICE, TOXIN, put

WHO = AuditActor("test")
NOTICED = {
    "fingerprint": "n1",
    "authority": "FDA",
    "kind": "recalled",
    "product_name": "Fillexa Soft",
    "lot": "R-77/1",
    "lot_key": "R771",
    "lot_folded": "R771",
    "recall_class": "Class III",
    "reported": "2026-05",
    "source_url": NOTICE,
}


@pytest.fixture
def world(database_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url))
    put(services_of(app).database)
    yield app
    services_of(app).close()


@pytest.fixture
def guest(world: Flask) -> FlaskClient:
    return world.test_client()


def order(world: Flask, **fields: str) -> int:
    """Issue a recall of the small world's toxin."""
    given = {"gtin": TOXIN, "reason": "Loose caps", "recall_class": "I", **fields}
    form = recalls.read_recall_form(given, hold=False)
    return recalls.issue(services_of(world).database, form, who=WHO)


def test_a_batch_that_a_list_marked_as_recalled_is_listed(guest: FlaskClient) -> None:
    page = guest.get("/recalls/public").text
    assert "Lot A1002" in page
    assert "Glass particles in some vials" in page
    assert "it can make you ill for a while" in page  # class II, in words
    assert "A1003" not in page  # a hold is no recall


def test_every_lot_that_reads_recalled_is_listed(world: Flask, guest: FlaskClient) -> None:
    """One of each way in which a recall comes on record."""
    order(world, scope="lot", lot="A1001")
    with services_of(world).database.transaction() as connection:
        connection.execute(insert(Alert).values(NOTICED | {"id": 91}))
    page = guest.get("/recalls/public").text
    for lot in ("A1001", "A1002", "R-77/1"):
        answer = guest.post("/api/v1/verifications", json={"lot": lot}).get_json()
        assert "recalled" in {reason["code"] for reason in answer["reasons"]}, lot
        assert f"Lot {lot}" in page
    assert "unlikely to do harm" in page  # class III of the notice
    assert "May 2026" in page


def recall_unit(world: Flask, serial: str) -> None:
    """As a list of units does: the state of one unit, and nothing else."""
    with services_of(world).database.transaction() as connection:
        connection.execute(update(Unit).where(Unit.serial == serial).values(disposition=Disposition.RECALLED))


def test_a_recall_that_is_only_a_units_state_is_listed_by_its_lot(world: Flask, guest: FlaskClient) -> None:
    assert "A1001" not in guest.get("/recalls/public").text
    recall_unit(world, "SN0001")
    answer = guest.post("/api/v1/verifications", json={"gtin": TOXIN, "lot": "A1001", "serial": "SN0001"})
    assert "recalled" in {reason["code"] for reason in answer.get_json()["reasons"]}
    page = guest.get("/recalls/public").text
    assert "Some packs, by their serial numbers, of lot A1001" in page
    assert "SN0001" not in page  # a list of serials is a list to print
    assert "A1001" in guest.get("/recalls/public?q=a1001").text


def test_units_of_a_lot_that_is_recalled_whole_are_not_listed_again(world: Flask, guest: FlaskClient) -> None:
    recall_unit(world, "SN0001")
    order(world, scope="lot", lot="A1001")
    page = guest.get("/recalls/public").text
    assert page.count("A1001") == 1
    assert "Some packs" not in page


@pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # PostgreSQL plans nothing for an empty table
def test_recalled_units_are_found_by_their_index(world: Flask) -> None:
    """With a million units on record, no page may read them all."""
    database = services_of(world).database
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    public_recalls(database)
    of_units = [each for each in asked if "FROM unit" in each[0]]
    assert of_units
    with database.engine.connect() as connection:
        for statement, parameters in of_units:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            steps = [row[-1] for row in plan if " unit " in row[-1]]
            assert steps
            assert all("ix_unit_recalled" in step for step in steps), steps


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scope": "product"}, "Every pack"),
        (
            {"scope": "window", "expiry_from": "2070-01-01", "expiry_to": "2070-12-31"},
            "expires from 1 January 2070",
        ),
        # serial numbers are not published: a list of them is a list to print
        ({"scope": "list", "serials": "SN0001 SN0002"}, "Some packs, by their serial numbers"),
    ],
)
def test_each_scope_is_said(world: Flask, guest: FlaskClient, fields: dict[str, str], said: str) -> None:
    order(world, **fields)
    page = guest.get("/recalls/public").text
    assert said in page
    assert "SN0001" not in page


def test_an_order_and_the_batch_that_it_reaches_are_one_entry(world: Flask, guest: FlaskClient) -> None:
    order(world, scope="lot", lot="A1002")
    assert guest.get("/recalls/public").text.count("Lot A1002") == 1


def test_a_recall_that_was_lifted_goes(world: Flask, guest: FlaskClient) -> None:
    number = order(world, scope="lot", lot="A1001")
    assert "Lot A1001" in guest.get("/recalls/public").text
    recalls.lift(services_of(world).database, number, reason="Wrong lot", who=WHO)
    assert "Lot A1001" not in guest.get("/recalls/public").text


@pytest.mark.parametrize(
    ("address", "search", "found", "gone"),
    [
        ("/recalls/public", "a1002", "Lot A1002", ""),
        ("/recalls/public", "examplinum biologics", "Lot A1002", ""),  # each word somewhere
        ("/recalls/public", "EX-2026-04", "Lot A1002", ""),
        ("/recalls/public", "B9", "Nothing found for “B9”", "Lot A1002"),
        ("/warnings", "c3016c3", "C3016 C3", "FAKE77"),  # as it is typed without its space
        ("/warnings", "FDA", "FAKE77", ""),
        ("/warnings", "100%_", "Nothing found", "FAKE77"),  # no pattern of the database's
        ("/warnings", "<b>", "Nothing found for “&lt;b&gt;”", "<b>"),
        ("/warnings", "\0Q9x", "Nothing found", "FAKE77"),
    ],
)
def test_both_lists_are_searched(
    guest: FlaskClient, address: str, search: str, found: str, gone: str
) -> None:
    answer = guest.get(address, query_string={"q": search})
    assert answer.status_code == 200
    assert found in answer.text
    assert not gone or gone not in answer.text


def test_a_warning_says_what_was_published_and_where(guest: FlaskClient) -> None:
    page = guest.get("/warnings").text
    for said in ("Fakes were found", "lot FAKE77", "FDA", "16 April 2026", f'href="{NOTICE}"'):
        assert said in page


def test_what_one_notice_says_of_one_lot_is_one_entry(world: Flask, guest: FlaskClient) -> None:
    """A notice that gives three expiries of a lot is one warning, with three dates on the packs."""
    falsified = NOTICED | {"kind": "falsified", "recall_class": "", "serial": "", "expiry_month_only": True}
    rows = [
        falsified | {"id": 90 + number, "fingerprint": f"f{number}", "expiry": date(2024, month, 28)}
        for number, month in enumerate((12, 7, 7))
    ]
    rows.append(falsified | {"id": 95, "fingerprint": "s", "expiry": None, "serial": "FAKE-SN"})
    # another notice of the same lot, and another lot in the same notice, stay entries of their own
    rows.append(falsified | {"id": 96, "fingerprint": "o", "expiry": None, "authority": "WHO"})
    rows.append(falsified | {"id": 97, "fingerprint": "l", "expiry": None, "lot": "R79", "lot_key": "R79"})
    with services_of(world).database.transaction() as connection:
        for row in rows:
            connection.execute(insert(Alert).values(row))
    page = guest.get("/warnings?q=fillexa").text
    assert page.count('class="notice-entry"') == 3
    assert "3 notices." in page
    assert "July 2024, December 2024" in page
    assert page.count("July 2024") == 1
    assert "FAKE-SN" in page


def notices(count: int, **fields: object) -> list[dict[str, object]]:
    """So many recalls of regulators, each of its own lot."""
    return [
        NOTICED | {"id": 1000 + n, "fingerprint": f"n{n}", "lot": f"L{n}", "lot_key": f"L{n}"} | fields
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "said", "more"),
    [
        (0, "", False),
        (1, "1 notice.", False),  # one is not "1 notices"
        (2, "2 notices.", False),
        (MOST, f"{MOST} notices.", False),
        (MOST + 1, f"{MOST} notices.", True),  # those that the page shows, and that there are more
    ],
)
def test_the_page_counts_what_it_lists(
    world: Flask, guest: FlaskClient, count: int, said: str, more: bool
) -> None:
    with services_of(world).database.transaction() as connection:
        for row in notices(count, product_name="Counted"):
            connection.execute(insert(Alert).values(row))
    page = guest.get("/recalls/public?q=counted").text
    assert page.count('class="notice-entry"') == min(count, MOST)
    assert (f'<p class="fine">{said}' in page) is bool(said)
    assert (f"These are the latest {MOST}" in page) is more
    assert ("The latest: May 2026." in page) is (count > 0)


def test_a_source_that_is_no_web_address_is_not_linked(world: Flask, guest: FlaskClient) -> None:
    with services_of(world).database.transaction() as connection:
        odd = NOTICED | {"kind": "falsified", "source_url": "javascript:alert(1)"}
        connection.execute(
            insert(Alert).values(odd | {"id": 92, "entered": datetime(2026, 1, 1, tzinfo=UTC)})
        )
    assert "javascript:" not in guest.get("/warnings").text


def test_the_first_page_leads_to_both(guest: FlaskClient) -> None:
    page = guest.get("/").text
    main = page.split("<main")[1].split("</main>")[0]
    assert 'href="/recalls/public"' in main
    assert 'href="/warnings"' in main
