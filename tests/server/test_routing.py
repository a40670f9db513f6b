"""What the front knows of views: pools and bodies."""

import pytest
from flask import Flask

from service.server.routing import BodyRule, RequestRouting
from service.web.core.concurrency import Pool
from service.web.core.request_uploads import MOST_UPLOAD

POOLS = [
    # method, path, pool
    ("POST", "/api/v1/verifications", Pool.CHECKS),
    ("OPTIONS", "/api/v1/verifications", Pool.CHECKS),
    ("GET", "/api/v1/verifications/x", Pool.LOOKUPS),
    ("POST", "/check", Pool.CHECKS),
    ("GET", "/checks/x", Pool.LOOKUPS),
    ("GET", "/01/09506000134352/10/A1", Pool.CHECKS),
    ("GET", "/labels/01/09506000134352/10/A1", Pool.COSTLY),  # the longer start counts
    ("GET", "/labels/sheet", Pool.COSTLY),
    ("GET", "/labels/", Pool.COSTLY),
    ("POST", "/photo", Pool.PICTURES),
    ("GET", "/photo", Pool.PAGES),  # the same path by another method
    ("POST", "/api/v1/readings", Pool.PICTURES),
    ("POST", "/report", Pool.PICTURES),
    ("POST", "/sign-in", Pool.SIGN_IN),
    ("GET", "/sign-in/organisation", Pool.PROVIDER),
    ("GET", "/sign-in/organisation/back", Pool.PROVIDER),
    ("GET", "/static/vialcheck.css", Pool.CHECKS),
    ("GET", "/nothing", Pool.PAGES),
    ("BREW", "/check", Pool.PAGES),
    ("GET", "/", Pool.PAGES),
]


@pytest.fixture
def routing(app: Flask) -> RequestRouting:
    return RequestRouting(app)


def test_each_request_has_the_pool_of_its_view(routing: RequestRouting) -> None:
    assert [(method, path, routing.pool(method, path)) for method, path, _ in POOLS] == POOLS


def test_bodies_are_taken_as_their_views_say(routing: RequestRouting) -> None:
    assert routing.body("POST", "/photo") == BodyRule(MOST_UPLOAD, on_disk=False, open_to_everyone=True)
    assert routing.body("POST", "/check") == BodyRule(64 * 1024, on_disk=False, open_to_everyone=True)
    lists = routing.body("POST", "/imports/new")
    assert lists is not None
    assert (lists.on_disk, lists.open_to_everyone) == (True, False)
    assert lists.most > 200_000_000
    assert routing.body("POST", "/nothing") is None
    assert routing.body("PUT", "/check") is None


@pytest.mark.parametrize(
    ("method", "path", "view"),
    [
        ("POST", "/check", "pages.check"),
        ("GET", "/checks/x", "pages.result"),
        ("GET", "/nothing", ""),
        ("BREW", "/check", ""),
        ("GET", "/photo/", ""),  # a path that is close to a view's is none of it
    ],
)
def test_a_request_has_the_name_of_its_view_or_none(
    routing: RequestRouting, method: str, path: str, view: str
) -> None:
    assert routing.view(method, path) == view


@pytest.mark.parametrize("path", ["/", "/check", "/api/v1/verifications", "/sign-in", "/nothing"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK"])
def test_no_view_sends_a_request_back(app: Flask, method: str, path: str) -> None:
    """TRACE would show a script the cookie that it must not read."""
    said = app.test_client().open(
        path, method=method, headers={"X-Planted": "planted", "Cookie": "a=planted"}
    )
    assert said.status_code in {404, 405}
    assert b"planted" not in said.data
