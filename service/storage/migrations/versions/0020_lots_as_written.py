"""Lots of one product are told apart by their marks; until when a product's lots are complete."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FOLDED = "CONSTRAINT uq_batch_product_id_lot_key UNIQUE (product_id, lot_key)"
_WRITTEN = "CONSTRAINT uq_batch_product_id_lot_written UNIQUE (product_id, lot_written)"


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("complete_until", sa.Date(), nullable=True),
        sa.Column("lists_received", sa.Text(), nullable=False, server_default=""),
        sa.Column("source_gtins", sa.Text(), nullable=False, server_default=""),
    )


def upgrade() -> None:
    """`143-6` and `14-36` may both be on record; one of them, and not both, was until now.

    A batch's `lot_key` stays what it was, upper case without marks: recalls, scans, sightings, suspects and
    clinics' vials keep it, find the same batches as before, and so stay blind to marks, toward caution. What
    was recorded under a key that two lots share from now on concerns both. New is `lot_written`, the lot as
    it is on record in upper case and without spaces, and it is what is unique.
    """
    for column in _columns():
        op.add_column("product", column)
    _received_until_now()
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("batch", sa.Column("lot_written", sa.String(length=40), nullable=True))
        op.execute("UPDATE batch SET lot_written = upper(replace(lot, ' ', ''))")
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the watch on facts runs before the table is changed
        op.alter_column("batch", "lot_written", nullable=False)
        op.drop_constraint("uq_batch_product_id_lot_key", "batch", type_="unique")
        op.create_unique_constraint("uq_batch_product_id_lot_written", "batch", ["product_id", "lot_written"])
    else:
        _rebuild(
            lambda table: table.replace(_FOLDED, _WRITTEN, 1).replace(
                "lot_folded VARCHAR(40) NOT NULL,",
                "lot_folded VARCHAR(40) NOT NULL, lot_written VARCHAR(40) NOT NULL,",
                1,
            ),
            {"lot_written": "upper(replace(lot, ' ', ''))"},
        )
    op.create_index("ix_batch_product_id_lot_key", "batch", ["product_id", "lot_key"])


def downgrade() -> None:
    """Refused by the database where two lots differ in their marks alone."""
    op.drop_index("ix_batch_product_id_lot_key", "batch")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_batch_product_id_lot_written", "batch", type_="unique")
        op.create_unique_constraint("uq_batch_product_id_lot_key", "batch", ["product_id", "lot_key"])
        op.drop_column("batch", "lot_written")
    else:
        _rebuild(
            lambda table: table.replace(_WRITTEN, _FOLDED, 1).replace(
                "lot_written VARCHAR(40) NOT NULL,", "", 1
            ),
            {},
        )
    for column in _columns():
        op.drop_column("product", column.name)


def _rebuild(change: Any, added: dict[str, str]) -> None:
    """SQLite changes no constraint: the table is built anew from its own words, with indexes and triggers.

    Migrations run with foreign keys off (`env.py`), so that units and results keep pointing at `batch`.
    """
    connection = op.get_bind()
    known = "SELECT sql FROM sqlite_master WHERE tbl_name = 'batch' AND sql IS NOT NULL AND type = :type"
    table = connection.execute(text(known), {"type": "table"}).scalar_one()
    others = [
        each
        for kind in ("index", "trigger")
        for each in connection.execute(text(known), {"type": kind}).scalars().all()
    ]
    anew = change(table)
    if anew == table:
        raise RuntimeError("the table of batches is not as an earlier version left it")
    op.execute(
        anew.replace("CREATE TABLE batch", "CREATE TABLE batch_anew", 1).replace(
            'CREATE TABLE "batch"', "CREATE TABLE batch_anew", 1
        )
    )
    columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(batch_anew)")]
    names = ", ".join(columns)
    values = ", ".join(added.get(name, name) for name in columns)
    op.execute(f"INSERT INTO batch_anew ({names}) SELECT {values} FROM batch")
    op.execute("DROP TABLE batch")
    op.execute("ALTER TABLE batch_anew RENAME TO batch")
    for each in others:
        op.execute(each)


def _received_until_now() -> None:
    """The days on which lists of batches came, from the audit of what imports did: the latest twelve."""
    connection = op.get_bind()
    rows = connection.execute(
        text(
            'SELECT e.object_id, i.at FROM audit_entry e JOIN "import" i ON i.id = e.import_id '
            "WHERE e.object_type = 'batch' AND i.kind = 'batches'"
        )
    )
    days: dict[str, set[str]] = {}
    for object_id, at in rows:
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        days.setdefault(str(object_id).partition("/")[0], set()).add(_day(moment).isoformat())
    for gtin, found in days.items():
        values = {"days": " ".join(sorted(found)[-12:]), "gtin": gtin}
        connection.execute(text("UPDATE product SET lists_received = :days WHERE gtin = :gtin"), values)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
