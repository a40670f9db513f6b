"""The demonstration records: loaded when asked for, named on every page while there, and removed together.

Their manufacturers and products are invented (seed/README.md), and found again by the manufacturers' names.
The warnings among them are published facts; those that came in with them are found by the audit, and go with
them.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Delete, Update, delete, func, or_, select, update

from service.registry.import_jobs import import_files
from service.registry.statements.queries import versions
from service.registry.statements.reviews import decide
from service.registry.statements.topics import StatementState
from service.resources import seed_folder
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import (
    Alert,
    AuditEntry,
    Batch,
    Clearing,
    DetectionThresholds,
    ExpiryExtension,
    InUseTime,
    Manufacturer,
    PackMark,
    Product,
    ProductStatement,
    QualityResult,
    Recall,
    RecalledSerial,
    RecallLift,
    Report,
    ResolverLink,
    Scan,
    SightingRow,
    Suspect,
    Unit,
    Vial,
)

REASON = "first start with an empty database"
"""What the audit says of the demonstration records, since the first version that loaded any."""


_SECOND = AuditActor("second person of the demonstration")


@dataclass(frozen=True, slots=True)
class RemovedRecords:
    """How many rows of each kind were removed."""

    manufacturers: int
    products: int
    batches: int
    units: int
    alerts: int


def load_demonstration(database: Database, who: AuditActor) -> bool:
    """Put the demonstration records in; False where they were not taken, and nothing was changed.

    Statements are released at once, by a made-up second person: the demonstration has no people.
    """
    files = sorted(seed_folder().glob("*.csv"))
    if not import_files.run(database, files, who=who, reason=REASON).good:
        return False
    waiting = [each.id for each in versions(database, _SECOND, [StatementState.WAITING])]
    if waiting:
        decide(database, waiting, StatementState.RELEASED, reason=REASON, who=_SECOND)
    return True


def is_demonstration(database: Database) -> bool:
    """Whether demonstration records are among the records."""
    with database.reading() as connection:
        statement = select(Manufacturer.id).where(Manufacturer.name.in_(_manufacturers())).limit(1)
        return connection.scalar(statement) is not None


def remove_demonstration(
    database: Database,
    who: AuditActor,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RemovedRecords:
    """Remove them with the recalls, suspects and thresholds made of them, in one transaction; audited.

    What people did stays, without its link to a product: checks, reports, and the vials of clinics.
    """
    with database.transaction() as connection:
        makers = list(
            connection.execute(
                select(Manufacturer.id, Manufacturer.name).where(Manufacturer.name.in_(_manufacturers()))
            )
        )
        ids = [row.id for row in makers]
        products = list(
            connection.execute(
                select(Product.id, Product.gtin, Product.name).where(Product.manufacturer_id.in_(ids))
            )
        )
        alerts = list(connection.execute(select(Alert.id, Alert.fingerprint).where(_loaded_alerts(products))))
        marks = list(connection.scalars(select(PackMark.mark).where(_loaded_marks())))
        connection.execute(delete(PackMark).where(PackMark.mark.in_(marks)))
        removed = _remove(connection, ids, [row.id for row in products], [row.id for row in alerts])
        changes = [
            *(AuditChange("delete", "alert", row.fingerprint, before={}) for row in alerts),
            *(AuditChange("delete", "mark", mark, before={}) for mark in marks),
            *(AuditChange("delete", "product", row.gtin, before={"name": row.name}) for row in products),
            *(AuditChange("delete", "manufacturer", row.name, before={"name": row.name}) for row in makers),
        ]
        write_down(connection, changes, who=who, at=clock(), reason="demonstration records removed")
    return removed


@cache
def _manufacturers() -> tuple[str, ...]:
    """The names of the invented manufacturers."""
    path = next(seed_folder().glob("*products.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(sorted({row["manufacturer"] for row in csv.DictReader(file)}))


def _loaded_alerts(products: Sequence[object]) -> ColumnElement[bool]:
    loaded = select(AuditEntry.object_id).where(
        AuditEntry.reason == REASON, AuditEntry.object_type == "alert", AuditEntry.action == "create"
    )
    of_product = Alert.product_id.in_([row.id for row in products])  # type: ignore[attr-defined]  # rows of `select`
    return or_(of_product, Alert.fingerprint.in_(loaded) & Alert.organisation_id.is_(None))


def _loaded_marks() -> ColumnElement[bool]:
    loaded = select(AuditEntry.object_id).where(
        AuditEntry.reason == REASON, AuditEntry.object_type == "mark", AuditEntry.action == "create"
    )
    return PackMark.mark.in_(loaded) & PackMark.organisation_id.is_(None)


def _remove(
    connection: Connection, makers: list[int], products: list[int], alerts: list[int]
) -> RemovedRecords:
    batches = select(Batch.id).where(Batch.product_id.in_(products)).scalar_subquery()
    recalls = select(Recall.id).where(Recall.product_id.in_(products)).scalar_subquery()
    counted = [
        connection.scalar(select(func.count()).select_from(table).where(table.product_id.in_(products))) or 0
        for table in (Batch, Unit)
    ]
    for statement in _statements(makers, products, alerts, batches, recalls):
        connection.execute(statement)
    return RemovedRecords(len(makers), len(products), counted[0], counted[1], len(alerts))


def _statements(
    makers: list[int],
    products: list[int],
    alerts: list[int],
    batches: ColumnElement[int],
    recalls: ColumnElement[int],
) -> tuple[Update | Delete, ...]:
    """In an order that no foreign key forbids."""
    return (
        *(
            update(table).where(table.product_id.in_(products)).values(product_id=None, batch_id=None)
            for table in (Scan, Vial)
        ),
        update(Report).where(Report.product_id.in_(products)).values(product_id=None),
        *(
            delete(table).where(table.product_id.in_(products))
            for table in (SightingRow, Clearing, Suspect, InUseTime, ResolverLink, ProductStatement)
        ),
        *(delete(table).where(table.recall_id.in_(recalls)) for table in (RecalledSerial, RecallLift)),
        delete(Recall).where(Recall.product_id.in_(products)),
        *(delete(table).where(table.batch_id.in_(batches)) for table in (ExpiryExtension, QualityResult)),
        delete(Unit).where(Unit.product_id.in_(products)),
        delete(Batch).where(Batch.product_id.in_(products)),
        delete(Alert).where(Alert.id.in_(alerts)),
        delete(Product).where(Product.id.in_(products)),
        delete(DetectionThresholds).where(DetectionThresholds.manufacturer_id.in_(makers)),
        delete(Manufacturer).where(Manufacturer.id.in_(makers)),
    )
