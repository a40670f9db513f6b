"""What holds what: aggregations put things into a case or pallet, and take them out (EPCIS 2.0, 7.4.3)."""

from sqlalchemy import delete, insert, select

from service.registry.epcis.effects.context import EventOutcome, RecordContext, out_of_order
from service.registry.epcis.identity import key_of
from service.registry.epcis.staging import EpcChunk
from service.storage.models import EpcisContainment

_AT_ONCE = 500


def pack(record: RecordContext, chunk: EpcChunk, parent: str, row: int, outcome: EventOutcome) -> None:
    """Put the children of a chunk into the parent. EVENT_OUT_OF_ORDER for one that is elsewhere."""
    children = {key_of(uri): uri for uri in chunk.epcs}
    within = _within(record, list(children))
    for key, holder in within.items():
        if holder != key_of(parent):
            raise out_of_order(children[key], "a thing that was taken out of what held it before", holder)
    for product, serials in record.units(chunk.epcs).items():
        record.dispositions(product, serials)
    rows = [
        {
            "owner": record.scope,
            "child_key": key,
            "child_uri": uri,
            "parent_key": key_of(parent),
            "event_id": row,
        }
        for key, uri in children.items()
        if key not in within
    ]
    if rows:
        record.connection.execute(insert(EpcisContainment), rows)
    outcome.did("packed", len(rows))


def unpack(record: RecordContext, chunk: EpcChunk | None, parent: str, outcome: EventOutcome) -> None:
    """Take the children of a chunk, or everything (None), out of the parent."""
    inside = (
        EpcisContainment.owner == record.scope,
        EpcisContainment.parent_key == key_of(parent),
    )
    if chunk is None:
        gone = record.connection.execute(delete(EpcisContainment).where(*inside)).rowcount
        outcome.did("unpacked", gone)
        return
    keys = [key_of(uri) for uri in chunk.epcs]
    for at in range(0, len(keys), _AT_ONCE):
        some = EpcisContainment.child_key.in_(keys[at : at + _AT_ONCE])
        gone = record.connection.execute(delete(EpcisContainment).where(*inside, some)).rowcount
        outcome.did("unpacked", gone)


def _within(record: RecordContext, keys: list[str]) -> dict[str, str]:
    """Of the things that are in something, what holds each."""
    found: dict[str, str] = {}
    for at in range(0, len(keys), _AT_ONCE):
        statement = select(EpcisContainment.child_key, EpcisContainment.parent_key).where(
            EpcisContainment.owner == record.scope,
            EpcisContainment.child_key.in_(keys[at : at + _AT_ONCE]),
        )
        found |= {row.child_key: row.parent_key for row in record.connection.execute(statement)}
    return found
