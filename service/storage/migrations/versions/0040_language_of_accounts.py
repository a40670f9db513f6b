"""The language that a person chose to read in."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Accounts of before have chosen none: their browsers say it."""
    op.add_column("account", sa.Column("language", sa.String(length=12), server_default="", nullable=False))


def downgrade() -> None:
    """The choice is lost, and the browser's language counts again."""
    op.drop_column("account", "language")
