"""Reads EPCIS documents in XML as a stream: one event in memory at a time (EPCIS 1.2 and 2.0, section 9).

No declarations, no entities, and nothing is fetched: a document type that declares or refers to anything is
refused. Partners put events into the namespace of EPCIS or into none; both are taken.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path as FilePath
from xml.parsers import expat

from service.registry.epcis.documents import (
    MOST_DEPTH,
    MOST_TEXT,
    DocumentHead,
    DocumentKind,
    ReadEvent,
    refused_whole,
)
from service.registry.epcis.vocabulary import EPCIS_NAMESPACES, EVENT_TYPES, QUANTITY_EVENT
from service.registry.epcis.xml_events import EPC_LISTS, XmlElement, read_event

_ROOTS = frozenset({DocumentKind.EVENTS, DocumentKind.QUERY, DocumentKind.MASTER_DATA})
_EVENTS = EVENT_TYPES | {QUANTITY_EVENT}
_BLOCK = 256 * 1024
_SENDER = ("StandardBusinessDocumentHeader", "Sender", "Identifier")
_SOAP = frozenset({"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"})
_SEPARATOR = "\x1f"


class XmlEvents:
    """One document. The head is whole once all events have been read."""

    def __init__(self, path: FilePath) -> None:
        self._path = path
        self.head = DocumentHead("xml")

    def events(self) -> Iterator[ReadEvent]:
        """Every event in neutral form."""
        walk = _Walk(self.head)
        number = 0
        with self._path.open("rb") as source:
            while True:
                block = source.read(_BLOCK)
                walk.feed(block, last=not block)
                for element in walk.ended:
                    number += 1
                    yield read_event(element, number, self.head)
                walk.ended.clear()
                if not block:
                    break
        walk.close()


class _Walk:
    """Follows the parser: outside events only the path, inside them elements."""

    def __init__(self, head: DocumentHead) -> None:
        self.ended: list[XmlElement] = []
        self._head = head
        self._path: list[str] = []
        self._open: list[XmlElement] = []
        self._text: list[str] = []
        self._length = 0
        self._epcs: list[str] | None = None
        self._lines: array[int] = array("L")
        self._bodies = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._declaration
        parser.ElementDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def feed(self, block: bytes, *, last: bool) -> None:
        """Parse on. Raises `DocumentRefusedError` with the line."""
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            found = expat.errors.messages.get(error.code, str(error.code))
            raise refused_whole(
                f"line {error.lineno}", "well-formed XML in UTF-8 or UTF-16", found
            ) from error
        except (LookupError, ValueError) as error:
            raise refused_whole(self._place, "XML in UTF-8 or UTF-16", str(error)[:200]) from error

    def close(self) -> None:
        """The end of the document: it has to have had a body."""
        if not self._bodies:
            raise refused_whole("line 1", "an EPCISBody", "none")

    @property
    def _place(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    def _doctype(self, name: str, system: str | None, public: str | None, subset: int) -> None:
        """Pass over a bare `<!DOCTYPE name>`; refuse one that declares anything or names a file."""
        if system or public or subset:
            self._declaration(name)

    def _declaration(self, *_: object) -> None:
        raise refused_whole(self._place, "a document without declarations and entities", "<!DOCTYPE …>")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(_SEPARATOR)
        ours = namespace in EPCIS_NAMESPACES or not namespace
        self._text, self._length = [], 0
        if self._open:
            self._start_inside(namespace, name, attributes, ours=ours)
            return
        if not self._path:
            self._root(namespace, name, attributes)
        if len(self._path) >= MOST_DEPTH:
            raise refused_whole(self._place, f"at most {MOST_DEPTH} levels of nesting", "more")
        if ours and name in _EVENTS and ("EventList" in self._path or not self._path):
            self._open.append(XmlElement(namespace, name, attributes, self._parser.CurrentLineNumber))
            return
        self._outside(name, ours=ours)
        self._path.append(name)

    def _start_inside(self, namespace: str, name: str, attributes: dict[str, str], *, ours: bool) -> None:
        line = self._parser.CurrentLineNumber
        if len(self._open) + len(self._path) >= MOST_DEPTH:
            raise refused_whole(self._place, f"at most {MOST_DEPTH} levels of nesting", "more")
        if self._epcs is not None:
            if not (ours and name == "epc"):
                raise refused_whole(self._place, "only epc in a list of EPCs", name)
            self._lines.append(line)
            self._path.append(name)  # so that its end is known from that of the list
            return
        element = XmlElement(namespace, name, attributes, line)
        self._open[-1].children.append(element)
        self._open.append(element)
        if ours and name in EPC_LISTS and len(self._open) > 1:
            self._epcs, self._lines = element.epcs, element.lines

    def _end(self, tag: str) -> None:
        name = tag.rpartition(_SEPARATOR)[2]
        text = "".join(self._text)
        if self._epcs is not None and name == "epc":
            self._epcs.append(text.strip())
            self._path.pop()
        elif self._open:
            element = self._open.pop()
            element.text = text
            if self._epcs is element.epcs:
                self._epcs = None
            if not self._open:
                self.ended.append(element)
        else:
            if tuple(self._path[-3:]) == _SENDER and not self._head.sender:
                self._head.sender = text.strip()
            self._path.pop()
        self._text, self._length = [], 0

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise refused_whole(self._place, f"texts of at most {MOST_TEXT:,} characters", "a longer one")
        self._text.append(text)

    def _root(self, namespace: str, name: str, attributes: dict[str, str]) -> None:
        head = self._head
        head.kind, head.created = name, attributes.get("creationDate", "")
        said = attributes.get("schemaVersion", "")
        head.version = 1 if namespace.endswith(":1") or (not namespace and said.startswith("1")) else 2
        if name in _EVENTS and (namespace in EPCIS_NAMESPACES or not namespace):
            self._bodies += 1
            return
        if name == "Envelope" and namespace in _SOAP:  # the binding of EPCIS 1 (section 11)
            head.version, self._bodies = 1, self._bodies + 1
            return
        if name not in _ROOTS or namespace not in EPCIS_NAMESPACES:
            found = f"{name} in {namespace or 'no namespace'}"
            raise refused_whole(self._place, "an EPCISDocument in a namespace of EPCIS", found)
        for attribute in ("schemaVersion", "creationDate"):
            if name == DocumentKind.EVENTS and not attributes.get(attribute):
                raise refused_whole(self._place, f"the attribute {attribute}", "none")
        if said and not said.replace(".", "", 1).isdigit():
            raise refused_whole(self._place, "a schemaVersion such as 2.0", said)

    def _outside(self, name: str, *, ours: bool) -> None:
        """Look at an element that is no event."""
        if name == "EPCISBody" and len(self._path) == 1:
            self._bodies += 1
        elif name in ("EPCISMasterData", "VocabularyList") and "VocabularyList" not in self._path:
            self._remark("The master data of the document is not read.")
        elif name == "Poll":
            self._remark("It is a query, not its answer: it has no events.")
        elif self._path and self._path[-1] in ("EventList", "extension") and "EventList" in self._path:
            if ours and name != "extension":
                raise refused_whole(self._place, "an event of EPCIS", name)
            if not ours:
                self._remark(f"Events of another vocabulary are not read: {name}")

    def _remark(self, text: str) -> None:
        if text not in self._head.remarks and len(self._head.remarks) < 20:
            self._head.remarks.append(text)
