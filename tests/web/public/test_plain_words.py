"""Patients' pages in plain words, by the Automated Readability Index (Senter and Smith, 1967) of textstat.

Its grade is a year of school; five more are the age. A page is read at nine, a sentence at twelve: the formula knows
letters and words, and of one sentence it says little. Names, codes, lists of fields and titles of publications are
exempt; so are the lists of recalls and warnings, which repeat what authorities wrote.
"""

import csv
from pathlib import Path

import pytest
import textstat
from flask import Flask
from flask.testing import FlaskClient

from service.web.core.services import services_of
from service.web.text.authorities import AUTHORITIES
from tests.factories.records import TOXIN, UNKNOWN_GTIN, put
from tests.web.sentences import sentences

SEED = Path(__file__).parents[3] / "seed" / "05-statements.csv"
PAGE_GRADE, SENTENCE_GRADE = 4.0, 7.5
STATEMENT_GRADE = 6.0
LEAST = 6
"""Words of a sentence that the formula is asked about: shorter ones are titles and links."""

NAMES = ("Example Biologics", "Examplinum 100", "Vialcheck", *(each.name for each in AUTHORITIES.values()))
LISTS = ("Not entered, so not compared:", "Entered, with nothing on record", "Add more:")
"""Lists of the names of fields."""

ADDRESSES = {
    "first page": "/",
    "photo": "/photo",
    "help": "/about",
    "limits": "/limits",
    "privacy": "/privacy",
    "report": "/report",
    "follow": "/report/follow",
    "injected": "/help/injected?market=GB",
    "injected anywhere": "/help/injected",
    "vial not shown": "/help/vial-not-shown",
    "product": f"/about/{TOXIN}?stop=1",
    "a scanned link": f"/01/{TOXIN}/10/A1002",
}
QUESTIONS: dict[str, dict[str, str]] = {
    "reject": {"scan": "A1002"},
    "quarantine": {"scan": "A1001", "expiry": "12/2060"},
    "on hold": {"scan": "A1003", "market": "GB"},
    "out of date": {"scan": "A1004"},
    "a warning": {"scan": "FAKE77"},
    "no lot": {"product": TOXIN, "no_lot": "1"},
    "asked for the date": {"scan": "A1001"},
    "asked for the code": {"scan": "A1001", "expiry": "12/2070", "market": "GB"},
    "unknown": {"scan": UNKNOWN_GTIN},
    "accept": {"scan": "A1001", "product": TOXIN, "serial": "SN0001"},
}


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


def grade(text: str) -> float:
    return float(textstat.automated_readability_index(text))


def judged(page: str) -> list[str]:
    """The sentences of a page that are long enough to be judged."""
    found = (each for each in sentences(page, NAMES) if not each.startswith(LISTS))
    return [each.rstrip(":") for each in found if len(each.split()) >= LEAST]


@pytest.mark.parametrize("name", [*ADDRESSES, *QUESTIONS])
def test_a_page_is_read_at_nine(browser: FlaskClient, name: str) -> None:
    if name in ADDRESSES:
        page = browser.get(ADDRESSES[name])
    else:
        page = browser.post("/check", data=QUESTIONS[name], follow_redirects=True)
    assert page.status_code == 200
    found = judged(page.text)
    assert len(found) >= 4
    hard = {each: grade(each) for each in found if grade(each) > SENTENCE_GRADE}
    assert hard == {}
    text = " ".join(each if each[-1] in ".?!”" else f"{each}." for each in found)
    assert grade(text) <= PAGE_GRADE


def test_the_statements_of_the_demonstration_are_plain_too() -> None:
    with SEED.open(encoding="utf-8", newline="") as file:
        texts = {row["text"].replace("Good Manufacturing Practice", "GMP") for row in csv.DictReader(file)}
    assert {text: grade(text) for text in texts if grade(text) > STATEMENT_GRADE} == {}
