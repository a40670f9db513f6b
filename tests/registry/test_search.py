"""An organisation finds and reads its own records, and nobody else's."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.errors import NotFoundError
from service.registry.found_records import SearchHit
from service.registry.recalls import issue, read_recall_form
from service.registry.search import BatchFilter, RecordSearch
from service.reports.intake import NewReport, ReportIntake
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.lists import imported
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
    found = kinds(list(catalogue.search(owner, text).hits))
    found.pop("alert", None)
    assert found == expected


def test_notices_and_reports_are_found(database: Database, catalogue: RecordSearch, owner: Actor) -> None:
    reference = ReportIntake(database).take(NewReport(what="x", gtin=TOXIN, lot="Q9"))
    assert kinds(list(catalogue.search(owner, reference.lower()).hits)) == {"report": [reference]}
    assert kinds(list(catalogue.search(of(database, "Other"), reference).hits)) == {}
    regulator = of(database, "Agency", OrganisationKind.REGULATOR)
    assert kinds(list(catalogue.search(regulator, reference).hits)) == {"report": [reference]}


def test_what_is_another_organisations_is_not_there(
    database: Database, catalogue: RecordSearch, owner: Actor
) -> None:
    other = of(database, "Other")
    assert catalogue.product(owner, TOXIN).name == "Examplinum 100"
    assert catalogue.products(other) == []
    for text in ("examplinum", TOXIN, "A1001", "SN0002"):
        assert not set(kinds(list(catalogue.search(other, text).hits))) - {"alert"}
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


def test_a_whole_scan_finds_product_lot_and_serial(catalogue: RecordSearch, owner: Actor) -> None:
    for text in (f"]d201{TOXIN}10A1001\x1d21SN0002", f"(01){TOXIN}(10)A1001(21)SN0002"):
        found = kinds(list(catalogue.search(owner, text).hits))
        found.pop("alert", None)
        assert found == {"product": ["Examplinum 100"], "batch": ["A1001"], "unit": ["SN0002"]}


def test_a_recall_is_found_by_its_reference(
    database: Database, catalogue: RecordSearch, owner: Actor
) -> None:
    form = {
        "gtin": TOXIN,
        "scope": "lot",
        "lot": "A1001",
        "recall_class": "II",
        "reason": "x",
        "reference": "CAPA-77",
    }
    number = issue(database, read_recall_form(form), who=owner.who)
    (hit,) = catalogue.search(owner, "capa-77").hits
    assert (hit.kind, hit.key) == ("recall", (str(number),))
    assert not catalogue.search(of(database, "Other"), "CAPA-77").hits


def test_the_number_is_the_true_one_and_every_record_stands_on_one_page(
    database: Database, catalogue: RecordSearch, owner: Actor, tmp_path: Path
) -> None:
    rows = "".join(f"{TOXIN},ZZ{number:03},2028-12-31\n" for number in range(130))
    assert imported(database, tmp_path, f"gtin,lot,expiry\n{rows}").new == 130
    pages = [catalogue.search(owner, "ZZ", page=number) for number in (1, 2, 3)]
    assert {page.total for page in pages} == {130}
    assert [page.pages for page in pages] == [3, 3, 3]
    lots = [hit.title for page in pages for hit in page.hits]
    assert sorted(lots) == lots
    assert len(set(lots)) == 130
    assert catalogue.search(owner, "ZZ", page=99) == pages[-1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (BatchFilter(lot="f", sort="lot"), ["F1", "F2", "F3"]),
        (BatchFilter(lot="F", sort="lot", upwards=True), ["F3", "F2", "F1"]),
        (BatchFilter(lot="F", status="on_hold"), ["F2"]),
        (BatchFilter(lot="F", until=date(2027, 12, 31), sort="lot"), ["F1"]),
        (BatchFilter(lot="F", sort="quantity"), ["F2", "F3", "F1"]),
        (BatchFilter(lot="F", sort="quantity", upwards=True), ["F1", "F3", "F2"]),
        (BatchFilter(lot="F", sort="expiry"), ["F3", "F2", "F1"]),
    ],
)
def test_lots_are_filtered_and_sorted(
    database: Database,
    catalogue: RecordSearch,
    owner: Actor,
    tmp_path: Path,
    wanted: BatchFilter,
    expected: list[str],
) -> None:
    lots = ("F1,2027-12-31,released,", "F2,2028-12-31,on_hold,900", "F3,2029-12-31,released,5")
    rows = "".join(f"{TOXIN},{lot}\n" for lot in lots)
    assert imported(database, tmp_path, f"gtin,lot,expiry,status,quantity\n{rows}").new == 3
    page = catalogue.product(owner, TOXIN, wanted=wanted)
    assert [line.lot for line in page.batches] == expected
    assert page.total == len(expected)
