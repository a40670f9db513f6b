"""A clinic's vials lie at sites, move between them, are counted, and may be missing."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_STATES = "state IN ('in_stock', 'open', 'quarantined', 'in_transit', 'missing', 'finished', 'wasted', 'returned', 'cancelled')"
_STATES_BEFORE = "state IN ('in_stock', 'open', 'quarantined', 'finished', 'wasted', 'returned', 'cancelled')"
_REASON = "step NOT IN ('quarantine', 'release', 'waste', 'discard', 'return', 'miss', 'undo') OR length(trim(reason)) > 0"
_REASON_BEFORE = (
    "step NOT IN ('quarantine', 'release', 'waste', 'discard', 'return', 'undo') OR length(trim(reason)) > 0"
)


def _check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def upgrade() -> None:
    """Every vial so far lies at the main site."""
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_site_name")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_site_organisation_id_name")),
    )
    op.create_table(
        "stock_minimum",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("vials", sa.Integer(), nullable=False),
        sa.CheckConstraint("vials BETWEEN 1 AND 100000", name=op.f("ck_stock_minimum_vials")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stock_minimum_organisation_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_minimum_product_id")),
        sa.PrimaryKeyConstraint("organisation_id", "product_id", name=op.f("pk_stock_minimum")),
    )
    _check("vial_event", "reason", _REASON)
    with op.batch_alter_table("vial") as changed:
        changed.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        changed.create_foreign_key(op.f("fk_vial_site_id"), "site", ["site_id"], ["id"])
        changed.drop_constraint(op.f("ck_vial_state"), type_="check")
        changed.create_check_constraint(op.f("ck_vial_state"), _STATES)


def downgrade() -> None:
    """Fails where a vial is missing or on its way: what clinics recorded is not taken away by a migration."""
    with op.batch_alter_table("vial") as changed:
        changed.drop_constraint(op.f("ck_vial_state"), type_="check")
        changed.create_check_constraint(op.f("ck_vial_state"), _STATES_BEFORE)
        changed.drop_constraint(op.f("fk_vial_site_id"), type_="foreignkey")
        changed.drop_column("site_id")
    _check("vial_event", "reason", _REASON_BEFORE)
    op.drop_table("stock_minimum")
    op.drop_table("site")
