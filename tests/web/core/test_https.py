"""Cookies and HSTS behind a proxy that ends TLS, announced or not."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from service.accounts.actors import Role
from service.app import create_app
from service.settings import Settings
from service.web.core.services import services_of
from tests.factories.people import PASSWORD, member

PLAIN: dict[str, str] = {}
BY_PROXY = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def make(sqlite_url: str) -> Iterator[Any]:
    made: list[Flask] = []

    def make_one(**settings: Any) -> Flask:
        made.append(create_app(Settings(database_url=sqlite_url, **settings)))
        return made[-1]

    yield make_one
    for each in made:
        services_of(each).close()


@pytest.mark.parametrize(
    ("settings", "headers", "secure"),
    [
        ({}, PLAIN, False),  # a laptop, without TLS: the negative control
        ({}, BY_PROXY, True),  # a proxy that nobody announced
        ({"proxies": 1}, BY_PROXY, True),
        ({"public_url": "https://check.example.org"}, PLAIN, True),  # one that sets no header at all
        ({"public_url": "http://check.example.org"}, PLAIN, False),
    ],
)
def test_what_browsers_keep_for_https(
    make: Any, settings: dict[str, Any], headers: dict[str, str], secure: bool
) -> None:
    app = make(**settings)
    member(services_of(app).database, Role.VIEWER, email="ana@example.org")
    client = app.test_client()
    form = {"email": "ana@example.org", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 303
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if "vialcheck_session=" in each]
    assert cookie.startswith("__Host-vialcheck_session=" if secure else "vialcheck_session=")
    assert ("Secure" in cookie) == secure
    assert "HttpOnly" in cookie
    assert ("Strict-Transport-Security" in answer.headers) == secure
