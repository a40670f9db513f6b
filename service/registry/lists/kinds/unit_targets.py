"""Finds where the units of a list belong: product and batch on record, or why there is no such place.

A batch that a list of the same command will put on record counts too (`ComingRecords`). Its number, and that
of its product where that is coming as well, is negative until then.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from service.authenticity.dispositions import Disposition
from service.authenticity.lots.lot_matching import the_one
from service.errors import ConflictError, ErrorCode, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Lot
from service.registry.lists.ownership import Owner, no_product
from service.storage.models import Batch, Manufacturer, Product

_MOST_REMEMBERED = 20_000


class UnitRow(NamedTuple):
    """What the cells of a unit's row say beside the serial, in normal form. Empty: not said."""

    gtin: str
    lot_key: str
    lot: str
    expiry: str
    disposition: str


class UnitRowGroup(NamedTuple):
    """Checked rows that say the same beside the serial; `lines` and `serials` are JSON arrays."""

    chunk: int
    size: int
    what: UnitRow
    lines: str
    serials: str


class UnitTarget(NamedTuple):
    """A batch on record. `disposition`: what the list says of the units, None when it says nothing."""

    product_id: int
    batch_id: int
    name: str
    lot: str
    disposition: Disposition | None


Refused = tuple[VialcheckError, ...]


@dataclass(slots=True)
class ComingRecords:
    """Products (by GTIN) and batches (by GTIN and lot key: expiries by lot) that are not on record yet."""

    products: set[str] = field(default_factory=set)
    batches: dict[tuple[str, str], dict[str, Expiry]] = field(default_factory=dict)


class UnitTargets:
    """Finds the place of each combination once."""

    def __init__(
        self,
        connection: Connection,
        owner: Owner = Owner(),  # noqa: B008 (frozen)
        coming: ComingRecords | None = None,
    ) -> None:
        self.connection = connection
        self._owner = owner
        self._coming = coming or ComingRecords()
        self._numbers: dict[object, int] = {}
        self._found: dict[UnitRow, UnitTarget | Refused] = {}

    def find(self, what: UnitRow) -> UnitTarget | Refused:
        """The place of units of which the list says `what`, or why they cannot be put there."""
        found = self._found.get(what)
        if found is None:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            found = self._found[what] = self._look_up(what)
        return found

    def lot_of(self, batch_id: int) -> str:
        """The lot of a batch, as printed."""
        return str(self.connection.scalar(select(Batch.lot).where(Batch.id == batch_id)))

    def _look_up(self, what: UnitRow) -> UnitTarget | Refused:
        product = self.connection.execute(_PRODUCT, {"gtin": what.gtin}).one_or_none()
        if product is None and what.gtin in self._coming.products:
            return self._coming_target(self._number(what.gtin), what)
        if product is None or not self._owner.owns(product.organisation_id):
            return (no_product(what.gtin, self._owner),)
        lot = Lot.parse(what.lot)
        key = {"product_id": product.id, "lot_key": lot.key}
        batch = the_one(lot, self.connection.execute(_BATCH, key).all(), lambda each: str(each.lot))
        if batch is None:
            return self._coming_target(product.id, what)
        on_record = Expiry.from_record(batch.expiry, batch.expiry_month_only)
        return _target(what, product.id, batch.id, batch.lot, on_record)

    def _coming_target(self, product_id: int, what: UnitRow) -> UnitTarget | Refused:
        lot = Lot.parse(what.lot)
        alike = self._coming.batches.get((what.gtin, lot.key), {}).items()
        coming = the_one(lot, alike, lambda each: each[0])
        if coming is None:
            return (RefusedError(ErrorCode.LOT_NOT_ON_RECORD, given=what.lot, field="lot"),)
        printed, expiry = coming
        return _target(what, product_id, self._number((what.gtin, printed)), printed, expiry)

    def _number(self, of: object) -> int:
        """A negative number for a record that is coming, the same for the same."""
        return self._numbers.setdefault(of, -1 - len(self._numbers))


_PRODUCT = (
    select(Product.id, Manufacturer.organisation_id)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .where(Product.gtin == bindparam("gtin"))
)
_BATCH = select(Batch.id, Batch.lot, Batch.expiry, Batch.expiry_month_only).where(
    Batch.product_id == bindparam("product_id"), Batch.lot_key == bindparam("lot_key")
)


def _target(
    what: UnitRow, product_id: int, batch_id: int, lot: str, on_record: Expiry
) -> UnitTarget | Refused:
    if what.expiry and not Expiry.parse(what.expiry).agrees_with(on_record):
        return (
            ConflictError(
                ErrorCode.CONFLICT,
                given=what.expiry,
                expected=f"{on_record.printed_form}, as on record for lot {lot}",
                found=what.expiry,
                field="expiry",
            ),
        )
    name = f"{what.gtin}/{what.lot_key}"
    disposition = Disposition(what.disposition) if what.disposition else None
    return UnitTarget(product_id, batch_id, name, lot, disposition)
