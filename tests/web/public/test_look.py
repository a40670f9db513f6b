"""Looking at the pack after a check: one question at a time, and what was seen goes along with the check."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import PackMark
from service.verification.verdict_codec import presented_to_plain
from service.web.core.services import services_of
from tests.factories.lists import put_in, written
from tests.factories.records import TOXIN, put
from tests.web.pages import main_part, verdict_action

MARKS = (
    "mark,authority,gtin,look_at,should_be,differs,fakes,source_url\n"
    f"v-cap,MHRA,{TOXIN},the cap,blue,red,F1,https://example.org/1\n"
    f"v-seal,MHRA,{TOXIN},the seal,round,square,F1; F2,https://example.org/1\n"
    f"v-leaflet,MHRA,{TOXIN},the leaflet,white,grey,F2,https://example.org/1\n"
)


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The small world, with three marks of its toxin."""
    database = Database(sqlite_url)
    put(database)
    assert put_in(database, written(tmp_path, MARKS)).good
    database.close()
    app = create_app(Settings(database_url=sqlite_url))
    app.testing = True
    yield app
    services_of(app).close()


def look(page: TestResponse) -> str:
    """The part of the page that asks to look at the pack; empty where it asks nothing."""
    found = re.search(r'<section class="look".*?</section>', page.text, re.DOTALL)
    return found[0] if found else ""


def text(html: str) -> str:
    """What a person reads, one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def presented(world: Flask, page: TestResponse) -> dict[str, Any]:
    """What is on record of the check of a page."""
    check = services_of(world).verification.find_check(page.request.path.rsplit("/", 1)[1])
    return presented_to_plain(check.presented)


def form_of(part: str, number: int = 0) -> dict[str, str]:
    """The hidden fields of one of its forms, as a browser sends them."""
    form = re.findall(r"<form.*?</form>", part, re.DOTALL)[number]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def post(browser: FlaskClient, fields: dict[str, str], **more: str) -> TestResponse:
    return browser.post("/check", data={**fields, **more}, follow_redirects=True)


def first(browser: FlaskClient, **fields: str) -> TestResponse:
    return post(browser, {"scan": f"(01){TOXIN}(10)A1001", **fields})


def test_the_mark_that_tells_most_is_asked_with_a_way_out_and_its_source(browser: FlaskClient) -> None:
    part = look(first(browser))
    assert "Look at the seal. What do you see?" in text(part)
    for answer in ("round", "square", "Something else", "I can't see that"):
        assert answer in text(part)
    assert 'href="https://example.org/1"' in part
    assert look(post(browser, {"product": "Fillexa Soft"})) == ""


def test_a_difference_is_looked_at_again_and_a_second_one_stops(browser: FlaskClient, world: Flask) -> None:
    page = first(browser)
    before = verdict_action(page)
    page = post(browser, form_of(look(page)), seen="not_visible")
    assert (verdict_action(page), "not seen" in look(page)) == (before, True)
    page = post(browser, form_of(look(page)), seen="differs")
    assert verdict_action(page) == "check"
    assert "ask before it is used" in text(main_part(page))
    page = post(browser, form_of(look(page)), seen="differs")
    assert verdict_action(page) == "quarantine"
    assert "What do you see?" not in look(page)  # it stops; nothing more is asked
    assert presented(world, page)["marks"] == [
        {"mark": "v-cap", "seen": "differs"},
        {"mark": "v-leaflet", "seen": "differs"},
        {"mark": "v-seal", "seen": "not_visible"},
    ]
    # what else the page asks goes on with what was seen: the stop stays
    there = browser.get(f"{page.request.path}?where=1").text  # the page with the list of countries
    country = next(each for each in re.findall(r"<form.*?</form>", there, re.DOTALL) if 'id="market"' in each)
    assert verdict_action(post(browser, form_of(country), market="FR")) == "quarantine"


def test_an_answer_can_be_changed_and_a_clinics_reading_holds_for_one_difference(
    browser: FlaskClient,
) -> None:
    page = post(browser, form_of(look(first(browser))), seen="differs")
    address = page.request.path
    assert verdict_action(browser.get(f"{address}?as=clinic")) == "quarantine"
    part = look(page)
    changed = post(browser, form_of(part, len(re.findall("<form", part)) - 1))
    assert "Look at the seal" in text(look(changed))
    assert "What you saw" not in look(changed)


def test_marks_that_agree_change_nothing_and_the_page_says_what_that_means(browser: FlaskClient) -> None:
    page = first(browser)
    before, asked = verdict_action(page), 0
    while "What do you see?" in look(page):
        page = post(browser, form_of(look(page)), seen="agrees")
        asked += 1
    assert (verdict_action(page), asked) == (before, 3)
    assert "good copies look right too" in text(look(page))


def test_a_mark_that_was_withdrawn_or_is_of_another_product_costs_no_answer(
    browser: FlaskClient, world: Flask
) -> None:
    fields = form_of(look(first(browser)))
    with services_of(world).database.transaction() as connection:
        connection.execute(update(PackMark).where(PackMark.mark == "v-seal").values(withdrawn=True))
    page = post(browser, fields, seen="differs")
    assert page.status_code == 200
    assert "the seal" not in look(page)
    assert post(browser, {"product": "Fillexa Soft", "marks": "v-cap=differs"}).status_code == 200
    assert post(browser, fields, seen="purple").status_code == 422


@pytest.mark.parametrize(
    ("marks", "status", "codes"),
    [
        ([{"mark": "V-SEAL", "seen": "differs"}], 201, ["mark_differs"]),
        ([{"mark": "v-seal", "seen": "agrees"}], 201, []),
        # of two answers about one mark the worse counts
        (
            [{"mark": "v-seal", "seen": "differs"}, {"mark": "v-seal", "seen": "agrees"}],
            201,
            ["mark_differs"],
        ),
        ([{"mark": "other", "seen": "agrees"}], 422, []),
        ([{"mark": "v-seal", "seen": "perhaps"}], 422, []),
        ([{"mark": "v-seal"}], 422, []),
        ("v-seal", 422, []),
    ],
)
def test_a_program_presents_marks(world: Flask, marks: Any, status: int, codes: list[str]) -> None:
    program = world.test_client()
    asked = {"gtin": TOXIN, "lot": "A1001", "marks": marks}
    response = program.post("/api/v1/verifications", json=asked)
    assert response.status_code == status
    if status == 422:
        assert response.content_type == "application/problem+json"
        assert [each["field"].split(".")[0] for each in response.json["errors"]] == ["marks"]  # type: ignore[index]
        return
    body = response.get_json()
    assert [each["code"] for each in body["reasons"] if each["code"] == "mark_differs"] == codes
    found = program.get(f"/api/v1/verifications/{body['id']}/marks").get_json()
    assert [each["mark"] for each in found["marks"]] == ["v-cap", "v-leaflet", "v-seal"]
    assert found["marks"][2]["seen"] == body["presented"]["marks"][0]["seen"]
    assert found["next"] in {"v-cap", "v-leaflet"}


def test_the_same_nonce_with_other_marks_is_another_question(world: Flask) -> None:
    program = world.test_client()
    asked: dict[str, Any] = {"gtin": TOXIN, "lot": "A1001", "nonce": "n-1"}
    marked = {**asked, "marks": [{"mark": "v-seal", "seen": "differs"}]}
    assert program.post("/api/v1/verifications", json=marked).status_code == 201
    assert program.post("/api/v1/verifications", json=marked).status_code == 200
    assert program.post("/api/v1/verifications", json=asked).status_code == 409
