"""Marks the cells of a spreadsheet that are not text, so that they are not read as if they had been typed.

A number in a lot column was a lot once, and the spreadsheet has lost its zeros or letters. A marked cell
begins with a character that no identifier may have: code that does not ask for the mark refuses the cell.

>>> unmarked(marked("number", "9506000134352")), unmarked("LOT1")
(('number', '9506000134352'), ('', 'LOT1'))
"""

from datetime import date, datetime, time

_MARK = "\x1a"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

NUMBER, DATE, TIME, TRUTH, ERROR, MERGED = "number", "date", "time", "truth", "error", "merged"
MONTH, DAY_MONTH = "month", "day_month"
"""Kinds of a date cell of which the spreadsheet shows no day (`Dec-27`), or no year (`27-Dec`)."""

YEAR = "year"
"""The kind of a date cell of which the spreadsheet shows the year alone."""

FORMULA = "formula"
"""The kind of a cell with a formula whose value was not saved."""

BROKEN = "broken"
"""The kind of a cell of a text file whose quotation marks do not match."""

CODE = "code"
"""The kind of a cell whose value would come out of a GS1 code that cannot be read for certain."""

_KINDS = frozenset({NUMBER, DATE, TIME, TRUTH, ERROR, MERGED, MONTH, DAY_MONTH, YEAR, FORMULA, BROKEN, CODE})


def marked(kind: str, text: str) -> str:
    """The cell of this kind."""
    return f"{_MARK}{kind}{_MARK}{text}"


def unmarked(cell: str) -> tuple[str, str]:
    """The kind of a cell, empty for text, and what it shows.

    A text file may hold the mark's character itself: what stands behind it is a kind only where we know it.
    """
    parts = cell.split(_MARK, 2)
    marks = len(parts) == 3 and not parts[0] and parts[1] in _KINDS
    return (parts[1], parts[2]) if marks else ("", cell)


def column_name(place: int) -> str:
    """The letters of a column (from 0).

    >>> [column_name(place) for place in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def cell_of(value: object) -> str:
    """What a spreadsheet's cell holds, marked unless it is text."""
    if isinstance(value, str):
        return value.replace(_MARK, "\ufffd")
    if isinstance(value, bool):
        return marked(TRUTH, "yes" if value else "no")
    if isinstance(value, (int, float)):
        return marked(NUMBER, _digits(float(value)))
    if isinstance(value, datetime):
        whole = value.time() == time()
        return marked(DATE, value.date().isoformat() if whole else value.isoformat(" "))
    if isinstance(value, date):
        return marked(DATE, value.isoformat())
    return marked(TIME, str(value))


def _digits(number: float) -> str:
    """A number as a person writes it: without `.0`, and without an exponent as long as it is exact.

    >>> _digits(9506000134352.0), _digits(0.5), _digits(1e33)
    ('9506000134352', '0.5', '1E+33')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number).upper()


def quoted_for_spreadsheets(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe goes before = + - @ tab and return.

    >>> quoted_for_spreadsheets("=1+1"), quoted_for_spreadsheets("LOT1")
    ("'=1+1", 'LOT1')
    """
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell


def spoken(cell: str) -> str:
    """What `quoted_for_spreadsheets` was given: the way back is exact."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell
