"""Recalls, holds and what lifts them; later expiries; what alerts could not be cut to; lots of checks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Batches that a list put on hold or recalled stay so, without a record of their own."""
    _stops()
    _extensions()
    op.execute("ALTER TABLE product ADD COLUMN stopped BOOLEAN DEFAULT false NOT NULL")
    op.execute("ALTER TABLE batch ADD COLUMN earlier_expiries TEXT DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE batch ADD COLUMN status_before VARCHAR(20)")
    op.execute("ALTER TABLE alert ADD COLUMN uncut TEXT DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE alert ADD COLUMN organisation_id INTEGER")
    op.add_column("alert", sa.Column("entered", sa.DateTime(timezone=True), nullable=True))
    # Checks made so far are found by their product; of those of unknown lots the lot was not kept apart.
    op.execute("ALTER TABLE scan ADD COLUMN lot_key VARCHAR(40)")
    op.create_index(op.f("ix_scan_lot_key"), "scan", ["lot_key"])
    op.execute(
        "UPDATE scan SET lot_key = (SELECT batch.lot_key FROM batch WHERE batch.id = scan.batch_id) "
        "WHERE batch_id IS NOT NULL"
    )


def _stops() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("lot_key", sa.String(length=40), nullable=False),
        sa.Column("expiry_from", sa.Date(), nullable=True),
        sa.Column("expiry_to", sa.Date(), nullable=True),
        sa.Column("serial_from", sa.String(length=20), nullable=False),
        sa.Column("serial_to", sa.String(length=20), nullable=False),
        sa.Column("recall_class", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('recall', 'hold')", name=op.f("ck_recall_kind")),
        sa.CheckConstraint(
            "scope IN ('product', 'lot', 'window', 'range', 'list')", name=op.f("ck_recall_scope")
        ),
        sa.CheckConstraint("scope <> 'lot' OR lot_key <> ''", name=op.f("ck_recall_lot")),
        sa.CheckConstraint(
            "(scope = 'window') = (expiry_from IS NOT NULL) AND (scope = 'window') = (expiry_to IS NOT NULL)",
            name=op.f("ck_recall_window"),
        ),
        sa.CheckConstraint("expiry_from IS NULL OR expiry_from <= expiry_to", name=op.f("ck_recall_from_to")),
        sa.CheckConstraint(
            "(scope = 'range') = (serial_from <> '') AND length(serial_from) = length(serial_to)",
            name=op.f("ck_recall_range"),
        ),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_recall_said")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_recall_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index(op.f("ix_recall_product_id"), "recall", ["product_id"])
    op.create_table(
        "recalled_serial",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.CheckConstraint("length(serial) > 0", name=op.f("ck_recalled_serial_serial")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recalled_serial_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", "serial", name=op.f("pk_recalled_serial")),
    )
    op.create_index(op.f("ix_recalled_serial_serial"), "recalled_serial", ["serial"])
    op.create_table(
        "recall_lift",
        sa.Column("recall_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_recall_lift_said")
        ),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_lift_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", name=op.f("pk_recall_lift")),
    )


def _extensions() -> None:
    op.create_table(
        "expiry_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("old_expiry", sa.Date(), nullable=False),
        sa.Column("old_month_only", sa.Boolean(), nullable=False),
        sa.Column("new_expiry", sa.Date(), nullable=False),
        sa.Column("new_month_only", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("new_expiry > old_expiry", name=op.f("ck_expiry_extension_later")),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reference)) > 0", name=op.f("ck_expiry_extension_said")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_expiry_extension_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_extension")),
    )
    op.create_index(op.f("ix_expiry_extension_batch_id"), "expiry_extension", ["batch_id"])


def downgrade() -> None:
    """A recall is not forgotten by accident."""
    raise NotImplementedError("recalls are not taken away by a migration")
