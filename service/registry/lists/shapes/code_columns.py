"""Lists that hold the whole code of each pack in one column: its elements become columns of their own.

>>> code = "(01)09506000134352(17)280430(10)A1"
>>> column = code_column([["Code"], [code]])
>>> column.labels, column.cells([code])
(('GTIN', 'Lot', 'Expiry'), ['09506000134352', 'A1', '2028-04-30'])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.errors import ErrorCode, IdentifierError, RefusedError
from service.gs1.characters import GROUP_SEPARATOR
from service.gs1.reading import Reading, ReadingKind, read
from service.gs1.readings.candidates import readings
from service.gs1.repairs import Repair
from service.registry.lists.columns import ListKind, field_of
from service.registry.lists.typed_cells import CODE, marked, unmarked

_LABELS = {"gtin": "GTIN", "lot": "Lot", "expiry": "Expiry", "serial": "Serial"}
_SHORTEST = 20  # characters of a code with a product number and a lot
_PLAIN = frozenset[Repair]()
_SEPARATOR_NAMED = frozenset({Repair.SEPARATOR_SPELLED})


@dataclass(frozen=True, slots=True)
class CodeColumn:
    """Where the codes stand (from 0), the row above the first, and the fields that they hold."""

    place: int
    header: int
    fields: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The headers of the fields."""
        return tuple(_LABELS[field] for field in self.fields)

    def cells(self, row: Sequence[str]) -> list[str]:
        """The fields of the code in a row; marked where it cannot be read, or holds another field."""
        text = row[self.place].strip() if self.place < len(row) else ""
        if not text:
            return [""] * len(self.fields)
        said = _fields_of(text)
        if said is None or not {"gtin", "lot"} <= said.keys() <= set(self.fields) | {"expiry"}:
            return [marked(CODE, text)] * len(self.fields)
        return [said.get(field, "") for field in self.fields]


def code_column(rows: Sequence[Sequence[str]]) -> CodeColumn | None:
    """The column of the first rows of a list that holds codes; None where product and lot stand elsewhere.

    Raises FILE_KIND_UNKNOWN for codes without a line of headers above them.
    """
    for place in range(max(map(len, rows), default=0)):
        texts = [row[place].strip() if place < len(row) else "" for row in rows]
        first = next((at for at, text in enumerate(texts) if _fields_of(text)), None)
        if first is None:
            continue
        codes = [said for text in texts[first:] if (said := _fields_of(text)) is not None]
        others = [cell for at, cell in enumerate(rows[first - 1]) if at != place] if first else []
        named = {field_of(ListKind.UNITS, unmarked(cell)[1]) for cell in others}
        if len(codes) * 2 <= len(texts) - first or named & {"gtin", "lot", "serial"}:
            continue
        if not first:
            raise RefusedError(
                ErrorCode.FILE_KIND_UNKNOWN,
                expected="a first line with a name for each column, such as Code: then product, lot, expiry "
                "and serial are read out of the GS1 codes below it",
                found=texts[0][:80],
            )
        held = {field for code in codes for field in code} - (named & {"expiry"})
        if {"gtin", "lot"} <= held:
            return CodeColumn(place, first - 1, tuple(field for field in _LABELS if field in held))
    return None


@lru_cache(maxsize=256)
def _fields_of(text: str) -> dict[str, str] | None:
    """What a code says of its pack; None for what is no code, or not certainly this one."""
    if len(text) < _SHORTEST:
        return None
    try:
        reading = read(text)
    except IdentifierError:
        return None
    code = reading.identifier
    if code.gtin is None or reading.problems or reading.repairs not in (_PLAIN, _SEPARATOR_NAMED):
        return None
    if reading.kind is ReadingKind.GTIN or _may_lack_a_separator(text, reading):
        return None
    said = {"gtin": code.gtin.value}
    if code.lot is not None:
        said["lot"] = code.lot.printed
    if code.expiry is not None:
        said["expiry"] = code.expiry.printed_form
    if code.serial is not None:
        said["serial"] = str(code.serial)
    return said


def _may_lack_a_separator(text: str, reading: Reading) -> bool:
    """Whether a code without any separator may have lost the one behind its lot or serial: `10A121S1`."""
    if reading.kind is not ReadingKind.ELEMENT_STRING or reading.repairs or GROUP_SEPARATOR in text:
        return False
    had = {ai for ai, _ in reading.elements}
    others = ({ai for ai, _ in each.elements} for each in readings(text, most=6).all[1:])
    return any({"10", "17", "21"} & (other - had) for other in others)
