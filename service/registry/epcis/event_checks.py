"""Checks one neutral event against the standard: EPCIS 2.0, section 7.4, and its schemas in JSON and XML.

What is used here is checked as the schemas do. Of sensor data and of extensions only the shape is: they are
kept as they are. A word of the CBV comes out bare.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.gs1.epc.uris import is_absolute_uri
from service.registry.epcis.documents import DocumentHead, EventRefusal, Path, ReadEvent
from service.registry.epcis.sensor_checks import sensor_faults
from service.registry.epcis.vocabulary import EVENT_TYPES, KNOWN_PREFIXES, word_or_uri, words_of

_COMMON = words_of("type eventTime recordTime eventTimeZoneOffset eventID certificationInfo errorDeclaration")
_SHARED = _COMMON | words_of(
    "bizStep disposition persistentDisposition readPoint bizLocation bizTransactionList sourceList "
    "destinationList sensorElementList"
)
FIELDS: Mapping[str, frozenset[str]] = {
    "ObjectEvent": _SHARED | {"epcList", "quantityList", "action", "ilmd"},
    "AggregationEvent": _SHARED | {"parentID", "childEPCs", "childQuantityList", "action"},
    "AssociationEvent": _SHARED | {"parentID", "childEPCs", "childQuantityList", "action"},
    "TransactionEvent": _SHARED | {"parentID", "epcList", "quantityList", "action"},
    "TransformationEvent": _SHARED
    | words_of("inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID ilmd"),
}
_ACTIONS = ("ADD", "OBSERVE", "DELETE")
_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
    r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?",
    re.IGNORECASE | re.ASCII,
)
_OFFSET = re.compile(r"([+-])(?:(0\d|1[0-3]):([0-5]\d)|14:00)", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_FUTURE = timedelta(hours=1)
"""How far a sender's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """An event as it is kept: `fields` in neutral form, `at` its moment in UTC."""

    number: int
    place: str
    fields: dict[str, Any]
    at: datetime


def check_event(event: ReadEvent, head: DocumentHead, now: datetime) -> CheckedEvent | list[EventRefusal]:
    """The event as it is kept, or all that is wrong with it. `now`: later events are refused."""
    found = list(event.refusals())
    checks = _Checks(event.fields, head, now)
    checks.all()
    found += [EventRefusal(event.locate(path), event.number, error) for path, error in checks.errors]
    if found or checks.at is None:
        return found
    return CheckedEvent(event.number, event.locate(()), event.fields, checks.at)


def moment_of(text: str, offset: str = "") -> datetime | None:
    """A date and time of XML Schema or RFC 3339 in UTC; without a zone that of `offset`. None: unreadable."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1] in "zZ" else _six_digits(text))
        if at.tzinfo is None:
            zone = _OFFSET.fullmatch(offset)
            if zone is None:
                return None
            at = at.replace(tzinfo=_zone(offset))
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _six_digits(text: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _zone(offset: str) -> timezone:
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)


class _Checks:
    """The checks of one event; `errors` with the path of each."""

    def __init__(self, fields: dict[str, Any], head: DocumentHead, now: datetime) -> None:
        self._fields = fields
        self._head = head
        self._json = head.syntax == "json"
        self._now = now
        self.errors: list[tuple[Path, VialcheckError]] = []
        self.at: datetime | None = None

    def all(self) -> None:
        """Everything. An event of another vocabulary's type has only the common fields."""
        fields = self._fields
        kind = fields.get("type")
        known = FIELDS.get(kind) if isinstance(kind, str) else None
        if known is None and not (isinstance(kind, str) and ":" in kind):
            self._refuse(("type",), kind, f"one of {', '.join(sorted(EVENT_TYPES))}")
            return
        self._names(fields, known if known is not None else frozenset(fields), ())
        self._common()
        if known is None:
            return
        for name in sorted(known & fields.keys()):
            if check := _FIELD_CHECKS.get(name):
                check(self, name, fields[name])
        self._action(str(kind))
        self._contents(str(kind))

    def _common(self) -> None:
        fields = self._fields
        if not self._head.strict and fields.get("eventTimeZoneOffset") in ("Z", "z"):
            fields["eventTimeZoneOffset"] = "+00:00"
        offset = fields.get("eventTimeZoneOffset")
        if self._need("eventTimeZoneOffset") and not (isinstance(offset, str) and _OFFSET.fullmatch(offset)):
            self._refuse(("eventTimeZoneOffset",), offset, "an offset such as +02:00")
            offset = ""
        if self._need("eventTime"):
            default = str(offset) if not self._head.strict else ""
            self.at = self._time(("eventTime",), fields["eventTime"], default, seconds=True)
            if self.at is not None and self.at > self._now + _FUTURE:
                error = RefusedError(
                    ErrorCode.EVENT_IN_FUTURE,
                    given=str(fields["eventTime"]),
                    expected=f"an event that has happened, by {self._now:%Y-%m-%dT%H:%M:%SZ}",
                    field="eventTime",
                )
                self.errors.append((("eventTime",), error))
        if "recordTime" in fields:
            self._time(("recordTime",), fields["recordTime"], str(offset or ""))
        for name in ("eventID",):
            if name in fields:
                self._uri((name,), fields[name])
        if "errorDeclaration" in fields:
            self._declaration(fields["errorDeclaration"])
        certificates = fields.get("certificationInfo", [])
        for at, each in enumerate(certificates if isinstance(certificates, list) else [certificates]):
            self._uri(("certificationInfo", at), each)

    def _need(self, name: str) -> bool:
        if self._fields.get(name) in (None, ""):
            self.errors.append(((name,), RefusedError(ErrorCode.VALUE_MISSING, field=name)))
            return False
        return True

    def _time(self, path: Path, value: Any, offset: str, *, seconds: bool = False) -> datetime | None:
        """The moment of a field. `seconds`: they have to be there, as the schemas want them."""
        at = moment_of(value, offset) if isinstance(value, str) else None
        if at is not None and seconds and value.count(":") - value[19:].count(":") < 2:
            at = None
        if at is None:
            self._refuse(path, value, "a date and time with its zone, such as 2026-11-23T10:30:00+01:00")
        return at

    def _names(self, value: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
        """Names that are no field have to have a namespace."""
        for name in value:
            if name in known:
                continue
            namespace = name[1 : name.find("}")] if name.startswith("{") else ""
            if not namespace:
                self._refuse((*path, name), name, "a field of the standard, or a name with a namespace")

    def _uri(self, path: Path, value: Any) -> None:
        if not (isinstance(value, str) and is_absolute_uri(value)):
            self._refuse(path, value, "an absolute URI")

    def _uris(self, name: str, value: Any) -> None:
        if not isinstance(value, list):
            self._refuse((name,), value, "a list of URIs")
            return
        for at, each in enumerate(value):
            if not (isinstance(each, str) and is_absolute_uri(each)):
                self._refuse((name, at), each, "an absolute URI")
        if self.errors or len(set(value)) == len(value):
            return
        if self._json and name != "childEPCs":
            self._refuse((name,), name, "each EPC once")
        else:  # the schemas of XML allow it, and it says nothing more
            self._fields[name] = list(dict.fromkeys(value))

    def _word(self, kind: str, path: Path, value: Any) -> str | None:
        word = word_or_uri(kind, value, strict=self._json) if isinstance(value, str) else None
        if word is None:
            self._refuse(path, value, "a word of the Core Business Vocabulary, or an absolute URI")
        return word

    def _step(self, name: str, value: Any) -> None:
        self._fields[name] = self._word("bizstep" if name == "bizStep" else "disp", (name,), value)

    def _location(self, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            self._refuse((name,), value, "an object with an id")
            return
        self._uri((name, "id"), value.get("id"))

    def _objects(self, name: str, value: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
        if not isinstance(value, list):
            self._refuse((name,), value, "a list")
            return
        for at, each in enumerate(value):
            if isinstance(each, dict):
                yield (name, at), each
            else:
                self._refuse((name, at), each, "an object")

    def _only(self, path: Path, value: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for name in value:
            if name not in known:
                self._refuse((*path, name), name, f"only {', '.join(known)}")

    def _quantities(self, name: str, value: Any) -> None:
        for path, each in self._objects(name, value):
            self._only(path, each, ("epcClass", "quantity", "uom"))
            self._uri((*path, "epcClass"), each.get("epcClass"))
            number = each.get("quantity", 0)
            if isinstance(number, bool) or not isinstance(number, (int, float)) or number < 0:
                self._refuse((*path, "quantity"), number, "a number that is not negative")
            uom = each.get("uom", "EA")
            if not (isinstance(uom, str) and _UOM.fullmatch(uom)):
                self._refuse((*path, "uom"), uom, "a unit of measure of two or three characters, such as KGM")

    def _transactions(self, name: str, value: Any) -> None:
        self._typed(name, value, "bizTransaction", "btt", needs_type=False)

    def _parties(self, name: str, value: Any) -> None:
        self._typed(name, value, name.removesuffix("List"), "sdt", needs_type=True)

    def _typed(self, name: str, value: Any, inner: str, kind: str, *, needs_type: bool) -> None:
        for path, each in self._objects(name, value):
            self._only(path, each, ("type", inner))
            self._uri((*path, inner), each.get(inner))
            if needs_type or "type" in each:
                each["type"] = self._word(kind, (*path, "type"), each.get("type"))

    def _persistent(self, name: str, value: Any) -> None:
        if not isinstance(value, dict) or not value:
            self._refuse((name,), value, "an object with set or unset")
            return
        self._only((name,), value, ("set", "unset"))
        for each in ("set", "unset"):
            words = value.get(each, [""])
            if not isinstance(words, list) or not words:
                self._refuse((name, each), words, "a list of dispositions")
            elif each in value:
                value[each] = [self._word("disp", (name, each, at), word) for at, word in enumerate(words)]

    def _sensors(self, name: str, value: Any) -> None:
        for path, each in self._objects(name, value):
            faults = list(sensor_faults(each, lambda text: moment_of(text) is not None, typed=self._json))
            for inner, given, expected in faults:
                self._refuse((*path, *inner), given, expected)
            for report in each["sensorReport"] if not faults else ():
                if "type" in report:
                    report["type"] = _without_prefix(report["type"])

    def _declaration(self, value: Any) -> None:
        path: Path = ("errorDeclaration",)
        if not isinstance(value, dict):
            self._refuse(path, value, "an object with a declarationTime")
            return
        self._names(value, frozenset({"declarationTime", "reason", "correctiveEventIDs"}), path)
        default = str(self._fields.get("eventTimeZoneOffset", "")) if not self._head.strict else ""
        self._time((*path, "declarationTime"), value.get("declarationTime"), default)
        if "reason" in value:
            value["reason"] = self._word("er", (*path, "reason"), value["reason"])
        corrective = value.get("correctiveEventIDs", [])
        for at, each in enumerate(corrective if isinstance(corrective, list) else [None]):
            self._uri((*path, "correctiveEventIDs", at), each)

    def _master_data(self, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            self._refuse((name,), value, "an object")
            return
        self._names(value, frozenset(), (name,))

    def _parent(self, name: str, value: Any) -> None:
        self._uri((name,), value)

    def _action(self, kind: str) -> None:
        if kind == "TransformationEvent" or not self._need("action"):
            return
        action = self._fields["action"]
        if action not in _ACTIONS:
            self._refuse(("action",), action, f"one of {', '.join(_ACTIONS)}")
        elif "ilmd" in self._fields and action != "ADD":
            self._refuse(("ilmd",), action, "master data only with action ADD")

    def _contents(self, kind: str) -> None:
        """What an event has to be about (section 7.4)."""
        fields, deletes = self._fields, self._fields.get("action") == "DELETE"
        if kind == "TransformationEvent":
            whole = self._some("input") and self._some("output")
            if not whole and not (
                "transformationID" in fields and (self._some("input") or self._some("output"))
            ):
                self._refuse((), kind, "inputs and outputs, or one of them with a transformationID")
            return
        if kind == "TransactionEvent" and not fields.get("bizTransactionList"):
            self._refuse(("bizTransactionList",), "", "at least one business transaction")
        packs = kind == "AggregationEvent" and fields.get("action") != "OBSERVE"
        if (packs or kind == "AssociationEvent") and not fields.get("parentID"):
            self._refuse(("parentID",), "", "the EPC of what holds the others")
        if kind in ("AggregationEvent", "AssociationEvent"):
            if not (fields.get("childEPCs") or fields.get("childQuantityList") or deletes):
                self._refuse((), kind, "childEPCs or a childQuantityList")
        elif not ("epcList" in fields or fields.get("quantityList") or self._senses(kind, deletes=deletes)):
            self._refuse((), kind, "an epcList or a quantityList")

    def _some(self, what: str) -> bool:
        return bool(self._fields.get(f"{what}EPCList") or self._fields.get(f"{what}QuantityList"))

    def _senses(self, kind: str, *, deletes: bool) -> bool:
        """Sensor data at a read point needs no object; a transaction may end for all of its objects."""
        if kind == "TransactionEvent":
            return deletes
        return bool(self._fields.get("sensorElementList") and self._fields.get("readPoint"))

    def _refuse(self, path: Path, given: Any, expected: str) -> None:
        field = ".".join(str(each) for each in path if isinstance(each, str)) or "event"
        missing = given in (None, "")
        code = ErrorCode.VALUE_MISSING if missing else ErrorCode.VALUE_INVALID
        shown = (
            "an object" if isinstance(given, dict) else "a list" if isinstance(given, list) else str(given)
        )
        text = "" if missing else shown[:80]
        self.errors.append((path, RefusedError(code, given=text, expected=expected, field=field)))


def _without_prefix(text: str) -> str:
    """A type of measurement as the JSON schema has it: without the namespace of GS1's vocabulary."""
    for start in ("gs1:", KNOWN_PREFIXES["gs1"], "https://www.gs1.org/voc/"):
        if text.startswith(start):
            return text.removeprefix(start)
    return text


_FIELD_CHECKS: Mapping[str, Callable[[_Checks, str, Any], None]] = {
    "epcList": _Checks._uris,
    "childEPCs": _Checks._uris,
    "inputEPCList": _Checks._uris,
    "outputEPCList": _Checks._uris,
    "quantityList": _Checks._quantities,
    "childQuantityList": _Checks._quantities,
    "inputQuantityList": _Checks._quantities,
    "outputQuantityList": _Checks._quantities,
    "bizStep": _Checks._step,
    "disposition": _Checks._step,
    "readPoint": _Checks._location,
    "bizLocation": _Checks._location,
    "bizTransactionList": _Checks._transactions,
    "sourceList": _Checks._parties,
    "destinationList": _Checks._parties,
    "persistentDisposition": _Checks._persistent,
    "sensorElementList": _Checks._sensors,
    "ilmd": _Checks._master_data,
    "parentID": _Checks._parent,
    "transformationID": _Checks._parent,
}
