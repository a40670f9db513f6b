"""Lists whose fields stand below one another: the headers in the first column, a record in each other one.

>>> turned([["GTIN", "09506000134352"], ["Lot", "A1"], ["Expiry", "2028-04-30"]])
[['GTIN', 'Lot', 'Expiry'], ['09506000134352', 'A1', '2028-04-30']]
"""

from collections.abc import Sequence
from itertools import zip_longest

from service.registry.lists.columns import NEEDED, ListKind, field_of, likeness
from service.registry.lists.conventions.column_values import meaning_of_value
from service.registry.lists.typed_cells import unmarked

MOST_ROWS = 60
"""Rows of a list that is looked at: no kind of list has as many fields."""

_A_HEADER = 2  # words of headers in one row: the fields stand side by side


def turned(rows: Sequence[Sequence[str]]) -> list[list[str]] | None:
    """The list with its columns as rows, the headers first; None unless its fields stand below one another.

    That is certain where the first column names every field that a kind of list needs, each once, the cells
    beside the product numbers' header are product numbers, and no row is a header by itself.
    """
    if len(rows) > MOST_ROWS or max(map(len, rows), default=0) < 2:
        return None
    labels = [unmarked(row[0])[1].strip() if row else "" for row in rows]
    if not any(_names_all(kind, labels, rows) for kind in ListKind):
        return None
    if any(likeness([unmarked(cell)[1] for cell in row]) >= _A_HEADER for row in rows):
        return None
    columns = [list(column) for column in zip_longest(*rows, fillvalue="")]
    return [labels, *columns[1:]]


def _names_all(kind: ListKind, labels: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the labels name all that this kind of list needs, once each, with product numbers beside."""
    fields = [field_of(kind, label) for label in labels]
    if not all(fields.count(field) == 1 for field in NEEDED[kind]) or "gtin" not in fields:
        return False
    numbers = [cell for cell in rows[fields.index("gtin")][1:] if unmarked(cell)[1].strip()]
    return bool(numbers) and all(meaning_of_value(cell) == "gtin" for cell in numbers)
