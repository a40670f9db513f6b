"""When an operator set the service's idea of the time right."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; no correction was ever made."""
    op.create_table(
        "clock_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_correction")),
    )


def downgrade() -> None:
    """A clock that was set right is believed by its latest record again."""
    op.drop_table("clock_correction")
