"""Deliveries: records what came in, vial by vial, whether it is kept, put aside or sent back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Match, ReasonCode
from service.authenticity.verdicts import Verdict
from service.clinics import presentations
from service.clinics.temperature.places import put_in_usual_place
from service.clinics.unit_moves import UnitOnRecord
from service.clinics.usage import StepTaken, vial_change, write_event, write_unit_change
from service.clinics.vial_lifecycle import HERE, Step, VialState
from service.clinics.vial_verdicts import stops
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Delivery, Vial
from service.verification.service import Answer, VerificationService

MOST_ALIKE = 500
"""The most vials without serial numbers of one line."""

MOST_LINES = 2000


class DeliveryOutcome(StrEnum):
    """What happened to a vial of a delivery."""

    RECEIVED = "received"
    ASIDE = "aside"
    RETURNED = "returned"


_CONTRADICTS = frozenset(
    {
        ReasonCode.EXPIRY_MISMATCH,
        ReasonCode.PRODUCT_MISMATCH,
        ReasonCode.CARTON_VIAL_MISMATCH,
        ReasonCode.PRESENTATION_UNKNOWN,
        ReasonCode.SERIAL_IN_OTHER_LOT,
        ReasonCode.LIKELY_MISREAD,
    }
)
"""Reasons with which the pack contradicts the record of its number."""

_THEN = {DeliveryOutcome.ASIDE: Step.QUARANTINE, DeliveryOutcome.RETURNED: Step.RETURN}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One line: the id of its check, and what happened. `count`: so many alike, without serial numbers."""

    check: str
    outcome: DeliveryOutcome = DeliveryOutcome.RECEIVED
    reason: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """The delivery's supplier, reference and day, as far as they are given. `nonce`: the same list, extended
    or not, is one delivery. `site_id`: of the clinic's own sites, where its vials are; None: the main site.
    """

    supplier: str = ""
    note_number: str = ""
    nonce: str | None = None
    site_id: int | None = None

    def __post_init__(self) -> None:
        for field, text, most in (("supplier", self.supplier, 200), ("note_number", self.note_number, 80)):
            if len(text) > most:
                raise RefusedError(
                    ErrorCode.TOO_LONG, given=text, expected=f"at most {most} characters", field=field
                )


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What was recorded: how many of each outcome. `vial_ids`: the vials that came in now.

    `already`: serials that were in stock before; `before`: lines that this clinic recorded before.
    """

    delivery_id: int
    received: int = 0
    aside: int = 0
    returned: int = 0
    already: int = 0
    before: int = 0
    vial_ids: tuple[int, ...] = ()


class DeliveryService:
    """Records deliveries, each in one transaction. Idempotent per check and per delivery nonce."""

    def __init__(self, database: Database, desk: VerificationService) -> None:
        self._database = database
        self._desk = desk

    def receive(
        self,
        actor: Actor,
        lines: Sequence[DeliveryLine],
        papers: DeliveryNote,
        *,
        delivery_id: int | None = None,
    ) -> DeliveryResult:
        """Record a delivery, or add to one of the clinic's own. All of it or, on any error, nothing.

        A check counts once, however often it is sent. NotFoundError for a check that no clinic made,
        ConflictError where a stopped vial would be kept.
        """
        answers = [self._answer(actor, number, line) for number, line in enumerate(lines, 1)]
        try:
            return self._record(actor, lines, answers, papers, delivery_id)
        except IntegrityError:
            # Another station of this clinic recorded one of them meanwhile: read again.
            return self._record(actor, lines, answers, papers, delivery_id)

    def _record(
        self,
        actor: Actor,
        lines: Sequence[DeliveryLine],
        answers: Sequence[Answer],
        papers: DeliveryNote,
        delivery_id: int | None,
    ) -> DeliveryResult:
        now = self._desk.now()
        with self._database.transaction() as connection:
            if delivery_id is None:
                delivery_id = self._begin(connection, actor, papers, now)
            else:
                _own(connection, actor, delivery_id)
            counted = DeliveryResult(delivery_id)
            for line, answer in zip(lines, answers, strict=True):
                values = _vial_values(actor, counted.delivery_id, answer, now) | {"site_id": papers.site_id}
                counted = self._line(connection, actor, counted, line, answer, values)
        return counted

    def _answer(self, actor: Actor, number: int, line: DeliveryLine) -> Answer:
        answer = self._desk.find_check(line.check)
        theirs = answer.organisation_id in {None, actor.organisation_id}
        if answer.asker is not Asker.CLINIC or not theirs:
            raise NotFoundError(
                ErrorCode.NOT_FOUND, given=line.check, expected="a clinic's check", field=f"lines.{number}"
            )
        if stops(answer.verdict) and line.outcome is DeliveryOutcome.RECEIVED:
            raise ConflictError(
                ErrorCode.VIAL_STOPPED, given=line.check, found=str(answer.verdict.headline), field="check"
            )
        if not 1 <= line.count <= MOST_ALIKE or (line.count > 1 and answer.presented.serial is not None):
            raise RefusedError(
                ErrorCode.COUNT_INVALID, given=str(line.count), expected=f"1 to {MOST_ALIKE}", field="count"
            )
        return answer

    def _begin(self, connection: Connection, actor: Actor, papers: DeliveryNote, now: datetime) -> int:
        values = {
            "organisation_id": actor.organisation_id,
            "at": now,
            "actor": actor.name,
            "account_id": actor.account_id,
            "supplier": papers.supplier.strip(),
            "note_number": papers.note_number.strip(),
            "nonce": papers.nonce,
        }
        put = self._database.insert_new(Delivery).values(values).returning(Delivery.id)
        new: int | None = connection.scalar(put)
        if new is None:
            where = (Delivery.organisation_id == actor.organisation_id, Delivery.nonce == papers.nonce)
            return connection.execute(select(Delivery.id).where(*where)).scalar_one()
        after = {name: values[name] for name in ("supplier", "note_number")}
        change = AuditChange("receiving", "delivery", str(new), after=after)
        write_down(connection, [change], who=actor.who, at=now, reason="receiving")
        return new

    def _line(
        self,
        connection: Connection,
        actor: Actor,
        counted: DeliveryResult,
        line: DeliveryLine,
        answer: Answer,
        values: dict[str, Any],
    ) -> DeliveryResult:
        now = values["received"]
        if _is_recorded(connection, values):
            return replace(counted, before=counted.before + 1)
        then = _THEN.get(line.outcome)
        if then is None and _is_here(connection, values):
            return replace(counted, already=counted.already + 1)
        moved = _put_aside(connection, values, then) if then else None
        write_unit_change(connection, actor, moved, then or Step.RECEIVE, now)
        ids = sorted(connection.scalars(insert(Vial).values([values] * line.count).returning(Vial.id)))
        changes = presentations.add(connection, actor, ids, answer, now)
        put_in_usual_place(connection, actor, ids, now)
        steps = [StepTaken(Step.RECEIVE), *([StepTaken(then, line.reason)] if then else [])]
        for each in ids:
            changes.append(vial_change(each, Step.RECEIVE, None, values["state"]))
            for step in steps:
                write_event(connection, actor, each, step, now, _before(step.step, moved))
        write_down(connection, changes, who=actor.who, at=now, reason=line.reason or "receiving")
        sums = {str(line.outcome): getattr(counted, line.outcome) + len(ids)}
        return replace(counted, **sums, vial_ids=(*counted.vial_ids, *ids))


def _put_aside(connection: Connection, values: dict[str, Any], step: Step) -> AuditChange | None:
    """Record a vial that never reaches the stock; its unit is put on hold, or goes back, where that is
    possible.
    """
    values["state"] = step.leaves(was_opened=False)
    if not values["unit_on_record"] or step.moves is None:
        return None
    unit = UnitOnRecord(values["product_id"], values["gtin"], values["serial"])
    moved = unit.move(connection, step.moves)
    if moved is None:
        return None
    values["unit_was"] = moved[0]
    return moved[1]


def _before(step: Step, moved: AuditChange | None) -> dict[str, object]:
    """What an undo restores: of a receipt, and of what was recorded with it, that the vial never came in."""
    unit = (moved.before, moved.after) if moved is not None and step is not Step.RECEIVE else ()
    none = dict.fromkeys(("opened", "used_on", "use_before", "unit_was", "counted_at"))
    moves = [each["disposition"] for each in unit if each] or None
    return {"state": str(VialState.CANCELLED), "unit": moves, **none}


def _own(connection: Connection, actor: Actor, delivery_id: int) -> None:
    where = (Delivery.id == delivery_id, Delivery.organisation_id == actor.organisation_id)
    if connection.scalar(select(Delivery.id).where(*where)) is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(delivery_id), expected="a delivery of yours", field="delivery"
        )


def _is_recorded(connection: Connection, values: dict[str, Any]) -> bool:
    """Return whether this check brought a vial in before: a line that is sent twice counts once."""
    where = [getattr(Vial, name) == values[name] for name in ("organisation_id", "scan_id")]
    return connection.scalar(select(Vial.id).where(*where).limit(1)) is not None


def _is_here(connection: Connection, values: dict[str, Any]) -> bool:
    """Whether the clinic has a vial with this number, or misses it: then it is found, no second one."""
    known = HERE | {VialState.MISSING}
    if not values["serial"]:
        return False
    where = [getattr(Vial, name) == values[name] for name in ("organisation_id", "gtin", "serial")]
    return connection.scalar(select(Vial.id).where(*where, Vial.state.in_(known)).limit(1)) is not None


def _is_the_unit(verdict: Verdict) -> bool:
    """Return whether it may be the unit on record: a pack that contradicts its record moves nothing there."""
    codes = {reason.code for reason in verdict.reasons}
    return verdict.match is Match.UNIT and not codes & _CONTRADICTS


def _vial_values(actor: Actor, delivery_id: int | None, answer: Answer, now: datetime) -> dict[str, Any]:
    """Return the vial's row: what was presented, and the record's value where nothing was."""
    shown, record = answer.presented, answer.verdict.record
    batch = record.batch if record else None
    lot = shown.lot.printed if shown.lot else batch.lot if batch else ""
    expiry = shown.expiry or (batch.expiry if batch else None)
    last: date | None = expiry.last_day if expiry else None
    return {
        "organisation_id": actor.organisation_id,
        "delivery_id": delivery_id,
        "scan_id": answer.id,
        "product_id": record.product.id if record else None,
        "batch_id": batch.id if batch else None,
        "gtin": shown.gtin.value if shown.gtin else record.product.gtin if record else "",
        "product_name": record.product.name if record else shown.product or "",
        "lot": lot,
        "lot_key": shown.lot.key if shown.lot else lot.upper(),
        "serial": shown.serial.printed if shown.serial else "",
        "expiry": last,
        "expiry_month_only": expiry is not None and expiry.day is None,
        "unit_on_record": _is_the_unit(answer.verdict),
        "state": VialState.IN_STOCK,
        "received": now,
        "code_scanned": shown.serial is None or presentations.is_scanned(answer),
    }
