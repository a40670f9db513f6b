"""A use of a vial tells whether its code was scanned; one that was typed keeps no other clinic from the number."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OPENED = sa.text("used_on IS NOT NULL AND serial <> '' AND gtin <> ''")


def _index_opened(*columns: str) -> None:
    op.drop_index("ix_vial_opened", "vial")
    op.create_index(
        "ix_vial_opened",
        "vial",
        list(columns),
        unique=True,
        sqlite_where=_OPENED,
        postgresql_where=_OPENED,
    )


def upgrade() -> None:
    """Uses on record count as scanned."""
    op.add_column("vial", sa.Column("code_scanned", sa.Boolean(), nullable=False, server_default=sa.true()))
    _index_opened("gtin", "serial", "code_scanned")


def downgrade() -> None:
    """Fails where one number was used both with and without a scan."""
    _index_opened("gtin", "serial")
    op.drop_column("vial", "code_scanned")
