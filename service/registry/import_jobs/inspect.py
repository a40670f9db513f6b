"""Inspects a file: its sheets, their column headers with some rows, and the likeliest meaning of each."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import Header, ListKind, guessed, likeliest
from service.registry.lists.conventions.column_values import ColumnValues
from service.registry.lists.header_rows import TopRows, header_at, top_of_sheet
from service.registry.lists.header_search import guessed_from_values, is_frame
from service.registry.lists.readers import Table
from service.registry.lists.shapes.rearranged import arranged
from service.registry.lists.typed_cells import unmarked
from service.registry.workbooks import is_container, unpacked

_EXAMPLES = 3
_MOST_COLUMNS = 500
_SHOWN = 60  # characters of a cell
_LONGEST = 200  # characters of a cell that are kept, as many as `header_search` looks at


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """One sheet, or the whole of a text file (`sheet` empty). `top`: its first rows, each with its line.

    `header_row`: the line of the column headers, 0 for a list without them. `labels`: the headers, empty
    texts where there are none. `kind` and `columns` are what they look like: a meaning for each, or empty.
    `columns` and `answers` may be what the organisation said of the same headers before (`remembered`).
    """

    sheet: str
    top: TopRows
    header_row: int
    labels: tuple[str, ...]
    kind: ListKind
    columns: tuple[str, ...]
    remembered: bool = False
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for the same headers; without headers, for columns of the same number and looks."""
        said = self.labels if self.header_row else self.columns
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def examples(self) -> tuple[tuple[str, ...], ...]:
        """The first rows below the header, as many cells as it has."""
        below = [cells for line, cells in self.top if line > self.header_row and not is_frame(cells)]
        width = len(self.labels)
        return tuple(
            tuple(_short(cell) for cell in [*cells, *[""] * width][:width]) for cells in below[:_EXAMPLES]
        )

    @classmethod
    def of(cls, sheet: str, top: TopRows, header_row: int | None = None) -> Self:
        """A list that begins with these rows; its header is in the row that is said, or found.

        Raises FILE_KIND_UNKNOWN for too many columns, VALUE_INVALID for a row that is not there.
        """
        row, cells = header_at(top, header_row)
        if len(cells) > _MOST_COLUMNS:
            expected, found = f"at most {_MOST_COLUMNS} columns", f"{len(cells):,} columns"
            raise RefusedError(ErrorCode.FILE_KIND_UNKNOWN, expected=expected, found=found)
        labels = tuple(cell.strip() for cell in cells)
        if row:
            below = ColumnValues([cells for line, cells in top if line > row])
            kind = likeliest(labels, below) or ListKind.UNITS
            return cls(sheet, top, row, labels, kind, guessed(kind, labels, below))
        meant = guessed_from_values([cells for _, cells in top], len(labels))
        kind = ListKind.BATCHES if "expiry" in meant else ListKind.UNITS
        return cls(sheet, top, row, labels, kind, meant)

    def with_header(self, header_row: int) -> Self:
        """The same rows read with their header in another row (0: none). VALUE_INVALID when there is none."""
        return self.of(self.sheet, self.top, header_row)

    @classmethod
    def from_record(cls, kept: dict[str, Any]) -> Self:
        """As `record` kept it."""
        top = tuple((line, tuple(cells)) for line, cells in kept["top"])
        kept = kept | {"kind": ListKind(kept["kind"]), "top": top}
        return cls(**kept | {name: tuple(kept[name]) for name in ("labels", "columns")})

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class _Unread(Table):
    """A list whose headers are not read yet: it has no kind."""

    def _header_of(self, cells: list[str]) -> Header:
        return Header(ListKind.UNITS, tuple(cells), {}, (), None)


def inspect_file(path: Path) -> list[SheetSummary]:
    """The parts of the file. Raises what `Table` raises for a file that is no list at all."""
    with path.open("rb") as source:
        start = source.read(8)
    if not is_container(start):
        with _Unread(path) as table:
            if not any(cell.strip() for _, cells in table.top for cell in cells):
                raise RefusedError(
                    ErrorCode.FILE_EMPTY, expected="a header line and rows", found="no header line"
                )
            return [SheetSummary.of("", _shortened(table.top))]
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for sheet in arranged(unpacked(path, Path(folder))):
            top = top_of_sheet(sheet)
            if sheet.visible and any(any(cells) for _, cells in top):
                parts.append(SheetSummary.of(sheet.name, _shortened(top)))
    if not parts:
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="only empty sheets")
    return parts


def _shortened(top: TopRows) -> TopRows:
    """The first rows with their cells cut to `_LONGEST` characters."""
    return tuple((line, tuple(cell[:_LONGEST] for cell in cells[: _MOST_COLUMNS + 1])) for line, cells in top)


def _short(cell: str) -> str:
    text = unmarked(cell)[1].strip()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
