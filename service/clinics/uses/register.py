"""The register of a clinic's uses: what was taken from which vial, when, by whom, under which reference."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, or_, select

from service.accounts.actors import Actor
from service.clinics.plain_text import printable
from service.clinics.queries import UNDONE
from service.clinics.uses.content import content_of
from service.clinics.vial_lifecycle import Step
from service.gs1.identifiers import Expiry
from service.storage.database import Database
from service.storage.models import Product, Vial, VialEvent

MOST = 200
"""Uses on one page; a file has all."""

_OF_PATIENTS = (Step.OPEN, Step.USE, Step.USE_UP, Step.FINISH)
_STEPS = (*_OF_PATIENTS, Step.DISCARD, Step.WASTE)


@dataclass(frozen=True, slots=True)
class RecordedUse:
    """One use, or what was thrown away. `unit`: in which the amounts are; None: no amount was given."""

    at: datetime
    vial_id: int
    product_name: str
    gtin: str
    lot: str
    serial: str
    step: Step
    used: Decimal | None
    wasted: Decimal | None
    unit: str
    reference: str
    reason: str
    actor: str
    expiry: Expiry | None = None


@dataclass(frozen=True, slots=True)
class UseSearch:
    """Which uses are wanted: those of `ids` (None: whichever) that every pair of `identified` names.

    A pair holds numbers of uses and references of the clinic; a use is named by either. `after`: those with a
    larger number, at most `limit` of them.
    """

    ids: Collection[int] | None = None
    identified: Sequence[tuple[Collection[int], Collection[str]]] = ()
    after: int = 0
    limit: int = 50


class UseRegister:
    """Reads a clinic's own uses, without those that were undone; the latest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, actor: Actor, reference: str = "") -> list[RecordedUse]:
        """Return at most `MOST` uses whose reference contains `reference`, capitals or not; empty: any."""
        with self._database.reading() as connection:
            rows = connection.execute(_uses(actor, reference).limit(MOST))
            return [_use(row) for row in rows]

    def of_vials(self, actor: Actor, vial_ids: Sequence[int]) -> list[tuple[int, RecordedUse]]:
        """Return every use of these vials, each with the id of its event; not what was thrown away alone."""
        found: list[tuple[int, RecordedUse]] = []
        with self._database.reading() as connection:
            for start in range(0, len(vial_ids), MOST):
                some = VialEvent.vial_id.in_(vial_ids[start : start + MOST])
                rows = connection.execute(_uses(actor, "").where(some, VialEvent.step.in_(_OF_PATIENTS)))
                found += [(row.id, _use(row)) for row in rows]
        used = [each for each in found if each[1].step is not Step.FINISH or each[1].used is not None]
        return sorted(used, key=lambda each: -each[0])

    def treatments(self, actor: Actor, wanted: UseSearch) -> list[tuple[int, RecordedUse]]:
        """Return uses with the ids of their events, the earliest first; not what was thrown away alone."""
        statement = (
            _uses(actor, "")
            .where(VialEvent.step.in_(_OF_PATIENTS), VialEvent.id > wanted.after)
            .where(or_(VialEvent.step != Step.FINISH, VialEvent.units_used.is_not(None)))
            .order_by(None)
            .order_by(VialEvent.id)
            .limit(wanted.limit)
        )
        if wanted.ids is not None:
            statement = statement.where(VialEvent.id.in_(wanted.ids))
        for numbers, references in wanted.identified:
            named = or_(VialEvent.id.in_(numbers), VialEvent.reference.in_(references))
            statement = statement.where(named)
        with self._database.reading() as connection:
            return [(row.id, _use(row)) for row in connection.execute(statement)]

    def all(self, actor: Actor, reference: str = "") -> Iterator[RecordedUse]:
        """Yield every one of them."""
        with self._database.reading() as connection:
            for row in connection.execute(_uses(actor, reference)):
                yield _use(row)


def _uses(actor: Actor, reference: str) -> Select[Any]:
    where = [VialEvent.organisation_id == actor.organisation_id, VialEvent.step.in_(_STEPS), ~UNDONE]
    wanted = " ".join(printable(reference).split())
    if wanted:
        where.append(VialEvent.reference.icontains(wanted, autoescape=True))
    return (
        select(VialEvent.__table__, Vial.product_name, Vial.gtin, Vial.lot, Vial.serial)
        .add_columns(Product.content, Product.strengths, Vial.expiry, Vial.expiry_month_only)
        .join(Vial, Vial.id == VialEvent.vial_id)
        .outerjoin(Product, Product.id == Vial.product_id)
        .where(*where)
        .order_by(VialEvent.id.desc())
    )


def _use(row: Any) -> RecordedUse:
    return RecordedUse(
        at=row.at,
        vial_id=row.vial_id,
        product_name=row.product_name,
        gtin=row.gtin,
        lot=row.lot,
        serial=row.serial,
        step=Step(row.step),
        used=row.units_used,
        wasted=row.units_wasted,
        unit=content_of(row.content or "", row.strengths or ()).unit,
        reference=row.reference,
        reason=row.reason,
        actor=row.actor,
        expiry=Expiry.from_record(row.expiry, row.expiry_month_only) if row.expiry else None,
    )
