"""A photo instead of typing, against the whole application."""

import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core import request_uploads
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.records import TOXIN, put
from tests.factories.scans.pictures import beside, encoded, symbol, unit
from tests.factories.wording import BANNED
from tests.web.pages import nonce_of, scans, verdict_action, words

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")

VIAL = encoded(unit())
RECALLED = symbol(f"https://check.example.org/01/{TOXIN}/10/A1002", "QRCode")
FOREIGN = symbol(f"https://evil.example/01/{TOXIN}/10/A1001/21/SN0001", "QRCode")
SHOP = symbol("https://shop.example/offers", "QRCode")


@pytest.fixture
def world(database_url: str) -> Iterator[Flask]:
    """The application over the small world, on each kind of database."""
    database = Database(database_url)
    put(database)
    database.close()
    app = create_app(Settings(database_url=database_url, public_url="https://check.example.org"))
    app.testing = True
    yield app
    services_of(app).close()


def send(
    browser: FlaskClient, picture: bytes | Image.Image, name: str = "IMG_1.jpg", **fields: str
) -> TestResponse:
    data = encoded(picture) if isinstance(picture, Image.Image) else picture
    # As a browser sends the form: the other file field is there and empty. Encoded here, because the test
    # client would put a large one into a temporary file.
    files = [FileStorage(BytesIO(data), name), FileStorage(BytesIO(), "")]
    return post_form(browser, {**fields, "photo": files})


def post_form(browser: FlaskClient, fields: dict[str, Any]) -> TestResponse:
    boundary, body = encode_multipart(fields)
    return browser.post("/photo", data=body, content_type=f"multipart/form-data; boundary={boundary}")


# --- one code


def test_one_code_leads_to_its_recorded_answer(browser: FlaskClient, world: Flask) -> None:
    sent = send(browser, VIAL)
    assert sent.status_code == 303
    page = browser.get(sent.headers["Location"])
    assert verdict_action(page) == "accept"
    assert "SN0001" in words(page)
    assert scans(world) == 1


def test_the_rest_of_the_form_counts(browser: FlaskClient) -> None:
    abroad = browser.get(send(browser, VIAL, asker="clinic", market="FR").headers["Location"])
    assert verdict_action(abroad) == "quarantine"
    assert "card--full" in abroad.text
    other_expiry = send(browser, VIAL, expiry="12/2060")
    assert other_expiry.status_code == 422
    assert "expiry date in the code and the one that you typed are different" in words(other_expiry)


def test_what_was_typed_before_the_photo_does_not_contradict_it(browser: FlaskClient) -> None:
    """The box may still hold what could not be found; the code says it all anew."""
    sent = send(browser, VIAL, scan="A9999", lot="X", serial="Y", gtin="nothing")
    assert verdict_action(browser.get(sent.headers["Location"])) == "accept"


def test_the_same_photo_sent_twice_is_one_check(browser: FlaskClient, world: Flask) -> None:
    nonce = nonce_of(browser.get("/"))
    first, again = (send(browser, VIAL, nonce=nonce) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert scans(world) == 1


def test_a_foreign_host_is_named_and_never_linked(browser: FlaskClient) -> None:
    page = browser.get(send(browser, FOREIGN).headers["Location"])
    assert verdict_action(page) == "accept"
    assert "This code points to another site, evil.example. We did not open it" in words(page)
    assert "evil.example" not in " ".join(re.findall(r'href="([^"]*)"', page.text))


# --- several codes


def test_several_codes_are_shown_side_by_side_the_worst_first(browser: FlaskClient, world: Flask) -> None:
    page = send(browser, beside(unit(), SHOP, RECALLED))
    assert page.status_code == 200
    assert re.findall(r'data-action="(\w+)"', page.text) == ["reject", "accept"]
    said = words(page)
    assert "<title>Recalled: do not use it: 3 codes in this photo" in page.text
    assert said.index("Recalled: do not use it") < said.index("The numbers match")
    assert said.index("The numbers match") < said.index("shop.example")
    assert "This kind of code does not name a medicine" in said or "This link names no product" in said
    for place in re.findall(r'href="(/checks/[0-9a-f-]+)"', page.text):
        assert browser.get(place).status_code == 200
    assert scans(world) == 2
    assert not BANNED.search(said.replace("/static/", ""))
    assert page.headers["Content-Language"] == "en"


def test_two_codes_of_one_vial_are_one_check_of_it(browser: FlaskClient, world: Flask) -> None:
    """A second scan of one serial within a second would look like a copy of it."""
    link = symbol(f"https://check.example.org/01/{TOXIN}/10/A1001/21/SN0001?17=701231", "QRCode")
    page = send(browser, beside(unit(), link))
    assert re.findall(r'data-action="(\w+)"', page.text) == ["accept", "accept"]
    assert len(set(re.findall(r'href="(/checks/[0-9a-f-]+)"', page.text))) == 1
    assert scans(world) == 1


def test_a_foreign_host_is_named_beside_its_code(browser: FlaskClient) -> None:
    said = words(send(browser, beside(RECALLED, FOREIGN)))
    assert "This code points to another site, evil.example." in said
    assert "another site, check.example.org" not in said


def test_a_code_that_says_no_more_than_another_is_no_check_of_its_own(
    browser: FlaskClient, world: Flask
) -> None:
    """The bar code beside the square one: its answer would be worse only because it says less."""
    sent = send(browser, beside(unit(), symbol(TOXIN[1:], "EAN13")))
    assert sent.status_code == 303
    assert verdict_action(browser.get(sent.headers["Location"])) == "accept"
    page = send(browser, beside(unit(), symbol(TOXIN[1:], "EAN13"), SHOP))
    assert re.findall(r'data-action="(\w+)"', page.text) == ["accept"]
    assert "All that this code says is said by another one" in words(page)
    assert scans(world) == 2  # one for each photo


@pytest.mark.parametrize(
    "other",
    [
        symbol(f"https://evil.example/01/{TOXIN}/10/A1001", "QRCode"),  # a stranger's link is always shown
        symbol(f"https://check.example.org/01/{TOXIN}/10/A1003", "QRCode"),  # another lot
        symbol("04012345678901", "ITF14"),  # another product
    ],
    ids=["a stranger's link", "another lot", "another product"],
)
def test_a_code_that_says_something_else_is_answered_for_itself(
    browser: FlaskClient, world: Flask, other: Image.Image
) -> None:
    page = send(browser, beside(unit(), other))
    assert len(re.findall(r"data-action=", page.text)) == 2
    assert scans(world) == 2


def test_two_codes_are_compared_as_a_vial_and_its_box_when_a_person_says_so(browser: FlaskClient) -> None:
    other = symbol(f"(01){TOXIN}(17)700630(10)C3016-C3", gs1=True)
    page = send(browser, beside(unit(), other), asker="clinic", market="GB")
    said = words(page)
    assert "Are these a vial and its box?" in said
    assert said.count("They differ") == 2  # lot and expiry; the product is the same
    first, second = re.findall(r'(?s)<form method="post" action="/check">(.*?)</form>', page.text)[:2]
    answers = []
    for form in (first, second):
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
        assert (fields["asker"], fields["market"]) == ("clinic", "GB")
        answers.append(words(browser.post("/check", data=fields, follow_redirects=True)))
    assert answers[0] != answers[1]
    for answer in answers:
        assert "Vial and carton disagree on the lot number" in answer


def test_one_pack_twice_is_no_pair(browser: FlaskClient) -> None:
    link = symbol(f"https://check.example.org/01/{TOXIN}/10/A1001/21/SN0001?17=701231", "QRCode")
    assert "Are these a vial and its box?" not in words(send(browser, beside(unit(), link)))


# --- somebody who is signed in


def test_who_is_signed_in_sends_photos_and_checks_like_anybody(world: Flask) -> None:
    """The door reads the form for its token before the view does: also that of a large photo."""
    clinic = signed_in(world, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Clinic")
    clinic.environ_base["HTTP_ACCEPT"] = "text/html"
    large = encoded(beside(unit(), Image.effect_noise((500, 500), 90)))
    assert len(large) > 65_536
    forms = {path: csrf_of(clinic.get(path)) for path in ("/", "/photo", "/scan", "/scan/setup")}
    assert len(set(forms.values())) == 1
    assert send(clinic, large).status_code == 403
    assert send(clinic, large, csrf=forms["/photo"]).status_code == 303
    fields = {"scan": "A1002", "csrf": forms["/"]}
    assert clinic.post("/check", data=fields).status_code == 303
    assert (
        clinic.post("/scan/setup/layout", data={"layout": "German", "csrf": forms["/scan/setup"]}).status_code
        == 303
    )
    reading = {"photo": (BytesIO(large), "a.png"), "csrf": forms["/scan"]}
    assert len(clinic.post("/api/v1/readings", data=reading).get_json()["codes"]) == 1


def csrf_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found
    return found[1]


# --- nothing to check


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (Image.new("L", (400, 300), 200), "We found no code and no lot number in this photo"),
        (SHOP, "We cannot use what this code says"),
        (symbol("<script>alert(1)</script>", "QRCode"), "<script>alert(1)</script>"),
        (symbol("A" * 2500, "QRCode", scale=3), "too long"),
        (symbol(f"(01){TOXIN[:-1]}3", "QRCode"), "does not name a medicine"),
        (b"", "This file is empty."),
        (b"hello", "This file is not a picture that we can read."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "We cannot read HEIC pictures."),
        (VIAL[:200], "This picture is damaged or cut off."),
        (encoded(unit(), "WEBP", save_all=True, append_images=[unit("SN0002")]), "This picture moves."),
        (encoded(Image.new("1", (5001, 5001))), "This picture is too large."),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_cannot_be_checked_is_a_clear_page(
    browser: FlaskClient, world: Flask, picture: bytes | Image.Image, said: str
) -> None:
    page = send(browser, picture, asker="clinic", market="GB")
    assert page.status_code == 422
    assert said in words(page).replace("alert(1)", "<script>alert(1)</script>")
    assert "<script>alert" not in page.text
    assert "<title>Error: " in page.text
    assert 'name="market" value="GB"' in page.text  # kept for the next try, typed or photographed
    assert 'name="scan"' in page.text
    assert "What makes a code readable" in words(page)
    assert scans(world) == 0


def test_no_photo_chosen_is_said(browser: FlaskClient) -> None:
    empty = post_form(browser, {"photo": FileStorage(BytesIO(), "")})
    for page in (empty, browser.post("/photo"), browser.post("/photo", data={"photo": "IMG_1.jpg"})):
        assert page.status_code == 422
        assert "Take a photo of the code, or choose one." in words(page)


def test_a_photo_that_was_chosen_before_the_wrong_button_is_not_forgotten(browser: FlaskClient) -> None:
    page = browser.post("/check", data={"scan": "", "photo": "IMG_1.jpg", "asker": "clinic"})
    assert page.status_code == 422
    assert "Then press “Read the photo”." in words(page)
    assert 'href="#picture"' in page.text
    assert 'value="clinic" checked' in page.text
    assert browser.post("/check", data={"scan": "A1001", "photo": "IMG_1.jpg"}).status_code == 303


def test_the_page_can_be_opened_by_itself(browser: FlaskClient) -> None:
    page = browser.get("/photo?as=clinic")
    assert page.status_code == 200
    assert 'name="asker" value="clinic"' in page.text
    assert 'capture="environment"' in page.text
    assert 'enctype="multipart/form-data"' in page.text


def test_every_page_with_a_photo_field_works_without_a_script(browser: FlaskClient) -> None:
    """The first page has one form for both: its second button sends it as a photo."""
    button = re.search(r'<button[^>]*formaction="/photo"[^>]*>', browser.get("/").text)
    assert button
    assert 'formenctype="multipart/form-data"' in button[0]


# --- bounds


@pytest.mark.slow
def test_a_photo_may_be_large_and_nothing_else_may(browser: FlaskClient, world: Flask) -> None:
    noisy = encoded(Image.effect_noise((3000, 2500), 90).convert("L"), "PNG")
    assert 2_000_000 < len(noisy) < 15_000_000
    assert "We found no code" in words(send(browser, noisy))
    too_large = send(browser, bytes(17 * 1024 * 1024))
    assert too_large.status_code == 413
    assert "This picture is too large." in words(too_large)
    assert browser.post("/check", data={"scan": "A" * 100_000}).status_code == 413
    assert post_form(browser, {"market": "A" * 600_000}).status_code == 413
    assert scans(world) == 0


def test_nothing_of_the_picture_is_written_anywhere(
    browser: FlaskClient, world: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = encoded(unit().resize((2200, 1600)), "PNG", compress_level=0)
    note = b"tEXtPlanted\0Mark"
    text_chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    picture = picture[:33] + text_chunk + picture[33:]
    assert len(picture) > 1_000_000  # what werkzeug by itself would put on disk
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(str(tempfile.gettempdir())):
            made.append(str(arguments[0]))

    sys.addaudithook(watch)
    assert send(browser, picture, name="PlantedName.png").status_code == 303
    watching = False
    assert made == []
    scans(world)  # writes down what waits
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"Planted" not in file.read_bytes(), file


def test_while_others_are_read_one_waits_and_then_is_told(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_uploads, "_reading", BoundedSemaphore(1))
    monkeypatch.setattr(request_uploads, "_WAIT", 0.01)
    with request_uploads._reading:
        busy = send(browser, VIAL)
    assert busy.status_code == 503
    assert "Retry-After" in busy.headers
    assert send(browser, VIAL).status_code == 303


PICTURES = [VIAL, encoded(unit(), "JPEG"), encoded(beside(unit(), RECALLED), "WEBP")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PICTURES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=5),
    st.floats(0.1, 1),
)
def test_a_damaged_picture_is_never_a_fault_of_ours(
    browser: FlaskClient, data: bytes, damages: list[tuple[float, bytes]], kept: float
) -> None:
    spoilt = bytearray(data)
    for place, piece in damages:
        at = int(place * len(spoilt))
        spoilt[at : at + len(piece)] = piece
    assert send(browser, bytes(spoilt[: int(kept * len(spoilt))])).status_code in {200, 303, 422}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(max_codepoint=0xFF), min_size=1, max_size=400))
def test_whatever_a_code_says_is_never_a_fault_of_ours(browser: FlaskClient, text: str) -> None:
    page = send(browser, symbol(text, "QRCode", scale=4))
    assert page.status_code in {303, 422}
    assert not [each for each in page.text if ord(each) < 0x20 and each not in "\n\r\t"]
