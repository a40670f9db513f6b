"""Places where clinics keep vials, their temperature, and the vials that an excursion holds."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No clinic had a place so far: its vials lie in none until it says where."""
    op.create_table(
        "storage_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("usual", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_storage_place_named")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_storage_place_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_place")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_storage_place_organisation_id_name")),
    )
    op.create_table(
        "vial_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_vial_place_vial_id")),
        sa.ForeignKeyConstraint(["place_id"], ["storage_place.id"], name=op.f("fk_vial_place_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial_place")),
    )
    op.create_index(op.f("ix_vial_place_vial_id"), "vial_place", ["vial_id"])
    op.create_index(op.f("ix_vial_place_place_id"), "vial_place", ["place_id"])
    op.create_table(
        "temperature_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("first", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["storage_place.id"], name=op.f("fk_temperature_log_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_log")),
    )
    op.create_index(op.f("ix_temperature_log_place_id"), "temperature_log", ["place_id"])
    op.create_table(
        "temperature_reading",
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hundredths", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "hundredths BETWEEN -10000 AND 10000", name=op.f("ck_temperature_reading_plausible")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["storage_place.id"], name=op.f("fk_temperature_reading_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["log_id"], ["temperature_log.id"], name=op.f("fk_temperature_reading_log_id")
        ),
        sa.PrimaryKeyConstraint("place_id", "at", "hundredths", name=op.f("pk_temperature_reading")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "temperature_excursion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("storage_min", sa.Integer(), nullable=True),
        sa.Column("storage_max", sa.Integer(), nullable=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("started <= ended", name=op.f("ck_temperature_excursion_period")),
        sa.CheckConstraint(
            "storage_min IS NOT NULL OR storage_max IS NOT NULL", name=op.f("ck_temperature_excursion_limits")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["storage_place.id"], name=op.f("fk_temperature_excursion_place_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_excursion")),
    )
    op.create_index(
        op.f("ix_temperature_excursion_place_id_started"), "temperature_excursion", ["place_id", "started"]
    )
    op.create_table(
        "temperature_hold",
        sa.Column("excursion_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vial_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("decision IN ('use', 'destroy')", name=op.f("ck_temperature_hold_decision")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided IS NULL) AND (decision IS NULL OR length(trim(reason)) > 0)",
            name=op.f("ck_temperature_hold_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["excursion_id"], ["temperature_excursion.id"], name=op.f("fk_temperature_hold_excursion_id")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_temperature_hold_vial_id")),
        sa.ForeignKeyConstraint(["event_id"], ["vial_event.id"], name=op.f("fk_temperature_hold_event_id")),
        sa.PrimaryKeyConstraint("excursion_id", "vial_id", name=op.f("pk_temperature_hold")),
    )
    op.create_index(op.f("ix_temperature_hold_vial_id"), "temperature_hold", ["vial_id"])


def downgrade() -> None:
    """Vials that were held stay quarantined; why is still in their events."""
    for table in (
        "temperature_hold",
        "temperature_excursion",
        "temperature_reading",
        "temperature_log",
        "vial_place",
        "storage_place",
    ):
        op.drop_table(table)
