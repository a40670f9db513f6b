"""The list of what stands out, written in any order."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select, update

from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history.suspects import StandingOut
from service.storage import suspects
from service.storage.database import Database
from service.storage.hot.sightings import Subject, SubjectScope
from service.storage.models import Suspect

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


def standing(score: float, first: int, last: int, *codes: ReasonCode) -> StandingOut:
    reasons = tuple(Reason(code, Action.QUARANTINE, (("score", str(score)),)) for code in codes)
    return StandingOut(score, reasons, first, last)


SEEN = [
    standing(9.0, 50, 60, ReasonCode.SEEN_ELSEWHERE),
    standing(4.5, 10, 70, ReasonCode.SEEN_OUTSIDE_MARKET),
    standing(6.0, 20, 90, ReasonCode.MANY_DEVICES),
]


def put(database: Database, subject: Subject, *seen: StandingOut) -> Any:
    for each in seen:
        with database.transaction() as connection:
            suspects.write_suspect(database, connection, subject, each, NOW)
    with database.reading() as connection:
        return connection.execute(select(Suspect.__table__).where(Suspect.name == subject.name)).one()


def test_the_most_that_was_seen_stays_in_whichever_order(database: Database) -> None:
    for number, order in enumerate(permutations(SEEN)):
        row = put(database, Subject(SubjectScope.UNIT, 1, f"U{number}"), *order)
        assert (row.score, row.first, row.last, row.state) == (9.0, 10, 90, "open")
        assert row.codes == ("many_devices", "seen_elsewhere", "seen_outside_market")
        assert suspects.from_plain(row.reasons) == SEEN[0].reasons


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (standing(6.9, 1, 2, ReasonCode.LOT_CHECKED_OFTEN), "cleared"),
        (standing(7.0, 1, 2, ReasonCode.LOT_CHECKED_OFTEN), "open"),
        # for another reason than the one that was cleared
        (standing(3.0, 1, 2, ReasonCode.LOT_SEEN_ELSEWHERE), "open"),
    ],
)
def test_a_cleared_lot_comes_back_when_clearly_more_is_seen(
    database: Database, seen: StandingOut, state: str
) -> None:
    lot = Subject(SubjectScope.LOT, 1, "L1")
    put(database, lot, standing(6.0, 1, 2, ReasonCode.LOT_CHECKED_OFTEN))
    with database.transaction() as connection:
        connection.execute(update(Suspect).values(state="cleared", cleared=6.0))
    assert put(database, lot, seen).state == state
