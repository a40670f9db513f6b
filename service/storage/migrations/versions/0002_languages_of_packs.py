"""The languages that a product's packs are printed in."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was said of any product so far.

    As plain SQL, which both databases take: Alembic would build SQLite's table anew, and what refers to a
    product forbids taking the old one away.
    """
    op.execute(
        "ALTER TABLE product ADD COLUMN languages TEXT DEFAULT '' NOT NULL "
        "CONSTRAINT ck_product_languages CHECK (languages = lower(languages))"
    )


def downgrade() -> None:
    """What was said of languages is lost."""
    op.execute("ALTER TABLE product DROP COLUMN languages")
