"""Excursions as a clinic reads them, and the decision of a releaser on each vial that they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from service.accounts.actors import Actor, Role
from service.clinics import queries
from service.clinics.plain_text import printable
from service.clinics.queries import UNDONE, HeldVial, locked_vial
from service.clinics.temperature.open_holds import DESTROY, USE
from service.clinics.temperature.readings import ExcursionPeriod, StorageLimits
from service.clinics.usage import StepTaken, must_not_stop, record_step
from service.clinics.vial_lifecycle import HERE, Step, VialState
from service.clinics.vial_verdicts import verdict_of
from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import StoragePlace, TemperatureExcursion, TemperatureHold, Vial, VialEvent
from service.verification.service import VerificationService


@dataclass(frozen=True, slots=True)
class VialHold:
    """A vial that an excursion holds. `decision`: use or destroy, None while it is open."""

    vial: HeldVial
    decision: str | None
    decided: datetime | None
    actor: str
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether the vial is here and nothing lets it go on; also where its destruction was undone."""
        return self.decision != USE and self.vial.state in HERE


@dataclass(frozen=True, slots=True)
class KnownExcursion:
    """An excursion in a place, and every vial that lay there then."""

    id: int
    place: str
    limits: StorageLimits
    period: ExcursionPeriod
    found: datetime
    holds: tuple[VialHold, ...]

    @property
    def open(self) -> tuple[VialHold, ...]:
        """The vials that wait for a decision."""
        return tuple(each for each in self.holds if each.is_open)

    @property
    def gone(self) -> tuple[VialHold, ...]:
        """The vials that had left before a decision: used, destroyed or sent back."""
        return tuple(each for each in self.holds if each.decision is None and not each.is_open)


class ExcursionDecisions:
    """Reads excursions, and records what a releaser decides. Nothing else lets a held vial go on."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification

    def all(self, actor: Actor) -> list[KnownExcursion]:
        """Return the clinic's excursions: those with open holds first, the latest before the others."""
        with self._database.reading() as connection:
            found = _excursions(connection, actor)
        return sorted(found, key=lambda each: (bool(each.open), each.period.started), reverse=True)

    def open(self, actor: Actor) -> list[KnownExcursion]:
        """Return those excursions of the clinic that hold a vial which waits for a decision."""
        waits = (
            select(TemperatureHold.vial_id)
            .join(Vial, Vial.id == TemperatureHold.vial_id)
            .where(TemperatureHold.excursion_id == TemperatureExcursion.id, Vial.state.in_(HERE))
            .where(or_(TemperatureHold.decision.is_(None), TemperatureHold.decision != USE))
            .exists()
        )
        with self._database.reading() as connection:
            return _excursions(connection, actor, waits)

    def one(self, actor: Actor, number: int) -> KnownExcursion:
        """Return one excursion. NotFoundError, also for another clinic's."""
        with self._database.reading() as connection:
            return _one(connection, actor, number)

    def decide(
        self,
        actor: Actor,
        number: int,
        vial_ids: Sequence[int],
        decision: str,
        reason: str,
        now: datetime,
    ) -> None:
        """Decide on vials of an excursion, as a releaser of the clinic: all or none.

        USE releases a vial from the quarantine that this made, unless another excursion holds it or it is
        stopped (ConflictError); DESTROY records it as destroyed. RefusedError without a choice, a vial or a
        reason.
        """
        reason = printable(reason)
        if actor.by_pin or not actor.may(Role.RELEASER):
            raise ForbiddenError(ErrorCode.NOT_ALLOWED)
        if decision not in {USE, DESTROY}:
            raise RefusedError(ErrorCode.CHOICE_MISSING, field="decision")
        if not reason:
            raise RefusedError(ErrorCode.REASON_MISSING, field="reason")
        excursion = self.one(actor, number)
        chosen = [each.vial for each in excursion.open if each.vial.id in set(vial_ids)]
        if not chosen:
            raise RefusedError(ErrorCode.CHOICE_MISSING, field="vial")
        if decision == USE:
            for held in chosen:
                must_not_stop(held, verdict_of(self._verification, actor, held))
        step = StepTaken(Step.RELEASE if decision == USE else Step.WASTE, reason)
        with self._database.transaction() as connection:
            for held in sorted(chosen, key=lambda each: each.id):
                _decide_one(connection, actor, number, held.id, step, now)


def _decide_one(
    connection: Connection, actor: Actor, number: int, vial_id: int, step: StepTaken, now: datetime
) -> None:
    decision = USE if step.step is Step.RELEASE else DESTROY
    held = locked_vial(connection, actor.organisation_id, vial_id)
    this = TemperatureHold.excursion_id == number, TemperatureHold.vial_id == vial_id
    values = {"decision": decision, "decided": now, "actor": actor.name, "account_id": actor.account_id}
    undecided = or_(TemperatureHold.decision.is_(None), TemperatureHold.decision != USE)
    open_hold = update(TemperatureHold).where(*this, undecided)
    if not connection.execute(open_hold.values(values | {"reason": step.reason})).rowcount:
        raise ConflictError(ErrorCode.VIAL_MOVED_ON, given=held.serial or held.lot)
    change = AuditChange("decide_excursion", "vial", str(vial_id), after={"decision": decision})
    write_down(connection, [change], who=actor.who, at=now, reason=step.reason)
    if step.step is Step.WASTE or _is_ours_to_release(connection, held):
        record_step(connection, actor, held, step, now)


def _is_ours_to_release(connection: Connection, held: HeldVial) -> bool:
    """Whether the vial's quarantine was made by an excursion, and no other one holds it still."""
    if held.state is not VialState.QUARANTINED:
        return False
    holds = select(TemperatureHold.event_id, TemperatureHold.decision).where(
        TemperatureHold.vial_id == held.id
    )
    rows = connection.execute(holds).all()
    standing = select(func.max(VialEvent.id)).where(
        VialEvent.vial_id == held.id, VialEvent.step == Step.QUARANTINE, ~UNDONE
    )
    ours = connection.scalar(standing) in {row.event_id for row in rows}
    return ours and all(row.decision == USE for row in rows)


def _one(connection: Connection, actor: Actor, number: int) -> KnownExcursion:
    found = _excursions(connection, actor, TemperatureExcursion.id == number)
    if not found:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected="an excursion of yours")
    return found[0]


def _excursions(connection: Connection, actor: Actor, *where: ColumnElement[bool]) -> list[KnownExcursion]:
    query = (
        select(TemperatureExcursion.__table__, StoragePlace.name.label("place"))
        .join(StoragePlace, StoragePlace.id == TemperatureExcursion.place_id)
        .where(StoragePlace.organisation_id == actor.organisation_id, *where)
        .order_by(TemperatureExcursion.id)
    )
    rows = connection.execute(query).all()
    holds = _holds(connection, actor, [row.id for row in rows])
    return [
        KnownExcursion(
            row.id,
            row.place,
            StorageLimits(row.storage_min, row.storage_max),
            ExcursionPeriod(row.started, row.ended, row.lowest, row.highest),
            row.found,
            tuple(holds.get(row.id, ())),
        )
        for row in rows
    ]


def _holds(connection: Connection, actor: Actor, numbers: Iterable[int]) -> dict[int, list[VialHold]]:
    mine = TemperatureHold.excursion_id.in_(list(numbers))
    rows = connection.execute(select(TemperatureHold.__table__).where(mine)).all()
    wanted = Vial.id.in_(select(TemperatureHold.vial_id).where(mine))
    vials = {each.id: each for each in queries.vials(connection, actor.organisation_id, wanted)}
    found: dict[int, list[VialHold]] = {}
    for row in sorted(rows, key=lambda row: row.vial_id):
        hold = VialHold(vials[row.vial_id], row.decision, row.decided, row.actor, row.reason)
        found.setdefault(row.excursion_id, []).append(hold)
    return found
