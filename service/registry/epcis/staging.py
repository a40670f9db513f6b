"""Keeps a document's checked events on disk until they go on record, in the order in which they happened.

Lists of EPCs are cut into chunks, so that an event of a million units is never in memory twice.
"""

import hashlib
import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from service.errors import ConflictError, ErrorCode
from service.registry.epcis.documents import EventRefusal
from service.registry.epcis.event_checks import CheckedEvent
from service.registry.epcis.identity import EPC_FIELDS, content_sha256, id_of

CHUNK = 2_500
"""EPCs that are looked at together."""

_PLAN, _ORDER = "events.jsonl", "order.bin"


@dataclass(frozen=True, slots=True)
class EpcChunk:
    """Some EPCs of one field; `start` is the place of the first."""

    field: str
    start: int
    epcs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StagedEvent:
    """One event: `fields` without its EPCs, which are in `chunks` chunks."""

    number: int
    place: str
    at: datetime
    event_id: str
    sha256: str
    fields: dict[str, Any]
    chunks: int
    epcs: int


class EventStaging:
    """Writes the events of one document into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._target: BinaryIO = (folder / _PLAN).open("wb")
        self._at = array("d")
        self._offsets = array("Q")
        self._known: dict[tuple[str, bool], str] = {}
        self.events = 0
        self.epcs = 0
        self.repeated = 0
        """Events that the document has twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._target.close()

    def add(self, event: CheckedEvent) -> list[EventRefusal]:
        """Keep an event; refused where the document has another one of the same id."""
        fields = event.fields
        sha256 = content_sha256(fields, event.at)
        event_id = fields.get("eventID") or id_of(sha256)
        declares = "errorDeclaration" in fields
        earlier = self._known.setdefault((event_id, declares), sha256)
        if earlier != sha256:
            return [EventRefusal(event.place, event.number, known_otherwise(event_id))]
        if len(self._known) == self.events:
            self.repeated += 1
            return []
        chunks = list[tuple[str, int, list[str]]]()
        for name in EPC_FIELDS:
            uris = fields.pop(name, None)
            uris = [uris] if isinstance(uris, str) else uris or []
            chunks += [(name, at, uris[at : at + CHUNK]) for at in range(0, len(uris), CHUNK)]
            self.epcs += len(uris)
        head = {
            "number": event.number,
            "place": event.place,
            "at": event.at.isoformat(),
            "event_id": event_id,
            "sha256": sha256,
            "fields": fields,
            "chunks": len(chunks),
            "epcs": sum(len(each[2]) for each in chunks),
        }
        self._at.append(event.at.timestamp())
        self._offsets.append(self._target.tell())
        self.events += 1
        for line in (head, *chunks):
            self._target.write(json.dumps(line).encode() + b"\n")
        return []

    def close(self) -> str:
        """Write the rest, with the order; the SHA-256 of what was written."""
        self._target.flush()
        order = sorted(range(self.events), key=self._at.__getitem__)
        with (self._folder / _ORDER).open("wb") as target:
            array("Q", (self._offsets[each] for each in order)).tofile(target)
        return plan_hash(self._folder)


def plan_hash(folder: Path) -> str:
    """The SHA-256 over the staged events and their order."""
    digest = hashlib.sha256()
    for name in (_PLAN, _ORDER):
        with (folder / name).open("rb") as source:
            digest.update(hashlib.file_digest(source, "sha256").digest())
    return digest.hexdigest()


class StagedEvents:
    """Reads staged events by their place in the order."""

    def __init__(self, folder: Path) -> None:
        self._source: BinaryIO = (folder / _PLAN).open("rb")
        self._order = array("Q")
        with (folder / _ORDER).open("rb") as source:
            self._order.frombytes(source.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def __len__(self) -> int:
        return len(self._order)

    def event(self, at: int) -> StagedEvent:
        """The event at a place (from 0) in the order of time; its chunks can be read next."""
        self._source.seek(self._order[at])
        said = json.loads(self._source.readline())
        return StagedEvent(**said | {"at": datetime.fromisoformat(said["at"]).astimezone(UTC)})

    def chunks(self, event: StagedEvent) -> Iterator[EpcChunk]:
        """The chunks of the event that was read last."""
        for _ in range(event.chunks):
            name, start, epcs = json.loads(self._source.readline())
            yield EpcChunk(name, start, tuple(epcs))


def known_otherwise(event_id: str) -> ConflictError:
    """The error of an id that another event has already."""
    return ConflictError(
        ErrorCode.EVENT_KNOWN_OTHERWISE,
        given=event_id,
        expected="the same event as before, or an id of its own",
        field="eventID",
    )
