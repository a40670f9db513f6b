"""Puts one piece of a plan on record, in the caller's transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from service.authenticity.dispositions import Disposition
from service.errors import ConflictError, ErrorCode, VialcheckError
from service.registry.import_jobs.plan import PlanPiece, Row
from service.registry.import_jobs.previews.preview_units import unit_cells
from service.registry.lists.cells import Cells
from service.registry.lists.columns import Header
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.kinds.unit_targets import UnitRowGroup, UnitTarget, UnitTargets
from service.registry.lists.list_kinds import HANDLERS
from service.registry.lists.rejected_rows import RowError, given_back, reason_of
from service.storage.database.commissioning import commission, recorded, recorded_otherwise


@dataclass(slots=True)
class PlanRefused:
    """Rows that were fine when they were shown, with their cells and what has come between."""

    header: Header
    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, Sequence[VialcheckError]]] = field(default_factory=list)
    """By line, why a row was refused."""
    already: list[tuple[int, str]] = field(default_factory=list)
    """Units (product, serial) that were on record before, just as the plan has them."""

    def add(self, line: int, cells: list[str], errors: Sequence[VialcheckError]) -> None:
        """Refuse a row."""
        self.errors.append((line, errors))
        problems = [RowError.of(line, self.header, error) for error in errors]
        self.rows.append({"line": line, "cells": cells, "reason": reason_of(line, self.header, problems)})


def put_on_record(
    connection: Connection,
    header: Header,
    piece: PlanPiece,
    journal: ImportJournal,
    *,
    targets: UnitTargets | None = None,
    careful: bool = False,
) -> PlanRefused:
    """Put the rows of the piece on record and count them; what cannot be taken any more.

    `targets`: where units belong, kept from piece to piece; looked up anew without it. `careful`: also name
    the units that were on record before, at the price of a query for each group.
    """
    refused = PlanRefused(header)
    if piece.rows:
        _rows(connection, piece.rows, journal, refused)
    if piece.groups:
        targets = targets or UnitTargets(connection, journal.owner)
        targets.connection = connection
        _units(targets, piece.groups, journal, refused, careful=careful)
    journal.counts.refused += len(refused.rows)
    return refused


def _rows(connection: Connection, rows: Sequence[Row], journal: ImportJournal, refused: PlanRefused) -> None:
    handler = HANDLERS[refused.header.kind]()
    facts = [(line, handler.parse(Cells(refused.header, cells))) for line, cells, _ in rows]
    errors = handler.store(connection, facts, journal)
    for line, cells, _ in rows:
        if line in errors:
            refused.add(line, given_back(refused.header, cells), errors[line])


def _units(
    targets: UnitTargets,
    groups: Sequence[UnitRowGroup],
    journal: ImportJournal,
    refused: PlanRefused,
    *,
    careful: bool,
) -> None:
    connection = targets.connection
    new: dict[str, int] = {}
    fresh = journal.import_id is None
    for group in groups:
        place = targets.find(group.what)
        if not isinstance(place, UnitTarget):
            for line, serial in _each(group):
                refused.add(line, unit_cells(refused.header, group.what, serial), place)
            continue
        ids = {"product_id": place.product_id, "batch_id": place.batch_id}
        disposition = place.disposition or Disposition.ACTIVE
        said = place.disposition.number if place.disposition else None
        before = _units_before(connection, group, place) if careful else set()
        how = ids | {"disposition": disposition.number, "import_id": journal.begin()}
        count = commission(connection, group.serials, **how)
        otherwise: set[str] = set()
        if count < group.size:
            otherwise.update(recorded_otherwise(connection, group.serials, **ids, disposition=said))
        refused.already += [(place.product_id, serial) for serial in sorted(before - otherwise)]
        for line, serial in _each(group) if otherwise else ():
            if serial in otherwise:
                refused.add(line, unit_cells(refused.header, group.what, serial), [_taken(serial)])
        new[place.name] = new.get(place.name, 0) + count
        journal.counts.new += count
        journal.counts.unchanged += group.size - count - len(otherwise)
    if fresh and not any(new.values()):
        journal.forget()
    for name, count in new.items():
        if count:
            journal.note("commission", "batch", name, after={"units": count})


def _units_before(connection: Connection, group: UnitRowGroup, place: UnitTarget) -> set[str]:
    return {row.serial for row in recorded(connection, group.serials, place.product_id)}


def _each(group: UnitRowGroup) -> Iterator[tuple[int, str]]:
    return zip(json.loads(group.lines), json.loads(group.serials), strict=True)


def _taken(serial: str) -> VialcheckError:
    expected = "a serial that was not put on record otherwise in the meantime"
    return ConflictError(ErrorCode.CONFLICT, given=serial, expected=expected, field="serial")
