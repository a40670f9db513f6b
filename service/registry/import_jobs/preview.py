"""A dry run over a whole list: every row compared with the record, nothing changed, a plan of the good ones.

Nobody who scans a vial waits for it: a list of units is compared in one snapshot, other lists in pieces whose
changes are taken back.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.registry.import_jobs.plan import PlanWriter
from service.registry.import_jobs.preview_units import check_units
from service.registry.lists.columns import Kind, Layout
from service.registry.lists.import_journal import Became, Journal, Origin, Terms, Values
from service.registry.lists.kinds.alerts import Alerts
from service.registry.lists.kinds.batches import Batches
from service.registry.lists.kinds.products import Products
from service.registry.lists.list_importer import Listing, Meter
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import Refusals, given_back, write
from service.storage.audit import Who
from service.storage.database import Database

SAMPLE = 200
"""How many rows of each kind can be looked at; the refused ones can all be had as a file."""


@dataclass(slots=True)
class Seen:
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

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(slots=True)
class Samples:
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
class Behalf:
    """Under whose name and for whom a list is checked, and at what moment."""

    who: Who
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
    terms: Behalf,
    meter: Callable[[int, int], None],
) -> Seen:
    """Compare the list with the record; writes plan.jsonl, refused.csv and samples.json into `target`.

    `meter` is told how many of how many bytes are done. Raises what `Table` raises, LIST_NOT_YOURS, or
    CONFLICT for a list that contradicts the record altogether.
    """
    with Table(source, layout) as table, Refusals(table.header) as early, Refusals(table.header) as late:
        terms.owner.require(table.header.kind)
        samples = Samples(table.header.labels)
        size = table.size * 2

        def first(done: int) -> None:
            meter(done, size)

        def second(done: int) -> None:
            meter(table.size + done, size)

        with PlanWriter(target / "plan.jsonl", table.header) as plan:
            if table.header.kind is Kind.UNITS:
                counts = check_units(
                    database, table, terms.owner, plan, samples.add, (early, late), (first, second)
                )
                seen = Seen(new=counts.new, unchanged=counts.unchanged)
            else:
                seen = _check_list(database, table, terms, plan, samples, (early, late), (first, second))
            seen.plan_sha256 = plan.close()

        def heard(line: int, cells: list[str], reason: str, conflicts: bool) -> None:
            samples.add("conflicting" if conflicts else "refused", line, cells, reason=reason)

        write(table, target / "refused.csv", early, late, heard=heard)
        samples.write(target / "samples.json")
        seen.conflicting = early.conflicts + late.conflicts
        seen.refused = early.count + late.count - seen.conflicting
        seen.encoding, seen.delimiter, seen.ignored = table.encoding, table.delimiter, table.header.ignored
        return seen


def listing(table: Table) -> Listing[Any]:
    """A list that is not of units on its way in."""
    return Listing(table, ROOMS[table.header.kind]())


ROOMS: dict[Kind, Callable[[], Any]] = {
    Kind.PRODUCTS: Products,
    Kind.BATCHES: Batches,
    Kind.ALERTS: Alerts,
}


def _check_list(
    database: Database,
    table: Table,
    terms: Behalf,
    plan: PlanWriter,
    samples: Samples,
    refusals: tuple[Refusals, Refusals],
    meters: tuple[Meter, Meter],
) -> Seen:
    incoming = listing(table)
    incoming.prepare(refusals[0], meters[0])
    seen = Seen()
    became: dict[int, tuple[Became, Values | None, Values | None]] = {}

    def told(line: int, what: Became, before: Values | None, after: Values | None) -> None:
        became[line] = what, before, after

    source = Origin.of(table)
    for chunk in incoming.chunks(meters[1]):
        became.clear()
        with suppress(_UndoneError), database.transaction(durable=False) as connection:
            journal = Journal(
                connection,
                source,
                at=terms.at,
                who=terms.who,
                reason="-",
                terms=Terms(terms.owner, told=told),
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
            if what is not Became.UNCHANGED:
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
