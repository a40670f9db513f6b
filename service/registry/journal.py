"""What one file changed, written down in the transaction that changes it: an import row, audit entries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from service.registry.readers import Source
from service.storage.audit import Change, Who, write_down
from service.storage.models import Import


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class Journal:
    """The import row is made with the first change: a file that changes nothing leaves no trace."""

    def __init__(self, connection: Connection, table: Source, *, at: datetime, who: Who, reason: str) -> None:
        self._connection = connection
        self._table = table
        self.at = at
        self._who = who
        self._reason = reason
        self._import_id: int | None = None
        self._changes: list[Change] = []
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
        self._changes.append(Change(action, object_type, object_id, before, after))

    def write(self) -> None:
        """Write what was noted since the last time."""
        if not self._changes:
            return
        if self._import_id is None:
            self._import_id = self._begin()
        write_down(
            self._connection,
            self._changes,
            who=self._who,
            at=self.at,
            reason=self._reason,
            import_id=self._import_id,
        )
        self._changes.clear()

    def close(self) -> None:
        """Write the rest, and the counts."""
        self.write()
        if self._import_id is not None:
            counts = {f"rows_{name}": value for name, value in asdict(self.counts).items()}
            self._connection.execute(update(Import).where(Import.id == self._import_id).values(counts))

    def _begin(self) -> int:
        values = {
            "at": self.at,
            "actor": self._who.name,
            "file_name": self._table.path.name.encode("utf-8", "replace").decode()[:400],
            "sha256": self._table.sha256,
            "kind": str(self._table.header.kind),
        }
        return self._connection.execute(insert(Import).values(values).returning(Import.id)).scalar_one()
