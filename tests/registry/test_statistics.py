"""Figures of checks: counted once, of one's own products, days without a check included."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.reasons import Action
from service.registry.statistics import Statistics
from service.storage.database import Database
from service.storage.models import Manufacturer, Scan
from service.verification.service import VerificationService
from tests.factories.people import organisation
from tests.factories.questions import make_question
from tests.factories.records import TOXIN, put

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
ASKED: tuple[tuple[int, dict[str, Any]], ...] = (
    # days ago, what is asked
    (0, {"gtin": TOXIN, "lot": "A1001", "market": "FR"}),
    (0, {"gtin": TOXIN, "lot": "A1002", "market": "GB"}),
    (1, {"gtin": TOXIN, "lot": "A1002", "market": "GB"}),
    (29, {"gtin": TOXIN, "lot": "A1002"}),
    (30, {"gtin": TOXIN, "lot": "A1002"}),
    # never issued, typed in two ways
    (2, {"gtin": TOXIN, "lot": "ZZ77"}),
    (3, {"gtin": TOXIN, "lot": "ZZ77"}),
)


@pytest.fixture
def owner(database: Database) -> Actor:
    put(database)
    kind = OrganisationKind.MANUFACTURER
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=number))
    desk = VerificationService(database)
    for ago, asked in ASKED:
        answer = desk.verify(*make_question(**asked))
        desk._scans.flush()
        with database.transaction() as connection:
            moved = update(Scan).where(Scan.id == answer.id).values(at=NOW - timedelta(days=ago))
            connection.execute(moved)
    desk.close()
    return Actor("A", None, number, "Example Biologics", kind, frozenset({Role.VIEWER}))


@pytest.fixture
def figures(database: Database) -> Statistics:
    return Statistics(database, clock=lambda: NOW)


def test_by_day(figures: Statistics, owner: Actor) -> None:
    days = figures.by_day(owner, 30)
    assert (days[0].day, days[-1].day) == (date(2026, 10, 27), date(2026, 11, 25))
    assert len(days) == 30
    assert Counter({day.day: day.total for day in days if day.total}) == {
        NOW.date(): 2,
        date(2026, 11, 24): 1,
        date(2026, 11, 23): 1,
        date(2026, 11, 22): 1,
        date(2026, 10, 27): 1,
    }
    assert days[-1].answers[Action.REJECT] == 1
    assert sum(day.total for day in figures.by_day(owner, 90)) == len(ASKED)


def test_by_country(figures: Statistics, owner: Actor) -> None:
    bars = {bar.label: (bar.count, bar.stopped) for bar in figures.by_country(owner, 30)}
    assert bars == {"GB": (2, 2), "FR": (1, 1), "": (3, 3)}


def test_by_lot(figures: Statistics, owner: Actor) -> None:
    assert [(bar.key[1], bar.count) for bar in figures.by_lot(owner, 30)] == [("A1002", 3), ("A1001", 1)]


def test_unknown_lots(figures: Statistics, owner: Actor) -> None:
    assert [(bar.key, bar.count) for bar in figures.unknown_lots(owner, 30)] == [((TOXIN, "ZZ77"), 2)]


def test_nobody_sees_anothers_figures(database: Database, figures: Statistics, owner: Actor) -> None:
    other = Actor("B", None, organisation(database, "Other"), "Other", owner.kind, owner.roles)
    assert not any(day.total for day in figures.by_day(other, 90))
    for bars in (figures.by_country, figures.by_lot, figures.unknown_lots):
        assert bars(other, 90) == []
