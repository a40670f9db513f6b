"""Batches that wait for release, and their release: by a second person where the manufacturer requires it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from service.authenticity.evidence import BatchStatus
from service.authenticity.lots.lot_matching import the_one
from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.gs1.identifiers import Expiry, Lot
from service.registry.lists.cells import free_text
from service.registry.recalls.queries import owned
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import AuditEntry, Batch, Manufacturer, Product, QualityResult

MOST = 500
"""Batches on one page."""


@dataclass(frozen=True, slots=True)
class BatchToRelease:
    """A batch that waits. `own`: the asking person put it in, and the manufacturer requires a second person.

    `results`: its release tests as test, method, result.
    """

    id: int
    gtin: str
    product: str
    lot: str
    expiry: Expiry
    made: date | None
    quantity: int | None
    imported_by: tuple[str, ...]
    own: bool
    results: tuple[tuple[str, str, str], ...]


def waiting(database: Database, who: AuditActor) -> list[BatchToRelease]:
    """Return the organisation's pending batches, earliest expiry first; at most `MOST`."""
    with database.reading() as connection:
        rows = connection.execute(_pending(who).order_by(Batch.expiry, Batch.id).limit(MOST)).all()
        importers = _importers(connection, [_name(row) for row in rows])
        results = _results(connection, [row.id for row in rows])
    return [
        BatchToRelease(
            id=row.id,
            gtin=row.gtin,
            product=row.name,
            lot=row.lot,
            expiry=Expiry.from_record(row.expiry, row.expiry_month_only),
            made=row.made,
            quantity=row.quantity,
            imported_by=tuple(sorted({name for _, name in importers.get(_name(row), ())})),
            own=row.two_person_release and _is_one_of(who, importers.get(_name(row), ())),
            results=tuple(results.get(row.id, ())),
        )
        for row in rows
    ]


def batch_id(database: Database, gtin: str, lot: Lot, who: AuditActor) -> int:
    """Return the id of a pending batch of theirs. NotFoundError."""
    with database.reading() as connection:
        alike = _pending(who).where(Product.gtin == gtin, Batch.lot_key == lot.key)
        row = the_one(lot, connection.execute(alike).all(), lambda each: str(each.lot))
    if row is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND,
            given=f"{gtin}/{lot}",
            expected="a batch that waits for release",
            field="lot",
        )
    return int(row.id)


def release(
    database: Database,
    batches: Collection[int],
    *,
    reason: str,
    who: AuditActor,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[str]:
    """Release all of these batches, or none; return their names (GTIN/lot).

    NotFoundError for one that is not theirs, CONFLICT for one that does not wait, OWN_IMPORT for one that
    this person put in where the manufacturer requires a second one.
    """
    reason = free_text(reason, 500)
    if not batches or not reason:
        raise RefusedError(ErrorCode.VALUE_MISSING, field="batch" if not batches else "reason")
    with database.transaction() as connection:
        rows = connection.execute(
            _any(who).where(Batch.id.in_(sorted(set(batches)))).with_for_update(of=Batch)
        ).all()
        _require_all(connection, rows, batches, who)
        at = clock()
        changes = []
        for row in rows:
            day = at.date() if row.released is None and (row.made is None or row.made <= at.date()) else None
            after: dict[str, Any] = {"status": str(BatchStatus.RELEASED)} | ({"released": day} if day else {})
            connection.execute(update(Batch).where(Batch.id == row.id).values(after))
            changes.append(AuditChange("release", "batch", _name(row), {"status": row.status}, after))
        write_down(connection, changes, who=who, at=at, reason=reason)
    return [_name(row) for row in rows]


def two_wanted(database: Database, who: AuditActor) -> bool | None:
    """Return whether the organisation's manufacturers require a second person; None where it has none on
    record.
    """
    with database.reading() as connection:
        mine = select(Manufacturer.two_person_release).where(
            Manufacturer.organisation_id == who.organisation_id
        )
        found = connection.scalars(mine).all()
    return any(found) if found else None


def _any(who: AuditActor) -> Any:
    statement = (
        select(
            Batch.id,
            Batch.lot,
            Batch.lot_key,
            Batch.expiry,
            Batch.expiry_month_only,
            Batch.made,
            Batch.released,
            Batch.quantity,
            Batch.status,
            Product.gtin,
            Product.name,
            Manufacturer.two_person_release,
        )
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    )
    return owned(statement, who)


def _pending(who: AuditActor) -> Any:
    return _any(who).where(Batch.status == str(BatchStatus.PENDING))


def _name(row: Any) -> str:
    return f"{row.gtin}/{row.lot_key}"


def _require_all(
    connection: Connection, rows: Sequence[Any], batches: Collection[int], who: AuditActor
) -> None:
    missing = set(batches) - {row.id for row in rows}
    if missing:
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(min(missing)), expected="a batch of yours", field="batch"
        )
    importers = _importers(connection, [_name(row) for row in rows])
    for row in rows:
        if row.status != BatchStatus.PENDING:
            raise ConflictError(
                ErrorCode.CONFLICT, given=row.lot, expected="pending", found=row.status, field="lot"
            )
        if row.two_person_release and _is_one_of(who, importers.get(_name(row), ())):
            raise ForbiddenError(ErrorCode.OWN_IMPORT, given=row.lot, field="lot")


_Importers = dict[str, set[tuple[int | None, str]]]


def _importers(connection: Connection, names: list[str]) -> _Importers:
    """Return who put in parts of these batches by a list: account and name, from the audit."""
    rows = connection.execute(
        select(AuditEntry.object_id, AuditEntry.account_id, AuditEntry.actor).where(
            AuditEntry.object_type == "batch",
            AuditEntry.object_id.in_(names),
            AuditEntry.import_id.isnot(None),
        )
    )
    found: _Importers = {}
    for name, account_id, actor in rows:
        found.setdefault(name, set()).add((account_id, actor))
    return found


def _is_one_of(who: AuditActor, importers: Collection[tuple[int | None, str]]) -> bool:
    return any(who.is_same(account, name) for account, name in importers)


def _results(connection: Connection, batches: list[int]) -> Mapping[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    columns = (QualityResult.batch_id, QualityResult.test, QualityResult.method, QualityResult.result)
    for number, *result in connection.execute(
        select(*columns).where(QualityResult.batch_id.in_(batches)).order_by(QualityResult.test)
    ):
        test, method, outcome = result
        found.setdefault(number, []).append((test, method, outcome))
    return found
