"""A browser subscribes by the link of a receipt, and nothing else entitles to it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.storage.models import ReceiptSubscription
from service.web.core.services import services_of
from tests.clinics.receipts.handed_over import issued
from tests.factories.clinics import a_ward, clinic
from tests.outgoing.browser import AUTH, BROWSER

ENDPOINT = "https://push.example.net/one"
GOOD = {"endpoint": ENDPOINT, "expirationTime": None, "keys": {"p256dh": BROWSER, "auth": AUTH}}


@pytest.fixture
def link(app: Flask) -> str:
    ward = a_ward(services_of(app).database)
    token, _ = issued(ward, clinic(ward.database, "Riverside"), services_of(app).receipts)
    ward.desk.close()
    return f"/r/{token}"


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return app.test_client()


def count(app: Flask) -> int:
    with services_of(app).database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(ReceiptSubscription)) or 0


def test_a_browser_subscribes_and_ends_it(app: Flask, phone: FlaskClient, link: str) -> None:
    page = phone.get(link).text
    assert f'data-key="{services_of(app).receipt_subscriptions.public_key}"' in page
    assert "Open this page again from time to time" in page  # what a browser without a script shows
    assert phone.post(f"{link}/subscription", json=GOOD).status_code == 204
    assert count(app) == 1
    assert phone.delete(f"{link}/subscription", json={"endpoint": ENDPOINT}).status_code == 204
    assert count(app) == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "http://127.0.0.1:8000/"}, 422),
        ({"endpoint": "https://push.example.net/" + "x" * 3000}, 422),
        ({"endpoint": None}, 422),
        ({"keys": {"p256dh": "x", "auth": AUTH}}, 422),
        ({"keys": {}}, 422),
        ({"keys": []}, 422),
    ],
)
def test_what_is_no_subscription_is_refused(
    app: Flask, phone: FlaskClient, link: str, change: dict[str, Any], status: int
) -> None:
    assert phone.post(f"{link}/subscription", json=GOOD | change).status_code == status
    assert count(app) == 0


def test_without_the_link_or_from_another_site_nothing_is_taken(
    app: Flask, phone: FlaskClient, link: str
) -> None:
    assert phone.post(f"/r/{'x' * 22}/subscription", json=GOOD).status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert phone.post(f"{link}/subscription", json=GOOD, headers=elsewhere).status_code == 403
    assert phone.post(f"{link}/subscription", data="x").status_code == 415
    assert count(app) == 0


def test_the_list_of_the_day_is_the_same_for_everyone(app: Flask, phone: FlaskClient, link: str) -> None:
    assert phone.get("/receipts/changed.jws").status_code == 404
    services_of(app).changed_receipts.make(services_of(app).verification.now())
    answer = phone.get("/receipts/changed.jws")
    assert answer.mimetype == "application/jose"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert answer.data.count(b".") == 2
    assert "Set-Cookie" not in answer.headers


def test_the_list_of_a_telephone_names_no_receipt(phone: FlaskClient) -> None:
    assert "This browser keeps no receipt." in phone.get("/receipts/kept").text
