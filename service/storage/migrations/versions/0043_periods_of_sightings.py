"""The scan history keeps in which periods of six days a place was scanned, eight bytes a place at most."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was seen before, the first and the last scan of each place are known (0: no period kept)."""
    op.add_column("sighting", sa.Column("periods", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Which periods they were is lost."""
    with op.batch_alter_table("sighting") as changed:
        changed.drop_column("periods")
