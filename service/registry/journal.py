"""What one file changed, written down in the transaction that changes it: an import row, audit entries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from service.registry.readers import Table
from service.storage.models import AuditEntry, Import


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class Journal:
    """The import row is made with the first change: a file that changes nothing leaves no trace."""

    def __init__(
        self, connection: Connection, table: Table, *, at: datetime, actor: str, reason: str
    ) -> None:
        self._connection = connection
        self._table = table
        self._at = at
        self._actor = actor
        self._reason = reason
        self._import_id: int | None = None
        self._entries: list[dict[str, Any]] = []
        self.counts = Counts()

    def note(
        self,
        action: str,
        object_type: str,
        object_id: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep one change. `object_id` is the thing's GTIN, `gtin/lot`, name or fingerprint."""
        self._entries.append(
            {
                "action": action,
                "object_type": object_type,
                "object_id": object_id[:80],
                "before": _plain(before),
                "after": _plain(after),
            }
        )

    def write(self) -> None:
        """Write what was noted since the last time."""
        if not self._entries:
            return
        if self._import_id is None:
            self._import_id = self._begin()
        common = {
            "at": self._at,
            "actor": self._actor,
            "reason": self._reason,
            "import_id": self._import_id,
        }
        self._connection.execute(insert(AuditEntry), [common | entry for entry in self._entries])
        self._entries.clear()

    def close(self) -> None:
        """Write the rest, and the counts."""
        self.write()
        if self._import_id is not None:
            counts = {f"rows_{name}": value for name, value in asdict(self.counts).items()}
            self._connection.execute(update(Import).where(Import.id == self._import_id).values(counts))

    def _begin(self) -> int:
        values = {
            "at": self._at,
            "actor": self._actor,
            "file_name": self._table.path.name.encode("utf-8", "replace").decode()[:400],
            "sha256": self._table.sha256,
            "kind": str(self._table.header.kind),
        }
        return self._connection.execute(insert(Import).values(values).returning(Import.id)).scalar_one()


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Only what JSON has; a date as YYYY-MM-DD."""
    if values is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
