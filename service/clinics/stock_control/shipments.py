"""Vials that leave a site together: a transfer to another site of the clinic, or a return to a supplier.

1. Vials are scanned into a shipment; nothing is recorded of them yet.
2. It is sent: each vial makes its step (SEND or RETURN), all of them or none.
3. Of a transfer each vial arrives, by a scan or all at once; the rest is recorded as missing, with a reason.

What became of a vial is read from its steps, so that an undone one counts here as it does everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor
from service.clinics import queries
from service.clinics.plain_text import printable
from service.clinics.queries import HeldVial, RecordedStep, locked_vial
from service.clinics.stock import StockQueries
from service.clinics.usage import StepTaken, is_done, must_not_stop, record_step
from service.clinics.vial_lifecycle import Step, VialState
from service.clinics.vial_verdicts import stops, verdicts_of
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Shipment, ShipmentLine, Vial, VialEvent
from service.verification.service import Answer, VerificationService

MOST_VIALS = 500
LONGEST_SUPPLIER = 200


class ShipmentKind(StrEnum):
    """Where vials go: to another site of the clinic, or back to the supplier."""

    TRANSFER = "transfer"
    RETURN = "return"

    @property
    def step(self) -> Step:
        """The step that each of its vials makes when it is sent."""
        return Step.SEND if self is ShipmentKind.TRANSFER else Step.RETURN


class ShippedState(StrEnum):
    """What became of one vial of a shipment. TAKEN_BACK: its sending was undone. OTHER: it was destroyed on
    the way.
    """

    PACKED = "packed"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"
    OTHER = "other"


class PackingOutcome(StrEnum):
    """What one scan did. NOT_HERE: the clinic has no such vial that can be sent. STOPPED: it must not be
    used, and so goes to no other site. NOT_OF_THIS: it is in no line of the shipment that is on its way.
    """

    ADDED = "added"
    AGAIN = "again"
    NOT_HERE = "not_here"
    AT_TARGET = "at_target"
    STOPPED = "stopped"
    FULL = "full"
    ARRIVED = "arrived"
    NOT_OF_THIS = "not_of_this"


@dataclass(frozen=True, slots=True)
class ShippedVial:
    """One line. `came_from`: the site from which it was sent, None for the main one, or where it lies."""

    vial: HeldVial
    state: ShippedState
    came_from: int | None


@dataclass(frozen=True, slots=True)
class ClinicShipment:
    """A shipment with its lines, in the order in which they were packed. `sent`: None while it is packed."""

    id: int
    kind: ShipmentKind
    to_site_id: int | None
    supplier: str
    reason: str
    begun: datetime
    actor: str
    sent: datetime | None
    sent_by: str
    lines: tuple[ShippedVial, ...]

    def count(self, *states: ShippedState) -> int:
        """How many of its vials are in one of these states."""
        return sum(each.state in states for each in self.lines)


class Shipments:
    """Packs, sends and receives shipments of a clinic."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification
        self._stock = StockQueries(database, verification)

    def all(self, actor: Actor, most: int = 100) -> list[ClinicShipment]:
        """Return the clinic's latest shipments: those on their way first, then those that are packed."""
        own = Shipment.organisation_id == actor.organisation_id
        with self._database.reading() as connection:
            statement = select(Shipment.__table__).where(own).order_by(Shipment.id.desc()).limit(most)
            found = [_shipment(connection, actor, row) for row in connection.execute(statement)]
        return sorted(
            found, key=lambda each: (not each.count(ShippedState.ON_ITS_WAY), each.sent is not None)
        )

    def one(self, actor: Actor, shipment_id: int) -> ClinicShipment:
        """Return a shipment of the clinic. NotFoundError."""
        with self._database.reading() as connection:
            return _shipment(connection, actor, _row(connection, actor, shipment_id))

    def begin(
        self, actor: Actor, kind: ShipmentKind, to_site_id: int | None, nonce: str | None, now: datetime
    ) -> int:
        """Begin one; return its id. `to_site_id`: of a transfer, where it goes; None: the main site."""
        values = {"organisation_id": actor.organisation_id, "kind": kind, "to_site_id": to_site_id}
        values |= {"begun": now, "actor": actor.name, "account_id": actor.account_id, "nonce": nonce}
        with self._database.transaction() as connection:
            put = self._database.insert_new(Shipment).returning(Shipment.id)
            made: int | None = connection.scalar(put.values(values))
            if made is None:
                own = (Shipment.organisation_id == actor.organisation_id, Shipment.nonce == nonce)
                before = connection.execute(select(Shipment.__table__).where(*own)).one()
                if (before.kind, before.to_site_id, before.sent) == (kind, to_site_id, None):
                    return int(before.id)
                # a page that was gone back to, for another shipment
                made = connection.execute(put.values(values | {"nonce": None})).scalar_one()
            change = AuditChange("begin", "shipment", str(made), after={"kind": kind, "site": to_site_id})
            write_down(connection, [change], who=actor.who, at=now, reason=str(kind))
        return made

    def pack(
        self,
        actor: Actor,
        shipment_id: int,
        answer: Answer,
        nonce: str | None = None,
        site_id: int | None = None,
    ) -> PackingOutcome:
        """Add the vial that a check is about; of a lot without serials the next one, first of the site where
        it is packed (`site_id`). The same form sent twice (`nonce`) adds one.

        NotFoundError; ConflictError where it was sent.
        """
        own = sorted(self._stock.same(actor, answer), key=lambda each: each.site_id != site_id)
        with self._database.transaction() as connection:
            row = _packed(connection, actor, shipment_id)
            chosen, outcome = self._choice(connection, actor, row, answer, own)
            if chosen is not None:
                values: dict[str, Any] = {"shipment_id": shipment_id, "vial_id": chosen}
                values |= {"nonce": None if answer.presented.serial else nonce}
                connection.execute(self._database.insert_new(ShipmentLine).values(values))
        return outcome

    def _choice(
        self, connection: Connection, actor: Actor, row: Any, answer: Answer, own: Sequence[HeldVial]
    ) -> tuple[int | None, PackingOutcome]:
        kind = ShipmentKind(row.kind)
        packed = set(_line_ids(connection, row.id))
        if answer.presented.serial is None:
            own = [each for each in own if not each.serial]
        fit = [each for each in own if each.state in kind.step.starts_from]
        if not fit:
            return None, PackingOutcome.NOT_HERE
        free = [each for each in fit if each.id not in packed]
        if not free:
            return None, PackingOutcome.AGAIN
        if len(packed) >= MOST_VIALS:
            return None, PackingOutcome.FULL
        if kind is ShipmentKind.TRANSFER:
            free = [each for each in free if each.site_id != row.to_site_id]
            if not free:
                return None, PackingOutcome.AT_TARGET
            if any(map(stops, verdicts_of(self._verification, actor, free[:1]).values())):
                return None, PackingOutcome.STOPPED
        return free[0].id, PackingOutcome.ADDED

    def unpack(self, actor: Actor, shipment_id: int, vial_id: int) -> None:
        """Take a vial out again. NotFoundError; ConflictError where the shipment was sent."""
        with self._database.transaction() as connection:
            _packed(connection, actor, shipment_id)
            where = (ShipmentLine.shipment_id == shipment_id, ShipmentLine.vial_id == vial_id)
            connection.execute(delete(ShipmentLine).where(*where))

    def send(self, actor: Actor, shipment_id: int, supplier: str, reason: str, now: datetime) -> None:
        """Send it: each vial makes its step, all or none. `supplier`, `reason`: of a return. A shipment that
        was sent stays as it is.

        NotFoundError; RefusedError without vials, for a return without a reason, or a supplier that is too
        long; ConflictError where a vial is elsewhere meanwhile, or, of a transfer, stopped.
        """
        supplier = printable(supplier)
        if len(supplier) > LONGEST_SUPPLIER:
            expected = f"at most {LONGEST_SUPPLIER} characters"
            raise RefusedError(ErrorCode.TOO_LONG, given=supplier, expected=expected, field="supplier")
        packed = self.one(actor, shipment_id)
        if packed.sent is not None:
            return
        if not packed.lines:
            raise RefusedError(ErrorCode.SHIPMENT_EMPTY, field="scan")
        step = StepTaken(packed.kind.step, reason)
        if packed.kind is ShipmentKind.TRANSFER:
            vials = [each.vial for each in packed.lines]
            verdicts = verdicts_of(self._verification, actor, vials)
            for vial in vials:
                must_not_stop(vial, verdicts[vial.id])
        with self._database.transaction() as connection:
            row = _row(connection, actor, shipment_id, lock=True)
            if row.sent is not None:
                return
            numbers = _line_ids(connection, shipment_id)
            if {*numbers} - {each.vial.id for each in packed.lines}:
                raise ConflictError(ErrorCode.SHIPMENT_CHANGED)
            for vial_id in numbers:
                held = locked_vial(connection, actor.organisation_id, vial_id)
                record_step(connection, actor, held, step, now)
                line = (ShipmentLine.shipment_id == shipment_id, ShipmentLine.vial_id == vial_id)
                event = select(func.max(VialEvent.id)).where(VialEvent.vial_id == vial_id).scalar_subquery()
                connection.execute(update(ShipmentLine).where(*line).values(event_id=event))
            sent = {"sent": now, "sent_by": actor.name, "supplier": supplier, "reason": step.reason.strip()}
            connection.execute(update(Shipment).where(Shipment.id == shipment_id).values(sent))
            change = AuditChange("send", "shipment", str(shipment_id), after={"vials": len(numbers)})
            write_down(connection, [change], who=actor.who, at=now, reason=str(packed.kind))

    def arrive(
        self, actor: Actor, shipment_id: int, answer: Answer, now: datetime, nonce: str | None = None
    ) -> PackingOutcome:
        """Record that the vial which a check is about arrived; of a lot without serials the next one. The
        same form sent twice (`nonce`) is one arrival.

        NotFoundError; ConflictError where another vial with its number is in stock.
        """
        own = {each.id for each in self._stock.same(actor, answer)}
        shipment = self.one(actor, shipment_id)
        mine = [each for each in shipment.lines if each.vial.id in own]
        if answer.presented.serial is None:
            mine = [each for each in mine if not each.vial.serial]
        waiting = [each for each in mine if each.state is ShippedState.ON_ITS_WAY]
        if not waiting:
            here = any(each.state is ShippedState.ARRIVED for each in mine)
            return PackingOutcome.AGAIN if here else PackingOutcome.NOT_OF_THIS
        mark = None if answer.presented.serial else nonce
        step = StepTaken(Step.ARRIVE, nonce=mark, site_id=shipment.to_site_id)
        self._move(actor, shipment, waiting[:1], step, now)
        return PackingOutcome.ARRIVED

    def arrive_all(self, actor: Actor, shipment_id: int, now: datetime) -> int:
        """Record that all the rest arrived; return how many. NotFoundError, ConflictError as for `arrive`."""
        shipment = self.one(actor, shipment_id)
        waiting = [each for each in shipment.lines if each.state is ShippedState.ON_ITS_WAY]
        self._move(actor, shipment, waiting, StepTaken(Step.ARRIVE, site_id=shipment.to_site_id), now)
        return len(waiting)

    def finish(self, actor: Actor, shipment_id: int, reason: str, now: datetime) -> int:
        """Record that the rest did not arrive: each is missing from now on. Return how many.

        NotFoundError; RefusedError without a reason.
        """
        step = StepTaken(Step.MISS, reason)
        shipment = self.one(actor, shipment_id)
        waiting = [each for each in shipment.lines if each.state is ShippedState.ON_ITS_WAY]
        self._move(actor, shipment, waiting, step, now)
        return len(waiting)

    def _move(
        self,
        actor: Actor,
        shipment: ClinicShipment,
        lines: Iterable[ShippedVial],
        step: StepTaken,
        now: datetime,
    ) -> None:
        """Take a step with each, all or none; those that another person moved meanwhile are left out."""
        try:
            with self._database.transaction() as connection:
                for line in lines:
                    held = locked_vial(connection, actor.organisation_id, line.vial.id)
                    if held.state is VialState.IN_TRANSIT and not is_done(connection, actor, step.nonce):
                        record_step(connection, actor, held, step, now)
        except IntegrityError as error:
            raise ConflictError(ErrorCode.NUMBER_IN_STOCK, given=f"{shipment.id}") from error


def _row(connection: Connection, actor: Actor, shipment_id: int, *, lock: bool = False) -> Any:
    where = (Shipment.id == shipment_id, Shipment.organisation_id == actor.organisation_id)
    statement = select(Shipment.__table__).where(*where)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(shipment_id), expected="a shipment of yours", field="shipment"
        )
    return row


def _packed(connection: Connection, actor: Actor, shipment_id: int) -> Any:
    row = _row(connection, actor, shipment_id, lock=True)
    if row.sent is not None:
        raise ConflictError(ErrorCode.SHIPMENT_CHANGED)
    return row


def _line_ids(connection: Connection, shipment_id: int) -> list[int]:
    mine = ShipmentLine.shipment_id == shipment_id
    return list(connection.scalars(select(ShipmentLine.vial_id).where(mine).order_by(ShipmentLine.vial_id)))


def _shipment(connection: Connection, actor: Actor, row: Any) -> ClinicShipment:
    statement = select(ShipmentLine.vial_id, ShipmentLine.event_id)
    lines = connection.execute(statement.where(ShipmentLine.shipment_id == row.id)).all()
    mine = select(ShipmentLine.vial_id).where(ShipmentLine.shipment_id == row.id)
    vials = {each.id: each for each in queries.vials(connection, actor.organisation_id, Vial.id.in_(mine))}
    happened: dict[int, list[RecordedStep]] = {}
    for each in queries.events(connection, actor.organisation_id, VialEvent.vial_id.in_(mine)):
        happened.setdefault(each.vial_id, []).append(each)
    shipped = [
        _line(vials[vial_id], event_id, happened.get(vial_id, []))
        for vial_id, event_id in sorted(lines, key=lambda each: each.vial_id)
    ]
    return ClinicShipment(
        row.id,
        ShipmentKind(row.kind),
        row.to_site_id,
        row.supplier,
        row.reason,
        row.begun,
        row.actor,
        row.sent,
        row.sent_by,
        tuple(shipped),
    )


def _line(vial: HeldVial, event_id: int | None, happened: Sequence[RecordedStep]) -> ShippedVial:
    sent = next((each for each in happened if each.id == event_id), None)
    if sent is None:
        return ShippedVial(vial, ShippedState.PACKED, vial.site_id)
    came_from = (sent.before or {}).get("site_id")
    if sent.undone:
        return ShippedVial(vial, ShippedState.TAKEN_BACK, came_from)
    if sent.step is Step.RETURN:
        return ShippedVial(vial, ShippedState.RETURNED, came_from)
    after = next((each.step for each in happened if each.id > sent.id and each.counts), None)
    return ShippedVial(vial, _AFTER.get(after, ShippedState.OTHER), came_from)


_AFTER: dict[Step | None, ShippedState] = {
    None: ShippedState.ON_ITS_WAY,
    Step.ARRIVE: ShippedState.ARRIVED,
    Step.MISS: ShippedState.NOT_ARRIVED,
}
