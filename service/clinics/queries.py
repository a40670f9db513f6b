"""Read access to a clinic's vials; every query is limited to its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.authenticity.dispositions import Disposition
from service.clinics import presentations
from service.clinics.uses.content import VialContent, content_of
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ErrorCode, NotFoundError
from service.gs1.identifiers import Expiry
from service.storage.models import Delivery, Product, Vial, VialEvent
from service.verification.service import PresentedPack


@dataclass(frozen=True, slots=True)
class HeldVial:
    """One vial of one clinic. `used` and `wasted`: the units recorded so far; `content`: what it
    holds when full; `delivery_id`: None when it came alone; `site_id`: None at the clinic's main site.

    `presentations`: what was presented of it that counts; empty for vials from before these were kept.
    """

    id: int
    gtin: str
    product_id: int | None
    product_name: str
    content: VialContent
    lot: str
    lot_key: str
    serial: str
    expiry: Expiry | None
    state: VialState
    received: datetime
    delivery_id: int | None
    supplier: str
    note_number: str
    scan_id: str
    unit_on_record: bool
    unit_was: Disposition | None
    opened: datetime | None
    used_on: date | None
    use_before: datetime | None
    code_scanned: bool
    site_id: int | None
    used: Decimal
    wasted: Decimal
    presentations: tuple[PresentedPack, ...]

    @property
    def left(self) -> Decimal | None:
        """The units that are left in it; None where the record does not say how much it holds."""
        whole = self.content.whole
        return max(whole - self.used - self.wasted, Decimal(0)) if whole is not None else None

    def too_late(self, now: datetime) -> bool:
        """Return whether its time in use is over at `now` (aware)."""
        return self.use_before is not None and now >= self.use_before


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One recorded step of a vial. `undoes`: the id of the step that it takes back; `undone`: it was itself
    taken back. `before`: what taking it back restores, None where that is not kept.
    """

    id: int
    vial_id: int
    at: datetime
    actor: str
    account_id: int | None
    step: Step
    biz_step: str
    disposition: str
    reason: str
    units_used: Decimal | None
    units_wasted: Decimal | None
    reference: str
    undoes: int | None = None
    undone: bool = False
    before: Mapping[str, Any] | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a step that stands: neither undone nor an undo."""
        return not self.undone and self.undoes is None


_undo = aliased(VialEvent)
UNDONE = exists().where(_undo.undoes == VialEvent.id)
"""Of an event: that it was taken back."""


def _sum_of(column: InstrumentedAttribute[Decimal | None]) -> ScalarSelect[Decimal | None]:
    """The sum over a vial's steps that stand."""
    mine = VialEvent.vial_id == Vial.id
    return select(func.sum(column)).where(mine, ~UNDONE).correlate(Vial).scalar_subquery()


_VIALS = (
    select(
        Vial,
        Product.strengths,
        Product.content,
        Delivery.supplier,
        Delivery.note_number,
        _sum_of(VialEvent.units_used).label("used"),
        _sum_of(VialEvent.units_wasted).label("wasted"),
    )
    .outerjoin(Product, Product.id == Vial.product_id)
    .outerjoin(Delivery, Delivery.id == Vial.delivery_id)
)


def vials(connection: Connection, organisation_id: int, *where: ColumnElement[bool]) -> list[HeldVial]:
    """Return the clinic's vials for which all of `where` holds, in the order in which they came."""
    statement = _VIALS.where(Vial.organisation_id == organisation_id, *where).order_by(Vial.id)
    rows = list(connection.execute(statement))
    presented = presentations.of_vials(connection, [row.id for row in rows])
    return [_held(row, presented.get(row.id, ())) for row in rows]


def vial(connection: Connection, organisation_id: int, vial_id: int) -> HeldVial:
    """Return one vial of the clinic; NotFoundError, also for another clinic's."""
    found = vials(connection, organisation_id, Vial.id == vial_id)
    if not found:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(vial_id), expected="a vial of yours", field="vial")
    return found[0]


def locked_vial(connection: Connection, organisation_id: int, vial_id: int) -> HeldVial:
    """Return one vial of the clinic, locked until the transaction ends: its steps follow on one another."""
    connection.execute(select(Vial.id).where(Vial.id == vial_id).with_for_update())
    return vial(connection, organisation_id, vial_id)


def events(connection: Connection, organisation_id: int, *where: ColumnElement[bool]) -> list[RecordedStep]:
    """Return what was recorded of the clinic's vials, earliest first."""
    statement = (
        select(VialEvent.__table__, UNDONE.label("undone"))
        .join(Vial, Vial.id == VialEvent.vial_id)
        .where(Vial.organisation_id == organisation_id, *where)
        .order_by(VialEvent.id)
    )
    return [
        RecordedStep(
            id=row.id,
            vial_id=row.vial_id,
            at=row.at,
            actor=row.actor,
            account_id=row.account_id,
            step=Step(row.step),
            biz_step=row.biz_step,
            disposition=row.disposition,
            reason=row.reason,
            units_used=row.units_used,
            units_wasted=row.units_wasted,
            reference=row.reference,
            undoes=row.undoes,
            undone=row.undone,
            before=row.before,
        )
        for row in connection.execute(statement)
    ]


def _held(row: Row[*tuple[Any, ...]], presented: tuple[PresentedPack, ...]) -> HeldVial:
    return HeldVial(
        id=row.id,
        gtin=row.gtin,
        product_id=row.product_id,
        product_name=row.product_name,
        content=content_of(row.content or "", row.strengths or ()),
        lot=row.lot,
        lot_key=row.lot_key,
        serial=row.serial,
        expiry=Expiry.from_record(row.expiry, row.expiry_month_only) if row.expiry else None,
        state=VialState(row.state),
        received=row.received,
        delivery_id=row.delivery_id,
        supplier=row.supplier or "",
        note_number=row.note_number or "",
        scan_id=row.scan_id,
        unit_on_record=row.unit_on_record,
        unit_was=row.unit_was,
        opened=row.opened,
        used_on=row.used_on,
        use_before=row.use_before,
        code_scanned=row.code_scanned,
        site_id=row.site_id,
        used=row.used or Decimal(0),
        wasted=row.wasted or Decimal(0),
        presentations=presented,
    )
