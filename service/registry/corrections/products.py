"""Corrections of a product: what its list said of it. The values are read as a list's cells are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Row, select, update

from service.errors import ErrorCode, InvalidFieldsError, NotFoundError, RefusedError
from service.gs1.identifiers import Gtin
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    differing,
    plain,
)
from service.registry.corrections.touched import touched
from service.registry.lists.cells import Cells
from service.registry.lists.columns import recognise
from service.registry.lists.kinds.products import ProductFacts, Products
from service.registry.recalls.queries import owned
from service.storage.audit import AuditActor, AuditChange
from service.storage.database import Database
from service.storage.models import Manufacturer, Product

FORM = (
    *("name", "active_substance", "strengths", "form", "content", "national_numbers", "markets", "languages"),
    *("complete", "complete_until", "in_use_hours", "storage", "stability_months", "interval_days"),
    "source_gtins",
)
"""The fields of the form, as `shown` gives them."""

_OF_FACTS = {"storage": ("storage_min", "storage_max"), "complete": ("complete", "complete_until")}
_DAYS = frozenset({"complete_until"})
_SEVERAL = frozenset(
    {"strengths", "national_numbers", "markets", "languages", "source_gtins", "lists_received"}
)


@dataclass(frozen=True, slots=True)
class ProductCorrection:
    """Other values of a product, by their columns, as JSON."""

    gtin: str
    corrected: Mapping[str, Any]
    kind: ClassVar[str] = "product"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"gtin": self.gtin, "corrected": dict(self.corrected)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["gtin"], values["corrected"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it would do. NOTHING_TO_CHANGE where the record says so already."""
        row = product_row(connection, self.gtin, who, lock=lock)
        fields = self._fields(row)
        if not fields:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, given=self.gtin, field="name")
        return ChangePreview(
            object_type="product",
            object_id=self.gtin,
            title=row.name,
            organisation_id=row.organisation_id,
            fields=fields,
            touched=touched(connection, row.id, row.organisation_id),
            second=SecondPerson.ORGANISATION if row.two_person_release else SecondPerson.NOT_NEEDED,
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the values."""
        values = stored_values({each.field: each.after for each in maker.seen.fields})
        connection.execute(update(Product).where(Product.gtin == self.gtin).values(values))
        return [corrected("product", self.gtin, maker.seen.fields)]

    def _fields(self, row: Row[Any]) -> tuple[FieldChange, ...]:
        before = {name: getattr(row, name) for name in self.corrected}
        return differing(before, self.corrected)


def corrected(object_type: str, object_id: str, fields: tuple[FieldChange, ...]) -> AuditChange:
    """The audit's entry of a correction."""
    before = {each.field: each.before for each in fields}
    return AuditChange("correct", object_type, object_id, before, {each.field: each.after for each in fields})


def product_row(connection: Connection, gtin: str, who: AuditActor, *, lock: bool = False) -> Row[Any]:
    """A product of theirs with its owner. NotFoundError."""
    statement = owned(
        select(
            Product.__table__,
            Manufacturer.name.label("manufacturer"),
            Manufacturer.organisation_id,
            Manufacturer.two_person_release,
        )
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin),
        who,
    )
    row = connection.execute(statement.with_for_update(of=Product) if lock else statement).first()
    if row is None:
        raise NotFoundError(ErrorCode.PRODUCT_NOT_ON_RECORD, given=gtin, field="gtin")
    return row


def shown(database: Database, gtin: Gtin, who: AuditActor) -> dict[str, str]:
    """The product's values as the form has them. NotFoundError for a product that is not theirs."""
    with database.reading() as connection:
        return _shown(product_row(connection, gtin.value, who))


def read_product(
    database: Database, gtin: Gtin, given: Mapping[str, str], who: AuditActor
) -> ProductCorrection:
    """Read the form (or the fields of it that are given). InvalidFieldsError lists all that is wrong.

    A field that says what is on record is not read: what came by a list long ago is refused to none.
    """
    with database.reading() as connection:
        row = product_row(connection, gtin.value, who)
    before = _shown(row)
    said = {name: given[name].strip() for name in FORM if name in given}
    changed = {name: text for name, text in said.items() if text != before[name]}
    if "complete" in changed or "complete_until" in changed:
        merged = before | said
        until = merged["complete_until"] if merged["complete"] == "yes" else ""
        changed["complete"] = until or merged["complete"]
        changed.pop("complete_until", None)
    name = changed.pop("name", row.name)
    labels = ["gtin", "name", "manufacturer", *changed]
    cells = Cells(recognise(labels), [gtin.value, name, row.manufacturer, *changed.values()])
    facts = Products().parse(cells)
    if facts is None:
        raise InvalidFieldsError(tuple(cells.problems))
    corrected_values: dict[str, Any] = {"name": facts.name}
    for field in changed:
        for column in _OF_FACTS.get(field, (field,)):
            corrected_values[column] = plain(_value(facts, column))
    return ProductCorrection(gtin.value, corrected_values)


def _value(facts: ProductFacts, column: str) -> Any:
    value = getattr(facts, column)
    return bool(value) if column == "complete" else value


def _shown(row: Row[Any]) -> dict[str, str]:
    storage = (row.storage_min, row.storage_max)
    return {
        **{name: str(getattr(row, name)) for name in ("name", "active_substance", "form", "content")},
        **{name: "; ".join(getattr(row, name)) for name in FORM if name in _SEVERAL},
        "complete": "yes" if row.complete else "no",
        "complete_until": row.complete_until.isoformat() if row.complete_until else "",
        "in_use_hours": str(row.in_use_hours or ""),
        "stability_months": str(row.stability_months or ""),
        "interval_days": str(row.interval_days or ""),
        "storage": _storage_shown(*storage),
    }


def _storage_shown(lowest: int | None, highest: int | None) -> str:
    if highest is None:
        return ""
    return f"below {highest}" if lowest is None else f"{lowest} to {highest}"


def stored_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of values as JSON."""
    return {name: _of_json(name, value) for name, value in values.items()}


def _of_json(column: str, value: Any) -> Any:
    if column in _SEVERAL:
        return tuple(value)
    return date.fromisoformat(value) if column in _DAYS and value else value
