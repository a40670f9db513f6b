"""A clinic's stock by lot, judged now, and what of it needs attention."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from service.accounts.actors import Actor
from service.authenticity.verdicts import Verdict
from service.clinics import queries as read
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.vial_lifecycle import HERE, USABLE, VialState
from service.clinics.vial_verdicts import stops, verdict_of, verdicts_of
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Expiry, Lot
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Delivery, InUseTime, Product, Vial, VialEvent
from service.verification.service import Answer, VerificationService

MOST_HOURS = 8760


class ExpiryNearness(StrEnum):
    """How near the expiry of a lot is."""

    OVER = "over"
    MONTH = "month"
    QUARTER = "quarter"


_SOON = ((ExpiryNearness.MONTH, timedelta(days=30)), (ExpiryNearness.QUARTER, timedelta(days=90)))


@dataclass(frozen=True, slots=True)
class LotInStock:
    """The vials of one lot that are in stock or open, and the worst verdict on any of them."""

    vials: tuple[HeldVial, ...]
    verdict: Verdict
    stopped: int
    soon: ExpiryNearness | None

    @property
    def first(self) -> HeldVial:
        """One of them: product, lot and expiry are the same for all."""
        return self.vials[0]


@dataclass(frozen=True, slots=True)
class StockOverview:
    """The clinic's whole stock. Lots are sorted by expiry, soonest first; unknown expiries last."""

    lots: tuple[LotInStock, ...]
    quarantined: tuple[HeldVial, ...]
    in_transit: tuple[HeldVial, ...]
    open: tuple[HeldVial, ...]
    overdue: tuple[HeldVial, ...]

    @property
    def stopped(self) -> tuple[LotInStock, ...]:
        """The lots of which a vial must not be used."""
        return tuple(lot for lot in self.lots if lot.stopped)

    @property
    def expiring(self) -> tuple[LotInStock, ...]:
        """The lots that expire within 90 days and are not stopped otherwise."""
        return tuple(lot for lot in self.lots if lot.soon and not lot.stopped)


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """One delivery in a list."""

    id: int
    at: datetime
    actor: str
    supplier: str
    note_number: str


@dataclass(frozen=True, slots=True)
class TracedVial:
    """One vial and its events."""

    vial: HeldVial
    events: tuple[RecordedStep, ...]


@dataclass(frozen=True, slots=True)
class InUseLimit:
    """A product that the clinic has had, and for how many hours after opening it is used; None: no rule.

    `by_record`: the hours on the product's record, which the clinic's own may not pass.
    """

    product_id: int
    name: str
    hours: int | None
    by_record: int | None = None


class StockQueries:
    """Reads a clinic's own vials, and judges them on each request."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification

    def house(self, actor: Actor) -> StockOverview:
        """Return the whole stock, judged at this moment."""
        now = self._verification.now()
        with self._database.reading() as connection:
            held = read.vials(connection, actor.organisation_id, Vial.state.in_(HERE))
        usable = [each for each in held if each.state in USABLE]
        verdicts = verdicts_of(self._verification, actor, usable)
        opened = [each for each in usable if each.state is VialState.OPEN]
        return StockOverview(
            lots=tuple(_by_lot(usable, verdicts, now)),
            quarantined=tuple(each for each in held if each.state is VialState.QUARANTINED),
            in_transit=tuple(each for each in held if each.state is VialState.IN_TRANSIT),
            open=tuple(each for each in opened if not each.too_late(now)),
            overdue=tuple(each for each in opened if each.too_late(now)),
        )

    def vial(self, actor: Actor, vial_id: int) -> tuple[TracedVial, Verdict]:
        """Return one vial with its events, and the verdict on it now. NotFoundError."""
        with self._database.reading() as connection:
            held = read.vial(connection, actor.organisation_id, vial_id)
            happened = read.events(connection, actor.organisation_id, VialEvent.vial_id == vial_id)
        verdict = verdict_of(self._verification, actor, held)
        return TracedVial(held, tuple(happened)), verdict

    def first_to_expire(self, actor: Actor, vial: HeldVial) -> HeldVial | None:
        """Return a vial of the same product in stock at the same site that expires before this one and is not
        stopped; None where this one is the first. Of several it is the soonest (first expiry, first out).
        """
        if vial.expiry is None or vial.state is not VialState.IN_STOCK:
            return None
        same = Vial.product_id == vial.product_id if vial.product_id else Vial.gtin == vial.gtin
        where = [same, Vial.state == VialState.IN_STOCK, Vial.expiry < vial.expiry.last_day]
        where += [Vial.site_id.is_not_distinct_from(vial.site_id)]
        if not vial.product_id and not vial.gtin:
            return None
        with self._database.reading() as connection:
            sooner = read.vials(connection, actor.organisation_id, *where)
        lots = {(each.lot_key, each.expiry): each for each in sooner}
        for each in sorted(lots.values(), key=lambda each: each.expiry.iso if each.expiry else ""):
            if not stops(verdict_of(self._verification, actor, each)):
                return each
        return None

    def same(self, actor: Actor, answer: Answer) -> list[HeldVial]:
        """Return the clinic's vials that a check was about: of its serial, or else those of its lot that it
        still has.
        """
        shown, record = answer.presented, answer.verdict.record
        gtin = shown.gtin.value if shown.gtin else record.product.gtin if record else ""
        where = [Vial.gtin == gtin] if gtin else []
        if shown.serial is not None:
            where += [Vial.serial == shown.serial.printed]
        elif shown.lot is not None:
            where += [Vial.lot_key == shown.lot.key, Vial.state.in_(HERE)]
        else:
            return []
        with self._database.reading() as connection:
            came = Vial.state != VialState.CANCELLED
            return read.vials(connection, actor.organisation_id, *where, came)

    def delivery(self, actor: Actor, delivery_id: int) -> tuple[DeliverySummary, list[HeldVial]]:
        """Return a delivery and its vials. NotFoundError."""
        where = (Delivery.id == delivery_id, Delivery.organisation_id == actor.organisation_id)
        with self._database.reading() as connection:
            row = connection.execute(select(Delivery.__table__).where(*where)).first()
            if row is None:
                raise NotFoundError(
                    ErrorCode.NOT_FOUND,
                    given=str(delivery_id),
                    expected="a delivery of yours",
                    field="delivery",
                )
            held = read.vials(connection, actor.organisation_id, Vial.delivery_id == delivery_id)
        return DeliverySummary(row.id, row.at, row.actor, row.supplier, row.note_number), held

    def trace(self, actor: Actor, lot: str, gtin: str = "") -> list[TracedVial]:
        """Return every vial of a lot that this clinic ever had, with its events. IdentifierError."""
        where = [Vial.lot_key == Lot.parse(lot).key] + ([Vial.gtin == gtin] if gtin else [])
        with self._database.reading() as connection:
            held = read.vials(connection, actor.organisation_id, *where)
            happened = read.events(connection, actor.organisation_id, *where)
        return [TracedVial(each, tuple(one for one in happened if one.vial_id == each.id)) for each in held]

    def worst(self, actor: Actor, held: Iterable[HeldVial]) -> Verdict | None:
        """Return the worst of the verdicts on those that are still in use; None where there is none."""
        usable = [each for each in held if each.state in USABLE]
        verdicts = verdicts_of(self._verification, actor, usable)
        return max(verdicts.values(), key=lambda verdict: verdict.action.rank, default=None)

    def in_use_times(self, actor: Actor) -> list[InUseLimit]:
        """Return every product that the clinic has had, by name, with the hours that it set."""
        own = InUseTime.organisation_id == actor.organisation_id
        statement = (
            select(Product.id, Product.name, InUseTime.hours, Product.in_use_hours)
            .join(Vial, Vial.product_id == Product.id)
            .outerjoin(InUseTime, own & (InUseTime.product_id == Product.id))
            .where(Vial.organisation_id == actor.organisation_id)
            .distinct()
            .order_by(Product.name, Product.id)
        )
        with self._database.reading() as connection:
            return [InUseLimit(*row) for row in connection.execute(statement)]

    def set_in_use_time(self, actor: Actor, product_id: int, hours: int | None) -> None:
        """Set how long the clinic uses an opened vial of a product, from now on; None: no rule."""
        if hours is not None and not 1 <= hours <= MOST_HOURS:
            raise RefusedError(
                ErrorCode.HOURS_INVALID, given=str(hours), expected=f"1 to {MOST_HOURS}", field="hours"
            )
        known = {each.product_id: each for each in self.in_use_times(actor)}
        limit = known.get(product_id)
        if limit is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(product_id), expected="a product that you had")
        if limit.hours == hours:
            return
        if hours is not None and limit.by_record is not None and hours > limit.by_record:
            most = str(limit.by_record)
            raise RefusedError(ErrorCode.HOURS_ABOVE, given=str(hours), found=most, field="hours")
        where = (InUseTime.organisation_id == actor.organisation_id, InUseTime.product_id == product_id)
        with self._database.transaction() as connection:
            connection.execute(delete(InUseTime).where(*where))
            if hours is not None:
                row = {"organisation_id": actor.organisation_id, "product_id": product_id, "hours": hours}
                connection.execute(self._database.insert_new(InUseTime).values(row))
            change = AuditChange(
                "in_use_time", "product", str(product_id), {"hours": limit.hours}, {"hours": hours}
            )
            write_down(
                connection, [change], who=actor.who, at=self._verification.now(), reason="clinic's rule"
            )


def _by_lot(vials: Iterable[HeldVial], verdicts: dict[int, Verdict], now: datetime) -> Iterator[LotInStock]:
    lots: dict[tuple[str, str, Expiry | None], list[HeldVial]] = {}
    for each in vials:
        lots.setdefault((each.gtin or each.product_name, each.lot_key, each.expiry), []).append(each)
    for group in sorted(lots.values(), key=_expires):
        judged = [verdicts[each.id] for each in group]
        worst = max(judged, key=lambda verdict: verdict.action.rank)
        stopped = sum(map(stops, judged))
        yield LotInStock(tuple(group), worst, stopped, _soon(group[0].expiry, now))


def _expires(group: Sequence[HeldVial]) -> tuple[bool, str, str, str]:
    first = group[0]
    day = first.expiry.iso if first.expiry else ""
    return not day, day, first.product_name, first.lot_key


def _soon(expiry: Expiry | None, now: datetime) -> ExpiryNearness | None:
    if expiry is None:
        return None
    left = expiry.last_day - now.date()
    if left < timedelta(0):
        return ExpiryNearness.OVER
    return next((soon for soon, most in _SOON if left <= most), None)
