"""Writes the events on record as one document of EPCIS 2.0, which can be captured elsewhere.

Events stand in the order of time and, within a moment, of their capture. The moment of capture is left out:
each repository has its own.
"""

import json
from datetime import UTC, datetime
from typing import IO

from sqlalchemy import Connection, Row, select

from service.registry.epcis.queries.json_ld import CONTEXT, events_of
from service.storage.database import Database
from service.storage.models import EpcisEvent

_AT_ONCE = 200


def export_events(database: Database, owner: int | None, target: IO[bytes], now: datetime) -> int:
    """Write all events of an organisation (None: all events); how many. One event is in memory at a time."""
    head = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    opening = json.dumps(head, indent=1).removesuffix("\n}")
    target.write(f'{opening},\n "epcisBody": {{"eventList": ['.encode())
    count, last = 0, None
    with database.reading() as connection:
        while rows := _next(connection, owner, last):
            for row in rows:
                (event,) = events_of(connection, [row.id], record_time=False)
                text = json.dumps(event, ensure_ascii=False)
                target.write((",\n" if count else "\n").encode() + text.encode())
                count += 1
            last = rows[-1]
    target.write(b"\n]}}\n")
    return count


def _next(
    connection: Connection, owner: int | None, last: Row[tuple[int, datetime]] | None
) -> list[Row[tuple[int, datetime]]]:
    statement = select(EpcisEvent.id, EpcisEvent.at).where(EpcisEvent.whole.is_(True))
    if owner is not None:
        statement = statement.where(EpcisEvent.owner == owner)
    if last is not None:
        same = (EpcisEvent.at == last.at) & (EpcisEvent.id > last.id)
        statement = statement.where((EpcisEvent.at > last.at) | same)
    return list(connection.execute(statement.order_by(EpcisEvent.at, EpcisEvent.id).limit(_AT_ONCE)))
