"""Notices that name a product and no lot, GTIN or serial are found by an index of their own."""

from alembic import op

revision = "0030"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They are read with every check, so the others may not be in the way."""
    op.execute(
        "CREATE INDEX ix_alert_names_only_product ON alert (product_name) "
        "WHERE lot_key = '' AND gtin = '' AND serial_folded = ''"
    )


def downgrade() -> None:
    """Nothing is lost."""
    op.drop_index("ix_alert_names_only_product", "alert")
