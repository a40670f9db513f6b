"""Shared tablets of clinics, PINs on them, and which change was made after signing in with one."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every session so far is one of a browser of one person."""
    op.create_table(
        "enrolled_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("enrolled_by", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_network", sa.String(length=60), server_default="", nullable=False),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_enrolled_device_token_hash")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_enrolled_device_named")),
        sa.CheckConstraint("idle_minutes BETWEEN 1 AND 10", name=op.f("ck_enrolled_device_idle")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_enrolled_device_organisation_id")
        ),
        sa.ForeignKeyConstraint(["enrolled_by"], ["account.id"], name=op.f("fk_enrolled_device_enrolled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolled_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolled_device_token_hash")),
    )
    op.create_index(op.f("ix_enrolled_device_organisation_id"), "enrolled_device", ["organisation_id"])
    op.create_table(
        "device_pin",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["enrolled_device.id"], name=op.f("fk_device_pin_device_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_device_pin_account_id")),
        sa.PrimaryKeyConstraint("device_id", "account_id", name=op.f("pk_device_pin")),
    )
    op.create_index(op.f("ix_device_pin_account_id"), "device_pin", ["account_id"])
    with op.batch_alter_table("signed_in") as changed:
        changed.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("by_pin", sa.Boolean(), server_default=sa.false(), nullable=False))
        changed.create_foreign_key(op.f("fk_signed_in_device_id"), "enrolled_device", ["device_id"], ["id"])
        changed.create_check_constraint(op.f("ck_signed_in_by_pin"), "NOT by_pin OR device_id IS NOT NULL")
    # Not in a batch: SQLite would copy the table without the triggers that keep it append-only.
    op.add_column(
        "audit_entry", sa.Column("pin_device", sa.String(length=80), server_default="", nullable=False)
    )


def downgrade() -> None:
    """Sessions by PIN end; which changes were made in one is no longer told."""
    op.drop_column("audit_entry", "pin_device")
    op.execute("DELETE FROM signed_in WHERE device_id IS NOT NULL")
    with op.batch_alter_table("signed_in") as changed:
        changed.drop_constraint(op.f("ck_signed_in_by_pin"), type_="check")
        changed.drop_constraint(op.f("fk_signed_in_device_id"), type_="foreignkey")
        changed.drop_column("by_pin")
        changed.drop_column("device_id")
    op.drop_table("device_pin")
    op.drop_table("enrolled_device")
