"""Writes exports to files: one list as CSV or XLSX, or everything of an organisation as one archive."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import IO, Any

from sqlalchemy import Connection, select

from service.errors import ErrorCode, RefusedError
from service.registry.epcis.queries.export import export_events
from service.registry.exports.record_lists import ExportKind, count_units, export_rows
from service.registry.lists.columns import EXPORT_COLUMN
from service.registry.lists.typed_cells import quoted_for_spreadsheets
from service.registry.workbooks import write_text_workbook
from service.registry.workbooks.writer import MOST_ROWS
from service.storage.database import Database
from service.storage.models import Account, AuditEntry, Organisation, Report

FORMS = ("csv", "xlsx")
"""The forms of a list."""

_MARK = b"\xef\xbb\xbf"  # without it, a spreadsheet program reads UTF-8 as the letters of its own country
_AT_ONCE = 500

_README = """Everything that {organisation} has on record, written by Vialcheck on {day}.

products.csv, batches.csv, units.csv, recalls.csv, alerts.csv and marks.csv are lists: `vialcheck import` puts
them on record again, in one command, and so the events of events.jsonld (EPCIS 2.0). checks.csv
counts checks by lot and answer. people.csv, reports.csv and changes.csv are for reading. The lists
are CSV (RFC 4180) in UTF-8. A cell that a spreadsheet would take for
a formula has an apostrophe in front; importing takes it away.
"""


class RecordExports:
    """Exports of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, kind: ExportKind, form: str, organisation_id: int | None, target: IO[bytes]) -> None:
        """Write one list. RefusedError(TOO_LARGE) for a sheet of more rows than sheets have."""
        with self._database.reading() as connection:
            rows = export_rows(connection, kind, organisation_id)
            if form != "xlsx":
                target.write(_MARK)
                for piece in csv_pieces(rows, known_again=kind is not ExportKind.CHECKS):
                    target.write(piece)
                return
            if kind is ExportKind.UNITS and count_units(connection, organisation_id) >= MOST_ROWS:
                raise RefusedError(
                    ErrorCode.VALUE_INVALID,
                    given=form,
                    expected=f"csv, because a sheet has {MOST_ROWS:,} rows at most",
                    field="form",
                )
            write_text_workbook(target, rows)

    def archive(self, organisation_id: int, target: IO[bytes], *, day: str) -> None:
        """Write everything of an organisation as a ZIP archive. Memory: one row."""
        with (
            self._database.reading() as connection,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            name = connection.scalar(select(Organisation.name).where(Organisation.id == organisation_id))
            archive.writestr("README.txt", _README.format(organisation=name, day=day))
            for kind in ExportKind:
                rows = export_rows(connection, kind, organisation_id)
                _put(archive, f"{kind}.csv", rows, known_again=kind is not ExportKind.CHECKS)
            with archive.open("events.jsonld", "w", force_zip64=True) as events:
                export_events(self._database, organisation_id, events, datetime.now(UTC))
            _put(archive, "people.csv", _people(connection, organisation_id))
            _put(archive, "reports.csv", _reports(connection, organisation_id))
            _put(archive, "changes.csv", _changes(connection, organisation_id))


def csv_pieces(rows: Iterable[Sequence[str]], *, known_again: bool = False) -> Iterator[bytes]:
    """The rows as CSV in UTF-8, some at once.

    `known_again`: with a column by which an import knows that cells are quoted (`EXPORT_COLUMN`).
    """
    text = io.StringIO()
    writer = csv.writer(text)
    for number, row in enumerate(rows, start=1):
        own = ("" if number > 1 else EXPORT_COLUMN,) if known_again else ()
        writer.writerow([*map(quoted_for_spreadsheets, row), *own])
        if number % _AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _put(
    archive: zipfile.ZipFile, name: str, rows: Iterable[Sequence[str]], *, known_again: bool = False
) -> None:
    with archive.open(name, "w", force_zip64=True) as target:
        for piece in chain((_MARK,), csv_pieces(rows, known_again=known_again)):
            target.write(piece)


def _people(connection: Connection, organisation_id: int) -> Iterator[Sequence[str]]:
    yield "email", "name", "roles", "since", "disabled"
    query = select(Account.__table__).where(Account.organisation_id == organisation_id)
    for row in connection.execute(query.order_by(Account.id)):
        disabled = row.disabled.isoformat() if row.disabled else ""
        yield row.email, row.name, " ".join(row.roles), row.created.isoformat(), disabled


def _reports(connection: Connection, organisation_id: int) -> Iterator[Sequence[str]]:
    names = ("reference", "at", "product", "lot", "what", "status")
    yield names
    query = select(Report.__table__).where(Report.organisation_id == organisation_id).order_by(Report.id)
    for row in connection.execute(query).mappings():
        yield [str(row[name] or "") for name in names]


def _changes(connection: Connection, organisation_id: int) -> Iterator[Sequence[str]]:
    yield "at", "actor", "action", "object_type", "object_id", "reason", "before", "after"
    query = select(AuditEntry.__table__).where(AuditEntry.organisation_id == organisation_id)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query.order_by(AuditEntry.id))
    for row in rows.mappings():
        said: list[Any] = [row[name] for name in ("actor", "action", "object_type", "object_id", "reason")]
        values = [
            json.dumps(row[name], ensure_ascii=False) if row[name] else "" for name in ("before", "after")
        ]
        yield [row["at"].isoformat(), *map(str, said), *values]
