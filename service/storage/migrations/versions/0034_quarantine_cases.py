"""A quarantine is a case: entries say who holds the vial, who answers by when, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ASSIGNED = (
    "kind <> 'assigned' OR (length(holder) > 0 AND due IS NOT NULL"
    " AND answerer IN ('clinic', 'maker', 'authority'))"
)


def upgrade() -> None:
    """A vial that is in quarantine already is a case without entries."""
    op.create_table(
        "quarantine_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("answerer", sa.String(length=9), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('assigned', 'found', 'answer')", name=op.f("ck_quarantine_entry_kind")),
        sa.CheckConstraint(_ASSIGNED, name=op.f("ck_quarantine_entry_assigned")),
        sa.CheckConstraint("kind = 'assigned' OR length(text) > 0", name=op.f("ck_quarantine_entry_said")),
        sa.ForeignKeyConstraint(["event_id"], ["vial_event.id"], name=op.f("fk_quarantine_entry_event_id")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_quarantine_entry_vial_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_quarantine_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_entry")),
    )
    op.create_index(op.f("ix_quarantine_entry_event_id"), "quarantine_entry", ["event_id"])
    op.create_index(op.f("ix_quarantine_entry_vial_id"), "quarantine_entry", ["vial_id"])


def downgrade() -> None:
    """What was put down about quarantines is lost."""
    op.drop_table("quarantine_entry")
