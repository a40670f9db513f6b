"""What the records say of the time: the latest moment on record, and corrections after a wrong clock.

A machine whose clock was years ahead leaves records of the future. `set_right` moves the checks and what was
seen back to now, and notes from which entry on the audit, which nothing can change, counts again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import AuditEntry, ClockCorrection, DeviceMarkKey, Scan, SightingRow, Suspect

_PIECE = 500
_WEEK = int(timedelta(days=7).total_seconds())


@dataclass(frozen=True, slots=True)
class LatestRecord:
    """The latest moment on record, or None. `corrections`: how often a clock was set right."""

    moment: datetime | None
    corrections: int = 0


def latest_record(database: Database) -> LatestRecord:
    """The latest moment that a check, the audit or a correction bears."""
    with database.reading() as connection:
        return _latest(connection)


def set_right(database: Database, now: datetime, *, who: AuditActor, reason: str) -> LatestRecord:
    """Say that it is `now` (aware), whatever the records bear; what was the latest before.

    Checks and sightings of the future become checks of now. All is written in the audit.
    """
    moved = 0
    while True:
        with database.transaction() as connection:
            touched = _move_checks(connection, now)
        moved += touched
        if touched < _PIECE:
            break
    with database.transaction() as connection:
        before = _latest(connection)
        _move_sightings(connection, now)
        _move_suspects(connection, now)
        period = int(now.timestamp()) // _WEEK
        connection.execute(delete(DeviceMarkKey).where(DeviceMarkKey.period > period))
        after = {"latest": now.isoformat(), "checks_moved": moved}
        shown = {"latest": before.moment.isoformat() if before.moment else None}
        change = AuditChange("set_clock_right", "clock", "clock", shown, after)
        write_down(connection, [change], who=who, at=now, reason=reason)
        values = {"at": now, "audit_id": connection.scalar(select(func.max(AuditEntry.id)))}
        connection.execute(insert(ClockCorrection).values(values))
    return before


def _latest(connection: Connection) -> LatestRecord:
    latest = select(ClockCorrection.at, ClockCorrection.audit_id).order_by(ClockCorrection.id.desc()).limit(1)
    corrected = connection.execute(latest).first()
    audited = select(func.max(AuditEntry.at))
    if corrected is not None:
        audited = audited.where(AuditEntry.id >= corrected.audit_id)
    moments = [connection.scalar(select(func.max(Scan.at))), connection.scalar(audited)]
    count = connection.scalar(select(func.count()).select_from(ClockCorrection)) or 0
    return LatestRecord(max((each for each in moments if each is not None), default=None), count)


def _move_checks(connection: Connection, now: datetime) -> int:
    rows = connection.execute(select(Scan.id, Scan.verdict).where(Scan.at > now).limit(_PIECE)).all()
    for row in rows:
        said = {**row.verdict, "as_of": now.isoformat()}
        earlier = case((Scan.scanned_at > now, now), else_=Scan.scanned_at)
        values = {"at": now, "verdict": said, "scanned_at": earlier}
        connection.execute(update(Scan).where(Scan.id == row.id).values(values))
    return len(rows)


def _move_sightings(connection: Connection, now: datetime) -> None:
    _move_ends(connection, SightingRow, SightingRow.first, SightingRow.last, int(now.timestamp()))


def _move_suspects(connection: Connection, now: datetime) -> None:
    _move_ends(connection, Suspect, Suspect.first, Suspect.last, int(now.timestamp()))
    connection.execute(update(Suspect).where(Suspect.moved > now).values(moved=now))


def _move_ends(connection: Connection, table: Any, first: Any, last: Any, now: int) -> None:
    values: dict[str, ColumnElement[int]] = {
        "first": case((first > now, now), else_=first),
        "last": case((last > now, now), else_=last),
    }
    connection.execute(update(table).where(last > now).values(values))
