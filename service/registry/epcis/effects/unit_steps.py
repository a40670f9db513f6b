"""Steps of units: shipping, receiving, dispensing, decommissioning, destroying, holding.

They go the way of corrections, which keep how each unit was, so that a step can be withdrawn. What a case
holds makes the step with it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from service.authenticity.dispositions import BizStep, may_move
from service.errors import ErrorCode, RefusedError
from service.registry.corrections.changes import ChangeMaker
from service.registry.corrections.units.selection import UnitSelection
from service.registry.corrections.units.unit_changes import UnitCorrection
from service.registry.epcis.effects.context import EventOutcome, OwnProduct, RecordContext, out_of_order
from service.registry.epcis.identity import key_of
from service.registry.epcis.staging import EpcChunk, StagedEvent
from service.storage.models import EpcisContainment

STEPS = {
    str(step.name).lower(): step
    for step in (
        BizStep.SHIPPING,
        BizStep.RECEIVING,
        BizStep.DISPENSING,
        BizStep.DECOMMISSIONING,
        BizStep.DESTROYING,
        BizStep.HOLDING,
    )
}
_MOST_LEVELS = 10
_MOST_HELD = 200_000
_AT_ONCE = 500


def move_units(record: RecordContext, event: StagedEvent, chunk: EpcChunk, outcome: EventOutcome) -> None:
    """Make the step with the units of a chunk and with those that its EPCs hold.

    SERIALS_NOT_ON_RECORD, EVENT_OUT_OF_ORDER.
    """
    if chunk.field != "epcList":
        return
    name = str(event.fields["bizStep"])
    for product, serials in record.units((*chunk.epcs, *held_by(record, chunk.epcs))).items():
        _require_possible(record, event, product, serials, STEPS[name])
        correction = UnitCorrection(product.gtin, UnitSelection(serials=tuple(serials)), step=name)
        seen = correction.look(record.connection, record.who, lock=True)
        reason = f"{record.reason} (event {event.event_id})"[:2000]
        changes = correction.make(record.connection, ChangeMaker(seen, record.who, record.at, reason))
        record.write_down(event, changes)
        numbers = {each.after["change"] for each in changes if each.after}
        outcome.did("changes", *sorted(numbers))
        record.journal.counts.changed += len(serials)


def held_by(record: RecordContext, uris: Iterable[str]) -> list[str]:
    """Everything inside the given things, at any depth, as URIs."""
    inside: list[str] = []
    keys = [key_of(uri) for uri in uris]
    for _ in range(_MOST_LEVELS):
        rows = _children(record, keys)
        if not rows:
            return inside
        keys = [key for key, _ in rows]
        inside += [uri for _, uri in rows]
        if len(inside) > _MOST_HELD:
            expected = f"at most {_MOST_HELD:,} things inside those of one event"
            raise RefusedError(ErrorCode.VALUE_INVALID, expected=expected, field="epcList")
    raise RefusedError(
        ErrorCode.VALUE_INVALID, expected=f"at most {_MOST_LEVELS} levels of packing", field="epcList"
    )


def _children(record: RecordContext, keys: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for at in range(0, len(keys), _AT_ONCE):
        statement = select(EpcisContainment.child_key, EpcisContainment.child_uri).where(
            EpcisContainment.owner == record.scope,
            EpcisContainment.parent_key.in_(keys[at : at + _AT_ONCE]),
        )
        found += [(row.child_key, row.child_uri) for row in record.connection.execute(statement)]
    return found


def _require_possible(
    record: RecordContext, event: StagedEvent, product: OwnProduct, serials: Sequence[str], step: BizStep
) -> None:
    for serial, disposition in record.dispositions(product, serials).items():
        if not may_move(disposition, step):
            expected = f"a unit that {step.name.lower()} may happen to"
            raise out_of_order(serial, expected, f"one that is {disposition}")
    record.require_later(event, product, serials)
