"""When a code was read, beside when it was checked: a scan may have waited for a network."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the checks so far nothing was said."""
    op.add_column("scan", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """What was said of it is lost."""
    op.drop_column("scan", "scanned_at")
