"""Documents of events of the supply chain (EPCIS), their events, and what holds what."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables; nothing on record changes."""
    op.create_table(
        "epcis_capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("network", sa.String(length=60), server_default="", nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("previews", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("file_name", sa.String(length=400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("chunk", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("errors", sa.JSON(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'preview', 'applying', 'done', 'failed', 'cancelled')",
            name=op.f("ck_epcis_capture_state"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_epcis_capture_sha256")),
        sa.CheckConstraint("length(trim(actor)) > 0", name=op.f("ck_epcis_capture_actor")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_epcis_capture_import_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_epcis_capture_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_capture")),
        sa.UniqueConstraint("token", name=op.f("uq_epcis_capture_token")),
    )
    op.create_index(
        op.f("ix_epcis_capture_organisation_id"), "epcis_capture", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_epcis_capture_state"), "epcis_capture", ["state"], unique=False)
    op.create_table(
        "epcis_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Integer(), server_default="0", nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("declares_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=7), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("biz_step", sa.Text(), server_default="", nullable=False),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("read_point", sa.Text(), server_default="", nullable=False),
        sa.Column("biz_location", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("effect", sa.JSON(), nullable=True),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('applied', 'kept')", name=op.f("ck_epcis_event_outcome")),
        sa.CheckConstraint("length(content_sha256) = 64", name=op.f("ck_epcis_event_content_sha256")),
        sa.CheckConstraint("length(event_id) > 0", name=op.f("ck_epcis_event_event_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["epcis_capture.id"], name=op.f("fk_epcis_event_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_event")),
        sa.UniqueConstraint(
            "owner", "event_id", "declares_error", name=op.f("uq_epcis_event_owner_event_id_declares_error")
        ),
    )
    op.create_index(op.f("ix_epcis_event_capture_id"), "epcis_event", ["capture_id"], unique=False)
    op.create_index(op.f("ix_epcis_event_owner_at_id"), "epcis_event", ["owner", "at", "id"], unique=False)
    op.create_table(
        "epcis_containment",
        sa.Column("owner", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("child_uri", sa.Text(), nullable=False),
        sa.Column("parent_key", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["epcis_event.id"], name=op.f("fk_epcis_containment_event_id")),
        sa.PrimaryKeyConstraint("owner", "child_key", name=op.f("pk_epcis_containment")),
    )
    op.create_index(
        op.f("ix_epcis_containment_owner_parent_key"),
        "epcis_containment",
        ["owner", "parent_key"],
        unique=False,
    )
    op.create_table(
        "epcis_event_epc",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["epcis_event.id"], name=op.f("fk_epcis_event_epc_event_id")),
        sa.PrimaryKeyConstraint("event_id", "field", "place", name=op.f("pk_epcis_event_epc")),
    )
    op.create_index(op.f("ix_epcis_event_epc_key"), "epcis_event_epc", ["key"], unique=False)


def downgrade() -> None:
    """The events are gone; what they did to units and lots stays."""
    for table in ("epcis_event_epc", "epcis_containment", "epcis_event", "epcis_capture"):
        op.drop_table(table)
