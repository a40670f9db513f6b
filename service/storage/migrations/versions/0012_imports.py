"""Imports on their way: files that people sent, and how far each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No file is on its way yet."""
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("network", sa.String(length=60), server_default="", nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=32), server_default="", nullable=False),
        sa.Column("look", sa.JSON(), nullable=True),
        sa.Column("layout", sa.JSON(), nullable=True),
        sa.Column("header_key", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("progress", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("of", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("rows_new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'columns', 'checking', 'preview', 'applying', 'done', 'failed', 'cancelled')",
            name=op.f("ck_import_job_state"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_import_job_sha256")),
        sa.CheckConstraint("length(trim(actor)) > 0", name=op.f("ck_import_job_actor")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_job_organisation_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_job_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_organisation_id"), "import_job", ["organisation_id"])
    op.create_index(op.f("ix_import_job_state"), "import_job", ["state"])
    op.create_table(
        "late_refusal",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_late_refusal_job_id")),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_late_refusal")),
    )
    # "what did this import change" is asked for one import
    op.create_index(op.f("ix_audit_entry_import_id"), "audit_entry", ["import_id"])


def downgrade() -> None:
    """How far files had come is lost."""
    op.drop_index(op.f("ix_audit_entry_import_id"), "audit_entry")
    op.drop_table("late_refusal")
    op.drop_table("import_job")
