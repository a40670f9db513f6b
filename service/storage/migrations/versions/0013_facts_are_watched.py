"""Every change of what a check is judged by leaves a mark, so that it may be kept in memory until then."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("alert", "batch", "manufacturer", "product", "quality_result")


def upgrade() -> None:
    """A table of facts that comes later is watched likewise, by the migration that makes it."""
    version = op.create_table(
        "facts_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_facts_version_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts_version")),
    )
    op.bulk_insert(version, [{"id": 1, "version": secrets.token_hex(16)}])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
    for table in TABLES:
        watch(table)


def watch(table: str) -> None:
    """Triggers that mark every change of the table's rows."""
    if op.get_bind().dialect.name == "postgresql":
        # At the end of the transaction: an import of an hour must not keep a recall from being written.
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_is_watched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION facts_changed()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_watched_whole AFTER TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION facts_changed()"
        )
        return
    for change in ("INSERT", "UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_is_watched_{change.lower()} AFTER {change} ON {table} BEGIN {_MARK}; END"
        )


_MARK = "UPDATE facts_version SET version = hex(randomblob(16))"

# Once for each transaction, however many rows it changes.
_FUNCTION = """
CREATE FUNCTION facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('vialcheck.facts_changed', true) IS DISTINCT FROM 'yes' THEN
        UPDATE facts_version SET version = gen_random_uuid();
        PERFORM set_config('vialcheck.facts_changed', 'yes', true);
    END IF;
    RETURN NULL;
END $$
"""


def downgrade() -> None:
    """Nothing is kept any more."""
    for table in TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_is_watched ON {table}")
            op.execute(f"DROP TRIGGER {table}_is_watched_whole ON {table}")
        else:
            for change in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_is_watched_{change}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION facts_changed()")
    op.drop_table("facts_version")
