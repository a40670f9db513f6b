"""A process that puts records right until it is killed, and what has to hold of the record at any moment."""

import signal
from collections.abc import Iterator
from datetime import date
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import func, insert, select, update

from service.gs1.identifiers import Gtin, Lot
from service.registry import recalls
from service.registry.alerts import matches
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.batches import read_batch
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.extensions import ExpiryChange, ExtensionWithdrawal
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.units.selection import UnitSelection
from service.registry.corrections.units.unit_changes import UnitCorrection, UnitsWithdrawal
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import (
    Alert,
    AuditEntry,
    Batch,
    ChangedUnit,
    ExpiryExtension,
    Product,
    Recall,
    RecallLift,
    Unit,
    UnitChange,
    Withdrawal,
)
from tests.factories.recall_records import GTIN, alert_facts, order

WHO = AuditActor("Rita")
FIRST = date(2027, 6, 30)


def correct_for_ever(url: str, first: int, apart: bool, told: Connection) -> None:
    """Correct, extend, decommission, raise, recall and withdraw, in turns; tell the number of each turn.

    `apart` is the wrong design: a correction in one transaction, its audit in another. It stops between them.
    """
    database = Database(url)
    if apart:
        with database.transaction() as connection:
            connection.execute(update(Batch).where(Batch.id == 1).values(quantity=first + 1))
        told.send_bytes(b"1")
        signal.raise_signal(signal.SIGSTOP)
    known = change_requests(database)
    for number in count(first):
        lot = read_batch(database, Gtin(GTIN), Lot.parse("A1"), {"quantity": str(number + 1)}, WHO)
        known.submit(lot, reason=f"turn {number}", who=WHO)
        told.send_bytes(f"{number}".encode())
        for change in _changes():
            known.submit(change, reason=f"turn {number}", who=WHO)
        for withdrawal in _withdrawals(database):
            known.submit(withdrawal, reason=f"turn {number}", who=WHO)
        facts = alert_facts(reference=f"N-{number}")
        alert = matches.raise_alert(database, facts, who=WHO, reason="raised")
        known.submit(AlertWithdrawal(alert), reason=f"turn {number}", who=WHO)
        several = order(scope="lot", lot="A1, B2, C77")
        issued = recalls.issue(database, several, who=WHO)
        others = [other for other, _ in recalls.find(database, issued, WHO).others]
        recalls.lift(database, issued, also=others, reason="lifted", who=WHO)


def _changes() -> Iterator[RecordChange]:
    yield ExpiryChange(GTIN, "B2", "2028-06-30", "CP")
    yield UnitCorrection(GTIN, UnitSelection(first="A1SN000", last="A1SN004"), "holding")


def _withdrawals(database: Database) -> Iterator[RecordChange]:
    """Of whatever stands: a process before may have been killed between a change and its withdrawal."""
    with database.reading() as connection:
        ended = select(Withdrawal.number).where(Withdrawal.kind == "extension")
        extensions = list(
            connection.scalars(select(ExpiryExtension.id).where(ExpiryExtension.id.not_in(ended)))
        )
        ended = select(Withdrawal.number).where(Withdrawal.kind == "units")
        changes = list(connection.scalars(select(UnitChange.id).where(UnitChange.id.not_in(ended))))
    yield from map(ExtensionWithdrawal, reversed(extensions))
    yield from map(UnitsWithdrawal, changes)


def mend(database: Database) -> None:
    """Withdraw what a killed process left standing, so that the next turn can begin."""
    known = change_requests(database)
    for withdrawal in _withdrawals(database):
        known.submit(withdrawal, reason="left standing", who=WHO)


def put_units(database: Database) -> None:
    """Units enough that a change takes a moment."""
    with database.transaction() as connection:
        unit = connection.execute(select(Unit.__table__).where(Unit.serial == "A1SN000")).mappings().one()
        rows = [dict(unit) | {"serial": f"A1SM{number:05}"} for number in range(2000)]
        connection.execute(insert(Unit), rows)


def faults(database: Database) -> list[str]:
    """What is half, or is not in the audit as it is on record; nothing where all holds."""
    found: list[str] = []
    with database.reading() as connection:
        audited = _counted(connection, AuditEntry.action)
        counted = {
            name: connection.scalar(select(func.count()).select_from(model)) or 0
            for name, model in (
                ("extensions", ExpiryExtension),
                ("unit changes", UnitChange),
                ("recalls", Recall),
                ("lifts", RecallLift),
            )
        }
        ended = _counted(connection, Withdrawal.kind)
        quantity = connection.scalar(select(Batch.quantity).where(Batch.id == 1))
        said = connection.scalar(
            select(AuditEntry.after)
            .where(AuditEntry.action == "correct")
            .order_by(AuditEntry.id.desc())
            .limit(1)
        )
        withdrawn = connection.scalar(select(func.count()).select_from(Alert).where(Alert.withdrawn)) or 0
        halves = connection.execute(
            select(UnitChange.id, UnitChange.units, func.count(ChangedUnit.serial))
            .outerjoin(ChangedUnit, ChangedUnit.change_id == UnitChange.id)
            .group_by(UnitChange.id, UnitChange.units)
        ).all()
        orders = connection.execute(
            select(Recall.order_id, func.count(), func.count(RecallLift.recall_id))
            .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
            .group_by(Recall.order_id)
        ).all()
        stops = connection.scalar(select(Product.stopped).where(Product.gtin == GTIN))
    pairs = {
        "extensions": (counted["extensions"], audited.get("extend", 0)),
        "withdrawn extensions": (ended.get("extension", 0), audited.get("withdraw_extension", 0)),
        "unit changes": (counted["unit changes"], audited.get("holding", 0)),
        "withdrawals": (ended.get("alert", 0) + ended.get("units", 0), audited.get("withdraw", 0)),
        "withdrawn alerts": (ended.get("alert", 0), withdrawn),
        "quantity": (quantity, (said or {}).get("quantity")),
    }
    found += [f"{name}: {one} and {other}" for name, (one, other) in pairs.items() if one != other]
    found += [f"unit change {row[0]} of {row[1]} has {row[2]}" for row in halves if row[1] != row[2]]
    found += [
        f"order {row[0]} of {row[1]}, {row[2]} lifted"
        for row in orders
        if row[1] != 3 or row[2] not in (0, 3)
    ]
    if stops != (counted["recalls"] != counted["lifts"]):
        found.append("stopped")
    return found


def _counted(connection: SqlConnection, column: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}
