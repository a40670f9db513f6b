"""Batches with units that are recalled one by one are found without reading every unit."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A partial index: units in any other state cost nothing."""
    recalled = sa.text("disposition = 14")
    op.create_index(
        "ix_unit_recalled",
        "unit",
        ["batch_id"],
        sqlite_where=recalled,
        postgresql_where=recalled,
    )


def downgrade() -> None:
    """The public list of recalls reads every unit again."""
    op.drop_index("ix_unit_recalled", "unit")
