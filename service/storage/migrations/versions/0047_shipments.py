"""Transfers between a clinic's sites, and returns to its suppliers."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A vial that was sent back before belongs to no return."""
    op.create_table(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("to_site_id", sa.Integer(), nullable=True),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('transfer', 'return')", name=op.f("ck_shipment_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_shipment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["to_site_id"], ["site.id"], name=op.f("fk_shipment_to_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("organisation_id", "nonce", name=op.f("uq_shipment_organisation_id_nonce")),
    )
    op.create_table(
        "shipment_line",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_line_shipment_id")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_shipment_line_vial_id")),
        sa.ForeignKeyConstraint(["event_id"], ["vial_event.id"], name=op.f("fk_shipment_line_event_id")),
        sa.PrimaryKeyConstraint("shipment_id", "vial_id", name=op.f("pk_shipment_line")),
        sa.UniqueConstraint("shipment_id", "nonce", name=op.f("uq_shipment_line_shipment_id_nonce")),
    )


def downgrade() -> None:
    """What was sent together is lost; the steps of the vials stay."""
    op.drop_table("shipment_line")
    op.drop_table("shipment")
