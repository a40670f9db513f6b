"""Imports that a program began, and the keys of its requests."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every import so far was begun by a person."""
    op.add_column("import_job", sa.Column("unattended", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "idempotency_key",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("object_type", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_idempotency_key_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_idempotency_key")),
    )


def downgrade() -> None:
    """Requests may be carried out twice again."""
    op.drop_table("idempotency_key")
    op.drop_column("import_job", "unattended")
