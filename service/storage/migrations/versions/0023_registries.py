"""Lists of recalls; settings of organisations; claims of GS1 company prefixes."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KINDS = ("kind IN ('products', 'batches', 'units', 'recalls', 'alerts')", "ck_import_kind")
_KINDS_BEFORE = ("kind IN ('products', 'batches', 'units', 'alerts')", "ck_import_kind")


def _kinds(condition: str, name: str) -> None:
    with op.batch_alter_table("import") as table:
        table.drop_constraint(op.f(name), type_="check")
        table.create_check_constraint(op.f(name), condition)


def upgrade() -> None:
    """Organisations have said nothing about themselves so far, and claimed nothing."""
    _kinds(*_KINDS)
    for column in (
        sa.Column("contact", sa.String(length=1000), nullable=False, server_default=""),
        sa.Column("default_country", sa.String(length=2), nullable=False, server_default=""),
        sa.Column("list_days", sa.Integer(), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("invited_from", sa.Integer(), nullable=True),
        sa.Column("left", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("organisation", column)
    op.execute(
        "UPDATE organisation SET invited_from = (SELECT max(invitation.invited_from) FROM invitation "
        "WHERE invitation.founds = organisation.name AND invitation.used IS NOT NULL)"
    )
    op.create_table(
        "prefix_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("manufacturer_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_prefix_claim_state")
        ),
        sa.CheckConstraint("length(prefix) BETWEEN 4 AND 12", name=op.f("ck_prefix_claim_prefix")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_prefix_claim_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["manufacturer.id"], name=op.f("fk_prefix_claim_manufacturer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefix_claim")),
    )
    op.create_index(op.f("ix_prefix_claim_organisation_id"), "prefix_claim", ["organisation_id"])
    op.create_index(op.f("ix_prefix_claim_prefix"), "prefix_claim", ["prefix"])


def downgrade() -> None:
    """Lists of recalls count as notices; what organisations said of themselves and claimed is lost."""
    op.drop_table("prefix_claim")
    for column in ("left", "invited_from", "logo", "list_days", "default_country", "contact"):
        op.drop_column("organisation", column)
    op.execute("UPDATE import SET kind = 'alerts' WHERE kind = 'recalls'")
    _kinds(*_KINDS_BEFORE)
