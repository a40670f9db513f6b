"""What a reader of EPCIS documents gives: the head of the document, and its events one after another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.registry.lists.rejected_rows import explain

Path = tuple[str | int, ...]
"""Where a value stands in a neutral event: ("quantityList", 0, "uom")."""

MOST_DEPTH = 60
"""Levels of nesting; the deepest document of the standard has about 20."""

MOST_TEXT = 200_000
"""Characters of one value or name."""


class DocumentKind:
    """The roots that are taken."""

    EVENTS = "EPCISDocument"
    QUERY = "EPCISQueryDocument"
    MASTER_DATA = "EPCISMasterDataDocument"


@dataclass(slots=True)
class DocumentHead:
    """What a document says of itself. `version`: 1 or 2. `syntax`: xml or json. `sender`: as it is written.

    `remarks`: parts of it that are not read, in plain English.
    """

    syntax: str
    version: int = 2
    kind: str = DocumentKind.EVENTS
    created: str = ""
    sender: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def strict(self) -> bool:
        """Whether the order and the names of EPCIS 2.0 hold; partners write EPCIS 1 in many ways."""
        return self.version >= 2


@dataclass(frozen=True, slots=True)
class EventRefusal:
    """Why a document is refused. `place`: a line or a JSON pointer. `event`: its number from 1, 0: none."""

    place: str
    event: int
    error: VialcheckError

    def __str__(self) -> str:
        at = f"{self.place}, event {self.event}" if self.event else self.place
        return f"{at}: {self.error}"

    def record(self) -> dict[str, Any]:
        """As JSON."""
        error = self.error
        return {
            "place": self.place,
            "event": self.event,
            "field": error.field or "",
            "code": str(error.code),
            "given": error.given[:200],
            "expected": error.expected,
            "found": error.found[:200],
            "reason": explain(error),
        }


@dataclass(slots=True)
class ReadEvent:
    """One event in neutral form. `locate` gives the place of a value. `errors`: what the reader refused."""

    number: int
    fields: dict[str, Any]
    locate: Callable[[Path], str]
    errors: list[tuple[Path, VialcheckError]] = field(default_factory=list)

    def refusals(self) -> Iterator[EventRefusal]:
        """What the reader refused, with places."""
        for path, error in self.errors:
            yield EventRefusal(self.locate(path), self.number, error)


class EventSource(Protocol):
    """A document that is read: its head is whole once `events` has ended."""

    head: DocumentHead

    def events(self) -> Iterator[ReadEvent]:
        """Every event, in the document's order. Raises `DocumentRefusedError`."""


class DocumentRefusedError(RefusedError):
    """A document that is refused as a whole, with places."""

    def __init__(self, refusals: Sequence[EventRefusal], code: ErrorCode = ErrorCode.EVENTS_REFUSED) -> None:
        self.refusals = tuple(refusals)
        super().__init__(code, found="; ".join(map(str, self.refusals[:3]))[:500], field="file")


def refused_whole(place: str, expected: str, found: str, given: str = "") -> DocumentRefusedError:
    """The error of a document that cannot be read on from `place`."""
    error = RefusedError(
        ErrorCode.DOCUMENT_UNREADABLE, given=given, expected=expected, found=found, field="document"
    )
    return DocumentRefusedError([EventRefusal(place, 0, error)])
