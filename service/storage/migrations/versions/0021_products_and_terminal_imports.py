"""What a product's pack says of its content, use and storage; and imports at a terminal, piece by piece."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_NUMBERS = ("in_use_hours", "storage_min", "storage_max", "stability_months", "importing")


def upgrade() -> None:
    """Columns without a value for products on record, and a table of imports that were begun at a terminal."""
    op.add_column("product", sa.Column("content", sa.String(length=200), server_default="", nullable=False))
    for name in _NUMBERS:
        op.add_column("product", sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "terminal_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("keep_good", sa.Boolean(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("already", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('applying', 'done', 'undoing', 'undone')", name=op.f("ck_terminal_import_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_import")),
    )


def downgrade() -> None:
    """An import that was interrupted can be neither resumed nor undone any more."""
    op.drop_table("terminal_import")
    for name in (*_NUMBERS, "content"):
        op.drop_column("product", name)
