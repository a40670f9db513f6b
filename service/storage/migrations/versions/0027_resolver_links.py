"""Links that the resolver leads to, the web servers that they may be on, and how a manufacturer answers LMS."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


_KINDS = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links')"
_KINDS_BEFORE = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts')"


def _kinds(condition: str) -> None:
    with op.batch_alter_table("import") as table:
        table.drop_constraint(op.f("ck_import_kind"), type_="check")
        table.create_check_constraint(op.f("ck_import_kind"), condition)


def upgrade() -> None:
    """No product has links so far; a recalled unit is not verified (the stricter of the two policies)."""
    _kinds(_KINDS)
    op.add_column("manufacturer", sa.Column("link_hosts", sa.Text(), nullable=False, server_default=""))
    op.add_column("manufacturer", sa.Column("gln", sa.String(length=13), nullable=False, server_default=""))
    op.add_column(
        "manufacturer",
        sa.Column("verifies_recalled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("organisation", sa.Column("glns", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "resolver_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("lot_key", sa.String(length=40), nullable=False),
        sa.Column("link_type", sa.String(length=40), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("context", sa.String(length=2), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint("href LIKE 'https://%'", name=op.f("ck_resolver_link_href")),
        sa.CheckConstraint(
            "length(trim(title)) > 0 AND length(link_type) > 0", name=op.f("ck_resolver_link_said")
        ),
        sa.CheckConstraint("(lot = '') = (lot_key = '')", name=op.f("ck_resolver_link_lot")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_resolver_link_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolver_link")),
        sa.UniqueConstraint(
            *("product_id", "lot_key", "link_type", "href", "language", "media_type", "context"),
            name="uq_resolver_link_same",
        ),
    )


def downgrade() -> None:
    """The links and what a manufacturer said of them are lost."""
    op.drop_table("resolver_link")
    op.execute("UPDATE import SET kind = 'products' WHERE kind = 'links'")
    _kinds(_KINDS_BEFORE)
    op.drop_column("organisation", "glns")
    for column in ("verifies_recalled", "gln", "link_hosts"):
        op.drop_column("manufacturer", column)
