"""Vonage and Africa's Talking: who is let in, what is recorded, and what a fake provider on this machine gets."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.app import create_app
from service.rate_limit.budgets import SENDER
from service.settings import Settings
from service.storage.models import Scan
from service.web.core.services import services_of
from tests.factories.outside import Outside, outside
from tests.factories.records import put

SIGNS, PATH = "a signature secret of an account", "k7Jq2mZs9Vb4Xc1Nd8Lw0R"
AFRICA = (201, b'{"SMSMessageData": {"Recipients": [{"statusCode": 101, "number": "+254711000111"}]}}')


@pytest.fixture
def server() -> Iterator[Outside]:
    with outside() as listening:
        listening.answers = [AFRICA]
        yield listening


def application(database_url: str, folder: Path, address: str, **more: Any) -> Flask:
    settings: dict[str, Any] = {
        "database_url": database_url,
        "rate_limit": "on",
        "public_url": "https://check.example.org",
        "vonage_key": "abcd1234",
        "vonage_secret": "a secret",
        "vonage_signature_secret": SIGNS,
        "vonage_api": f"{address}v1/messages",
        "africastalking_username": "vialcheck",
        "africastalking_key": "an API key",
        "africastalking_path": PATH,
        "africastalking_api": f"{address}version1/messaging",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIALCHECK_DATA", str(folder))
        return create_app(Settings(**settings | more))


@pytest.fixture
def world(database_url: str, tmp_path: Path, server: Outside) -> Iterator[Flask]:
    app = application(database_url, tmp_path, server.address)
    put(services_of(app).database)
    yield app
    services_of(app).close()


def token(body: bytes, secret: str = SIGNS, **claims: Any) -> str:
    said = {
        "iat": int(time.time()),
        "jti": "6e4f",
        "iss": "Vonage",
        "api_key": "abcd1234",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        **claims,
    }
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, said, OctKey.import_key(secret.encode()))


def vonage(app: Flask, text: str, number: int = 1, /, **more: Any) -> TestResponse:
    message = {
        "channel": "sms",
        "message_uuid": f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012}",
        "to": "447700900000",
        "from": "447700900001",
        "timestamp": "2026-11-28T08:00:00Z",
        "message_type": "text",
        "text": text,
        "sms": {"num_messages": "1"},
    }
    body = json.dumps({key: value for key, value in (message | more).items() if value is not None}).encode()
    signed = {"Authorization": f"Bearer {token(body)}"}
    return app.test_client().post("/sms/vonage", data=body, headers=signed, content_type="application/json")


def africa(app: Flask, text: str, number: int = 1, path: str = PATH, **more: str) -> TestResponse:
    form = {
        "from": "+254711000111",
        "to": "21404",
        "text": text,
        "date": "2026-11-28 08:00:00",
        "id": f"at-{number}",
        "linkId": "link-1",
    }
    return app.test_client().post(f"/sms/africastalking/{path}", data=form | more)


ROADS = pytest.mark.parametrize("send", [vonage, africa])
Send = Callable[..., TestResponse]


def recorded(app: Flask) -> list[tuple[str, str]]:
    services_of(app).verification.close()  # writes what waits
    with services_of(app).database.reading() as connection:
        return [(row.door, row.client or "") for row in connection.execute(select(Scan.door, Scan.client))]


def test_the_answer_reaches_vonage_in_its_form(world: Flask, server: Outside) -> None:
    answer = vonage(world, "A1002 #es")
    assert (answer.status_code, answer.data) == (200, b"")
    sent = server.next()
    assert sent.path == "/v1/messages"
    assert sent.headers["content-type"] == "application/json"
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")) == b"abcd1234:a secret"
    said = json.loads(sent.body)
    assert said.pop("text").startswith("Retirado del mercado: no lo use. Lote A1002.")
    assert said == {
        "channel": "sms",
        "message_type": "text",
        "to": "447700900001",
        "from": "447700900000",
        "sms": {"encoding_type": "auto"},
    }


def test_the_answer_reaches_africas_talking_in_its_form(world: Flask, server: Outside) -> None:
    answer = africa(world, "A1002")
    assert (answer.status_code, answer.data) == (200, b"")
    sent = server.next()
    assert sent.path == "/version1/messaging"
    assert sent.headers["apikey"] == "an API key"
    said = dict(parse_qsl(sent.body.decode()))
    assert said.pop("message").startswith("Recalled: do not use it. Lot A1002.")
    assert said == {"username": "vialcheck", "to": "+254711000111", "from": "21404", "linkId": "link-1"}


@ROADS
def test_a_message_is_recorded_as_one_of_a_page_and_without_its_number(
    world: Flask, server: Outside, send: Send
) -> None:
    send(world, "A1002")
    server.next()
    ((door, mark),) = recorded(world)
    assert door == "sms"
    assert mark
    assert not set(mark) & {"+"}
    assert "7700900001" not in mark
    assert "711000111" not in mark


@ROADS
def test_a_message_that_comes_twice_is_answered_and_recorded_once(
    world: Flask, server: Outside, send: Send
) -> None:
    for text in ("A1002", "A1002", "A1001"):
        assert send(world, text).status_code == 200
    send(world, "A1002", 2)
    assert [b"Lot A1002" in server.next().body.replace(b"+", b" ") for _ in range(2)] == [True, True]
    services_of(world).text_outbox.close()
    assert server.received.empty()
    assert len(recorded(world)) == 2


@ROADS
def test_a_telephone_has_a_budget_and_is_told_once(world: Flask, server: Outside, send: Send) -> None:
    for number in range(SENDER.checks.burst + 3):
        assert send(world, "#", number).status_code == 200
    said = [server.next().body.replace(b"+", b" ") for _ in range(SENDER.checks.burst + 1)]
    services_of(world).text_outbox.close()
    assert server.received.empty()
    assert [b"Too many messages" in each for each in said] == [False] * SENDER.checks.burst + [True]


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        ({"message_type": "image", "text": None, "channel": "mms"}, True),  # told what to send instead
        ({"message_type": None, "status": "delivered"}, False),  # how an answer fares
        ({"channel": "whatsapp"}, False),
        ({"from": "INFO"}, False),  # a name cannot be answered, and two machines would go on for ever
        ({"from": "+"}, False),
        ({"to": ""}, False),
    ],
)
def test_what_is_answered_of_vonage(
    world: Flask, server: Outside, more: dict[str, Any], answers: bool
) -> None:
    assert vonage(world, "A1002", **more).status_code == 200
    if answers:
        server.next()
    services_of(world).text_outbox.close()
    assert server.received.empty()
    assert recorded(world) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"from": {"type": "sms"}}',
        b'{"message_type": "text", "channel": "sms", "from": "447700900001"}',
    ],
)
def test_a_signed_body_of_another_form_is_refused_with_a_word(world: Flask, body: bytes) -> None:
    signed = {"Authorization": f"Bearer {token(body)}"}
    assert world.test_client().post("/sms/vonage", data=body, headers=signed).status_code in (200, 400)
    assert recorded(world) == []


def test_without_the_signature_of_this_very_body_nothing_is_asked(world: Flask, server: Outside) -> None:
    body = json.dumps(
        {
            "channel": "sms",
            "message_type": "text",
            "message_uuid": "1",
            "from": "447700900001",
            "to": "1",
            "text": "A1001",
        }
    ).encode()
    now = int(time.time())
    for given in (
        None,
        "",
        "Bearer",
        "Bearer x.y.z",
        "Bearer ü",
        f"Basic {token(body)}",
        f"Bearer {token(body + b' ')}",
        f"Bearer {token(body, 'another secret of another account')}",
        f"Bearer {token(body, api_key='other')}",
        f"Bearer {token(body, iat=now - 16 * 60)}",  # a copy of an old request
        f"Bearer {token(body, iat=now + 16 * 60)}",
        f"Bearer {token(body, iat='soon')}",
        f"Bearer {token(body, payload_hash='')}",
        "Bearer eyJhbGciOiJub25lIn0.e30.",  # no signature at all
    ):
        headers = {"Authorization": given} if given is not None else {}
        assert world.test_client().post("/sms/vonage", data=body, headers=headers).status_code == 403, given
    services_of(world).text_outbox.close()
    assert server.received.empty()
    assert recorded(world) == []


def test_the_callback_of_africas_talking_is_known_by_its_address(
    database_url: str, tmp_path: Path, server: Outside
) -> None:
    app = application(
        database_url, tmp_path, server.address, africastalking_networks="198.51.100.0/24, 203.0.113.7"
    )
    try:
        assert africa(app, "A1002", path="x" * 22).status_code == 404
        assert africa(app, "A1002").status_code == 404  # from 127.0.0.1
        for address, status in (("203.0.113.8", 404), ("203.0.113.7", 200), ("198.51.100.3", 200), ("", 404)):
            form = {"from": "+254711000111", "to": "21404", "text": "", "id": address}
            answer = app.test_client().post(
                f"/sms/africastalking/{PATH}", data=form, environ_base={"REMOTE_ADDR": address}
            )
            assert answer.status_code == status, address
    finally:
        services_of(app).close()


@pytest.mark.parametrize("missing", ["vonage_key", "vonage_secret", "vonage_signature_secret"])
def test_closed_where_the_operator_has_not_set_all(
    database_url: str, tmp_path: Path, server: Outside, missing: str
) -> None:
    other = (
        missing.replace("vonage_signature_secret", "africastalking_path")
        .replace("vonage_secret", "africastalking_key")
        .replace("vonage_key", "africastalking_username")
    )
    app = application(database_url, tmp_path, server.address, **{missing: "", other: ""})
    try:
        assert vonage(app, "A1002").status_code == 404
        assert africa(app, "A1002").status_code == 404
        assert server.received.empty()
    finally:
        services_of(app).close()
