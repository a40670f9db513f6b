"""The page about a product: only what was released, each with its source, and never against the answer."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from service.storage.models import ProductStatement, QualityResult
from service.web.core.services import services_of
from tests.factories.records import FILLER, TOXIN, put
from tests.factories.wording import BANNED
from tests.web.pages import main_part, verdict_action, words

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = (  # topic, language, state, text
    ("course", "en", "released", "It lasts for months."),
    ("course", "de", "released", "Es hält Monate."),
    ("warning_signs", "en", "released", "It is hard to swallow."),
    ("mechanism", "en", "waiting", "Not yet read by another person."),
    ("uses", "en", "withdrawn", "Taken off the page."),
)


@pytest.fixture
def world(app: Flask) -> Flask:
    database = services_of(app).database
    put(database)
    rows = [
        {"product_id": 1, "topic": topic, "language": language, "state": state, "text": text, "version": 1}
        | {"source": "Label, section 5", "source_url": "https://maker.example/label", "dated": "2026-05"}
        | {"put_in": AT, "put_in_by": "a", "decided": AT, "decided_by": "b"}
        for topic, language, state, text in TEXTS
    ]
    with database.transaction() as connection:
        connection.execute(insert(ProductStatement), rows)
        connection.execute(
            insert(QualityResult).values(batch_id=1, test="Potency", method="assay", result="101 %")
        )
    return app


def test_what_was_released_is_shown_with_source_date_and_version(browser: FlaskClient) -> None:
    page = browser.get(f"/about/{TOXIN}")
    said = words(page)
    for part in (
        "It lasts for months.",
        "It is hard to swallow.",
        "Label, section 5 , May 2026",
        "Version 1",
    ):
        assert part in said
    for hidden in ("Not yet read", "Taken off the page"):
        assert hidden not in said
    assert "Example Biologics" in said
    assert not BANNED.search(said)
    german = browser.get(f"/about/{TOXIN}?language=de")
    assert '<p lang="de">Es hält Monate.</p>' in german.text
    assert "It is hard to swallow." in words(german)  # not there in German


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/about/{FILLER}", 200),  # nothing stated: the page says so
        ("/about/04012345678901", 404),
        ("/about/12", 422),
        (f"/about/{TOXIN}?check=x&language=%00", 200),
    ],
)
def test_other_products_and_odd_addresses(browser: FlaskClient, address: str, status: int) -> None:
    assert browser.get(address).status_code == status


@pytest.mark.parametrize(
    ("fields", "action", "contradicted"),
    [
        ({"scan": "A1002"}, "reject", True),
        ({"scan": "A1003"}, "quarantine", True),
        ({"scan": "A1001"}, "check", True),
        ({"scan": "A1001", "product": TOXIN, "serial": "SN0001"}, "accept", False),
    ],
)
def test_an_answer_leads_there_and_the_page_repeats_it(
    browser: FlaskClient, fields: dict[str, str], action: str, contradicted: bool
) -> None:
    answer = browser.post("/check", data=fields, follow_redirects=True)
    assert verdict_action(answer) == action
    link = re.search(rf'href="(/about/{TOXIN}\?check=[^"]+)"', main_part(answer))
    assert link
    page = words(browser.get(link[1]))
    title = re.search(r'<h1 id="verdict">([^<]*)', answer.text)
    assert title
    assert (f"Your answer was: {title[1]}." in page) == contradicted
    assert ("Nothing on this page changes that" in page) == contradicted
    assert ("the maker wrote down “101 %”" in page) == (not contradicted)


def test_a_link_that_was_not_saved_says_to_stop_too(browser: FlaskClient) -> None:
    answer = browser.get(f"/01/{TOXIN}/10/A1002")
    assert f'href="/about/{TOXIN}?stop=1"' in answer.text
    assert "Nothing on this page changes that" in words(browser.get(f"/about/{TOXIN}?stop=1"))


def test_a_check_of_another_product_says_nothing_here(browser: FlaskClient) -> None:
    check = browser.post("/check", data={"scan": "A1002"}).location.rsplit("/", 1)[1]
    assert "Your answer was" not in words(browser.get(f"/about/{FILLER}?check={check}"))


def test_what_a_maker_writes_is_text(browser: FlaskClient, world: Flask) -> None:
    with services_of(world).database.transaction() as connection:
        connection.execute(update(ProductStatement).values(text="<script>x</script>", source="<b>y</b>"))
    page = browser.get(f"/about/{TOXIN}").text
    assert "<script>x" not in page
    assert "<b>y" not in page
