"""Corrections of a lot: its number, its dates, its quantity, where it was shipped, and its status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Row, exists, select, update

from service.authenticity.evidence import BatchRecord, BatchStatus
from service.authenticity.lots.lot_matching import the_one
from service.errors import ConflictError, ErrorCode, InvalidFieldsError, NotFoundError, RefusedError
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    differing,
    plain,
)
from service.registry.corrections.expiry_bound import bound_of
from service.registry.corrections.products import corrected
from service.registry.corrections.touched import touched
from service.registry.lists.cells import Cells
from service.registry.lists.columns import recognise
from service.registry.lists.kinds.batches import Batches
from service.registry.recalls.batch_status import status_of_new, status_without_recalls
from service.registry.recalls.queries import owned, standing
from service.storage.audit import AuditActor, AuditChange
from service.storage.database import Database
from service.storage.models import Batch, ExpiryExtension, Manufacturer, Product, Withdrawal

FORM = ("lot", "expiry", "status", "made", "released", "quantity", "markets")
"""The fields of the form, as `shown` gives them."""

_RECALL = ("recall_class", "recall_reference", "recall_reason")


@dataclass(frozen=True, slots=True)
class BatchCorrection:
    """Other values of a lot, by the fields of the form, as JSON. `lot`: as it is on record now."""

    gtin: str
    lot: str
    corrected: Mapping[str, Any]
    kind: ClassVar[str] = "batch"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"gtin": self.gtin, "lot": self.lot, "corrected": dict(self.corrected)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["gtin"], values["lot"], values["corrected"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it would do, and to the status of the lot under the recalls in force.

        RECALL_STANDS, EXTENSION_STANDS for what depends on another record, TAKEN for another lot's number.
        """
        row = batch_row(connection, self.gtin, Lot.parse(self.lot), who, lock=lock)
        fields = self._fields(connection, row)
        if not fields:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, given=row.lot, field="lot")
        second = SecondPerson.ORGANISATION if row.two_person_release else SecondPerson.NOT_NEEDED
        bound, expiry = self._bound(row, fields), _after(fields, "expiry")
        later = expiry and Expiry.parse(expiry).last_day > max(bound, row.expiry)
        return ChangePreview(
            object_type="batch",
            object_id=batch_name(row),
            title=f"{row.name}, {row.lot}",
            organisation_id=row.organisation_id,
            fields=fields,
            touched=touched(connection, row.product_id, row.organisation_id, batch_ids=[row.id]),
            second=SecondPerson.BOUND if later else second,
            notes=(("bound", bound.isoformat()),) if later else (),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the values. A lot that is given another number is audited under that number."""
        row = batch_row(connection, self.gtin, Lot.parse(self.lot), maker.who)
        asked = self._asked(row)
        values = stored_columns({each.field: each.after for each in maker.seen.fields})
        values |= _status_columns(row, asked, standing(connection, row.product_id))
        connection.execute(update(Batch).where(Batch.id == row.id).values(values))
        lot = Lot.parse(asked.get("lot", row.lot))
        return [corrected("batch", f"{row.gtin}/{lot.key}", maker.seen.fields)]

    def _asked(self, row: Row[Any]) -> dict[str, Any]:
        """What is asked for and not on record, as JSON."""
        before = {name: _on_record(row, name) for name in FORM}
        return {each.field: each.after for each in differing(before, self.corrected)}

    def _fields(self, connection: Connection, row: Row[Any]) -> tuple[FieldChange, ...]:
        asked = self._asked(row)
        self._require_possible(connection, row, asked)
        status = _status_columns(row, asked, standing(connection, row.product_id))["status"]
        after: dict[str, Any] = asked | {"status": status}
        if row.status == BatchStatus.RECALLED and status != BatchStatus.RECALLED:
            after |= dict.fromkeys(_RECALL, "")
        before = {name: _on_record(row, name) for name in (*FORM, *_RECALL)}
        return differing(before, after)

    @staticmethod
    def _require_possible(connection: Connection, row: Row[Any], stated: Mapping[str, Any]) -> None:
        if "status" in stated and row.status_before is not None:
            raise ConflictError(ErrorCode.RECALL_STANDS, given=row.lot, field="status")
        if "expiry" in stated and _is_extended(connection, row.id):
            raise ConflictError(ErrorCode.EXTENSION_STANDS, given=row.lot, field="expiry")
        if "lot" not in stated:
            return
        lot = Lot.parse(stated["lot"])
        named = any(recall.lot_key == row.lot_key for recall in standing(connection, row.product_id))
        if named and lot.key != row.lot_key:
            raise ConflictError(ErrorCode.RECALL_STANDS, given=row.lot, field="lot")
        other = exists().where(
            Batch.product_id == row.product_id, Batch.lot_written == lot.written, Batch.id != row.id
        )
        if connection.scalar(select(other)):
            raise ConflictError(ErrorCode.TAKEN, given=lot.printed, field="lot")

    @staticmethod
    def _bound(row: Row[Any], fields: tuple[FieldChange, ...]) -> date:
        made, released = _after(fields, "made"), _after(fields, "released")
        return bound_of(
            date.fromisoformat(made) if made else row.made,
            date.fromisoformat(released) if released else row.released,
            row.stability_months,
        )


def batch_name(row: Row[Any]) -> str:
    """The audit's name of a lot: GTIN/lot key."""
    return f"{row.gtin}/{row.lot_key}"


def batch_row(
    connection: Connection, gtin: str, lot: Lot, who: AuditActor, *, lock: bool = False
) -> Row[Any]:
    """A lot of theirs with its product and owner. NotFoundError(LOT_NOT_ON_RECORD)."""
    statement = owned(
        select(
            Batch.__table__,
            Product.name,
            Product.gtin,
            Product.stability_months,
            Manufacturer.organisation_id,
            Manufacturer.two_person_release,
        )
        .join(Product, Product.id == Batch.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin, Batch.lot_key == lot.key),
        who,
    )
    alike = connection.execute(statement.with_for_update(of=Batch) if lock else statement).all()
    row = the_one(lot, alike, lambda each: str(each.lot))
    if row is None:
        raise NotFoundError(ErrorCode.LOT_NOT_ON_RECORD, given=lot.printed, field="lot")
    return row


def shown(database: Database, gtin: Gtin, lot: Lot, who: AuditActor) -> dict[str, str]:
    """The lot's values as the form has them. NotFoundError for a lot that is not theirs."""
    with database.reading() as connection:
        return batch_values(batch_row(connection, gtin.value, lot, who))


def read_batch(
    database: Database, gtin: Gtin, lot: Lot, given: Mapping[str, str], who: AuditActor
) -> BatchCorrection:
    """Read the form (or the fields of it that are given). InvalidFieldsError lists all that is wrong."""
    with database.reading() as connection:
        row = batch_row(connection, gtin.value, lot, who)
    before = batch_values(row)
    said = {name: given[name].strip() for name in FORM if name in given}
    changed = {name for name, text in said.items() if text != before[name]}
    cells_of = {name: text for name, text in (before | said).items() if text or name in changed}
    cells_of = {name: text for name, text in cells_of.items() if name in changed or name in _TOGETHER}
    cells_of |= {name: (before | said)[name] for name in ("lot", "expiry")}
    cells = Cells(recognise(["gtin", *cells_of]), [gtin.value, *cells_of.values()])
    if "status" in changed and not said["status"]:
        cells.refuse("status", "released, pending, on hold or recalled")
    facts = Batches().parse(cells)
    if facts is None or cells.problems:
        raise InvalidFieldsError(tuple(cells.problems))
    values = {name: plain(getattr(facts, name)) for name in changed if name != "lot"}
    if "lot" in changed:
        values["lot"] = facts.lot.printed
    return BatchCorrection(gtin.value, row.lot, values)


_TOGETHER = frozenset({"expiry", "made", "released"})
"""Dates that have to be in order, so that they are read together."""


def batch_values(row: Row[Any]) -> dict[str, str]:
    """The values of a row of batches, as the form has them."""
    return {name: _as_text(_on_record(row, name)) for name in FORM}


def _on_record(row: Row[Any], field: str) -> Any:
    if field == "expiry":
        return Expiry.from_record(row.expiry, row.expiry_month_only)
    return getattr(row, field)


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else str(plain(value))


def _after(fields: tuple[FieldChange, ...], name: str) -> str:
    return next((each.after or "" for each in fields if each.field == name), "")


def _status_columns(row: Row[Any], stated: Mapping[str, Any], stands: Any) -> dict[str, Any]:
    """The status of the corrected lot under the recalls in force, and the one to go back to."""
    own = BatchRecord(
        row.id,
        row.lot,
        _on_record(row, "expiry"),
        BatchStatus(row.status),
        earlier_expiries=tuple(map(Expiry.parse, row.earlier_expiries)),
    )
    base = status_without_recalls(stands, own, row.status_before)
    if row.status_before is None and "status" in stated:
        base = BatchStatus(stated["status"])
    anew = BatchRecord(
        row.id,
        stated.get("lot", row.lot),
        Expiry.parse(stated["expiry"]) if "expiry" in stated else own.expiry,
        base,
        earlier_expiries=own.earlier_expiries,
    )
    return {"status": str(base), "status_before": None} | status_of_new(stands, anew)


def _is_extended(connection: Connection, batch_id: int) -> bool:
    withdrawn = exists().where(Withdrawal.kind == "extension", Withdrawal.number == ExpiryExtension.id)
    return bool(connection.scalar(select(exists().where(ExpiryExtension.batch_id == batch_id, ~withdrawn))))


def stored_columns(stated: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of values as JSON."""
    columns = {name: value for name, value in stated.items() if name not in ("lot", "expiry")}
    for name in ("made", "released"):
        if columns.get(name):
            columns[name] = date.fromisoformat(columns[name])
    if "markets" in columns:
        columns["markets"] = tuple(columns["markets"])
    if "expiry" in stated:
        expiry = Expiry.parse(stated["expiry"])
        columns |= {"expiry": expiry.last_day, "expiry_month_only": expiry.day is None}
    if "lot" in stated:
        lot = Lot.parse(stated["lot"])
        columns |= {"lot": lot.printed, "lot_key": lot.key, "lot_folded": lot.folded}
        columns["lot_written"] = lot.written
    return columns
