"""Moves the unit on the manufacturer's record with the clinic's vial, by one conditional UPDATE.

Reading first and writing then would let two clinics use one number; the count of updated rows decides who was
first.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, select, update

from service.authenticity.dispositions import BizStep, Disposition, may_move
from service.clinics.vial_lifecycle import VialState
from service.errors import ConflictError, ErrorCode
from service.storage.audit import AuditChange
from service.storage.models import Unit, Vial


@dataclass(frozen=True, slots=True)
class UnitOnRecord:
    """Which unit of which product."""

    product_id: int
    gtin: str
    serial: str

    @property
    def _key(self) -> tuple[ColumnElement[bool], ...]:
        return Unit.product_id == self.product_id, Unit.serial == self.serial

    def disposition(self, connection: Connection) -> Disposition | None:
        """Return its disposition on record now; None where it is not on record."""
        return connection.scalar(select(Unit.disposition).where(*self._key))

    def _locked(self, connection: Connection) -> Disposition | None:
        """The same, locked until the transaction ends: what others do with the number waits."""
        return connection.scalar(select(Unit.disposition).where(*self._key).with_for_update())

    def move(self, connection: Connection, step: BizStep) -> tuple[Disposition, AuditChange] | None:
        """Move it where `step` allows it. Return its former disposition and the change, or None where nothing
        was moved.
        """
        was = self.disposition(connection)
        if was is None or not may_move(was, step):
            return None
        where = (*self._key, Unit.disposition == was)
        moved = connection.execute(update(Unit).where(*where).values(disposition=step.leaves))
        return (was, self._change(step.name.lower(), was, step.leaves)) if moved.rowcount else None

    def dispense(self, connection: Connection, *, scanned: bool) -> tuple[Disposition, AuditChange]:
        """Mark it as dispensed, for one caller alone. ConflictError for every other.

        `scanned`: the caller has scanned its code; a use recorded without a scan is no obstacle then.
        """
        was, step = self._locked(connection), BizStep.DISPENSING
        if scanned and was is Disposition.DISPENSED:
            earlier = _used_without_scan(connection, self.gtin, self.serial)
            if earlier is not None:
                return earlier, self._change(step.name.lower(), was, step.leaves)
        where = (*self._key, Unit.disposition.in_(step.starts_from))
        moved = connection.execute(update(Unit).where(*where).values(disposition=step.leaves))
        if not moved.rowcount or was is None:
            raise already_used_error(connection, self.gtin, self.serial, self.disposition(connection))
        return was, self._change(step.name.lower(), was, step.leaves)

    def put_back(
        self, connection: Connection, *, left: Disposition, was: Disposition, action: str, vial_id: int
    ) -> AuditChange | None:
        """Undo a move that was made with vial `vial_id`. Return the change, named `action`.

        None, and nothing is moved, where the unit was moved again since, or another vial with its number was
        used or destroyed: the disposition rests on that one too.
        """
        if self._locked(connection) is not left or self._rests_on_another(connection, left, vial_id):
            return None
        connection.execute(update(Unit).where(*self._key).values(disposition=was))
        return self._change(action, left, was)

    def _rests_on_another(self, connection: Connection, left: Disposition, vial_id: int) -> bool:
        another = {
            Disposition.DISPENSED: Vial.used_on.is_not(None),
            Disposition.DESTROYED: Vial.state == VialState.WASTED,
        }.get(left)
        if another is None:
            return False
        where = (Vial.gtin == self.gtin, Vial.serial == self.serial, Vial.id != vial_id, another)
        return connection.scalar(select(Vial.id).where(*where).limit(1)) is not None

    def _change(self, action: str, was: Disposition, becomes: Disposition) -> AuditChange:
        before, after = {"disposition": str(was)}, {"disposition": str(becomes)}
        return AuditChange(action, "unit", f"{self.gtin}/{self.serial}", before, after)


def _used_without_scan(connection: Connection, gtin: str, serial: str) -> Disposition | None:
    """The unit's disposition before its only use, where that was recorded without a scan; else None."""
    where = (Vial.gtin == gtin, Vial.serial == serial, Vial.used_on.is_not(None))
    rows = connection.execute(select(Vial.code_scanned, Vial.unit_was).where(*where)).all()
    if not rows or any(row.code_scanned for row in rows):
        return None
    return rows[0].unit_was or Disposition.ACTIVE


def already_used_error(
    connection: Connection, gtin: str, serial: str, disposition: Disposition | None = None
) -> ConflictError:
    """Return why a number cannot be used: the day on which a vial with it was used, or what the
    record says.
    """
    where = (Vial.gtin == gtin, Vial.serial == serial, Vial.used_on.is_not(None))
    used_on: date | None = connection.scalar(select(Vial.used_on).where(*where))
    if used_on is None:
        return ConflictError(
            ErrorCode.NOT_IN_CIRCULATION,
            given=serial,
            expected="a unit in circulation",
            found=str(disposition or Disposition.UNKNOWN),
        )
    return ConflictError(
        ErrorCode.ALREADY_USED,
        given=serial,
        expected="a number that nobody has used",
        found=used_on.isoformat(),
    )
