"""Reads lists of units: `gtin`, `lot`, `serial`, perhaps `expiry` and `disposition`. Made for a million rows.

Everything but the serial repeats, so it is read once for each combination of cells and looked up after that;
serials are checked by one expression and gathered into groups of one combination, in an unnamed temporary
file. All of this needs no connection to the database.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from operator import itemgetter

from service.authenticity.dispositions import Disposition
from service.gs1.identifiers import Gtin
from service.registry.lists.cells import Cells, invalid
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import DISPOSITIONS
from service.registry.lists.kinds.plausible_cells import listed_expiry, listed_lot, listed_serial
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup
from service.registry.lists.list_importer import Meter
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows

CHUNK = 50_000
"""Rows in memory at once."""

GROUP = 20_000
"""Units in one group at most: as many as go on record at once."""

_MOST_COMBINATIONS = 20_000  # remembered at once

# GS1 character set 82 without . + , which may be a spreadsheet's number, and without a beginning that may
# be an export's protection (' and =) or an application identifier (21): such cells are read slowly
_PLAIN_SERIAL = re.compile(r"""(?!['=(])[!"%-*\-/-?A-Z_a-z]{1,20}""")


class _Gathered:
    """The rows of the present chunk that say the same beside the serial."""

    def __init__(self, what: UnitRow) -> None:
        self.what = what
        self.serials: list[str] = []
        self.lines: list[int] = []


class Units:
    """One list of units on its way in."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.rows = 0
        """How many were read and can be put in."""
        self._spill = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 (closed by `close`)

    def close(self) -> None:
        """Give the temporary file back."""
        self._spill.close()

    def prepare(self, refusals: RejectedRows, meter: Meter) -> None:
        """Read and check every row, into groups; refuse what cannot be read."""
        index = self._table.header.index
        serial_at = index["serial"]
        others = [index[name] for name in ("gtin", "lot", "expiry", "disposition") if name in index]
        pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*others)
        width = len(self._table.header.labels)
        known: dict[tuple[str, ...], _Gathered] = {}
        pending = chunk = 0
        for line, row in self._table.rows():
            gathered = known.get(pick(row)) if len(row) == width else None
            if gathered is not None and _PLAIN_SERIAL.fullmatch(row[serial_at]):
                gathered.serials.append(row[serial_at])
            elif (read := self._read(line, row, refusals)) is not None:
                gathered = known.setdefault(pick(row), _Gathered(read[0]))
                gathered.serials.append(read[1])
            else:
                continue
            gathered.lines.append(line)
            pending += 1
            if pending == CHUNK:
                self._set_aside(chunk, known)
                chunk, pending = chunk + 1, 0
                meter(self._table.position)
        self._set_aside(chunk, known)
        meter(self._table.size)

    def _read(self, line: int, row: list[str], refusals: RejectedRows) -> tuple[UnitRow, str] | None:
        """A row read cell by cell; None when it is empty or refused."""
        if not self._table.is_row(line, row):
            return None
        cells = Cells(self._table.header, row)
        gtin = cells.need("gtin", Gtin.parse)
        lot = cells.need("lot", listed_lot)
        serial = cells.need("serial", listed_serial)
        expiry = cells.read("expiry", listed_expiry, None)
        disposition = cells.read("disposition", _disposition, None)
        if cells.problems or not (gtin and lot and serial):
            refusals.add(line, cells.problems)
            return None
        what = UnitRow(
            gtin.value, lot.key, lot.printed, expiry.printed_form if expiry else "", str(disposition or "")
        )
        return what, serial.printed

    def _set_aside(self, chunk: int, known: dict[tuple[str, ...], _Gathered]) -> None:
        for gathered in known.values():
            for first in range(0, len(gathered.lines), GROUP):
                lines, serials = (each[first : first + GROUP] for each in (gathered.lines, gathered.serials))
                for part in ([chunk, len(lines), *gathered.what], lines, serials):
                    self._spill.write(json.dumps(part) + "\n")
            self.rows += len(gathered.lines)
            gathered.serials, gathered.lines = [], []
        if len(known) > _MOST_COMBINATIONS:
            known.clear()

    def groups(self) -> Iterator[UnitRowGroup]:
        """The checked rows, in the order of their chunks."""
        self._spill.seek(0)
        for head in self._spill:
            chunk, size, *what = json.loads(head)
            yield UnitRowGroup(chunk, size, UnitRow(*what), next(self._spill), next(self._spill))


def _disposition(raw: str) -> Disposition:
    disposition = DISPOSITIONS.get(plain(raw))
    if disposition is None:
        raise invalid(raw, "a disposition of GS1's vocabulary such as active, dispensed or destroyed")
    return disposition
