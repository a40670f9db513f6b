"""What is kept in memory is what the next check would read: whoever changed it, and in whichever process."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, union_all, update
from sqlalchemy.exc import IntegrityError

from service.gs1.identifiers import Gtin, Lot, Serial
from service.storage.database import Database
from service.storage.hot import product_names, product_records
from service.storage.hot.statements import PreparedSelect
from service.storage.models import (
    FACTS,
    Alert,
    AuditEntry,
    Batch,
    FactsVersion,
    Manufacturer,
    PackMark,
    Product,
    QualityResult,
    Scan,
    Unit,
)
from tests.factories import maker_records
from tests.postgres import Postgres

GTIN, LOT, SERIAL = Gtin(maker_records.GTIN), Lot.parse("VX2401"), Serial.parse("9KQ4T7M2")
TEST = {"batch_id": 1, "test": "Potency", "method": "", "result": "101 %"}


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    with database.transaction() as connection:
        connection.execute(insert(QualityResult).values(TEST))
    return database


@pytest.fixture
def other(filled: Database, database_url: str) -> Iterator[Database]:
    """The same records through connections of somebody else's."""
    opened = Database(database_url)
    yield opened
    opened.close()


def version(database: Database) -> str:
    with database.reading() as connection:
        return connection.execute(select(FactsVersion.version)).scalar_one()


def status(database: Database) -> str:
    """The lot's status as a check reads it."""
    with database.snapshot() as snapshot:
        found = product_records.by_gtin(snapshot, GTIN, LOT, SERIAL)
    assert found is not None
    assert len(found[1]) == 1
    return found[1][0].status


CHANGES = {
    "manufacturer": (
        insert(Manufacturer).values(id=77, name="New"),
        update(Manufacturer).values(contact="x"),
        delete(Manufacturer).where(Manufacturer.name == "New"),
    ),
    "product": (
        insert(Product).values(id=77, manufacturer_id=1, gtin="09506000000008", name="New"),
        update(Product).where(Product.id == 1).values(complete=False),
        delete(Product).where(Product.name == "New"),
    ),
    "batch": (
        insert(Batch).values(maker_records.batch(77, "NEW1")),
        update(Batch).where(Batch.id == 77).values(status="on_hold"),
        delete(Batch).where(Batch.id == 77),
    ),
    "quality_result": (
        insert(QualityResult).values(TEST | {"test": "Sterility"}),
        update(QualityResult).values(result="99 %"),
        delete(QualityResult),
    ),
    "alert": (
        insert(Alert).values(fingerprint="9", authority="MHRA", kind="stolen", serial="A", serial_folded="a"),
        update(Alert).values(recall_class="I"),
        delete(Alert),
    ),
    "pack_mark": (
        insert(PackMark).values(
            mark="seal",
            authority="MHRA",
            product_name="Verotox",
            feature="seal",
            part="",
            look_at="it",
            should_be="so",
            differs="otherwise",
            fakes=("F1",),
            source_url="https://example.org/1",
            entered=datetime(2026, 11, 28, tzinfo=UTC),
        ),
        update(PackMark).values(withdrawn=True),
        delete(PackMark),
    ),
}


@pytest.mark.parametrize("table", sorted(FACTS))
def test_every_change_of_a_fact_makes_another_version(filled: Database, table: str) -> None:
    """Of every table of facts, also one that comes later."""
    seen = [version(filled)]
    for change in CHANGES[table]:
        with filled.transaction() as connection:
            connection.execute(change)
        seen.append(version(filled))
    assert len(set(seen)) == 4


def test_what_touches_any_other_table_is_never_kept() -> None:
    """A table that nobody thought of is read anew each time: slower, and never wrong."""
    assert PreparedSelect(select(Batch.lot).join(Product)).of_facts
    assert not PreparedSelect(select(Batch.lot).join(Unit, Unit.batch_id == Batch.id)).of_facts
    assert not PreparedSelect(select(Batch.lot).where(Batch.id.in_(select(Unit.batch_id)))).of_facts
    assert not PreparedSelect(union_all(select(Batch.lot), select(Scan.id))).of_facts
    assert not PreparedSelect(select(select(Unit.serial).limit(1).subquery())).of_facts


def test_what_is_no_fact_leaves_the_version_alone(filled: Database) -> None:
    """A stranger's check must not make everybody read everything again."""
    before = version(filled)
    now = datetime.now(UTC)
    scan = {"id": "1", "at": now, "door": "web", "asker": "patient", "action": "check", "match": "lot"}
    with filled.transaction() as connection:
        connection.execute(insert(Scan).values(scan | {"presented": {}, "verdict": {}}))
        entry = {"actor": "a", "reason": "r", "action": "x", "object_type": "t", "object_id": "1"}
        connection.execute(insert(AuditEntry).values(at=now, **entry))
        connection.execute(update(Unit).values(batch_id=1))
    assert version(filled) == before


def test_what_was_taken_back_was_no_change(filled: Database) -> None:
    before = version(filled)
    twice = [{"name": "Dermis AG"}, {"name": "Dermis AG"}]
    with pytest.raises(IntegrityError), filled.transaction() as connection:
        connection.execute(insert(Manufacturer), twice)
    assert version(filled) == before


def test_a_recall_through_another_connection_counts_on_the_next_check(
    filled: Database, other: Database
) -> None:
    for said in ("recalled", "on_hold", "released", "recalled"):
        with other.transaction() as connection:
            connection.execute(update(Batch).where(Batch.id == 1).values(status=said))
        assert status(filled) == said


RECALL = """
import sys
from service.storage.database import Database
database = Database(sys.argv[1])
with database.transaction() as connection:
    connection.exec_driver_sql("UPDATE batch SET status = 'recalled' WHERE id = 1")
database.close()
"""


@pytest.mark.slow
def test_a_recall_in_another_process_counts_on_the_next_check(filled: Database, database_url: str) -> None:
    assert status(filled) == "released"
    subprocess.run([sys.executable, "-c", RECALL, database_url], check=True)
    assert status(filled) == "recalled"


def test_a_unit_is_always_read_as_it_is(filled: Database, other: Database) -> None:
    for number in (10, 1):
        with other.transaction() as connection:
            connection.execute(
                text("UPDATE unit SET disposition = :to WHERE serial = '9KQ4T7M2'"), {"to": number}
            )
        with filled.snapshot() as snapshot:
            found = product_records.by_gtin(snapshot, GTIN, LOT, SERIAL)
        with filled.reading() as connection:
            recorded = connection.scalar(select(Unit.disposition).where(Unit.serial == "9KQ4T7M2"))
        assert found is not None
        assert found[2] is not None
        assert found[2].disposition is recorded


def test_an_earlier_moment_goes_on_with_what_it_saw(filled: Database, other: Database) -> None:
    """All selects of a check see one moment, also where another check has seen a later one meanwhile."""
    with filled.snapshot() as earlier:
        with other.transaction() as connection:
            connection.execute(update(Batch).where(Batch.id == 1).values(status="recalled"))
        assert status(filled) == "recalled"
        found = product_records.by_gtin(earlier, GTIN, LOT, SERIAL)
        assert found is not None
        assert len(found[1]) == 1
        assert found[1][0].status == "released"
    assert status(filled) == "recalled"


def test_a_long_import_keeps_no_recall_waiting(postgres: Postgres, migrated_postgres: str) -> None:
    """On PostgreSQL two may write; the mark is set at the end, so that it is no lock for all."""
    database = Database(postgres.create_from(migrated_postgres))
    maker_records.fill(database)
    assert status(database) == "released"
    with database.transaction() as importing:
        importing.execute(insert(Batch).values(maker_records.batch(77, "NEW1")))
        with database.transaction() as recalling:
            recalling.execute(update(Batch).where(Batch.id == 1).values(status="recalled"))
        assert status(database) == "recalled"
    assert status(database) == "recalled"
    database.close()


def test_readers_and_a_writer_at_once(filled: Database, other: Database) -> None:
    """What was committed before a check began is never answered otherwise, however many ask."""
    committed, wrong, done = 0, [], threading.Event()

    def check() -> None:
        while not done.is_set():
            known = committed
            with filled.snapshot() as snapshot:
                found = product_records.by_gtin(snapshot, GTIN, LOT, None)
            assert found is not None
            assert len(found[1]) == 1
            if (found[1][0].quantity or 0) < known:
                wrong.append((found[1][0].quantity, known))

    threads = [threading.Thread(target=check) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 60):
        with other.transaction(durable=False) as connection:
            connection.execute(update(Batch).where(Batch.id == 1).values(quantity=number))
        committed = number
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_long_search_keeps_no_check_waiting(filled: Database) -> None:
    """Readers take turns where that is faster; nobody waits for one that does not come to its end."""
    answered: list[str] = []
    with filled.snapshot():
        thread = threading.Thread(target=lambda: answered.append(status(filled)))
        thread.start()
        thread.join(timeout=30)
        assert answered == ["released"]


def test_whoever_fails_passes_the_turn_on(filled: Database) -> None:
    for _ in range(3):
        with pytest.raises(IndexError), filled.snapshot() as snapshot:
            product_names.by_name(snapshot, "verotox")[99]
        assert status(filled) == "released"


def test_without_the_mark_nothing_is_kept(filled: Database, other: Database) -> None:
    """Somebody emptied the table: slower, and never wrong."""
    with filled.transaction() as connection:
        connection.execute(delete(FactsVersion))
    for said in ("recalled", "on_hold"):
        with other.transaction() as connection:
            connection.execute(update(Batch).where(Batch.id == 1).values(status=said))
        assert status(filled) == said
