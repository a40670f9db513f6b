"""The JSON door, through the whole application, on both databases."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from PIL import Image
from werkzeug.test import TestResponse

from service.errors import ErrorCode
from service.storage.database import Database
from service.web.core.services import services_of
from tests.factories import maker_records
from tests.factories.scans.pictures import PLAIN, encoded, symbol, unit

URL = "/api/v1/verifications"
READINGS = "/api/v1/readings"
RECORDS = {"alerts", "change-requests", "changes", "imports", "products", "recalls"}
OF_CLINICS = {"deliveries", "stock", "stop-notices", "temperature-readings", "uses", "vials"}
PPN = "[)>\x1e06\x1d9N111234567842\x1d1TVX2401\x1e\x04"
FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"


@pytest.fixture
def asking(client: FlaskClient, database_url: str) -> FlaskClient:
    database = Database(database_url)
    maker_records.fill(database)
    database.close()
    return client


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").get_json()
    return described


def problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Every error has the one shape of RFC 9457."""
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert {"type", "title", "status", "detail", "code", "instance"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"].strip()
    return body


def test_an_answer_has_the_documented_fields(asking: FlaskClient) -> None:
    response = asking.post(URL, json={"scan": FULL, "market": "fr", "strength": "100 units"})
    body = response.get_json()
    assert response.status_code == 201
    assert (body["action"], body["match"], body["not_checked"]) == ("accept", "unit", [])
    assert [reason["code"] for reason in body["reasons"]] == ["unit_on_record"]
    assert body["presented"] == {
        "gtin": maker_records.GTIN,
        "lot": "VX2401",
        "serial": "9KQ4T7M2",
        "expiry": "2070-12-31",
        "market": "FR",
        "strength": "100 units",
        "substance": None,
        "language": None,
        "form": None,
        "product": None,
        "national": None,
        "host": None,
        "kind": "bracketed",
        "repairs": None,
        "marks": None,
        "expiry_readings": None,
    }
    assert body["record"]["manufacturer"] == "Medulla Labs"
    assert (body["record"]["product"], body["record"]["gtin"]) == ("Verotox 100", maker_records.GTIN)
    assert (body["record"]["lot"], body["record"]["expiry"]) == ("VX2401", "2070-12-31")
    assert (body["record"]["status"], body["record"]["serial"]) == ("released", "9KQ4T7M2")
    assert body["headline"]
    assert body["advice"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", body["as_of"])
    assert asking.get(f"{URL}/{body['id']}").get_json() == body


def test_nothing_on_record_is_null(asking: FlaskClient) -> None:
    body = asking.post(URL, json={"lot": "NOPE"}).get_json()
    assert (body["action"], body["record"], body["choices"]) == ("unknown", None, [])


def test_a_shared_lot_asks_which(asking: FlaskClient) -> None:
    body = asking.post(URL, json={"lot": "408011"}).get_json()
    assert [choice["gtin"] for choice in body["choices"]] == [maker_records.GTIN, maker_records.SISTER]
    chosen = asking.post(URL, json={"lot": "408011", "gtin": body["choices"][1]["gtin"]}).get_json()
    assert (chosen["action"], chosen["record"]["product"]) == ("check", "Verotox 50")


def test_a_text_with_two_lots_asks_which(asking: FlaskClient) -> None:
    body = asking.post(URL, json={"scan": "VX2401 408011"}).get_json()
    assert body["action"] == "check"
    assert [choice["lot"] for choice in body["choices"]] == ["VX2401", "408011"]


def test_a_retry_is_not_a_second_check(asking: FlaskClient) -> None:
    asked = {"scan": FULL, "nonce": "8f3a"}
    first, again = asking.post(URL, json=asked), asking.post(URL, json=asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    problem(asking.post(URL, json=asked | {"scan": "VX2402"}), 409, "nonce_reused")


def test_an_answer_can_be_had_without_a_record(asking: FlaskClient) -> None:
    response = asking.post(URL, json={"scan": FULL, "record": False})
    assert (response.status_code, response.get_json()["id"]) == (200, None)
    assert response.get_json()["action"] == "accept"


def test_a_clinic_reads_other_words(asking: FlaskClient) -> None:
    asked = {"lot": "VX2402"}
    patient = asking.post(URL, json=asked).get_json()
    clinic = asking.post(URL, json=asked | {"asker": "clinic"}).get_json()
    assert patient["action"] == clinic["action"] == "reject"
    assert patient["advice"] != clinic["advice"]


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 422, "nothing_presented", "scan"),
        ({"lot": "   "}, 422, "nothing_presented", "scan"),
        ({"lot": None, "gtin": None}, 422, "nothing_presented", "scan"),
        ({"gtin": "9506000134353"}, 422, "gtin_check_digit", "gtin"),
        ({"gtin": "abc"}, 422, "gtin_not_digits", "gtin"),
        ({"lot": "VX2401\x00"}, 422, "bad_character", "lot"),
        ({"lot": "VX\u202e2401"}, 422, "bad_character", "lot"),  # turns the text around
        ({"lot": "\u200bVX2401"}, 201, "", ""),  # cannot be seen, and is no part of what is printed
        ({"lot": "' OR 1=1 --"}, 201, "", ""),  # odd, and within GS1's characters: a lot nobody has
        ({"lot": "<b>x</b>"}, 201, "", ""),
        ({"lot": "VX2401", "expiry": "31/02/2028"}, 422, "expiry_impossible", "expiry"),
        ({"lot": "VX2401", "expiry": "soon"}, 422, "expiry_unreadable", "expiry"),
        (
            {"scan": "https://x.example/01/09506000134353/10/A"},
            201,
            "",
            "",
        ),  # said, and the rest is looked up
        ({"scan": "A" * 3000}, 422, "too_long", "scan"),
        ({"scan": "A" * 5000}, 422, "request_invalid", "scan"),
        ({"lot": 408011}, 422, "request_invalid", "lot"),  # a number would have lost its zeros
        ({"lot": ["VX2401"]}, 422, "request_invalid", "lot"),
        ({"lots": "VX2401"}, 422, "request_invalid", "lots"),  # a typing mistake is not silently ignored
        ([], 422, "request_invalid", ""),
        ("VX2401", 422, "request_invalid", ""),
        (None, 422, "nothing_presented", "scan"),
        ({"lot": "VX2401", "asker": "king"}, 422, "request_invalid", "asker"),
        ({"lot": "VX2401", "nonce": ""}, 422, "request_invalid", "nonce"),
        ({"lot": "VX2401", "nonce": "x" * 65}, 422, "request_invalid", "nonce"),
    ],
)
def test_bad_input_is_named(asking: FlaskClient, body: Any, status: int, code: str, field: str) -> None:
    response = asking.post(URL, data=json.dumps(body), content_type="application/json")
    if status == 201:
        assert response.status_code == 201
        assert response.get_json()["action"] in {"unknown", "check"}
        return
    assert problem(response, status, code)["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("method", "path", "data", "content_type", "status", "code"),
    [
        ("POST", URL, b"{", "application/json", 400, "request_invalid"),
        ("POST", URL, b"", "application/json", 400, "request_invalid"),
        ("POST", URL, b"\xff\xfe", "application/json", 400, "request_invalid"),
        ("POST", URL, b"lot=VX2401", "application/x-www-form-urlencoded", 415, "media_type_unsupported"),
        ("POST", URL, b"x" * 10_000_000, "application/json", 413, "request_too_large"),
        (
            "POST",
            URL,
            b"[" * 60_000,
            "application/json",
            400,
            "request_invalid",
        ),  # deeper than any reader goes
        ("DELETE", URL, b"", None, 405, "method_not_allowed"),
        ("GET", URL + "/nope", b"", None, 404, "not_found"),
        ("GET", URL + "/%00%ff", b"", None, 404, "not_found"),
        ("GET", "/api/v1/nothing", b"", None, 404, "not_found"),
    ],
)
def test_http_errors_have_the_same_shape(
    client: FlaskClient, method: str, path: str, data: bytes, content_type: str | None, status: int, code: str
) -> None:
    problem(client.open(path, method=method, data=data, content_type=content_type), status, code)


def test_a_database_that_is_gone_is_503_and_reads_like_no_pass(app: Flask) -> None:
    """Nothing that fails on the way may look like an answer."""
    services_of(app).database.engine.dispose()
    services_of(app).database.engine.pool._creator = _broken  # type: ignore[assignment]  # it never returns
    response = app.test_client().post(URL, json={"scan": FULL})
    problem(response, 503, "storage_unavailable")
    assert response.headers["Retry-After"] == "1"
    assert app.test_client().get("/health").status_code == 503


def _broken(*_args: Any) -> None:
    import sqlite3  # noqa: PLC0415 (only this test breaks a driver)

    raise sqlite3.OperationalError("unable to open database file")


def test_the_description_is_valid_openapi(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    validate(spec)
    links = "/api/v1/products/{gtin}/links"
    events = {"/epcis/capture", "/epcis/capture/{token}", "/epcis/events"}
    own = {
        URL,
        URL + "/{scan_id}",
        URL + "/{scan_id}/marks",
        "/api/v1/readings",
        links,
        f"{links}/{{number}}/removal",
        *events,
    }
    parts = {path: path.removeprefix("/api/v1/").split("/")[0] for path in spec["paths"]}
    records = {path for path, part in parts.items() if part in RECORDS | OF_CLINICS}
    assert set(spec["paths"]) - records == own - records
    assert records >= {f"/api/v1/{each}" for each in RECORDS - {"change-requests"}}


def test_answers_and_errors_are_what_the_description_says(asking: FlaskClient, spec: dict[str, Any]) -> None:
    def valid(body: object, name: str) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": spec["components"]}
        Draft202012Validator(schema).validate(body)

    for asked in ({"scan": FULL}, {"lot": "408011"}, {"lot": "NOPE"}, {"lot": "VX2402"}):
        valid(asking.post(URL, json=asked).get_json(), "Verification")
    for wrong in ({}, {"gtin": "1", "lot": "\x00"}, {"x": 1}):
        valid(asking.post(URL, json=wrong).get_json(), "Problem")
    valid(asking.get(URL + "/x").get_json(), "Problem")


def test_every_error_code_is_in_the_readable_description(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert all(f'id="error-{code}"' in page for code in ErrorCode)
    # nothing is fetched from elsewhere
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["scan", "lot", "gtin", "serial", "expiry", "market", "nonce", "x"]), json_values
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_json_makes_it_fall_over(asking: FlaskClient, body: dict[str, Any]) -> None:
    assert asking.post(URL, json=body).status_code in {200, 201, 409, 422}


def test_no_record_stays_in_a_cache_or_a_referrer(asking: FlaskClient) -> None:
    response = asking.post(URL, json={"scan": FULL})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_vial_and_its_box_have_to_agree(asking: FlaskClient) -> None:
    box = {"scan": FULL}
    agrees = asking.post(URL, json={"lot": "VX2401", "expiry": "12/2070", "carton": box}).get_json()
    assert (agrees["action"], agrees["match"]) == ("accept", "unit")
    assert (agrees["vial"]["lot"], agrees["carton"]["serial"]) == ("VX2401", "9KQ4T7M2")
    other = asking.post(URL, json={"lot": "408011", "carton": box}).get_json()
    assert other["action"] == "quarantine"
    assert "carton_vial_mismatch" in {reason["code"] for reason in other["reasons"]}
    assert asking.get(f"{URL}/{other['id']}").get_json() == other
    wrong = asking.post(URL, json={"lot": "VX2401", "carton": {"gtin": "1"}})
    assert problem(wrong, 422, "gtin_length")["errors"][0]["field"] == "carton.gtin"


def test_what_the_box_says_counts(asking: FlaskClient) -> None:
    body = asking.post(URL, json={"scan": FULL, "language": "Korean", "substance": "Botulin"}).get_json()
    # the product's record names neither a substance nor a language: said, and no pass
    assert {"substance_record", "language_record"} <= set(body["not_checked"])
    assert (body["presented"]["language"], body["presented"]["substance"]) == ("ko", "Botulin")
    wrong = asking.post(URL, json={"scan": FULL, "language": "Klingon"})
    assert problem(wrong, 422, "language_unknown")["errors"][0]["field"] == "language"


def test_a_box_read_through_a_wrong_scanner_setting_is_not_enough_for_a_pass(asking: FlaskClient) -> None:
    sent = f"01{maker_records.GTIN}1770123110VX2401\x1d219KQ4T7M2".swapcase()  # caps lock
    plain = asking.post(URL, json={"lot": "VX2401", "carton": {"scan": "]d2" + sent.swapcase()}}).get_json()
    assert plain["action"] == "accept"
    caps = asking.post(URL, json={"lot": "VX2401", "carton": {"scan": "]D2" + sent}}).get_json()
    assert caps["action"] != "accept"


# --- a scan's own time, national numbers, other sites


def test_the_time_of_a_scan_comes_back_with_the_answer(asking: FlaskClient) -> None:
    moment = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
    body = asking.post(URL, json={"scan": FULL, "scanned_at": moment.isoformat()}).get_json()
    assert body["scanned_at"] == moment.isoformat().replace("+00:00", "Z")
    assert asking.get(f"{URL}/{body['id']}").get_json()["scanned_at"] == body["scanned_at"]
    for said, code in (("2031-01-01T00:00:00Z", "moment_implausible"), ("noon", "moment_unreadable")):
        refused = problem(asking.post(URL, json={"scan": FULL, "scanned_at": said}), 422, code)
        assert [each["field"] for each in refused["errors"]] == ["scanned_at"]


def test_a_german_code_shows_its_number_and_an_unknown_one_is_said_of_the_product(
    asking: FlaskClient,
) -> None:
    known = asking.post(URL, json={"scan": PPN}).get_json()
    assert (known["presented"]["national"], known["record"]["gtin"]) == (
        {"PZN": "12345678"},
        maker_records.GTIN,
    )
    unknown = asking.post(URL, json={"scan": PPN.replace("111234567842", "111112345063")}).get_json()
    assert unknown["presented"]["national"] == {"PZN": "11123450"}
    assert unknown["action"] == "unknown"
    assert "lot number" not in unknown["headline"]
    assert "no records of this product" in unknown["headline"]


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("localhost", None),
        ("evil.example", "points to another site, evil.example."),
        ("1ocalhost", "looks like ours and is not ours"),
    ],
)
def test_a_link_to_another_site_is_said(asking: FlaskClient, host: str, said: str | None) -> None:
    notes = asking.post(URL, json={"scan": f"https://{host}/01/{maker_records.GTIN}/10/VX2401"}).get_json()[
        "notes"
    ]
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


def test_a_known_keyboard_is_undone(asking: FlaskClient) -> None:
    scan = f"01{maker_records.GTIN}10VXY1\x1d21A"
    bodies = [asking.post(URL, json={"scan": scan, "layout": name}).get_json() for name in ("", "German")]
    assert [body["presented"]["lot"] for body in bodies] == ["VXY1", "VXZ1"]
    assert "likely_misread" in [reason["code"] for reason in bodies[1]["reasons"]]


# --- pictures


@pytest.mark.parametrize("form", [True, False], ids=["a form", "the body itself"])
def test_the_codes_of_a_picture_are_what_the_terminal_writes(client: FlaskClient, form: bool) -> None:
    data = encoded(unit())
    sent: dict[str, Any] = {"data": data, "content_type": "image/png"}
    if form:
        sent = {"data": {"photo": (BytesIO(data), "IMG_1.png")}}
    answer = client.post(READINGS, **sent)
    assert answer.status_code == 200
    (code,) = answer.get_json()["codes"]
    assert answer.get_json()["file"] == ("IMG_1.png" if form else "")
    assert set(code) == {"format", "symbology", "text", "elements", "position"}
    assert (code["symbology"], code["text"]) == ("]d8", PLAIN)  # drawn long and low
    assert code["elements"]["21"] == "SN0001"
    assert len(code["position"]) == 4


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "file_empty"),
        (b'{"scan": "A"}', 422, "picture_kind"),
        (encoded(unit(), "JPEG")[:600], 422, "picture_broken"),
        (encoded(unit(), "WEBP", save_all=True, append_images=[unit("SN0002")]), 422, "picture_animated"),
        (bytes(17 * 1024 * 1024), 413, "picture_too_large"),
    ],
    ids=["nothing", "JSON", "cut off", "animated", "too large"],
)
def test_what_is_no_photo_is_refused(client: FlaskClient, data: bytes, status: int, code: str) -> None:
    problem(client.post(READINGS, data=data, content_type="image/jpeg"), status, code)
    problem(client.post(READINGS, data={"photo": (BytesIO(), "")}), 422, "picture_missing")


def test_a_picture_without_a_code_has_none(client: FlaskClient) -> None:
    blank = encoded(Image.new("L", (200, 200), 128))
    assert client.post(READINGS, data=blank, content_type="image/png").get_json() == {"file": "", "codes": []}


def test_a_reading_is_what_the_description_says(client: FlaskClient, spec: dict[str, Any]) -> None:
    shape = {"$ref": "#/components/schemas/Readings", "components": spec["components"]}
    for picture in (unit(), symbol("https://shop.example/", "QRCode")):
        answer = client.post(READINGS, data=encoded(picture), content_type="image/png")
        Draft202012Validator(shape).validate(answer.get_json())
