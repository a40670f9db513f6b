"""The public lists: every recall that a verdict knows, and every published warning."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from service.app import create_app
from service.registry import recalls
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.models import Alert
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
