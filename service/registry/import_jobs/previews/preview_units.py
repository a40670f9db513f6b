"""Compares a list of units with the record in one snapshot, without writing: no check of a vial waits for it.

What the list says twice is found by a 64-bit number for each serial (60 MB for a million); only the serials
whose numbers meet are looked at again, so that nothing depends on two serials never sharing one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from service.authenticity.dispositions import Disposition
from service.registry.import_jobs.plan import UNITS, PlanWriter
from service.registry.import_jobs.previews.serial_ranges import SerialRanges
from service.registry.lists.columns import Header
from service.registry.lists.kinds.unit_conflicts import UnitConflicts, UnitKey
from service.registry.lists.kinds.unit_targets import (
    Refused,
    UnitRow,
    UnitRowGroup,
    UnitTarget,
    UnitTargets,
)
from service.registry.lists.kinds.units import Units
from service.registry.lists.list_importer import Meter
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows
from service.storage.database import Database
from service.storage.database.commissioning import recorded, recorded_otherwise
from service.storage.models import Batch, Unit

_ASKED_AT_ONCE = 500
_MOST_LOTS = 20


class OverfullLot(NamedTuple):
    """A lot of which a list has more units than its quantity on record."""

    lot: str
    units: int
    quantity: int


@dataclass(slots=True)
class UnitCounts:
    """What the good rows would do. `coming`: combinations whose batch a list of the same command puts in."""

    new: int = 0
    unchanged: int = 0
    overfull: list[OverfullLot] = field(default_factory=list)
    coming: set[UnitRow] = field(default_factory=set)
    gtins: set[str] = field(default_factory=set)
    """The products of which there are new units."""


class UnitComparison:
    """A list of units, read and compared with the record as it is now."""

    def __init__(self, connection: Connection, units: Units, targets: UnitTargets) -> None:
        self._connection = connection
        self._units = units
        self._targets = targets
        self._found = UnitConflicts()
        self._repeated: set[UnitKey] = set()
        self._has_units: dict[int, bool] = {}

    def find_contradictions(self) -> None:
        """Find serials that are on record otherwise, and those that the list itself gives twice."""
        numbers: dict[int, set[int]] = {}
        for group, place in self._placed():
            if self._on_record(place):
                said = place.disposition.number if place.disposition else None
                ids = {"product_id": place.product_id, "batch_id": place.batch_id}
                otherwise = recorded_otherwise(self._connection, group.serials, **ids, disposition=said)
                self._found.add(UnitKey(place.product_id, serial) for serial in otherwise)
            self._note_repeated(numbers.setdefault(place.product_id, set()), group, place.product_id)
        self._found.add(self._differently_said())
        if self._found.keys:
            self._found.examine(self._connection, self._targets, self._units.groups())

    def _note_repeated(self, numbers: set[int], group: UnitRowGroup, product_id: int) -> None:
        """Keep the serials whose numbers were met before; the usual group has none, and costs no loop."""
        serials: list[str] = json.loads(group.serials)
        fresh = set(map(hash, serials))
        if len(fresh) == len(serials) and numbers.isdisjoint(fresh):
            numbers |= fresh
            return
        for serial in serials:
            before = len(numbers)
            numbers.add(hash(serial))
            if len(numbers) == before:
                self._repeated.add(UnitKey(product_id, serial))

    def _on_record(self, place: UnitTarget) -> bool:
        """Whether the product has any unit on record."""
        if place.product_id not in self._has_units:
            some = select(Unit.serial).where(Unit.product_id == place.product_id).limit(1)
            self._has_units[place.product_id] = self._connection.scalar(some) is not None
        return self._has_units[place.product_id]

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
            place = self._targets.find(group.what)
            if isinstance(place, UnitTarget):
                yield group, place

    def plan(
        self,
        header: Header,
        plan: PlanWriter,
        shown: Callable[..., None] | None,
        refusals: RejectedRows,
        meter: Meter,
    ) -> UnitCounts:
        """Write down what is new, and refuse what cannot be taken.

        `shown` hears of some rows, to be looked at; `meter` is told how many rows are done.
        """
        if self._units.rows <= UNITS:  # one piece
            return self._plan(header, plan.units, shown, refusals, meter)
        with SerialRanges.of(self._units.groups(), self._units.rows, UNITS) as ranges:
            counts = self._plan(header, ranges.add, shown, refusals, meter)
            for group in ranges.groups():
                plan.units(group)
            return counts

    def _plan(
        self,
        header: Header,
        add: Callable[[UnitRowGroup], None],
        shown: Callable[..., None] | None,
        refusals: RejectedRows,
        meter: Meter,
    ) -> UnitCounts:
        counts, done = UnitCounts(), 0
        of_batch: Counter[int] = Counter()
        once: set[UnitKey] = set()
        for _, groups in groupby(self._units.groups(), key=attrgetter("chunk")):
            refused: list[tuple[int, Any]] = []
            for group in groups:
                done += group.size
                place = self._targets.find(group.what)
                if not isinstance(place, UnitTarget):
                    refused += [(line, place) for line in json.loads(group.lines)]
                    continue
                if place.batch_id < 0:
                    counts.coming.add(group.what)
                fresh, known, out = self._sorted_out(group, place, once)
                refused += out
                if fresh.size:
                    add(fresh)
                    counts.gtins.add(group.what.gtin)
                counts.new, counts.unchanged = counts.new + fresh.size, counts.unchanged + len(known)
                of_batch[place.batch_id] += fresh.size + len(known)
                if shown is not None:
                    _show(shown, header, fresh, known)
            for line, errors in sorted(refused, key=itemgetter(0)):
                refusals.add(line, errors)
            meter(done)
        counts.overfull = self._overfull(of_batch)
        return counts

    def refuse(self, found: Mapping[UnitRow, Refused], refusals: RejectedRows) -> int:
        """Refuse the planned units whose batch did not come on record after all; how many these are."""
        refused = 0
        once: set[UnitKey] = set()
        for _, groups in groupby(self._units.groups(), key=attrgetter("chunk")):
            lines: list[tuple[int, Refused]] = []
            for group in groups:
                place = self._targets.find(group.what)
                if group.what in found and isinstance(place, UnitTarget):
                    fresh, known, _ = self._sorted_out(group, place, once)
                    lines += [(line, found[group.what]) for line in json.loads(fresh.lines)]
                    lines += [(line, found[group.what]) for line, _ in known]
                    refused += fresh.size
            for line, errors in sorted(lines, key=itemgetter(0)):
                refusals.add(line, errors)
        return refused

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

    def _sorted_out(
        self, group: UnitRowGroup, place: UnitTarget, once: set[UnitKey]
    ) -> tuple[UnitRowGroup, list[tuple[int, str]], list[tuple[int, Any]]]:
        """The rows of new units, of those that are on record or were named before, and the refused."""
        if not (self._repeated or self._found.examined or self._on_record(place)):
            return group, [], []
        out = self._found.split(group, place)[1] if self._found.examined else []
        left_out = {line for line, _ in out}
        on_record: set[str] = set()
        if self._on_record(place):
            on_record.update(
                row.serial for row in recorded(self._connection, group.serials, place.product_id)
            )
        lines: list[int] = []
        serials: list[str] = []
        known = []
        for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
            key = UnitKey(place.product_id, serial)
            if line in left_out:
                continue
            if serial in on_record or key in once or (key in self._found.keys and place.disposition is None):
                known.append((line, serial))
                continue
            if key in self._repeated:
                once.add(key)
            lines.append(line)
            serials.append(serial)
        fresh = UnitRowGroup(group.chunk, len(lines), group.what, json.dumps(lines), json.dumps(serials))
        return fresh, known, out


SHOWN = 200


def _show(
    shown: Callable[..., None], header: Header, fresh: UnitRowGroup, known: list[tuple[int, str]]
) -> None:
    """Show some rows of a group."""
    for kind, rows in (("new", _first_of(fresh)), ("unchanged", known[:SHOWN])):
        for line, serial in rows:
            shown(kind, line, unit_cells(header, fresh.what, serial))


def _first_of(group: UnitRowGroup) -> list[tuple[int, str]]:
    """The first rows of a group, line and serial."""
    if not group.size:
        return []
    return list(zip(json.loads(group.lines)[:SHOWN], json.loads(group.serials)[:SHOWN], strict=True))


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

    def second(done: int) -> None:
        meters[1](table.size * done // max(units.rows, 1))

    try:
        units.prepare(refusals[0], meters[0])
        with database.reading() as connection:
            comparison = UnitComparison(connection, units, UnitTargets(connection, owner))
            comparison.find_contradictions()
            return comparison.plan(table.header, plan, shown, refusals[1], second)
    finally:
        units.close()


def unit_cells(header: Header, what: UnitRow, serial: str) -> list[str]:
    """A row that says this of a unit, in the columns of the list."""
    cells = [""] * len(header.labels)
    said = {"gtin": what.gtin, "lot": what.lot, "serial": serial, "expiry": what.expiry}
    said["disposition"] = what.disposition
    for name, place in header.index.items():
        cells[place] = said.get(name, "")
    return cells
