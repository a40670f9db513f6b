"""Turns the elements of an event into its neutral form: JSON-LD with bare words and full names.

EPCIS 1.1 and 1.2 put later fields into `extension` and `baseExtension`, at any depth; they are the event's
own fields here. In EPCIS 2.0 the order of fields is that of its schema (section 9.5); documents of EPCIS 1
are taken in any order.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.gs1.epc.uris import escaped_uri
from service.registry.epcis.documents import DocumentHead, Path, ReadEvent
from service.registry.epcis.json_reader import plain_number
from service.registry.epcis.vocabulary import EPCIS_NAMESPACES, QUANTITY_EVENT, qualified, words_of

EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
_QUANTITY_LISTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
_WRAPPERS = frozenset({"extension", "baseExtension"})
_XSI_TYPE = "http://www.w3.org/2001/XMLSchema-instance\x1ftype"
_SEPARATOR = "\x1f"

_HEAD = "eventTime recordTime eventTimeZoneOffset eventID errorDeclaration certificationInfo baseExtension"
_WHAT = "disposition readPoint bizLocation"
_HOW = "sourceList destinationList sensorElementList persistentDisposition"
_SEQUENCES = {
    "ObjectEvent": f"epcList action bizStep {_WHAT} bizTransactionList quantityList {_HOW} ilmd",
    "AggregationEvent": "parentID childEPCs action bizStep "
    f"{_WHAT} bizTransactionList childQuantityList {_HOW}",
    "AssociationEvent": "parentID childEPCs childQuantityList action bizStep "
    f"{_WHAT} bizTransactionList {_HOW}",
    "TransactionEvent": f"bizTransactionList parentID epcList action bizStep {_WHAT} quantityList {_HOW}",
    "TransformationEvent": "inputEPCList inputQuantityList outputEPCList outputQuantityList transformationID "
    f"bizStep {_WHAT} bizTransactionList {_HOW} ilmd",
    QUANTITY_EVENT: f"epcClass quantity bizStep {_WHAT} bizTransactionList",
}
_ORDERS = {
    kind: {name: place for place, name in enumerate(f"{_HEAD} {names} extension".split())}
    for kind, names in _SEQUENCES.items()
}
"""The place of each field in its event (EPCIS 2.0, section 9.5)."""

_FIELDS = frozenset(name for order in _ORDERS.values() for name in order)
_URIS = frozenset({"eventID", "certificationInfo", "parentID", "transformationID"})
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LAST = 100  # of elements of other vocabularies
_NUMBERS = words_of("value minValue maxValue meanValue sDev percRank percValue")


class XmlElement:
    """An element of an event. `epcs` and `lines`: of a list of EPCs, which has no children here."""

    __slots__ = ("attributes", "children", "epcs", "line", "lines", "name", "namespace", "text")

    def __init__(self, namespace: str, name: str, attributes: dict[str, str], line: int) -> None:
        self.namespace = namespace
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[XmlElement] = []
        self.epcs: list[str] = []
        self.lines: array[int] = array("L")

    @property
    def ours(self) -> bool:
        """Whether it is of EPCIS, or in no namespace."""
        return not self.namespace or self.namespace in EPCIS_NAMESPACES


def read_event(element: XmlElement, number: int, head: DocumentHead) -> ReadEvent:
    """The neutral form of an event, with what is refused of its elements."""
    return _EventReading(element, number, head).event()


class _EventReading:
    """One event on its way into its neutral form."""

    def __init__(self, element: XmlElement, number: int, head: DocumentHead) -> None:
        self._element = element
        self._number = number
        self._head = head
        self._lines: dict[Path, int] = {(): element.line}
        self._epc_lines: dict[str, array[int]] = {}
        self._errors: list[tuple[Path, VialcheckError]] = []
        self._fields: dict[str, Any] = {"type": element.name}

    def event(self) -> ReadEvent:
        """Read all of it."""
        self._take(self._element, wrapped=False)
        fields = self._fields
        if fields["type"] == QUANTITY_EVENT:
            quantity = {name: fields.pop(name) for name in ("epcClass", "quantity") if name in fields}
            fields |= {"type": "ObjectEvent", "action": "OBSERVE", "quantityList": [quantity]}
        return ReadEvent(self._number, fields, self._locate, self._errors)

    def _locate(self, path: Path) -> str:
        if len(path) == 2 and path[0] in self._epc_lines and isinstance(path[1], int):
            return f"line {self._epc_lines[str(path[0])][path[1]]}"
        while path not in self._lines:
            path = path[:-1]
        return f"line {self._lines[path]}"

    def _take(self, parent: XmlElement, *, wrapped: bool) -> None:
        passed, before = 0, ""
        places = _ORDERS[self._element.name]
        for child in parent.children:
            if not child.ours:
                self._foreign(child)
            elif child.name in _WRAPPERS:
                self._take(child, wrapped=True)
            elif child.name in _FIELDS:
                self._field(child)
            elif wrapped or not self._head.strict:
                name = qualified(child.namespace or "urn:epcglobal:epcis:xsd:1", child.name)
                self._set(child, name, _free(child))
            else:
                self._refuse((child.name,), child, "a field of the event, or a name with a namespace")
            place = places.get(child.name, passed) if child.ours else _LAST
            if self._head.strict and not wrapped and place < passed:
                self._refuse((child.name,), child, f"the fields in the standard's order: before {before}")
            elif place >= passed:
                passed, before = place, child.name

    def _foreign(self, element: XmlElement) -> None:
        name = qualified(element.namespace, element.name)
        value = _free(element)
        if name in self._fields:
            earlier = self._fields[name]
            value = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        self._fields[name] = value
        self._lines.setdefault((name,), element.line)

    def _field(self, child: XmlElement) -> None:
        name = child.name
        if name in EPC_LISTS:
            self._epc_lines[name] = child.lines
            value: Any = child.epcs
        elif name in _QUANTITY_LISTS:
            value = [self._quantity(each, (name, at)) for at, each in self._listed(child, "quantityElement")]
        elif name == "sensorElementList":
            value = [self._sensor(each) for _, each in self._listed(child, "sensorElement")]
        elif name == "quantity":
            value = self._decimal(child, (name,))
        elif reader := _COMPOUND.get(name):
            value = reader(self, child)
        else:
            value = _id(child) if name in _URIS else child.text.strip()
            if child.children:
                self._refuse((name,), child, "text alone")
        self._set(child, name, value)

    def _set(self, child: XmlElement, name: str, value: Any) -> None:
        if name in self._fields:
            if name == "certificationInfo":
                earlier = self._fields[name]
                value = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
            elif name in _FIELDS:
                self._refuse((name,), child, "each field once")
        self._fields[name] = value
        self._lines[(name,)] = child.line

    def _listed(self, parent: XmlElement, name: str) -> Iterator[tuple[int, XmlElement]]:
        at = 0
        for child in parent.children:
            if child.name == name:
                self._lines[(parent.name, at)] = child.line
                yield at, child
                at += 1
            elif child.name != "extension":
                self._refuse((parent.name,), child, f"only {name} in it")

    def _quantity(self, element: XmlElement, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        self._require_order(element, ("epcClass", "quantity", "uom"))
        for child in element.children:
            self._lines[(*path, child.name)] = child.line
            if child.name in value:
                self._refuse((*path, child.name), child, "each field once")
            if child.name == "quantity":
                if child.text.strip():  # it may be nil
                    value["quantity"] = self._decimal(child, (*path, "quantity"))
            else:
                value[child.name] = child.text.strip()
        return value

    def _decimal(self, element: XmlElement, path: Path) -> Any:
        text = element.text.strip()
        try:
            return plain_number(Decimal(text), f"line {element.line}")
        except InvalidOperation:
            self._refuse(path, element, "a decimal number")
            return 0

    def _typed(self, parent: XmlElement) -> list[dict[str, Any]]:
        name, found = parent.name.removesuffix("List"), []
        for _, child in self._listed(parent, name):
            value = {name: escaped_uri(child.text.strip())}
            if "type" in child.attributes:
                value["type"] = child.attributes["type"].strip()
            found.append(value)
        return found

    def _sensor(self, element: XmlElement) -> dict[str, Any]:
        value: dict[str, Any] = {}
        self._require_order(element, ("sensorMetadata", "sensorReport"))
        for child in element.children:
            if child.ours and child.name == "sensorMetadata":
                value["sensorMetadata"] = _attributes(child)
            elif child.ours and child.name == "sensorReport":
                value.setdefault("sensorReport", []).append(_attributes(child))
            else:
                _add(value, qualified(child.namespace, child.name), _free(child))
        return value

    def _declaration(self, element: XmlElement) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for child in element.children:
            self._lines[("errorDeclaration", child.name)] = child.line
            if not child.ours:
                _add(value, qualified(child.namespace, child.name), _free(child))
            elif child.name == "correctiveEventIDs":
                value["correctiveEventIDs"] = [_id(each) for each in child.children]
            elif child.name == "extension":
                for each in child.children:
                    _add(value, qualified(each.namespace, each.name), _free(each))
            else:
                value[child.name] = child.text.strip()
        return value

    def _master_data(self, element: XmlElement) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for child in element.children:
            if child.ours and child.name != "extension" and self._head.strict:
                self._refuse(("ilmd", child.name), child, "a name with a namespace of its own")
            for each in child.children if child.ours and child.name == "extension" else (child,):
                name = qualified(each.namespace or "urn:epcglobal:epcis:xsd:1", each.name)
                self._lines[("ilmd", name)] = each.line
                _add(value, name, _free(each))
        return value

    def _words(self, element: XmlElement) -> dict[str, list[str]]:
        self._require_order(element, ("unset", "set"))
        value: dict[str, list[str]] = {}
        for each in element.children:
            value.setdefault(each.name, []).append(each.text.strip())
        return value

    def _require_order(self, element: XmlElement, names: tuple[str, ...]) -> None:
        """The order of what is inside a field, in EPCIS 2.0."""
        places = [names.index(each.name) for each in element.children if each.ours and each.name in names]
        if self._head.strict and places != sorted(places):
            self._refuse((element.name,), element, f"the order of the standard: {', '.join(names)}")

    def _refuse(self, path: Path, element: XmlElement, expected: str) -> None:
        self._lines[path] = element.line
        error = RefusedError(
            ErrorCode.VALUE_INVALID,
            given=element.text.strip()[:80] or element.name,
            expected=expected,
            found=element.name,
            field=str(path[0]) if path else "",
        )
        self._errors.append((path, error))


_COMPOUND: Mapping[str, Callable[[_EventReading, XmlElement], Any]] = {
    "readPoint": lambda _, element: _place(element),
    "bizLocation": lambda _, element: _place(element),
    "persistentDisposition": _EventReading._words,
    "bizTransactionList": _EventReading._typed,
    "sourceList": _EventReading._typed,
    "destinationList": _EventReading._typed,
    "errorDeclaration": _EventReading._declaration,
    "ilmd": _EventReading._master_data,
}


def _add(value: dict[str, Any], name: str, new: Any) -> None:
    """A name that comes again is a list."""
    if name in value:
        earlier = value[name]
        value[name] = [*earlier, new] if isinstance(earlier, list) else [earlier, new]
    else:
        value[name] = new


def _id(element: XmlElement) -> str:
    """The URI in an element. A bare UUID, as many write the ids of events, is one under `urn:uuid:`."""
    text = element.text.strip()
    return f"urn:uuid:{text.lower()}" if _UUID.fullmatch(text) else escaped_uri(text)


def _place(element: XmlElement) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for child in element.children:
        if child.ours and child.name == "id":
            value["id"] = _id(child)
        else:
            _add(value, qualified(child.namespace or "urn:epcglobal:epcis:xsd:1", child.name), _free(child))
    return value


def _attributes(element: XmlElement) -> dict[str, Any]:
    """The attributes of sensor data, in the types of JSON."""
    value: dict[str, Any] = {}
    for name, text in element.attributes.items():
        namespace, _, local = name.rpartition(_SEPARATOR)
        if namespace:
            value[qualified(namespace, local)] = text
        elif local in _NUMBERS:
            try:
                value[local] = plain_number(Decimal(text.strip()), f"line {element.line}")
            except InvalidOperation:
                value[local] = text
        elif local == "booleanValue":
            value[local] = {"true": True, "1": True, "false": False, "0": False}.get(text.strip(), text)
        else:
            value[local] = text.strip()
    return value


def _free(element: XmlElement) -> Any:
    """What an element of another vocabulary says: its text, or an object of its children and attributes."""
    value: dict[str, Any] = {}
    for name, text in element.attributes.items():
        namespace, _, local = name.rpartition(_SEPARATOR)
        if name == _XSI_TYPE:
            value["@type"] = text
        else:
            value[qualified(namespace, local)] = text
    for child in element.children:
        _add(value, qualified(child.namespace, child.name), _free(child))
    text = element.text.strip()
    if not value:
        return text
    if text:
        value["@value"] = text
    return value
