"""What a person reads who had the injection already, from every way that leads there."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.web.core.services import services_of
from service.web.text.authorities import AUTHORITIES, EMERGENCY
from service.web.text.patient_help.warning_signs import EMERGENCY_SIGNS, URGENT_SIGNS
from tests.factories.records import TOXIN, put
from tests.factories.wording import BANNED
from tests.web.pages import main_part, words

INJECTED = "/help/injected"


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


def checked(browser: FlaskClient, **fields: str) -> str:
    """The id of a check."""
    return browser.post("/check", data=fields).location.rsplit("/", 1)[1]


@pytest.mark.parametrize(
    "address",
    [
        INJECTED,
        f"{INJECTED}?market=GB",
        f"{INJECTED}?market=nowhere",
        f"{INJECTED}?check=00000000-0000-0000-0000-000000000000",
        f"{INJECTED}?check=%00&market=%00",
        "/help/vial-not-shown?check=x",
    ],
)
def test_help_is_shown_whatever_the_address_says(browser: FlaskClient, address: str) -> None:
    assert browser.get(address).status_code == 200


def test_a_country_whose_authority_we_do_not_know_is_not_asked_for_again(browser: FlaskClient) -> None:
    page = words(browser.get(INJECTED, query_string={"market": "KZ"}))
    assert "The medicines authority of your country" in page
    assert "Choose your country above" not in page


@pytest.mark.parametrize("country", ["", *sorted({*EMERGENCY, *AUTHORITIES})])
def test_the_ambulance_and_the_authority_are_those_of_the_country(browser: FlaskClient, country: str) -> None:
    page = browser.get(INJECTED, query_string={"market": country})
    number = EMERGENCY[country].number if country in EMERGENCY else "112"
    assert f'href="tel:{number}"' in page.text
    known = re.search(r"Call \d+ now if", words(page))
    assert bool(known) == (country in EMERGENCY)  # 112 is never called a country's own number
    if country:
        assert AUTHORITIES[country].name.split()[0] in words(page) or country == "DE"
    for sign in (*EMERGENCY_SIGNS, *URGENT_SIGNS):
        assert sign in words(page)
    assert not BANNED.search(words(page))


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"scan": "A1002"}, "reject"),
        ({"scan": "A1003"}, "quarantine"),
        ({"scan": "A1001"}, "check"),
        ({"scan": "NOPE9"}, "unknown"),
        ({"scan": "A1002", "asker": "clinic"}, "reject"),
    ],
)
def test_every_answer_that_is_no_match_leads_there(
    browser: FlaskClient, fields: dict[str, str], action: str
) -> None:
    answer = browser.post("/check", data={**fields, "market": "GB"}, follow_redirects=True)
    assert f'data-action="{action}"' in answer.text
    link = re.search(rf'href="({INJECTED}\?check=[0-9a-f-]+)"', main_part(answer))
    assert link is not None
    page = browser.get(link[1])
    assert "Call 999 now" in words(page)  # the country was said with the check
    assert f"Lot number: {fields['scan']}" in words(page)


def test_a_link_that_was_scanned_and_the_first_page_lead_there_too(browser: FlaskClient) -> None:
    assert f'href="{INJECTED}"' in main_part(browser.get("/"))
    assert f'href="{INJECTED}"' in main_part(browser.get(f"/01/{TOXIN}/10/A1002"))
    assert INJECTED not in main_part(browser.get(f"/01/{TOXIN}/10/A1001/21/SN0001?17=701231"))


def test_a_message_says_what_the_answer_says(browser: FlaskClient) -> None:
    page = browser.get(INJECTED, query_string={"check": checked(browser, scan="A1002")})
    message = re.search(r'<textarea id="to-clinic"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
    assert message
    for said in ("Lot number: A1002", "Recalled: do not use it", "how many units", "a photo of the box"):
        assert said in message[1]
    mail = re.search(r'href="(mailto:[^"]*)"', page.text)
    assert mail
    assert "\nLot number: A1002\n" in unquote(mail[1])


def test_a_product_name_cannot_leave_its_message(browser: FlaskClient) -> None:
    check = checked(browser, scan="A1001", product="</textarea><script>&body=x")
    for address in (INJECTED, "/help/vial-not-shown"):
        page = browser.get(address, query_string={"check": check})
        assert "<script>&" not in page.text
        assert page.text.count("</textarea>") == page.text.count("<textarea")


@pytest.mark.parametrize(("harmed", "shown"), [("1", True), ("", False)])
def test_a_report_of_harm_is_answered_with_what_to_do(browser: FlaskClient, harmed: str, shown: bool) -> None:
    fields = {"what": "I felt ill", "harmed": harmed, "country": "AU"}
    thanks = browser.post("/report", data=fields, follow_redirects=True)
    assert thanks.status_code == 200
    assert "Your report was sent" in words(thanks)
    assert ('href="tel:000"' in thanks.text) == shown
    assert (EMERGENCY_SIGNS[0] in words(thanks)) == shown
