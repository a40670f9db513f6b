"""What was deleted makes room for what comes, and can be given back; the planner knows the rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from service.storage.database import Database
from service.storage.models import Scan
from service.storage.retention import apply_retention

ROWS = 3000
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def fill(database: Database, mark: str) -> None:
    row = {"at": LONG_AGO, "door": "api", "asker": "patient", "action": "unknown", "match": "none"}
    said = {"presented": {"lot": "A1001", "text": "x" * 900}, "verdict": {}}  # a verdict is compressed
    with database.transaction() as connection:
        connection.execute(insert(Scan), [row | said | {"id": f"{mark}{n:09d}"} for n in range(ROWS)])


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(Scan)) or 0


def test_space_is_used_again_and_can_be_given_back(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    fill(database, "a")
    database.write_back()
    full = file.stat().st_size
    apply_retention(database, LONG_AGO + timedelta(days=200))
    assert count(database) == 0
    fill(database, "b")
    database.write_back()
    assert file.stat().st_size <= full * 1.05, "the second lot of rows lies where the first was"
    apply_retention(database, LONG_AGO + timedelta(days=200))
    assert database.shrink() > full / 2
    assert file.stat().st_size < full / 2
    database.close()


def test_the_planner_of_sqlite_knows_the_rows(sqlite_url: str) -> None:
    """Without it every index looks as good as any other."""
    database = Database(sqlite_url)
    fill(database, "a")
    known = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
    with database.reading() as connection:
        assert connection.scalar(text(known)) == 0
        connection.execute(select(Scan.id).where(Scan.lot_key == "A1001")).all()
    apply_retention(database, LONG_AGO)
    with database.reading() as connection:
        assert connection.scalar(text(known)) == 1
    database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_does_it_by_itself(database: Database) -> None:
    assert database.shrink() == 0
    database.refresh_statistics()
