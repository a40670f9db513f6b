"""Reads EPCIS 2.0 documents in JSON-LD as a stream: one event in memory at a time (EPCIS 2.0, section 10).

No context is ever fetched: the prefixes of the standard's are known, others have to be declared inline.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import ijson

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.registry.epcis.documents import (
    MOST_DEPTH,
    MOST_TEXT,
    DocumentHead,
    DocumentKind,
    DocumentRefusedError,
    EventRefusal,
    Path,
    ReadEvent,
    refused_whole,
)
from service.registry.epcis.vocabulary import EVENT_TYPES, KNOWN_PREFIXES, qualified, words_of

_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)
_HEAD = words_of(
    "@context id type schemaVersion creationDate instanceIdentifier sender receiver epcisHeader epcisBody"
)
_BLOCK = 256 * 1024

Steps = Iterator[tuple[str, Any]]


class JsonEvents:
    """One document. Its head is read first, past the events, because JSON has no order."""

    def __init__(self, path: FilePath) -> None:
        """Read the head. Raises `DocumentRefusedError`."""
        self._path = path
        self._prefixes = dict(KNOWN_PREFIXES)
        self._listed: Path = ()
        said = self._read_head()
        self.head = DocumentHead("json")
        self._bare = said.get("type") not in (DocumentKind.EVENTS, DocumentKind.QUERY)
        self._check_head(said)

    def events(self) -> Iterator[ReadEvent]:
        """Every event in neutral form."""
        with _Parser(self._path) as parser:
            if self._bare:
                fields = _value(parser, next(parser.steps), ())
                yield self._event(1, fields, ())
                return
            if not self._listed:
                return
            parser.go_to(self._listed)
            for number, value in enumerate(_items(parser, self._listed), 1):
                yield self._event(number, value, (*self._listed, number - 1))
            for _ in parser.steps:  # the rest has to be JSON too
                pass

    def _event(self, number: int, value: Any, at: Path) -> ReadEvent:
        def locate(path: Path) -> str:
            return _pointer((*at, *path))

        if not isinstance(value, dict):
            error = _invalid("an event: an object with a type", value, "eventList")
            return ReadEvent(number, {}, locate, [((), error)])
        prefixes, errors = self._prefixes, list[tuple[Path, VialcheckError]]()
        if (context := value.pop("@context", None)) is not None:
            prefixes = dict(prefixes)
            self._declare(context, prefixes, errors)
        return ReadEvent(number, _neutral(value, prefixes, ()), locate, errors)

    def _read_head(self) -> dict[str, Any]:
        """Everything but the events."""
        with _Parser(self._path) as parser:
            first = next(parser.steps)
            if first[0] != "start_map":
                raise refused_whole("/", "one JSON object, an EPCISDocument", f"{first[0]}")
            said: dict[str, Any] = _value(parser, first, (), skip=self._noted)
            for _ in parser.steps:
                pass
        return said

    def _noted(self, path: Path) -> bool:
        """Whether the list at `path` is that of the events, which is read later."""
        if path in _LISTS:
            self._listed = path
            return True
        return False

    def _check_head(self, said: dict[str, Any]) -> None:
        kind = said.get("type")
        errors: list[tuple[Path, VialcheckError]] = []
        context = said.get("@context")
        if context is None:
            errors.append((("@context",), RefusedError(ErrorCode.VALUE_MISSING, field="@context")))
        else:
            self._declare(context, self._prefixes, errors)
        if not isinstance(kind, str):
            errors.append((("type",), _invalid("EPCISDocument, or the type of an event", kind, "type")))
        elif self._bare:
            self.head.kind = kind
            if kind not in EVENT_TYPES and ":" not in kind:
                errors.append((("type",), _invalid("EPCISDocument, or the type of an event", kind, "type")))
        else:
            self.head.kind = kind
            self._check_document(said, errors)
        if errors:
            raise DocumentRefusedError([EventRefusal(_pointer(path), 0, error) for path, error in errors])

    def _check_document(self, said: dict[str, Any], errors: list[tuple[Path, VialcheckError]]) -> None:
        query = self.head.kind == DocumentKind.QUERY
        for name in ("schemaVersion", "creationDate"):
            value = said.get(name)
            if value is None and not query:
                errors.append(((name,), RefusedError(ErrorCode.VALUE_MISSING, field=name)))
            elif value is not None and not isinstance(value, str):
                errors.append(((name,), _invalid("text", value, name)))
        version = said.get("schemaVersion")
        if isinstance(version, str) and not version.replace(".", "", 3).isdigit():
            errors.append((("schemaVersion",), _invalid("a version such as 2.0", version, "schemaVersion")))
        errors += [
            ((name,), _invalid("a field of a document, or a name with a prefix", name, name))
            for name in said
            if name not in _HEAD and ":" not in name
        ]
        if not self._listed:
            errors.append((("epcisBody",), _invalid("an eventList", said.get("epcisBody"), "epcisBody")))
        self.head.created = str(said.get("creationDate") or "")
        self.head.sender = said["sender"] if isinstance(said.get("sender"), str) else ""
        if isinstance(said.get("epcisHeader"), dict) and said["epcisHeader"].get("epcisMasterData"):
            self.head.remarks.append("The master data in the header is not read.")

    @staticmethod
    def _declare(
        context: Any, prefixes: dict[str, str], errors: list[tuple[Path, VialcheckError]], depth: int = 0
    ) -> None:
        """Take the prefixes that a context declares; addresses of contexts are left alone."""
        if isinstance(context, list) and depth == 0:
            for each in context:
                JsonEvents._declare(each, prefixes, errors, 1)
        elif isinstance(context, dict):
            for name, meaning in context.items():
                meaning = meaning.get("@id") if isinstance(meaning, dict) else meaning  # noqa: PLW2901
                if isinstance(meaning, str) and not name.startswith("@"):
                    prefixes[name] = meaning
        elif not isinstance(context, str):
            errors.append((("@context",), _invalid("an address or an object", context, "@context")))


class _Parser:
    """The steps of ijson, with the errors of this module and a bound on depth and on texts."""

    def __init__(self, path: FilePath) -> None:
        self._source = path.open("rb")
        start = self._source.read(3)
        self._source.seek(3 if start == b"\xef\xbb\xbf" else 0)
        self.steps = self._steps()

    def __enter__(self) -> "_Parser":
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def _steps(self) -> Steps:
        depth = 0
        try:
            for step in ijson.basic_parse(self._source, buf_size=_BLOCK):
                kind = step[0]
                if kind in ("start_map", "start_array"):
                    depth += 1
                    if depth > MOST_DEPTH:
                        raise refused_whole("/", f"at most {MOST_DEPTH} levels of nesting", "more")
                elif kind in ("end_map", "end_array"):
                    depth -= 1
                elif kind in ("string", "map_key") and len(step[1]) > MOST_TEXT:
                    raise refused_whole("/", f"texts of at most {MOST_TEXT:,} characters", "a longer one")
                yield step
        except ijson.JSONError as error:
            found = " ".join(str(error).split())[:200]
            raise refused_whole("/", "a JSON document in UTF-8", found) from error
        except (UnicodeDecodeError, ArithmeticError, ValueError) as error:
            raise refused_whole("/", "a JSON document in UTF-8", str(error)[:200]) from error

    def go_to(self, wanted: Path) -> None:
        """Read on until the list at `wanted` has begun."""
        at: list[str | int] = []
        keys: list[bool] = []
        name = ""
        for kind, value in self.steps:
            if kind == "map_key":
                name = value
            elif kind in ("start_map", "start_array"):
                at.append(name)
                keys.append(kind == "start_map")
                if kind == "start_array" and tuple(at[1:]) == wanted and all(keys[:-1]):
                    return
                name = ""
            elif kind in ("end_map", "end_array"):
                at.pop()
                keys.pop()


def _items(parser: _Parser, at: Path) -> Iterator[Any]:
    items = iter(lambda: next(parser.steps), ("end_array", None))
    for number, step in enumerate(items):
        yield _value(parser, step, (*at, number))


def _value(parser: _Parser, step: tuple[str, Any], at: Path, skip: Any = None) -> Any:
    """The value that begins with a step. A name twice in one object is refused: readers differ on it."""
    kind, value = step
    if kind == "start_array":
        if skip is not None and skip(at):
            _pass_over(parser)
            return []
        found: list[Any] = []
        for each in parser.steps:
            if each[0] == "end_array":
                return found
            found.append(each[1] if each[0] == "string" else _value(parser, each, at, skip))
    if kind == "start_map":
        return _object(parser, at, skip)
    return _number(value, at) if kind == "number" else value


def _object(parser: _Parser, at: Path, skip: Any) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for kind, name in parser.steps:
        if kind == "end_map":
            break
        if name in members:
            raise refused_whole(_pointer((*at, name)), "each name once in an object", f"{name} twice")
        members[name] = _value(parser, next(parser.steps), (*at, name), skip)
    return members


def _pass_over(parser: _Parser) -> None:
    depth = 1
    for kind, _ in parser.steps:
        depth += (kind in ("start_map", "start_array")) - (kind in ("end_map", "end_array"))
        if not depth:
            return


def _number(value: Any, at: Path) -> int | float:
    """A number that a double has exactly enough; others would come out changed."""
    return plain_number(Decimal(value), _pointer(at))


def plain_number(value: Decimal, place: str) -> int | float:
    """A decimal as an integer where it is one, else as a double. Refused when digits would be lost."""
    if value.is_finite() and -30 < value.adjusted() < 30:
        if value == value.to_integral_value():
            return int(value)
        if Decimal(repr(float(value))) == value:
            return float(value)
    raise refused_whole(place, "a number of at most 15 digits", str(value)[:60])


def _neutral(value: Any, prefixes: Mapping[str, str], path: Path) -> Any:
    """With names of extensions as `{namespace}name`."""
    if isinstance(value, dict):
        return {
            _name(name, prefixes): _neutral(each, prefixes, (*path, name))
            if isinstance(each, (dict, list))
            else each
            for name, each in value.items()
        }
    if all(isinstance(each, str) for each in value):
        return value
    return [_neutral(each, prefixes, path) if isinstance(each, (dict, list)) else each for each in value]


def _name(name: str, prefixes: Mapping[str, str]) -> str:
    if name.startswith("{"):  # how neutral names begin: no name of a document does
        return qualified("", name)
    if ":" not in name or name.startswith("@"):
        return name
    prefix, _, local = name.partition(":")
    if prefix in prefixes and not local.startswith("//"):
        return qualified(prefixes[prefix], local)
    cut = max(name.rfind(each) for each in "/#:") + 1  # an absolute IRI, or a prefix that is not declared
    return qualified(name[:cut], name[cut:])


def _pointer(path: Path) -> str:
    return "/" + "/".join(str(each).removeprefix("{}").replace("~", "~0").replace("/", "~1") for each in path)


def _invalid(expected: str, given: Any, field: str) -> VialcheckError:
    return RefusedError(ErrorCode.VALUE_INVALID, given=str(given)[:80], expected=expected, field=field)
