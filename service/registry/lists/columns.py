"""Recognises the columns of a list by their headers, and so its kind.

>>> header = recognise(["GTIN (14)", "Lot No.", "S/N", "EXP", "Remark"])
>>> header.kind, header.index, header.ignored
(<ListKind.UNITS: 'units'>, {'gtin': 0, 'lot': 1, 'serial': 2, 'expiry': 3}, ('Remark',))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_field
from enum import StrEnum
from functools import lru_cache

from service.errors import ErrorCode, RefusedError
from service.registry.lists.conventions import header_words as words
from service.registry.lists.conventions.column_values import Assigned, ColumnValues, assigned
from service.registry.lists.conventions.header_meaning import Meaning, meaning
from service.registry.lists.conventions.link_words import LINK_LIST
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.mark_words import MARK_LIST
from service.registry.lists.conventions.statement_words import STATEMENT_LIST
from service.registry.lists.typed_cells import column_name

REASON_COLUMN = "refused because"
"""The column that we add to the file of refused rows, and know again when it comes back mended."""

EXPORT_COLUMN = "written by vialcheck export"
"""The column, without values, of our exports. As in files of refused rows, their cells are quoted."""
_QUOTED = (REASON_COLUMN, EXPORT_COLUMN)


class ListKind(StrEnum):
    """The kinds of list, in the order in which one needs another: a unit needs its batch on record."""

    PRODUCTS = "products"
    BATCHES = "batches"
    UNITS = "units"
    RECALLS = "recalls"
    ALERTS = "alerts"
    LINKS = "links"
    STATEMENTS = "statements"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Header:
    """The recognised header: at which place (from 0) each field stands, and what stays unread."""

    kind: ListKind
    labels: tuple[str, ...]
    index: Mapping[str, int]
    ignored: tuple[str, ...]
    reason_column: int | None
    lettered: bool = False
    """Whether the columns have letters: the list is a sheet of a workbook."""
    conventions: Mapping[str, str] = of_field(default_factory=dict)
    """How cells are to be read (`conventions`): what the columns show and what a person has answered."""
    standing: bool = False
    """Whether the fields stand below one another: what is counted are the columns."""

    def label(self, field: str) -> str:
        """The header as the file writes it; the field's own name where the file has no such column."""
        place = self.index.get(field)
        return field if place is None else self.labels[place]

    def where(self, field: str, line: int) -> str:
        """Where a person finds the cell: `line 5, Lot`, or `B5 (Lot)` in a sheet, or `column B, Lot`."""
        place = self.index.get(field)
        if self.standing:
            return f"column {column_name(line - 1) if self.lettered else line}, {self.label(field)}"
        if not self.lettered or place is None:
            return f"line {line}, {self.label(field)}"
        return f"{column_name(place)}{line} ({self.label(field)})"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a person says of a list: its kind, what each column means (empty: not to be read), which sheet.

    `header_row`: the line of the column headers, 0 when there are none, None when it is to be found.
    `answers`: to questions about columns, by their key (`conventions.Question`).
    """

    kind: ListKind
    columns: tuple[str, ...]
    sheet: str = ""
    header_row: int | None = None
    answers: Mapping[str, str] = of_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListHints:
    """What a person says of a list at a terminal, where all that is not said is found out.

    `columns`: what a column means (empty: not to be read) by its header, number from 1, or letters.
    """

    kind: ListKind | None = None
    columns: Mapping[str, str] = of_field(default_factory=dict)
    sheet: str = ""
    header_row: int | None = None
    answers: Mapping[str, str] = of_field(default_factory=dict)

    def layout(self, cells: Sequence[str], values: ColumnValues | None = None) -> Layout | None:
        """The layout of a list with these headers; None where nothing is said of its kind and columns."""
        if not self.columns and self.kind is None:
            return None
        said = {self._place(name, cells): meaning for name, meaning in self.columns.items()}
        kinds = [self.kind] if self.kind else list(_SIGNATURE)
        columns = {
            kind: tuple(
                said.get(place, meaning)
                if said.get(place, meaning) not in set(said.values()) or place in said
                else ""
                for place, meaning in enumerate(guessed(kind, cells, values))
            )
            for kind in kinds
        }
        kind = min(kinds, key=lambda each: len(set(NEEDED[each]) - set(columns[each])))
        return Layout(kind, columns[kind], self.sheet, self.header_row, self.answers)

    @staticmethod
    def _place(name: str, cells: Sequence[str]) -> int:
        """At which place (from 0) the named column stands. Raises VALUE_INVALID."""
        for place, cell in enumerate(cells):
            if name.strip() and name.strip() == cell.strip():
                return place
        for place, cell in enumerate(cells):
            if plain(name) and plain(name) == plain(cell):
                return place
        for place in range(len(cells)):
            if name.strip().upper() in (str(place + 1), column_name(place)):
                return place
        found = " | ".join(cell.strip() for cell in cells)[:300]
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=name,
            expected="a column's header, or its number from 1",
            found=found,
            field="map",
        )


# What each kind of list can have, in the order in which the fields are offered.
_TABLES: Mapping[ListKind, Mapping[str, str]] = {
    ListKind.PRODUCTS: {
        "gtin": words.GTIN,
        "name": words.NAME,
        "manufacturer": words.MANUFACTURER,
        "gs1_prefix": words.GS1_PREFIX,
        "catalogue_complete": words.CATALOGUE_COMPLETE,
        "contact": words.CONTACT,
        "active_substance": words.ACTIVE_SUBSTANCE,
        "strengths": words.STRENGTHS,
        "content": words.CONTENT,
        "languages": words.LANGUAGES,
        "form": words.FORM,
        "national_numbers": words.NATIONAL_NUMBERS,
        "markets": words.MARKETS,
        "complete": words.COMPLETE,
        "in_use_hours": words.IN_USE,
        "storage": words.STORAGE,
        "stability_months": words.STABILITY,
        "interval_days": words.INTERVAL,
        "source_gtins": words.SOURCE_GTINS,
    },
    ListKind.BATCHES: {
        "gtin": words.GTIN,
        "lot": words.LOT,
        "expiry": words.EXPIRY,
        "made": words.MADE,
        "released": words.RELEASED,
        "status": words.STATUS,
        "markets": words.MARKETS,
        "quantity": words.QUANTITY,
        "quality": words.QUALITY,
        "earlier_expiries": "earlier expiries, earlier expiry, former expiry, previous expiry",
        **words.RECALL,
    },
    ListKind.UNITS: {
        "gtin": words.GTIN,
        "lot": words.LOT,
        "serial": words.SERIAL,
        "serial_last": words.SERIAL_LAST,
        "expiry": words.EXPIRY,
        "disposition": f"{words.DISPOSITION}, {words.STATUS}",
    },
    ListKind.RECALLS: words.RECALL_LIST,
    ListKind.ALERTS: {
        "authority": words.AUTHORITY,
        "kind": f"{words.ALERT_KIND}, {words.STATUS}",
        "product": words.PRODUCT,
        "gtin": words.GTIN,
        "lot": words.LOT,
        "expiry": words.EXPIRY,
        "serial": words.SERIAL,
        "serial_prefix": words.SERIAL_PREFIX,
        "lot_issued": words.LOT_ISSUED,
        "recall_class": words.RECALL_CLASS,
        "reference": words.REFERENCE,
        "reported": words.REPORTED,
        "source_url": words.SOURCE_URL,
        "detail": words.DETAIL,
    },
    ListKind.LINKS: LINK_LIST,
    ListKind.STATEMENTS: STATEMENT_LIST,
    ListKind.MARKS: MARK_LIST,
}

FIELDS: Mapping[ListKind, tuple[str, ...]] = {kind: tuple(table) for kind, table in _TABLES.items()}
"""What the columns of each kind of list can mean."""


def _named(table: Mapping[str, str]) -> dict[str, str]:
    """The field of each header; of two fields that share a word the first has it."""
    named: dict[str, str] = {}
    for field, headers in table.items():
        named.setdefault(plain(field), field)
        for header in headers.split(", "):
            named.setdefault(plain(header), field)
    named.pop("", None)
    return named


_NAMES = {kind: _named(table) for kind, table in _TABLES.items()}

NEEDED: Mapping[ListKind, tuple[str, ...]] = {
    ListKind.PRODUCTS: ("gtin", "name", "manufacturer"),
    ListKind.BATCHES: ("gtin", "lot", "expiry"),
    ListKind.UNITS: ("gtin", "lot", "serial"),
    ListKind.RECALLS: ("gtin", "kind", "scope", "reason"),
    ListKind.ALERTS: ("authority", "kind"),
    ListKind.LINKS: ("gtin", "link_type", "href", "title"),
    ListKind.STATEMENTS: ("gtin", "topic", "text", "source", "dated"),
    ListKind.MARKS: ("look_at", "should_be", "differs", "source_url"),
}
"""The columns without which a list is none of its kind."""

# The column that only this kind of list would have, asked in this order where two kinds fit equally well.
_SIGNATURE: Mapping[ListKind, tuple[str, ...]] = {
    ListKind.MARKS: ("look_at",),
    ListKind.RECALLS: ("scope",),
    ListKind.ALERTS: ("authority",),
    ListKind.UNITS: ("serial",),
    ListKind.BATCHES: ("lot",),
    ListKind.PRODUCTS: ("manufacturer", "name"),
    ListKind.LINKS: ("link_type",),
    ListKind.STATEMENTS: ("topic",),
}


@lru_cache(maxsize=4096)
def _meaning(kind: ListKind, label: str) -> Meaning | None:
    return meaning(_NAMES[kind], label)


def field_of(kind: ListKind, label: str) -> str | None:
    """What a header means in a list of this kind, None where it is not known."""
    found = _meaning(kind, label)
    return None if found is None else found[0]


def likeness(cells: Sequence[str]) -> int:
    """How many columns the best fitting kind of list knows; tells the right delimiter from a wrong one."""
    return max(len(_fields(kind, cells)) for kind in ListKind)


def recognise(cells: Sequence[str], values: ColumnValues | None = None) -> Header:
    """The kind of list that has these column headers, and where each field stands.

    `values` decide between two columns that mean the same, and show which one only numbers the rows.

    Raises FILE_KIND_UNKNOWN, COLUMN_MISSING (naming the column and what was found) or COLUMN_TWICE.
    """
    found = " | ".join(cell.strip() for cell in cells)[:300]
    cells, labels = _meaningful(cells, values), cells
    candidates = [kind for kind, columns in _SIGNATURE.items() if set(columns) & set(_fields(kind, cells))]
    if not candidates:
        raise RefusedError(
            ErrorCode.FILE_KIND_UNKNOWN,
            expected="a first line with column names of a list of products (gtin, name, manufacturer), "
            "batches (gtin, lot, expiry), units (gtin, serial, lot) or alerts (authority, kind, …)",
            found=found,
        )
    kind = min(candidates, key=lambda each: _distance(each, cells))
    missing = _missing(kind, cells)
    if missing:
        raise RefusedError(
            ErrorCode.COLUMN_MISSING,
            expected=f"a list of {kind} with the columns {', '.join(NEEDED[kind])}",
            found=found,
            field=", ".join(missing),
        )
    return _header(kind, labels, _assigned(kind, cells, values))


def laid_out(cells: Sequence[str], layout: Layout) -> Header:
    """The header of a list whose columns a person has named.

    Raises VALUE_INVALID for a meaning that lists of this kind do not have, COLUMN_TWICE, COLUMN_MISSING.
    """
    index: dict[str, int] = {}
    for place, field in enumerate(layout.columns[: len(cells)]):
        if not field:
            continue
        if field not in FIELDS[layout.kind]:
            expected = f"one of {', '.join(FIELDS[layout.kind])}"
            raise RefusedError(ErrorCode.VALUE_INVALID, given=field, expected=expected, field="column")
        if field in index:
            found = f"{cells[index[field]]!r} and {cells[place]!r}"
            expected = "one column of each meaning"
            raise RefusedError(ErrorCode.COLUMN_TWICE, expected=expected, found=found, field=field)
        index[field] = place
    missing = [field for field in NEEDED[layout.kind] if field not in index]
    if missing:
        raise RefusedError(
            ErrorCode.COLUMN_MISSING,
            expected=f"a list of {layout.kind} with the columns {', '.join(NEEDED[layout.kind])}",
            found=" | ".join(cell.strip() for cell in cells)[:300],
            field=", ".join(missing),
        )
    labels = tuple(cell.strip() for cell in cells)
    read = set(index.values())
    reason = _quoted_column(labels)
    ignored = tuple(label for place, label in enumerate(labels) if label and place not in read | {reason})
    return Header(layout.kind, labels, index, ignored, reason)


def guessed(kind: ListKind, cells: Sequence[str], values: ColumnValues | None = None) -> tuple[str, ...]:
    """What each column would mean in a list of this kind, or empty; only one of several alike.

    None of two columns of an expiry, lot or number that differ: which is meant has to be said.
    """
    chosen = _assigned(kind, _meaningful(cells, values), values)
    index = {field: place for field, place, unclear in chosen if unclear is None or values is None}
    fields = {place: field for field, place in index.items()}
    return tuple(fields.get(place, "") for place in range(len(cells)))


def likeliest(cells: Sequence[str], values: ColumnValues | None = None) -> ListKind | None:
    """The kind of list that these headers look like most, however many columns it lacks; None for no kind."""
    cells = _meaningful(cells, values)
    best = min(_SIGNATURE, key=lambda each: _distance(each, cells))
    return best if _fields(best, cells) else None


def _meaningful(cells: Sequence[str], values: ColumnValues | None) -> Sequence[str]:
    """The headers without those of columns that number the rows: the same words may name serials (`序號`)."""
    if values is None:
        return cells
    return [
        "" if field_of(ListKind.UNITS, cell) == "serial" and values.count_rows(place) else cell
        for place, cell in enumerate(cells)
    ]


def _fields(kind: ListKind, cells: Sequence[str]) -> set[str]:
    return {field for cell in cells if (field := field_of(kind, cell))}


def _distance(kind: ListKind, cells: Sequence[str]) -> tuple[int, int]:
    """How far the headers are from a list of this kind; a kind that needs more columns comes first."""
    missing = len(_missing(kind, cells))
    return missing, -len(_fields(kind, cells)) if missing else 0


def _missing(kind: ListKind, cells: Sequence[str]) -> list[str]:
    fields = _fields(kind, cells)
    return [field for field in NEEDED[kind] if field not in fields]


def _assigned(kind: ListKind, cells: Sequence[str], values: ColumnValues | None) -> list[Assigned]:
    """Each field with the place of its column, and of another one that means it just as well."""
    places: dict[str, list[tuple[int, int]]] = {}
    for place, cell in enumerate(cells):
        found = _meaning(kind, cell)
        if found is not None and cell not in _QUOTED:
            places.setdefault(found[0], []).append((found[1], place))
    return assigned(places, values)


def _quoted_column(labels: Sequence[str]) -> int | None:
    """The place of the column by which a file of ours is known; None in a file of others."""
    return next((place for place, label in enumerate(labels) if label in _QUOTED), None)


def _header(kind: ListKind, cells: Sequence[str], chosen: Sequence[Assigned]) -> Header:
    index: dict[str, int] = {}
    for field, place, unclear in chosen:
        if unclear is not None:
            one, both = "one column of each meaning", f"{cells[place]!r} and {cells[unclear]!r}"
            raise RefusedError(
                ErrorCode.COLUMN_TWICE, given=cells[unclear], expected=one, found=both, field=field
            )
        index[field] = place
    read = set(index.values())
    reason = _quoted_column(cells)
    labels = tuple(cell.strip() for cell in cells)
    ignored = tuple(label for place, label in enumerate(labels) if label and place not in read | {reason})
    return Header(kind, labels, dict(sorted(index.items(), key=lambda each: each[1])), ignored, reason)
