"""Notices of a whole brand: that it is not licensed, and those that name a product and no number."""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OLD = "kind IN ('falsified', 'recalled', 'stolen', 'tampered')"
_NEW = "kind IN ('falsified', 'recalled', 'stolen', 'tampered', 'unlicensed')"


def upgrade() -> None:
    """One kind more, and an index: such notices are read with every check, so the others may not be in the way."""
    _allow(_OLD, _NEW)
    op.create_index("ix_alert_names_only_product", "alert", ["lot_key", "gtin", "serial_folded"])


def downgrade() -> None:
    """Notices that something is not licensed are lost."""
    op.drop_index("ix_alert_names_only_product", "alert")
    op.execute("DELETE FROM alert WHERE kind = 'unlicensed'")
    _allow(_NEW, _OLD)


def _allow(old: str, new: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE alert DROP CONSTRAINT ck_alert_kind")
        op.execute(f"ALTER TABLE alert ADD CONSTRAINT ck_alert_kind CHECK ({new})")
        return
    # SQLite changes no constraint: the table is built anew from its own words, with its indexes. Nothing
    # refers to a notice, so the old one may go.
    known = "SELECT sql FROM sqlite_master WHERE tbl_name = 'alert' AND sql IS NOT NULL AND type = :type"
    table = connection.execute(text(known), {"type": "table"}).scalar_one()
    indexes = connection.execute(text(known), {"type": "index"}).scalars().all()
    op.execute(table.replace("CREATE TABLE alert", "CREATE TABLE alert_anew", 1).replace(old, new))
    op.execute("INSERT INTO alert_anew SELECT * FROM alert")
    op.execute("DROP TABLE alert")
    op.execute("ALTER TABLE alert_anew RENAME TO alert")
    for index in indexes:
        op.execute(index)
