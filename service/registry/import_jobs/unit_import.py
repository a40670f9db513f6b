"""One list of units on its way in at a terminal: read, compared, planned, and put on record."""

import secrets
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, select

from service.registry.import_jobs.apply import put_on_record
from service.registry.import_jobs.plan import ImportPlan, PlanWriter
from service.registry.import_jobs.previews.preview_units import UnitComparison, UnitCounts
from service.registry.import_jobs.terminal_runs import PlannedUnits
from service.registry.lists.import_journal import ImportJournal, ImportOrigin
from service.registry.lists.kinds.unit_targets import ComingRecords, UnitTarget, UnitTargets
from service.registry.lists.kinds.units import Units
from service.registry.lists.list_importer import Meter
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows
from service.registry.recalls.owning_lots import find_owning_lots_of
from service.storage.models import Product


class UnitImport:
    """The steps in their order: prepare, compare, confirm, then put_in or planned."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._units = Units(table)
        self._comparison: UnitComparison | None = None
        self._plan: Path | None = None
        self._sha256 = ""
        self.counts = UnitCounts()
        self.pieces = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._units.close()

    def prepare(self, refusals: RejectedRows, meter: Meter) -> None:
        """Read every row without the record."""
        self._units.prepare(refusals, meter)

    def compare(
        self, snapshot: Connection, coming: ComingRecords, folder: Path, refusals: RejectedRows, meter: Meter
    ) -> None:
        """Compare with the record and what is coming, and write the plan into `folder`.

        Raises CONFLICT for a list that contradicts the record altogether.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._plan = folder / f"units-{secrets.token_hex(8)}.jsonl"
        targets = UnitTargets(snapshot, Owner(), coming)
        self._comparison = UnitComparison(snapshot, self._units, targets)
        rows = max(self._units.rows, 1)

        def in_bytes(done: int) -> None:
            meter(self._table.size * done // rows)

        with PlanWriter(self._plan, self._table.header) as plan:
            self._comparison.find_contradictions()
            self.counts = self._comparison.plan(self._table.header, plan, None, refusals, in_bytes)
            self._sha256, self.pieces = plan.close(), plan.pieces

    def confirm(self, connection: Connection, refusals: RejectedRows) -> None:
        """Refuse the units whose batch the other lists of the command did not put on record after all."""
        targets = UnitTargets(connection)
        found = {what: targets.find(what) for what in self.counts.coming}
        missing = {what: why for what, why in found.items() if not isinstance(why, UnitTarget)}
        if missing and self._comparison is not None:
            self.counts.new -= self._comparison.refuse(missing, refusals)

    def put_in(
        self, connection: Connection, journal: ImportJournal, refusals: RejectedRows, refused: int
    ) -> None:
        """Put the plan on record in the caller's transaction. `refused`: rows that were refused before."""
        if self._plan is None:
            return
        known = {line for line, _, _ in refusals}
        journal.counts.unchanged, journal.counts.refused = self.counts.unchanged, refused
        with ImportPlan(self._plan) as plan:
            cursor = 0
            while (piece := plan.piece(cursor)) is not None:
                out = put_on_record(connection, plan.header, piece, journal)
                for line, errors in sorted(out.errors, key=lambda each: each[0]):
                    if line not in known:
                        refusals.add(line, errors)
                cursor = piece.after
        journal.counts.refused = refused + refusals.count - len(known)
        journal.close()
        find_owning_lots_of(connection, select(Product.id).where(Product.gtin.in_(self.counts.gtins)))
        self.counts.new, self.counts.unchanged = journal.counts.new, journal.counts.unchanged

    def planned(self, refused: int) -> PlannedUnits:
        """The plan, to be put on record in pieces."""
        assert self._plan is not None  # noqa: S101 (compared)
        origin = ImportOrigin.of(self._table)
        return PlannedUnits(origin, self._plan, self._sha256, self.counts.unchanged, refused)

    def remove_plan(self) -> None:
        """Let go of the plan."""
        if self._plan is not None:
            self._plan.unlink(missing_ok=True)
