"""Verdicts of checks as compressed bytes, and nothing in a row that another row has."""

import json

from alembic import op
from sqlalchemy import text

from service.storage.packed_json import unpack

revision = "0060"
down_revision = "0057"
branch_labels = None
depends_on = None
_PIECE = 1000


def upgrade() -> None:
    """Earlier rows stay as they are, JSON as text; SQLite keeps any kind of value in a column."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE scan ALTER COLUMN verdict TYPE bytea USING convert_to(verdict::text, 'UTF8')")


def downgrade() -> None:
    """Every verdict is written as JSON again."""
    connection = op.get_bind()
    query = "SELECT id, verdict FROM scan WHERE id > :last ORDER BY id LIMIT :piece"
    last = ""
    while rows := connection.execute(text(query), {"last": last, "piece": _PIECE}).all():
        last = rows[-1].id
        changes = [
            {"id": row.id, "said": json.dumps(unpack(_bytes(row.verdict)), separators=(",", ":"))}
            for row in rows
        ]
        if connection.dialect.name == "postgresql":
            statement = "UPDATE scan SET verdict = convert_to(:said, 'UTF8') WHERE id = :id"
        else:
            statement = "UPDATE scan SET verdict = :said WHERE id = :id"
        connection.execute(text(statement), changes)
    if connection.dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE scan ALTER COLUMN verdict TYPE json USING convert_from(verdict, 'UTF8')::json"
        )


def _bytes(kept: bytes | str | memoryview) -> bytes | str:
    return bytes(kept) if isinstance(kept, memoryview) else kept
