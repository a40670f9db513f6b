"""Lists written and imported in one line, for the tests of this folder."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.registry.import_jobs.file_import import FileOutcome
from service.registry.import_jobs.import_files import ImportOutcome, run
from service.storage.audit import AuditActor
from service.storage.database import Database

GTIN = "09506000134352"
OTHER = "09506000110509"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

PRODUCTS = (
    f"gtin,name,manufacturer\n{GTIN},Ondrevaine 100 units,Ostrelind\n{OTHER},Ondrevaine 50 units,Ostrelind\n"
)
BATCHES = f"gtin,lot,expiry\n{GTIN},A1,2028-12-31\n{GTIN},B2,2028-06-30\n{OTHER},A1,2027-01-31\n"


def written(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_in(database: Database, *files: Path, **options: Any) -> ImportOutcome:
    """Import with an actor, a reason and a clock that stands still."""
    return run(database, files, who=AuditActor("tester"), reason="test", clock=lambda: NOW, **options)


def imported(database: Database, folder: Path, content: str | bytes, **options: Any) -> FileOutcome:
    """The outcome of one list."""
    (file,) = put_in(database, written(folder, content), **options).files
    return file


def prepared(database: Database, folder: Path) -> None:
    """Two products and three batches on record."""
    outcome = put_in(database, written(folder, PRODUCTS, "p.csv"), written(folder, BATCHES, "b.csv"))
    assert outcome.good
    assert outcome.committed


def counts(file: FileOutcome) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    assert file.error is None, file.error
    return file.new, file.changed, file.unchanged, file.refused


def table(database: Database, name: str, columns: str = "*") -> list[dict[str, Any]]:
    """All rows of a table, in a stable order."""
    with database.reading() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1")).mappings()
        return [dict(row) for row in rows]


def count(database: Database, name: str) -> int:
    """How many rows a table has."""
    with database.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())


def as_csv(header: Iterable[str], rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> str:
    """Rows as a file."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(header), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
