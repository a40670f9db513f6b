"""Answers simple event queries of one organisation, page by page, in the order that was asked for."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from service.errors import ErrorCode, RefusedError
from service.registry.epcis.identity import EPC_FIELDS
from service.registry.epcis.queries.json_ld import CONTEXT, events_of
from service.registry.epcis.queries.parameters import EventQuery
from service.storage.database import Database
from service.storage.models import EpcisEvent, EpcisEventEpc

MOST_EPCS = 100_000
"""EPCs on one page: a page ends behind the event that passes this number."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of an answer. `after`: the token of the next page, empty on the last one."""

    events: list[dict[str, Any]]
    after: str


class EventQueries:
    """The events that an organisation has sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, owner: int, query: EventQuery) -> EventPage:
        """The next page. VALUE_INVALID for a token of no page, and for more events than `maxEventCount`."""
        done, place = _place(query.after)
        column: Any = EpcisEvent.recorded if query.by_record_time else EpcisEvent.at
        where = [EpcisEvent.owner == owner, EpcisEvent.whole.is_(True), *query.conditions]
        order = (column.desc(), EpcisEvent.id.desc()) if query.descending else (column, EpcisEvent.id)
        each = query.each if query.most is None else min(query.each, query.most - done)
        with self._database.reading() as connection:
            if query.refuses_more and not query.after:
                _require_few(connection, where, query)
            statement = select(EpcisEvent.id, column).where(*where).order_by(*order)
            if place is not None:
                statement = statement.where(_behind(column, place, descending=query.descending))
            rows = connection.execute(statement.limit(each + 1)).all() if each > 0 else []
            rows, more = _fitting(connection, list(rows), each)
            events = events_of(connection, [row[0] for row in rows], record_time=True)
        done += len(rows)
        more = more and bool(rows) and (query.most is None or done < query.most)
        return EventPage(events, _token(done, rows[-1]) if more else "")


def document_of(events: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """The answer to a query as an EPCISQueryDocument."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "epcisBody": {
            "queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}
        },
    }


def _require_few(connection: Connection, where: list[ColumnElement[bool]], query: EventQuery) -> None:
    some = select(EpcisEvent.id).where(*where).limit((query.most or 0) + 1).subquery()
    if (connection.scalar(select(func.count()).select_from(some)) or 0) > (query.most or 0):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=str(query.most),
            expected="a question with fewer answers",
            found="more events than that",
            field="maxEventCount",
        )


def _fitting(connection: Connection, rows: list[Any], each: int) -> tuple[list[Any], bool]:
    """The rows that fit on the page by their EPCs, and whether there are more behind them."""
    of_rows = EpcisEventEpc.event_id.in_([row[0] for row in rows]), EpcisEventEpc.field.in_(EPC_FIELDS)
    counts = select(EpcisEventEpc.event_id, func.count()).where(*of_rows).group_by(EpcisEventEpc.event_id)
    counted = {row[0]: row[1] for row in connection.execute(counts)}
    fitting, epcs = list[Any](), 0
    for row in rows[:each]:
        fitting.append(row)
        epcs += counted.get(row[0], 0)
        if epcs > MOST_EPCS:
            break
    return fitting, len(fitting) < len(rows)


def _behind(column: Any, place: tuple[datetime, int], *, descending: bool) -> ColumnElement[bool]:
    at, number = place
    if descending:
        return or_(column < at, and_(column == at, EpcisEvent.id < number))
    return or_(column > at, and_(column == at, EpcisEvent.id > number))


def _token(done: int, row: Any) -> str:
    said = json.dumps([done, row[1].isoformat(), row[0]])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _place(token: str) -> tuple[int, tuple[datetime, int] | None]:
    """How many events are done, and the place of the last one."""
    if not token:
        return 0, None
    try:
        done, at, number = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        pass
    else:
        if moment.tzinfo is not None and type(done) is type(number) is int and 0 <= number < 2**31:
            return done, (moment, number)
    raise RefusedError(
        ErrorCode.VALUE_INVALID, given=token[:40], expected="the token of a page", field="nextPageToken"
    )
