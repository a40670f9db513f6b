"""Lists of units: `gtin`, `lot`, `serial`, perhaps `expiry` and `disposition`. Made for a million rows.

Everything but the serial repeats, so it is read once for each combination of cells and looked up after that;
serials are checked by one expression and gathered into groups of one combination.

Reading and checking take longer than putting in, so they happen first, without the database's lock, into an
unnamed temporary file of checked groups (measured on 1,000,000 rows: 2 s without the lock, 1.5 s with it).
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter

from sqlalchemy import Connection

from service.authenticity.dispositions import Disposition
from service.errors import VialcheckError
from service.gs1.identifiers import Gtin
from service.registry.lists.cells import Cells, invalid
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import DISPOSITIONS
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.kinds.unit_conflicts import UnitConflicts, UnitKey
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup, UnitTarget, UnitTargets
from service.registry.lists.list_importer import Meter
from service.registry.lists.plausible_cells import listed_expiry, listed_lot, listed_serial
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows
from service.storage.database.commissioning import commission, recorded_otherwise

CHUNK = 50_000
"""Rows in memory at once."""

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

    def apply(
        self, connection: Connection, journal: ImportJournal, refusals: RejectedRows, meter: Meter
    ) -> None:
        """Put the groups in. Serials that contradict the record or each other are refused.

        When there are any, what went in is taken back and judged against the record as it was before the
        file: neither of two rows of one file that contradict each other is taken.
        """
        places = UnitTargets(connection, journal.owner)
        found = UnitConflicts()
        with connection.begin_nested() as savepoint:
            new = self._put_in(places, found, refusals, meter)
            if found.keys:
                savepoint.rollback()
        if found.keys:
            refusals.clear()
            found.examine(connection, places, self.groups())
            new = self._put_in(places, found, refusals, meter)
        journal.counts.new += sum(new.values())
        journal.counts.unchanged += self.rows - refusals.count - sum(new.values())
        for name, count in new.items():
            journal.note("commission", "batch", name, after={"units": count})

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
            if gathered.lines:
                head = [chunk, len(gathered.lines), *gathered.what]
                for part in (head, gathered.lines, gathered.serials):
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

    def _put_in(
        self, places: UnitTargets, found: UnitConflicts, refusals: RejectedRows, meter: Meter
    ) -> dict[str, int]:
        """How many new units went into each batch, by its name."""
        new: dict[str, int] = {}
        done = 0
        for _, groups in groupby(self.groups(), key=attrgetter("chunk")):
            refused: list[tuple[int, Sequence[VialcheckError]]] = []
            for group in groups:
                done += group.size
                place = places.find(group.what)
                if not isinstance(place, UnitTarget):
                    refused += [(line, place) for line in json.loads(group.lines)]
                    continue
                kept, out = found.split(group, place) if found.examined else (group, [])
                refused += out
                count = _commission(places.connection, kept, place, found)
                if count:
                    new[place.name] = new.get(place.name, 0) + count
            for line, errors in sorted(refused, key=itemgetter(0)):
                refusals.add(line, errors)
            meter(self._table.size * done // max(self.rows, 1))
        return new


def _commission(connection: Connection, group: UnitRowGroup, place: UnitTarget, found: UnitConflicts) -> int:
    """Put one group in; how many were new. Those on record otherwise are noted in `found`."""
    ids = {"product_id": place.product_id, "batch_id": place.batch_id}
    said = place.disposition
    count = commission(connection, group.serials, **ids, disposition=(said or Disposition.ACTIVE).number)
    if count < group.size and not found.examined:
        otherwise = recorded_otherwise(
            connection, group.serials, **ids, disposition=said.number if said else None
        )
        found.add(UnitKey(place.product_id, serial) for serial in otherwise)
    return count


def _disposition(raw: str) -> Disposition:
    disposition = DISPOSITIONS.get(plain(raw))
    if disposition is None:
        raise invalid(raw, "a disposition of GS1's vocabulary such as active, dispensed or destroyed")
    return disposition
