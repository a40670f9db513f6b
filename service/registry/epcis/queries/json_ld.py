"""Writes a kept event as JSON-LD of EPCIS 2.0: its EPCs in their order, and prefixes for its extensions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from service.registry.epcis.identity import EPC_FIELDS
from service.registry.epcis.vocabulary import KNOWN_PREFIXES
from service.storage.models import EpcisEvent, EpcisEventEpc

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"

_PREFIX_OF = {namespace: prefix for prefix, namespace in KNOWN_PREFIXES.items()}
_STANDARD = frozenset(KNOWN_PREFIXES) - {"sbdh"}
_LISTS = frozenset(EPC_FIELDS) - {"parentID"}
_FIRST = ("type", "eventID", "eventTime", "recordTime", "eventTimeZoneOffset")


def events_of(connection: Connection, numbers: Sequence[int], *, record_time: bool) -> list[dict[str, Any]]:
    """The events behind row numbers, in their order. `record_time`: with the moment of their capture."""
    rows = connection.execute(select(EpcisEvent.__table__).where(EpcisEvent.id.in_(numbers))).mappings()
    by_id = {row["id"]: row for row in rows}
    epcs: dict[int, dict[str, list[str]]] = {}
    statement = (
        select(EpcisEventEpc.event_id, EpcisEventEpc.field, EpcisEventEpc.uri)
        .where(EpcisEventEpc.event_id.in_(numbers), EpcisEventEpc.field.in_(EPC_FIELDS))
        .order_by(EpcisEventEpc.event_id, EpcisEventEpc.field, EpcisEventEpc.place)
    )
    for number, field, uri in connection.execute(statement):
        epcs.setdefault(number, {}).setdefault(field, []).append(uri)
    return [
        _event(by_id[number], epcs.get(number, {}), record_time=record_time)
        for number in numbers
        if number in by_id
    ]


def _event(row: RowMapping, epcs: dict[str, list[str]], *, record_time: bool) -> dict[str, Any]:
    said: dict[str, Any] = dict(row["body"]) | {"eventID": row["event_id"]}
    if record_time:
        said["recordTime"] = f"{row['recorded']:%Y-%m-%dT%H:%M:%S}.{row['recorded'].microsecond // 1000:03}Z"
    for field, uris in epcs.items():
        said[field] = uris if field in _LISTS else uris[0]
    if said["type"] == "ObjectEvent" and "epcList" not in said and not said.get("quantityList"):
        said["epcList"] = []
    prefixes: dict[str, str] = {}
    written: dict[str, Any] = _written(said, prefixes)
    context = {prefix: namespace for prefix, namespace in prefixes.items() if prefix not in _STANDARD}
    ordered = {name: written[name] for name in _FIRST if name in written}
    return ({"@context": context} if context else {}) | ordered | written


def _written(value: Any, prefixes: dict[str, str]) -> Any:
    """With a prefix for each namespace; those in use are collected."""
    if isinstance(value, dict):
        return {_name(name, prefixes): _written(each, prefixes) for name, each in value.items()}
    if isinstance(value, list):
        return [_written(each, prefixes) if isinstance(each, (dict, list)) else each for each in value]
    return value


def _name(name: str, prefixes: dict[str, str]) -> str:
    if not name.startswith("{"):
        return name
    namespace, _, local = name[1:].partition("}")
    prefix = _PREFIX_OF.get(namespace)
    if prefix is None:
        prefix = next((each for each, of in prefixes.items() if of == namespace), f"ext{len(prefixes) + 1}")
    prefixes[prefix] = namespace
    return f"{prefix}:{local}"
