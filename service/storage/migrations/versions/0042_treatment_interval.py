"""The shortest time between two treatments with a product."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Products of before say none."""
    op.add_column("product", sa.Column("interval_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    """The intervals are lost."""
    op.drop_column("product", "interval_days")
