"""A manufacturer may protect a unit from strangers' scans; a report may wait behind the others."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns. What was cleared so far is not protected, and no report waits."""
    for table, column in (("clearing", "protected"), ("report", "queued")):
        op.add_column(table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """A protected unit is a cleared one."""
    for table, column in (("clearing", "protected"), ("report", "queued")):
        op.drop_column(table, column)
