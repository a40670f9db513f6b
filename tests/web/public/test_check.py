"""The pages against the whole application and a real database."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import QualityResult
from service.web.core.services import services_of
from service.web.text.authorities import AUTHORITIES
from service.web.text.comparison import OUTCOMES, FieldOutcome
from tests.factories.records import FILLER, NOTICE, TOXIN, UNKNOWN_GTIN, put
from tests.factories.wording import BANNED
from tests.web.pages import main_part, nonce_of, scans, verdict_action, words

LINK = f"/01/{TOXIN}"
GS = "\x1d"


@pytest.fixture
def world(sqlite_url: str) -> Iterator[Flask]:
    """The application over the small world. `wait` for scans is over when it is closed."""
    database = Database(sqlite_url)
    put(database)
    database.close()
    app = create_app(Settings(database_url=sqlite_url, public_url="https://check.example.org"))
    app.testing = True
    yield app
    services_of(app).close()


def post(browser: FlaskClient, **fields: str) -> TestResponse:
    return browser.post("/check", data=fields, follow_redirects=True)


# --- asking


def test_the_first_page_is_one_box_that_leaves_a_scan_alone(browser: FlaskClient) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Accept-Language" in page.headers["Vary"]
    box = re.search(r'<input id="scan"[^>]*>', page.text)
    assert box
    for attribute in ('autocapitalize="off"', 'autocomplete="off"', 'spellcheck="false"', "autofocus"):
        assert attribute in box[0]
    assert nonce_of(page) != nonce_of(browser.get("/"))


def test_no_page_needs_anything_inline_or_from_elsewhere(browser: FlaskClient) -> None:
    """The Content Security Policy would stop it silently."""
    for path in ("/", "/about", f"{LINK}/10/A1001", "/nowhere"):
        page = browser.get(path).text
        assert not re.search(r"<style|style=|<script(?![^>]*src=\"/static/)| on\w+=", page), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//[^"]+\.(?:css|js|woff2?)', page), path


@pytest.mark.parametrize(
    ("fields", "action", "said"),
    [
        ({"scan": "A1001"}, "check", "The maker has a lot with this number. There is no warning about it."),
        ({"scan": "a-1001"}, "check", "Not entered, so not compared: serial number"),  # found under its key
        ({"scan": "A1002"}, "reject", "Recalled: do not use it"),
        ({"scan": "A1003"}, "quarantine", "On hold: do not use it yet"),
        ({"scan": "A1004"}, "reject", "It is out of date, by the maker's record."),
        ({"scan": "NOPE9"}, "unknown", "We hold no records of this lot"),
        ({"scan": UNKNOWN_GTIN}, "unknown", "We hold no records for this product"),
        ({"scan": "FAKE77"}, "reject", "FDA (medicines authority, United States) has warned of fakes"),
        ({"scan": "C3016 C3"}, "quarantine", "has warned of fakes with this lot number"),
        (
            {"scan": "A1001", "expiry": "12/2060"},
            "quarantine",
            "The expiry date December 2060 is not the maker's date",
        ),
        ({"scan": "A1001", "market": "FR"}, "quarantine", "not licensed in France"),
        (
            {"scan": "A1001", "strength": "150 units"},
            "quarantine",
            "has another strength on record for this, not 150 units",
        ),
        ({"scan": "A1001", "product": TOXIN}, "check", "The product and the lot were found on record"),
        ({"scan": "A1001", "product": "Examplinum"}, "check", "Examplinum"),
        (
            {"scan": "A1001", "product": TOXIN, "serial": "SN0001"},
            "accept",
            "The numbers match. Now look at the pack",
        ),
        ({"scan": f"(01){TOXIN}(10)A1001(21)SN0003"}, "reject", "on record as stolen"),
        (
            {"scan": f"]d201{TOXIN}10A1001{GS}21SN0001"},
            "accept",
            "That does not prove what is in it: fakes copy numbers.",
        ),
        ({"product": TOXIN, "no_lot": "1"}, "quarantine", "without a lot number"),
    ],
)
def test_a_check_leads_with_its_answer(
    browser: FlaskClient, fields: dict[str, str], action: str, said: str
) -> None:
    page = post(browser, **fields)
    assert page.status_code == 200, words(page)
    assert verdict_action(page) == action
    assert said in words(page)
    assert not BANNED.search(words(page).replace("/static/", "")), words(page)


def test_a_check_is_recorded_once_however_often_its_form_is_sent(browser: FlaskClient, world: Flask) -> None:
    fields = {"scan": "A1001", "nonce": "n-1"}
    first = browser.post("/check", data=fields)
    again = browser.post("/check", data=fields)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    assert scans(world) == 1


def test_going_back_and_correcting_a_letter_is_another_check(browser: FlaskClient, world: Flask) -> None:
    """The form's nonce is the same then, and that must not be held against the person."""
    one = browser.post("/check", data={"scan": "A1001", "nonce": "n-1"})
    other = browser.post("/check", data={"scan": "A1002", "nonce": "n-1"})
    assert (one.status_code, other.status_code) == (303, 303)
    assert one.headers["Location"] != other.headers["Location"]
    assert scans(world) == 2


def test_the_answer_has_all_its_parts(browser: FlaskClient) -> None:
    page = post(browser, scan=f"(01){TOXIN}(10)A1001(17)701231(21)SN0001", market="GB")
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", main_part(page))
    assert headings == [
        "The numbers match. Now look at the pack",
        "What to do now",
        "Not sure? Do not use it. Ask:",
        "What you entered",
        "What we compared",
        "What is on record",
        "Report it",
    ]
    said = words(page)
    for part in (
        "31 December 2070",
        "Botulinum toxin type A",
        "MHRA Yellow Card",
        "Britain (UK)",
        "In circulation",
    ):
        assert part in said
    assert 'href="tel:08007316789"' in page.text


def test_a_notice_is_linked_and_never_opened_for_anyone(browser: FlaskClient) -> None:
    page = post(browser, scan="FAKE77")
    assert (
        f'<a href="{NOTICE}" rel="noopener noreferrer">About the FDA warning, on another site (example.org)</a>'
        in page.text
    )
    assert "Published on 16 April 2026." in words(page)


def test_every_reason_is_listed_not_only_the_worst(browser: FlaskClient) -> None:
    page = post(browser, scan="A1002", expiry="12/2060", market="FR")
    said = words(page).split("What speaks against it")[1]
    assert "recalled" in said
    assert "Glass particles in some vials" in said
    assert "December 2060 is not the maker's date" in said
    assert "not licensed in France" in said


def test_patients_and_clinics_read_other_words(browser: FlaskClient) -> None:
    page = browser.post("/check", data={"scan": "A1002"})
    as_patient = browser.get(page.headers["Location"])
    as_clinic = browser.get(page.headers["Location"] + "?as=clinic")
    assert "Recalled: do not use it" in words(as_patient)
    assert "Stop. Do not use this vial" in words(as_clinic)
    assert "card--full" in as_clinic.text
    assert "card--full" not in as_patient.text
    assert "Write down in your own records what you did with the vial" in words(as_clinic)
    assert "Read this as a patient" in words(as_clinic)


def test_the_other_reader_gets_the_other_verdict_not_only_its_words(
    browser: FlaskClient, world: Flask
) -> None:
    """A used pack is a note to the patient who got it, and a full stop to a clinic that is about to use it."""
    place = browser.post("/check", data={"scan": f"(01){TOXIN}(10)A1001(21)SN0002"}).headers["Location"]
    assert verdict_action(browser.get(place)) == "check"
    assert verdict_action(browser.get(place + "?as=clinic")) == "quarantine"
    assert verdict_action(browser.get(place + "?as=patient")) == "check"
    assert verdict_action(browser.get(place + "?as=nobody")) == "check"
    assert scans(world) == 1  # reading is not checking


def field(page: str, name: str) -> str | None:
    """The value of a field that a person can edit; None where there is none."""
    found = re.search(
        rf'<input id="{name}" name="{name}" form="next-question" type="text" value="([^"]*)"', page
    )
    return found[1] if found else None


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ({"scan": "A1001", "expiry": "12/2071"}, "expiry"),  # the date does not match
        ({"scan": "A1002"}, "recalled"),
        ({"scan": "ZZ9999", "product": TOXIN}, "not on record"),
        ({"scan": "XYZ123"}, "no records"),
        ({"scan": "A1001", "carton_lot": "A1003"}, "vial and box"),
        ({"scan": "SHARED1", "expiry": "06/2070"}, "which product"),
        ({"scan": "A1001", "asker": "clinic"}, "for a clinic"),
    ],
)
def test_what_was_entered_can_be_corrected_on_every_answer(
    browser: FlaskClient, entered: dict[str, str], code: str
) -> None:
    """Read the pack again: the fields stand there as they were entered, and one change asks anew with all others."""
    page = browser.post("/check", data=entered, follow_redirects=True).text
    assert field(page, "lot") == entered["scan"], code
    if "expiry" in entered:
        assert field(page, "expiry") is not None
    if "carton_lot" in entered:
        assert field(page, "carton_lot") == entered["carton_lot"]
    form = re.search(r'<form[^>]* id="next-question"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    assert hidden["asker"] == entered.get("asker", "patient")
    typed = {name: value for name in ("expiry", "gtin", "carton_lot") if (value := field(page, name))}
    corrected = browser.post("/check", data=hidden | typed | {"lot": "A1001"}, follow_redirects=True).text
    assert field(corrected, "lot") == "A1001" or "A1001" in corrected
    assert corrected.count('id="next-question"') == 1


def test_a_lot_of_several_products_asks_which_one(browser: FlaskClient) -> None:
    page = post(browser, scan="SHARED1", expiry="06/2070")
    assert "Which product is it?" in words(page)
    assert re.findall(r'type="radio" name="gtin"[^>]* value="(\d+)"', page.text) == [TOXIN, FILLER]
    assert 'name="lot" value="SHARED1"' in page.text
    form = main_part(page).split("<form", 1)[1].split("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    chosen = post(browser, **hidden, gtin=FILLER)
    assert "Fillexa Soft" in words(chosen)
    assert "June 2070 is not the maker's date" in words(chosen)  # what was entered before still counts


def test_the_host_of_a_foreign_code_is_named_and_ours_is_not(browser: FlaskClient) -> None:
    foreign = post(browser, scan=f"https://evil.example/01/{TOXIN}/10/A1001")
    assert "This code points to another site, evil.example. We did not open it" in words(foreign)
    assert "evil.example" not in re.findall(r'href="([^"]*)"', foreign.text)
    for host in ("https://check.example.org", "http://localhost"):
        ours = post(browser, scan=f"{host}/01/{TOXIN}/10/A1001")
        assert "This code points to" not in words(ours)


# --- what cannot be read


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Enter a lot number, or scan the code on the box."),
        ({"scan": " \t "}, "Enter a lot number, or scan the code on the box."),
        ({"scan": f"01{TOXIN[:-1]}3"}, "its last digit does not fit the others"),
        ({"scan": f"{TOXIN[:-1]}3"}, "its last digit does not fit the others"),
        ({"product": f"{TOXIN[:-1]}3"}, "its last digit does not fit the others"),
        ({"scan": "A1001", "expiry": "31 FEB 2027"}, "“31 FEB 2027” is not a day in any calendar"),
        ({"scan": "A1001", "expiry": "soon"}, "is not a date that we can read"),
        ({"scan": "A1001", "market": "Atlantis"}, "“Atlantis” is not a country that we know"),
        ({"scan": "A\x00B"}, "A␀B"),
        ({"scan": "A\u202eB"}, "A⟨U+202E⟩B"),
        ({"scan": "<script>é</script>"}, "as it is printed behind LOT"),  # no lot, and it runs nowhere
        ({"scan": "https://evil.example/login"}, "This link names no product"),
        ({"scan": "x" * 3000}, "too long"),
        ({"scan": "A1001", "serial": "a~b"}, "character"),
    ],
)
def test_what_cannot_be_read_comes_back_with_a_clear_line(
    browser: FlaskClient, world: Flask, fields: dict[str, str], said: str
) -> None:
    page = browser.post("/check", data=fields)
    assert page.status_code == 422
    assert said in words_kept(page)
    assert 'role="alert"' in page.text
    assert "<title>Error: " in page.text
    assert "<script>é" not in page.text
    assert not [character for character in page.text if ord(character) < 0x20 and character not in "\n\r\t"]
    assert scans(world) == 0


def words_kept(response: TestResponse) -> str:
    """The summary alone, entities read but no tags taken out of what was typed."""
    return unescape(response.text.split('class="summary"')[1].split("</div>")[0])


def test_every_wrong_field_is_named_at_once_and_linked_to_its_box(browser: FlaskClient) -> None:
    page = browser.post("/check", data={"scan": "A\x00", "expiry": "31 FEB 2027", "market": "Atlantis"})
    links = re.findall(r'<a href="#(\w+)">', page.text.split('class="summary"')[1].split("</div>")[0])
    assert links == ["scan", "expiry", "market"]
    for box in links:
        assert re.search(rf'id="{box}"[^>]*aria-invalid="true"', page.text)
        assert f'id="{box}-error"' in page.text
    assert '<details class="more" open>' in page.text


def test_what_was_typed_is_kept_and_its_control_characters_are_seen_and_survive(browser: FlaskClient) -> None:
    scan = f"01{TOXIN}10A1001{GS}21SN0001"
    page = browser.post("/check", data={"scan": scan, "expiry": "soon", "asker": "clinic", "no_lot": "1"})
    kept = re.search(r'<input id="scan"[^>]* value="([^"]*)"', page.text)
    assert kept
    assert kept[1] == scan.replace(GS, "␝")
    assert 'value="clinic" checked' in page.text
    assert 'name="no_lot" value="1" checked' in page.text
    assert verdict_action(post(browser, scan=kept[1])) == "accept"


def test_a_group_separator_survives_the_form(browser: FlaskClient) -> None:
    """What a scanner types between two fields: without it lot and serial would be one lot."""
    page = post(browser, scan=f"01{TOXIN}10A1001{GS}21SN0001")
    assert "SN0001" in words(page)
    assert verdict_action(page) == "accept"


def test_ten_megabytes_are_refused_with_a_page(browser: FlaskClient, world: Flask) -> None:
    page = browser.post("/check", data={"scan": "A" * 10_000_000})
    assert page.status_code == 413
    assert "That is too much text" in words(page)
    assert scans(world) == 0


def test_sql_in_a_lot_is_a_lot(browser: FlaskClient) -> None:
    page = post(browser, scan="1'OR'1'='1")
    assert verdict_action(page) == "unknown"
    assert "1'OR'1'='1" in words(page)


def test_an_address_that_is_not_there_is_a_clear_page(browser: FlaskClient) -> None:
    for path in ("/nowhere", "/checks/nothing", "/checks/018f0000-0000-7000-8000-000000000000"):
        page = browser.get(path)
        assert page.status_code == 404
        assert "There is no such page" in words(page)


# --- what a code's link opens


@pytest.mark.parametrize(
    ("path", "action"),
    [
        (LINK, "check"),
        (f"{LINK}/", "check"),  # GS1-Conformant Resolver: a trailing slash is tolerated
        (f"{LINK}/10/A1001", "check"),
        (f"{LINK}/10/A1001/21/SN0001", "accept"),
        (f"{LINK}/22/2A/10/A1001/21/SN0001?17=701231", "accept"),
        (f"{LINK}/21/SN0001", "accept"),
        (f"{LINK}/10/A1001/21/SN0001?17=601231", "quarantine"),
        (f"{LINK}/10/A1001/21/SN0001?17=701231&utm_source=x&linkType=gs1:defaultLink", "accept"),
        (f"{LINK}/10/A1002", "reject"),
        (f"{LINK}/10/AB%2F12", "check"),  # the slash is the lot's own
        (f"/01/{UNKNOWN_GTIN}/10/X", "unknown"),
        (f"{LINK}/10/A1001/21/SN0002?as=clinic", "quarantine"),
    ],
)
def test_a_link_shows_the_answer_and_leaves_no_trace(
    browser: FlaskClient, world: Flask, path: str, action: str
) -> None:
    page = browser.get(path)
    assert page.status_code == 200
    assert verdict_action(page) == action
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Save this check" in words(page)
    assert browser.head(path).status_code == 200
    assert scans(world) == 0


def test_a_person_whose_link_asks_for_what_is_not_there_gets_the_answer(browser: FlaskClient) -> None:
    """404 by GS1-Conformant Resolver, and still the answer for the pack that was scanned."""
    page = browser.get(f"{LINK}/10/A1001/21/SN0001?17=701231&linkType=gs1:pip")
    assert page.status_code == 404
    assert verdict_action(page) == "accept"


def test_a_percent_encoded_slash_stays_inside_its_value(browser: FlaskClient) -> None:
    page = browser.get(f"{LINK}/10/AB%2F12")
    assert "AB/12" in words(page)
    assert "Not on record" not in words(page)
    assert browser.get(f"{LINK}/10/AB%2F%2F12").status_code == 200  # no redirect that merges the two


def test_the_page_of_a_link_saves_its_check_once(browser: FlaskClient, world: Flask) -> None:
    page = browser.get(f"{LINK}/10/AB%2F12?17=700630")
    form = page.text.split('id="save"', 1)[1].split("</form>")[0]
    hidden = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    saved = [browser.post("/check", data=hidden) for _ in range(2)]
    assert {each.status_code for each in saved} == {303}
    assert saved[0].headers["Location"] == saved[1].headers["Location"]
    shown = browser.get(saved[0].headers["Location"])
    assert verdict_action(shown) == verdict_action(page)
    assert "AB/12" in words(shown)
    assert "Save this check" not in words(shown)
    assert "This code points to" not in words(shown)
    assert scans(world) == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/01/{TOXIN[:-1]}3", "its last digit does not fit the others"),
        ("/01/abc", "We cannot read this link"),
    ],
)
def test_a_link_that_cannot_be_read_is_a_400_with_a_clear_line(
    browser: FlaskClient, path: str, said: str
) -> None:
    page = browser.get(path)
    assert page.status_code == 400
    assert said in words(page)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{LINK}/21/SN0001/10/A1001", "not a complete code"),  # the wrong order
        (f"{LINK}/10", "not a complete code"),  # a lot is announced and is not there
        (f"{LINK}/10/{'A' * 21}", "One part of it cannot be right"),
        (f"{LINK}/10/%D0%90%D0%92", "One part of it cannot be right"),  # look-alike letters
        (f"{LINK}?17=269931", "One part of it cannot be right"),
        (f"{LINK}/10/%00", "One part of it cannot be right"),
    ],
)
def test_a_link_that_is_damaged_is_answered_for_what_can_be_read_and_never_passes(
    browser: FlaskClient, path: str, said: str
) -> None:
    """400, as GS1-Conformant Resolver (4.3) has it for what breaks the syntax; the page is the answer's."""
    page = browser.get(path)
    assert page.status_code == 400
    assert said in words(page)
    assert verdict_action(page) == "check"


def test_a_hostile_host_header_decides_nothing(browser: FlaskClient) -> None:
    page = browser.get(f"{LINK}/10/A1001", headers={"Host": "evil.example"})
    assert "evil.example" not in page.text


# --- about, and the tables behind the pages


def test_about_says_what_a_match_does_not_show(browser: FlaskClient) -> None:
    said = words(browser.get("/about"))
    assert "A matching answer is not proof" in said
    assert "A copy gives the same answer as the pack it was copied from." in said
    assert not BANNED.search(said)


def test_the_limits_name_what_no_record_shows_and_what_to_do(browser: FlaskClient) -> None:
    said = words(browser.get("/limits"))
    for title in (
        "A vial that was used and filled again",
        "A code that was copied from one pack",
        "A few copies, far apart",
        "A manufacturer that does not take part",
    ):
        assert title in said
    assert said.count("What you can do") == 5
    assert not BANNED.search(said)


@pytest.mark.parametrize(
    ("scanned", "linked"),
    [
        (f"{LINK}/10/A1001/21/SN0001?17=701231", True),  # accept
        (f"{LINK}/10/A1001", True),  # check
        (f"{LINK}/10/A1002", False),  # reject: there is nothing to weigh any more
        (f"/01/{UNKNOWN_GTIN}/10/X1", False),  # nothing matched
    ],
)
def test_a_match_leads_to_what_it_does_not_show(browser: FlaskClient, scanned: str, linked: bool) -> None:
    assert ('href="/limits"' in browser.get(scanned).text) is linked


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        # a date that has passed ends the check: nothing was compared with a lot that is not there
        ({"scan": "ZZZ999", "product": TOXIN, "expiry": "01/2020"}, "Expiry date January 2020 Not checked"),
        ({"scan": "A1001", "product": TOXIN, "expiry": "01/2020"}, "Expiry date January 2020 Does not match"),
        ({"scan": "A1001", "product": TOXIN, "expiry": "12/2070"}, "Expiry date December 2070 As on record"),
    ],
)
def test_a_date_agrees_only_with_a_lot_on_record(
    browser: FlaskClient, fields: dict[str, str], row: str
) -> None:
    assert row in words(post(browser, **fields))


@pytest.mark.parametrize(
    ("fields", "title", "step"),
    [
        # what may be a fake is kept, not taken back, although its date has passed too
        ({"scan": "ZZZ999", "expiry": "01/2020"}, "Lot not on record: do not use it", "Keep it with its box"),
        ({"scan": "A1001", "expiry": "01/2020"}, "Expiry date does not match", "Read the date once more"),
    ],
)
def test_a_fake_is_worse_than_a_date_that_has_passed(
    browser: FlaskClient, fields: dict[str, str], title: str, step: str
) -> None:
    said = words(post(browser, product=TOXIN, **fields))
    assert title in said
    assert step in said
    assert "Take it back" not in said
    assert "could be used until" in said  # among what was found


def test_the_authorities_are_https_addresses_of_countries() -> None:
    for code, authority in AUTHORITIES.items():
        assert re.fullmatch(r"[A-Z]{2}", code)
        assert re.fullmatch(r"https://[a-z0-9.-]+/[A-Za-z0-9./_-]*", authority.url), authority
    assert set(OUTCOMES) == set(FieldOutcome)


def test_no_one_is_led_away_or_framed(browser: FlaskClient) -> None:
    """`as` chooses words, never an address; the link to the languages leads back within this service."""
    page = browser.get("/checks/../?as=//evil.example", follow_redirects=True)
    addresses = re.findall(r'(?:href|action|src)="([^"]*evil[^"]*)"', page.text)
    assert [each.partition("?")[0] for each in addresses] == ["/language"]


def test_the_tests_before_release_are_shown_with_what_they_do_not_tell(
    world: Flask, browser: FlaskClient
) -> None:
    row = {"batch_id": 1, "test": "Potency", "method": "Cell-based assay", "result": "98 %"}
    with services_of(world).database.transaction() as connection:
        connection.execute(insert(QualityResult).values(row))
    page = words(browser.get(f"{LINK}/10/A1001"))
    assert "Potency Cell-based assay 98 %" in page
    assert "not of your vial" in page
    assert "Tests before this lot" not in words(browser.get(f"{LINK}/10/A1002"))


def test_a_vial_beside_its_box(browser: FlaskClient) -> None:
    sent = {
        "scan": "A1001",
        "expiry": "12/2070",
        "carton_lot": "C3016 C3",
        "carton_expiry": "06/2070",
        "asker": "clinic",
    }
    answered = browser.post("/check", data=sent, follow_redirects=True)
    assert verdict_action(answered) == "quarantine"
    page = words(answered)
    assert "A1001 C3016 C3" in page
    assert "They differ" in page
    again = words(browser.get(answered.request.path + "?as=patient"))
    assert "A1001 C3016 C3" in again
    wrong = browser.post("/check", data={"scan": "A1001", "carton_expiry": "31/02/2028"})
    assert wrong.status_code == 422
    assert 'href="#carton_expiry"' in wrong.get_data(as_text=True)


def test_what_the_box_says_is_asked_for_and_compared(browser: FlaskClient) -> None:
    said = {"scan": f"(01){TOXIN}(10)A1001", "substance": "Botulinum toxin type B", "language": "ko"}
    page = words(browser.post("/check", data=said, follow_redirects=True))
    assert "Active substance Botulinum toxin type B Does not match" in page
    assert "Language of the box Korean Not checked" in page


def test_a_check_counts_where_its_asker_says_that_they_are(app: Flask) -> None:
    service = services_of(app)
    put(service.database)
    asked = {"gtin": TOXIN, "scan": "A1001", "serial": "SN0001", "market": "GB", "region": "Leeds"}
    assert app.test_client().post("/check", data=asked).status_code == 303
    service.verification.close()
    with service.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT country, region FROM scan").all()
    assert [tuple(row) for row in rows] == [("GB", "Leeds")]


def test_a_region_that_cannot_be_kept_is_said_beside_its_box(client: FlaskClient) -> None:
    response = client.post("/check", data={"scan": "A1001", "region": "x" * 300})
    assert response.status_code == 422
    assert 'href="#region"' in response.text


# --- what a person cannot see


def test_a_question_is_left_out_without_a_better_answer(browser: FlaskClient, world: Flask) -> None:
    """Each question in turn is gone on without; no check is recorded for it, and no title says that all matches."""
    page = post(browser, scan="A1001")
    seen = []
    while way := re.search(r'href="(/checks/[^"]*\?unseen=[^"]*)"', main_part(page)):
        seen.append(title_of(page))
        page = browser.get(unescape(way[1]))
    assert seen == [
        "Lot found. Now enter the expiry date",
        "Not enough yet. Next: your country",
        "Not enough yet. Next: the code on the box",
    ]
    assert title_of(page) == "Not enough to tell: do not use it yet"
    assert "Enter the expiry date" not in words(page)
    assert verdict_action(page) == "check"
    assert scans(world) == 1


@pytest.mark.parametrize(
    ("unseen", "title"),
    [
        ("?unseen=market&unseen=code", "Lot found. Now enter the expiry date"),
        ("?unseen=nothing&unseen=%00", "Lot found. Now enter the expiry date"),
        ("?unseen=", "Lot found. Now enter the expiry date"),
    ],
)
def test_an_odd_address_leaves_the_question_there(browser: FlaskClient, unseen: str, title: str) -> None:
    place = browser.post("/check", data={"scan": "A1001"}).location
    assert title_of(browser.get(place + unseen)) == title


def test_a_stop_stays_a_stop_whatever_was_not_seen(browser: FlaskClient) -> None:
    place = browser.post("/check", data={"scan": "A1002"}).location
    page = browser.get(place + "?unseen=lot&unseen=expiry&unseen=market&unseen=code")
    assert title_of(page) == "Recalled: do not use it"


def test_a_vial_without_a_lot_number_is_said_in_place(browser: FlaskClient) -> None:
    page = post(browser, product=TOXIN)
    assert "There is no lot number on it" in words(page)
    form = re.search(r'<form[^>]* id="next-question"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert form
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
    assert 'name="no_lot" value="1"' in form[1]
    assert title_of(post(browser, **hidden, gtin=TOXIN, no_lot="1")) == "No lot number: do not use it"


def test_the_drawings_have_words_and_lie_here(browser: FlaskClient) -> None:
    for address in ("/", f"/01/{TOXIN}/10/A1001"):
        drawings = re.findall(r'<img src="(/static/drawings/[^"]+)" alt="([^"]+)"', browser.get(address).text)
        assert len(drawings) == 2
        for source, alt in drawings:
            assert "LOT" in alt
            assert "EXP" in alt
            with browser.get(source) as picture:
                assert picture.content_type.startswith("image/svg+xml")


def title_of(page: TestResponse) -> str:
    found = re.search(r'<h1 id="verdict">([^<]*)', page.text)
    assert found, words(page)
    return found[1]


# --- the list of countries, a third of an answer's bytes


def test_countries_are_a_page_of_their_own_that_keeps_what_the_answer_said(browser: FlaskClient) -> None:
    place = browser.post("/check", data={"scan": "A1002", "market": "GB"}).location
    page = browser.get(place + "?again=1")
    assert "<option" not in main_part(page)
    way = re.search(r'href="([^"]*where=1[^"]*#where)"', page.text)
    assert way
    assert "again=1" in way[1]
    chosen = browser.get(unescape(way[1]).partition("#")[0])
    assert 'id="where"' in chosen.text
    assert title_of(chosen) == title_of(page)


def test_an_answer_of_a_link_is_saved_on_the_way_to_the_countries(browser: FlaskClient, world: Flask) -> None:
    page = browser.get(f"{LINK}/10/A1002")
    assert "<option" not in main_part(page)
    form = page.text.split('id="save"', 1)[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert '<button type="submit" class="second" form="save" name="where" value="1">' in page.text
    for _ in range(2):  # pressed twice, or after it was saved by itself
        there = browser.post("/check", data=fields | {"where": "1"})
        assert there.location.endswith("?where=1#where")
    assert 'id="where"' in browser.get(there.location.partition("#")[0]).text
    assert scans(world) == 1


def test_a_link_read_as_a_clinic_still_presents_its_expiry(browser: FlaskClient) -> None:
    """It led to the same link without its query, and so from a stop to an answer that asked for the date."""
    page = browser.get(f"/check{LINK}/10/A1001?17=601231")
    assert verdict_action(page) == "quarantine"
    for wanted in ("clinic", "patient"):
        way = re.search(r'<a class="tall" href="(\?[^"]*)">Read this as', page.text)
        assert way
        assert unescape(way[1]) == f"?17=601231&as={wanted}"
        page = browser.get(f"/check{LINK}/10/A1001" + unescape(way[1]))
        assert verdict_action(page) == "quarantine"


def test_an_answer_is_sent_on_with_what_it_says_and_its_address(browser: FlaskClient) -> None:
    page = post(browser, scan="A1002")
    mail = re.search(r'href="(mailto:[^"]*)"', page.text)
    assert mail
    for said in ("Recalled: do not use it", "Lot A1002", "https://check.example.org/checks/"):
        assert said in unquote(mail[1])
    assert "mailto:?subject" not in main_part(browser.get(f"{LINK}/10/A1002"))  # it has no address yet
