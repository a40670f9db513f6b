"""Reports of suspicious products."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=14), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("scan_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("expiry", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("bought", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.Column("harmed", sa.Boolean(), nullable=False),
        sa.Column("asker", sa.String(length=10), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(what)) > 0", name=op.f("ck_report_what")),
        sa.CheckConstraint("asker IN ('patient', 'clinic')", name=op.f("ck_report_asker")),
        sa.CheckConstraint(
            "status IN ('new', 'looking', 'confirmed', 'cleared')", name=op.f("ck_report_status")
        ),
        sa.CheckConstraint(
            "(settled IS NOT NULL) = (status IN ('confirmed', 'cleared'))", name=op.f("ck_report_settled")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_organisation_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_report_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("nonce", name=op.f("uq_report_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_report_reference")),
    )
    for column in ("at", "organisation_id", "client", "status"):
        op.create_index(op.f(f"ix_report_{column}"), "report", [column])
    op.create_table(
        "report_photo",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_photo_report_id")),
        sa.PrimaryKeyConstraint("report_id", "number", name=op.f("pk_report_photo")),
    )
    op.create_table(
        "report_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_step_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_step")),
    )
    op.create_index(op.f("ix_report_step_report_id"), "report_step", ["report_id"])


def downgrade() -> None:
    """What people reported is not thrown away by a migration."""
    raise NotImplementedError("reports are not taken away by a migration")
