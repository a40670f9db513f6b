"""One piece of a plan put on record, in a transaction of the caller's."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from service.authenticity.dispositions import Disposition
from service.errors import ConflictError, ErrorCode, VialcheckError
from service.registry.import_jobs.plan import PlanPiece, Row
from service.registry.import_jobs.preview import ROOMS
from service.registry.import_jobs.preview_units import unit_cells
from service.registry.lists.cells import Cells
from service.registry.lists.columns import Header
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.kinds.unit_targets import UnitRowGroup, UnitTarget, UnitTargets
from service.registry.lists.rejected_rows import RowError, given_back, reason_of
from service.storage.database.commissioning import commission, recorded_otherwise

JournalOf = Callable[[PlanPiece], ImportJournal]


@dataclass(slots=True)
class PlanRefused:
    """Rows that were fine when they were shown, with their cells and what has come between."""

    header: Header
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: int, cells: list[str], errors: Sequence[VialcheckError]) -> None:
        """Refuse a row."""
        problems = [RowError.of(line, self.header, error) for error in errors]
        self.rows.append({"line": line, "cells": cells, "reason": reason_of(line, self.header, problems)})


def put_on_record(
    connection: Connection, header: Header, piece: PlanPiece, journal: ImportJournal
) -> PlanRefused:
    """Put the rows of the piece on record and count them; what cannot be taken any more."""
    refused = PlanRefused(header)
    if piece.rows:
        _rows(connection, piece.rows, journal, refused)
    if piece.groups:
        _units(connection, piece.groups, journal, refused)
    journal.counts.refused += len(refused.rows)
    return refused


def _rows(connection: Connection, rows: Sequence[Row], journal: ImportJournal, refused: PlanRefused) -> None:
    room = ROOMS[refused.header.kind]()
    facts = [(line, room.parse(Cells(refused.header, cells))) for line, cells, _ in rows]
    errors = room.store(connection, facts, journal)
    for line, cells, _ in rows:
        if line in errors:
            refused.add(line, given_back(refused.header, cells), errors[line])


def _units(
    connection: Connection, groups: Sequence[UnitRowGroup], journal: ImportJournal, refused: PlanRefused
) -> None:
    places = UnitTargets(connection, journal.owner)
    new: dict[str, int] = {}
    for group in groups:
        place = places.find(group.what)
        if not isinstance(place, UnitTarget):
            for line, serial in _each(group):
                refused.add(line, unit_cells(refused.header, group.what, serial), place)
            continue
        ids = {"product_id": place.product_id, "batch_id": place.batch_id}
        disposition = place.disposition or Disposition.ACTIVE
        count = commission(connection, group.serials, **ids, disposition=disposition.number)
        said = place.disposition.number if place.disposition else None
        otherwise: set[str] = set()
        if count < group.size:
            otherwise.update(recorded_otherwise(connection, group.serials, **ids, disposition=said))
        for line, serial in _each(group) if otherwise else ():
            if serial in otherwise:
                refused.add(line, unit_cells(refused.header, group.what, serial), [_taken(serial)])
        new[place.name] = new.get(place.name, 0) + count
        journal.counts.new += count
        journal.counts.unchanged += group.size - count - len(otherwise)
    for name, count in new.items():
        if count:
            journal.note("commission", "batch", name, after={"units": count})


def _each(group: UnitRowGroup) -> Iterator[tuple[int, str]]:
    return zip(json.loads(group.lines), json.loads(group.serials), strict=True)


def _taken(serial: str) -> VialcheckError:
    expected = "a serial that nobody has put on record otherwise in the meantime"
    return ConflictError(ErrorCode.CONFLICT, given=serial, expected=expected, field="serial")
