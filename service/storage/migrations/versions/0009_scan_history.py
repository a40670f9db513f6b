"""Where codes were seen, what was cleared, from where on people are told, and what clients are marked with."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the checks so far nobody knows where they came from: history begins here."""
    op.create_table(
        "sighting",
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("first", "last", "count", "clients", "windows", "windows_later")
        ),
        sa.CheckConstraint(
            "scope IN ('unit', 'lot', 'unknown_lot', 'guesser', 'neighbours')", name=op.f("ck_sighting_scope")
        ),
        sa.CheckConstraint("kind BETWEEN 1 AND 4", name=op.f("ck_sighting_kind")),
        sa.CheckConstraint("first <= last AND count > 0", name=op.f("ck_sighting_counted")),
        sa.PrimaryKeyConstraint("scope", "product_id", "name", "kind", "rank", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_clearing_said")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing")),
    )
    with op.batch_alter_table("clearing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clearing_product_id_serial"), ["product_id", "serial"], unique=False
        )
    op.create_table(
        "detection_thresholds",
        sa.Column("manufacturer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("suspicion", sa.Float(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("recheck_days", sa.Float(), nullable=False),
        sa.Column("lot_checks", sa.Float(), nullable=False),
        sa.Column("lot_countries", sa.Integer(), nullable=False),
        sa.Column("guesses", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(
                f"{name} BETWEEN {least} AND {most}", name=op.f(f"ck_detection_thresholds_{name}")
            )
            for name, least, most in (
                ("suspicion", 2, 20),
                ("devices", 5, 62),
                ("recheck_days", 0.5, 365),
                ("lot_checks", 2, 1000),
                ("lot_countries", 2, 100),
                ("guesses", 5, 60),
            )
        ),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["manufacturer.id"], name=op.f("fk_detection_thresholds_manufacturer_id")
        ),
        sa.PrimaryKeyConstraint("manufacturer_id", name=op.f("pk_detection_thresholds")),
    )
    op.create_table(
        "client_key",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(key) = 64", name=op.f("ck_client_key_key")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_client_key")),
    )
    op.add_column("scan", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("scan", sa.Column("region", sa.String(length=40), nullable=True))
    op.add_column("scan", sa.Column("client", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """What was seen where is lost; the checks themselves stay."""
    for column in ("client", "region", "country"):
        op.drop_column("scan", column)
    for table in ("client_key", "detection_thresholds", "clearing", "sighting"):
        op.drop_table(table)
