"""The engine, its transactions and its tables, on both databases."""

import re
import shutil
import sqlite3
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from service.authenticity.dispositions import Disposition
from service.errors import ErrorCode, RefusedError, UnavailableError
from service.storage import database as database_room
from service.storage.database import Database
from service.storage.models import Alert, AuditEntry, Base, Batch, Import, Manufacturer, Product, Unit
from tests.factories.one_batch import BATCH, GTIN


def put(database: Database) -> None:
    """One manufacturer, one product, one batch."""
    with database.transaction() as connection:
        connection.execute(insert(Manufacturer).values(name="Medulla Labs"))
        connection.execute(insert(Product).values(manufacturer_id=1, gtin=GTIN, name="Verotox"))
        connection.execute(insert(Batch).values(**BATCH))


NAMED = {"name": "Verotox", "manufacturer_id": 1}
UNIT = {"product_id": 1, "batch_id": 1, "serial": "S1", "disposition": Disposition.ACTIVE}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        # a second manufacturer, product, lot or unit of the same name would make "the" record ambiguous
        (Manufacturer, {"name": "Medulla Labs"}),
        (Manufacturer, {"name": "  "}),
        (Product, NAMED | {"gtin": GTIN}),
        (Product, NAMED | {"gtin": "09506000134353"}),  # wrong check digit
        (Product, NAMED | {"gtin": "9506000134352"}),  # 13 digits
        (Product, NAMED | {"gtin": "0950600013435X"}),
        (Product, NAMED | {"gtin": "09506000134369", "manufacturer_id": 99}),
        (Product, NAMED | {"gtin": "09506000134369", "markets": ("fr",)}),
        (Batch, BATCH),
        (Batch, BATCH | {"lot": "vx -1"}),  # the same lot: neither case nor spaces make another
        (Batch, BATCH | {"lot_key": "VX2", "status": "genuine"}),
        (Batch, BATCH | {"lot_key": "", "lot": ""}),
        (Batch, BATCH | {"lot_key": "vx2"}),  # a key is upper case, or it is never found
        (Batch, BATCH | {"lot_key": "VX2", "quantity": -1}),
        (Batch, BATCH | {"lot_key": "VX2", "made": date(2030, 1, 1)}),  # made after it expired
        (Batch, BATCH | {"lot_key": "VX2", "made": date(2026, 2, 1), "released": date(2026, 1, 1)}),
        (Batch, BATCH | {"lot_key": "VX2", "expiry": None}),
        (Unit, UNIT | {"serial": ""}),
        (Unit, UNIT | {"batch_id": 99}),
        (Unit, UNIT | {"product_id": 2}),  # the batch is another product's
        (Alert, {"fingerprint": "0" * 64, "authority": "MHRA", "kind": "falsified"}),  # names nothing
        (Alert, {"fingerprint": "0" * 64, "authority": " ", "kind": "falsified", "lot_key": "A"}),
        (Alert, {"fingerprint": "0" * 64, "authority": "MHRA", "kind": "odd", "lot_key": "A"}),
        (Alert, {"fingerprint": "0" * 64, "authority": "MHRA", "kind": "falsified", "gtin": "1" * 14}),
        (Import, {"at": datetime.now(UTC), "actor": "a", "file_name": "f", "sha256": "0", "kind": "units"}),
        (AuditEntry, {"at": datetime.now(UTC), "actor": " ", "reason": "", "action": "a", "object_type": "b", "object_id": "c"}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_true_cannot_be_stored(
    database: Database, model: type[Base], values: dict[str, object]
) -> None:
    put(database)
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(model).values(**values))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Batch)) == 1


def test_the_row_that_is_true_can(database: Database) -> None:
    put(database)
    with database.transaction() as connection:
        connection.execute(insert(Unit).values(**UNIT))
    with database.reading() as connection:
        assert connection.execute(select(Unit.serial, Unit.disposition)).one() == ("S1", Disposition.ACTIVE)


def test_an_error_leaves_nothing_half(database: Database) -> None:
    twice = [{"name": "Dermis GmbH"}, {"name": "Medulla Labs"}, {"name": "Medulla Labs"}]
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(Manufacturer), twice)
    assert database.is_empty()


def test_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_does_nothing(database: Database) -> None:
    assert database.migrate() is False


def test_serials_differ_by_case(database: Database) -> None:
    """GS1: a serial's case counts."""
    put(database)
    with database.transaction() as connection:
        connection.execute(insert(Unit), [UNIT | {"serial": "abc"}, UNIT | {"serial": "ABC"}])
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Unit)) == 2


def test_moments_come_back_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    entry = {"actor": "a", "reason": "r", "action": "x", "object_type": "t", "object_id": "1"}
    east = datetime(2026, 1, 1, 3, 0, tzinfo=timezone(timedelta(hours=3)))
    with database.transaction() as connection:
        connection.execute(insert(AuditEntry).values(at=east, **entry))
    with database.reading() as connection:
        assert connection.scalar(select(AuditEntry.at)) == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Exception, match="time zone"), database.transaction() as connection:
        connection.execute(insert(AuditEntry).values(at=datetime(2026, 1, 1), **entry))  # noqa: DTZ001 (the point)


def test_a_writer_that_waits_too_long_is_told(database_url: str) -> None:
    """SQLite lets one write at a time; the other is told within the wait, not left hanging."""
    first, second = Database(database_url), Database(database_url, wait_seconds=0.2)
    with first.transaction() as holding:
        holding.execute(insert(Manufacturer).values(name="Medulla Labs"))
        with pytest.raises(UnavailableError), second.transaction() as waiting:
            waiting.execute(insert(Manufacturer).values(name="Medulla Labs"))
    first.close()
    second.close()


def test_a_file_that_is_no_database_is_no_fault_of_ours(sqlite_url: str) -> None:
    """A damaged one is refused as one that does not answer: 503, and one line at a terminal."""
    Path(sqlite_url.removeprefix("sqlite:///")).write_bytes(b"x" * 100_000)
    database = Database(sqlite_url)
    for take in (database.reading, database.transaction, database.snapshot):
        with pytest.raises(UnavailableError) as refused, take():
            pass
        assert refused.value.code is ErrorCode.STORAGE_UNAVAILABLE
        assert "not a database" in refused.value.found
    database.close()


def test_who_gets_no_connection_is_told_within_the_wait(database_url: str) -> None:
    """Every connection is lent: the answer is due within 3 s, not after the pool's own 30."""
    database = Database(database_url, wait_seconds=0.2)
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.timeout() == 0.2
    with ExitStack() as lent:
        for _ in range(pool.size() + pool._max_overflow):
            lent.enter_context(database.engine.connect())
        for take in (database.reading, database.transaction, database.snapshot):
            with pytest.raises(UnavailableError) as refused:
                lent.enter_context(take())
            assert refused.value.code is ErrorCode.BUSY
    assert database.is_empty()
    database.close()


def test_only_one_room_knows_which_database_it_is() -> None:
    """Whoever asks elsewhere will forget the other one. Migrations make tables of both kinds."""
    service = Path(database_room.__file__).parents[2]
    asks = re.compile(r"is_sqlite|dialect\.name *[=!]=|json_each|json_array_elements|pg_[a-z]+_[a-z]+|PRAGMA")
    found = {
        str(path.relative_to(service))
        for path in service.rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    rooms = ("storage/database/", "storage/migrations/")
    assert {path for path in found if not path.startswith(rooms)} == set()
    assert found


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writing:
        writing.execute(insert(Manufacturer).values(name="Medulla Labs"))
        assert database.is_empty()
    assert not database.is_empty()


@pytest.mark.parametrize("url", ["", "mysql://x/y", "no url at all", "postgres://x"])
def test_a_database_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(RefusedError) as refused:
        Database(url)
    assert refused.value.code is ErrorCode.SETTING_INVALID


def test_a_password_is_never_shown() -> None:
    assert "secret" not in Database.shown("postgresql://me:secret@host/name")
    with pytest.raises(RefusedError) as refused:
        Database("mysql://me:secret@host/name")
    assert "secret" not in str(refused.value)


@pytest.mark.slow
def test_a_unit_costs_little_more_than_its_key(migrated_sqlite: Path, tmp_path: Path) -> None:
    """At most 1.3 times the bytes of a bare table of product and serial."""
    bare = (
        "CREATE TABLE bare (product_id INTEGER, serial TEXT, PRIMARY KEY (product_id, serial)) WITHOUT ROWID"
    )
    empty = migrated_sqlite.stat().st_size
    sizes = {}
    for name in ("unit", "bare"):
        path = Path(shutil.copy(migrated_sqlite, tmp_path / f"{name}.db"))
        database = Database(f"sqlite:///{path}")
        put(database)
        serials = [f"{number * 7919 % 10**12:019d}" for number in range(1, 50_001)]
        with database.transaction() as connection:
            connection.exec_driver_sql(bare)
            if name == "unit":
                connection.execute(insert(Unit), [UNIT | {"serial": serial} for serial in serials])
            else:
                connection.exec_driver_sql(
                    "INSERT INTO bare VALUES (1, ?)", [(serial,) for serial in serials]
                )
        database.close()
        with sqlite3.connect(path) as plain:
            plain.execute("VACUUM")
        plain.close()
        sizes[name] = (path.stat().st_size - empty) / 50_000
    print(f"unit {sizes['unit']:.1f} bytes, bare key {sizes['bare']:.1f} bytes")
    assert sizes["unit"] <= 1.3 * sizes["bare"]
