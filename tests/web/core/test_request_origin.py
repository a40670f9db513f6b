"""Where a check comes from: what its asker says, the clinic's registered place, or the operator's database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.errors import ErrorCode, RefusedError
from service.settings import Settings
from service.storage.models import Organisation, Scan, SightingRow
from service.web.core.services import services_of
from tests.factories import geoip, maker_records
from tests.factories.people import signed_in

URL = "/api/v1/verifications"
FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"
HOME, VPN, BARE, ODD = "198.51.100.7", "203.0.113.9", "192.0.2.1", "192.0.2.200"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) PlantedAgent/77.1 Chrome/120"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application whose operator has installed an address database."""
    places = geoip.write(
        tmp_path / "places.mmdb",
        {
            "198.51.100.0/24": {
                "country": {"iso_code": "FR"},
                "subdivisions": [{"names": {"en": "Auvergne"}}],
            },
            "203.0.113.0/24": {"country": {"iso_code": "NL"}},
            "192.0.2.200/32": {"country": "what is this", "subdivisions": "odd"},
        },
    )
    application = create_app(Settings(database_url=database_url, places_database=str(places)))
    maker_records.fill(services_of(application).database)
    yield application
    services_of(application).close()


def ask(app: Flask, address: str = HOME, client: Any = None, **body: object) -> Any:
    response = (client or app.test_client()).post(
        URL,
        json={"scan": FULL, "asker": "clinic"} | body,
        environ_base={"REMOTE_ADDR": address},
        headers={"User-Agent": AGENT},
    )
    assert response.status_code == 201
    assert response.json is not None
    with services_of(app).database.reading() as connection:
        scan_id = response.json["id"]
        return connection.execute(select(Scan.__table__).where(Scan.id == scan_id)).one()


@pytest.mark.parametrize(
    ("address", "body", "country", "region"),
    [
        (HOME, {}, "FR", "Auvergne"),
        (VPN, {}, "NL", None),  # a database that knows countries only
        (BARE, {}, None, None),  # an address that it does not know
        (ODD, {}, None, None),  # a record of another shape
        # a place that the address shows weighs more than what a guest claims: one guest can claim any number
        (VPN, {"market": "FR"}, "NL", None),
        (VPN, {"country": "TR", "region": "İzmir"}, "NL", None),
        (HOME, {"region": "46.2044, 6.1432"}, "FR", "Auvergne"),
        # an address that shows none: then the guest's word counts
        (BARE, {"market": "FR"}, "FR", None),
        (BARE, {"country": "TR", "region": "İzmir"}, "TR", "Izmir"),
        (BARE, {"market": "FR", "country": "Turkey"}, "TR", None),  # bought there, checked here
        (BARE, {"region": "46.2044, 6.1432"}, None, "46 6"),
    ],
)
def test_a_guests_word_counts_where_the_address_shows_no_place(
    app: Flask, address: str, body: dict[str, str], country: str | None, region: str | None
) -> None:
    scan = ask(app, address, **body)
    assert (scan.country, scan.region) == (country, region)


def test_the_form_takes_the_country_that_was_chosen(app: Flask) -> None:
    client = app.test_client()
    for fields in ({}, {"market": "TR"}):
        client.post("/check", data={"scan": FULL, **fields}, environ_base={"REMOTE_ADDR": BARE})
    services_of(app).verification.close()
    with services_of(app).database.reading() as connection:
        found = {(scan.country, scan.region) for scan in connection.execute(select(Scan.__table__))}
    assert found == {(None, None), ("TR", None)}


def test_a_signed_in_clinic_is_where_it_is_registered_and_weighs_more(app: Flask) -> None:
    client = signed_in(app, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Clinic", country="TR")
    database = services_of(app).database
    with database.transaction() as connection:
        connection.execute(update(Organisation).values(region="Izmir"))
    scan = ask(app, VPN, client)
    assert (scan.country, scan.region) == ("TR", "Izmir")
    with database.reading() as connection:
        assert connection.scalar(select(SightingRow.kind)) == 2


def test_calling_oneself_a_clinic_is_not_being_one(app: Flask) -> None:
    ask(app)
    with services_of(app).database.reading() as connection:
        assert connection.scalar(select(SightingRow.kind)) == 1


def test_no_address_and_no_user_agent_is_in_the_database(app: Flask) -> None:
    ask(app)
    database = services_of(app).database
    with database.reading() as connection:
        for table in ("scan", "sighting", "client_key", "audit_entry"):
            said = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert "198.51.100" not in said
            assert "PlantedAgent" not in said
            assert "Windows" not in said


def test_a_wrong_file_is_said_at_the_start(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "not.mmdb").write_text("no database")
    for path in (tmp_path / "not.mmdb", tmp_path / "absent.mmdb"):
        with pytest.raises(RefusedError) as refused:
            create_app(Settings(database_url=sqlite_url, places_database=str(path)))
        assert refused.value.code is ErrorCode.SETTING_INVALID


def test_a_place_that_cannot_be_read_is_named(app: Flask) -> None:
    response = app.test_client().post(URL, json={"scan": FULL, "country": "Atlantis", "region": "x" * 300})
    assert response.status_code == 422
    assert response.json is not None
    assert {error["field"] for error in response.json["errors"]} == {"country", "region"}
