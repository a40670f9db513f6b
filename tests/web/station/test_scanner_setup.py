"""The page that tests scanners: what arrived is shown, its fault named, and what to change said."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import service.web
from service.app import create_app
from service.gs1.keyboards.layout import US_PLAIN, US_SHIFT
from service.gs1.keyboards.layouts import LAYOUTS
from service.gs1.reading import read
from service.settings import Settings
from service.web.core.services import services_of
from service.web.station.scanner_setup import TEST_CODE
from tests.factories.scans.label_reader import from_svg

GS = "\x1d"
SENT = "]d2" + TEST_CODE
PACK = "]d20109506000134352" + "17281031" + "10OVA2714" + GS + "21J38Q"


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """Setup asks no database, so one kind of it is enough."""
    application = create_app(Settings(database_url=sqlite_url))
    application.testing = True
    yield application
    services_of(application).close()


def typed_on(name: str, text: str) -> str:
    layout = next(each for each in LAYOUTS if each.name == name)
    keys = dict(zip(US_PLAIN + US_SHIFT, layout.plain + layout.shift, strict=True))
    return "".join(keys.get(character, character) for character in text)


def page(client: FlaskClient, text: str, sent: str = "enter") -> str:
    response = client.post("/scan/setup", data={"scan": text, "sent": sent})
    assert response.status_code == 200
    return unescape(response.text)


def test_the_picture_holds_the_code_that_is_compared_with() -> None:
    picture = Path(service.web.__file__).parent / "static" / "scanner-test.svg"
    (code,) = zxingcpp.read_barcodes(from_svg(picture.read_text(encoding="utf-8"), 300))
    assert (code.symbology_identifier, code.bytes.decode()) == ("]d2", TEST_CODE)
    assert read(SENT).identifier.serial


def test_the_page_works_without_a_scan(client: FlaskClient) -> None:
    response = client.get("/scan/setup")
    assert response.status_code == 200
    assert "scanner-test.svg" in response.text
    assert "What arrived" not in response.text


LAYOUT, CAPS, LOST = "Wrong keyboard layout", "Caps lock is on", "The separator is lost"
SPELLED, PREFIX, ENTER = "as other characters", "AIM identifier is missing", "No Enter at the end"
NOT_READ = "no code that we can read"
ALL = (LAYOUT, CAPS, LOST, SPELLED, PREFIX, ENTER, NOT_READ)


@pytest.mark.parametrize(
    ("text", "sent", "said"),
    [
        (SENT, "enter", ()),
        (PACK, "enter", ()),
        (SENT, "button", (ENTER,)),
        (TEST_CODE, "enter", (PREFIX,)),
        (SENT.replace(GS, ""), "enter", (LOST,)),
        (TEST_CODE.replace(GS, ""), "enter", (LOST, PREFIX)),
        (SENT.replace(GS, "^]"), "enter", (SPELLED,)),
        (SENT.replace(GS, "<GS>"), "enter", (SPELLED,)),
        (SENT.swapcase(), "enter", (CAPS,)),
        (typed_on("French", SENT), "enter", (LAYOUT,)),
        (typed_on("French", SENT.replace(GS, "")), "enter", (LAYOUT, LOST)),
        (SENT[1:], "enter", ("The first character is lost",)),
        (PACK.replace(GS, "|"), "enter", (SPELLED,)),
        ("nothing like a code", "button", (NOT_READ, ENTER)),
        ("", "button", (NOT_READ, ENTER)),
    ],
)
def test_the_fault_is_named(client: FlaskClient, text: str, sent: str, said: tuple[str, ...]) -> None:
    shown = page(client, text, sent)
    for words in said:
        assert words in shown
    for words in set(ALL) - set(said):
        assert words not in shown
    assert ("Nothing to change" in shown) == (not said)


@pytest.mark.parametrize("name", [layout.name for layout in LAYOUTS])
def test_the_layout_is_named_among_the_few_that_type_alike(client: FlaskClient, name: str) -> None:
    typed = typed_on(name, SENT)
    shown = page(client, typed)
    if typed == SENT:
        assert "Nothing to change" in shown  # it has every character where a US keyboard has it
        return
    line = shown.partition("seems to be set to: ")[2].partition(".</dd>")[0]
    assert name in line.split(" / ")
    assert len(line.split(" / ")) <= 4


def test_what_arrived_is_shown_character_by_character(client: FlaskClient) -> None:
    shown = page(client, "A\x1db c\x00<b>")
    for character in ("A", "b", "c"):
        assert f"<li><code>{character}</code></li>" in shown
    for name in ("GS", "SP", "NUL"):
        assert f'<code class="control">{name}</code>' in shown
    assert "<b>" not in client.post("/scan/setup", data={"scan": "<b>"}).text


def test_an_endless_text_is_refused(client: FlaskClient) -> None:
    assert client.post("/scan/setup", data={"scan": "A" * 5000}).status_code == 413


# --- a keyboard that is remembered


def remembered(client: FlaskClient, name: str) -> TestResponse:
    return client.post("/scan/setup/layout", data={"layout": name})


def test_a_keyboard_is_remembered_by_choice_alone(client: FlaskClient) -> None:
    said = page(client, typed_on("German", SENT))
    assert "Remember this keyboard" in said
    assert "cookie on this device for a year" in said
    assert client.get_cookie("vialcheck-layout") is None
    answer = remembered(client, "Swiss French, Luxembourgish")
    assert answer.status_code == 303
    cookie = client.get_cookie("vialcheck-layout")
    assert cookie is not None
    assert (cookie.same_site, cookie.max_age) == ("Strict", 365 * 24 * 60 * 60)
    assert "Remembered: Swiss French, Luxembourgish" in unescape(client.get("/scan/setup").text)
    assert "Forget it" in page(client, SENT)
    remembered(client, "")
    assert client.get_cookie("vialcheck-layout") is None


@pytest.mark.parametrize(
    "name", ["Klingon", "<script>", "German; Path=/x", "\r\nSet-Cookie: a=b", "x" * 5000]
)
def test_no_other_word_is_remembered(client: FlaskClient, name: str) -> None:
    assert remembered(client, name).status_code == 303
    assert client.get_cookie("vialcheck-layout") is None
    client.set_cookie("vialcheck-layout", "Klingon")
    assert "Remembered" not in client.get("/scan/setup").text


def test_a_code_that_came_as_it_should_has_nothing_to_remember(client: FlaskClient) -> None:
    assert "Remember this keyboard" not in page(client, SENT)


def test_what_is_typed_is_undone_and_is_not_enough_for_a_pass(client: FlaskClient) -> None:
    remembered(client, "German")
    scan = typed_on("German", "01095060001343521728103110OZA27" + GS + "21J38Q")
    answer = client.post("/check", data={"scan": scan}, follow_redirects=True)
    assert "OZA27" in answer.text
    assert 'data-action="accept"' not in answer.text
    assert "The scanner typed the code wrongly" in unescape(answer.text)
    # what a photo held went through no keyboard
    photo = client.post("/check", data={"scan": scan, "source": "photo"}, follow_redirects=True)
    assert "OYA27" in photo.text


def test_the_station_knows_the_keyboard(client: FlaskClient) -> None:
    assert 'data-layout=""' in client.get("/scan").text
    remembered(client, "German")
    assert 'data-layout="German"' in client.get("/scan").text
