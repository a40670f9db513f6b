"""Makes changes of the record, or keeps them as requests until a second person has decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    LargeChange,
    RecordChange,
    SecondPerson,
)
from service.registry.lists.cells import free_text
from service.storage.audit import MOST_OF_AN_ID, AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import ChangeRequest

MOST = 200
"""Requests of one page."""

_LOCK = 0x636F7272  # any number that is not used for something else: "corr"


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A request. `own`: the asking person is its author, who cannot agree to it.

    `decided_…`: None while it waits.
    """

    id: int
    kind: str
    object_type: str
    object_id: str
    change: dict[str, Any]
    seal: str
    at: datetime
    actor: str
    reason: str
    state: str
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    own: bool


def _now() -> datetime:
    return datetime.now(UTC)


class ChangeRequests:
    """The changes of one database. `kinds`: every kind of change, by its name."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, type[RecordChange]],
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock

    def preview(self, change: RecordChange, who: AuditActor) -> ChangePreview:
        """What the change would do; nothing is changed."""
        with self._database.reading() as connection:
            return change.look(connection, who)

    def submit(
        self, change: RecordChange, *, reason: str, who: AuditActor, seal: str | None = None
    ) -> int | None:
        """Make the change, or keep it for a second person: the number of the request, None where it is made.

        `seal`: of the preview that was shown; RECORD_CHANGED where the change would do something else now.
        """
        reason, at = _said(reason), self._clock()
        with self._database.transaction() as connection:
            seen = self._seen(connection, change, who, seal)
            if seen.second is not SecondPerson.NOT_NEEDED:
                return self._ask(connection, change, ChangeMaker(seen, who, at, reason))
            if not isinstance(change, LargeChange):
                self._make(connection, change, ChangeMaker(seen, who, at, reason))
                return None
        change.begin(self._database, ChangeMaker(seen, who, at, reason))
        with self._database.transaction() as connection:
            seen = self._seen(connection, change, who, None)
            self._make(connection, change, ChangeMaker(seen, who, at, reason))
        return None

    def _seen(
        self, connection: Connection, change: RecordChange, who: AuditActor, seal: str | None
    ) -> ChangePreview:
        """What the change does, with the record locked. RECORD_CHANGED where that is not what was shown."""
        self._database.advisory_lock(connection, _LOCK)
        seen = change.look(connection, who, lock=True)
        if seal is not None and seen.seal != seal:
            raise ConflictError(ErrorCode.RECORD_CHANGED, field="reason")
        return seen

    @staticmethod
    def _make(connection: Connection, change: RecordChange, maker: ChangeMaker) -> None:
        changes = change.make(connection, maker)
        write_down(connection, changes, who=maker.who, at=maker.at, reason=maker.reason)

    def waiting(self, who: AuditActor) -> list[WaitingChange]:
        """The organisation's requests that wait, the oldest first, at most `MOST`."""
        statement = _visible(who).where(ChangeRequest.state == "waiting").order_by(ChangeRequest.id)
        with self._database.reading() as connection:
            return [_shown(row, who) for row in connection.execute(statement.limit(MOST)).mappings()]

    def find(self, number: int, who: AuditActor) -> WaitingChange:
        """One of the organisation's. NotFoundError."""
        with self._database.reading() as connection:
            return _shown(_row(connection, number, who), who)

    def change_of(self, request: WaitingChange) -> RecordChange:
        """The change that is asked for."""
        return self._kinds[request.kind].of_values(request.change)

    def approve(self, number: int, *, who: AuditActor, seal: str | None = None) -> None:
        """Make the change that another person asked for.

        OWN_REQUEST for its author, RECORD_CHANGED where it would do something else than its author was shown.
        `seal`: of what the second person was shown.
        """
        at = self._clock()
        with self._database.transaction() as connection:
            request, change, seen = self._agreed(connection, number, who, seal)
            maker = ChangeMaker(seen, who, at, request.reason)
            if not isinstance(change, LargeChange):
                return self._approve(connection, request, change, maker)
        change.begin(self._database, maker)
        with self._database.transaction() as connection:
            _require_waiting(_shown(_row(connection, number, who, lock=True), who))
            seen = self._seen(connection, change, who, None)
            return self._approve(connection, request, change, replace(maker, seen=seen))

    def _agreed(
        self, connection: Connection, number: int, who: AuditActor, seal: str | None
    ) -> tuple[WaitingChange, RecordChange, ChangePreview]:
        """The request, its change and what that does, where this person may agree to it."""
        self._database.advisory_lock(connection, _LOCK)
        request = _shown(_row(connection, number, who, lock=True), who)
        _require_waiting(request)
        if request.own:
            raise ForbiddenError(ErrorCode.OWN_REQUEST, given=request.object_id, field="request")
        change = self.change_of(request)
        seen = change.look(connection, who, lock=True)
        if seen.seal != request.seal or (seal is not None and seal != request.seal):
            raise ConflictError(ErrorCode.RECORD_CHANGED, field="request")
        return request, change, seen

    def _approve(
        self, connection: Connection, request: WaitingChange, change: RecordChange, maker: ChangeMaker
    ) -> None:
        changes = change.make(connection, maker)
        self._decide(connection, request.id, "made", who=maker.who, at=maker.at, reason="")
        decided = AuditChange(
            "approve", "change_request", str(request.id), {"asked_by": request.actor}, {"state": "made"}
        )
        write_down(connection, [*changes, decided], who=maker.who, at=maker.at, reason=request.reason)

    def refuse(self, number: int, *, reason: str, who: AuditActor) -> None:
        """End a request without its change. Its author retracts it, another person refuses it."""
        reason = _said(reason)
        with self._database.transaction() as connection:
            request = _shown(_row(connection, number, who, lock=True), who)
            _require_waiting(request)
            state, at = ("retracted" if request.own else "refused"), self._clock()
            self._decide(connection, number, state, who=who, at=at, reason=reason)
            change = AuditChange(
                "refuse", "change_request", str(number), {"asked_by": request.actor}, {"state": state}
            )
            write_down(connection, [change], who=who, at=at, reason=reason)

    @staticmethod
    def _ask(connection: Connection, change: RecordChange, maker: ChangeMaker) -> int:
        seen = maker.seen
        same = select(ChangeRequest.id).where(
            ChangeRequest.state == "waiting",
            ChangeRequest.kind == change.kind,
            ChangeRequest.object_type == seen.object_type,
            ChangeRequest.object_id == seen.object_id[:MOST_OF_AN_ID],
        )
        if (waiting := connection.scalar(same)) is not None:
            raise ConflictError(ErrorCode.REQUEST_WAITS, given=str(waiting), field="reason")
        values = {
            "organisation_id": seen.organisation_id,
            "kind": change.kind,
            "object_type": seen.object_type,
            "object_id": seen.object_id[:MOST_OF_AN_ID],
            "change": change.values(),
            "seal": seen.seal,
            "at": maker.at,
            "actor": maker.who.name,
            "account_id": maker.who.account_id,
            "reason": maker.reason,
            "state": "waiting",
        }
        number = connection.execute(
            insert(ChangeRequest).values(values).returning(ChangeRequest.id)
        ).scalar_one()
        after = {each.field: each.after for each in seen.fields} | {"request": number}
        before = {each.field: each.before for each in seen.fields}
        asked = AuditChange("ask", seen.object_type, seen.object_id, before, after)
        write_down(connection, [asked], who=maker.who, at=maker.at, reason=maker.reason)
        return int(number)

    @staticmethod
    def _decide(
        connection: Connection, number: int, state: str, *, who: AuditActor, at: datetime, reason: str
    ) -> None:
        connection.execute(
            update(ChangeRequest)
            .where(ChangeRequest.id == number)
            .values(
                state=state,
                decided_at=at,
                decided_by=who.name,
                decided_account_id=who.account_id,
                decision_reason=reason,
            )
        )


def _said(reason: str) -> str:
    text = free_text(reason, 500)
    if not text:
        raise RefusedError(ErrorCode.VALUE_MISSING, field="reason")
    return text


def _visible(who: AuditActor) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(ChangeRequest.__table__)
    if who.organisation_id is None:
        return statement
    return statement.where(ChangeRequest.organisation_id == who.organisation_id)


def _row(connection: Connection, number: int, who: AuditActor, *, lock: bool = False) -> Any:
    statement = _visible(who).where(ChangeRequest.id == number)
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().first()
    if row is None:
        expected = "the number of a request"
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected=expected, field="id")
    return row


def _require_waiting(request: WaitingChange) -> None:
    if request.state != "waiting":
        raise ConflictError(
            ErrorCode.CONFLICT,
            given=str(request.id),
            expected="waiting",
            found=request.state,
            field="request",
        )


def _shown(row: Any, who: AuditActor) -> WaitingChange:
    same = {name: row[name] for name in WaitingChange.__slots__ if name != "own"}
    return WaitingChange(**same, own=who.is_same(row["account_id"], row["actor"]))
