"""What alerts touch, and who may see and raise them."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.authenticity.reasons import Action
from service.errors import ForbiddenError, NotFoundError
from service.gs1.identifiers import Lot
from service.registry.alerts import matches
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.service import VerificationService
from tests.factories import recall_records
from tests.factories.lists import count, table
from tests.factories.recall_records import GTIN, OTHERS, Clock, alert_facts, asked

REGULATOR = AuditActor("Vera", 9, 99)


@pytest.fixture
def people(database: Database) -> tuple[AuditActor, AuditActor]:
    return recall_records.put(database)


@pytest.fixture
def desk(database: Database, people: tuple[AuditActor, AuditActor]) -> Iterator[VerificationService]:
    opened = VerificationService(database, window=0.1, read_clock=Clock())
    yield opened
    opened.close()


def raised(database: Database, who: AuditActor = REGULATOR, **changes: Any) -> int:
    regulator = who is REGULATOR
    return matches.raise_alert(
        database, alert_facts(**changes), who=who, reason="reported", regulator=regulator
    )


@pytest.mark.parametrize(
    ("changes", "batches", "units", "scans"),
    [
        ({}, 1, 5, 3),  # A1 twice with its product, once alone
        ({"gtin": ""}, 1, 5, 4),  # and once of a product that has no such lot
        ({"lot": None}, 2, 10, 3),
        ({"lot": None, "serial": "a1sn001"}, 0, 1, 1),
        ({"lot": None, "serial_prefix": "A1SN"}, 0, 5, 1),
        ({"lot": Lot.parse("ZZ")}, 0, 0, 0),
        ({"lot": None, "gtin": ""}, 0, 0, 0),
    ],
)  # fmt: skip
def test_what_an_alert_touches(
    database: Database,
    desk: VerificationService,
    changes: dict[str, Any],
    batches: int,
    units: int,
    scans: int,
) -> None:
    asked(desk, gtin=GTIN, lot="A-1", serial="A1SN001")
    asked(desk, gtin=GTIN, lot="A1")
    asked(desk, lot="a1")
    asked(desk, gtin=OTHERS, lot="A1")
    if changes.get("lot", True) is None:
        asked(desk, gtin=OTHERS, lot="B2")
    number = raised(database, **changes)
    found = matches.find(database, number, REGULATOR, regulator=True).touched
    assert found is not None
    assert (found.batches, found.units, found.scans) == (batches, units, scans)


def test_a_later_check_counts_up(database: Database, desk: VerificationService) -> None:
    number = raised(database)

    def checks() -> int:
        found = matches.find(database, number, REGULATOR, regulator=True).touched
        return found.scans if found else -1

    assert checks() == 0
    assert asked(desk, gtin=GTIN, lot="A1").verdict.action is Action.QUARANTINE  # effective at once
    assert checks() == 1


def test_the_same_notice_is_raised_once(database: Database, people: tuple[AuditActor, AuditActor]) -> None:
    assert raised(database) == raised(database)
    assert count(database, "alert") == 1
    (entry,) = [row for row in table(database, "audit_entry") if row["object_type"] == "alert"]
    assert (entry["actor"], entry["reason"]) == ("Vera", "reported")


def test_a_manufacturer_raises_and_sees_its_own(
    database: Database, people: tuple[AuditActor, AuditActor]
) -> None:
    mine, other = people
    number = raised(database, mine)
    with pytest.raises(ForbiddenError):
        raised(database, other)
    with pytest.raises(ForbiddenError):
        raised(database, mine, gtin="")
    by_lot = raised(database, gtin="")  # a regulator's, of a lot that one of theirs has
    assert {each.id for each in matches.listed(database, mine, regulator=False)} == {number, by_lot}
    assert matches.listed(database, other, regulator=False) == []
    with pytest.raises(NotFoundError):
        matches.find(database, number, other, regulator=False)
    assert [each.id for each in matches.listed(database, REGULATOR, regulator=True, search="a1")]
    assert matches.listed(database, REGULATOR, regulator=True, search="100%") == []
