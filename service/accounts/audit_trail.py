"""What was changed, by whom and from where, as an organisation reads it: all that its own people did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from service.accounts.actors import Actor
from service.storage.audit import MOST_OF_AN_ID
from service.storage.database import Database
from service.storage.models import AuditEntry

PAGE = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One change, or one sign-in. `before` and `after` are plain values, without any secret."""

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


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show: of one object, of one person (by a part of the name), from one day to another (UTC)."""

    object_type: str = ""
    object_id: str = ""
    actor: str = ""
    since: date | None = None
    until: date | None = None


class AuditTrail:
    """Reads the record of changes. Nothing anywhere changes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, actor: Actor, wanted: AuditFilter, *, before: int | None = None
    ) -> tuple[list[AuditLine], int | None]:
        """The newest `PAGE` entries older than the entry `before`; where to go on, if there are more."""
        query = _wanted(actor, wanted, before).limit(PAGE + 1)
        with self._database.reading() as connection:
            rows = [AuditLine(*row) for row in connection.execute(query)]
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return rows[:PAGE], more

    def all(self, actor: Actor, wanted: AuditFilter) -> Iterator[AuditLine]:
        """Every entry, the newest first, some hundred at a time: no transaction stays open in between."""
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
        """The latest that was done to one thing, by anybody. Whether one may see it, the caller knows."""
        of_thing = AuditEntry.object_type == object_type, AuditEntry.object_id == object_id[:MOST_OF_AN_ID]
        query = select(*_COLUMNS).where(*of_thing).order_by(AuditEntry.id.desc()).limit(most)
        with self._database.reading() as connection:
            return [AuditLine(*row) for row in connection.execute(query)]

    def object_types(self, actor: Actor) -> list[str]:
        """What kinds of things the organisation's entries speak of."""
        mine = AuditEntry.organisation_id == actor.organisation_id
        with self._database.reading() as connection:
            return sorted(connection.scalars(select(AuditEntry.object_type).where(mine).distinct()))


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
