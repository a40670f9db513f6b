"""Writes and reads the plan of an import: its good rows, checked, in pieces that go on record one at a time.

A file of JSON lines. The first says what the list is. A piece is one line with its rows, or with the heads of
its groups of units and behind it two lines for each group: the line numbers and the serials. The place (in
bytes) behind a piece is the cursor of an import that has come so far.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from service.errors import ConflictError, ErrorCode, NotFoundError
from service.registry.lists.columns import Header, ListKind
from service.registry.lists.import_journal import RowOutcome
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup

ROWS = 200
"""Rows of a list in one piece."""

UNITS = 50_000
"""Units in one piece. On SQLite, other writers wait for it: some tenths of a second on a busy machine."""

_GROUPS = 2000  # of units that say the same beside their serial

Row = tuple[int, list[str], RowOutcome]
"""Line, cells, and what the row will do."""


@dataclass(frozen=True, slots=True)
class PlanPiece:
    """Rows of a list, or groups of units; `after` is the cursor behind it."""

    rows: tuple[Row, ...]
    groups: tuple[UnitRowGroup, ...]
    after: int


class PlanWriter:
    """Writes a plan; `cut` ends a piece."""

    def __init__(self, path: Path, header: Header) -> None:
        self._target: BinaryIO = path.open("wb")
        self._digest = hashlib.sha256()
        self._rows: list[Row] = []
        self._groups: list[UnitRowGroup] = []
        self._units = 0
        self.pieces = 0
        """How many there are, of those that are cut."""
        self.start = self._write(
            {
                "kind": header.kind,
                "labels": header.labels,
                "index": dict(header.index),
                "lettered": header.lettered,
                "conventions": dict(header.conventions),
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._target.close()

    def row(self, row: Row) -> None:
        """Add a row of a list."""
        self._rows.append(row)
        if len(self._rows) == ROWS:
            self._cut()

    def units(self, group: UnitRowGroup) -> None:
        """Add units that say the same beside their serial; more than a piece holds are divided."""
        room = UNITS - self._units
        while group.size > UNITS:
            first, group = _divided(group, room)
            self._add(first)
            room = UNITS
        if self._units + group.size > UNITS:
            self._cut()
        self._add(group)

    def _add(self, group: UnitRowGroup) -> None:
        self._groups.append(group)
        self._units += group.size
        if self._units >= UNITS or len(self._groups) == _GROUPS:
            self._cut()

    def close(self) -> str:
        """Write the rest to the disk; the plan's SHA-256."""
        self._cut()
        self._target.flush()
        return self._digest.hexdigest()

    def _cut(self) -> None:
        if self._rows or self._groups:
            self.pieces += 1
            self._write({"rows": self._rows, "groups": [[each.size, each.what] for each in self._groups]})
            for group in self._groups:
                self._write_line(group.lines)
                self._write_line(group.serials)
        self._rows, self._groups, self._units = [], [], 0

    def _write(self, content: dict[str, Any]) -> int:
        return self._write_line(json.dumps(content, ensure_ascii=True))

    def _write_line(self, text: str) -> int:
        line = text.strip().encode() + b"\n"
        self._digest.update(line)
        self._target.write(line)
        return self._target.tell()


def _divided(group: UnitRowGroup, first: int) -> tuple[UnitRowGroup, UnitRowGroup]:
    """The first units of a group, and the rest."""
    lines, serials = json.loads(group.lines), json.loads(group.serials)
    return (
        UnitRowGroup(group.chunk, first, group.what, json.dumps(lines[:first]), json.dumps(serials[:first])),
        UnitRowGroup(
            group.chunk,
            group.size - first,
            group.what,
            json.dumps(lines[first:]),
            json.dumps(serials[first:]),
        ),
    )


class ImportPlan:
    """A plan that is read from any cursor on."""

    def __init__(self, path: Path) -> None:
        self._source: BinaryIO = path.open("rb")
        said = json.loads(self._source.readline())
        self.start = self._source.tell()
        self.header = Header(
            ListKind(said["kind"]),
            tuple(said["labels"]),
            said["index"],
            (),
            None,
            lettered=said["lettered"],
            conventions=said["conventions"],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.close()

    def piece(self, cursor: int) -> PlanPiece | None:
        """The piece at the cursor (0: the first); None behind the last."""
        self._source.seek(cursor or self.start)
        line = self._source.readline()
        if not line:
            return None
        said = json.loads(line)
        groups = tuple(
            UnitRowGroup(0, size, UnitRow(*what), self._text(), self._text()) for size, what in said["groups"]
        )
        return PlanPiece(
            tuple((line, cells, RowOutcome(became)) for line, cells, became in said["rows"]),
            groups,
            self._source.tell(),
        )

    def _text(self) -> str:
        return self._source.readline().decode("ascii")


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def require_plan(path: Path, sha256: str) -> None:
    """Raise NOT_FOUND for a plan that is gone, CONFLICT for one that is not the one that was checked."""
    if not path.is_file():
        raise NotFoundError(
            ErrorCode.NOT_FOUND,
            given=str(path),
            expected="the plan of the import (import the same files again: what is on record stays)",
            field="import",
        )
    if hash_of(path) != sha256:
        raise ConflictError(
            ErrorCode.CONFLICT, given=str(path), expected="the plan as it was checked", field="import"
        )
