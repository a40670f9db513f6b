"""Writes the changes of one file into the audit, in the transaction that makes them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from service.errors import ConflictError, ErrorCode, VialcheckError
from service.registry.lists.columns import ListKind
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import ListSource
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.models import Import


@dataclass(slots=True)
class ImportCounts:
    """What became of the rows of one file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    waiting: int = 0
    """Batches that count once a second person has released them; they are among the others."""


class RowOutcome(StrEnum):
    """What a row did to the record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportOrigin:
    """The file that a change came from."""

    file_name: str
    sha256: str
    kind: ListKind

    @classmethod
    def of(cls, table: ListSource) -> "ImportOrigin":
        """An opened list."""
        return cls(table.path.name, table.sha256, table.header.kind)


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """On which terms rows are taken.

    `owner`: whose records they may touch. `seen`: by line, what a person was shown that the row would do; a
    row that would do something else now is refused. `told` hears of each row: line, what it did, and which
    values it changed (before, after).
    """

    owner: Owner = field(default_factory=Owner)
    seen: Mapping[int, RowOutcome] | None = None
    told: Callable[[int, RowOutcome, Values | None, Values | None], None] | None = None


class ImportJournal:
    """The import row is made with the first change: a file that changes nothing leaves no trace."""

    def __init__(
        self,
        connection: Connection,
        source: ImportOrigin,
        *,
        at: datetime,
        who: AuditActor,
        reason: str,
        terms: ImportPolicy = ImportPolicy(),
        import_id: int | None = None,
    ) -> None:
        self._connection = connection
        self._source = source
        self.at = at
        self._who = who
        self._reason = reason
        self._terms = terms
        self.import_id = import_id
        self._changes: list[AuditChange] = []
        self.counts = ImportCounts()

    @property
    def actor(self) -> str:
        """The name of the person who imports."""
        return self._who.name

    @property
    def account_id(self) -> int | None:
        """The account of the person who imports; None at a terminal."""
        return self._who.account_id

    @property
    def owner(self) -> Owner:
        """Whose records may be touched."""
        return self._terms.owner

    def row(
        self, line: int, became: RowOutcome, *, before: Values | None = None, after: Values | None = None
    ) -> list[VialcheckError]:
        """Count a row that is about to do this; RECORD_CHANGED, uncounted, if the preview did not show it.

        A row that has nothing left to do is never a surprise.
        """
        seen = self._terms.seen
        if seen is not None and became is not RowOutcome.UNCHANGED and seen.get(line) is not became:
            return [ConflictError(ErrorCode.RECORD_CHANGED, field="row")]
        setattr(self.counts, became, getattr(self.counts, became) + 1)
        if self._terms.told is not None:
            self._terms.told(line, became, before, after)
        return []

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
        self._changes.append(AuditChange(action, object_type, object_id, before, after))

    def write(self) -> None:
        """Write what was noted since the last time."""
        if not self._changes:
            return
        self.begin()
        write_down(
            self._connection,
            self._changes,
            who=self._who,
            at=self.at,
            reason=self._reason,
            import_id=self.import_id,
        )
        self._changes.clear()

    def close(self) -> None:
        """Write the rest, and the counts."""
        self.write()
        if self.import_id is not None:
            counts = {
                f"rows_{name}": value for name, value in asdict(self.counts).items() if name != "waiting"
            }
            self._connection.execute(update(Import).where(Import.id == self.import_id).values(counts))

    def begin(self) -> int:
        """The number of the import's row, which is made where there is none yet."""
        if self.import_id is None:
            self.import_id = self._begin()
        return self.import_id

    def forget(self) -> None:
        """Remove a row that `begin` has just made and nothing refers to: the import changes nothing."""
        if self.import_id is not None:
            self._connection.execute(delete(Import).where(Import.id == self.import_id))
            self.import_id = None

    def _begin(self) -> int:
        values = {
            "at": self.at,
            "actor": self._who.name,
            "file_name": self._source.file_name.encode("utf-8", "replace").decode()[:400],
            "sha256": self._source.sha256,
            "kind": str(self._source.kind),
        }
        return self._connection.execute(insert(Import).values(values).returning(Import.id)).scalar_one()
