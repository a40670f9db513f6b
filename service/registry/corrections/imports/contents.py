"""What an import put on record, and what of it can be taken back: nothing was built on it since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, or_, select

from service.gs1.identifiers import Lot
from service.registry.corrections.changes import LeftRecord
from service.registry.statements.topics import LIVE
from service.storage.models import (
    Alert,
    AuditEntry,
    Batch,
    ChangedUnit,
    ExpiryExtension,
    InUseTime,
    Manufacturer,
    PackMark,
    Product,
    ProductStatement,
    Recall,
    ResolverLink,
    Scan,
    Unit,
    UnitChange,
    Vial,
    Withdrawal,
)

_BY_IMPORTS = ("create", "commission", "withdraw", "add_statement")
_OF_BATCH = ((ExpiryExtension, "extension"), (Vial, "vials"), (UnitChange, "moved_units"))
_OF_PRODUCT = (
    (Recall, "recall"),
    (Vial, "vials"),
    (InUseTime, "vials"),
    (Alert, "alert"),
    (UnitChange, "moved_units"),
    (Scan, "checks"),
    (ProductStatement, "statements"),
    (ResolverLink, "links"),
)


@dataclass(slots=True)
class ImportContents:
    """What can be taken back, by id; `units`: how many, by batch. `left`: what stays, and why.

    `changes`: entries of the audit whose values still stand and can be put back.
    """

    units: dict[int, int] = field(default_factory=dict)
    batches: dict[int, str] = field(default_factory=dict)
    products: dict[int, str] = field(default_factory=dict)
    manufacturers: dict[int, str] = field(default_factory=dict)
    alerts: dict[int, str] = field(default_factory=dict)
    statements: dict[int, str] = field(default_factory=dict)
    marks: dict[int, str] = field(default_factory=dict)
    changes: list[Row[Any]] = field(default_factory=list)
    left: list[LeftRecord] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    """Of every batch that has units of it: GTIN/lot key."""


class ImportReader:
    """Reads what one import did, within the caller's transaction."""

    def __init__(self, connection: Connection, import_id: int) -> None:
        self._connection = connection
        self._import = import_id
        self._found = ImportContents()

    def read(self) -> ImportContents:
        """Units first: what owns nothing any more can be taken back, up to the manufacturers."""
        entries = self._connection.execute(
            select(AuditEntry.__table__)
            .where(AuditEntry.import_id == self._import)
            .order_by(AuditEntry.id.desc())
        ).all()
        created = [entry for entry in entries if entry.action == "create"]
        self._read_units({entry.object_id for entry in entries if entry.action == "commission"})
        for kind, read in (
            ("batch", self._read_batch),
            ("product", self._read_product),
            ("manufacturer", self._read_manufacturer),
            ("alert", self._read_alert),
            ("mark", self._read_mark),
        ):
            for entry in created:
                if entry.object_type == kind:
                    read(entry)
        for entry in entries:
            if entry.action == "add_statement":
                self._read_statement(entry)
        changed = [entry for entry in entries if entry.action not in _BY_IMPORTS]
        self._found.changes = [entry for entry in changed if not self._goes(entry)]
        return self._found

    def unused(self, product_id: int) -> ColumnElement[bool]:
        """The import's units of a product that no clinic holds and no one has changed."""
        held = select(Vial.serial).where(Vial.product_id == product_id, Vial.serial != "")
        changed = (
            select(ChangedUnit.serial)
            .join(UnitChange, UnitChange.id == ChangedUnit.change_id)
            .where(UnitChange.product_id == product_id)
        )
        own = (Unit.product_id == product_id) & (Unit.import_id == self._import)
        return own & Unit.serial.not_in(held) & Unit.serial.not_in(changed)

    def _read_units(self, names: set[str]) -> None:
        gtins = sorted({name.partition("/")[0] for name in names})
        for product_id, gtin in self._connection.execute(
            select(Product.id, Product.gtin).where(Product.gtin.in_(gtins)).order_by(Product.id)
        ).all():
            own = (Unit.product_id == product_id) & (Unit.import_id == self._import)
            all_units = self._by_batch(own)
            unused = self._by_batch(self.unused(product_id))
            keys = select(Batch.id, Batch.lot_key).where(Batch.product_id == product_id)
            for batch_id, key in self._connection.execute(keys.where(Batch.id.in_(all_units))):
                self._found.names[batch_id] = f"{gtin}/{key}"
                if (kept := all_units[batch_id] - unused.get(batch_id, 0)) > 0:
                    self._leave(f"{gtin}/{key}", "used_units", kept)
            self._found.units |= unused

    def _by_batch(self, where: ColumnElement[bool]) -> dict[int, int]:
        rows = self._connection.execute(
            select(Unit.batch_id, func.count()).where(where).group_by(Unit.batch_id)
        )
        return {row[0]: row[1] for row in rows}

    def _read_batch(self, entry: Row[Any]) -> None:
        gtin, _, _ = entry.object_id.partition("/")
        written = Lot.parse(str((entry.after or {}).get("lot", ""))).written
        row = self._connection.execute(
            select(Batch.id, Batch.product_id, Batch.lot_key)
            .join(Product, Product.id == Batch.product_id)
            .where(Product.gtin == gtin, Batch.lot_written == written)
        ).first()
        if row is None:
            return self._leave(entry.object_id, "gone")
        units = self._by_batch((Unit.product_id == row.product_id) & (Unit.batch_id == row.id))
        if units.get(row.id, 0) > self._found.units.get(row.id, 0):
            return self._leave(entry.object_id, "units", units[row.id])
        recalled = exists().where(Recall.product_id == row.product_id, Recall.lot_key == row.lot_key)
        why = self._changed(entry) or self._referred(_OF_BATCH, "batch_id", row.id)
        if why or self._connection.scalar(select(recalled)):
            return self._leave(entry.object_id, why or "recall")
        self._found.batches[row.id] = entry.object_id
        return None

    def _read_product(self, entry: Row[Any]) -> None:
        row = self._connection.execute(select(Product.id).where(Product.gtin == entry.object_id)).first()
        if row is None:
            return self._leave(entry.object_id, "gone")
        batches = set(self._connection.scalars(select(Batch.id).where(Batch.product_id == row.id)))
        if batches - set(self._found.batches):
            return self._leave(entry.object_id, "lots", len(batches - set(self._found.batches)))
        why = self._changed(entry) or self._referred(_OF_PRODUCT, "product_id", row.id)
        if why:
            return self._leave(entry.object_id, why)
        self._found.products[row.id] = entry.object_id
        return None

    def _read_manufacturer(self, entry: Row[Any]) -> None:
        number = self._connection.scalar(select(Manufacturer.id).where(Manufacturer.name == entry.object_id))
        if number is None:
            return self._leave(entry.object_id, "gone")
        of_it = select(Product.id).where(Product.manufacturer_id == number)
        others = set(self._connection.scalars(of_it)) - set(self._found.products)
        why = "products" if others else self._changed(entry)
        if why:
            return self._leave(entry.object_id, why, len(others) or 1)
        self._found.manufacturers[number] = entry.object_id
        return None

    def _read_alert(self, entry: Row[Any]) -> None:
        row = self._connection.execute(
            select(Alert.id, Alert.withdrawn).where(Alert.fingerprint == entry.object_id)
        ).first()
        if row is None or row.withdrawn:
            return self._leave(entry.object_id, "gone" if row is None else "withdrawn")
        self._found.alerts[row.id] = entry.object_id
        return None

    def _read_statement(self, entry: Row[Any]) -> None:
        """Its versions are withdrawn and kept: what patients have read stays on record."""
        gtin, topic, language = entry.object_id.split("/")
        row = self._connection.execute(
            select(ProductStatement.id, ProductStatement.state)
            .join(Product, Product.id == ProductStatement.product_id)
            .where(
                Product.gtin == gtin,
                ProductStatement.topic == topic,
                ProductStatement.language == language,
                ProductStatement.version == (entry.after or {}).get("version"),
            )
        ).first()
        if row is not None and row.state in LIVE:
            self._found.statements[row.id] = entry.object_id

    def _read_mark(self, entry: Row[Any]) -> None:
        row = self._connection.execute(
            select(PackMark.id, PackMark.withdrawn).where(PackMark.mark == entry.object_id)
        ).first()
        if row is None or row.withdrawn:
            return self._leave(entry.object_id, "gone" if row is None else "withdrawn")
        self._found.marks[row.id] = entry.object_id
        return None

    def _changed(self, entry: Row[Any]) -> str:
        """`changed` where others than this and withdrawn imports have changed it since; else empty."""
        withdrawn = select(Withdrawal.number).where(Withdrawal.kind == "import")
        counted = (AuditEntry.import_id != self._import) & AuditEntry.import_id.not_in(withdrawn)
        others = or_(AuditEntry.import_id.is_(None), counted)
        changed = exists().where(
            AuditEntry.object_type == entry.object_type,
            AuditEntry.object_id == entry.object_id,
            AuditEntry.id > entry.id,
            AuditEntry.action.not_in(_BY_IMPORTS),
            others,
        )
        return "changed" if self._connection.scalar(select(changed)) else ""

    def _referred(self, by: Sequence[tuple[Any, str]], column: str, number: int) -> str:
        for model, why in by:
            if self._connection.scalar(select(exists().where(getattr(model, column) == number))):
                return why
        return ""

    def _goes(self, entry: Row[Any]) -> bool:
        """Whether the record that the entry is about is taken back as a whole."""
        gone: Mapping[str, dict[int, str]] = {
            "batch": self._found.batches,
            "product": self._found.products,
            "manufacturer": self._found.manufacturers,
        }
        return entry.object_id in gone.get(entry.object_type, {}).values()

    def _leave(self, name: str, why: str, count: int = 1) -> None:
        self._found.left.append(LeftRecord(name, why, count))


def values_of(entries: Sequence[Row[Any]]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Kind, name, and the values before and after, of entries that have both."""
    for entry in entries:
        if entry.before is not None and entry.after is not None:
            yield entry.object_type, entry.object_id, entry.before, entry.after
