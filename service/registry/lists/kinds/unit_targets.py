"""Where the units of a list belong: product and batch on record, or why there is no such place."""

from typing import NamedTuple

from sqlalchemy import Connection, select

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


class UnitTargets:
    """Finds the place of each combination once."""

    def __init__(self, connection: Connection, owner: Owner = Owner()) -> None:  # noqa: B008 (frozen)
        self.connection = connection
        self._owner = owner
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
        product = self.connection.execute(
            select(Product.id, Manufacturer.organisation_id)
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin == what.gtin)
        ).one_or_none()
        if product is None or not self._owner.owns(product.organisation_id):
            return (no_product(what.gtin, self._owner),)
        product_id = product.id
        lot = Lot.parse(what.lot)
        alike = self.connection.execute(
            select(Batch.id, Batch.lot, Batch.expiry, Batch.expiry_month_only).where(
                Batch.product_id == product_id, Batch.lot_key == lot.key
            )
        ).all()
        batch = the_one(lot, alike, lambda each: str(each.lot))
        if batch is None:
            return (RefusedError(ErrorCode.LOT_NOT_ON_RECORD, given=what.lot, field="lot"),)
        on_record = Expiry.from_record(batch.expiry, batch.expiry_month_only)
        if what.expiry and not Expiry.parse(what.expiry).agrees_with(on_record):
            return (
                ConflictError(
                    ErrorCode.CONFLICT,
                    given=what.expiry,
                    expected=f"{on_record.printed_form}, as on record for lot {batch.lot}",
                    found=what.expiry,
                    field="expiry",
                ),
            )
        name = f"{what.gtin}/{what.lot_key}"
        disposition = Disposition(what.disposition) if what.disposition else None
        return UnitTarget(product_id, batch.id, name, batch.lot, disposition)
