"""Steps of a vial: open, use, put aside, release, waste, send back. On disk before they are acknowledged."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import ReasonCode
from service.authenticity.scan_history.sightings import Region, SightingKind, sighting
from service.authenticity.verdicts import Verdict
from service.clinics import presentations
from service.clinics.plain_text import printable
from service.clinics.queries import HeldVial, locked_vial, vial
from service.clinics.temperature.open_holds import must_not_be_held
from service.clinics.unit_moves import UnitOnRecord, already_used_error
from service.clinics.uses.reference import checked_reference
from service.clinics.vial_lifecycle import Step, VialState
from service.clinics.vial_verdicts import stops, verdict_of
from service.errors import ConflictError, ErrorCode, ForbiddenError, RefusedError
from service.gs1.iso.countries import zone_of
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.hot.sightings import HistoryWriter, NewSighting, Subject, SubjectScope
from service.storage.models import InUseTime, Product, Vial, VialEvent
from service.verification.service import Answer, PresentedPack, VerificationService

_log = logging.getLogger(__name__)

MOST_AN_HOUR = 120
"""Vials that a clinic opens in an hour before it is looked into: two a minute."""

MOST_CHARACTERS = 500
"""The longest reason."""

MOST_UNITS = Decimal(100_000)
"""The most units of one use; it keeps typing errors out of the sums."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step that a person took. `nonce`: the same form sent twice is one step.

    `units`: those used (of DISCARD: thrown away), in the unit of the product's strength; None: not given.
    `reference`: the clinic's own number of a use (`clinics.uses.reference`). `site_id`: of ARRIVE, where it
    arrived (None: the main site).
    """

    step: Step
    reason: str = ""
    units: Decimal | None = None
    nonce: str | None = None
    reference: str = ""
    site_id: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason))
        if self.step.needs_reason and not self.reason.strip():
            raise RefusedError(ErrorCode.REASON_MISSING, expected="a reason", field="reason")
        if len(self.reason) > MOST_CHARACTERS:
            raise RefusedError(
                ErrorCode.TOO_LONG,
                given=self.reason,
                expected=f"at most {MOST_CHARACTERS} characters",
                field="reason",
            )
        if self.units is not None and not _is_an_amount(self.units):
            raise RefusedError(
                ErrorCode.UNITS_INVALID,
                given=str(self.units),
                expected=f"more than 0 and at most {MOST_UNITS}, with three decimal places at most",
                field="units",
            )
        if self.step is Step.DISCARD and self.units is None:
            raise RefusedError(ErrorCode.UNITS_INVALID, expected="how much was thrown away", field="units")


def _is_an_amount(units: Decimal) -> bool:
    return units.is_finite() and 0 < units <= MOST_UNITS and units * 1000 == int(units * 1000)


class VialUsage:
    """The use cases that change a clinic's vials. `record_step` is the only one that changes a
    vial's state.
    """

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification
        self._history = HistoryWriter(database)

    def record_step(self, actor: Actor, vial_id: int, taken_step: StepTaken, now: datetime) -> HeldVial:
        """Record a step; return the vial after it.

        NotFoundError for a vial of another clinic; ConflictError where the vial is no longer in a state that
        the step starts from, must not be used, or its number was used elsewhere; ForbiddenError where a vial
        would be released by a person who signed in with a PIN.
        """
        if taken_step.step is Step.RELEASE and actor.by_pin:
            raise ForbiddenError(ErrorCode.PIN_NOT_ENOUGH)
        if taken_step.step.uses or taken_step.step is Step.RELEASE:
            self._must_not_be_stopped(actor, vial_id)
        try:
            with self._database.transaction() as connection:
                held = locked_vial(connection, actor.organisation_id, vial_id)
                if not is_done(connection, actor, taken_step.nonce):
                    record_step(connection, actor, held, taken_step, now)
                    self._remember(connection, actor, held, taken_step, now)
        except IntegrityError as error:
            self._explain(actor, vial_id, taken_step, error)
        with self._database.reading() as connection:
            return vial(connection, actor.organisation_id, vial_id)

    def add_check(self, actor: Actor, vial_id: int, answer: Answer, now: datetime) -> None:
        """Add what a check presented to the vial that it was about: its verdict then rests on that too.

        A check on record is kept with it even where it says nothing new: the vial's papers tell its answer.
        NotFoundError for a vial of another clinic.
        """
        with self._database.transaction() as connection:
            held = vial(connection, actor.organisation_id, vial_id)
            known = PresentedPack.of(answer) in held.presentations
            if known and answer.id is None and (held.code_scanned or not presentations.is_scanned(answer)):
                return
            changes = presentations.add(connection, actor, [vial_id], answer, now)
            write_down(connection, changes, who=actor.who, at=now, reason="scanned")

    def set_aside(self, actor: Actor, vial_ids: Sequence[int], reason: str, now: datetime) -> None:
        """Quarantine several vials of the clinic at once, all or none: a lot was recalled."""
        step = StepTaken(Step.QUARANTINE, reason)
        with self._database.transaction() as connection:
            for vial_id in vial_ids:
                held = locked_vial(connection, actor.organisation_id, vial_id)
                record_step(connection, actor, held, step, now)

    def _remember(
        self, connection: Connection, actor: Actor, held: HeldVial, taken_step: StepTaken, now: datetime
    ) -> None:
        """Record in the scan history where a number was used: seen elsewhere later, it is on two vials."""
        if taken_step.step.opens:
            _note_rate(connection, actor, now)
        unit = unit_subject(held)
        if taken_step.step.opens and unit is not None:
            # typed alone, it says no more of where the pack is than a stranger's question does
            kind = SightingKind.DISPENSING if held.code_scanned else SightingKind.STRANGER
            place = Region(actor.country, actor.region)
            used = sighting(kind, place, now, f"clinic-{actor.organisation_id}")
            self._history.add(connection, [NewSighting(unit, used)])

    def _must_not_be_stopped(self, actor: Actor, vial_id: int) -> None:
        with self._database.reading() as connection:
            held = vial(connection, actor.organisation_id, vial_id)
        verdict = verdict_of(self._verification, actor, held)
        if verdict.headline is ReasonCode.DISPENSED:
            # Read again: the first reading may be from before the other's use.
            with self._database.reading() as connection:
                raise already_used_error(connection, held.gtin, held.serial, Disposition.DISPENSED)
        must_not_stop(held, verdict)

    def _explain(self, actor: Actor, vial_id: int, step: StepTaken, error: IntegrityError) -> None:
        """Translate a violated constraint into its error: the form came twice, or the number
        was used twice.
        """
        with self._database.reading() as connection:
            if is_done(connection, actor, step.nonce):
                return
            held = vial(connection, actor.organisation_id, vial_id)
            if step.step.opens:
                raise already_used_error(connection, held.gtin, held.serial) from error
        raise moved_on(held) from error


def must_not_stop(held: HeldVial, verdict: Verdict) -> None:
    """ConflictError where the vial is stopped: a recall counts from the moment it is on record."""
    if stops(verdict):
        raise ConflictError(
            ErrorCode.VIAL_STOPPED, given=held.serial or held.lot, found=str(verdict.headline)
        )


def is_done(connection: Connection, actor: Actor, nonce: str | None) -> bool:
    """Whether the clinic has an event of this form already; None: of no form."""
    if nonce is None:
        return False
    where = (VialEvent.organisation_id == actor.organisation_id, VialEvent.nonce == nonce)
    return connection.scalar(select(VialEvent.id).where(*where)) is not None


def unit_subject(held: HeldVial) -> Subject | None:
    """The unit as the scan history names it; None where it is not on record."""
    if not held.unit_on_record or held.product_id is None:
        return None
    return Subject(SubjectScope.UNIT, held.product_id, held.serial)


def record_step(connection: Connection, actor: Actor, held: HeldVial, step: StepTaken, now: datetime) -> None:
    """Record one step within a transaction: unit, vial, event, audit."""
    if held.state not in step.step.starts_from:
        raise moved_on(held)
    if step.step.uses or step.step is Step.RELEASE:
        must_not_be_held(connection, held)
    if step.step is Step.USE and held.too_late(now):
        raise ConflictError(ErrorCode.IN_USE_OVER, given=held.serial or held.lot)
    _check_units(held, step)
    step = replace(step, reference=checked_reference(step.reference, now.date()))
    state = step.step.leaves(was_opened=held.opened is not None)
    values: dict[str, object] = {"state": state}
    if step.step is Step.ARRIVE:
        values["site_id"] = step.site_id
    if step.step.opens:
        _not_used_before(connection, held)
        zone = zone_of(actor.country or None, now.date())
        values |= {"opened": now, "used_on": now.astimezone(zone).date()}
        values |= {"use_before": _use_before(connection, actor, held, now)}
    change = _move_unit(connection, held, step.step, values)
    where = (Vial.id == held.id, Vial.state == held.state)
    if not connection.execute(update(Vial).where(*where).values(values)).rowcount:
        raise moved_on(held)
    restores = what_to_restore(actor, held, step.step, change)
    if step.step.opens and restores["unit"]:
        # A use that was only typed moved it before: then it goes back to what it was before that one.
        restores["unit"] = [str(values["unit_was"]), str(Disposition.DISPENSED)]
    write_event(connection, actor, held.id, step, now, restores, wasted=_thrown_away(held, step))
    write_unit_change(connection, actor, change, step.step, now)
    changes = [vial_change(held.id, step.step, held.state, state)]
    write_down(connection, changes, who=actor.who, at=now, reason=step.reason.strip() or str(step.step))


def write_unit_change(
    connection: Connection, actor: Actor, change: AuditChange | None, step: Step, now: datetime
) -> None:
    """Record the unit's move, None for none. The record's owner reads it: without the clinic's reason."""
    if change is not None:
        write_down(connection, [change], who=actor.who, at=now, reason=str(step))


def what_to_restore(actor: Actor, held: HeldVial, step: Step, moved: AuditChange | None) -> dict[str, object]:
    """What an undo of the step puts back (`VialEvent.before`). `moved`: the unit's move with it."""
    unit = (moved.before, moved.after) if moved is not None else ()
    counted = step.opens and held.code_scanned and unit_subject(held) is not None
    return {
        "state": str(held.state),
        "site_id": held.site_id,
        "opened": held.opened.isoformat() if held.opened else None,
        "used_on": held.used_on.isoformat() if held.used_on else None,
        "use_before": held.use_before.isoformat() if held.use_before else None,
        "unit_was": str(held.unit_was) if held.unit_was else None,
        "unit": [each["disposition"] for each in unit if each] or None,
        "counted_at": [actor.country, actor.region] if counted else None,
    }


def _check_units(held: HeldVial, step: StepTaken) -> None:
    """RefusedError for more units than are left in the vial, where the record says how much it holds."""
    if step.units is not None and held.left is not None and step.units > held.left:
        raise RefusedError(
            ErrorCode.UNITS_ABOVE,
            given=f"{step.units:f}",
            expected=f"at most {held.left:f}",
            found=f"{held.left:f}",
            field="units",
        )


def _thrown_away(held: HeldVial, step: StepTaken) -> Decimal | None:
    """The units that are thrown away with a step; None where they are not known.

    The rest of a vial is known where its uses were recorded in units: a clinic that records none says nothing
    of what it throws away.
    """
    if step.step is Step.DISCARD:
        return step.units
    used = held.used + (step.units or 0)
    if held.left is None or step.step not in _ENDS or (held.opened is not None and not used):
        return None
    if step.step is Step.USE_UP and step.units is None:
        return None
    return held.left - (step.units or 0) or None


_ENDS = frozenset({Step.USE_UP, Step.FINISH, Step.WASTE})
"""Steps after which nothing of the vial is used."""


def _not_used_before(connection: Connection, held: HeldVial) -> None:
    """ConflictError where a number that was only typed was used already, with a scan or without."""
    if held.code_scanned or not held.serial or not held.gtin:
        return  # of scanned ones the index of vials decides
    where = (Vial.gtin == held.gtin, Vial.serial == held.serial, Vial.used_on.is_not(None))
    if connection.scalar(select(Vial.id).where(*where).limit(1)) is not None:
        raise already_used_error(connection, held.gtin, held.serial)


def _note_rate(connection: Connection, actor: Actor, now: datetime) -> None:
    """Write an alarm into the audit where a clinic opens more vials in an hour than any clinic uses.

    Once an hour: when the count passes the limit. A clinic that burns serials which it never held looks so.
    """
    opens = [str(each) for each in Step if each.opens]
    recent = select(func.count()).where(
        VialEvent.organisation_id == actor.organisation_id,
        VialEvent.step.in_(opens),
        VialEvent.at > now - timedelta(hours=1),
    )
    if connection.scalar(recent) == MOST_AN_HOUR:
        found = {"opened": MOST_AN_HOUR, "minutes": 60}
        change = AuditChange("many_vials_opened", "organisation", actor.organisation, after=found)
        write_down(connection, [change], who=actor.who, at=now, reason="alarm")
        _log.warning(
            "organisation %s has opened %s vials within an hour", actor.organisation_id, MOST_AN_HOUR
        )


def write_event(
    connection: Connection,
    actor: Actor,
    vial_id: int,
    step: StepTaken,
    now: datetime,
    before: Mapping[str, object],
    *,
    wasted: Decimal | None = None,
) -> None:
    """Append the event. `before`: what its undo restores; `wasted`: units thrown away with it."""
    values = {
        "vial_id": vial_id,
        "organisation_id": actor.organisation_id,
        "at": now,
        "actor": actor.name,
        "account_id": actor.account_id,
        "step": step.step,
        "biz_step": step.step.biz_step,
        "disposition": step.step.disposition,
        "reason": step.reason.strip(),
        "units_used": None if step.step is Step.DISCARD else step.units,
        "units_wasted": wasted,
        "reference": step.reference,
        "nonce": step.nonce,
        "before": before,
    }
    connection.execute(insert(VialEvent).values(values))


def vial_change(vial_id: int, step: Step, before: VialState | None, after: VialState) -> AuditChange:
    """Return the change of a vial's state, for the audit."""
    return AuditChange(step, "vial", str(vial_id), {"state": before} if before else None, {"state": after})


def _move_unit(
    connection: Connection, held: HeldVial, step: Step, values: dict[str, object]
) -> AuditChange | None:
    """Move the unit on record with the step; its former disposition goes into the vial's `values`."""
    if not held.unit_on_record or held.product_id is None:
        return None
    unit = UnitOnRecord(held.product_id, held.gtin, held.serial)
    if step.opens:
        values["unit_was"], change = unit.dispense(connection, scanned=held.code_scanned)
        return change
    if step is Step.RELEASE and held.unit_was is not None and held.opened is None:
        values["unit_was"] = None
        return unit.put_back(
            connection, left=Disposition.LOCKED, was=held.unit_was, action="release", vial_id=held.id
        )
    moved = unit.move(connection, step.moves) if step.moves else None
    if moved is None:
        return None
    if held.unit_was is None:
        values["unit_was"] = moved[0]
    return moved[1]


def _use_before(connection: Connection, actor: Actor, held: HeldVial, now: datetime) -> datetime | None:
    """The end of the time in use: by the product's record or the clinic's own rule, whichever is sooner."""
    own = (InUseTime.organisation_id == actor.organisation_id) & (InUseTime.product_id == Product.id)
    statement = select(Product.in_use_hours, InUseTime.hours).outerjoin(InUseTime, own)
    row = connection.execute(statement.where(Product.id == held.product_id)).first()
    hours = min((each for each in row or () if each), default=None)
    return now + timedelta(hours=hours) if hours else None


def moved_on(held: HeldVial) -> ConflictError:
    """The error of a step that no longer fits the vial's state."""
    return ConflictError(ErrorCode.VIAL_MOVED_ON, given=held.serial or held.lot, found=str(held.state))
