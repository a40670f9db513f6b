"""Writes the list of suspects from scans; the result does not depend on the order of the scans.

Everything but the state is a maximum, a minimum or a union, updated in the transaction that records the
scans. A person's decision stays until clearly more is seen than they cleared.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.scan_history.rules import STRONGER
from service.authenticity.scan_history.suspects import StandingOut
from service.storage.database import Database
from service.storage.hot.sightings import Subject, SubjectScope
from service.storage.models import Suspect


class SuspectState(StrEnum):
    """What a person decided about a suspect, if anything."""

    OPEN = "open"
    HELD = "held"
    ALERTED = "alerted"
    CLEARED = "cleared"


def write_suspect(
    database: Database, connection: Connection, subject: Subject, standing: StandingOut, at: datetime
) -> None:
    """Add a subject to the list, or update its row."""
    codes = tuple(sorted({str(reason.code) for reason in standing.reasons}))
    values: dict[str, Any] = {
        "score": standing.score,
        "codes": codes,
        "reasons": to_plain(standing.reasons),
        "first": standing.first,
        "last": standing.last,
    }
    new = {"scope": subject.scope, "product_id": subject.product_id, "name": subject.name}
    new |= values | {"state": SuspectState.OPEN, "moved": at, "cleared": None}
    fresh = database.insert_new(Suspect).values(new).returning(Suspect.id)
    if connection.scalar(fresh) is not None:
        return
    query = select(Suspect.__table__).where(
        Suspect.scope == subject.scope,
        Suspect.product_id == subject.product_id,
        Suspect.name == subject.name,
    )
    row = connection.execute(query.with_for_update()).one()
    values |= {
        "score": max(row.score, standing.score),
        "codes": tuple({*row.codes, *codes}),
        "first": min(row.first, standing.first),
        "last": max(row.last, standing.last),
    }
    if standing.score < row.score:
        values["reasons"] = row.reasons
    if row.state == SuspectState.CLEARED and _comes_back(subject, standing, row):
        values |= {"state": SuspectState.OPEN, "moved": at}
    connection.execute(update(Suspect).where(Suspect.id == row.id).values(values))


def _comes_back(subject: Subject, standing: StandingOut, row: Any) -> bool:
    # A unit's verdicts already take the clearing into account: whatever stands out now exceeds it.
    if subject.scope is SubjectScope.UNIT:
        return True
    codes = {str(reason.code) for reason in standing.reasons}
    return standing.score >= row.cleared + STRONGER or not codes <= set(row.codes)


def to_plain(reasons: tuple[Reason, ...]) -> list[Any]:
    """Convert reasons to plain values for JSON."""
    return [[str(each.code), str(each.severity), dict(each.params)] for each in reasons]


def from_plain(plain: list[Any]) -> tuple[Reason, ...]:
    """Convert plain values back to reasons."""
    return tuple(
        Reason(ReasonCode(code), Action(severity), tuple(params.items())) for code, severity, params in plain
    )
