"""What there is in a file: its sheets, their column headers with a few rows, and what they look like."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import Header, ListKind, guessed, likeliest
from service.registry.lists.readers import Table, header_in, records_of
from service.registry.lists.typed_cells import unmarked
from service.registry.workbooks import is_container, unpacked

_EXAMPLES = 3
_MOST_COLUMNS = 500
_SHOWN = 60  # characters of a cell


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """One sheet, or the whole of a text file (`sheet` empty). `examples`: the first rows, as they are read.

    `kind` and `columns` are what the headers look like: a meaning for each, or empty. `columns` may be what
    the organisation said of the same headers before (`remembered`).
    """

    sheet: str
    labels: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    kind: ListKind
    columns: tuple[str, ...]
    remembered: bool = False

    @property
    def key(self) -> str:
        """The same for the same headers."""
        return hashlib.sha256(json.dumps(self.labels).encode()).hexdigest()

    @classmethod
    def of(cls, sheet: str, labels: list[str], rows: Iterator[list[str]]) -> Self:
        """A part with its headers read."""
        kind = likeliest(labels) or ListKind.UNITS
        examples = tuple(
            tuple(_short(cell) for cell in row[: len(labels)]) for row in islice(rows, _EXAMPLES)
        )
        return cls(sheet, tuple(label.strip() for label in labels), examples, kind, guessed(kind, labels))

    @classmethod
    def from_record(cls, kept: dict[str, Any]) -> Self:
        """As `record` kept it."""
        kept = kept | {"kind": ListKind(kept["kind"]), "examples": tuple(map(tuple, kept["examples"]))}
        return cls(**kept | {name: tuple(kept[name]) for name in ("labels", "columns")})

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class _Unread(Table):
    """A list whose headers nobody has read yet: it has no kind."""

    def _header_of(self, cells: list[str]) -> Header:
        return Header(ListKind.UNITS, tuple(cells), {}, (), None)


def inspect_file(path: Path) -> list[SheetSummary]:
    """The parts of the file. Raises what `Table` raises for a file that is no list at all."""
    with path.open("rb") as source:
        start = source.read(8)
    if not is_container(start):
        with _Unread(path) as table:
            labels = list(table.header.labels)
            return [SheetSummary.of("", _some(labels), (row for _, row in table.rows()))]
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for sheet in unpacked(path, Path(folder)):
            top, labels = header_in(sheet)
            if sheet.visible and any(labels):
                parts.append(
                    SheetSummary.of(
                        sheet.name, labels, (row for _, row in islice(records_of(sheet), top, None))
                    )
                )
    if not parts:
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="only empty sheets")
    return parts


def _some(labels: list[str]) -> list[str]:
    if not any(label.strip() for label in labels):
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="no header line")
    if len(labels) > _MOST_COLUMNS:
        found = f"{len(labels):,} columns"
        raise RefusedError(
            ErrorCode.FILE_KIND_UNKNOWN, expected=f"at most {_MOST_COLUMNS} columns", found=found
        )
    return labels


def _short(cell: str) -> str:
    text = unmarked(cell)[1].strip()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
