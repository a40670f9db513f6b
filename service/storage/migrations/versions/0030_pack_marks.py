"""The catalogue of marks: visible features by which known fakes are told."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links', 'statements', 'marks')"
_KINDS_BEFORE = "kind IN ('products', 'batches', 'units', 'recalls', 'alerts', 'links', 'statements')"
_WITHDRAWN = "kind IN ('alert', 'extension', 'units', 'import', 'mark')"
_WITHDRAWN_BEFORE = "kind IN ('alert', 'extension', 'units', 'import')"
_SUM = " + ".join(
    f"{3 if place % 2 else 1} * CAST(substr(gtin, {place}, 1) AS INTEGER)" for place in range(1, 14)
)
_GTIN_IS_RIGHT = (
    "length(gtin) = 14 AND replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(gtin,'0',''),'1',''),'2',''),'3',''),'4',''),'5',''),'6',''),'7',''),'8',''),'9','') = '' "
    f"AND ({_SUM} + CAST(substr(gtin, 14, 1) AS INTEGER)) % 10 = 0"
)
_MARK = "UPDATE facts_version SET version = hex(randomblob(16))"


def _condition(table: str, condition: str) -> None:
    with op.batch_alter_table(table) as altered:
        altered.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        altered.create_check_constraint(op.f(f"ck_{table}_kind"), condition)


def upgrade() -> None:
    """No mark is known so far. The table is one of facts: each change of it is marked (0013)."""
    _condition("import", _KINDS)
    _condition("withdrawal", _WITHDRAWN)
    op.create_table(
        "pack_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("feature", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=100), nullable=False),
        sa.Column("look_at", sa.String(length=300), nullable=False),
        sa.Column("should_be", sa.String(length=300), nullable=False),
        sa.Column("differs", sa.String(length=300), nullable=False),
        sa.Column("fakes", sa.Text(), nullable=False),
        sa.Column("lots", sa.Text(), nullable=False),
        sa.Column("lot_keys", sa.Text(), nullable=False),
        sa.Column("markets", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reported", sa.String(length=10), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("entered", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint("length(mark) > 0 AND mark = lower(mark)", name=op.f("ck_pack_mark_mark")),
        sa.CheckConstraint("length(trim(authority)) > 0", name=op.f("ck_pack_mark_authority")),
        sa.CheckConstraint(
            "gtin <> '' OR length(trim(product_name)) > 0", name=op.f("ck_pack_mark_of_product")
        ),
        sa.CheckConstraint(
            "length(look_at) > 0 AND length(should_be) > 0 AND length(differs) > 0",
            name=op.f("ck_pack_mark_said"),
        ),
        sa.CheckConstraint("length(fakes) > 0", name=op.f("ck_pack_mark_fakes")),
        sa.CheckConstraint("source_url LIKE 'http%://%'", name=op.f("ck_pack_mark_source_url")),
        sa.CheckConstraint("markets = upper(markets)", name=op.f("ck_pack_mark_markets")),
        sa.CheckConstraint(f"gtin = '' OR ({_GTIN_IS_RIGHT})", name=op.f("ck_pack_mark_gtin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_mark")),
        sa.UniqueConstraint("mark", name=op.f("uq_pack_mark_mark")),
    )
    _watch()


def _watch() -> None:
    """Mark every change of the table's rows, as 0013 does of the other tables of facts."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE CONSTRAINT TRIGGER pack_mark_is_watched AFTER INSERT OR UPDATE OR DELETE ON pack_mark "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION facts_changed()"
        )
        op.execute(
            "CREATE TRIGGER pack_mark_is_watched_whole AFTER TRUNCATE ON pack_mark "
            "FOR EACH STATEMENT EXECUTE FUNCTION facts_changed()"
        )
        return
    for change in ("INSERT", "UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER pack_mark_is_watched_{change.lower()} AFTER {change} ON pack_mark "
            f"BEGIN {_MARK}; END"
        )


def downgrade() -> None:
    """The marks are lost, with their triggers; earlier answers keep what they said."""
    op.drop_table("pack_mark")
    op.execute("DELETE FROM withdrawal WHERE kind = 'mark'")
    _condition("withdrawal", _WITHDRAWN_BEFORE)
    op.execute("UPDATE import SET kind = 'alerts' WHERE kind = 'marks'")
    _condition("import", _KINDS_BEFORE)
