"""Receipts of treatments, and the keys that sign them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No receipt was handed over before."""
    op.create_table(
        "treatment_receipt",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("use_mark", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("void_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "length(token_hash) = 64 AND length(use_mark) = 64", name=op.f("ck_treatment_receipt_hashes")
        ),
        sa.CheckConstraint(
            "NOT voided OR length(trim(void_reason)) > 0", name=op.f("ck_treatment_receipt_reason")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_treatment_receipt")),
        sa.UniqueConstraint("use_mark", name=op.f("uq_treatment_receipt_use_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt_key",
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_receipt_key")),
    )


def downgrade() -> None:
    """Receipts that were handed over open no more."""
    op.drop_table("receipt_key")
    op.drop_table("treatment_receipt")
