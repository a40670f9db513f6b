"""Puts one staged event on record, chunk by chunk: its row, its EPCs, and what it does to units and lots."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Row, insert, select, update

from service.registry.epcis.effects.aggregations import pack, unpack
from service.registry.epcis.effects.commissioning import commission_lots, commission_units
from service.registry.epcis.effects.context import NOT_HERE, EventOutcome, RecordContext
from service.registry.epcis.effects.declarations import declare_wrong
from service.registry.epcis.effects.recalls import recall_classes, recall_units, says_recalled
from service.registry.epcis.effects.unit_steps import STEPS, move_units
from service.registry.epcis.identity import CLASS_FIELDS, epcs_of, key_of
from service.registry.epcis.staging import EpcChunk, StagedEvent, known_otherwise
from service.storage.models import EpcisEvent, EpcisEventEpc

_NEW = frozenset({"commissioning", "creating_class_instance"})
_NOT_USED = "Events of this kind change no record here."


class EventEffect(Enum):
    """What an event does to the record."""

    DECLARE = "declares another event to be wrong"
    RECALL = "recalls units, lots or a product"
    COMMISSION = "puts units and lots on record"
    STEP = "moves units on"
    PACK = "puts things into another"
    UNPACK = "takes things out of another"
    NONE = "is kept"


def effect_of(fields: dict[str, Any]) -> EventEffect:
    """What an event does, by its type, action, business step and disposition (CBV 2.0, sections 7.1, 7.2)."""
    kind, action, step = fields["type"], fields.get("action", ""), fields.get("bizStep")
    if "errorDeclaration" in fields:
        return EventEffect.DECLARE
    if kind == "AggregationEvent" and action in ("ADD", "DELETE"):
        return EventEffect.PACK if action == "ADD" else EventEffect.UNPACK
    adds = kind == "TransformationEvent" or (kind == "ObjectEvent" and action == "ADD")
    if adds or kind != "ObjectEvent":
        return EventEffect.COMMISSION if adds and step in _NEW else EventEffect.NONE
    if says_recalled(fields):
        return EventEffect.RECALL
    return EventEffect.STEP if step in STEPS else EventEffect.NONE


class EventApplier:
    """Applies the events of one capture in one transaction."""

    def __init__(self, record: RecordContext, capture_id: int) -> None:
        self._record = record
        self._capture = capture_id

    def known(self, event: StagedEvent) -> bool:
        """Whether the same event is on record. EVENT_KNOWN_OTHERWISE for another one of its id."""
        row = self._row(event)
        if row is None:
            return False
        if row.content_sha256 != event.sha256:
            raise known_otherwise(event.event_id)
        return bool(row.whole) or row.capture_id != self._capture

    def apply(
        self, event: StagedEvent, chunks: Sequence[EpcChunk], *, first: bool, last: bool
    ) -> EventOutcome:
        """Put some chunks of an event on record; with the `first` also all that is no EPC."""
        outcome = EventOutcome()
        if first:
            number = self._insert(event)
        else:
            row = self._row(event)
            assert row is not None  # noqa: S101 (its first chunk is on record)
            number = row.id
            outcome.effect, outcome.applied = row.effect or {}, row.outcome == "applied"
            outcome.why = [row.why] if row.why and row.why != NOT_HERE else []
        effect = effect_of(event.fields)
        if first:
            self._first(event, effect, outcome)
        for chunk in chunks:
            self._chunk(event, effect, chunk, number, outcome)
            self._keep_epcs(number, chunk)
        self._note(number, effect, outcome, last=last)
        return outcome

    def keep(self, event: StagedEvent, chunks: Sequence[EpcChunk], why: str, *, last: bool) -> None:
        """Keep an event, or the rest of one, that cannot be applied any more."""
        row = self._row(event)
        number = row.id if row is not None else self._insert(event)
        for chunk in chunks:
            self._keep_epcs(number, chunk)
        outcome = EventOutcome(applied=row is not None and row.outcome == "applied", why=[why])
        outcome.effect = row.effect or {} if row is not None else {}
        self._note(number, EventEffect.NONE, outcome, last=last)

    def _first(self, event: StagedEvent, effect: EventEffect, outcome: EventOutcome) -> None:
        if effect is EventEffect.DECLARE:
            declare_wrong(self._record, event, outcome)
        elif effect is EventEffect.RECALL:
            recall_classes(self._record, event, outcome)
        elif effect is EventEffect.COMMISSION:
            commission_lots(self._record, event, outcome)

    def _chunk(
        self, event: StagedEvent, effect: EventEffect, chunk: EpcChunk, number: int, outcome: EventOutcome
    ) -> None:
        record = self._record
        if effect is EventEffect.COMMISSION:
            commission_units(record, event, chunk, outcome)
        elif effect is EventEffect.STEP:
            move_units(record, event, chunk, outcome)
        elif effect is EventEffect.RECALL:
            recall_units(record, event, chunk, outcome)
        elif effect is EventEffect.UNPACK and chunk.field == "parentID" and event.epcs == 1:
            if not event.fields.get("childQuantityList"):
                unpack(record, None, chunk.epcs[0], outcome)
        elif effect in (EventEffect.PACK, EventEffect.UNPACK) and chunk.field == "childEPCs":
            parent = self._parent_of(number)
            if effect is EventEffect.PACK:
                pack(record, chunk, parent, number, outcome)
            else:
                unpack(record, chunk, parent, outcome)

    def _parent_of(self, number: int) -> str:
        statement = select(EpcisEventEpc.uri).where(
            EpcisEventEpc.event_id == number, EpcisEventEpc.field == "parentID"
        )
        return str(self._record.connection.scalar(statement) or "")

    def _row(self, event: StagedEvent) -> Row[Any] | None:
        return self._record.connection.execute(
            select(EpcisEvent.__table__).where(
                EpcisEvent.owner == self._record.scope,
                EpcisEvent.event_id == event.event_id,
                EpcisEvent.declares_error.is_("errorDeclaration" in event.fields),
            )
        ).one_or_none()

    def _insert(self, event: StagedEvent) -> int:
        fields = event.fields
        values = {
            "capture_id": self._capture,
            "owner": self._record.scope,
            "event_id": event.event_id,
            "declares_error": "errorDeclaration" in fields,
            "content_sha256": event.sha256,
            "type": fields["type"],
            "action": fields.get("action", ""),
            "at": event.at,
            "recorded": self._record.at,
            "biz_step": fields.get("bizStep", ""),
            "disposition": fields.get("disposition", ""),
            "read_point": fields.get("readPoint", {}).get("id", ""),
            "biz_location": fields.get("bizLocation", {}).get("id", ""),
            "body": fields,
            "outcome": "kept",
        }
        connection = self._record.connection
        number = connection.execute(insert(EpcisEvent).values(values).returning(EpcisEvent.id)).scalar_one()
        for name in CLASS_FIELDS:
            self._keep_epcs(number, EpcChunk(name, 0, tuple(epcs_of(fields, name))))
        return int(number)

    def _keep_epcs(self, number: int, chunk: EpcChunk) -> None:
        rows = [
            {"event_id": number, "field": chunk.field, "place": place, "uri": uri, "key": key_of(uri)}
            for place, uri in enumerate(chunk.epcs, chunk.start)
        ]
        if rows:
            self._record.connection.execute(insert(EpcisEventEpc), rows)

    def _note(self, number: int, effect: EventEffect, outcome: EventOutcome, *, last: bool) -> None:
        why = " ".join(outcome.why)
        if not outcome.applied and not why:
            why = _NOT_USED if effect is EventEffect.NONE else NOT_HERE
        values = {
            "outcome": "applied" if outcome.applied else "kept",
            "why": why,
            "effect": outcome.effect or None,
            "whole": last,
        }
        self._record.connection.execute(update(EpcisEvent).where(EpcisEvent.id == number).values(values))
