"""Opens a file as a document of events: tells XML from JSON, and reads and checks one event after another."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from service.registry.epcis.documents import (
    DocumentKind,
    DocumentRefusedError,
    EventRefusal,
    EventSource,
    ReadEvent,
    refused_whole,
)
from service.registry.epcis.event_checks import CheckedEvent, check_event
from service.registry.epcis.json_reader import JsonEvents
from service.registry.epcis.vocabulary import EVENT_TYPES
from service.registry.epcis.xml_reader import XmlEvents

MOST_REFUSALS = 200
"""How many refusals of one document are named."""

START = 64 * 1024
"""Bytes of a file that tell what it is."""


_WORDS = re.compile(rf'"(?:{"|".join(sorted(EVENT_TYPES | {DocumentKind.EVENTS, DocumentKind.QUERY}))})"')


def looks_like_events(path: Path) -> bool:
    """Whether a file is meant as a document of EPCIS: XML of any kind, or JSON that names one of its types.

    Lists of other kinds are JSON too (notices of openFDA), so that JSON has to say what it is.
    """
    try:
        with path.open("rb") as source:
            start = source.read(START)
    except OSError:
        return False
    return starts_like_events(start)


def starts_like_events(start: bytes) -> bool:
    """`looks_like_events`, of the first bytes of a file (`START` of them are enough)."""
    text = _decoded(start).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return True
    if not text.startswith("{"):
        return False
    return _WORDS.search(text) is not None or '"eventList"' in text or '"events"' in text


def _decoded(start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return start.decode("utf-16", "replace")
    if start[:2] in (b"<\x00", b"\x00<"):
        return start.decode("utf-16-le" if start[1:2] == b"\x00" else "utf-16-be", "replace")
    return start.decode("utf-8", "replace")


def open_events(path: Path) -> EventSource:
    """The document in a file. Raises `DocumentRefusedError`, with its place, for what is no such document."""
    with path.open("rb") as source:
        text = _decoded(source.read(START)).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return XmlEvents(path)
    if text.startswith("{"):
        return JsonEvents(path)
    raise refused_whole("line 1", "a document of EPCIS in XML or JSON", json.dumps(text[:20]))


def checked_events(
    source: EventSource, now: datetime, keep: Callable[[CheckedEvent], list[EventRefusal]]
) -> int:
    """Read all of a document and hand each good event to `keep`; how many there were.

    `keep` may refuse one too. Raises `DocumentRefusedError` with everything that was refused, at the end.
    """
    refusals: list[EventRefusal] = []
    count = 0
    for event in _until_broken(source, refusals):
        count += 1
        checked = check_event(event, source.head, now)
        found = keep(checked) if isinstance(checked, CheckedEvent) and not refusals else checked
        if isinstance(found, list):
            refusals += found
        if len(refusals) >= MOST_REFUSALS:
            break
    if refusals:
        raise DocumentRefusedError(refusals[:MOST_REFUSALS])
    return count


def _until_broken(source: EventSource, refusals: list[EventRefusal]) -> Iterator[ReadEvent]:
    """The events up to a place where the document cannot be read on, which is one more refusal."""
    try:
        yield from source.events()
    except DocumentRefusedError as error:
        refusals += error.refusals
