"""What the values of a column tell of its meaning, where its header does not tell it alone.

>>> values = ColumnValues([("1", "31/12/2027", "A1"), ("2", "04/05/2027", "A2")])
>>> values.count_rows(0), values.count_rows(2), values.better("expiry", 2, 1)
(True, False, 1)
"""

from collections.abc import Mapping, Sequence

from service.errors import IdentifierError
from service.gs1.identifiers import Gtin
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.conventions.dates import iso_date, orders, six_digit_days
from service.registry.lists.typed_cells import DATE, DAY_MONTH, MONTH, unmarked

Assigned = tuple[str, int, int | None]
"""A field, the place of its column, and the place of another one that means it just as well."""

_IDENTIFYING = frozenset(("gtin", "lot", "serial", "expiry"))
"""Of two columns that mean one of these, which is meant has to be said; of others the first is read."""

_ALWAYS_ASKED = frozenset(("expiry",))
"""Of two columns that may mean one of these, the better named one is no better where both are filled in and
differ: `Expiry date` beside `New expiry date`."""


class ColumnValues:
    """The first rows below a header, by column."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows = rows

    def better(self, field: str, first: int, second: int) -> int | None:
        """Of two columns that mean the same field, the place of the one to read; None where both may."""
        values = [self._column(first), self._column(second)]
        if values[0] == values[1] or not any(values[1]):
            return first
        if not any(values[0]):
            return second
        fit = self.fits(field, first), self.fits(field, second)
        return {(True, False): first, (False, True): second}.get(fit)

    def fits(self, field: str, place: int) -> bool:
        """Whether most values of the column may be of this field."""
        filled = [value for value in self._column(place) if value]
        return sum(_may_be(field, value) for value in filled) * 2 > len(filled)

    def count_rows(self, place: int) -> bool:
        """Whether the column only numbers the rows: 1, 2, 3. No serials of packs are given out so."""
        numbers = [unmarked(each)[1].strip().rstrip(".") for each in self._column(place)]
        counted = [each for each in numbers if each.isdigit()]
        return bool(counted) and counted == [str(number) for number in range(1, len(counted) + 1)]

    def _column(self, place: int) -> list[str]:
        return [row[place].strip() if place < len(row) else "" for row in self._rows]


def assigned(places: Mapping[str, Sequence[tuple[int, int]]], values: ColumnValues | None) -> list[Assigned]:
    """The column of each field. `places`: how far each header is from the field's words, and its place."""
    chosen = []
    for field, candidates in places.items():
        nearest = min(candidates)[0]
        (_, first), *others = sorted(candidates)
        unclear = None
        for distance, other in others:
            if distance == nearest or (values and field in _ALWAYS_ASKED and values.fits(field, other)):
                better = values.better(field, first, other) if values else None
                unclear = other if better is None and field in _IDENTIFYING else unclear
                first = first if better is None else better
        chosen.append((field, first, unclear))
    return chosen


def meaning_of_value(cell: str) -> str:
    """The field that a cell's own form tells: gtin, expiry, or empty."""
    kind, text = unmarked(cell)
    kind, text = normal("gtin", text.strip(), kind, {})
    if not kind and len(text) > 8:
        try:
            Gtin.parse(text)
        except IdentifierError:
            pass
        else:
            return "gtin"
    is_date = len(text) > 5 and not kind and not text.isdigit() and iso_date(text) is not None
    return "expiry" if kind == DATE or is_date else ""


def _may_be(field: str, cell: str) -> bool:
    """Whether a value may be one of the field; a date in any order, also of digits alone or of a month."""
    if meaning_of_value(cell) == field:
        return True
    kind, text = unmarked(cell)
    is_date = bool(orders(text) or iso_date(text) or six_digit_days(text)) and not kind
    return field == "expiry" and (kind in (MONTH, DAY_MONTH) or is_date)
