"""A receipt of an earlier version stays, with its use and the browsers that are told about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, inspect, select, text

from service.storage.database import Database
from service.storage.database.upgrade import alembic_config
from service.storage.models import ReceiptSubscription, ReceiptUse, TreatmentReceipt
from tests.postgres import Postgres

TOKEN, MARK = "a" * 64, "b" * 64
_KEPT = (
    "INSERT INTO treatment_receipt (token_hash, use_mark, content, month, voided, void_reason)"
    f" VALUES ('{TOKEN}', '{MARK}', 'sealed', '2026-11-01', true, 'Wrong vial')",
    f"INSERT INTO receipt_subscription (token_hash, endpoint_mark, content) VALUES ('{TOKEN}', 'e', 'sealed')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the version before, with a receipt that was taken back and a browser that is told."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'before.db'}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = Database(server.create(f"before_{tmp_path.name}"))
    _go(database, "0056")
    with database.transaction() as connection:
        for statement in _KEPT:
            connection.execute(text(statement))
    yield database
    database.close()


def _go(database: Database, revision: str, *, back: bool = False) -> None:
    config = alembic_config(database.url)
    config.attributes["engine"] = database.engine
    (command.downgrade if back else command.upgrade)(config, revision)


def test_a_receipt_of_an_earlier_version_stays_valid(before: Database) -> None:
    assert before.migrate() is True
    with before.reading() as connection:
        row = connection.execute(select(TreatmentReceipt.__table__)).one()
        assert (row.token_hash, row.content, row.void_reason) == (TOKEN, "sealed", "Wrong vial")
        assert connection.scalar(select(ReceiptUse.token_hash).where(ReceiptUse.use_mark == MARK)) == TOKEN
        assert connection.scalar(select(func.count()).select_from(ReceiptUse)) == 8
        assert connection.scalar(select(func.count()).select_from(ReceiptSubscription)) == 1
    checks = {each["name"] for each in inspect(before.engine).get_check_constraints("treatment_receipt")}
    assert checks == {"ck_treatment_receipt_hashes", "ck_treatment_receipt_reason"}
    _go(before, "0056", back=True)
    with before.reading() as connection:
        assert connection.scalar(text("SELECT length(use_mark) FROM treatment_receipt")) == 64
    assert before.migrate() is True
    with before.transaction() as connection:  # what belongs to it goes with it
        connection.execute(text("DELETE FROM treatment_receipt"))
        assert connection.scalar(select(func.count()).select_from(ReceiptUse)) == 0
        assert connection.scalar(select(func.count()).select_from(ReceiptSubscription)) == 0
