"""Withdrawal of an alert: from the next check on it is as if it had never been, and its record stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, insert, select, update

from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError
from service.registry.alerts.matches import alert_row, match_checks
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    TouchedRecords,
    withdrawal_row,
)
from service.registry.lists.merge_rules import folded
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Alert, Manufacturer, Organisation, Product, Withdrawal


@dataclass(frozen=True, slots=True)
class AlertWithdrawal:
    """Withdraws an alert that the organisation entered, or an authority's own from its list."""

    number: int
    kind: ClassVar[str] = "alert_withdrawal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it touches. NOT_ALLOWED for another's alert, WITHDRAWN_BEFORE."""
        if lock:
            locked = select(Alert.id).where(Alert.id == self.number).with_for_update()
            connection.execute(locked)
        alert = alert_row(connection, self.number)
        if alert is None:
            expected = "the number of an alert"
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(self.number), expected=expected, field="id")
        if not may_withdraw(connection, self.number, who):
            raise ForbiddenError(ErrorCode.NOT_ALLOWED, given=str(self.number), field="id")
        name = " ".join(
            part for part in (alert.product_name or alert.gtin, alert.lot, alert.reference) if part
        )
        if alert.withdrawn:
            raise ConflictError(ErrorCode.WITHDRAWN_BEFORE, given=name, field="reason")
        concerned = match_checks(connection, alert)
        return ChangePreview(
            object_type="alert",
            object_id=str(self.number),
            title=name,
            organisation_id=who.organisation_id,
            fields=(FieldChange("alert", str(alert.kind), "withdrawn"),),
            touched=TouchedRecords(concerned.scans, concerned.batches, concerned.units),
            second=self._second(connection),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the withdrawal, and tell the checks."""
        connection.execute(insert(Withdrawal).values(withdrawal_row("alert", self.number, maker)))
        statement = update(Alert).where(Alert.id == self.number).values(withdrawn=True)
        fingerprint = connection.scalar(statement.returning(Alert.fingerprint))
        before, after = {"alert": self.number, "withdrawn": False}, {"withdrawn": True}
        return [AuditChange("withdraw", "alert", str(fingerprint), before, after)]

    def _second(self, connection: Connection) -> SecondPerson:
        asked = connection.scalar(
            select(Manufacturer.two_person_release)
            .join(Organisation, Organisation.id == Manufacturer.organisation_id)
            .join(Product, Product.manufacturer_id == Manufacturer.id)
            .join(Alert, Alert.product_id == Product.id)
            .where(Alert.id == self.number, Alert.organisation_id == Manufacturer.organisation_id)
        )
        return SecondPerson.ORGANISATION if asked else SecondPerson.NOT_NEEDED


def may_withdraw(connection: Connection, number: int, who: AuditActor) -> bool:
    """Whether the alert is the organisation's own: entered by it, or published by it as an authority."""
    if who.organisation_id is None:
        return True
    row = connection.execute(select(Alert.authority, Alert.organisation_id).where(Alert.id == number)).first()
    return row is not None and is_own_notice(connection, row.authority, row.organisation_id, who)


def is_own_notice(connection: Connection, authority: str, entered_by: int | None, who: AuditActor) -> bool:
    """Whether an organisation entered a notice, or is the authority that published it. A terminal is all."""
    if who.organisation_id is None or entered_by == who.organisation_id:
        return True
    own = select(Organisation.name, Organisation.kind).where(Organisation.id == who.organisation_id)
    row = connection.execute(own).first()
    return row is not None and row.kind == "regulator" and folded(authority) == folded(row.name)
