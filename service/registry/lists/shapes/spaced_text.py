"""Text as it is copied out of a PDF table or a mail: columns set apart by spaces, or a cell on each line.

Nothing certain can be read from it: an empty cell leaves no trace, and a long one runs over two lines.
"""

import re
from collections.abc import Sequence

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import NEEDED, ListKind, field_of, likeness
from service.registry.lists.conventions.column_values import meaning_of_value

_GAP = re.compile(r"\s{2,}|\t")
_SPACE = re.compile(r"\s+")
_A_HEADER = 2  # words of headers in one line
_MOST_LINES = 60

_EXPECTED = (
    "a list with a sign between its columns (comma, semicolon or tab): this is text as it is copied out of a "
    "PDF or a mail. Ask for the list as .xlsx or .csv, or put it into a spreadsheet, each value in a cell of "
    "its own, and save it as .xlsx"
)


def refuse_spaced_text(rows: Sequence[Sequence[str]]) -> None:
    """Raise FILE_KIND_UNKNOWN where the first rows of a text are no columns, but were some in print."""
    lines = [" ".join(row).strip() for row in rows[:_MOST_LINES]]
    apart = sum(len(row) > 1 for row in rows)
    if apart * 2 >= len(rows) or any(likeness(row) >= _A_HEADER for row in rows):
        return
    spaced = any(_is_header(lines, at, gap) for gap in (_GAP, _SPACE) for at in range(len(lines)))
    if spaced or _is_cell_by_cell(lines):
        raise RefusedError(ErrorCode.FILE_KIND_UNKNOWN, expected=_EXPECTED, found=" | ".join(lines[:3])[:300])


def _is_header(lines: Sequence[str], at: int, gap: re.Pattern[str]) -> bool:
    """Whether a line is a header between whose words there are only gaps, with a row of such below."""
    if likeness(gap.split(lines[at])) < _A_HEADER:
        return False
    rows = [_SPACE.split(line) for line in lines[at + 1 :]]
    return any(len(row) > 1 and any(meaning_of_value(cell) == "gtin" for cell in row) for row in rows)


def _is_cell_by_cell(lines: Sequence[str]) -> bool:
    """Whether the first lines are the headers of a list, one by one, and product numbers follow."""
    numbers = [at for at, line in enumerate(lines) if meaning_of_value(line) == "gtin"]
    if not numbers:
        return False
    above = lines[: numbers[0]]
    return any(
        set(NEEDED[kind]) <= {field_of(kind, line) for line in above}
        for kind in (ListKind.PRODUCTS, ListKind.BATCHES, ListKind.UNITS)
    )
