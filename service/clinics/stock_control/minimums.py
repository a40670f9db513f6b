"""Minimum stock: how many unopened vials of a product a clinic wants to have, and what it has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from service.accounts.actors import Actor
from service.clinics.vial_lifecycle import VialState
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.gs1.iso.countries import zone_of
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Batch, Product, StockMinimum, Vial
from service.verification.service import VerificationService

MOST = 100_000
_UNOPENED = (VialState.IN_STOCK, VialState.IN_TRANSIT)
_STOPPED_LOTS = ("recalled", "on_hold")


@dataclass(frozen=True, slots=True)
class ProductMinimum:
    """A product that the clinic has had. `minimum`: None where the clinic set none; `unopened`: the vials
    that it has, at any of its sites or between them: without those that are expired, recalled or on hold.
    """

    product_id: int
    name: str
    minimum: int | None
    unopened: int

    @property
    def is_short(self) -> bool:
        """Whether there are fewer than the minimum."""
        return self.minimum is not None and self.unopened < self.minimum


class StockMinimums:
    """Reads and sets the minimum stock of a clinic's products."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification

    def all(self, actor: Actor) -> list[ProductMinimum]:
        """Return every product that the clinic has had, by name."""
        own = StockMinimum.organisation_id == actor.organisation_id
        now = self._verification.now()
        today = now.astimezone(zone_of(actor.country or None, now.date())).date()
        good = (
            Vial.state.in_(_UNOPENED),
            or_(Vial.expiry.is_(None), Vial.expiry >= today),
            or_(Batch.status.is_(None), Batch.status.not_in(_STOPPED_LOTS)),
            ~Product.stopped,
        )
        unopened = func.count(Vial.id).filter(*good)
        statement = (
            select(Product.id, Product.name, StockMinimum.vials, unopened)
            .join(Vial, Vial.product_id == Product.id)
            .outerjoin(Batch, Batch.id == Vial.batch_id)
            .outerjoin(StockMinimum, own & (StockMinimum.product_id == Product.id))
            .where(Vial.organisation_id == actor.organisation_id)
            .group_by(Product.id, Product.name, StockMinimum.vials)
            .order_by(Product.name, Product.id)
        )
        with self._database.reading() as connection:
            return [ProductMinimum(*row) for row in connection.execute(statement)]

    def short(self, actor: Actor) -> list[ProductMinimum]:
        """Return the products of which there are fewer than the minimum, by name."""
        return [each for each in self.all(actor) if each.is_short]

    def set(self, actor: Actor, product_id: int, vials: int | None, now: datetime) -> None:
        """Set it; None: no minimum. RefusedError for another number; NotFoundError for a product that the
        clinic never had.
        """
        if vials is not None and not 1 <= vials <= MOST:
            raise RefusedError(
                ErrorCode.MINIMUM_INVALID, given=str(vials), expected=f"1 to {MOST}", field="vials"
            )
        known = {each.product_id: each for each in self.all(actor)}.get(product_id)
        if known is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(product_id), expected="a product that you had")
        if known.minimum == vials:
            return
        where = (StockMinimum.organisation_id == actor.organisation_id, StockMinimum.product_id == product_id)
        with self._database.transaction() as connection:
            connection.execute(delete(StockMinimum).where(*where))
            if vials is not None:
                row = {"organisation_id": actor.organisation_id, "product_id": product_id, "vials": vials}
                connection.execute(self._database.insert_new(StockMinimum).values(row))
            before, after = {"vials": known.minimum}, {"vials": vials}
            change = AuditChange("stock_minimum", "product", str(product_id), before, after)
            write_down(connection, [change], who=actor.who, at=now, reason="clinic's rule")
