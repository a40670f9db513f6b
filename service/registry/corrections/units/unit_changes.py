"""Changes of units: a step of the CBV such as decommissioning, or another lot; and how they are withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, literal, select, update

from service.authenticity.dispositions import BizStep, Disposition, may_move
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Lot
from service.registry.corrections.batches import batch_row
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    LeftRecord,
    SecondPerson,
    TouchedRecords,
    withdrawal_row,
)
from service.registry.corrections.products import product_row
from service.registry.corrections.touched import touched
from service.registry.corrections.units.selection import UnitSelection
from service.registry.recalls.owning_lots import find_owning_lots
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Batch, ChangedUnit, Product, Unit, UnitChange, Withdrawal

STEPS = (
    BizStep.DECOMMISSIONING,
    BizStep.DESTROYING,
    BizStep.HOLDING,
    BizStep.SAMPLING,
    BizStep.SHIPPING,
    BizStep.RECEIVING,
)
"""The steps that an owner may write down for units; dispensing is a clinic's."""


@dataclass(frozen=True, slots=True)
class UnitCorrection:
    """A step of units (by its name in the CBV, in lower case), or the lot that they belong to."""

    gtin: str
    selection: UnitSelection
    step: str = ""
    to_lot: str = ""
    kind: ClassVar[str] = "units"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "gtin": self.gtin,
            "selection": self.selection.values(),
            "step": self.step,
            "to_lot": self.to_lot,
        }

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        selection = UnitSelection.of_values(values["selection"])
        return cls(values["gtin"], selection, values["step"], values["to_lot"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """How many units it changes, by lot, and which stay. SERIALS_NOT_ON_RECORD, NOTHING_TO_CHANGE."""
        product, own, target = self._places(connection, who, lock=lock)
        self.selection.require_on_record(connection, product.id, own)
        before: dict[int, int] = {}
        left: dict[Disposition, int] = {}
        for where in self.selection.conditions(connection, product.id, own):
            for batch_id, disposition, count in connection.execute(
                select(Unit.batch_id, Unit.disposition, func.count())
                .where(where)
                .group_by(Unit.batch_id, Unit.disposition)
            ):
                if self._applies(disposition, batch_id, target):
                    before[batch_id] = before.get(batch_id, 0) + count
                else:
                    left[disposition] = left.get(disposition, 0) + count
        if not before:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, given=self.selection.name, field="step")
        of_ids = select(Batch.id, Batch.lot).where(Batch.id.in_(before))
        lots = {row.id: row.lot for row in connection.execute(of_ids)}
        concerned = touched(connection, product.id, product.organisation_id, batch_ids=list(before))
        of_lots = [f"{lots[number]}: {count}" for number, count in sorted(before.items())]
        one = self.selection.serials[0] if len(self.selection.serials) == 1 else ""
        return ChangePreview(
            object_type="unit" if one else "product",
            object_id=f"{self.gtin}/{one}" if one else self.gtin,
            title=f"{product.name}, {self.selection.name}",
            organisation_id=product.organisation_id,
            fields=(FieldChange("to_lot" if self.to_lot else "units", of_lots, self.step or self.to_lot),),
            touched=TouchedRecords(concerned.checks, len(before), sum(before.values()), concerned.clinics),
            second=SecondPerson.ORGANISATION if product.two_person_release else SecondPerson.NOT_NEEDED,
            left=tuple(LeftRecord(str(each), "disposition", count) for each, count in sorted(left.items())),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Keep how each unit was, and change them."""
        product, own, target = self._places(connection, maker.who)
        change = {
            "product_id": product.id,
            "at": maker.at,
            "actor": maker.who.name,
            "account_id": maker.who.account_id,
            "reason": maker.reason,
            "step": self.step,
            "batch_id": target,
            "units": 0,
        }
        number = connection.execute(insert(UnitChange).values(change).returning(UnitChange.id)).scalar_one()
        columns = ("change_id", "serial", "batch_id", "disposition")
        for where in self.selection.conditions(connection, product.id, own):
            rows = select(literal(number), Unit.serial, Unit.batch_id, Unit.disposition)
            connection.execute(
                insert(ChangedUnit).from_select(columns, rows.where(where, self._allowed(target)))
            )
        changed = select(ChangedUnit.serial).where(ChangedUnit.change_id == number)
        values = {"batch_id": target} if target is not None else {"disposition": self._step.leaves}
        connection.execute(
            update(Unit).where(Unit.product_id == product.id, Unit.serial.in_(changed)).values(values)
        )
        audited = self._audited(connection, number, product.gtin)
        find_owning_lots(connection, product.id)
        return audited

    @property
    def _step(self) -> BizStep:
        return BizStep[self.step.upper()]

    def _places(
        self, connection: Connection, who: AuditActor, *, lock: bool = False
    ) -> tuple[Row[Any], int | None, int | None]:
        """The product, the lot that the units are limited to, and the lot that they are moved to."""
        product = product_row(connection, self.gtin, who, lock=lock)
        own = target = None
        if self.selection.lot:
            own = batch_row(connection, self.gtin, Lot.parse(self.selection.lot), who).id
        if self.to_lot:
            try:
                target = batch_row(connection, self.gtin, Lot.parse(self.to_lot), who, lock=lock).id
            except NotFoundError as error:
                error.field = "to_lot"
                raise
        return product, own, target

    def _applies(self, disposition: Disposition, batch_id: int, target: int | None) -> bool:
        return batch_id != target if target is not None else may_move(disposition, self._step)

    def _allowed(self, target: int | None) -> ColumnElement[bool]:
        if target is not None:
            return Unit.batch_id != target
        return Unit.disposition.in_([each for each in Disposition if may_move(each, self._step)])

    def _audited(self, connection: Connection, number: int, gtin: str) -> list[AuditChange]:
        """One entry for each lot that units were of; for a single unit one under its own name."""
        counted = connection.execute(
            select(Batch.lot, Batch.lot_key, func.count())
            .join(ChangedUnit, ChangedUnit.batch_id == Batch.id)
            .where(ChangedUnit.change_id == number)
            .group_by(Batch.id, Batch.lot, Batch.lot_key)
            .order_by(Batch.id)
        ).all()
        total = sum(row[2] for row in counted)
        connection.execute(update(UnitChange).where(UnitChange.id == number).values(units=total))
        action = self.step or "move"
        if len(self.selection.serials) == 1:
            serial = self.selection.serials[0]
            was = connection.scalar(select(ChangedUnit.disposition).where(ChangedUnit.change_id == number))
            before: dict[str, Any] = {"lot": counted[0][0]} if self.to_lot else {"disposition": str(was)}
            after = {"lot": self.to_lot} if self.to_lot else {"disposition": str(self._step.leaves)}
            return [AuditChange(action, "unit", f"{gtin}/{serial}", before, after | {"change": number})]
        return [
            AuditChange(
                action,
                "batch",
                f"{gtin}/{key}",
                None,
                {"units": count, "change": number} | ({"to_lot": self.to_lot} if self.to_lot else {}),
            )
            for _, key, count in counted
        ]


@dataclass(frozen=True, slots=True)
class UnitsWithdrawal:
    """Withdraws a change of units: each is again as it was, unless it was changed since."""

    number: int
    kind: ClassVar[str] = "units_withdrawal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """How many units go back, and how many were changed since. WITHDRAWN_BEFORE."""
        change = _change_row(connection, self.number, who)
        product = product_row(connection, change.gtin, who, lock=lock)
        taken = connection.scalar(
            select(exists().where(Withdrawal.kind == "units", Withdrawal.number == self.number))
        )
        if taken:
            raise ConflictError(ErrorCode.WITHDRAWN_BEFORE, given=str(self.number), field="reason")
        back = connection.scalar(
            select(func.count()).select_from(Unit).where(Unit.product_id == product.id, self._still(change))
        )
        units = back or 0
        left = (LeftRecord(str(self.number), "changed_since", change.units - units),)
        done = change.step or "move"
        return ChangePreview(
            object_type="unit_change",
            object_id=str(self.number),
            title=product.name,
            organisation_id=product.organisation_id,
            fields=(FieldChange("units", [f"{done}: {units}"], "withdrawn"),),
            touched=TouchedRecords(units=units),
            second=SecondPerson.ORGANISATION if product.two_person_release else SecondPerson.NOT_NEEDED,
            left=left if change.units > units else (),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the withdrawal, and put the units back."""
        change = _change_row(connection, self.number, maker.who)
        of_change = ChangedUnit.change_id == self.number, ChangedUnit.serial == Unit.serial
        for column in ("batch_id", "disposition"):
            if (column == "batch_id") is (change.step == ""):
                was = select(getattr(ChangedUnit, column)).where(*of_change).scalar_subquery()
                connection.execute(
                    update(Unit)
                    .where(Unit.product_id == change.product_id, self._still(change))
                    .values({column: was})
                )
        connection.execute(insert(Withdrawal).values(withdrawal_row("units", self.number, maker)))
        find_owning_lots(connection, change.product_id)
        return [
            AuditChange(
                "withdraw", "unit_change", str(self.number), {"units": maker.seen.touched.units}, None
            )
        ]

    def _still(self, change: Row[Any]) -> ColumnElement[bool]:
        """Units of the change that are as it left them, and that no later one has changed."""
        mine = select(ChangedUnit.serial).where(ChangedUnit.change_id == self.number)
        ended = exists().where(Withdrawal.kind == "units", Withdrawal.number == UnitChange.id)
        later = (
            select(ChangedUnit.serial)
            .join(UnitChange, UnitChange.id == ChangedUnit.change_id)
            .where(UnitChange.product_id == change.product_id, UnitChange.id > self.number, ~ended)
        )
        as_left = (
            Unit.batch_id == change.batch_id
            if change.step == ""
            else Unit.disposition == BizStep[change.step.upper()].leaves
        )
        return Unit.serial.in_(mine) & Unit.serial.not_in(later) & as_left


@dataclass(frozen=True, slots=True)
class UnitChangeLine:
    """One change of units as a page lists it. `withdrawn`: by whom, None while it stands."""

    id: int
    at: Any
    actor: str
    reason: str
    step: str
    lot: str
    units: int
    withdrawn: str | None


def unit_changes(
    connection: Connection, product_id: int, *, batch_id: int | None = None, serial: str = ""
) -> Sequence[UnitChangeLine]:
    """The latest 50 changes of units of a product, of those that a lot had or got, or of one unit."""
    ended = Withdrawal.kind == "units", Withdrawal.number == UnitChange.id
    statement = (
        select(
            UnitChange.id,
            UnitChange.at,
            UnitChange.actor,
            UnitChange.reason,
            UnitChange.step,
            func.coalesce(Batch.lot, ""),
            UnitChange.units,
            select(Withdrawal.actor).where(*ended).scalar_subquery(),
        )
        .outerjoin(Batch, Batch.id == UnitChange.batch_id)
        .where(UnitChange.product_id == product_id)
        .order_by(UnitChange.id.desc())
        .limit(50)
    )
    of_change = ChangedUnit.change_id == UnitChange.id
    if serial:
        statement = statement.where(exists().where(of_change, ChangedUnit.serial == serial))
    elif batch_id is not None:
        had = exists().where(of_change, ChangedUnit.batch_id == batch_id)
        statement = statement.where(had | (UnitChange.batch_id == batch_id))
    return [UnitChangeLine(*row) for row in connection.execute(statement)]


def _change_row(connection: Connection, number: int, who: AuditActor) -> Row[Any]:
    row = connection.execute(
        select(UnitChange.__table__, Product.gtin)
        .join(Product, Product.id == UnitChange.product_id)
        .where(UnitChange.id == number)
    ).first()
    if row is None:
        expected = "the number of a change of units"
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected=expected, field="id")
    product_row(connection, row.gtin, who)  # raises for another organisation's
    return row
