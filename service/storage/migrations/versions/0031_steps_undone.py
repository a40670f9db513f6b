"""A step of a vial can be undone: by an event of its own, which restores what the step's event kept."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATES = "state IN ('in_stock', 'open', 'quarantined', 'finished', 'wasted', 'returned', 'cancelled')"
_STATES_BEFORE = "state IN ('in_stock', 'open', 'quarantined', 'finished', 'wasted', 'returned')"
_REASON = "step NOT IN ('quarantine', 'release', 'waste', 'return', 'undo') OR length(trim(reason)) > 0"
_REASON_BEFORE = "step NOT IN ('quarantine', 'release', 'waste', 'return') OR length(trim(reason)) > 0"


def _check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def upgrade() -> None:
    """What was recorded so far kept nothing to restore: it cannot be undone."""
    _check("vial", "state", _STATES)
    _check("vial_event", "reason", _REASON)
    with op.batch_alter_table("vial_event") as changed:
        changed.add_column(sa.Column("undoes", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("before", sa.JSON(none_as_null=True), nullable=True))
        changed.create_foreign_key(op.f("fk_vial_event_undoes"), "vial_event", ["undoes"], ["id"])
        changed.create_unique_constraint(op.f("uq_vial_event_undoes"), ["undoes"])
        changed.create_check_constraint(
            op.f("ck_vial_event_undoes"), "(step = 'undo') = (undoes IS NOT NULL)"
        )


def downgrade() -> None:
    """Fails where a step was undone: what clinics recorded is not taken away by a migration."""
    with op.batch_alter_table("vial_event") as changed:
        changed.drop_constraint(op.f("ck_vial_event_undoes"), type_="check")
        changed.drop_constraint(op.f("uq_vial_event_undoes"), type_="unique")
        changed.drop_constraint(op.f("fk_vial_event_undoes"), type_="foreignkey")
        changed.drop_column("before")
        changed.drop_column("undoes")
    _check("vial_event", "reason", _REASON_BEFORE)
    _check("vial", "state", _STATES_BEFORE)
