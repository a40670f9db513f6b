"""Clinics acknowledge that vials of theirs are stopped, and note whom they told of their uses."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was acknowledged so far."""
    for table, column, of in (
        ("stop_acknowledgement", "vial_id", "vial"),
        ("told_use", "event_id", "vial_event"),
    ):
        op.create_table(
            table,
            sa.Column(column, sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("key", sa.String(length=32), nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("actor", sa.String(length=200), nullable=False),
            sa.Column("account_id", sa.Integer(), nullable=True),
            sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}")),
            sa.PrimaryKeyConstraint(column, "key", name=op.f(f"pk_{table}")),
        )


def downgrade() -> None:
    """What clinics acknowledged, and whom they told, is lost."""
    op.drop_table("told_use")
    op.drop_table("stop_acknowledgement")
