"""Twilio's webhook and the simulator: who is let in, what is answered, what is recorded, and when no more is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.app import create_app
from service.rate_limit.budgets import SENDER
from service.settings import Settings
from service.storage.models import Scan
from service.web.core.services import services_of
from service.web.public.text_messages.twilio import signature
from tests.factories.records import put

TOKEN, ADDRESS = "12345", "https://check.example.org/sms/twilio"
PHONE = "+15005550006"


def application(database_url: str, folder: Path) -> Flask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIALCHECK_DATA", str(folder))
        return create_app(
            Settings(
                database_url=database_url,
                rate_limit="on",
                public_url="https://check.example.org",
                twilio_token=TOKEN,
                text_simulator=True,
            )
        )


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = application(database_url, tmp_path)
    put(services_of(app).database)
    yield app
    services_of(app).close()


@pytest.fixture
def guest(world: Flask) -> FlaskClient:
    return world.test_client()


def send(guest: FlaskClient, text: str, number: int = 1, **more: str) -> TestResponse:
    form = {"MessageSid": f"SM{number:032x}", "From": PHONE, "To": "+15005550001", "Body": text, **more}
    signed = {"X-Twilio-Signature": signature(TOKEN, ADDRESS, form.items())}
    return guest.post("/sms/twilio", data=form, headers=signed)


def said(answer: TestResponse) -> str:
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    return ElementTree.fromstring(answer.data).findtext("Message") or ""


def recorded(world: Flask) -> list[tuple[str, str]]:
    services_of(world).verification.close()  # writes what waits
    with services_of(world).database.reading() as connection:
        return [(row.door, row.client) for row in connection.execute(select(Scan.door, Scan.client))]


def test_the_signature_is_that_of_the_provider() -> None:
    """The example of Twilio's own documentation of webhooks."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    made = signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields.items())
    assert made == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("A1002", "Recalled: do not use it. Lot A1002."),
        ("lot: A1002 #ES", "Retirado del mercado: no lo use. Lote A1002."),
        ("A1001", "Lot found. Now enter the expiry date. Lot A1001."),
        ("LOT A1001 EXP 2070-12-31", "Numbers match. That is no proof: look at the pack. Lot A1001."),
        ("a1001 exp 12/2070", "Numbers match. That is no proof: look at the pack. Lot a1001."),
        ("A1001 EXP 2071-12", "Expiry date does not match: do not use it. Lot A1001."),
        ("A1002 #xx", ""),  # no language of ours: a part of the text
        ("Z9Z9Z9", "Not on record here. Do not use it until it is confirmed. Lot Z9Z9Z9."),
        ("", "Send the lot number as it is printed."),
        ("#fr", "Envoyez le numéro de lot"),
        ("(01)123", "We could not read that."),
        ("\x00\x01", ""),
        ("<b>&amp;</b>", ""),
    ],
)
def test_an_answer_is_one_message(guest: FlaskClient, text: str, begins: str) -> None:
    told = said(send(guest, text))
    assert told.startswith(begins)
    assert told


def test_what_is_asked_for_next_can_be_sent(guest: FlaskClient) -> None:
    """No country and no code of the box: a message could not hold them."""
    assert said(send(guest, "A1001")).endswith(" Send both, such as LOT A1001 EXP 2027-12.")
    told = said(send(guest, "LOT A1001 EXP 2070-12-31", 2))
    assert "Check more before it is used." in told
    assert "country" not in told
    assert "code" not in told


def test_a_picture_is_told_what_to_send_instead(guest: FlaskClient) -> None:
    assert said(send(guest, "", NumMedia="1")).startswith("Pictures cannot be read here.")
    assert said(send(guest, "A1002", 2, NumMedia="1")).startswith("Recalled")


def test_what_twilio_answers_itself_gets_no_answer(guest: FlaskClient) -> None:
    assert said(send(guest, "STOP", OptOutType="STOP")) == ""


def test_without_the_signature_of_this_very_form_nothing_is_asked(world: Flask, guest: FlaskClient) -> None:
    form = {"MessageSid": "SM1", "From": PHONE, "Body": "A1001"}
    good = signature(TOKEN, ADDRESS, form.items())
    for given, sent in (
        ({}, form),
        ({"X-Twilio-Signature": ""}, form),
        ({"X-Twilio-Signature": "ü" * 9}, form),
        ({"X-Twilio-Signature": good}, {**form, "Body": "A1002"}),
        ({"X-Twilio-Signature": signature("other", ADDRESS, form.items())}, form),
    ):
        assert guest.post("/sms/twilio", data=sent, headers=given).status_code == 403
    assert recorded(world) == []
    assert guest.post("/sms/twilio", data=form, headers={"X-Twilio-Signature": good}).status_code == 200


def test_sent_again_it_is_answered_again_and_recorded_once(world: Flask, guest: FlaskClient) -> None:
    first = said(send(guest, "A1002"))
    assert said(send(guest, "A1002")) == first
    assert send(guest, "A1001").status_code == 409  # the id of another message
    ((door, mark),) = recorded(world)
    assert door == "sms"
    assert mark
    assert not set(mark) & {"+"}
    assert PHONE.strip("+") not in mark


def test_a_copy_of_an_old_request_is_refused(database_url: str, tmp_path: Path, world: Flask) -> None:
    said(send(world.test_client(), "A1002"))
    assert len(recorded(world)) == 1
    with services_of(world).database.transaction() as connection:
        told = connection.execute(select(Scan.verdict)).scalar_one()
        long_ago = datetime.now(UTC) - timedelta(days=2)
        connection.execute(update(Scan).values(at=long_ago, verdict={**told, "as_of": long_ago.isoformat()}))
    later = application(database_url, tmp_path)  # a process that started since
    assert send(later.test_client(), "A1002").status_code == 409
    assert len(recorded(later)) == 1
    services_of(later).close()


def test_a_telephone_has_a_budget_and_is_told_once_that_it_is_spent(guest: FlaskClient) -> None:
    for number in range(SENDER.checks.burst):
        assert said(send(guest, "A1002", number)).startswith("Recalled")
    assert said(send(guest, "A1002", 101)).startswith("Too many messages.")
    assert said(send(guest, "A1002", 102)) == ""
    assert said(send(guest, "A1002", 103, From="+15005550007")).startswith("Recalled")
    # no network is charged for what its provider passes on
    assert guest.post("/check", data={"scan": "A1002"}).status_code == 303


def test_closed_where_the_operator_has_set_nothing(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url))
    try:
        assert app.test_client().post("/sms/twilio", data={}).status_code == 404
        assert app.test_client().get("/sms/try").status_code == 404
    finally:
        services_of(app).close()


def test_the_simulator_answers_as_a_message_would_and_records_once(world: Flask, guest: FlaskClient) -> None:
    form = {"message_id": "m1", "sender": PHONE, "text": "A1002 #de"}
    page = guest.post("/sms/try", data=form).text
    assert "Zurückgerufen" in page
    assert "of 160 characters" in page
    assert guest.post("/sms/try", data=form).text.count("Zurückgerufen") == 1
    assert [door for door, _ in recorded(world)] == ["sms"]
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert guest.get("/sms/try", environ_base=elsewhere).status_code == 404
    assert guest.post("/sms/try", data=form, environ_base=elsewhere).status_code == 404
