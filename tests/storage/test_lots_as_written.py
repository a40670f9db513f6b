"""Lots that differ in their marks alone: both on record, and what earlier versions kept of one of them."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from service.authenticity.dispositions import Disposition
from service.storage.database import Database
from service.storage.database.upgrade import alembic_config
from service.storage.models import Batch, Product, Unit
from tests.factories.one_batch import BATCH, GTIN
from tests.postgres import Postgres

_PRODUCT = (
    "INSERT INTO product (manufacturer_id, gtin, name, active_substance, strengths, form, national_numbers,"
    f" markets, complete) VALUES (1, '{GTIN}', 'Verotox', '', '', '', '', 'FR', true)"
)
_BATCH = (
    "INSERT INTO batch (product_id, lot, lot_key, lot_folded, expiry, expiry_month_only, status, markets,"
    " recall_class, recall_reference, recall_reason)"
    " VALUES (1, '143-6 b', '1436B', '14368', '2028-12-31', false, 'recalled', '', '', '', '')"
)
_KEPT = (
    "INSERT INTO manufacturer (name, gs1_prefixes, catalogue_complete, contact) VALUES ('M', '', false, '')",
    _PRODUCT,
    _BATCH,
    "INSERT INTO unit (product_id, serial, batch_id, disposition) VALUES (1, 'S1', 1, 1)",
    "INSERT INTO quality_result (batch_id, test, method, result) VALUES (1, 'pH', '', '6.8')",
    "INSERT INTO recall (kind, at, actor, product_id, scope, lot, lot_key, serial_from, serial_to,"
    " recall_class, reference, reason, public_text) VALUES"
    " ('recall', '2026-05-01 00:00:00+00:00', 'a', 1, 'lot', '143-6 b', '1436B', '', '', '', '', 'Glass', '')",
    'INSERT INTO "import" (id, at, actor, file_name, sha256, kind, rows_new, rows_changed, rows_unchanged,'
    " rows_refused) VALUES (1, '2026-03-02 10:00:00+00:00', 'a', 'f', "
    f"'{'0' * 64}', 'batches', 1, 0, 0, 0)",
    "INSERT INTO audit_entry (at, actor, action, object_type, object_id, reason, import_id) VALUES"
    f" ('2026-03-02 10:00:00+00:00', 'a', 'create', 'batch', '{GTIN}/1436B', 'r', 1)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of the version before, with a recalled lot, a unit of it and the audit of its import."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'before.db'}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = Database(server.create(f"before_{tmp_path.name}"))
    config = alembic_config(database.url)
    config.attributes["engine"] = database.engine
    command.upgrade(config, "0019")
    with database.transaction() as connection:
        for statement in _KEPT:
            connection.exec_driver_sql(statement)
    return database


def test_what_was_kept_under_the_key_finds_the_lot_as_before(before: Database) -> None:
    assert before.migrate() is True
    with before.reading() as connection:
        batch = connection.execute(select(Batch.__table__)).one()
        assert (batch.lot, batch.lot_key, batch.lot_written) == ("143-6 b", "1436B", "143-6B")
        found = "SELECT r.lot_key = b.lot_key FROM recall r, batch b"
        assert connection.execute(text(found)).scalar_one()
        assert connection.execute(select(Product.lists_received)).scalar_one() == ("2026-03-02",)
    before.close()


def test_a_lot_with_its_marks_elsewhere_may_stand_beside_it(before: Database) -> None:
    before.migrate()
    with before.transaction() as connection:
        connection.execute(insert(Batch).values(BATCH | {"lot": "14-36B", "lot_key": "1436B"}))
    with pytest.raises(IntegrityError), before.transaction() as connection:
        connection.execute(insert(Batch).values(BATCH | {"lot": "143-6 B", "lot_key": "1436B"}))
    before.close()


def test_units_and_the_watch_on_facts_outlive_the_new_table(before: Database) -> None:
    before.migrate()
    with before.transaction() as connection:
        connection.execute(
            insert(Unit).values(product_id=1, serial="S2", batch_id=1, disposition=Disposition.ACTIVE)
        )
    with pytest.raises(IntegrityError), before.transaction() as connection:
        connection.execute(
            insert(Unit).values(product_id=1, serial="S3", batch_id=99, disposition=Disposition.ACTIVE)
        )
    with before.reading() as connection:
        version = connection.execute(text("SELECT version FROM facts_version")).scalar_one()
    with before.transaction() as connection:
        connection.execute(text("UPDATE batch SET quantity = 5"))
    with before.reading() as connection:
        assert connection.execute(text("SELECT version FROM facts_version")).scalar_one() != version
    names = {each["name"] for each in inspect(before.engine).get_indexes("batch")}
    assert names >= {"ix_batch_lot_folded", "ix_batch_lot_key", "ix_batch_product_id_lot_key"}
    before.close()
