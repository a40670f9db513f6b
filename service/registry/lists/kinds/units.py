"""Reads lists of units: `gtin`, `lot`, `serial`, perhaps `expiry` and `disposition`. Made for a million rows.

Everything but the serial repeats, so it is read once for each combination of cells and looked up after that;
serials are checked by one expression and gathered into groups of one combination, in an unnamed temporary
file. All of this needs no connection to the database.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter

from service.authenticity.dispositions import Disposition
from service.gs1.identifiers import Gtin
from service.registry.lists.cells import Cells, invalid
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import DISPOSITIONS
from service.registry.lists.kinds.plausible_cells import (
    listed_expiry,
    listed_lot,
    listed_serial,
    serials_between,
)
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup
from service.registry.lists.list_importer import Meter
from service.registry.lists.readers import Row, Table
from service.registry.lists.rejected_rows import RejectedRows

CHUNK = 50_000
"""Rows in memory at once."""

GROUP = 50_000
"""Units in one group at most: as many as go on record at once."""

_BLOCK = 500  # rows looked at together: more of them outgrow the processor's cache
_MOST_COMBINATIONS = 20_000  # remembered at once

# GS1 character set 82 without . + , which may be a spreadsheet's number; with a digit, and not zeros alone,
# which may be a placeholder; without a beginning that may be an export's protection (' and =) or an
# application identifier (21). Other serials are read slowly.
_PLAIN_SERIAL = r"""(?!['=(]|0+$)(?=[^0-9\n]*[0-9])[!"%-*\-/-?A-Z_a-z]{1,20}"""
_PLAIN_SERIALS = re.compile(rf"(?:{_PLAIN_SERIAL}\n)*", re.MULTILINE)


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
        self._serial_at = index["serial"]
        others = [index[name] for name in ("gtin", "lot", "expiry", "disposition") if name in index]
        self._pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*others)
        known: dict[tuple[str, ...], _Gathered] = {}
        rows, chunk, pending = self._table.rows(), 0, 0
        if "serial_last" in index:
            rows = self._ranges_written_out(rows)
        while block := list(islice(rows, _BLOCK)):
            if not self._take_together(block, known):
                self._take_one_by_one(block, known, refusals)
            pending += len(block)
            if pending >= CHUNK:
                self._set_aside(chunk, known)
                chunk, pending = chunk + 1, 0
                meter(self._table.position)
        self._set_aside(chunk, known)
        meter(self._table.size)

    def _ranges_written_out(self, rows: Iterator[Row]) -> Iterator[Row]:
        """A row for each serial of a range; one that is no range stays as it is, and is refused."""
        first_at, last_at = self._serial_at, self._table.header.index["serial_last"]
        for line, row in rows:
            if max(first_at, last_at) >= len(row) or not row[last_at].strip():
                yield line, row
                continue
            serials = serials_between(row[first_at], row[last_at])
            for serial in serials or ():
                cells = list(row)
                cells[first_at], cells[last_at] = serial, ""
                yield line, cells
            if not serials:
                yield line, row

    def _take_together(self, block: list[Row], known: dict[tuple[str, ...], _Gathered]) -> bool:
        """Gather the rows when each of them is as a row usually is; False when one has to be looked at."""
        lines, rows = zip(*block, strict=True)
        if set(map(len, rows)) != {len(self._table.header.labels)}:
            return False
        serials: list[str] = list(map(itemgetter(self._serial_at), rows))
        if not _PLAIN_SERIALS.fullmatch("\n".join(serials) + "\n"):
            return False
        keys = list(map(self._pick, rows))
        fresh: dict[tuple[str, ...], _Gathered] = {}
        for key in dict.fromkeys(keys):  # in their order
            if key in known:
                continue
            what = self._parsed(rows[keys.index(key)])
            if not isinstance(what, tuple):
                return False
            fresh[key] = _Gathered(what[0])
        known |= fresh
        if len(set(keys)) == 1:
            known[keys[0]].lines.extend(lines)
            known[keys[0]].serials.extend(serials)
            return True
        for key, line, serial in zip(keys, lines, serials, strict=True):
            gathered = known[key]
            gathered.lines.append(line)
            gathered.serials.append(serial)
        return True

    def _take_one_by_one(
        self, block: list[Row], known: dict[tuple[str, ...], _Gathered], refusals: RejectedRows
    ) -> None:
        """Gather the rows that can be read, and refuse the others."""
        width = len(self._table.header.labels)
        plain_serial = re.compile(_PLAIN_SERIAL)
        for line, row in block:
            gathered = known.get(self._pick(row)) if len(row) == width else None
            serial = row[self._serial_at] if gathered is not None else ""
            if gathered is None or not plain_serial.fullmatch(serial):
                if not self._table.is_row(line, row):
                    continue
                read = self._parsed(row)
                if isinstance(read, Cells):
                    refusals.add(line, read.problems)
                    continue
                gathered = known.setdefault(self._pick(row), _Gathered(read[0]))
                serial = read[1]
            gathered.serials.append(serial)
            gathered.lines.append(line)

    def _parsed(self, row: list[str]) -> tuple[UnitRow, str] | Cells:
        """What a row says, and its serial; its cells when they cannot be read."""
        cells = Cells(self._table.header, row)
        gtin = cells.need("gtin", Gtin.parse)
        lot = cells.need("lot", listed_lot)
        serial = cells.need("serial", listed_serial)
        expiry = cells.read("expiry", listed_expiry, None)
        disposition = cells.read("disposition", _disposition, None)
        if cells.has("serial_last") and cells.raw("serial_last"):
            cells.refuse("serial_last", "the last serial of a range: as the first one, with a higher number")
        if cells.problems or not (gtin and lot and serial):
            return cells
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
