"""What was presented of a clinic's vial each time that it was checked."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty: vials that came before it are judged by their rows."""
    op.create_table(
        "vial_presentation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("scan_id", sa.String(length=36), nullable=True),
        sa.Column("presented", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_vial_presentation_vial_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial_presentation")),
    )
    op.create_index(op.f("ix_vial_presentation_vial_id"), "vial_presentation", ["vial_id"])


def downgrade() -> None:
    """The table goes; vials are judged by their rows."""
    op.drop_table("vial_presentation")
