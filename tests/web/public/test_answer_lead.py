"""What a patient reads first of an answer, where more than one thing is wrong, or the box is, or two packs came."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from service.app import create_app
from service.gs1.identifiers import Lot
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Alert
from service.web.core.services import services_of
from tests.factories.records import FILLER, NOTICE, TOXIN, put
from tests.web.pages import verdict_action, words

GS = "\x1d"
NOTICES = (
    # kind, lot, serial: a recall of one serial of a lot, tampered packs of a lot that is on record
    (3, "recalled", "SHARED1", "R0001"),
    (4, "tampered", "AB/12", ""),
)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[Flask]:
    database = Database(sqlite_url)
    put(database)
    with database.transaction() as connection:
        for number, kind, lot, serial in NOTICES:
            parsed = Lot.parse(lot)
            named = {"lot": lot, "lot_key": parsed.key, "lot_folded": parsed.folded, "serial": serial}
            said = {"authority": "FDA", "product_name": "Examplinum", "source_url": NOTICE}
            row = {"id": number, "fingerprint": str(number), "kind": kind, "lot_issued": True}
            connection.execute(insert(Alert).values(row | named | said | {"recall_class": "I"}))
    database.close()
    app = create_app(Settings(database_url=sqlite_url))
    app.testing = True
    yield app
    services_of(app).close()


def post(browser: FlaskClient, **fields: str) -> TestResponse:
    return browser.post("/check", data=fields, follow_redirects=True)


@pytest.mark.parametrize(
    ("fields", "said", "unsaid"),
    [
        # the fault is the box's, and is said of the box
        (
            {"lot": "A1001", "product": TOXIN, "carton_lot": "A1002"},
            ("The box: lot A1002", "On the box: This lot has been recalled.", "Also: The vial and its box"),
            ("Take it back",),
        ),
        # a date that was read off the box may be repeated
        (
            {"lot": "A1001", "product": TOXIN, "carton_lot": "A1001", "carton_expiry": "01/2020"},
            ("It could be used until January 2020",),
            ("until …",),
        ),
        # a recalled lot in a box of another lot: it may be a fake, and is kept
        (
            {"lot": "A1002", "product": TOXIN, "carton_lot": "A1001"},
            (
                "Recalled: do not use it",
                "Also: The vial and its box do not belong",
                "It may be a fake",
                "Keep it",
            ),
            ("Take it back", "On the box: This lot"),
        ),
        # used already, and not for this country
        (
            {"gtin": TOXIN, "serial": "SN0002", "market": "DE"},
            ("Not for Germany: do not use it", "Also: This pack is on record as already used."),
            (),
        ),
        # a recall of some serials asks for the serial, and says how serious it is
        (
            {"lot": "SHARED1", "gtin": TOXIN},
            ("Some packs are recalled: check yours", "Class 1 recall", "Check the serial number"),
            ("Check the expiry date",),
        ),
        (
            {"lot": "SHARED1", "gtin": TOXIN, "serial": "R0001"},
            ("Recalled: do not use it", "This pack has been recalled"),
            (),
        ),
        # tampered with is not counterfeited
        (
            {"lot": "AB/12", "gtin": TOXIN},
            ("Tampered packs carry this lot number: do not use it", "were tampered with"),
            ("Fakes carry",),
        ),
        # the vial has none, the code of its box has one
        (
            {"scan": f"01{TOXIN}10A1001", "no_lot": "1"},
            ("You said that the vial itself has no lot number", "There is no lot number on it"),
            ("A product without a lot number",),
        ),
        # a name is no lot: the lot is asked for
        ({"scan": "Examplinum"}, ("Next: the lot number", "Examplinum"), ("Lot Examplinum",)),
        # a typed element that cannot be right is no code's
        ({"scan": "A1001 EXP 13/2070"}, ("expiry date 13/2070",), ("(17)", "The code cannot")),
        # a lot that an incomplete list does not have agrees with nothing
        (
            {"gtin": FILLER, "lot": "ZZZ999", "expiry": "12/2070", "market": "GB"},
            ("We do not know this lot: ask the maker", "Lot ZZZ999 is not on record here"),
            ("match so far", "It agrees", "No warning about"),
        ),
        # a name that fits no product with the lot does not hide that one of them is recalled
        (
            {"lot": "A1002", "product": "toxina botulínica"},
            ("A product with this lot number is recalled: which is yours?",),
            ("We hold no records", "No product that we hold"),
        ),
        # nothing that tells one product from another is a name
        ({"lot": "ZZZ999", "product": "A"}, ("We hold no records of this lot",), ("match so far", "makes A")),
        # two lots in one box: the one that is stopped, whatever date fits the other
        (
            {"lot": "A1002 A1001", "product": TOXIN, "expiry": "12/2070"},
            ("Recalled: do not use it", "Lot A1002"),
            ("match so far",),
        ),
        # the same in one code, with the serial of the good lot between them
        (
            {"scan": f"01{TOXIN}17701231" + "10A1001\x1d21SN0001\x1d10A1002"},
            ("Recalled: do not use it",),
            ("match so far",),
        ),
        ({"no_lot": "1"}, ("No lot number: do not use it",), ()),
        ({"no_lot": "1", "carton_lot": "A1002"}, ("The box: lot A1002", "Also: A product without a lot"), ()),
        # what was compared, for a serial alone and for a lot alone
        (
            {"gtin": TOXIN, "serial": "SN0001"},
            ("The product and the serial number were found",),
            ("The product, the lot and the serial number",),
        ),
        ({"gtin": TOXIN, "lot": "A1001"}, ("No serial number was entered.",), ("none was found",)),
        (
            {"gtin": TOXIN, "lot": "A1003", "serial": "SN0001"},
            ("The serial number belongs to another lot.",),
            ("No serial number was entered",),
        ),
    ],
)
def test_what_an_answer_leads_with(
    world: Flask, fields: dict[str, str], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    page = post(world.test_client(), **fields)
    assert page.status_code == 200
    read = words(page)
    for each in said:
        assert each in read
    for each in unsaid:
        assert each not in read


def test_a_typed_serial_stays_in_the_form_and_one_of_a_repaired_scan_is_asked_for(world: Flask) -> None:
    browser = world.test_client()
    typed = post(browser, scan="A1001 serial SN0001 exp 12/2070").text
    assert 'name="serial" form="next-question" type="text" value="SN0001"' in typed
    scanned = post(browser, scan=f"01{TOXIN}10A1001 21SN0001")  # a space for the separator
    assert "We read SN0001. Enter it as it stands on the box" in words(scanned)
    assert 'value="SN0001"' not in scanned.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"scan": f"01{TOXIN}10A1001 01{TOXIN}10A1002"},
            "The codes of two packs came at once: A1001, A1002.",
        ),
        ({"scan": "A1001", "serial": "\N{SYRINGE}"}, "serial"),
        ({"scan": "10/2028"}, "is not a lot number"),
    ],
)
def test_what_is_refused_is_kept_and_said(world: Flask, fields: dict[str, str], said: str) -> None:
    page = post(world.test_client(), **fields)
    assert page.status_code == 422
    assert said in words(page)
    assert fields["scan"] in page.text


def test_a_search_of_recalls_leads_to_the_warnings_that_fit(world: Flask) -> None:
    page = world.test_client().get("/recalls/public?q=FAKE77")
    assert "1 warning of fakes fits “FAKE77”" in words(page)
    back = world.test_client().get("/warnings?q=A1002")
    assert "1 recall fits “A1002”" in words(back)
    some = world.test_client().get("/recalls/public?q=SHARED1")
    assert "Some packs, by their serial numbers, of lot SHARED1" in words(some)


@pytest.mark.parametrize(
    "box",
    [
        f"(01){TOXIN}(10)A1001(21)SN0003",  # stolen
        f"(01){TOXIN}(10)A1001(21)SN0002",  # used
        f"(01){TOXIN}(10)A1001(21)NOTONRECORD1",
        f"(01){FILLER}(10)A1001",  # another product's
    ],
)
def test_the_box_is_asked_again_whole(world: Flask, box: str) -> None:
    """Read as a clinic, or sent again with nothing changed: what is wrong with the box stays wrong."""
    browser = world.test_client()
    vial = {"lot": "A1001", "gtin": TOXIN, "serial": "SN0001", "expiry": "12/2070", "market": "GB"}
    page = post(browser, **vial, carton_scan=box)
    assert verdict_action(page) in {"reject", "quarantine"}
    there = page.request.path
    assert verdict_action(browser.get(f"{there}?as=clinic")) in {"reject", "quarantine"}
    form = re.search(r'<form[^>]*id="next-question".*?</form>', page.text, re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    shown = dict(
        re.findall(
            r'<input id="\w+" name="(\w+)" form="next-question" type="text" value="([^"]*)"', page.text
        )
    )
    again = post(browser, **hidden, **shown, market="GB")
    assert verdict_action(again) in {"reject", "quarantine"}
