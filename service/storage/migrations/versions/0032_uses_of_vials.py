"""A use has a reference of the clinic's own, and a step says how much was thrown away."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_REASON = (
    "step NOT IN ('quarantine', 'release', 'waste', 'discard', 'return', 'undo') OR length(trim(reason)) > 0"
)
_REASON_BEFORE = (
    "step NOT IN ('quarantine', 'release', 'waste', 'return', 'undo') OR length(trim(reason)) > 0"
)


def upgrade() -> None:
    """No use has a reference so far."""
    with op.batch_alter_table("vial_event") as changed:
        changed.drop_constraint(op.f("ck_vial_event_reason"), type_="check")
        changed.create_check_constraint(op.f("ck_vial_event_reason"), _REASON)
        changed.add_column(sa.Column("units_wasted", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("reference", sa.String(length=40), nullable=False, server_default=""))
        changed.create_check_constraint(
            op.f("ck_vial_event_units_wasted"), "units_wasted IS NULL OR units_wasted > 0"
        )


def downgrade() -> None:
    """Fails where a part of a vial was thrown away; references are lost."""
    with op.batch_alter_table("vial_event") as changed:
        changed.drop_constraint(op.f("ck_vial_event_units_wasted"), type_="check")
        changed.drop_constraint(op.f("ck_vial_event_reason"), type_="check")
        changed.create_check_constraint(op.f("ck_vial_event_reason"), _REASON_BEFORE)
        changed.drop_column("reference")
        changed.drop_column("units_wasted")
