"""Finds the row of the column headers among the first rows of a list, and the sheet that is meant."""

import csv
from itertools import islice

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import likeness
from service.registry.lists.header_search import TOP, find_header, labels_at
from service.registry.workbooks import Sheet

TopRows = tuple[tuple[int, tuple[str, ...]], ...]
"""The first rows of a list that are not blank, each with its line, or its number in a sheet."""

_A_LIST = 2  # columns that have to be known for a sheet to look like a list


def header_at(top: TopRows, asked: int | None) -> tuple[int, list[str]]:
    """The row of the header and its cells: the row that is asked for, 0 for none, None for the one found.

    Raises VALUE_INVALID for a row that is not among the first rows.
    """
    rows = [cells for _, cells in top]
    if asked is None:
        found = find_header(rows)
        return (0 if found.place is None or not top else top[found.place][0]), list(found.cells)
    if asked == 0:
        return 0, [""] * max(map(len, rows), default=0)
    for place, (line, _) in enumerate(top):
        if line == asked:
            return asked, list(labels_at(rows, place))
    raise RefusedError(
        ErrorCode.VALUE_INVALID,
        given=str(asked),
        expected=f"a row with something in it, among the first {TOP}, or 0 for a list without headers",
        field="header_row",
    )


def top_of_sheet(sheet: Sheet) -> TopRows:
    """The first rows of an unpacked sheet that have anything in them, with the numbers that it shows."""
    with sheet.path.open(encoding="utf-8", newline="") as source:
        return tuple((int(number), tuple(cells)) for number, _, *cells in islice(csv.reader(source), TOP))


def meant_sheet(sheets: list[Sheet], name: str, header_row: int | None) -> Sheet:
    """The sheet of this name, or the only one that looks like a list. Raises FILE_EMPTY or SHEET_UNCLEAR."""
    if not sheets:
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="only empty sheets")
    seen = [sheet for sheet in sheets if sheet.name == name or (not name and sheet.visible)]
    lists = [sheet for sheet in seen if _looks_like_a_list(sheet, header_row)] or seen
    if len(lists) == 1:
        return lists[0]
    raise RefusedError(
        ErrorCode.SHEET_UNCLEAR,
        given=name,
        expected="one sheet with a header row of a list, or the name of the sheet",
        found=", ".join(sheet.name for sheet in sheets),
        field="sheet",
    )


def _looks_like_a_list(sheet: Sheet, header_row: int | None) -> bool:
    try:
        return likeness(header_at(top_of_sheet(sheet), header_row)[1]) >= _A_LIST
    except RefusedError:  # this sheet has no such row
        return False
