"""Readings by a program's key: taken once, judged as a file's, and by no other key."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.accounts.actors import Actor, ApiKeyScope, Role
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Product, Vial, VialPlace
from service.web.core.services import services_of
from tests.factories.clinics import UNIT, a_ward, clinic

NOW = datetime.now(UTC)


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """A clinic with a fridge at 2 to 8 degrees, in which one vial has lain since yesterday."""
    database = Database(sqlite_url)
    ward, who = a_ward(database), clinic(database, "Clinic A")
    made = create_app(Settings(database_url=sqlite_url))
    made.testing = True
    services_of(made).temperature.places.add(who, "Fridge 1", "Europe/London", NOW)
    ward.received(who, UNIT + "SN0001")
    with database.transaction() as connection:
        connection.execute(update(Product).values(storage_min=2, storage_max=8))
        connection.execute(update(VialPlace).values(since=NOW - timedelta(days=1)))
    database.close()
    yield made
    services_of(made).close()


def send(app: Flask, body: object, *scopes: ApiKeyScope, name: str = "Clinic A") -> TestResponse:
    admin = replace(clinic(services_of(app).database, name), roles=frozenset({Role.ADMIN}), strong=True)
    return app.test_client().post(
        "/api/v1/temperature-readings", json=body, headers=key_of(app, admin, scopes)
    )


def key_of(app: Flask, admin: Actor, scopes: tuple[ApiKeyScope, ...]) -> dict[str, str]:
    keys = services_of(app).accounts.keys
    return {"Authorization": "Bearer " + keys.make(admin, name="Logger", scopes=scopes, days="30")}


def readings(*values: float, place: int = 1) -> dict[str, object]:
    rows = [
        {"at": (NOW - timedelta(minutes=60 - 10 * n)).isoformat(), "celsius": value}
        for n, value in enumerate(values)
    ]
    return {"place": place, "readings": rows[::-1]}


def test_readings_are_taken_once_and_hold(app: Flask) -> None:
    body = readings(4.5, 9.41, 5)
    first = send(app, body, ApiKeyScope.TEMPERATURE)
    assert first.status_code == 200, first.text
    assert first.get_json() == {
        "new": 3,
        "known": 0,
        "gaps": [],
        "excursions": [1],
        "held": [1],
        "gone": [],
        "without_limits": 0,
    }
    assert send(app, body, ApiKeyScope.TEMPERATURE).get_json()["known"] == 3
    with services_of(app).database.reading() as connection:
        assert connection.scalar(select(Vial.state)) == "quarantined"


@pytest.mark.parametrize(
    ("body", "scope", "name", "status"),
    [
        (readings(4.5), ApiKeyScope.VERIFY, "Clinic A", 403),  # another scope
        (readings(4.5), ApiKeyScope.TEMPERATURE, "Clinic B", 404),  # another clinic's place
        (readings(4.5, place=99), ApiKeyScope.TEMPERATURE, "Clinic A", 404),
        (readings(140.0), ApiKeyScope.TEMPERATURE, "Clinic A", 422),
        (readings(), ApiKeyScope.TEMPERATURE, "Clinic A", 422),
        (
            {"place": 1, "readings": [{"at": "2026-11-01T08:00:00", "celsius": 4}]},
            ApiKeyScope.TEMPERATURE,
            "Clinic A",
            422,
        ),
        (
            {"place": 1, "readings": [{"at": "2096-11-01T08:00:00Z", "celsius": 4}]},
            ApiKeyScope.TEMPERATURE,
            "Clinic A",
            422,
        ),
    ],
)
def test_what_is_refused(app: Flask, body: object, scope: ApiKeyScope, name: str, status: int) -> None:
    assert send(app, body, scope, name=name).status_code == status
