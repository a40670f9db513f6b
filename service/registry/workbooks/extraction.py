"""Writes a workbook's sheets as CSV files: a program that the system bounds in memory and time.

`python -m service.registry.workbooks.extraction WORKBOOK FOLDER` writes one JSON object: the sheets, or why
the workbook is refused. Each record of a file is a row's number, as the spreadsheet shows it, its states
(`hidden`, `struck`, both or nothing), and its cells from column A on; a cell that is not text is marked
(`service.registry.lists.typed_cells`).
"""

import csv
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from service.registry.lists.typed_cells import (
    DATE,
    ERROR,
    FORMULA,
    MERGED,
    cell_of,
    column_name,
    marked,
    unmarked,
)
from service.registry.workbooks.containers import BROKEN
from service.registry.workbooks.ods_rows import row_facts
from service.registry.workbooks.sheet_styles import CellStyles, cell_styles

_MEMORY = 2 * 1024**3
_SECONDS = 300
_WRITTEN = 2 * 1024**3
_BLOCK = 1024 * 1024
_OVERLAP = 400
_MOST_COLUMNS = 500
_MOST_ALIKE = 100_000  # rows that one element of an ODS sheet repeats; empty ones are repeated to the end
_LONGEST_CELL = 32_767  # as Excel has it

_CELL = re.compile(rb"<(?:\w+:)?c(?=\s)[^<>]{0,300}?>")
_REFERENCE = re.compile(rb"""\sr=["']\$?([A-Z]{1,3})\$?([0-9]{1,7})["']""")
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_ROW = re.compile(rb"<(?:\w+:)?row(?=\s)[^<>]{0,300}?>")
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c(?=\s)[^<>]{0,300}><(?:\w+:)?f[^<>]*>[^<]{0,2000}</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<v></v>)?\s*</"
)
_ROW_NUMBER = re.compile(rb"""\sr=["']([0-9]{1,7})["']""")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_STYLE = re.compile(rb"""\ss=["']([0-9]{1,6})["']""")


class _Marks:
    """What the XML of a sheet tells of its cells and the reader does not. Rows from 1, columns from 0."""

    def __init__(self) -> None:
        self.errors: dict[int, set[int]] = defaultdict(set)
        self.dates: dict[int, dict[int, str]] = defaultdict(dict)
        self.formulas: dict[int, set[int]] = defaultdict(set)
        self.hidden: set[int] = set()
        self.struck: set[int] = set()

    def apply(self, row: int, cells: list[str]) -> None:
        """Mark the cells of a row."""
        for column, kind in self.dates.get(row, {}).items():
            if column < len(cells) and unmarked(cells[column])[0] == DATE:
                cells[column] = marked(kind, unmarked(cells[column])[1])
        for column in self.errors.get(row, ()):
            if column < len(cells):
                cells[column] = marked(ERROR, "#")
        for column in self.formulas.get(row, ()):
            if column < len(cells) and not cells[column]:
                cells[column] = marked(FORMULA, "=")

    def states(self, row: int) -> str:
        """The states of a row, separated by a space."""
        return " ".join(
            state for state, rows in (("hidden", self.hidden), ("struck", self.struck)) if row in rows
        )


class _RefusedError(Exception):
    """Why the workbook stays shut: what was found, what was expected."""


def main(workbook: Path, folder: Path) -> dict[str, Any]:
    """Unpack, and say what there is."""
    try:
        marks = _examined(workbook)
        with CalamineWorkbook.from_path(workbook) as opened:
            return {"sheets": list(_sheets(opened, marks, folder))}
    except _RefusedError as error:
        return {"refused": {"found": error.args[0], "expected": error.args[1]}}
    except PasswordError:
        return {"refused": {"found": "a password", "expected": "a spreadsheet without a password"}}
    except (CalamineError, ET.ParseError, *BROKEN):
        return {"refused": {"found": "a damaged file: it cannot be read to its end"}}


def _sheets(opened: CalamineWorkbook, marks: dict[str, _Marks], folder: Path) -> Iterator[dict[str, Any]]:
    for place, about in enumerate(opened.sheets_metadata):
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = opened.get_sheet_by_name(about.name)
        if sheet.start is None:
            continue
        name = f"{place}.csv"
        of_sheet = marks.get(about.name) or _Marks()
        with (folder / name).open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            for number, cells in _rows(sheet, of_sheet):
                writer.writerow([number, of_sheet.states(number), *cells])
        yield {"name": about.name, "visible": about.visible is SheetVisibleEnum.Visible, "file": name}


def _rows(sheet: CalamineSheet, marks: _Marks) -> Iterator[tuple[int, list[str]]]:
    """Rows that have anything in them, by their number, from column A on."""
    start = sheet.start or (0, 0)
    covered = _Covered(sheet.merged_cell_ranges or [])
    width = min(sheet.width, _MOST_COLUMNS)
    if sheet.width > _MOST_COLUMNS:
        raise _RefusedError(f"{sheet.width:,} columns", f"at most {_MOST_COLUMNS} columns")
    for number, values in enumerate(sheet.iter_rows(), start=1):
        wrong = marks.errors.get(number, ())
        over = covered.in_row(number - 1)
        if not wrong and not over and not any(value != "" for value in values):
            continue
        cells = [""] * start[1] + [cell_of(value)[:_LONGEST_CELL] for value in values[:width]]
        marks.apply(number, cells)
        for first, last, top in over:
            for column in range(first, min(last + 1, len(cells))):
                if not cells[column]:
                    cells[column] = marked(MERGED, top)
        yield number, cells


class _Covered:
    """Cells that a merged one lies over: they show its value and have none."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._open: list[tuple[tuple[int, int], tuple[int, int]]] = []

    def in_row(self, row: int) -> list[tuple[int, int, str]]:
        """First and last column that is covered in this row (from 0), and the name of the cell above it.

        Only merging across rows counts: beside each other, cells of one row are a title.
        """
        while self._waiting and self._waiting[-1][0][0] <= row:
            self._open.append(self._waiting.pop())
        self._open = [each for each in self._open if each[1][0] >= row]
        return [
            (first, last, f"{column_name(first)}{top + 1}")
            for (top, first), (_, last) in self._open
            if top < row
        ]


def _examined(workbook: Path) -> dict[str, _Marks]:
    """Read every part to its end; by sheet, what its XML tells of cells and rows beside their values.

    A part that is longer than the table of contents says does not match its checksum: BadZipFile.
    """
    by_part: dict[str, _Marks] = {}
    with zipfile.ZipFile(workbook) as archive:
        for part in archive.infolist():
            if not _is_sheet(part.filename):
                for _ in _blocks(archive, part):
                    pass
        styles = cell_styles(archive)
        for part in archive.infolist():
            if _is_sheet(part.filename):
                marks = by_part[part.filename] = _Marks()
                for text in _blocks(archive, part):
                    _note(text, styles, marks)
        if "content.xml" in archive.namelist():
            return _of_ods(archive)
        return {name: by_part[part] for name, part in _names(archive).items() if part in by_part}


def _of_ods(archive: zipfile.ZipFile) -> dict[str, _Marks]:
    by_sheet: dict[str, _Marks] = {}
    with archive.open("content.xml") as content:
        for sheet, first, last, hidden, struck, dates in row_facts(content):
            marks = by_sheet.setdefault(sheet, _Marks())
            rows = range(first, min(last, first + _MOST_ALIKE) + 1)
            marks.hidden.update(rows if hidden else ())
            marks.struck.update(rows if struck else ())
            for row in rows if dates else ():
                marks.dates[row].update(dates)
    return by_sheet


def _is_sheet(part: str) -> bool:
    return part.startswith("xl/worksheets/") and part.endswith(".xml")


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in pieces that overlap, each searched for declarations."""
    with archive.open(part) as stream:
        before = b""
        while block := stream.read(_BLOCK):
            text = before + block
            _refuse_declarations(part.filename, text)
            yield text
            before = text[-_OVERLAP:]


def _refuse_declarations(part: str, text: bytes) -> None:
    """An XML part that declares entities can grow without end, or name files of this machine."""
    if part.endswith((".xml", ".rels")) and _DECLARES.search(text.replace(b"\x00", b"")):
        raise _RefusedError(
            "a document type declaration (DOCTYPE)", "a spreadsheet as spreadsheet programs save it"
        )
    if part == "content.xml" and b':value-type="error"' in text:
        raise _RefusedError(
            "cells that show an error, such as #N/A", "a sheet in which each cell has a value"
        )


def _note(text: bytes, styles: CellStyles, marks: _Marks) -> None:
    """Keep what a piece of a sheet's XML tells. A cell or row in the overlap of two pieces is told twice."""
    if b"hidden=" in text:
        for tag in _ROW.finditer(text):
            if _HIDDEN.search(tag[0]) and (number := _ROW_NUMBER.search(tag[0])):
                marks.hidden.add(int(number[1]))
    for cell in _EMPTY_FORMULA.finditer(text) if b"<f" in text else ():
        if (found := _REFERENCE.search(cell[0])) is not None:
            marks.formulas[int(found[2])].add(_column(found[1]))
    if b't="e"' in text or styles.dates or styles.struck:
        for cell in _CELL.finditer(text):
            _note_cell(cell[0], styles, marks)


def _note_cell(tag: bytes, styles: CellStyles, marks: _Marks) -> None:
    found = _REFERENCE.search(tag)
    if found is None:
        return
    row, column = int(found[2]), _column(found[1])
    if b't="e"' in tag:
        marks.errors[row].add(column)
    style = _STYLE.search(tag)
    if style is not None:
        if (kind := styles.dates.get(int(style[1]))) is not None:
            marks.dates[row][column] = kind
        if int(style[1]) in styles.struck and not tag.endswith(b"/>"):
            marks.struck.add(row)


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part that each sheet of an XLSX workbook is in. Both files were searched for declarations."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (no declarations: see above)
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 (likewise)
    except KeyError:
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(_REL), "")
            parts[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts


def _bound() -> None:
    """Ask the system to hold the bounds; Windows has no such request."""
    try:
        import resource  # noqa: PLC0415 (absent on Windows)
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _bound()
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
