"""Organisations, accounts and sessions; whose the records are; who changed them and from where."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing on record has an owner yet; a terminal may still change it."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("region", sa.String(length=80), server_default="", nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('manufacturer', 'distributor', 'clinic', 'regulator')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_organisation_named")),
        sa.CheckConstraint("country = upper(country)", name=op.f("ck_organisation_country")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_account_named")),
        sa.CheckConstraint("email = lower(email) AND email LIKE '_%@_%'", name=op.f("ck_account_email")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id"])
    op.create_table(
        "signed_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strong", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network", sa.String(length=60), server_default="", nullable=False),
        sa.Column("device", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_signed_in_token_hash")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_in_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_signed_in")),
    )
    op.create_index(op.f("ix_signed_in_account_id"), "signed_in", ["account_id"])
    op.execute(
        "ALTER TABLE manufacturer ADD COLUMN organisation_id INTEGER "
        "CONSTRAINT fk_manufacturer_organisation_id REFERENCES organisation (id)"
    )
    op.create_index(op.f("ix_manufacturer_organisation_id"), "manufacturer", ["organisation_id"])
    op.execute("ALTER TABLE manufacturer ADD COLUMN two_person_release BOOLEAN DEFAULT false NOT NULL")
    # An entry outlives what it speaks of: no foreign keys here.
    op.execute("ALTER TABLE audit_entry ADD COLUMN account_id INTEGER")
    op.execute("ALTER TABLE audit_entry ADD COLUMN organisation_id INTEGER")
    op.execute("ALTER TABLE audit_entry ADD COLUMN network VARCHAR(60) DEFAULT '' NOT NULL")
    op.create_index(op.f("ix_audit_entry_organisation_id"), "audit_entry", ["organisation_id"])


def downgrade() -> None:
    """Who people were is not forgotten by accident."""
    raise NotImplementedError("accounts are not taken away by a migration")
