"""Compares a list of units with the record in one snapshot, without writing: no check of a vial waits for it.

What the list says twice is found by a 64-bit number for each serial (60 MB for a million); only the serials
whose numbers meet are looked at again, so that nothing depends on two serials never sharing one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from service.authenticity.dispositions import Disposition
from service.registry.import_jobs.plan import PlanWriter
from service.registry.lists.kinds.unit_conflicts import UnitConflicts, UnitKey
from service.registry.lists.kinds.unit_targets import UnitRow, UnitRowGroup, UnitTarget, UnitTargets
from service.registry.lists.kinds.units import Units
from service.registry.lists.list_importer import Meter
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows
from service.storage.database import Database
from service.storage.database.commissioning import recorded, recorded_otherwise
from service.storage.models import Batch


_ASKED_AT_ONCE = 500
_MOST_LOTS = 20


class OverfullLot(NamedTuple):
    """A lot of which a list has more units than its quantity on record."""

    lot: str
    units: int
    quantity: int


class UnitCounts(NamedTuple):
    """What the good rows would do."""

    new: int
    unchanged: int
    overfull: list[OverfullLot]


def check_units(
    database: Database,
    table: Table,
    owner: Owner,
    plan: PlanWriter,
    shown: Callable[..., None],
    refusals: tuple[RejectedRows, RejectedRows],
    meters: tuple[Meter, Meter],
) -> UnitCounts:
    """Compare the units with the record; plan what is new. `refusals`: unreadable rows, and the others."""
    units = Units(table)
    try:
        units.prepare(refusals[0], meters[0])
        with database.reading() as connection:
            comparison = _Comparison(connection, units, owner)
            comparison.find_contradictions()
            return comparison.plan(table, plan, shown, refusals[1], meters[1])
    finally:
        units.close()


class _Comparison:
    def __init__(self, connection: Connection, units: Units, owner: Owner) -> None:
        self._connection = connection
        self._units = units
        self._places = UnitTargets(connection, owner)
        self._found = UnitConflicts()
        self._repeated: set[UnitKey] = set()

    def find_contradictions(self) -> None:
        """Serials that are on record otherwise, and those that the list itself gives twice."""
        numbers: set[int] = set()
        for group, place in self._placed():
            said = place.disposition.number if place.disposition else None
            ids = {"product_id": place.product_id, "batch_id": place.batch_id}
            otherwise = recorded_otherwise(self._connection, group.serials, **ids, disposition=said)
            self._found.add(UnitKey(place.product_id, serial) for serial in otherwise)
            for serial in json.loads(group.serials):
                before = len(numbers)
                numbers.add(hash((place.product_id, serial)))
                if len(numbers) == before:
                    self._repeated.add(UnitKey(place.product_id, serial))
        self._found.add(self._differently_said())
        if self._found.keys:
            self._found.examine(self._connection, self._places, self._units.groups())

    def _differently_said(self) -> Iterator[UnitKey]:
        """Those of the repeated serials of which the rows do not say the same."""
        said: dict[UnitKey, tuple[int, Disposition | None]] = {}
        for group, place in self._placed() if self._repeated else ():
            for serial in json.loads(group.serials):
                key = UnitKey(place.product_id, serial)
                if key in self._repeated:
                    saying = (place.batch_id, place.disposition)
                    if said.setdefault(key, saying) != saying:
                        yield key

    def _placed(self) -> Iterator[tuple[UnitRowGroup, UnitTarget]]:
        for group in self._units.groups():
            place = self._places.find(group.what)
            if isinstance(place, UnitTarget):
                yield group, place

    def plan(
        self, table: Table, plan: PlanWriter, shown: Callable[..., None], refusals: RejectedRows, meter: Meter
    ) -> UnitCounts:
        """Write down what is new, and refuse what cannot be taken."""
        new = unchanged = done = 0
        of_batch: Counter[int] = Counter()
        once: set[UnitKey] = set()
        for _, groups in groupby(self._units.groups(), key=attrgetter("chunk")):
            refused: list[tuple[int, Any]] = []
            for group in groups:
                done += group.size
                place = self._places.find(group.what)
                if not isinstance(place, UnitTarget):
                    refused += [(line, place) for line in json.loads(group.lines)]
                    continue
                out = self._found.split(group, place)[1] if self._found.examined else []
                refused += out
                fresh, known = self._told_apart(group, place, {line for line, _ in out}, once)
                plan.units(group.what, [line for line, _ in fresh], [serial for _, serial in fresh])
                new, unchanged = new + len(fresh), unchanged + len(known)
                of_batch[place.batch_id] += len(fresh) + len(known)
                for kind, rows in (("new", fresh[:SHOWN]), ("unchanged", known[:SHOWN])):
                    for line, serial in rows:
                        shown(kind, line, unit_cells(table.header, group.what, serial))
            for line, errors in sorted(refused, key=itemgetter(0)):
                refusals.add(line, errors)
            meter(table.size * done // max(self._units.rows, 1))
        return UnitCounts(new, unchanged, self._overfull(of_batch))

    def _overfull(self, of_batch: Counter[int]) -> list[OverfullLot]:
        """The lots, at most `_MOST_LOTS`, of which the list has more units than the record says they have."""
        found: list[OverfullLot] = []
        ids = iter(of_batch)
        while some := list(islice(ids, _ASKED_AT_ONCE)):
            statement = select(Batch.id, Batch.lot, Batch.quantity).where(
                Batch.id.in_(some), Batch.quantity.is_not(None)
            )
            for number, lot, quantity in self._connection.execute(statement):
                if quantity is not None and of_batch[number] > quantity:
                    found.append(OverfullLot(lot, of_batch[number], quantity))
        return sorted(found)[:_MOST_LOTS]

    def _told_apart(
        self, group: UnitRowGroup, place: UnitTarget, out: set[int], once: set[UnitKey]
    ) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """The rows of units that are new, and of those that are on record or were named before."""
        on_record = {row.serial for row in recorded(self._connection, group.serials, place.product_id)}
        fresh, known = [], []
        for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
            key = UnitKey(place.product_id, serial)
            if line in out:
                continue
            if serial in on_record or key in once or (key in self._found.keys and place.disposition is None):
                known.append((line, serial))
                continue
            if key in self._repeated:
                once.add(key)
            fresh.append((line, serial))
        return fresh, known


SHOWN = 200


def unit_cells(header: Any, what: UnitRow, serial: str) -> list[str]:
    """A row that says this of a unit, in the columns of the list."""
    cells = [""] * len(header.labels)
    said = {"gtin": what.gtin, "lot": what.lot, "serial": serial, "expiry": what.expiry}
    said["disposition"] = what.disposition
    for field, place in header.index.items():
        cells[place] = said.get(field, "")
    return cells
