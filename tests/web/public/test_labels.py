"""Labels over HTTP: the address says everything, and every file that it gives is read back."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from werkzeug.test import TestResponse

from service.app import create_app
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.settings import Settings
from service.web.core.services import services_of
from service.web.public.labels import MOST_ONLINE
from tests.factories.identifiers import carried_by_link, values
from tests.factories.scans.label_reader import from_pdf, from_png, from_svg, identifiers, texts

PUBLIC = "https://check.example.org"
GTIN = "09506000134352"
WHOLE = f"/labels/01/{GTIN}/10/A-7/21/SN1?17=271231"
VIAL = ProductIdentifier(Gtin.parse(GTIN), Lot.parse("A-7"), Serial.parse("SN1"), Expiry.parse("2027-12-31"))


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """Labels ask no database, so one kind of it is enough."""
    application = create_app(Settings(database_url=sqlite_url, public_url=PUBLIC))
    application.testing = True
    yield application
    services_of(application).close()


def drawn(response: TestResponse) -> list[ProductIdentifier]:
    """What a scanner reads in an answer, whichever format it has."""
    if response.mimetype == "image/png":
        return identifiers(from_png(response.data))
    if response.mimetype == "image/svg+xml":
        return identifiers(from_svg(response.text, 300))
    return [each for image in from_pdf(response.data, 300) for each in identifiers(image)]


@pytest.mark.parametrize(
    ("kind", "media_type"), [("png", "image/png"), ("svg", "image/svg+xml"), ("pdf", "application/pdf")]
)
def test_a_label_in_each_format(client: FlaskClient, kind: str, media_type: str) -> None:
    response = client.get(f"{WHOLE}&format={kind}")
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert drawn(response) == [VIAL]
    assert response.headers["Content-Disposition"] == f'inline; filename="label-{GTIN}-A-7-SN1.{kind}"'
    assert response.headers["Cache-Control"] == "private, max-age=300"


def test_an_svg_may_load_and_run_nothing(client: FlaskClient) -> None:
    policy = client.get(f"{WHOLE}&format=svg").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "style-src" not in policy


def test_the_code_opens_the_operators_address_whoever_asks(client: FlaskClient) -> None:
    response = client.get(WHOLE, headers={"Host": "elsewhere.example"})
    (text,) = texts(from_png(response.data))
    assert text == f"{PUBLIC}/01/{GTIN}/10/A-7/21/SN1?17=271231"


def test_without_the_setting_the_code_opens_the_address_that_was_asked(sqlite_url: str) -> None:
    application = create_app(Settings(database_url=sqlite_url))
    response = application.test_client().get(WHOLE, base_url="http://clinic.local:8000")
    services_of(application).close()
    assert texts(from_png(response.data)) == [f"http://clinic.local:8000/01/{GTIN}/10/A-7/21/SN1?17=271231"]


@pytest.mark.parametrize(
    ("path", "lot", "serial"),
    [
        ("", None, None),
        ("/10/A-7", "A-7", None),
        ("/21/SN1", None, "SN1"),
        ("/10/AB%2F12/21/S%2F1", "AB/12", "S/1"),  # slashes inside
        ("/10/%2F/21/%25", "/", "%"),  # nothing but one
        ("/10/A%2520/21/x", "A%20", "x"),  # encoded once only
        ("/10/A-7/", "A-7", None),  # a slash at the end is tolerated
    ],
)
@pytest.mark.parametrize("raw", [True, False], ids=["server gives the raw path", "server decodes it"])
def test_what_the_path_names(
    client: FlaskClient, path: str, lot: str | None, serial: str | None, raw: bool
) -> None:
    target = f"/labels/01/{GTIN}{path}"
    # the test client sets both; granian sets neither
    environ = {} if raw else {"RAW_URI": "", "REQUEST_URI": ""}
    (read_back,) = drawn(client.get(target, environ_overrides=environ))
    assert read_back == ProductIdentifier(
        Gtin.parse(GTIN), Lot.parse(lot) if lot else None, Serial.parse(serial) if serial else None
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lot=values.filter(carried_by_link), serial=values.filter(carried_by_link))
def test_every_lot_and_serial_survives_the_path(client: FlaskClient, lot: str, serial: str) -> None:
    response = client.get(f"/labels/01/{GTIN}/10/{quote(lot, safe='')}/21/{quote(serial, safe='')}")
    (read_back,) = drawn(response)
    assert (str(read_back.lot), str(read_back.serial)) == (lot, serial)


@pytest.mark.parametrize("serial", ["A/", "/", "A/10/B", "A/21/B", "A/22/"])
def test_a_serial_that_no_link_carries_has_no_label(client: FlaskClient, serial: str) -> None:
    response = client.get(f"/labels/?gtin={GTIN}&lot=L1&serials={quote(serial, safe='')}")
    assert response.status_code == 422
    assert "alert" in response.text


@pytest.mark.parametrize(
    "target",
    [
        f"/labels/01/{GTIN[:-1]}3",  # check digit
        "/labels/01/123",
        "/labels/01/%00",
        f"/labels/01/{GTIN}/21/S/10/L",  # wrong order
        f"/labels/01/{GTIN}/10/{'A' * 21}",
        f"/labels/01/{GTIN}/10/%E2%80%AE",  # right-to-left override
        f"/labels/01/{GTIN}/10/..%2F..%2Fetc%2Fpasswd%00",
        f"/labels/01/{GTIN}?17=270231",  # 31 February's sister
        f"/labels/01/{GTIN}?format=exe",
        f"/labels/01/{GTIN}?size=abc",
        f"/labels/01/{GTIN}?size=nan",
        f"/labels/01/{GTIN}?size=1e999",
        f"/labels/01/{GTIN}?size=0.1",
        f"/labels/01/{GTIN}?name={'x' * 200}",
        f"/labels/01/{GTIN}?name=%E4%BE%8B",
        "/labels/sheet",
        f"/labels/sheet?gtin={GTIN}&serial=A&serial=A",  # one serial, two units
        f"/labels/sheet?gtin={GTIN}&paper=a3",
        f"/labels/sheet?gtin={GTIN}&format=png",
        f"/labels/sheet?gtin={GTIN}&" + urlencode([("serial", f"S{n}") for n in range(MOST_ONLINE + 1)]),
    ],
)
def test_bad_addresses_are_refused_with_a_sentence(client: FlaskClient, target: str) -> None:
    response = client.get(target, headers={"Accept": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["detail"]


@pytest.mark.slow
def test_a_sheet_has_every_serial(client: FlaskClient) -> None:
    serials = [f"SN{number:03}" for number in range(MOST_ONLINE)]
    query = [("gtin", GTIN), ("lot", "A-7"), ("expiry", "12/2027"), *(("serial", each) for each in serials)]
    response = client.get(f"/labels/sheet?{urlencode(query)}")
    assert response.mimetype == "application/pdf"
    found = drawn(response)
    assert sorted(str(each.serial) for each in found) == serials
    assert {(str(each.lot), str(each.expiry)) for each in found} == {("A-7", "2027-12")}


def test_the_form_leads_to_the_files(client: FlaskClient) -> None:
    empty = client.get("/labels/")
    assert empty.status_code == 200
    assert 'role="alert"' not in empty.text
    fields = {
        "gtin": GTIN,
        "lot": "A/7",
        "expiry": "12/2027",
        "serials": "S1\r\nS2\r\n\r\nS3",
        "name": "Ex & Co",
    }
    response = client.get(f"/labels/?{urlencode(fields)}")
    assert response.status_code == 200
    addresses = [
        unescape(each) for each in re.findall(r'(?:src|href)="(/labels/(?:01|sheet)[^"]+)"', response.text)
    ]
    assert len(addresses) == 7  # preview, five formats, the sheet
    for address in addresses:
        if "zpl" in address:
            assert client.get(address).text.startswith("^XA")
            continue
        found = drawn(client.get(address))
        wanted = ["S1", "S2", "S3"] if urlsplit(address).path == "/labels/sheet" else ["S1"]
        assert sorted(str(each.serial) for each in found) == wanted
        assert {str(each.lot) for each in found} == {"A/7"}


@pytest.mark.parametrize(
    ("fields", "box"),
    [
        ({"gtin": "", "lot": "A"}, "gtin"),
        ({"gtin": "9506000134353"}, "gtin"),
        ({"gtin": GTIN, "lot": "Ä"}, "lot"),
        ({"gtin": GTIN, "expiry": "05/06/2027"}, "expiry"),
        ({"gtin": GTIN, "serials": "A A"}, "serials"),
        ({"gtin": GTIN, "serials": "\n".join(f"S{n}" for n in range(MOST_ONLINE + 1))}, "serials"),
        ({"gtin": GTIN, "size": "big"}, "size"),
        ({"gtin": GTIN, "size": "2"}, "size"),
        ({"gtin": GTIN, "name": "例"}, "name"),
        ({"gtin": GTIN, "paper": "a3"}, "paper"),
    ],
)
def test_the_form_says_what_is_wrong_beside_the_field(
    client: FlaskClient, fields: dict[str, str], box: str
) -> None:
    response = client.get(f"/labels/?{urlencode(fields)}")
    assert response.status_code == 422
    assert f'id="{box}-error"' in response.text
    assert f'href="#{box}"' in response.text


def test_the_form_names_everything_that_is_wrong_at_once(client: FlaskClient) -> None:
    fields = {"gtin": "1", "lot": "Ä", "size": "big", "paper": "a3"}
    response = client.get(f"/labels/?{urlencode(fields)}")
    assert re.findall(r'id="(\w+)-error"', response.text) == list(fields)


def test_the_form_keeps_what_was_typed_and_escapes_it(client: FlaskClient) -> None:
    typed = '"><script>alert(1)</script>'
    response = client.get(f"/labels/?{urlencode({'gtin': typed, 'serials': '</textarea>' + typed})}")
    assert response.status_code == 422
    assert "<script>alert" not in response.text
    assert "</textarea>&#34;" not in response.text
    assert "style=" not in response.text
