"""The rule that a second person agrees to releases and changes: one person turns it on, two turn it off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, select, update

from service.errors import ErrorCode, NotFoundError, RefusedError
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    TouchedRecords,
)
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Batch, Manufacturer, Organisation, Product


@dataclass(frozen=True, slots=True)
class TwoPersonRule:
    """Turns the rule on or off for all manufacturers of an organisation."""

    organisation_id: int
    wanted: bool
    kind: ClassVar[str] = "two_persons"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"organisation_id": self.organisation_id, "wanted": self.wanted}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["organisation_id"], values["wanted"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """Of which manufacturers it changes the rule. NOTHING_TO_CHANGE, NotFoundError for others' rules."""
        name = connection.scalar(select(Organisation.name).where(Organisation.id == self.organisation_id))
        if name is None or who.organisation_id not in (None, self.organisation_id):
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(self.organisation_id), field="organisation")
        mine = select(Manufacturer.id, Manufacturer.name).where(
            Manufacturer.organisation_id == self.organisation_id,
            Manufacturer.two_person_release.is_not(self.wanted),
        )
        rows = connection.execute((mine.with_for_update() if lock else mine).order_by(Manufacturer.id)).all()
        if not rows:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, given=name, field="wanted")
        waiting = (
            select(Batch.id)
            .join(Product, Product.id == Batch.product_id)
            .where(Product.manufacturer_id.in_([row.id for row in rows]), Batch.status == "pending")
        )
        return ChangePreview(
            object_type="organisation",
            object_id=name,
            title=name,
            organisation_id=self.organisation_id,
            fields=(
                FieldChange("two_person_release", not self.wanted, self.wanted),
                FieldChange("manufacturers", [row.name for row in rows], self.wanted),
            ),
            touched=TouchedRecords(lots=len(connection.scalars(waiting).all())),
            second=SecondPerson.NOT_NEEDED if self.wanted else SecondPerson.ALWAYS,
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the rule."""
        (changed,) = (each.before for each in maker.seen.fields if each.field == "manufacturers")
        own = Manufacturer.organisation_id == self.organisation_id
        connection.execute(
            update(Manufacturer)
            .where(own, Manufacturer.name.in_(changed))
            .values(two_person_release=self.wanted)
        )
        before, after = {"two_person_release": not self.wanted}, {"two_person_release": self.wanted}
        return [AuditChange("change", "manufacturer", name, before, after) for name in changed]
