"""The scan station's addresses: what may run where, and that nothing is missing without a network."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.authenticity.reasons import Action
from service.settings import Settings
from service.web.core.services import services_of
from service.web.text.station_text import CHOICES, WORDS
from tests.factories.wording import BANNED

STATIC = Path(__file__).parents[3] / "service" / "web" / "static"
SCRIPTS = sorted((STATIC / "scan").glob("*.js"))


@pytest.fixture
def client(sqlite_url: str) -> Iterator[FlaskClient]:
    """Nothing here depends on the database."""
    app = create_app(Settings(database_url=sqlite_url))
    app.testing = True
    yield app.test_client()
    services_of(app).close()


def sentences(client: FlaskClient) -> dict[str, str]:
    page = client.get("/scan", headers={"Accept": "text/html"}).text
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page)
    assert found
    words: dict[str, str] = json.loads(unescape(found[1]))
    return words


def test_webassembly_is_allowed_in_the_worker_alone(client: FlaskClient) -> None:
    for address in ("/scan", "/scan/offline.js", "/static/scan/station.js", "/"):
        policy = client.get(address, buffered=True).headers["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "script-src 'self'" in policy
    policy = client.get("/scan/reader.js", buffered=True).headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" in policy


def test_the_service_worker_has_charge_of_the_station_and_no_more(client: FlaskClient) -> None:
    assert client.get("/scan/offline.js", buffered=True).headers["Service-Worker-Allowed"] == "/scan"


def test_every_part_of_the_page_is_kept_for_a_time_without_a_network(client: FlaskClient) -> None:
    parts = client.get("/scan/parts.json").get_json()
    assert "/scan" in parts
    for address in parts:
        assert client.get(address, buffered=True).status_code == 200, address
    page = client.get("/scan").text
    paths = {
        address.partition("?")[0] for address in parts
    }  # a script names another one without its fingerprint
    for address in re.findall(r'(?:href|src|data-reader)="(/static/[^"]+|/scan/reader.js)"', page):
        assert address in parts
    for script in SCRIPTS:
        for name in re.findall(r'from "\./(\w+\.js)"', script.read_text()):
            assert f"/static/scan/{name}" in paths
        for path in re.findall(r'"\.\./(static/[^"]+)"', script.read_text()):
            assert f"/{path}" in paths


def test_the_scripts_say_only_what_the_page_brings(client: FlaskClient) -> None:
    """Every name that a script asks for is there, and every sentence is asked for."""
    known = sentences(client)
    written = "".join(
        path.read_text() for path in (*SCRIPTS, STATIC.parents[2] / "templates" / "station/page.html")
    )
    plain = set(re.findall(r'"((?:[a-z]+_)+[a-z]+)"', written)) & set(known)
    asked = set(re.findall(r'say\("(\w+)"', written)) | set(re.findall(r'notice\("(\w+)"\)', written))
    assert asked <= set(known), asked - set(known)
    families = {"word", "choice", "title"}
    unused = {name for name in WORDS if name.split("_")[0] not in families} - asked - plain
    assert unused <= {"offline"}, unused  # chosen in an expression
    tones = [*Action, "half", "waiting", "refused", "same", "used"]
    assert {f"word_{tone}" for tone in tones} == {name for name in known if name.startswith("word_")}
    assert {f"choice_{name}" for name in CHOICES} <= set(known)


def test_no_sentence_promises_what_a_record_cannot_show(client: FlaskClient) -> None:
    for name, sentence in sentences(client).items():
        assert not BANNED.search(sentence), name


def test_the_page_speaks_the_language_of_the_reader(client: FlaskClient) -> None:
    response = client.get("/scan")
    assert response.headers["Content-Language"] == "en"
    assert "Accept-Language" in response.headers["Vary"]
