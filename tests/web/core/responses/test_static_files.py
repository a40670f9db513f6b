"""Static files and pages over the wire: compressed where that is read and safe, kept where the address says so."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts.actors import Role
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.records import TOXIN, put

GZIP = {"Accept-Encoding": "gzip, br"}
CSS = "/static/vialcheck.css"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    put(services_of(app).database)
    return app.test_client()


def got(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    """An answer, read whole."""
    response = client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response.get_data()
    response.close()
    return response


def test_a_page_names_its_files_by_their_fingerprints(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(addresses) >= 3
    for address in addresses:
        response = got(client, address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable", address
    for other in (CSS, f"{CSS}?v=00000000", f"{CSS}?v="):  # an old page, or none of ours
        assert got(client, other).headers["Cache-Control"] == "no-cache"


def test_a_text_is_packed_for_who_can_read_it(client: FlaskClient) -> None:
    plain, packed = got(client, CSS), got(client, CSS, **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in got(client, CSS, Accept_Encoding="gzip;q=0, br").headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 3
    rules = re.sub(r"/\*.*?\*/|\s+", "", plain.text, flags=re.DOTALL)
    assert re.sub(r"\s+", "", gzip.decompress(packed.data).decode()) == rules  # nothing but comments is lost
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = got(client, CSS, **GZIP, If_None_Match=packed.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert got(client, CSS, If_None_Match=plain.headers["ETag"]).status_code == 304


def test_a_script_loses_only_lines_of_comments(client: FlaskClient) -> None:
    plain, packed = got(client, "/static/vialcheck.js"), got(client, "/static/vialcheck.js", **GZIP)
    lines = [line.strip() for line in plain.text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("//")]
    assert gzip.decompress(packed.data).decode().strip().splitlines() == kept
    with_strings = got(client, "/static/scan/view.js", **GZIP)  # a template string may have lines of its own
    assert gzip.decompress(with_strings.data) == got(client, "/static/scan/view.js").data


@pytest.mark.parametrize(
    "address", ["/static/nothing.css", "/static/../app.py", "/static/scan", "/static/%00"]
)
def test_what_is_no_file_is_not_found(client: FlaskClient, address: str) -> None:
    assert got(client, address, **GZIP).status_code == 404


def test_pages_are_packed_for_guests_alone(client: FlaskClient, app: Flask) -> None:
    page = got(client, "/", **GZIP)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Check a vial" in gzip.decompress(page.data).decode()
    assert page.content_length == len(page.data)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in got(client, "/").headers
    own = signed_in(app, Role.VIEWER)
    for address in ("/", "/overview"):  # they hold a token, and what others send
        assert "Content-Encoding" not in got(own, address, **GZIP).headers
    assert "Content-Encoding" not in got(client, "/openapi.json", **GZIP).headers


@pytest.mark.parametrize(
    ("address", "most"), [("/", 15_000), ("lot", 12_000), ("stop", 12_000), (f"/01/{TOXIN}/10/A1002", 12_000)]
)
def test_a_page_is_light_with_an_empty_cache(client: FlaskClient, address: str, most: int) -> None:
    """Issue 15: bytes of a page with its style and script, with their headers, without the icon."""
    if address in ("lot", "stop"):
        fields = {"scan": "A1001" if address == "lot" else "A1002", "market": "GB", "asker": "patient"}
        address = client.post("/check", data=fields).location
    page = client.get(address)
    files = [each for each in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text) if "icon" not in each]
    loaded = [each for each in files if "drawings" not in each]  # those come when their part is opened
    weight = sum(wire_size(got(client, each, **GZIP)) for each in (address, *loaded))
    assert weight < most, weight


def wire_size(response: TestResponse) -> int:
    """Bytes of an answer: its first line, headers and body."""
    return 17 + sum(len(name) + len(value) + 4 for name, value in response.headers) + len(response.data)
