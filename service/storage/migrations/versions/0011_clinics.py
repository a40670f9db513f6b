"""What clinics hold, and what they did with it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No clinic has recorded anything yet."""
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("note_number", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_delivery_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("organisation_id", "nonce", name=op.f("uq_delivery_organisation_id_nonce")),
    )
    _vial()
    op.create_table(
        "vial_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("biz_step", sa.String(length=20), nullable=False),
        sa.Column("disposition", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("units_used", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.CheckConstraint("units_used IS NULL OR units_used > 0", name=op.f("ck_vial_event_units_used")),
        sa.CheckConstraint(
            "step NOT IN ('quarantine', 'release', 'waste', 'return') OR length(trim(reason)) > 0",
            name=op.f("ck_vial_event_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_vial_event_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_vial_event_vial_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial_event")),
        sa.UniqueConstraint("organisation_id", "nonce", name=op.f("uq_vial_event_organisation_id_nonce")),
    )
    op.create_index(op.f("ix_vial_event_vial_id"), "vial_event", ["vial_id"])
    op.create_table(
        "in_use_time",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours BETWEEN 1 AND 8760", name=op.f("ck_in_use_time_hours")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_in_use_time_organisation_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_in_use_time_product_id")),
        sa.PrimaryKeyConstraint("organisation_id", "product_id", name=op.f("pk_in_use_time")),
    )


def _vial() -> None:
    op.create_table(
        "vial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("lot_key", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("expiry_month_only", sa.Boolean(), nullable=False),
        sa.Column("unit_on_record", sa.Boolean(), nullable=False),
        sa.Column("unit_was", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("use_before", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('in_stock', 'open', 'quarantined', 'finished', 'wasted', 'returned')",
            name=op.f("ck_vial_state"),
        ),
        sa.CheckConstraint("(used_on IS NULL) = (opened IS NULL)", name=op.f("ck_vial_opened")),
        sa.CheckConstraint(
            "state NOT IN ('open', 'finished') OR opened IS NOT NULL", name=op.f("ck_vial_used")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_vial_organisation_id")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_vial_delivery_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_vial_product_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_vial_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial")),
    )
    op.create_index(op.f("ix_vial_organisation_id_lot_key"), "vial", ["organisation_id", "lot_key"])
    op.create_index(op.f("ix_vial_organisation_id_state"), "vial", ["organisation_id", "state"])
    op.create_index(op.f("ix_vial_scan_id"), "vial", ["scan_id"])
    op.create_index(op.f("ix_vial_batch_id"), "vial", ["batch_id"])
    for name, columns, where in (
        ("ix_vial_opened", ["gtin", "serial"], "used_on IS NOT NULL AND serial <> '' AND gtin <> ''"),
        (
            "ix_vial_in_stock",
            ["organisation_id", "gtin", "serial"],
            "state IN ('in_stock', 'open') AND serial <> ''",
        ),
    ):
        op.create_index(
            name, "vial", columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    """What clinics did is not forgotten by accident."""
    raise NotImplementedError("what clinics recorded is not taken away by a migration")
