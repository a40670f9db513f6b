"""Compares every row of a list with the record, changes nothing, and writes a plan of the good rows.

Checks of vials do not wait for it: a list of units is compared in one snapshot, other lists in pieces whose
changes are rolled back.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.errors import IdentifierError
from service.gs1.identifiers import Gtin
from service.registry.import_jobs.plan import PlanWriter
from service.registry.import_jobs.previews.preview_units import OverfullLot, check_units
from service.registry.lists.columns import Layout, ListKind
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.conventions.questions import ColumnQuestion, examine
from service.registry.lists.import_journal import (
    ImportJournal,
    ImportOrigin,
    ImportPolicy,
    RowOutcome,
    Values,
)
from service.registry.lists.list_importer import Meter
from service.registry.lists.list_kinds import list_importer
from service.registry.lists.list_notes import notes_of
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import (
    RejectedRows,
    RejectionCause,
    causes_of,
    given_back,
    write,
)
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Product

_MOST_GTINS = 2000

SAMPLE = 200
"""How many rows of each kind can be looked at; the refused ones can all be had as a file."""


@dataclass(slots=True)
class PreviewTable:
    """What the rows of a list would do. `waiting`: batches among them that a second person has to release."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    conflicting: int = 0
    refused: int = 0
    waiting: int = 0
    plan_sha256: str = ""
    encoding: str = ""
    delimiter: str = ""
    ignored: tuple[str, ...] = ()
    questions: list[ColumnQuestion] = field(default_factory=list)
    """What has to be asked before anything can be compared; the rest is empty then."""
    notes: dict[str, Any] = field(default_factory=dict)
    causes: list[RejectionCause] = field(default_factory=list)
    overfull: list[OverfullLot] = field(default_factory=list)
    """Lots of which the list has more units than the lot's quantity on record."""
    unissued: int = 0
    """Refused rows of products whose lots are all said to be on record: such a lot would look unissued."""

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(slots=True)
class PreviewRows:
    """Rows to be looked at: of each kind the first, with what they change or why they are refused."""

    labels: tuple[str, ...]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, kind: str, line: int, cells: list[str], **more: Any) -> None:
        """Keep the row unless there are enough of its kind."""
        kept = self.rows.setdefault(kind, [])
        if len(kept) < SAMPLE:
            kept.append({"line": line, "cells": cells, **more})

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps({"labels": self.labels, "rows": self.rows}, default=str))


@dataclass(frozen=True, slots=True)
class ImportPrincipal:
    """Under whose name and for whom a list is checked, and at what moment."""

    who: AuditActor
    at: datetime
    owner: Owner


class _UndoneError(Exception):
    """Takes a piece of a dry run back."""


def check(
    database: Database,
    source: Path,
    layout: Layout,
    *,
    target: Path,
    terms: ImportPrincipal,
    meter: Callable[[int, int], None],
) -> PreviewTable:
    """Compare the list with the record; writes plan.jsonl, refused.csv and samples.json into `target`.

    `meter` is told how many of how many bytes are done. Raises what `Table` raises, LIST_NOT_YOURS, or
    CONFLICT for a list that contradicts the record altogether.
    """
    with (
        Table(source, layout) as table,
        RejectedRows(table.header) as early,
        RejectedRows(table.header) as late,
    ):
        terms.owner.require(table.header.kind)
        questions = examine(table, layout.answers)
        if questions:
            return PreviewTable(questions=questions)
        samples = PreviewRows(table.header.labels)
        size = table.size * 2

        def first(done: int) -> None:
            meter(done, size)

        def second(done: int) -> None:
            meter(table.size + done, size)

        with PlanWriter(target / "plan.jsonl", table.header) as plan:
            if table.header.kind is ListKind.UNITS:
                counts = check_units(
                    database, table, terms.owner, plan, samples.add, (early, late), (first, second)
                )
                seen = PreviewTable(new=counts.new, unchanged=counts.unchanged, overfull=counts.overfull)
            else:
                seen = _check_list(database, table, terms, plan, samples, (early, late), (first, second))
            seen.plan_sha256 = plan.close()

        left_out: Counter[str] = Counter()
        gtin_at = table.header.index.get("gtin", 0)

        def heard(line: int, cells: list[str], reason: str, conflicts: bool) -> None:
            left_out[cells[gtin_at] if gtin_at < len(cells) else ""] += 1
            samples.add("conflicting" if conflicts else "refused", line, cells, reason=reason)

        write(table, target / "refused.csv", early, late, heard=heard)
        samples.write(target / "samples.json")
        seen.conflicting = early.conflicts + late.conflicts
        seen.refused = early.count + late.count - seen.conflicting
        seen.causes, seen.notes = causes_of(early, late), notes_of(table).record()
        if table.header.kind is ListKind.BATCHES:
            seen.unissued = _of_complete_products(database, left_out)
        seen.encoding, seen.delimiter, seen.ignored = table.encoding, table.delimiter, table.header.ignored
        return seen


def _of_complete_products(database: Database, rows: Counter[str]) -> int:
    """How many rows are of products whose lots are all said to be on record. `rows`: by GTIN as written."""
    by_gtin: Counter[str] = Counter()
    for written, count in rows.most_common(_MOST_GTINS):
        with suppress(IdentifierError):
            by_gtin[Gtin.parse(normal("gtin", written.strip(), "", {})[1]).value] += count
    statement = select(Product.gtin).where(Product.gtin.in_(list(by_gtin)), Product.complete)
    with database.reading() as connection:
        return sum(by_gtin[gtin] for gtin in connection.scalars(statement))


def _check_list(
    database: Database,
    table: Table,
    terms: ImportPrincipal,
    plan: PlanWriter,
    samples: PreviewRows,
    refusals: tuple[RejectedRows, RejectedRows],
    meters: tuple[Meter, Meter],
) -> PreviewTable:
    incoming = list_importer(table)
    incoming.prepare(refusals[0], meters[0])
    seen = PreviewTable()
    became: dict[int, tuple[RowOutcome, Values | None, Values | None]] = {}

    def told(line: int, what: RowOutcome, before: Values | None, after: Values | None) -> None:
        became[line] = what, before, after

    source = ImportOrigin.of(table)
    for chunk in incoming.chunks(meters[1]):
        became.clear()
        with suppress(_UndoneError), database.transaction(durable=False) as connection:
            journal = ImportJournal(
                connection,
                source,
                at=terms.at,
                who=terms.who,
                reason="-",
                terms=ImportPolicy(terms.owner, told=told),
            )
            incoming.merge(connection, chunk, journal, refusals[1])
            raise _UndoneError
        seen.waiting += journal.counts.waiting
        for line, cells, _ in chunk:
            if line not in became:
                continue
            what, before, after = became[line]
            setattr(seen, what, getattr(seen, what) + 1)
            samples.add(
                what, line, given_back(table.header, cells), before=_plain(before), after=_plain(after)
            )
            if what is not RowOutcome.UNCHANGED:
                plan.row((line, cells, what))
    return seen


def _plain(values: Values | None) -> dict[str, str] | None:
    """Values as they are shown; blanks left out."""
    if values is None:
        return None
    return {name: _shown(value) for name, value in values.items() if value not in (None, "", ())}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(_shown(each) for each in value)
    return str(value)
