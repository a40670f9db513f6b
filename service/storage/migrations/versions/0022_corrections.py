"""Records can be put right: requests for a second person, changes of units, withdrawals, and provenance."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No alert is withdrawn so far, no recall is one of several lots, and no unit's import is known."""
    op.add_column("alert", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recall", sa.Column("order_id", sa.Integer(), nullable=True))
    op.create_index("ix_recall_order_id", "recall", ["order_id"])
    op.add_column("recall", sa.Column("owning_lots", sa.Text(), nullable=False, server_default=""))
    op.add_column("unit", sa.Column("import_id", sa.Integer(), nullable=True))
    _requests()
    _units()
    op.create_table(
        "withdrawal",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('alert', 'extension', 'units', 'import')", name=op.f("ck_withdrawal_kind")
        ),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_withdrawal_said")
        ),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_withdrawal")),
    )


def _requests() -> None:
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_account_id", sa.Integer(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'made', 'refused', 'retracted')", name=op.f("ck_change_request_state")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_change_request_decided")
        ),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_change_request_said")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    op.create_index("ix_change_request_organisation_id", "change_request", ["organisation_id"])
    op.create_index(
        "ix_change_request_state_object_type_object_id",
        "change_request",
        ["state", "object_type", "object_id"],
    )


def _units() -> None:
    op.create_table(
        "unit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("(step = '') = (batch_id IS NOT NULL)", name=op.f("ck_unit_change_step_or_lot")),
        sa.CheckConstraint(
            "length(trim(actor)) > 0 AND length(trim(reason)) > 0", name=op.f("ck_unit_change_said")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_unit_change_product_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_unit_change_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_change")),
    )
    op.create_index("ix_unit_change_product_id", "unit_change", ["product_id"])
    op.create_index("ix_unit_change_batch_id", "unit_change", ["batch_id"])
    op.create_table(
        "changed_unit",
        sa.Column("change_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["unit_change.id"], name=op.f("fk_changed_unit_change_id")),
        sa.PrimaryKeyConstraint("change_id", "serial", name=op.f("pk_changed_unit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changed_unit_serial", "changed_unit", ["serial"])


def downgrade() -> None:
    """What was withdrawn would stand again."""
    raise NotImplementedError("withdrawals are not taken away by a migration")
