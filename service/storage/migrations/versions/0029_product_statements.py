"""Statements of manufacturers about their products, and lists of them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links', 'statements')"
_KINDS_BEFORE = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links')"


def _kinds(condition: str) -> None:
    with op.batch_alter_table("import") as table:
        table.drop_constraint(op.f("ck_import_kind"), type_="check")
        table.create_check_constraint(op.f("ck_import_kind"), condition)


def upgrade() -> None:
    """No product has statements so far."""
    _kinds(_KINDS)
    op.create_table(
        "product_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("put_in", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_in_by", sa.String(length=200), nullable=False),
        sa.Column("put_in_account_id", sa.Integer(), nullable=True),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "length(trim(text)) > 0 AND length(trim(source)) > 0", name=op.f("ck_product_statement_said")
        ),
        sa.CheckConstraint("dated LIKE '____%'", name=op.f("ck_product_statement_dated")),
        sa.CheckConstraint(
            "state IN ('waiting', 'released', 'refused', 'withdrawn', 'replaced')",
            name=op.f("ck_product_statement_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('released', 'refused', 'withdrawn') OR decided IS NOT NULL",
            name=op.f("ck_product_statement_decided"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_statement_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_statement")),
        sa.UniqueConstraint(
            "product_id", "topic", "language", "version", name="uq_product_statement_version"
        ),
    )


def downgrade() -> None:
    """The statements are lost."""
    op.drop_table("product_statement")
    op.execute("UPDATE import SET kind = 'products' WHERE kind = 'statements'")
    _kinds(_KINDS_BEFORE)
