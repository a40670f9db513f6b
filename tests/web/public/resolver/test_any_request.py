"""Laws of the doors for programs: whatever is sent to them, the status is a documented one and never a 5xx."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.gs1.resolver.compression import compressed
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests.factories.linkset_rules import broken_rules
from tests.factories.records import TOXIN, UNKNOWN_GTIN, put
from tests.factories.resolver_links import ALL, put_links

RESOLVER = {200, 204, 300, 307, 308, 400, 404, 431}
MESSAGES = {400, 401, 404}
PIECES = st.sampled_from(
    [
        *("01", "10", "21", "22", "17", "gtin", "lot", "ser", TOXIN, UNKNOWN_GTIN, TOXIN[1:], "A1001", "SN0001"),
        *("AB%2F12", "%00", "%2F", "%252F", "%C3%A9", "%ff", "%", "..", ".", "", "foo", "%0A", " ", "é", "'", "%E2%80%AE"),
        compressed((("01", TOXIN), ("10", "A1001"))),
        compressed((("10", "A1001"),)),
        "A" * 30,
    ]
)  # fmt: skip
PATHS = st.one_of(
    st.lists(PIECES, max_size=7).map(lambda pieces: "/01/" + "/".join(pieces)),
    st.lists(PIECES, max_size=5).map(lambda pieces: f"/01/{TOXIN}/" + "/".join(pieces)),
    PIECES.map(lambda piece: f"/{piece}"),
)
QUERIES = st.lists(
    st.sampled_from(
        [
            *("linkType=linkset", "linkType=all", "linkType=gs1:pip", "linkType=gs1:nosuchlt", "linkType=", "linkType"),
            *("17=271231", "17=999999", "10=A", "21=S", "context=FR", "context=%00", "foo=bar", "=", "&&", "a=%zz", "as=clinic"),
        ]
    ),
    max_size=3,
).map("&".join)  # fmt: skip
ACCEPTED = st.sampled_from(
    [
        *(
            "",
            "*/*",
            "text/html",
            "text/html,*/*;q=0.8",
            "application/linkset+json",
            "application/json",
            "image/*",
        ),
        *(";;;", "text/html;q=x", "q=1", ",", "text/html;q=0", "\xff", "x" * 5000),
    ]
)
LANGUAGES = st.sampled_from(["", "de", "de-CH, en;q=0.5", "*", "xx", ";q=1", "en;q=9", "\xe9"])


@pytest.fixture(scope="module")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = tmp_path_factory.mktemp("doors") / "vialcheck.db"
    copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    put(database)
    put_links(database, *ALL)
    database.close()
    app = create_app(Settings(database_url=f"sqlite:///{path}", rate_limit="off"))
    yield app
    services_of(app).close()


@given(PATHS, QUERIES, ACCEPTED, LANGUAGES, st.sampled_from(["GET", "HEAD", "OPTIONS"]), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_link_is_answered(
    filled: Flask, path: str, query: str, accept: str, language: str, method: str, decoded: bool
) -> None:
    """`decoded`: behind a server that decodes paths, as the service's own does."""
    lost = {"RAW_URI": "", "REQUEST_URI": ""} if decoded else {}
    answer = filled.test_client().open(
        path,
        method=method,
        query_string=query,
        headers={"Accept": accept, "Accept-Language": language},
        environ_overrides=lost,
        buffered=True,
    )
    assert answer.status_code in RESOLVER, (answer.status_code, path, query)
    if method == "GET" and answer.content_type == "application/linkset+json" and answer.status_code == 200:
        assert broken_rules(answer.get_json()) == []
    if answer.status_code == 307:
        assert answer.location.startswith(("https://www.maker.example/", "http://localhost/check/01/"))


@given(st.lists(PIECES, max_size=7).map("/".join), QUERIES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_verification_message_of_a_guest_is_refused(filled: Flask, path: str, query: str) -> None:
    for target in (f"/verify/{path}", "/checkConnectivity"):
        answer = filled.test_client().get(target, query_string=query)
        assert answer.status_code in MESSAGES, (answer.status_code, path)
