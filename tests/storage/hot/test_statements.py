"""What goes straight to the driver: the same values, errors and snapshots as through SQLAlchemy."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from service.errors import ErrorCode, UnavailableError
from service.gs1.identifiers import Gtin
from service.storage.database import Database
from service.storage.hot import product_names, product_records
from service.storage.models import Manufacturer, Product, Scan
from tests.factories import maker_records


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    return database


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("verotox 50", ["Verotox 50"]),  # whatever the case
        ("VEROTOX 50", ["Verotox 50"]),
        ("ver_tox 50", []),  # what a pattern means is plain text here
        ("%", []),
        ("_", []),
        ("/", []),
    ],
)
def test_a_name_is_found_as_plain_text(filled: Database, typed: str, names: list[str]) -> None:
    with filled.snapshot() as snapshot:
        assert [product.name for product in product_names.by_name(snapshot, typed)] == names


def test_what_changes_on_record_changes_what_is_read(filled: Database) -> None:
    """Records that were made are kept by their columns' values: a changed row is another record."""
    for name in ("Verotox C", "Verotox D"):
        with filled.transaction() as connection:
            connection.execute(update(Product).where(Product.gtin == maker_records.GTIN).values(name=name))
        with filled.snapshot() as snapshot:
            found = product_records.by_gtin(snapshot, Gtin(maker_records.GTIN), None, None)
        assert found is not None
        assert found[0].name == name


def test_a_snapshot_stays_what_it_was(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    maker_records.fill(database)
    with database.snapshot() as snapshot:
        before = product_names.by_name(snapshot, "verotox")
        with database.transaction() as connection:
            connection.execute(update(Product).where(Product.gtin == maker_records.GTIN).values(name="Else"))
        assert product_names.by_name(snapshot, "verotox") == before
    with database.snapshot() as snapshot:
        assert len(product_names.by_name(snapshot, "verotox")) == len(before) - 1
    database.close()


def test_nothing_stays_open_after_an_error(filled: Database) -> None:
    with pytest.raises(IndexError), filled.snapshot() as snapshot:
        product_names.by_name(snapshot, "verotox")[99]
    with filled.transaction() as connection:
        connection.execute(update(Manufacturer).values(contact="later"))


def test_a_server_that_hangs_up_is_told_and_the_next_check_is_answered(
    postgres: Any, migrated_postgres: str
) -> None:
    database = Database(postgres.create_from(migrated_postgres))
    maker_records.fill(database)
    with pytest.raises(UnavailableError) as refused, database.snapshot() as snapshot:
        snapshot.driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert refused.value.code is ErrorCode.STORAGE_UNAVAILABLE
    with database.snapshot() as snapshot:
        assert product_names.by_name(snapshot, "verotox")
    database.close()


SCAN = {
    "at": datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC),
    "door": "web",
    "asker": "patient",
    "product_id": 1,
    "batch_id": None,
    "action": "check",
    "match": "lot",
    "presented": {"lot": "A'B\"C", "product": "Botulín 100 Ünits \U0001f489", "no_lot": True},
    "verdict": {"choices": [], "unit": None, "count": 3},
}


def test_whole_rows_are_put_in_as_they_are_and_once(filled: Database) -> None:
    rows: list[dict[str, Any]] = [
        {column.name: None for column in Scan.__table__.columns} | SCAN | {"id": str(n), "nonce": nonce}
        for n, nonce in enumerate(["one", None, None, "one"])  # the fourth is the first once more
    ]
    whole = filled.prepared_insert(Scan)
    with filled.transaction() as connection:
        assert whole.rows(connection, rows) == 3
        assert whole.rows(connection, rows[:1]) == 0
    with filled.reading() as connection:
        found = connection.execute(select(Scan.__table__).order_by(Scan.id)).mappings().all()
    assert [dict(row) for row in found] == rows[:3]


def test_a_second_of_scans_is_one_statement_of_sqlite(sqlite_url: str) -> None:
    """For each statement the driver lets go of the interpreter's lock, and has to win it back."""
    database = Database(sqlite_url)
    statements: list[str] = []
    empty = dict.fromkeys(column.name for column in Scan.__table__.columns)
    with database.transaction() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(statements.append)
        rows = [empty | SCAN | {"id": str(n)} for n in range(50)]
        assert database.prepared_insert(Scan).rows(connection, rows) == 50
        driver.set_trace_callback(None)
    assert [said.split(" ", 2)[0] for said in statements] == ["INSERT"]
    database.close()
