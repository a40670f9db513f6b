"""Alerts withdrawn, and manufacturers merged."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, update

from service.accounts.actors import OrganisationKind
from service.authenticity.evidence import AlertKind
from service.authenticity.reasons import Action, ReasonCode
from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.registry.alerts import matches
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.changes import SecondPerson
from service.registry.corrections.manufacturers import ManufacturerMerge, manufacturers
from service.registry.public_notices import public_recalls, public_warnings
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer, Product
from tests.factories.corrections import Bench, opened_bench
from tests.factories.lists import count, table
from tests.factories.people import organisation
from tests.factories.recall_records import GTIN, OTHERS, alert_facts

C, A = ReasonCode, Action


@pytest.fixture
def bench(database: Database, database_url: str) -> Iterator[Bench]:
    with opened_bench(database, database_url) as made:
        yield made


def raised(bench: Bench, **changes: object) -> int:
    facts = alert_facts(**changes)
    return matches.raise_alert(bench.database, facts, who=bench.who, reason="by hand", clock=bench.clock)


NAMED: list[dict[str, object]] = [
    {},
    {"lot": None, "serial": "A1SN001"},
    {"lot": None, "serial_prefix": "A1SN"},
    {"kind": AlertKind.RECALLED},
]


@pytest.mark.parametrize("named", NAMED, ids=["lot", "serial", "beginning", "recall"])
def test_withdrawing_an_alert_restores_the_verdict(bench: Bench, named: dict[str, object]) -> None:
    before = bench.verdict()
    number = raised(bench, **named)
    assert bench.verdict() != before
    bench.make(AlertWithdrawal(number))
    assert bench.verdict() == before
    notices: list[Any] = [*public_warnings(bench.database).entries, *public_recalls(bench.database).entries]
    assert [each.withdrawn is not None for each in notices] == [True]
    shown = matches.find(bench.database, number, bench.who, regulator=False)
    assert shown.withdrawn
    with pytest.raises(ConflictError) as again:
        bench.make(AlertWithdrawal(number))
    assert again.value.code is ErrorCode.WITHDRAWN_BEFORE
    with pytest.raises(ConflictError):  # word for word once more is no new alert
        raised(bench, **named)
    entries = [row["action"] for row in table(bench.database, "audit_entry")]
    assert entries == ["create", "withdraw"]


def test_an_alert_is_withdrawn_by_whose_it_is(bench: Bench) -> None:
    number = raised(bench)
    agency = organisation(bench.database, "MHRA", kind=OrganisationKind.REGULATOR)
    with pytest.raises(ForbiddenError):
        bench.known.submit(AlertWithdrawal(number), reason="r", who=bench.stranger)
    with pytest.raises(NotFoundError):
        bench.make(AlertWithdrawal(77))
    bench.two()
    assert bench.known.preview(AlertWithdrawal(number), bench.who).second is SecondPerson.ORGANISATION
    # the authority that published it
    assert (
        bench.known.submit(AlertWithdrawal(number), reason="r", who=AuditActor("Vera", 5, agency)) is not None
    )


def test_a_wrongly_made_manufacturer_becomes_the_right_one(bench: Bench) -> None:
    with bench.database.transaction() as connection:
        values = {"id": 7, "name": "Exampel Biologics", "organisation_id": bench.who.organisation_id}
        connection.execute(insert(Manufacturer).values(values | {"gs1_prefixes": ("950600",)}))
        connection.execute(update(Product).where(Product.gtin == GTIN).values(manufacturer_id=7))
    merge = ManufacturerMerge("Exampel Biologics", "Example Biologics")
    seen = bench.known.preview(merge, bench.who)
    assert (seen.touched.lots, seen.touched.units) == (2, 10)
    bench.make(merge)
    assert manufacturers(bench.database, bench.who) == [("Example Biologics", 1)]
    row = next(row for row in table(bench.database, "manufacturer") if row["id"] == 1)
    assert row["gs1_prefixes"] == "950600"
    assert bench.verdict()[0] is A.ACCEPT
    actions = [(row["action"], row["object_id"]) for row in table(bench.database, "audit_entry")]
    assert actions == [("merge", "Exampel Biologics"), ("correct", GTIN)]


def test_only_own_manufacturers_are_merged(bench: Bench) -> None:
    with pytest.raises(NotFoundError) as theirs:
        bench.make(ManufacturerMerge("Other Biologics", "Example Biologics"))
    assert theirs.value.field == "wrong"
    with pytest.raises(NotFoundError):
        bench.make(ManufacturerMerge("Example Biologics", "Nothing"))
    with pytest.raises(RefusedError):
        bench.make(ManufacturerMerge("Example Biologics", "Example Biologics"))
    terminal, merge = AuditActor("root"), ManufacturerMerge("Other Biologics", "Example Biologics")
    with pytest.raises(ForbiddenError):  # not even at a terminal from one organisation to another
        bench.known.submit(merge, reason="r", who=terminal)
    assert count(bench.database, "audit_entry") == 0
    assert manufacturers(bench.database, AuditActor("root")) == [
        ("Example Biologics", 1),
        ("Other Biologics", 1),
    ]
    assert OTHERS
