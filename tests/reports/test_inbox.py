"""Reports are looked into by those whose product it is, step by step, and each step is written down."""

import pytest
from sqlalchemy import select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.errors import ConflictError, NotFoundError
from service.reports.inbox import NEXT, ReportInbox
from service.reports.intake import NewReport, ReportIntake, ReportStatus
from service.storage.database import Database
from service.storage.models import AuditEntry, Report
from tests.factories.people import organisation


@pytest.fixture
def triage(database: Database) -> ReportInbox:
    return ReportInbox(database)


def person(database: Database, name: str, kind: OrganisationKind) -> Actor:
    return Actor("Ada", None, organisation(database, name, kind), name, kind, frozenset({Role.RELEASER}))


@pytest.fixture
def owner(database: Database) -> Actor:
    return person(database, "Example Biologics", OrganisationKind.MANUFACTURER)


@pytest.fixture
def reference(database: Database, owner: Actor) -> str:
    """A report about the owner's product; the first in the table."""
    made = ReportIntake(database).take(NewReport(what="x", lot="A1", contact="me@example.org"))
    with database.transaction() as connection:
        connection.execute(update(Report).values(organisation_id=owner.organisation_id))
    return made


def test_only_the_owner_and_regulators_see_a_report(
    database: Database, triage: ReportInbox, owner: Actor, reference: str
) -> None:
    regulator = person(database, "Agency", OrganisationKind.REGULATOR)
    other = person(database, "Other", OrganisationKind.MANUFACTURER)
    for who in (owner, regulator):
        assert [line.reference for line in triage.listing(who)] == [reference]
        assert triage.open(who, 1).contact == "me@example.org"
    assert triage.listing(other) == []
    assert sum(triage.counts(other).values()) == 0
    for act in (
        lambda: triage.open(other, 1),
        lambda: triage.photo(other, 1, 1),
        lambda: triage.decide(other, 1, "cleared", note="n", said=""),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_a_step_is_told_to_the_reporter_and_written_down(
    database: Database, triage: ReportInbox, owner: Actor, reference: str
) -> None:
    triage.decide(owner, 1, "looking", note="asked the distributor", said="We will ring you.")
    triage.decide(owner, 1, "confirmed", note="wrong print", said="")
    followed = ReportIntake(database).follow(reference)
    assert followed.status is ReportStatus.CONFIRMED
    assert [(step.status, step.said) for step in followed.steps] == [
        (ReportStatus.CONFIRMED, ""),
        (ReportStatus.LOOKING, "We will ring you."),
    ]
    assert "distributor" not in repr(followed)
    with database.reading() as connection:
        entries = connection.execute(select(AuditEntry.action, AuditEntry.before, AuditEntry.reason)).all()
    assert [tuple(entry) for entry in entries] == [
        ("report_looking", {"status": "new"}, "asked the distributor"),
        ("report_confirmed", {"status": "looking"}, "wrong print"),
    ]


@pytest.mark.parametrize("state", list(NEXT))
@pytest.mark.parametrize("to", [*NEXT, "", "elsewhere"])
def test_only_steps_that_lead_somewhere(
    triage: ReportInbox, owner: Actor, reference: str, state: str, to: str
) -> None:
    if state != "new":
        triage.decide(owner, 1, state, note="n", said="")
    if to in NEXT[state]:
        triage.decide(owner, 1, to, note="n", said="")
        assert triage.open(owner, 1).line.status == to
    else:
        with pytest.raises(ConflictError):
            triage.decide(owner, 1, to, note="n", said="")
        assert triage.open(owner, 1).line.status == state


def test_what_presses_most_comes_first(database: Database, triage: ReportInbox, owner: Actor) -> None:
    reports = ReportIntake(database)
    for what, harmed in (("old", False), ("ill", True), ("new", False)):
        reports.take(NewReport(what=what, harmed=harmed))
    with database.transaction() as connection:
        connection.execute(update(Report).values(organisation_id=owner.organisation_id))
    triage.decide(owner, 1, "cleared", note="n", said="")
    assert [line.what for line in triage.listing(owner)] == ["ill", "new", "old"]
    assert [line.what for line in triage.listing(owner, "cleared")] == ["old"]
    assert triage.counts(owner) == {"new": 2, "looking": 0, "confirmed": 0, "cleared": 1}
