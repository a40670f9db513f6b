"""Writes a list anew with its fields side by side, where they stand below one another or in codes."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from service.errors import RefusedError
from service.registry.lists.encodings import not_text
from service.registry.lists.header_search import DELIMITERS, TOP
from service.registry.lists.shapes.code_columns import CodeColumn, code_column
from service.registry.lists.shapes.standing import MOST_ROWS, turned
from service.registry.workbooks import Sheet

_COLON = ":"


def standing_text(sample: str) -> list[list[str]] | None:
    """The rows of a whole text whose fields stand below one another (`Lot: A1` too); None for all others."""
    for delimiter in (*DELIMITERS, _COLON):
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            rows = [cells for cells in islice(reader, MOST_ROWS + 1) if any(cell.strip() for cell in cells)]
        except csv.Error:
            continue
        if delimiter != _COLON or max(map(len, rows), default=0) == 2:
            found = turned(rows)
            if found is not None:
                return found
    return None


def with_codes_apart(rows: Iterable[list[str]], column: CodeColumn) -> Iterator[list[str]]:
    """Every row of a list with the elements of its code behind it; those above its header are no records."""
    at, width = -1, 0
    try:
        for cells in rows:
            at += bool(cells)
            if at < column.header or not any(cell.strip() for cell in cells):
                yield cells
            elif at == column.header:
                width = len(cells)
                yield [*cells, *column.labels]
            else:
                yield [*cells, *[""] * (width - len(cells)), *column.cells(cells)]
    except csv.Error as error:
        raise not_text("a cell that is too long for a list") from error


def arranged(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets of a workbook, those written anew whose fields do not stand side by side."""
    visible = sum(sheet.visible for sheet in sheets)
    found = []
    for sheet in sheets:
        try:
            found.append(_arranged(sheet))
        except RefusedError:
            if visible < 2 and sheet.visible:
                raise
            found.append(sheet)
    return found


def _arranged(sheet: Sheet) -> Sheet:
    with sheet.path.open(encoding="utf-8", newline="") as source:
        reader = csv.reader(source)
        first = list(islice(reader, MOST_ROWS + 1))
        rows = [cells for _, _, *cells in first]
        plain = not any(states for _, states, *_ in first)
        standing = turned(rows) if plain else None
        if standing is not None:
            _write(sheet, ([str(number), "", *cells] for number, cells in enumerate(standing, start=1)))
            return replace(sheet, standing=True)
        column = code_column(rows[:TOP])
        if column is not None:
            moved = CodeColumn(column.place + 2, column.header, column.fields)  # behind number and states
            _write(sheet, with_codes_apart(chain(first, reader), moved))
    return sheet


def _write(sheet: Sheet, rows: Iterable[list[str]]) -> None:
    """Put the rows in the place of the sheet's; the old ones may still be read meanwhile."""
    anew = sheet.path.with_suffix(".anew")
    with anew.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows)
    anew.replace(sheet.path)
