"""Organisations that put the check on their own sites."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The operator has allowed it to none."""
    op.add_column("organisation", sa.Column("embed", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_organisation_embed"), "organisation", ["embed"], unique=True)


def downgrade() -> None:
    """Links and forms that name an organisation go on to work, without its name."""
    op.drop_index(op.f("ix_organisation_embed"), table_name="organisation")
    op.drop_column("organisation", "embed")
