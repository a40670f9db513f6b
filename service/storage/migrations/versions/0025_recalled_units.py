"""Batches with recalled units are found without reading every unit; a use tells whether a code was scanned."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None


_OPENED = sa.text("used_on IS NOT NULL AND serial <> '' AND gtin <> ''")


def _index_opened(*columns: str) -> None:
    op.drop_index("ix_vial_opened", "vial")
    op.create_index(
        "ix_vial_opened",
        "vial",
        columns,
        unique=True,
        sqlite_where=_OPENED,
        postgresql_where=_OPENED,
    )


def upgrade() -> None:
    """A partial index: units in any other state cost nothing. Uses on record count as scanned."""
    recalled = sa.text("disposition = 14")
    op.create_index(
        "ix_unit_recalled",
        "unit",
        ["batch_id"],
        sqlite_where=recalled,
        postgresql_where=recalled,
    )
    op.add_column("vial", sa.Column("code_scanned", sa.Boolean(), nullable=False, server_default=sa.true()))
    _index_opened("gtin", "serial", "code_scanned")


def downgrade() -> None:
    """The public list of recalls reads every unit again. Fails where a number was used with and without a scan."""
    _index_opened("gtin", "serial")
    op.drop_column("vial", "code_scanned")
    op.drop_index("ix_unit_recalled", "unit")
