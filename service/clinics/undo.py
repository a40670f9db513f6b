"""Takes back the latest step of a vial: by who recorded it for an hour, by an admin of the clinic for a day.

1. The step is the latest that stands; nothing of the clinic's own was done with the vial since.
2. The vial's columns become what they were before it (`VialEvent.before`).
3. The unit on record moves back, unless others have moved or used it since: their record stays.
4. The scan history no longer counts the use.
5. The undo is an event of its own, with its reason; nothing is deleted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor, Role
from service.authenticity.dispositions import Disposition
from service.authenticity.scan_history.sightings import Region, SightingKind, sighting
from service.clinics import queries
from service.clinics.queries import UNDONE, HeldVial, RecordedStep, locked_vial
from service.clinics.temperature.open_holds import must_not_be_held
from service.clinics.unit_moves import UnitOnRecord
from service.clinics.usage import (
    StepTaken,
    is_done,
    moved_on,
    must_not_stop,
    unit_subject,
    vial_change,
    write_unit_change,
)
from service.clinics.vial_lifecycle import Step, VialState
from service.clinics.vial_verdicts import verdict_of
from service.errors import ConflictError, ErrorCode, ForbiddenError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.hot.sightings import HistoryWriter, NewSighting, Subject
from service.storage.models import Organisation, Vial, VialEvent
from service.verification.service import VerificationService

OWN_TIME = timedelta(hours=1)
"""For how long a person may undo what he or she recorded."""

ADMINS_TIME = timedelta(days=1)
"""For how long an admin of the clinic may undo what any of its people recorded."""


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """A person's wish to undo one event. `nonce`: the same form sent twice is one undo."""

    event_id: int
    reason: str
    nonce: str | None = None


def latest_step(happened: Sequence[RecordedStep]) -> RecordedStep | None:
    """The latest step of one vial that stands; None where each was undone. `happened`: earliest first."""
    return next((each for each in reversed(happened) if each.counts), None)


def refusal(recorded: RecordedStep, actor: Actor, now: datetime) -> ErrorCode | None:
    """Why this person may not undo a step at `now`; None where they may."""
    age = now - recorded.at
    own = actor.account_id is not None and recorded.account_id == actor.account_id
    if recorded.before is None or age > ADMINS_TIME:
        return ErrorCode.UNDO_LATE
    if own and age <= OWN_TIME:
        return None
    if not actor.may(Role.ADMIN):
        return ErrorCode.UNDO_LATE if own else ErrorCode.UNDO_NOT_YOURS
    return None if actor.strong else ErrorCode.SECOND_FACTOR_NEEDED


class StepUndo:
    """Undoes steps of a clinic's vials."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification
        self._history = HistoryWriter(database)

    def undo(self, actor: Actor, vial_id: int, wish: UndoRequest, now: datetime) -> HeldVial:
        """Undo the latest step of a vial; return the vial after it.

        RefusedError without a reason; NotFoundError for another clinic's vial; ConflictError where the event
        is not the latest that stands, it is too late, or the quarantine of a stopped vial would be undone;
        ForbiddenError where this person may not.
        """
        undo = StepTaken(Step.UNDO, wish.reason, nonce=wish.nonce)
        held = self._vial(actor, vial_id)
        verdict = verdict_of(self._verification, actor, held)
        try:
            with self._database.transaction() as connection:
                held = locked_vial(connection, actor.organisation_id, vial_id)
                if not is_done(connection, actor, wish.nonce):
                    recorded = _to_undo(connection, actor, held, wish.event_id, now)
                    if _ends_quarantine(recorded):
                        must_not_stop(held, verdict)
                        must_not_be_held(connection, held)
                    for number, each in enumerate(recorded):
                        taken = undo if number == 0 else replace(undo, nonce=None)
                        self._undo_one(connection, actor, held, each, taken, now)
        except IntegrityError as error:
            with self._database.reading() as connection:
                if not is_done(connection, actor, wish.nonce):
                    raise ConflictError(ErrorCode.NUMBER_IN_STOCK, given=held.serial or held.lot) from error
        return self._vial(actor, vial_id)

    def _vial(self, actor: Actor, vial_id: int) -> HeldVial:
        with self._database.reading() as connection:
            return queries.vial(connection, actor.organisation_id, vial_id)

    def _undo_one(
        self,
        connection: Connection,
        actor: Actor,
        held: HeldVial,
        recorded: RecordedStep,
        undo: StepTaken,
        now: datetime,
    ) -> None:
        before = recorded.before or {}
        values = _columns(before)
        connection.execute(update(Vial).where(Vial.id == held.id).values(values))
        change = _move_unit_back(connection, held, before)
        connection.execute(insert(VialEvent).values(_event(actor, recorded, undo, now)))
        self._forget_use(connection, held, before)
        write_unit_change(connection, actor, change, undo.step, now)
        changes = [vial_change(held.id, undo.step, held.state, values["state"])]
        write_down(connection, changes, who=actor.who, at=now, reason=undo.reason.strip())

    def _forget_use(self, connection: Connection, held: HeldVial, before: Mapping[str, Any]) -> None:
        """Count anew where the unit was dispensed in this place, without the use that was undone."""
        unit = unit_subject(held)
        if unit is None or before["counted_at"] is None:
            return
        place = Region(*before["counted_at"])
        self._history.take_back(connection, unit, SightingKind.DISPENSING, place)
        self._history.add(connection, _uses_that_stand(connection, unit, place))


def _to_undo(
    connection: Connection, actor: Actor, held: HeldVial, event_id: int, now: datetime
) -> list[RecordedStep]:
    """The step to undo. What was recorded with a receipt goes together with it: the vial never came in."""
    happened = queries.events(connection, actor.organisation_id, VialEvent.vial_id == held.id)
    latest = latest_step(happened)
    if latest is None or latest.id != event_id:
        raise moved_on(held)
    code = refusal(latest, actor, now)
    if code is ErrorCode.UNDO_LATE:
        raise ConflictError(code, given=held.serial or held.lot)
    if code is not None:
        raise ForbiddenError(code)
    if latest.step is Step.RECEIVE or not _of_receipt(latest):
        return [latest]
    return [latest, *(each for each in happened if each.step is Step.RECEIVE)]


def _of_receipt(recorded: RecordedStep) -> bool:
    """Whether the step was recorded with the receipt, so that its undo takes the receipt back."""
    return (recorded.before or {}).get("state") == VialState.CANCELLED


def _ends_quarantine(recorded: Sequence[RecordedStep]) -> bool:
    return recorded[0].step is Step.QUARANTINE and not _of_receipt(recorded[0])


def _columns(before: Mapping[str, Any]) -> dict[str, Any]:
    """The vial's columns as `usage.what_to_restore` kept them."""
    opened, use_before, used_on = before["opened"], before["use_before"], before["used_on"]
    # no step of an earlier version moved a vial to another site
    site = {"site_id": before["site_id"]} if "site_id" in before else {}
    return {
        **site,
        "state": VialState(before["state"]),
        "opened": datetime.fromisoformat(opened) if opened else None,
        "used_on": date.fromisoformat(used_on) if used_on else None,
        "use_before": datetime.fromisoformat(use_before) if use_before else None,
        "unit_was": Disposition(before["unit_was"]) if before["unit_was"] else None,
    }


def _move_unit_back(connection: Connection, held: HeldVial, before: Mapping[str, Any]) -> AuditChange | None:
    if not before["unit"] or held.product_id is None:
        return None
    was, left = map(Disposition, before["unit"])
    unit = UnitOnRecord(held.product_id, held.gtin, held.serial)
    return unit.put_back(connection, left=left, was=was, action="undo", vial_id=held.id)


def _event(actor: Actor, recorded: RecordedStep, undo: StepTaken, now: datetime) -> dict[str, Any]:
    return {
        "vial_id": recorded.vial_id,
        "organisation_id": actor.organisation_id,
        "at": now,
        "actor": actor.name,
        "account_id": actor.account_id,
        "step": undo.step,
        "biz_step": undo.step.biz_step,
        "disposition": undo.step.disposition,
        "reason": undo.reason.strip(),
        "nonce": undo.nonce,
        "undoes": recorded.id,
    }


def _uses_that_stand(connection: Connection, unit: Subject, place: Region) -> Iterator[NewSighting]:
    """The uses of a unit in one place, of whichever clinic, that the scan history counts."""
    statement = (
        select(
            VialEvent.at,
            VialEvent.organisation_id,
            VialEvent.before,
            Vial.code_scanned,
            Organisation.country,
            Organisation.region,
        )
        .join(Vial, Vial.id == VialEvent.vial_id)
        .join(Organisation, Organisation.id == VialEvent.organisation_id)
        .where(Vial.product_id == unit.product_id, Vial.serial == unit.name, Vial.unit_on_record)
        .where(VialEvent.step.in_([each for each in Step if each.opens]), ~UNDONE)
    )
    for row in connection.execute(statement):
        # An earlier version kept no place: the clinic's is the one where it is registered.
        kept = [row.country, row.region] if row.code_scanned else None
        counted_at = row.before["counted_at"] if row.before else kept
        if counted_at == [place.country, place.region]:
            used = sighting(SightingKind.DISPENSING, place, row.at, f"clinic-{row.organisation_id}")
            yield NewSighting(unit, used)
