"""Reads a text file as far as its quotation marks match, and from there on line by line.

A remark such as `"5" needle` is no CSV (RFC 4180, 2.6 and 2.7). Read leniently by a CSV library, an unclosed
mark would swallow the rows below it. Here only the line with the fault is read by its delimiters alone, and
the cells that have the fault are marked, so that they are refused where they are needed.
"""

import csv
import re
from collections import deque
from collections.abc import Generator, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any

from service.registry.lists.typed_cells import BROKEN, marked

_LOOKED_AT = 20  # lines of the sample
_DELIMITERS = (",", ";", "\t", "|")
_MOST_LINES = 50  # of one quoted cell
_TOGETHER = 500  # records of which the lines are counted at once
_BREAKS = re.compile(r"\r\n|\r|\n")
_CELLS = itemgetter(1)


def numbered_records(
    reader: Any, above: int, line: int
) -> Generator[tuple[int, list[str]], None, tuple[int, bool]]:
    """The records of a strict `csv.reader`, each with the line on which it begins, without blank ones.

    `above`: the lines before the reader's first; `line`: how many are read so far. Returns the line behind
    the last record, and whether the quotation marks match to the end.
    """
    matches = True
    while matches:
        block: list[list[str]] = []
        try:
            block.extend(islice(reader, _TOGETHER))  # what was read before an error stays in it
        except csv.Error:
            matches = False
        if matches and above + reader.line_num - line == len(block):
            yield from filter(_CELLS, zip(range(line + 1, line + 1 + len(block)), block, strict=True))
            line += len(block)
        else:
            for cells in block:
                if cells:
                    yield line + 1, cells
                line += 1 + sum(len(_BREAKS.findall(cell)) for cell in cells)
        if len(block) < _TOGETHER:
            break
    return line, matches


def careful_records(
    lines: Iterator[str], first: int, delimiter: str, width: int, broken: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """The records of `lines`, each with the line on which it begins, `first` being that of the first.

    `width`: how many cells the header has. The lines that had to be read by their delimiters alone are added
    to `broken`.
    """
    number = first
    ahead: deque[str] = deque()
    while (line := ahead.popleft() if ahead else next(lines, None)) is not None:
        begins, number = number, number + 1
        if not line.strip("\r\n"):
            continue
        cells = _strict([line], delimiter)
        if cells is None:
            ahead.extend(islice(lines, _MOST_LINES - len(ahead)))
            count, cells = _joined(line, list(ahead), delimiter, width)
            for _ in range(count):
                ahead.popleft()
            number += count
            if cells is None:
                cells = _by_delimiter(line.rstrip("\r\n"), delimiter)
                broken.append(begins)
        yield begins, cells


def whole_lines_are_quoted(sample: str) -> bool:
    """Whether each line was quoted as one cell: `"GTIN,Lot,Expiry"`, a list that was pasted into a column."""
    lines = [line for line in sample.splitlines()[:_LOOKED_AT] if line.strip()][:-1] or sample.splitlines()
    records = [_strict([line], ",") for line in lines]
    cells = [record[0] for record in records if record and len(record) == 1]
    quoted = len(cells) == len(records) and all(line.startswith('"') for line in lines)
    return quoted and any(all(cell.count(mark) > 1 for cell in cells) for mark in _DELIMITERS)


def _joined(line: str, more: list[str], delimiter: str, width: int) -> tuple[int, list[str] | None]:
    """A record that goes on for some lines, as wide as the header: how many further lines, and its cells."""
    for count in range(1, len(more) + 1):
        cells = _strict([line, *more[:count]], delimiter)
        if cells is not None:
            return (count, cells) if len(cells) == width else (0, None)
    return 0, None


def _strict(lines: list[str], delimiter: str) -> list[str] | None:
    """The one record of the lines; None when their quotation marks do not match."""
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _by_delimiter(line: str, delimiter: str) -> list[str]:
    """The cells of a line: a delimiter inside marks that do match belongs to its cell."""
    cells: list[str] = []
    rest = line
    while True:
        cell, rest, more = _first_cell(rest, delimiter)
        cells.append(cell)
        if not more:
            return cells


def _first_cell(text: str, delimiter: str) -> tuple[str, str, bool]:
    """The first cell, what comes behind it, and whether a delimiter stands between them."""
    if text.startswith('"'):
        end = text.find('"', 1)
        while end != -1 and text[end + 1 : end + 2] == '"':
            end = text.find('"', end + 2)
        if end != -1 and text[end + 1 : end + 2] in ("", delimiter):
            return text[1:end].replace('""', '"'), text[end + 2 :], text[end + 1 : end + 2] == delimiter
    cell, found, rest = text.partition(delimiter)
    return (marked(BROKEN, cell) if '"' in cell else cell), rest, bool(found)
