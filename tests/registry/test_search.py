"""An organisation finds and reads its own records, and nobody else's."""

from datetime import date

import pytest
from sqlalchemy import update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.errors import NotFoundError
from service.registry.search import RecordSearch, SearchHit
from service.reports.intake import NewReport, ReportIntake
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.people import organisation
from tests.factories.records import TOXIN, put


def of(database: Database, name: str, kind: OrganisationKind = OrganisationKind.MANUFACTURER) -> Actor:
    return Actor("A", None, organisation(database, name, kind), name, kind, frozenset({Role.VIEWER}))


@pytest.fixture
def owner(database: Database) -> Actor:
    """The owner of the small world's records."""
    put(database)
    who = of(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=who.organisation_id))
    return who


@pytest.fixture
def catalogue(database: Database) -> RecordSearch:
    return RecordSearch(database)


def kinds(hits: list[SearchHit]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for hit in hits:
        found.setdefault(hit.kind, []).append(hit.title)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("examplinum", {"product": ["Examplinum 100"]}),
        ("biologics", {"product": ["Examplinum 100", "Fillexa Soft"]}),
        (TOXIN, {"product": ["Examplinum 100"]}),
        # thirteen digits as they stand under a barcode
        (TOXIN[1:], {"product": ["Examplinum 100"]}),
        # a lot is found by how it begins, however it is written
        ("a100", {"batch": ["A1001", "A1002", "A1003", "A1004"]}),
        ("c3016-c3", {"batch": ["C3016 C3"]}),
        ("SHARED1", {"batch": ["SHARED1", "SHARED1"]}),
        # a serial only whole, and in its own case
        ("SN0002", {"unit": ["SN0002"]}),
        ("SN000", {}),
        ("sn0002", {}),
        ("%", {}),
        ("_", {}),
        ("", {}),
        ("\x00", {}),
        ("'; DROP TABLE product; --", {}),
    ],
)
def test_search(catalogue: RecordSearch, owner: Actor, text: str, expected: dict[str, list[str]]) -> None:
    found = kinds(catalogue.search(owner, text))
    found.pop("alert", None)
    assert found == expected


def test_notices_and_reports_are_found(database: Database, catalogue: RecordSearch, owner: Actor) -> None:
    reference = ReportIntake(database).take(NewReport(what="x", gtin=TOXIN, lot="Q9"))
    assert kinds(catalogue.search(owner, reference.lower())) == {"report": [reference]}
    assert kinds(catalogue.search(of(database, "Other"), reference)) == {}
    regulator = of(database, "Agency", OrganisationKind.REGULATOR)
    assert kinds(catalogue.search(regulator, reference)) == {"report": [reference]}


def test_what_is_another_organisations_is_not_there(
    database: Database, catalogue: RecordSearch, owner: Actor
) -> None:
    other = of(database, "Other")
    assert catalogue.product(owner, TOXIN).name == "Examplinum 100"
    assert catalogue.products(other) == []
    for text in ("examplinum", TOXIN, "A1001", "SN0002"):
        assert not set(kinds(catalogue.search(other, text))) - {"alert"}
    for look in (lambda: catalogue.product(other, TOXIN), lambda: catalogue.batch(other, TOXIN, "A1001")):
        with pytest.raises(NotFoundError):
            look()


def test_a_product_has_its_batches(catalogue: RecordSearch, owner: Actor) -> None:
    page = catalogue.product(owner, TOXIN[1:])
    assert page.total == 7
    assert {line.lot for line in page.batches} >= {"A1001", "AB/12", "C3016 C3"}
    assert page.batches[0].expiry == date(2070, 12, 31), "the longest lasting first"
    assert catalogue.product(owner, TOXIN, page=2).batches == ()


def test_a_batch_has_its_units_and_checks(database: Database, catalogue: RecordSearch, owner: Actor) -> None:
    desk = VerificationService(database)
    for _ in range(3):
        desk.verify(Question(gtin=TOXIN, lot="a 1001"), RequestOrigin(Channel.API))
    desk.close()
    page = catalogue.batch(owner, TOXIN, "a1001")
    assert page.lot == "A1001"
    assert page.units[Disposition.DISPENSED] == 1
    assert sum(page.checks.values()) == 3
    with pytest.raises(NotFoundError):
        catalogue.batch(owner, TOXIN, "A9999")
