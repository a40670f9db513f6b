"""Read access to the audit: the entries that the people of one organisation caused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from service.accounts.actors import Actor
from service.gs1.identifiers import Lot
from service.storage.audit import MOST_OF_AN_ID
from service.storage.database import Database
from service.storage.models import AuditEntry

PAGE = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One audited change or sign-in. `before` and `after` are plain JSON values without secrets; None where
    absent. `pin_device`: the shared device on which the person had signed in by PIN, empty for other ways.
    """

    id: int
    at: datetime
    actor: str
    network: str
    action: str
    object_type: str
    object_id: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    pin_device: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Filter of audit entries: by object, by part of a person's name, by a range of days (UTC, both
    included).
    """

    object_type: str = ""
    object_id: str = ""
    actor: str = ""
    since: date | None = None
    until: date | None = None


class AuditTrail:
    """Reads the audit. No use case changes it; database triggers refuse UPDATE and DELETE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, actor: Actor, wanted: AuditFilter, *, before: int | None = None
    ) -> tuple[list[AuditLine], int | None]:
        """Return the newest `PAGE` entries before the entry id `before`, and the id to continue from (None:
        the last page).
        """
        query = _wanted(actor, wanted, before).limit(PAGE + 1)
        with self._database.reading() as connection:
            rows = [AuditLine(*row) for row in connection.execute(query)]
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return rows[:PAGE], more

    def all(self, actor: Actor, wanted: AuditFilter) -> Iterator[AuditLine]:
        """Yield every entry, newest first, in batches of several hundred, so that no transaction stays open
        between them.
        """
        before: int | None = None
        while True:
            query = _wanted(actor, wanted, before).limit(_AT_ONCE)
            with self._database.reading() as connection:
                rows = [AuditLine(*row) for row in connection.execute(query)]
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            before = rows[-1].id

    def audit_of(self, object_type: str, object_id: str, *, most: int = PAGE) -> list[AuditLine]:
        """Return the latest entries of one object, by any actor. The caller checks that the reader may see
        it. A lot's entries under its earlier numbers are among them.
        """
        found: dict[int, AuditLine] = {}
        name: str | None = object_id[:MOST_OF_AN_ID]
        before: int | None = None
        with self._database.reading() as connection:
            while name is not None:
                of_thing = [AuditEntry.object_type == object_type, AuditEntry.object_id == name]
                of_thing += [AuditEntry.id < before] if before is not None else []
                query = select(*_COLUMNS).where(*of_thing).order_by(AuditEntry.id.desc()).limit(most)
                lines = [AuditLine(*row) for row in connection.execute(query)]
                found |= {line.id: line for line in lines}
                name, before = _earlier_name(lines) if len(found) < most else (None, None)
        return sorted(found.values(), key=lambda line: -line.id)[:most]

    def object_types(self, actor: Actor) -> list[str]:
        """Return the object types that occur in the organisation's entries."""
        mine = AuditEntry.organisation_id == actor.organisation_id
        with self._database.reading() as connection:
            return sorted(connection.scalars(select(AuditEntry.object_type).where(mine).distinct()))


def _earlier_name(lines: list[AuditLine]) -> tuple[str | None, int | None]:
    """Under which name a lot was on record before it was given another number, and until which entry."""
    for line in reversed(lines):
        lot = (line.before or {}).get("lot") if line.object_type == "batch" else None
        if line.action == "correct" and lot:
            return f"{line.object_id.partition('/')[0]}/{Lot.parse(str(lot)).key}", line.id
    return None, None


_COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.network,
    AuditEntry.action,
    AuditEntry.object_type,
    AuditEntry.object_id,
    AuditEntry.reason,
    AuditEntry.before,
    AuditEntry.after,
    AuditEntry.pin_device,
)


def _wanted(actor: Actor, wanted: AuditFilter, before: int | None) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = [AuditEntry.organisation_id == actor.organisation_id]
    if wanted.object_type:
        conditions.append(AuditEntry.object_type == wanted.object_type)
    if wanted.object_id:
        conditions.append(AuditEntry.object_id.contains(wanted.object_id[:MOST_OF_AN_ID], autoescape=True))
    if wanted.actor:
        conditions.append(AuditEntry.actor.icontains(wanted.actor, autoescape=True))
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until is not None:
        end = datetime.combine(wanted.until, time(), UTC) + timedelta(days=1)
        conditions.append(AuditEntry.at < end)
    if before is not None:
        conditions.append(AuditEntry.id < before)
    return select(*_COLUMNS).where(*conditions).order_by(AuditEntry.id.desc())
