"""Recalls, release and alerts in the browser."""

import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy import update

from service.accounts.actors import OrganisationKind, Role
from service.storage.database import Database
from service.storage.models import Batch
from service.web.core.services import services_of
from tests.factories.lists import count, table
from tests.factories.people import signed_in
from tests.factories.recall_records import GTIN, OTHERS
from tests.web.workspace.signed_in_browser import Browser, seal

MANUFACTURER = OrganisationKind.MANUFACTURER


@pytest.fixture
def database(filled: Flask) -> Database:
    ours: Database = services_of(filled).database
    return ours


@pytest.fixture
def regulator(filled: Flask) -> Browser:
    return Browser(signed_in(filled, Role.RELEASER, kind=OrganisationKind.REGULATOR, name="Medicines Agency"))


WHAT = {"kind": "recall", "gtin": GTIN}
WHICH = {"scope": "lot", "lot": "A1"}
WHY = {"recall_class": "II", "reason": "Glass <b>", "reference": "R-1", "public_text": "Bring it back."}
NEW = "/recalls/new"


def test_a_recall_question_by_question(releaser: Browser, filled: Flask, database: Database) -> None:
    assert "Question 1 of 5" in releaser.get(NEW)
    assert "Which packs?" in releaser.send(NEW, NEW, step="what", **WHAT)[1]
    assert "Which numbers?" in releaser.send(NEW, NEW, step="which", **WHAT, scope="lot")[1]
    assert "Question 4 of 5" in releaser.send(NEW, NEW, step="which", **WHAT, scope="product")[1]
    assert "Question 4 of 5" in releaser.send(NEW, NEW, step="numbers", **WHAT, **WHICH)[1]
    status, page = releaser.send(NEW, NEW, step="why", **WHAT, **WHICH, **WHY)
    assert (status, "Is this right?" in page, count(database, "recall")) == (200, True, 0)
    assert re.search(r'figure">5</span> units', page)
    assert 'name="reason" value="Glass &lt;b&gt;"' in page
    status, page = releaser.send(NEW, NEW, step="preview", **WHAT, **WHICH, **WHY)
    assert (status, "It is in force." in page, "<b>" in page) == (200, True, False)
    # everybody is told at once
    answer = filled.test_client().post("/api/v1/verifications", json={"gtin": GTIN, "lot": "A1"}).get_json()
    assert answer["action"] == "reject"
    assert "Bring it back." in str(answer["reasons"])
    assert "Bring it back." in filled.test_client().get("/recalls/public").text
    assert "Ondrevaine 100" in releaser.get("/recalls")


@pytest.mark.parametrize(
    ("step", "given", "title", "field"),
    [
        ("what", {}, "What do you want to stop?", "gtin"),
        ("which", WHAT, "Which packs?", "scope"),
        ("numbers", WHAT | {"scope": "lot"}, "Which numbers?", "lot"),
        ("numbers", WHAT | {"scope": "range"}, "Which numbers?", "serial_to"),
        ("numbers", WHAT | {"scope": "list"}, "Which numbers?", "serials"),
        ("why", WHAT | WHICH, "Why?", "reason"),
        # whoever sends the last page with something missing is led back to it
        ("preview", WHAT | WHICH, "Why?", "recall_class"),
        ("preview", WHAT | WHY | {"scope": "window"}, "Which numbers?", "expiry_from"),
        ("nonsense", {}, "What do you want to stop?", "gtin"),
    ],
)
def test_what_is_missing_is_said_on_its_page(
    releaser: Browser, database: Database, step: str, given: dict[str, str], title: str, field: str
) -> None:
    status, page = releaser.send(NEW, NEW, step=step, **given)
    assert (status, title in page) == (422, True)
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert count(database, "recall") == 0


def test_back_keeps_what_was_answered(releaser: Browser) -> None:
    status, page = releaser.send(NEW, NEW, step="why", back="which", **WHAT, **WHICH, reason="Glass")
    assert (status, "Which packs?" in page) == (200, True)
    assert 'value="lot" checked' in page
    assert 'name="reason" value="Glass"' in page


def test_lifting_needs_a_reason_and_leaves_both_on_record(releaser: Browser, database: Database) -> None:
    releaser.send(NEW, NEW, step="preview", **WHAT, **WHICH, **WHY)
    assert releaser.send("/recalls/1/lift", "/recalls/1", reason=" ")[0] == 422
    status, page = releaser.send("/recalls/1/lift", "/recalls/1", reason="Cleared up", reference="L-1")
    assert (status, "It is lifted." in page, "Cleared up" in page) == (200, True, True)
    assert (count(database, "recall"), count(database, "recall_lift")) == (1, 1)
    assert releaser.send("/recalls/1/lift", NEW, reason="Again")[0] == 409


def test_a_hold_needs_no_class(releaser: Browser) -> None:
    hold = {"kind": "hold", "gtin": GTIN, "scope": "product", "reason": "Temperature"}
    assert "It is in force." in releaser.send(NEW, NEW, step="preview", **hold)[1]
    assert "On hold" in releaser.get("/recalls")


def test_others_find_nothing_and_stop_nothing(releaser: Browser, filled: Flask, database: Database) -> None:
    releaser.send(NEW, NEW, step="preview", **WHAT, **WHICH, **WHY)
    other = Browser(signed_in(filled, Role.ADMIN, name="Other Biologics"))
    other.get("/recalls/1", 404)
    assert "Ondrevaine" not in other.get("/recalls")
    assert other.send("/recalls/1/lift", NEW, reason="mine now")[0] == 404
    assert other.send(NEW, NEW, step="preview", **WHAT, **WHICH, **WHY)[0] in (404, 422)
    assert count(database, "recall") == 1


SEVERAL = WHAT | WHY | {"scope": "lot", "lot": ["A1", "B2\nC77"]}


def test_several_lots_are_one_recall_and_are_lifted_one_by_one(
    releaser: Browser, filled: Flask, database: Database
) -> None:
    page = releaser.send(NEW, NEW, step="which", **WHAT, scope="lot")[1]
    assert re.findall(r'type="checkbox" id="lot-\d" name="lot" value="(..)"', page) == ["B2", "A1"]
    page = releaser.send(NEW, NEW, step="numbers", back="numbers", **WHAT, scope="lot", lot=["A1", "C77"])[1]
    assert re.findall(r'value="(..)" checked', page) == ["A1"]
    assert ">C77</textarea>" in page
    page = releaser.send(NEW, NEW, step="why", **SEVERAL)[1]
    assert "Lot C77 is not on record" in page
    assert re.search(r'figure">2</span> lots', page)
    status, page = releaser.send(NEW, NEW, step="preview", **SEVERAL)
    assert (status, "Lots A1, B2, C77" in page, count(database, "recall")) == (200, True, 3)
    assert releaser.get("/recalls").count("Lots A1, B2, C77") == 1
    assert filled.test_client().get("/recalls/public").text.count("notice-entry") == 1
    lift = {"reason": "Tested again"}
    status, page = releaser.send("/recalls/1/lift", "/recalls/1", **lift)
    assert (status, "Choose at least one lot." in page, "Tested again" in page) == (422, True, True)
    status, page = releaser.send("/recalls/1/lift", "/recalls/1", recall=["2", "3"])
    assert (status, re.findall(r'value="(.)" checked', page)) == (422, ["2", "3"])
    status, page = releaser.send("/recalls/1/lift", "/recalls/1", **lift, recall=["2", "3"])
    assert (status, "It is lifted." in page) == (200, True)
    assert {row["lot"]: row["status"] for row in table(database, "batch")} == {
        "A1": "recalled",
        "B2": "released",
    }
    shown = releaser.get("/recalls")
    assert "Lots B2, C77" in shown
    assert "Lot A1" in shown


def test_the_lot_that_was_meant_takes_the_place_of_the_one_typed(releaser: Browser) -> None:
    asked = WHAT | WHY | {"scope": "lot", "lot": "A11, B2"}
    page = releaser.send(NEW, NEW, step="why", **asked)[1]
    assert 'name="instead" value="A11&#10;A1"' in page
    page = releaser.send(NEW, NEW, step="preview", **asked, instead="A11\nA1")[1]
    assert "is not on record" not in page
    assert re.search(r'figure">2</span> lots', page)


def pending(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(Batch).values(status="pending"))


def test_several_are_released_at_once(releaser: Browser, database: Database) -> None:
    pending(database)
    assert "A1" in releaser.get("/release")
    assert releaser.send("/release", reason="tested")[0] == 422
    assert releaser.send("/release", batch=["1", "2"])[0] == 422
    assert releaser.send("/release", batch=["x", "9" * 30], reason="tested")[0] == 422
    status, page = releaser.send("/release", batch=["1", "2"], reason="tested")
    assert (status, "2 lots are released" in page) == (200, True)
    assert {row["status"] for row in table(database, "batch")} == {"released"}
    assert releaser.send("/release", "/release/later-expiry", batch=["1"], reason="again")[0] == 409


def test_anothers_lots_are_not_released(filled: Flask, database: Database) -> None:
    pending(database)
    other = Browser(signed_in(filled, Role.RELEASER, name="Other Biologics"))
    assert "A1" not in other.get("/release")
    assert other.send("/release", "/release/later-expiry", batch=["1"], reason="mine")[0] == 404


def test_what_was_ticked_stays_ticked_after_an_error(releaser: Browser, database: Database) -> None:
    pending(database)
    status, page = releaser.send("/release", batch=["2"])
    assert (status, re.findall(r'name="batch" value="(.)" checked', page)) == (422, ["2"])


def test_two_persons_are_the_admins_to_ask_for(filled: Flask, releaser: Browser, database: Database) -> None:
    assert releaser.send("/release/two-persons", "/release/later-expiry", wanted="yes")[0] == 403
    admin = Browser(signed_in(filled, Role.ADMIN))
    rule = "/release/two-persons?wanted=yes"
    made = {"step": "make", "reason": "our SOP", "seal": seal(admin.get(rule))}
    assert "a list cannot either" in admin.send(rule, rule, **made)[1]
    assert [bool(row["two_person_release"]) for row in table(database, "manufacturer")] == [True, False]
    # one person alone does not turn it off
    rule = "/release/two-persons?wanted=no"
    made["seal"] = seal(admin.get(rule))
    status, page = admin.send(rule, rule, **made)
    assert (status, "It waits for another person" in page) == (200, True)
    assert admin.send("/requests/1/approve", "/requests/1", seal=made["seal"])[0] == 422
    assert releaser.send("/requests/1/approve", "/requests/1", seal=made["seal"])[0] == 403
    other = Browser(signed_in(filled, Role.ADMIN, email="second@example.org"))
    status, page = other.send("/requests/1/approve", "/requests/1", seal=made["seal"])
    assert (status, "It is made." in page) == (200, True)
    assert not any(row["two_person_release"] for row in table(database, "manufacturer"))


def test_an_expiry_is_extended(releaser: Browser, database: Database) -> None:
    page = "/release/later-expiry"
    status, said = releaser.send(page, page, gtin=GTIN, lot="", expiry="soon", reference="")
    assert status == 422
    assert all(f'href="#{field}"' in said for field in ("lot", "expiry", "reference"))
    given = {"gtin": GTIN, "lot": "A1", "reference": "CP-7"}
    assert releaser.send(page, page, expiry="2027-01", **given)[0] == 422
    assert releaser.send(page, page, expiry="2029-06", **(given | {"gtin": OTHERS}))[0] == 422
    status, said = releaser.send(page, page, expiry="2028-06", **given)
    assert (status, "June 2028" in said, count(database, "expiry_extension")) == (200, True, 0)
    made = given | {"step": "make", "seal": seal(said), "expiry": "2028-06"}
    status, without = releaser.send(page, page, **made)
    assert (status, 'href="#reason"' in without) == (422, True)
    assert releaser.send(page, page, **made, reason="stable")[0] == 200
    assert count(database, "expiry_extension") == 1
    assert "Withdraw it" in releaser.get(f"/products/{GTIN}/lots/A1")


ALERT = {"kind": "falsified", "product": "Ondrevaine", "lot": "A1", "source_url": "https://example.org/1"}


def test_an_alert_is_entered_and_counts(regulator: Browser, filled: Flask) -> None:
    guest = filled.test_client()
    guest.post("/api/v1/verifications", json={"gtin": GTIN, "lot": "A1", "asker": "clinic"})
    status, page = regulator.send("/alerts/new", "/alerts/new", **ALERT)
    assert (status, "Is this right?" in page, 'name="lot" value="A1"' in page) == (200, True, True)
    assert re.search(r'figure">1</span> checks so far', page)
    kept = "still in the form"
    again = regulator.send("/alerts/new", "/alerts/new", **ALERT, detail=kept, step="back")[1]
    assert kept in again
    status, page = regulator.send("/alerts/new", "/alerts/new", **ALERT, step="make")
    assert (status, "The very next check knows it." in page) == (200, True)
    assert re.search(r'figure">1</span> checks so far', page)
    later = guest.post(
        "/api/v1/verifications", json={"gtin": GTIN, "lot": "A1", "asker": "clinic"}
    ).get_json()
    assert (later["action"], later["reasons"][0]["code"]) == ("quarantine", "alert_lot_counterfeited")
    assert re.search(r'figure">2</span> checks so far', regulator.get("/alerts/1"))
    assert "Medicines Agency" in regulator.get("/alerts?q=a1")
    assert "No alert with these words" in regulator.get("/alerts?q=zzz")


def test_what_is_wrong_with_an_alert_is_said(regulator: Browser, database: Database) -> None:
    status, page = regulator.send(
        "/alerts/new", "/alerts/new", kind="odd", expiry="soon", source_url="javascript:1"
    )
    assert status == 422
    assert all(f'href="#{field}"' in page for field in ("kind", "expiry", "source_url"))
    assert regulator.send("/alerts/new", "/alerts/new")[0] == 422
    assert count(database, "alert") == 0


def test_a_manufacturer_enters_alerts_about_its_own_products(
    releaser: Browser, filled: Flask, database: Database
) -> None:
    assert releaser.send("/alerts/new", "/alerts/new", **ALERT)[0] == 422
    assert releaser.send("/alerts/new", "/alerts/new", **ALERT, gtin=OTHERS)[0] == 422
    assert f'<option value="{GTIN}">Ondrevaine 100' in releaser.get("/alerts/new")
    assert OTHERS not in releaser.get("/alerts/new")
    assert releaser.send("/alerts/new", "/alerts/new", **ALERT, gtin=GTIN, step="make")[0] == 200
    other = Browser(signed_in(filled, Role.RELEASER, name="Other Biologics"))
    other.get("/alerts/1", 404)
    assert count(database, "alert") == 1
    assert other.send("/alerts/upload", "/alerts/new")[0] == 403


def test_a_lot_that_is_not_on_record_asks_what_was_meant(releaser: Browser) -> None:
    asked = ALERT | {"gtin": GTIN, "lot": "A11"}
    page = releaser.send("/alerts/new", "/alerts/new", **asked)[1]
    assert "Lot A11 is not on record" in page
    assert 'name="instead" value="A1"' in page
    page = releaser.send("/alerts/new", "/alerts/new", **asked, instead="A1")[1]
    assert "is not on record" not in page
    assert 'name="lot" value="A1"' in page


def test_an_alert_is_withdrawn(releaser: Browser, filled: Flask, database: Database) -> None:
    releaser.send("/alerts/new", "/alerts/new", **ALERT, gtin=GTIN, step="make")
    guest = filled.test_client()
    assert "Ondrevaine" in guest.get("/warnings").text
    shown = releaser.get("/alerts/1/withdraw")
    assert "Withdraw an alert" in shown
    made = {"step": "make", "seal": seal(shown)}
    assert releaser.send("/alerts/1/withdraw", "/alerts/1/withdraw", **made)[0] == 422
    status, page = releaser.send("/alerts/1/withdraw", "/alerts/1/withdraw", **made, reason="not ours")
    assert (status, "no check knows it any more" in page, "not ours" in page) == (200, True, True)
    assert "Withdrawn on" in guest.get("/warnings").text
    answer = guest.post("/api/v1/verifications", json={"gtin": GTIN, "lot": "A1", "asker": "clinic"})
    assert "alert" not in answer.text
    assert 'badge--plain">Withdrawn' in releaser.get("/alerts")
    # the same words again are no new alert
    status, page = releaser.send("/alerts/new", "/alerts/new", **ALERT, gtin=GTIN, step="make")
    assert (status, "was withdrawn before" in page) == (422, True)
    assert count(database, "alert") == 1


REPORT = {
    "recall_number": "D-1-2026",
    "product_description": "Exampline <script>",
    "code_info": "Lot #: 8D82, Exp 01/13; ask us",
    "padding": "x" * 100_000,  # more than other pages take
}


def test_reports_of_openfda_are_put_in_and_the_rest_is_shown(regulator: Browser, database: Database) -> None:
    def sent(content: bytes) -> tuple[int, str]:
        return regulator.send("/alerts/upload", "/alerts", file=(io.BytesIO(content), "reports.json"))

    status, page = sent(json.dumps({"results": [REPORT, {"recall_number": ""}]}).encode())
    assert (status, "1 notice is new." in page, "ask us" in page, "8D82" in page) == (200, True, True, True)
    assert "<script>" not in page.split("<main")[1]
    assert "0 notices are new." in sent(json.dumps({"results": [REPORT]}).encode())[1]
    assert sent(b"{")[0] == 422
    assert sent(b"")[0] == 422
    assert regulator.send("/alerts/upload", "/alerts")[0] == 422
    assert count(database, "alert") == 1
    assert "1 alert has text that no program could read" in regulator.get("/alerts")
    assert "No feed has run" in regulator.get("/alerts/feeds")


CLINIC, AGENCY = OrganisationKind.CLINIC, OrganisationKind.REGULATOR
DOORS = [
    ("/recalls", Role.VIEWER, MANUFACTURER, 200),
    ("/recalls", Role.VIEWER, AGENCY, 403),
    ("/recalls/new", Role.IMPORTER, MANUFACTURER, 403),
    ("/release", Role.IMPORTER, MANUFACTURER, 200),
    ("/release", Role.CLINIC, CLINIC, 403),
    ("/alerts", Role.VIEWER, AGENCY, 200),
    ("/alerts", Role.CLINIC, CLINIC, 403),
    ("/alerts/new", Role.IMPORTER, AGENCY, 403),
]


def test_who_may_open_what(filled: Flask) -> None:
    for address, role, kind, status in DOORS:
        who = signed_in(filled, role, kind=kind, name=f"An organisation of {kind}")
        assert who.get(address).status_code == status, (address, role, kind)
    # without a second factor, or without an account: to where one shows it
    weak = signed_in(filled, Role.RELEASER, strong=False)
    assert [weak.get(address).status_code for address in ("/recalls/new", "/alerts/new", "/recalls")] == [
        303,
        303,
        200,
    ]
    guest = filled.test_client()
    assert [guest.get(address).status_code for address in ("/recalls", "/recalls/public")] == [303, 200]
