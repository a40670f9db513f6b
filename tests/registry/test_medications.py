"""Lots that an organisation may see, as a clinic's software asks for them."""

import pytest
from sqlalchemy import update

from service.gs1.identifiers import Lot
from service.registry.medications import BatchSearch, find_batches, find_products
from service.storage.database import Database
from service.storage.models import Manufacturer
from tests.factories.clinics import LOT, Ward, a_ward, clinic
from tests.factories.people import organisation
from tests.factories.records import FILLER, TOXIN


@pytest.fixture
def ward(database: Database) -> Ward:
    return a_ward(database)


@pytest.mark.parametrize(
    ("wanted", "lots"),
    [
        (BatchSearch(), ["A1001", "A1002", "A1003", "A1004", "C3016 C3", "SHARED1", "SHARED1", "AB/12"]),
        (BatchSearch(limit=2), ["A1001", "A1002"]),
        (BatchSearch(after=6), ["SHARED1", "AB/12"]),
        (BatchSearch(gtins=[FILLER]), ["SHARED1"]),
        (BatchSearch(lots=[Lot.parse("shared1")]), ["SHARED1", "SHARED1"]),
        (BatchSearch(lots=[Lot.parse("c3016c3")]), ["C3016 C3"]),
        (BatchSearch(lots=[Lot.parse("A-B12")]), []),  # marks in another place are another lot
        (BatchSearch(ids=[3, 99]), ["A1003"]),
        (BatchSearch(ids=[]), []),
        (BatchSearch(gtins=[TOXIN], lots=[Lot.parse("A1001")], ids=[2]), []),
    ],
)
def test_what_an_owner_finds(ward: Ward, wanted: BatchSearch, lots: list[str]) -> None:
    owner = organisation(ward.database, "Example Biologics")
    with ward.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    assert [each.lot for each in find_batches(ward.database, owner, wanted)] == lots


def test_a_clinic_finds_what_it_received(ward: Ward) -> None:
    who = clinic(ward.database, "High Street")
    assert find_batches(ward.database, who.organisation_id, BatchSearch()) == []
    ward.received(who, LOT)
    (found,) = find_batches(ward.database, who.organisation_id, BatchSearch())
    assert (found.lot, found.product.gtin, found.product.manufacturer) == (
        "A1001",
        TOXIN,
        "Example Biologics",
    )


def test_products_by_their_numbers(ward: Ward) -> None:
    found = find_products(ward.database, [FILLER, TOXIN, "04012345678901"])
    assert [each.gtin for each in found] == [TOXIN, FILLER]
