"""Checks sensor data by the schemas of EPCIS 2.0 (section 7.3.7): known names and the types of their values.

It is used for nothing here; a document with broken sensor data is refused like any other broken one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.gs1.epc.uris import is_absolute_uri
from service.registry.epcis.documents import Path
from service.registry.epcis.vocabulary import words_of

_HEX = re.compile(r"[0-9A-Fa-f]+")
_NUMBERS = words_of("value minValue maxValue meanValue sDev percRank percValue")
_URIS = words_of(
    "deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism chemicalSubstance "
    "coordinateReferenceSystem uriValue"
)
_TIMES = words_of("time startTime endTime")
_TEXTS = words_of("type exception component stringValue uom hexBinaryValue")
_REPORT = _NUMBERS | _URIS | _TEXTS | {"time", "booleanValue"}
_METADATA = _TIMES | words_of("deviceID deviceMetadata rawData dataProcessingMethod bizRules type")

Fault = tuple[Path, Any, str]
"""Where, what was given, and what was expected."""


def sensor_faults(
    element: Mapping[str, Any], is_time: Callable[[str], bool], *, typed: bool
) -> Iterator[Fault]:
    """Everything that is wrong with one sensor element. `typed`: a report needs a type, or an exception."""
    yield from _names(element, frozenset({"sensorMetadata", "sensorReport", "type"}), ())
    metadata = element.get("sensorMetadata", {})
    if isinstance(metadata, dict):
        yield from _names(metadata, _METADATA, ("sensorMetadata",))
        yield from _values(metadata, ("sensorMetadata",), is_time)
    else:
        yield ("sensorMetadata",), metadata, "an object"
    reports = element.get("sensorReport")
    if not isinstance(reports, list) or not reports:
        yield ("sensorReport",), reports, "a list of at least one report"
        return
    for at, report in enumerate(reports):
        path: Path = ("sensorReport", at)
        if not isinstance(report, dict) or (typed and not ("type" in report or "exception" in report)):
            yield path, report, "a report with its type, or an exception"
            continue
        yield from _names(report, _REPORT, path)
        yield from _values(report, path, is_time)


def _names(value: Mapping[str, Any], known: frozenset[str], path: Path) -> Iterator[Fault]:
    for name in value:
        if name not in known and not name.startswith("{"):
            yield (*path, name), name, "a field of sensor data, or a name with a namespace"


def _values(value: Mapping[str, Any], path: Path, is_time: Callable[[str], bool]) -> Iterator[Fault]:
    for name, each in value.items():
        expected = _expected(name, each, is_time)
        if expected:
            yield (*path, name), each, expected


def _expected(name: str, value: Any, is_time: Callable[[str], bool]) -> str:
    """What a value of this name has to be; empty where it is."""
    if name in _NUMBERS:
        right, expected = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
    elif name == "booleanValue":
        right, expected = isinstance(value, bool), "true or false"
    elif name in _TIMES:
        right, expected = isinstance(value, str) and is_time(value), "a date and time with its zone"
    elif name in _URIS:
        right, expected = isinstance(value, str) and is_absolute_uri(value), "an absolute URI"
    elif name == "hexBinaryValue":
        right, expected = isinstance(value, str) and _HEX.fullmatch(value) is not None, "hexadecimal digits"
    else:
        right, expected = isinstance(value, str) or name not in _TEXTS, "text"
    return "" if right else expected
