"""Withdrawal of an import: what it alone put in, and nothing was built on, is taken off the record."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Update, delete, insert, select, update

from service.errors import ConflictError, ErrorCode, NotFoundError
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    LeftRecord,
    SecondPerson,
    TouchedRecords,
    withdrawal_row,
)
from service.registry.corrections.imports.contents import ImportContents, ImportReader
from service.registry.corrections.imports.reverted_values import put_back
from service.registry.import_jobs.terminal_runs import LOCK
from service.registry.recalls.owning_lots import find_owning_lots
from service.registry.statements.topics import StatementState
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database, advisory_lock
from service.storage.models import (
    Alert,
    Base,
    Batch,
    Import,
    ImportJob,
    Manufacturer,
    PackMark,
    Product,
    ProductStatement,
    QualityResult,
    Scan,
    TerminalImport,
    Unit,
    Withdrawal,
)

MOST_LEFT = 200
"""Records that stay and are named; of further ones only the number is told."""

UNITS_AT_ONCE = 20_000
"""Units that go in one transaction. On SQLite, other writers wait for it."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ImportWithdrawal:
    """Withdraws the import of this number (of `import`, not of the upload)."""

    number: int
    kind: ClassVar[str] = "import_withdrawal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What goes and what stays. WITHDRAWN_BEFORE, IMPORT_MOVED_ON while it is still going on record."""
        row = self._import(connection, who, lock=lock)
        found = ImportReader(connection, self.number).read()
        changes, kept = put_back(connection, found.changes, dry_run=True)
        counts = {
            "units": sum(found.units.values()),
            "batches": len(found.batches),
            "products": len(found.products),
            "manufacturers": len(found.manufacturers),
            "alerts": len(found.alerts),
            "statements": len(found.statements),
            "marks": len(found.marks),
            "changes": len(changes),
        }
        left = _shortened([*found.left, *kept])
        return ChangePreview(
            object_type="import",
            object_id=str(self.number),
            title=row.file_name,
            organisation_id=self._organisation(connection),
            fields=tuple(FieldChange(name, count, 0) for name, count in counts.items() if count),
            touched=TouchedRecords(
                checks=_checks(connection, found),
                lots=len({*found.batches, *found.units}),
                units=counts["units"],
            ),
            second=self._second(connection),
            left=left,
            plan=found,
        )

    def begin(self, database: Database, maker: ChangeMaker) -> None:
        """Remove the units but for one piece, in pieces; meanwhile the products do not count as complete."""
        found = maker.seen.plan
        if not isinstance(found, ImportContents) or sum(found.units.values()) <= UNITS_AT_ONCE:
            return
        while True:
            started = time.monotonic()
            with database.transaction() as connection:
                database.advisory_lock(connection, LOCK)
                changes = self._remove_piece(connection, found)
                write_down(connection, changes, who=maker.who, at=maker.at, reason=maker.reason)
            if not changes:
                return
            if database.one_writer:  # as long for other writers
                time.sleep(time.monotonic() - started)

    def _remove_piece(self, connection: Connection, found: ImportContents) -> list[AuditChange]:
        """Remove some units, where more than that are left; one entry for each lot."""
        reader = ImportReader(connection, self.number)
        of_units = select(Batch.product_id).where(Batch.id.in_(list(found.units))).distinct()
        for product_id in connection.scalars(of_units.order_by(Batch.product_id)).all():
            unused = select(Unit.serial, Unit.batch_id).where(reader.unused(product_id))
            rows = connection.execute(unused.limit(UNITS_AT_ONCE + 1)).all()
            if len(rows) <= UNITS_AT_ONCE:
                continue
            connection.execute(_whole(product_id).values(importing=-self.number))
            counted: dict[int, int] = {}
            gone = [row.serial for row in rows[:UNITS_AT_ONCE]]
            for row in rows[:UNITS_AT_ONCE]:
                counted[row.batch_id] = counted.get(row.batch_id, 0) + 1
            _each(
                gone,
                lambda some, own=product_id: connection.execute(
                    delete(Unit).where(Unit.product_id == own, Unit.serial.in_(some))
                ),
            )
            return [
                AuditChange("withdraw", "batch", found.names[number], {"units": count}, None)
                for number, count in counted.items()
            ]
        return []

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Take it off the record."""
        reader, found = ImportReader(connection, self.number), maker.seen.plan
        if not isinstance(found, ImportContents):
            raise TypeError("a withdrawal is made of what was looked at")
        products = self._remove_units(connection, reader, found)
        changes, _ = put_back(connection, found.changes)
        changes += _withdrawn_units(found)
        for number in found.batches:
            connection.execute(delete(QualityResult).where(QualityResult.batch_id == number))
        _each(
            found.batches,
            lambda some: connection.execute(
                update(Scan).where(Scan.batch_id.in_(some)).values(batch_id=None)
            ),
        )
        for model, names, kind in (
            (Batch, found.batches, "batch"),
            (Product, found.products, "product"),
            (Manufacturer, found.manufacturers, "manufacturer"),
            (Alert, found.alerts, "alert"),
            (PackMark, found.marks, "mark"),
        ):
            _remove(connection, model, list(names))
            changes += [
                AuditChange(
                    "withdraw", kind, name, {"units": found.units.get(number, 0)} if kind == "batch" else None
                )
                for number, name in names.items()
            ]
        changes += _withdraw_statements(connection, found, maker)
        for product_id in products - set(found.products):
            find_owning_lots(connection, product_id)
        whole = update(Product).where(Product.importing == -self.number)
        connection.execute(whole.values(importing=None))
        connection.execute(insert(Withdrawal).values(withdrawal_row("import", self.number, maker)))
        changes.append(AuditChange("withdraw", "import", str(self.number), {"kept": len(found.left)}, None))
        return changes

    def _remove_units(self, connection: Connection, reader: ImportReader, found: ImportContents) -> set[int]:
        """Remove the unused units; the ids of their products."""
        of_units = select(Batch.product_id).where(Batch.id.in_(list(found.units))).distinct()
        products = set(connection.scalars(of_units)) if found.units else set()
        for product_id in products:
            connection.execute(delete(Unit).where(reader.unused(product_id)))
        return products

    def _import(self, connection: Connection, who: AuditActor, *, lock: bool) -> Any:
        if lock:
            advisory_lock(connection, LOCK)  # as imports do
        row = connection.execute(select(Import.__table__).where(Import.id == self.number)).first()
        owner = self._organisation(connection)
        if row is None or who.organisation_id not in (None, owner):
            expected = "the number of an import"
            raise NotFoundError(
                ErrorCode.NOT_FOUND, given=str(self.number), expected=expected, field="import"
            )
        taken = select(Withdrawal.number).where(Withdrawal.kind == "import", Withdrawal.number == self.number)
        if connection.scalar(taken) is not None:
            raise ConflictError(ErrorCode.WITHDRAWN_BEFORE, given=row.file_name, field="reason")
        job = select(ImportJob.id).where(ImportJob.import_id == self.number, ImportJob.state == "applying")
        runs = connection.execute(
            select(TerminalImport.files, TerminalImport.others).where(
                TerminalImport.state.in_(("applying", "undoing"))
            )
        ).all()
        running = {file["import_id"] for run in runs for file in run.files} | {
            each for run in runs for each in run.others
        }
        if connection.scalar(job) is not None or self.number in running:
            raise ConflictError(ErrorCode.IMPORT_MOVED_ON, given=row.file_name, field="reason")
        return row

    def _organisation(self, connection: Connection) -> int | None:
        """Of the upload; None for an import at a terminal."""
        return connection.scalar(select(ImportJob.organisation_id).where(ImportJob.import_id == self.number))

    def _second(self, connection: Connection) -> SecondPerson:
        owner = self._organisation(connection)
        asked = connection.scalar(
            select(Manufacturer.id)
            .where(Manufacturer.organisation_id == owner, Manufacturer.two_person_release)
            .limit(1)
        )
        return SecondPerson.ORGANISATION if owner is not None and asked else SecondPerson.NOT_NEEDED


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as a terminal lists it. `withdrawn`: by whom, None while it stands."""

    id: int
    at: datetime
    actor: str
    file_name: str
    kind: str
    new: int
    withdrawn: str | None


def latest_imports(database: Database, most: int = 30) -> list[ImportLine]:
    """The latest imports, the newest first."""
    statement = (
        select(
            Import.id,
            Import.at,
            Import.actor,
            Import.file_name,
            Import.kind,
            Import.rows_new,
            Withdrawal.actor,
        )
        .outerjoin(Withdrawal, (Withdrawal.kind == "import") & (Withdrawal.number == Import.id))
        .order_by(Import.id.desc())
        .limit(most)
    )
    with database.reading() as connection:
        return [ImportLine(*row) for row in connection.execute(statement)]


def withdrawal_of(database: Database, kind: str, number: int) -> tuple[str, datetime, str] | None:
    """Who withdrew it, when and why; None for what was not withdrawn."""
    statement = select(Withdrawal.actor, Withdrawal.at, Withdrawal.reason).where(
        Withdrawal.kind == kind, Withdrawal.number == number
    )
    with database.reading() as connection:
        row = connection.execute(statement).first()
    return (row.actor, row.at, row.reason) if row is not None else None


def _whole(product_id: int) -> Update:
    """An update of the product, unless an import is still putting in units of it."""
    return update(Product).where(Product.id == product_id, Product.importing.is_(None))


def _withdraw_statements(
    connection: Connection, found: ImportContents, maker: ChangeMaker
) -> list[AuditChange]:
    """Take the import's statements off the page, and out of what waits for a second person."""
    decided = {
        "state": StatementState.WITHDRAWN,
        "decided": maker.at,
        "decided_by": maker.who.name,
        "decided_account_id": maker.who.account_id,
    }
    _each(
        found.statements,
        lambda some: connection.execute(
            update(ProductStatement).where(ProductStatement.id.in_(some)).values(decided)
        ),
    )
    return [AuditChange("withdraw", "statement", name) for name in found.statements.values()]


def _withdrawn_units(found: ImportContents) -> list[AuditChange]:
    """One entry for each lot that stays and loses units."""
    return [
        AuditChange("withdraw", "batch", found.names[number], {"units": count}, None)
        for number, count in found.units.items()
        if number not in found.batches
    ]


def _checks(connection: Connection, found: ImportContents) -> int:
    numbers = sorted({*found.batches, *found.units})
    counted: list[int] = []

    def count(some: Sequence[int]) -> None:
        counted.append(len(connection.scalars(select(Scan.id).where(Scan.batch_id.in_(some))).all()))

    _each(numbers, count)
    return sum(counted)


def _remove(connection: Connection, model: type[Base], numbers: Sequence[int]) -> None:
    _each(numbers, lambda some: connection.execute(delete(model).where(model.id.in_(some))))  # type: ignore[attr-defined]  # each of them has one


def _each(numbers: Any, do: Any) -> None:
    """Call `do` with some of the numbers at a time."""
    listed = list(numbers)
    for at in range(0, len(listed), _AT_ONCE):
        do(listed[at : at + _AT_ONCE])


def _shortened(left: Sequence[LeftRecord]) -> tuple[LeftRecord, ...]:
    if len(left) <= MOST_LEFT:
        return tuple(left)
    return (*left[:MOST_LEFT], LeftRecord("", "further", len(left) - MOST_LEFT))
