"""A photo of print: what was read is asked about, and only what a person confirmed is checked."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from random import Random
from shutil import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.verification.pictures import print_reader
from service.verification.pictures.print_reader import PrintedLine
from service.verification.pictures.printed_fields import PrintedFields, PrintedValue, printed_fields
from service.web.core.services import services_of
from service.web.public.print_page import print_page
from tests.factories.records import put
from tests.factories.scans.pictures import encoded
from tests.factories.scans.prints import SURFACES, Print, photograph, typeface
from tests.web.pages import main_part, scans, verdict_action, words

RECALLED = Print("LOT A1002\nEXP 12/2070", "A1002", (2070, 12))


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = tmp_path_factory.mktemp("print") / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    app.testing = True
    yield app
    services_of(app).close()


def send(browser: FlaskClient, picture: bytes, **fields: str) -> TestResponse:
    return browser.post("/photo", data={**fields, "photo": FileStorage(BytesIO(picture), "IMG_1.jpg")})


def fields_in(page: TestResponse) -> dict[str, str]:
    """What the first form of the page holds."""
    form = main_part(page).split("<form", 1)[1].split("</form>", 1)[0]
    found = re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


@pytest.mark.skipif(not print_reader.can_read_print(), reason="the extra `ocr` is not installed")
def test_what_was_read_is_shown_and_checked_when_it_is_confirmed(browser: FlaskClient, world: Flask) -> None:
    picture = photograph(RECALLED, typeface(None), SURFACES["low contrast"], Random(3))
    page = send(browser, picture, asker="clinic", market="FR", lot="X9")
    assert page.status_code == 200
    assert "Nothing was checked yet" in words(page)
    assert scans(world) == 0
    held = fields_in(page)
    assert (held["lot"], held["expiry"], held["asker"], held["market"]) == (
        "A1002",
        "2070-12",
        "clinic",
        "FR",
    )
    answer = browser.get(browser.post("/check", data=held).headers["Location"])
    assert verdict_action(answer) == "reject"
    assert scans(world) == 1
    # a second press is the same check; another spelling that was offered is another one
    browser.post("/check", data=held)
    assert scans(world) == 1
    other = browser.get(browser.post("/check", data={**held, "meant": "A1OO2"}).headers["Location"])
    assert "A1OO2" in words(other)


@pytest.mark.skipif(not print_reader.can_read_print(), reason="the extra `ocr` is not installed")
def test_a_photo_of_nothing_says_so(browser: FlaskClient) -> None:
    page = send(browser, encoded(Image.new("L", (300, 200), 200)), market="FR")
    assert page.status_code == 422
    assert "We found no code and no lot number in this photo" in words(page)
    assert 'value="FR"' in page.text


def test_without_the_extra_a_photo_is_read_for_codes_as_before(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_reader, "find_spec", lambda _: None)
    print_reader.can_read_print.cache_clear()
    try:
        page = send(browser, photograph(RECALLED, typeface(None), SURFACES["curved"], Random(3)))
        assert page.status_code == 422
        assert "We found no code in this photo" in words(page)
        assert "lot number in this photo" not in words(page)
        assert "Take a photo of the code" in words(browser.get("/"))
    finally:
        print_reader.can_read_print.cache_clear()


SHOWN = PrintedFields(
    PrintedValue("SF06734", (2,), ("SFO6734",)), PrintedValue("2028-03", (6,)), PrintedValue("<b>1&2", ())
)


@pytest.fixture
def page(world: Flask) -> str:
    return shown(world, SHOWN, {"asker": "clinic", "expiry": "01/2027"})


def shown(world: Flask, printed: PrintedFields, fields: dict[str, str]) -> str:
    with world.test_request_context("/photo"):
        world.preprocess_request()
        return print_page(printed, fields)


def test_confusable_characters_are_named_and_unsure_ones_have_a_sign(page: str) -> None:
    """Not by colour: a word and a sign in the text itself, which a screen reader says too."""
    lot = re.sub(r"<[^>]*>", "", page.split('<bdi class="print" dir="ltr">', 1)[1].split("</bdi>", 1)[0])
    assert lot == "S letterF0 digit ?6 digit734"
    assert "Look again at each character with a question mark" in page


def test_digits_of_a_date_are_taken_for_no_letters(page: str) -> None:
    dated = page.split('id="read-expiry"', 1)[1].split("</bdi>", 1)[0]
    assert "digit" not in dated
    assert dated.count("print-mark") == 2  # one character, its two classes


def test_each_value_can_be_changed_and_the_other_lot_chosen(page: str) -> None:
    for name, value in (("lot", "SF06734"), ("expiry", "2028-03"), ("serial", "&lt;b&gt;1&amp;2")):
        assert re.search(
            f'<input id="{name}" name="{name}" type="text"[^>]* value="{re.escape(value)}"', page
        )
    assert 'name="meant" value="SFO6734"' in page
    assert page.count('name="expiry"') == 1 + 1  # once in the form, once for another photo
    assert "<b>1" not in page


def test_nothing_is_offered_that_the_recogniser_did_not_hold_for_possible(world: Flask) -> None:
    """A1001 is on record, one character away: the record is not asked before a person has confirmed."""
    found = printed_fields([PrintedLine((("LOT A1OO1", 1.0),), 0)])
    assert found is not None
    assert "A1001" not in shown(world, found, {})
