"""Browsers that are told when something about a receipt changes, and the daily list of such receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None was told before, and the first list is made within the hour."""
    op.create_table(
        "receipt_subscription",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("endpoint_mark", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_hash"],
            ["treatment_receipt.token_hash"],
            name=op.f("fk_receipt_subscription_token_hash_treatment_receipt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", "endpoint_mark", name=op.f("pk_receipt_subscription")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "changed_receipt_list",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_changed_receipt_list")),
    )


def downgrade() -> None:
    """No browser is told any more; the links go on to work."""
    op.drop_table("changed_receipt_list")
    op.drop_table("receipt_subscription")
