"""A sealed secret is longer than an open one. The service seals those that are there with its key."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column takes more."""
    with op.batch_alter_table("digest") as table:
        table.alter_column(
            "secret", type_=sa.Text(), existing_type=sa.String(length=64), existing_nullable=False
        )


def downgrade() -> None:
    """Sealed secrets do not fit, and nothing opens them: an organisation that is told by webhook sets it anew."""
    op.execute("DELETE FROM digest WHERE webhook <> ''")
    with op.batch_alter_table("digest") as table:
        table.alter_column(
            "secret", type_=sa.String(length=64), existing_type=sa.Text(), existing_nullable=False
        )
