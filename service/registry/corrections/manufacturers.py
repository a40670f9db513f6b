"""Merges a manufacturer that was made by mistake (a misspelled name, for example) into the right one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Row, delete, func, select, update

from service.errors import ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    TouchedRecords,
)
from service.storage.audit import AuditActor, AuditChange
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Scan, Unit


@dataclass(frozen=True, slots=True)
class ManufacturerMerge:
    """Gives all products of the manufacturer `wrong` to `right`, and removes `wrong`."""

    wrong: str
    right: str
    kind: ClassVar[str] = "merge"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"wrong": self.wrong, "right": self.right}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["wrong"], values["right"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What moves. NotFoundError for a name that is not theirs, NOT_ALLOWED between two organisations."""
        if self.wrong == self.right:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, given=self.wrong, field="right")
        wrong = _row(connection, self.wrong, "wrong", who, lock=lock)
        right = _row(connection, self.right, "right", who, lock=lock)
        if wrong.organisation_id not in (None, right.organisation_id):
            raise ForbiddenError(ErrorCode.NOT_ALLOWED, given=self.wrong, field="wrong")
        products = connection.execute(
            select(Product.id, Product.gtin).where(Product.manufacturer_id == wrong.id).order_by(Product.gtin)
        ).all()
        ids = [row.id for row in products]
        prefixes = tuple(sorted({*wrong.gs1_prefixes, *right.gs1_prefixes}))
        gtins = [row.gtin for row in products]
        fields = [
            FieldChange("manufacturer", self.wrong, self.right),
            FieldChange("products", gtins, self.right),
        ]
        if prefixes != right.gs1_prefixes:
            fields.append(FieldChange("gs1_prefixes", list(right.gs1_prefixes), list(prefixes)))
        checks, lots, units = [
            connection.scalar(select(func.count()).select_from(model).where(model.product_id.in_(ids))) or 0
            for model in (Scan, Batch, Unit)
        ]
        two = wrong.two_person_release or right.two_person_release
        return ChangePreview(
            object_type="manufacturer",
            object_id=self.wrong,
            title=self.wrong,
            organisation_id=right.organisation_id,
            fields=tuple(fields),
            touched=TouchedRecords(checks, lots, units),
            second=SecondPerson.ORGANISATION if two else SecondPerson.NOT_NEEDED,
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Move the products, join the prefixes, and remove the wrong one."""
        wrong, right = (_row(connection, name, name, maker.who) for name in (self.wrong, self.right))
        (products,) = (each.before for each in maker.seen.fields if each.field == "products")
        connection.execute(
            update(Product).where(Product.manufacturer_id == wrong.id).values(manufacturer_id=right.id)
        )
        connection.execute(delete(Manufacturer).where(Manufacturer.id == wrong.id))
        prefixes = tuple(sorted({*wrong.gs1_prefixes, *right.gs1_prefixes}))
        two = wrong.two_person_release or right.two_person_release
        values = {"gs1_prefixes": prefixes, "two_person_release": two}
        connection.execute(update(Manufacturer).where(Manufacturer.id == right.id).values(values))
        before: dict[str, Any] = {"name": wrong.name, "gs1_prefixes": list(wrong.gs1_prefixes)}
        before |= {"contact": wrong.contact, "catalogue_complete": wrong.catalogue_complete}
        moved = [
            AuditChange(
                "correct", "product", gtin, {"manufacturer": self.wrong}, {"manufacturer": self.right}
            )
            for gtin in products
        ]
        return [AuditChange("merge", "manufacturer", self.wrong, before, {"name": self.right}), *moved]


def manufacturers(database: Database, who: AuditActor) -> list[tuple[str, int]]:
    """The organisation's manufacturers with their number of products, by name."""
    statement = (
        select(Manufacturer.name, func.count(Product.id))
        .outerjoin(Product, Product.manufacturer_id == Manufacturer.id)
        .group_by(Manufacturer.id, Manufacturer.name)
        .order_by(Manufacturer.name)
    )
    if who.organisation_id is not None:
        statement = statement.where(Manufacturer.organisation_id == who.organisation_id)
    with database.reading() as connection:
        return [(row[0], row[1]) for row in connection.execute(statement)]


def _row(connection: Connection, name: str, field: str, who: AuditActor, *, lock: bool = False) -> Row[Any]:
    statement = select(Manufacturer.__table__).where(Manufacturer.name == name)
    if who.organisation_id is not None:
        statement = statement.where(Manufacturer.organisation_id == who.organisation_id)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise NotFoundError(ErrorCode.NOT_ON_RECORD, given=name, field=field)
    return row
