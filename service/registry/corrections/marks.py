"""Withdrawal of a mark of packs: no check asks about it or counts it any more, and its record stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, insert, select, update

from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError
from service.registry.corrections.alerts import is_own_notice
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    TouchedRecords,
    withdrawal_row,
)
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Manufacturer, PackMark, Product, Withdrawal


@dataclass(frozen=True, slots=True)
class MarkWithdrawal:
    """Withdraws a mark that came with a list of the organisation, or that it published as an authority."""

    number: int
    kind: ClassVar[str] = "mark_withdrawal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it ends. NOT_ALLOWED for another's mark, WITHDRAWN_BEFORE."""
        statement = select(PackMark.__table__).where(PackMark.id == self.number)
        mark = connection.execute(statement.with_for_update() if lock else statement).mappings().first()
        if mark is None:
            expected = "the number of a mark"
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(self.number), expected=expected, field="id")
        if not may_withdraw_mark(connection, dict(mark), who):
            raise ForbiddenError(ErrorCode.NOT_ALLOWED, given=str(self.number), field="id")
        name = f"{mark['product_name'] or mark['gtin']}: {mark['look_at']}"
        if mark["withdrawn"]:
            raise ConflictError(ErrorCode.WITHDRAWN_BEFORE, given=name, field="reason")
        return ChangePreview(
            object_type="mark",
            object_id=mark["mark"],
            title=name,
            organisation_id=who.organisation_id,
            fields=(FieldChange("mark", mark["differs"], "withdrawn"),),
            touched=TouchedRecords(),
            second=self._second(connection, mark["gtin"], who),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the withdrawal, and tell the checks."""
        connection.execute(insert(Withdrawal).values(withdrawal_row("mark", self.number, maker)))
        connection.execute(update(PackMark).where(PackMark.id == self.number).values(withdrawn=True))
        return [
            AuditChange("withdraw", "mark", maker.seen.object_id, {"withdrawn": False}, {"withdrawn": True})
        ]

    def _second(self, connection: Connection, gtin: str, who: AuditActor) -> SecondPerson:
        asked = select(Manufacturer.two_person_release).where(
            Manufacturer.organisation_id == who.organisation_id,
            Manufacturer.id.in_(select(Product.manufacturer_id).where(Product.gtin == gtin)),
        )
        needed = gtin != "" and who.organisation_id is not None and connection.scalar(asked)
        return SecondPerson.ORGANISATION if needed else SecondPerson.NOT_NEEDED


def may_withdraw_mark(connection: Connection, mark: Mapping[str, Any], who: AuditActor) -> bool:
    """Whether the mark is the organisation's own: of its list, or published by it as an authority."""
    return is_own_notice(connection, mark["authority"], mark["organisation_id"], who)
