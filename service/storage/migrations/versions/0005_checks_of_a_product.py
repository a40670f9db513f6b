"""The checks of a product, of a batch, and of a time, found without reading all of them."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes."""
    op.create_index(op.f("ix_scan_product_id_at"), "scan", ["product_id", "at"])
    op.create_index(op.f("ix_scan_batch_id_at"), "scan", ["batch_id", "at"])


def downgrade() -> None:
    """They hold nothing of their own."""
    op.drop_index(op.f("ix_scan_batch_id_at"), "scan")
    op.drop_index(op.f("ix_scan_product_id_at"), "scan")
