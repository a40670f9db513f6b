"""Which of a clinic's vials are stopped now, those that it has used too, and what it did about it.

The verdict decides (`vial_verdicts`), as everywhere. Vials that the clinic has are all judged; of those that
it has used only such as may be stopped: a recall or hold of their product or lot stands, a notice names their
lot or number, or their scans are looked into.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.reasons import Reason
from service.clinics import queries
from service.clinics.notices.stop_keys import stop_key, told_reasons
from service.clinics.queries import HeldVial
from service.clinics.uses.register import RecordedUse, UseRegister
from service.clinics.vial_lifecycle import HERE
from service.clinics.vial_verdicts import verdicts_of
from service.errors import ErrorCode, NotFoundError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.models import (
    Alert,
    Batch,
    Organisation,
    Product,
    StopAcknowledgement,
    Suspect,
    ToldUse,
    Vial,
)
from service.verification.service import VerificationService


@dataclass(frozen=True, slots=True)
class Told:
    """Who acknowledged a notice of a vial, or told whom a use concerns, and when."""

    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class StopNotice:
    """One reason for which vials of the clinic are stopped now. `key`: of its address (`stop_key`).

    `here`: vials that it has; `used`: vials that it opened. `acknowledged`: by vial, None for open ones.
    """

    key: str
    reason: Reason
    vials: tuple[HeldVial, ...]
    acknowledged: Mapping[int, Told]

    @property
    def here(self) -> tuple[HeldVial, ...]:
        """Those that the clinic still has."""
        return tuple(each for each in self.vials if each.state in HERE)

    @property
    def used(self) -> tuple[HeldVial, ...]:
        """Those of which something was used."""
        return tuple(each for each in self.vials if each.opened is not None)

    @property
    def lots(self) -> tuple[HeldVial, ...]:
        """One vial of each product and lot among them."""
        return tuple({(each.product_name, each.gtin, each.lot_key): each for each in self.vials}.values())

    @property
    def is_open(self) -> bool:
        """Whether the clinic has to acknowledge it, for some vial."""
        return any(each.id not in self.acknowledged for each in self.vials)


@dataclass(frozen=True, slots=True)
class UseTask:
    """One use of a stopped vial. `event_id`: its step; `told`: None while whom it concerns was not told."""

    event_id: int
    use: RecordedUse
    told: Told | None


class StopNotices:
    """Reads notices of a clinic and records what it did about them."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._verification = verification
        self._register = UseRegister(database)

    def all(self, actor: Actor) -> list[StopNotice]:
        """Return every notice now: open ones first, then the worst."""
        found: dict[str, tuple[Reason, list[HeldVial]]] = {}
        with self._database.reading() as connection:
            held = queries.vials(connection, actor.organisation_id, MAY_BE_STOPPED)
            known = _acknowledged(connection, actor)
        verdicts = verdicts_of(self._verification, actor, held)
        for vial in held:
            for reason in told_reasons(verdicts[vial.id]):
                found.setdefault(stop_key(reason), (reason, []))[1].append(vial)
        notices = [
            StopNotice(key, reason, _once(vials), known.get(key, {}))
            for key, (reason, vials) in found.items()
        ]
        return sorted(notices, key=lambda each: (not each.is_open, -each.reason.severity.rank, each.key))

    def one(self, actor: Actor, key: str) -> StopNotice:
        """Return one notice; NotFoundError where no vial of the clinic is stopped for it now."""
        for each in self.all(actor):
            if each.key == key:
                return each
        raise NotFoundError(ErrorCode.NOT_FOUND, given=key, expected="a notice to you", field="notice")

    def tasks(self, actor: Actor, notice: StopNotice) -> list[UseTask]:
        """Return the uses of its vials, with the clinic's own references; the latest first."""
        ids = [each.id for each in notice.used]
        uses = self._register.of_vials(actor, ids)
        mine = (ToldUse.key == notice.key, ToldUse.event_id.in_([number for number, _ in uses]))
        with self._database.reading() as connection:
            told = {
                row.event_id: Told(row.at, row.actor)
                for row in connection.execute(select(ToldUse.__table__).where(*mine))
            }
        return [UseTask(number, use, told.get(number)) for number, use in uses]

    def acknowledge(self, actor: Actor, key: str, now: datetime) -> None:
        """Record that the clinic has read the notice, for each of its vials. Twice is once. NotFoundError."""
        notice = self.one(actor, key)
        with self._database.transaction() as connection:
            known = _acknowledged(connection, actor).get(key, {})
            new = [each.id for each in notice.vials if each.id not in known]
            rows = [{"vial_id": each, "key": key, **_by(actor, now)} for each in new]
            if not rows:
                return
            connection.execute(self._database.insert_new(StopAcknowledgement), rows)
            after = {"vials": len(rows), "reason": str(notice.reason.code)}
            change = AuditChange("acknowledge", "notice", key, after=after)
            write_down(connection, [change], who=actor.who, at=now, reason=str(notice.reason.code))

    def mark_told(self, actor: Actor, key: str, event_ids: Iterable[int], now: datetime) -> None:
        """Record that those whom these uses concern were told. Other clinics' uses, and unknown ones, are not
        marked. NotFoundError.
        """
        notice = self.one(actor, key)
        wanted = set(event_ids)
        new = [
            each.event_id
            for each in self.tasks(actor, notice)
            if each.told is None and each.event_id in wanted
        ]
        if not new:
            return
        with self._database.transaction() as connection:
            rows = [{"event_id": each, "key": key, **_by(actor, now)} for each in new]
            connection.execute(self._database.insert_new(ToldUse), rows)
            change = AuditChange("mark_told", "notice", key, after={"uses": len(new)})
            write_down(connection, [change], who=actor.who, at=now, reason=str(notice.reason.code))


def count_open_notices(database: Database, organisation_id: int) -> int:
    """How many notices a clinic has not acknowledged: for a message to it, which says no more than that."""
    with database.reading() as connection:
        statement = select(Organisation.name, Organisation.country, Organisation.region)
        row = connection.execute(statement.where(Organisation.id == organisation_id)).one()
    kind = OrganisationKind.CLINIC
    actor = Actor(
        "", None, organisation_id, row.name, kind, frozenset(), country=row.country, region=row.region
    )
    verification = VerificationService(database)
    try:
        return sum(each.is_open for each in StopNotices(database, verification).all(actor))
    finally:
        verification.close()


def _by(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"at": now, "actor": actor.name, "account_id": actor.account_id}


def _once(vials: Iterable[HeldVial]) -> tuple[HeldVial, ...]:
    return tuple({each.id: each for each in vials}.values())


def _acknowledged(connection: Connection, actor: Actor) -> dict[str, dict[int, Told]]:
    statement = (
        select(StopAcknowledgement.__table__)
        .join(Vial, Vial.id == StopAcknowledgement.vial_id)
        .where(Vial.organisation_id == actor.organisation_id)
    )
    found: dict[str, dict[int, Told]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.key, {})[row.vial_id] = Told(row.at, row.actor)
    return found


def _named_by_alert() -> ColumnElement[bool]:
    lot = (Alert.lot_key != "") & (Alert.lot_key == Vial.lot_key)
    serial = (Alert.serial != "") & (Alert.serial == Vial.serial)
    named = lot | serial | (Alert.serial_prefix != "")
    return select(Alert.id).where(~Alert.withdrawn, named).correlate(Vial).exists()


def _looked_into() -> ColumnElement[bool]:
    unit = (Suspect.scope == SubjectScope.UNIT) & (Suspect.name == Vial.serial)
    lot = (Suspect.scope == SubjectScope.LOT) & (Suspect.name == Vial.lot_key)
    open_ones = (Suspect.product_id == Vial.product_id) & (Suspect.state != "cleared")
    return select(Suspect.id).where(open_ones, unit | lot).correlate(Vial).exists()


def _lot_stopped() -> ColumnElement[bool]:
    stopped = (Batch.id == Vial.batch_id) & Batch.status.in_(("recalled", "on_hold"))
    return select(Batch.id).where(stopped).correlate(Vial).exists()


MAY_BE_STOPPED = or_(
    Vial.state.in_(HERE),
    Vial.used_on.is_not(None) & or_(Product.stopped, _lot_stopped(), _named_by_alert(), _looked_into()),
)
