"""Web push by the examples of its RFCs, and a push service on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from service.errors import RefusedError, UnavailableError
from service.outgoing.requests import THIS_MACHINE, Reply, post
from service.outgoing.web_push import (
    PushSender,
    PushSubscription,
    authorization,
    base64url,
    encrypted,
    unbase64,
)
from tests.factories.outside import Outside, outside
from tests.outgoing.browser import AUTH, BODY, BROWSER, OWN, SALT, opened, private

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)

# RFC 8292, section 2.4
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx"
    "0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
)
TOKEN_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"


def read(token: str, key: str) -> dict[str, Any]:
    point = unbase64(key)
    jwk = ECKey.import_key(
        {"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])}
    )
    return dict(jwt.decode(token, jwk, algorithms=["ES256"]).claims)


def test_a_message_is_encrypted_as_in_the_example() -> None:
    message = b"When I grow up, I want to be a watermelon"
    made = encrypted(message, unbase64(BROWSER), unbase64(AUTH), private(OWN), unbase64(SALT))
    assert base64url(made) == BODY
    assert opened(made) == message


def test_the_sender_is_known_as_in_the_example() -> None:
    assert read(TOKEN, TOKEN_KEY) == {
        "aud": "https://push.example.net",
        "exp": 1453523768,
        "sub": "mailto:push@example.com",
    }
    said = authorization("https://push.example.net/a/b", private(OWN), "mailto:a@example.org", NOW)
    token, key = said.removeprefix("vapid t=").split(", k=")
    assert read(token, key) == {
        "aud": "https://push.example.net",
        "exp": int(NOW.timestamp()) + 12 * 3600,
        "sub": "mailto:a@example.org",
    }


@pytest.fixture
def server() -> Iterator[Outside]:
    with outside() as listening:
        yield listening


def sender(server: Outside) -> PushSender:
    """Whose way out ends at the server of this test: a browser's endpoint has to be https elsewhere."""

    def send(address: str, body: bytes, headers: dict[str, str], **more: Any) -> Reply:
        end = address.removeprefix("https://push.example.net/")
        return post(server.address + end, body, headers, private=THIS_MACHINE, **more)

    return PushSender(PushSender.of(b"k" * 32, "").key, "mailto:a@example.org", send)


THERE = PushSubscription("https://push.example.net/abc", BROWSER, AUTH)


def test_what_a_push_service_gets(server: Outside) -> None:
    server.answers = [(201, b"")]
    assert sender(server).push(THERE, b"look", NOW)
    sent = server.next()
    assert sent.path == "/abc"
    assert opened(sent.body) == b"look"
    assert sent.headers["content-encoding"] == "aes128gcm"
    assert sent.headers["ttl"] == "2419200"
    token, key = sent.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == PushSender.of(b"k" * 32, "").public
    assert read(token, key)["aud"] == "https://push.example.net"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, True),
        (404, False),
        (410, False),
        (429, UnavailableError),
        (503, UnavailableError),
        (400, RefusedError),
        (302, RefusedError),
    ],
)
def test_what_a_push_service_answers(server: Outside, status: int, outcome: bool | type[Exception]) -> None:
    server.answers = [(status, b"")]
    if isinstance(outcome, bool):
        assert sender(server).push(THERE, b"look", NOW) is outcome
    else:
        with pytest.raises(outcome):
            sender(server).push(THERE, b"look", NOW)


@pytest.mark.parametrize(
    ("endpoint", "key", "auth"),
    [
        ("http://127.0.0.1:8000/", BROWSER, AUTH),  # this very machine: for webhooks of the operator only
        ("http://push.example.net/", BROWSER, AUTH),
        ("file:///etc/passwd", BROWSER, AUTH),
        ("", BROWSER, AUTH),
        ("https://push.example.net/", BROWSER[:-1], AUTH),
        ("https://push.example.net/", base64url(b"\x04" + b"\x01" * 64), AUTH),  # a point beside the curve
        ("https://push.example.net/", "", AUTH),
        ("https://push.example.net/", BROWSER, AUTH[:-2]),
        ("https://push.example.net/", BROWSER, "ü" * 22),
        ("https://push.example.net/", "=" * 88, AUTH),
    ],
)
def test_what_is_no_subscription(endpoint: str, key: str, auth: str) -> None:
    with pytest.raises(RefusedError):
        PushSubscription(endpoint, key, auth).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254", "localhost"])
def test_an_endpoint_inside_the_network_gets_nothing(host: str) -> None:
    subscription = PushSubscription(f"https://{host}/", BROWSER, AUTH)
    with pytest.raises(RefusedError, match="a public address"):
        PushSender.of(b"k" * 32, "").push(subscription, b"look", NOW)
