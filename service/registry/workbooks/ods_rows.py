"""What an ODS workbook tells of its rows beside their values: hidden, filtered or struck through.

OpenDocument 1.3, part 3: `table:visibility` of a row is `collapse` when it is hidden and `filter` when a
filter hides it (19.749); a closed group (`table:display`, 19.624) hides the rows in it; a cell's style
strikes its text through (`style:text-line-through-style`, 20.374).
"""

from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

from service.registry.lists.typed_cells import DAY_MONTH, MONTH, YEAR

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST_REPEATS = 1_048_576
_MOST_CELLS = 500

RowFacts = tuple[str, int, int, bool, bool, dict[int, str]]
"""Sheet, first and last row (from 1), hidden, struck, and the kinds of dates by column (from 0)."""


class _Styles:
    """The styles of cells and texts that matter here, by their names."""

    def __init__(self) -> None:
        self.struck: set[str] = set()
        self.struck_texts: set[str] = set()
        self.dates: dict[str, str] = {}
        self._formats: dict[str, str] = {}

    def take(self, element: "ET.Element[str]") -> None:
        """Keep what a style or a date format says; a format stands before the styles that use it."""
        name = element.get(f"{_STYLE}name", "")
        if element.tag.endswith("}date-style"):
            parts = {part.tag.rpartition("}")[2] for part in element}
            if "month" in parts and parts & {"day", "year"} != {"day", "year"} and "hours" not in parts:
                self._formats[name] = MONTH if "year" in parts else DAY_MONTH
            elif parts - {"text", "era"} == {"year"}:
                self._formats[name] = YEAR
            return
        kind = self._formats.get(element.get(f"{_STYLE}data-style-name", ""))
        if kind:
            self.dates[name] = kind
        for properties in element.iter(f"{_STYLE}text-properties"):
            lines = [
                properties.get(f"{_STYLE}text-line-through-{each}", "none") for each in ("style", "type")
            ]
            if any(each != "none" for each in lines):
                (self.struck if element.get(f"{_STYLE}family") == "table-cell" else self.struck_texts).add(
                    name
                )


def row_facts(content: IO[bytes]) -> Iterator[RowFacts]:
    """Rows of `content.xml` that are hidden, struck, or have dates without a day or a year.

    The file was searched for declarations before. Memory: one row.
    """
    styles, sheet, number = _Styles(), "", 0
    closed: list[bool] = []
    open_: list[ET.Element[str]] = []
    for event, element in ET.iterparse(content, events=("start", "end")):  # noqa: S314 (no declarations)
        tag = element.tag
        if event == "start":
            open_.append(element)
            if tag == f"{_TABLE}table":
                sheet, number = element.get(f"{_TABLE}name", ""), 0
            elif tag == f"{_TABLE}table-row-group":
                closed.append(element.get(f"{_TABLE}display") == "false")
            continue
        open_.pop()
        if tag in (f"{_STYLE}style", f"{_NUMBER}date-style"):
            styles.take(element)
        elif tag == f"{_TABLE}table-row-group":
            closed.pop()
        elif tag == f"{_TABLE}table-row":
            first = number + 1
            number += min(int(element.get(f"{_TABLE}number-rows-repeated", "1")), _MOST_REPEATS)
            hidden = any(closed) or element.get(f"{_TABLE}visibility") in ("collapse", "filter")
            struck, dates = _cells(element, styles)
            if hidden or struck or dates:
                yield sheet, first, number, hidden, struck, dates
            element.clear()
            if open_:
                open_[-1].remove(element)


def _cells(row: "ET.Element[str]", styles: _Styles) -> tuple[bool, dict[int, str]]:
    """Whether a cell of the row that has text is struck through, and its dates without a day or a year."""
    struck, dates, column = False, dict[int, str](), 0
    for cell in row:
        style = cell.get(f"{_TABLE}style-name", "")
        if len(cell):
            texts = {span.get(f"{_TEXT}style-name", "") for span in cell.iter(f"{_TEXT}span")}
            struck = struck or style in styles.struck or bool(texts & styles.struck_texts)
        repeats = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if style in styles.dates:
            dates |= dict.fromkeys(range(column, column + min(repeats, _MOST_CELLS)), styles.dates[style])
        column += repeats
    return struck, dates
