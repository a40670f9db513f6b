"""What scans made stand out, and who is told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables. What stood out before comes onto the list with its next scan."""
    op.create_table(
        "suspect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('unit', 'lot', 'unknown_lot', 'neighbours')", name=op.f("ck_suspect_scope")
        ),
        sa.CheckConstraint("state IN ('open', 'held', 'alerted', 'cleared')", name=op.f("ck_suspect_state")),
        sa.CheckConstraint("first <= last", name=op.f("ck_suspect_first_last")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect")),
        sa.UniqueConstraint("scope", "product_id", "name", name=op.f("uq_suspect_scope_product_id_name")),
    )
    op.create_index(op.f("ix_suspect_product_id_state"), "suspect", ["product_id", "state"])
    op.create_table(
        "digest",
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("every", sa.String(length=4), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(email = '') <> (webhook = '')", name=op.f("ck_digest_one_way")),
        sa.CheckConstraint("every IN ('day', 'hour')", name=op.f("ck_digest_every")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_digest_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_digest")),
    )


def downgrade() -> None:
    """The list goes; the sightings that it was made from stay."""
    for table in ("digest", "suspect"):
        op.drop_table(table)
