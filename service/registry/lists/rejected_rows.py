"""Keeps rows that were refused, and writes the file that gives them back: as they were, with a reason column.

Refusals are kept in an unnamed temporary file in the order of their lines, so that a million of them costs
no more memory than one.
"""

import csv
import heapq
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from service.errors import ErrorCode, VialcheckError
from service.registry.lists.cells import changed_by_spreadsheet
from service.registry.lists.columns import REASON_COLUMN, Header
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.readers import ListSource
from service.registry.lists.typed_cells import (
    BROKEN,
    DAY_MONTH,
    ERROR,
    MERGED,
    NUMBER,
    quoted_for_spreadsheets,
    unmarked,
)


@dataclass(slots=True)
class RejectionCause:
    """Rows that were refused for one cause: of which column, how many, and one of them as an example."""

    column: str
    field: str
    code: ErrorCode
    rows: int
    value: str
    reason: str


_CONTRADICTIONS = frozenset((ErrorCode.CONFLICT, ErrorCode.RECORD_CHANGED))

SHOWN = 20
"""How many row errors an outcome carries; the file of refused rows has them all."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell: the row's first line, the column's header, the value, code and reason.

    `where` is how a person finds it: `line 5, Lot`, or `B5 (Lot)` in a sheet.
    """

    line: int
    column: str
    where: str
    value: str
    code: ErrorCode
    reason: str

    @classmethod
    def of(cls, line: int, header: Header, error: VialcheckError) -> Self:
        """The error of one field as an error of the file that it came from."""
        field = error.field or ""
        place = header.label(field), header.where(field, line)
        return cls(line, *place, error.given[:80], error.code, explain(error))


_WHY = {
    ErrorCode.EMPTY: "nothing is written here",
    ErrorCode.VALUE_MISSING: "nothing is written here, and it is needed",
    ErrorCode.DOCUMENT_UNREADABLE: "the document cannot be read",
    ErrorCode.EVENT_IN_FUTURE: "says that something has happened which has not yet",
    ErrorCode.EVENT_KNOWN_OTHERWISE: "another event has this id already",
    ErrorCode.EVENT_OUT_OF_ORDER: "cannot have happened to it as it is on record",
    ErrorCode.SENDER_NOT_YOURS: "names a sender that your organisation is not",
    ErrorCode.TOO_LONG: "too long",
    ErrorCode.BAD_CHARACTER: "has a character that may not stand here",
    ErrorCode.GTIN_LENGTH: "a GTIN has 8, 12, 13 or 14 digits (a spreadsheet may have removed leading zeros)",
    ErrorCode.GTIN_NOT_DIGITS: "a GTIN is digits only",
    ErrorCode.GTIN_CHECK_DIGIT: "the last digit does not fit the others, so one of them is wrong",
    ErrorCode.EXPIRY_UNREADABLE: "cannot be read as a date",
    ErrorCode.EXPIRY_IMPOSSIBLE: "is no day of the calendar",
    ErrorCode.EXPIRY_AMBIGUOUS: "can be read as two dates; write it as 2028-12-31",
    ErrorCode.COUNTRY_UNKNOWN: "is no country that we know",
    ErrorCode.SPREADSHEET_NUMBER: "a spreadsheet has changed it; what it was cannot be told from this",
    ErrorCode.CELL_MERGED: "the cell is merged with another; unmerge them and fill in each",
    ErrorCode.PRODUCT_NOT_ON_RECORD: "no product with this GTIN is on record; import the products first",
    ErrorCode.LOT_NOT_ON_RECORD: "this product has no such lot on record; import the batches first",
    ErrorCode.ROW_TOO_SHORT: "the row has fewer cells than the header",
    ErrorCode.VALUE_INVALID: "cannot stand here",
    ErrorCode.CONFLICT: "contradicts what is on record",
    ErrorCode.FILE_EMPTY: "there is nothing in it",
    ErrorCode.FILE_NOT_TEXT: "it is no list",
    ErrorCode.FILE_KIND_UNKNOWN: "its first line does not say what kind of list it is",
    ErrorCode.COLUMN_MISSING: "it lacks a column that is needed",
    ErrorCode.COLUMN_TWICE: "two of its columns mean the same",
    ErrorCode.WORKBOOK_REFUSED: "it is a spreadsheet that cannot be opened here",
    ErrorCode.SHEET_UNCLEAR: "which of its sheets is meant cannot be told",
    ErrorCode.LIST_NOT_YOURS: "your organisation may not put in lists of this kind",
    ErrorCode.PRODUCT_NOT_YOURS: "your organisation has no product with this GTIN on record; import it first",
    ErrorCode.RECORD_NOT_YOURS: "belongs to another organisation, which alone may change it",
    ErrorCode.RECORD_CHANGED: "the record has changed since you looked at it; import the row again",
    ErrorCode.NOT_FOUND: "it cannot be read",
}


def explain(error: VialcheckError) -> str:
    """The reason in plain English, in one line."""
    parts = [_WHY.get(error.code, str(error.code).replace("_", " "))]
    parts += [f"expected {error.expected}"] if error.expected else []
    parts += [f"found {error.found}"] if error.found else []
    return " ".join("; ".join(parts).split())


def reason_of(line: int, header: Header, problems: Iterable[RowError]) -> str:
    """What is wrong with a row, in one line: what the reason column says."""
    if header.lettered:
        return "; ".join(f"{each.where}: {each.reason}" for each in problems)
    return f"line {line}: " + "; ".join(f"{each.column}: {each.reason}" for each in problems)


class RejectedRows:
    """The refused rows of one file, in the order of their lines."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.count = 0
        self.conflicts = 0
        """How many of them only contradict the record, or each other."""
        self.causes: dict[tuple[str, ErrorCode, str], RejectionCause] = {}
        """The refusals by column, kind of fault, and what was expected of a value."""
        self._first: list[RowError] = []
        self._store = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()

    def add(self, line: int, errors: Iterable[VialcheckError]) -> None:
        """Refuse the row that begins on `line`. Lines have to come in order."""
        problems = []
        for error in errors:
            problem = RowError.of(line, self.header, error)
            problems.append(problem)
            field = error.field or ""
            fresh = RejectionCause(problem.column, field, problem.code, 0, problem.value, problem.reason)
            rule = error.expected if error.code is ErrorCode.VALUE_INVALID else ""
            self.causes.setdefault((field, problem.code, rule), fresh).rows += 1
        self.count += 1
        if len(self._first) < SHOWN:
            self._first += problems
        reason = reason_of(line, self.header, problems)
        conflicts = all(each.code in _CONTRADICTIONS for each in problems)
        self.conflicts += conflicts
        self._store.write(json.dumps((line, reason, conflicts)) + "\n")

    def clear(self) -> None:
        """Forget them all: what they were judged against was taken back."""
        self.count = self.conflicts = 0
        self.causes.clear()
        self._first.clear()
        self._store.seek(0)
        self._store.truncate()

    @property
    def first(self) -> tuple[RowError, ...]:
        """The first row errors, at most `SHOWN`."""
        return tuple(self._first[:SHOWN])

    def __iter__(self) -> Iterator[tuple[int, str, bool]]:
        """Line, reason, and whether the row only contradicts the record."""
        self._store.seek(0)
        for entry in self._store:
            line, reason, conflicts = json.loads(entry)
            yield line, reason, conflicts
        self._store.seek(0, 2)


def causes_of(*sources: RejectedRows) -> list[RejectionCause]:
    """The causes of the refusals of all sources together, the commonest first."""
    found: dict[tuple[str, ErrorCode, str], RejectionCause] = {}
    for source in sources:
        for key, cause in source.causes.items():
            if key in found:
                found[key].rows += cause.rows
            else:
                found[key] = replace(cause)
    return sorted(found.values(), key=lambda cause: -cause.rows)


Heard = Callable[[int, list[str], str, bool], None]
"""Hears of each refused row: line, cells as they are given back, reason, whether it only contradicts."""


def write(table: ListSource, path: Path, *sources: RejectedRows, heard: Heard | None = None) -> None:
    """Write the refused rows to `path`: as they were, in the file's own delimiter, in UTF-8.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front; `readers` takes it off
    again when the mended file is imported.
    """
    wanted = heapq.merge(*sources)
    line, reason, conflicts = next(wanted, _NO_MORE)
    header, place = table.header, table.header.reason_column
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=table.delimiter)
        labels = _without(list(header.labels), place)
        writer.writerow([*map(quoted_for_spreadsheets, labels), REASON_COLUMN])
        for at, cells in table.rows():
            if at == line:
                row = _without(given_back(header, cells), place)
                row += [""] * (len(labels) - len(row))
                writer.writerow([*map(quoted_for_spreadsheets, row), reason])
                if heard is not None:
                    heard(line, row, reason, conflicts)
                line, reason, conflicts = next(wanted, _NO_MORE)


_NO_MORE = (0, "", False)


def given_back(header: Header, cells: list[str]) -> list[str]:
    """The cells of a row as text."""
    fields = {at: field for field, at in header.index.items()}
    return [_given_back(cell, fields.get(at)) for at, cell in enumerate(cells)]


def _without(cells: list[str], place: int | None) -> list[str]:
    return cells if place is None else cells[:place] + cells[place + 1 :]


def _given_back(cell: str, field: str | None) -> str:
    """A cell as text. What a spreadsheet had changed stays recognisable: so it is refused once more."""
    kind, text = unmarked(cell)
    if kind:
        kind, text = normal(field or "", text, kind, {})
    if kind == DAY_MONTH:
        return date.fromisoformat(text[:10]).strftime("%d-%b")
    if not kind or kind == BROKEN or (kind != ERROR and not changed_by_spreadsheet(kind, field or "")):
        return "" if kind == MERGED else text
    return f"{text}.0" if kind == NUMBER and text.isdigit() else ""
