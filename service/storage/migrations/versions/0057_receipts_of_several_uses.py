"""Receipts of several uses: the marks of uses in a table of their own, the same number of them for each receipt."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None
_MARKS = 8
_HASHES = "ck_treatment_receipt_hashes"
_ROWS = sa.table("receipt_use", sa.column("use_mark"), sa.column("token_hash"))
_BOTH = "length(token_hash) = 64 AND length(use_mark) = 64"
_WITHOUT_ROWID = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Each receipt keeps its one use, among random marks."""
    op.create_table(
        "receipt_use",
        sa.Column("use_mark", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(use_mark) = 64", name=op.f("ck_receipt_use_hashes")),
        sa.ForeignKeyConstraint(
            ["token_hash"],
            ["treatment_receipt.token_hash"],
            name=op.f("fk_receipt_use_token_hash_treatment_receipt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("use_mark", name=op.f("pk_receipt_use")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_receipt_use_token_hash"), "receipt_use", ["token_hash"])
    for row in op.get_bind().execute(sa.text("SELECT use_mark, token_hash FROM treatment_receipt")).all():
        marks = sorted([row.use_mark, *(secrets.token_hex(32) for _ in range(_MARKS - 1))])
        op.bulk_insert(_ROWS, [{"use_mark": each, "token_hash": row.token_hash} for each in marks])
    with op.batch_alter_table("treatment_receipt", table_kwargs=_WITHOUT_ROWID) as table:
        table.drop_constraint(op.f("uq_treatment_receipt_use_mark"), type_="unique")
        table.drop_constraint(op.f(_HASHES), type_="check")
        table.drop_column("use_mark")
        table.create_check_constraint(op.f(_HASHES), "length(token_hash) = 64")


def downgrade() -> None:
    """Links go on to work; a clinic finds no receipt by its use, because random marks look as others do."""
    with op.batch_alter_table("treatment_receipt", table_kwargs=_WITHOUT_ROWID) as table:
        table.add_column(sa.Column("use_mark", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE treatment_receipt SET use_mark = (SELECT min(receipt_use.use_mark) FROM receipt_use"
        " WHERE receipt_use.token_hash = treatment_receipt.token_hash)"
    )
    with op.batch_alter_table("treatment_receipt", table_kwargs=_WITHOUT_ROWID) as table:
        table.alter_column("use_mark", existing_type=sa.String(length=64), nullable=False)
        table.create_unique_constraint(op.f("uq_treatment_receipt_use_mark"), ["use_mark"])
        table.drop_constraint(op.f(_HASHES), type_="check")
        table.create_check_constraint(op.f(_HASHES), _BOTH)
    op.drop_table("receipt_use")
