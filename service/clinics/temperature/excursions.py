"""Judges the readings of a place against the limits of what lay there, and holds those vials.

1. Each product's limits are held against the readings for as long as a vial of it lay in the place. 2. A time
outside is put down once; later readings that show that it was longer make it grow. 3. Every vial that lay
there then is held: quarantined where it is in stock or open. A vial that was decided on is
   held again only where the excursion has grown since.
4. Vials without limits on record are counted and not judged. Nothing here releases a vial.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.accounts.actors import Actor
from service.clinics.queries import UNDONE, locked_vial
from service.clinics.temperature.places import KnownPlace
from service.clinics.temperature.readings import ExcursionPeriod, LoggerReading, StorageLimits, excursions_in
from service.clinics.usage import StepTaken, record_step
from service.clinics.vial_lifecycle import HERE, USABLE, Step, VialState
from service.storage.audit import AuditChange, write_down
from service.storage.models import (
    Product,
    TemperatureExcursion,
    TemperatureHold,
    TemperatureReading,
    Vial,
    VialEvent,
    VialPlace,
)

HoldWords = Callable[[KnownPlace, ExcursionPeriod, StorageLimits], str]
"""Says in a person's words why a vial is held; it becomes the reason of its quarantine."""


@dataclass(frozen=True, slots=True)
class HeldByReadings:
    """What a judgement held. `gone`: vials that were used, destroyed or sent back before it was known."""

    excursions: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    without_limits: int = 0


@dataclass(frozen=True, slots=True)
class _Stay:
    vial_id: int
    since: datetime
    until: datetime | None
    is_here: bool
    limits: StorageLimits

    def meets(self, period: ExcursionPeriod) -> bool:
        """Whether the vial lay there during a part of the period."""
        came_before = self.since < period.ended or self.since <= period.started
        return came_before and (self.until is None or self.until > period.started)


def judge(
    connection: Connection,
    actor: Actor,
    place: KnownPlace,
    since: datetime,
    until: datetime,
    words: HoldWords,
    now: datetime,
) -> HeldByReadings:
    """Judge the readings of a place between two moments, with those next to them; hold what lay there."""
    readings = _readings(connection, place.id, since, until)
    stays = _stays(connection, place, until)
    excursions: dict[int, None] = {}
    held: dict[int, None] = {}
    gone: dict[int, None] = {}
    for limits in dict.fromkeys(each.limits for each in stays if each.limits.any):
        for period in excursions_in(readings, limits):
            met = [each for each in stays if each.limits == limits and each.meets(period)]
            if not met:
                continue
            number, whole, grew = _put_down(connection, place, limits, period, now)
            excursions[number] = None
            gone |= dict.fromkeys(each.vial_id for each in met if not each.is_here)
            for vial_id in sorted({each.vial_id for each in met}):
                if _hold(connection, actor, number, vial_id, words(place, whole, limits), now, again=grew):
                    held[vial_id] = None
    lay = [each for each in stays if each.until is None or each.until > since]
    unlimited = {each.vial_id for each in lay if not each.limits.any}
    return HeldByReadings(tuple(excursions), tuple(held), tuple(gone), len(unlimited))


def _readings(connection: Connection, place_id: int, since: datetime, until: datetime) -> list[LoggerReading]:
    """The readings between the moments, and the moment before and after."""
    here = TemperatureReading.place_id == place_id
    before = select(func.max(TemperatureReading.at)).where(here, TemperatureReading.at < since)
    after = select(func.min(TemperatureReading.at)).where(here, TemperatureReading.at > until)
    first, last = connection.scalar(before) or since, connection.scalar(after) or until
    query = select(TemperatureReading.at, TemperatureReading.hundredths)
    inside = TemperatureReading.at >= first, TemperatureReading.at <= last
    rows = connection.execute(
        query.where(here, *inside).order_by(TemperatureReading.at, TemperatureReading.hundredths)
    )
    return [LoggerReading(*row) for row in rows]


def _stays(connection: Connection, place: KnownPlace, until: datetime) -> list[_Stay]:
    """When each vial lay in the place, of those that came there before `until`."""
    there = select(VialPlace.vial_id).where(VialPlace.place_id == place.id, VialPlace.since <= until)
    left = (
        select(func.max(VialEvent.at))
        .where(VialEvent.vial_id == Vial.id, VialEvent.step.in_(_LEAVES), ~UNDONE)
        .correlate(Vial)
        .scalar_subquery()
    )
    query = (
        select(VialPlace.vial_id, VialPlace.place_id, VialPlace.since, Vial.state, left.label("left"))
        .add_columns(Product.storage_min, Product.storage_max)
        .join(Vial, Vial.id == VialPlace.vial_id)
        .outerjoin(Product, Product.id == Vial.product_id)
        .where(VialPlace.vial_id.in_(there), Vial.organisation_id == place.organisation_id)
        .where(Vial.state != VialState.CANCELLED)
        .order_by(VialPlace.vial_id, VialPlace.since, VialPlace.id)
    )
    rows = list(connection.execute(query))
    return [stay for row, after in zip_longest(rows, rows[1:]) for stay in _stay(row, after, place)]


def _stay(
    row: Row[*tuple[Any, ...]], after: Row[*tuple[Any, ...]] | None, place: KnownPlace
) -> Iterable[_Stay]:
    """The stay that begins with a row, none in another place. `after`: the row that follows."""
    if row.place_id != place.id:
        return
    is_here = row.state in HERE
    moved = after.since if after is not None and after.vial_id == row.vial_id else None
    ends = [each for each in (moved, None if is_here else row.left) if each is not None]
    yield _Stay(
        row.vial_id,
        row.since,
        min(ends, default=None),
        is_here,
        StorageLimits(row.storage_min, row.storage_max),
    )


def _put_down(
    connection: Connection, place: KnownPlace, limits: StorageLimits, period: ExcursionPeriod, now: datetime
) -> tuple[int, ExcursionPeriod, bool]:
    """Put an excursion down, or let the one that it is a part of grow; return its id, the whole, and whether
    it grew.
    """
    table = TemperatureExcursion
    same = (
        table.place_id == place.id,
        table.storage_min.is_not_distinct_from(limits.lowest),
        table.storage_max.is_not_distinct_from(limits.highest),
        table.started <= period.ended,
        table.ended >= period.started,
    )
    row = connection.execute(
        select(table.__table__).where(*same).order_by(table.id).with_for_update()
    ).first()
    if row is None:
        values = {
            "place_id": place.id,
            "storage_min": limits.lowest,
            "storage_max": limits.highest,
            "started": period.started,
            "ended": period.ended,
            "lowest": period.lowest,
            "highest": period.highest,
            "found": now,
        }
        return (
            connection.execute(insert(table).values(values).returning(table.id)).scalar_one(),
            period,
            False,
        )
    whole = ExcursionPeriod(
        min(row.started, period.started),
        max(row.ended, period.ended),
        min(row.lowest, period.lowest),
        max(row.highest, period.highest),
    )
    grew = whole != ExcursionPeriod(row.started, row.ended, row.lowest, row.highest)
    if grew:
        grown: dict[str, datetime | int] = {"started": whole.started, "ended": whole.ended}
        grown |= {"lowest": whole.lowest, "highest": whole.highest}
        connection.execute(update(table).where(table.id == row.id).values(grown))
    return row.id, whole, grew


def _hold(
    connection: Connection,
    actor: Actor,
    excursion: int,
    vial_id: int,
    reason: str,
    now: datetime,
    *,
    again: bool,
) -> bool:
    """Hold a vial, and quarantine it where it could be used; return whether this held it anew."""
    held = locked_vial(connection, actor.organisation_id, vial_id)
    this = TemperatureHold.excursion_id == excursion, TemperatureHold.vial_id == vial_id
    row = connection.execute(select(TemperatureHold.__table__).where(*this)).first()
    if row is not None and (row.decision is None or not again or held.state not in HERE):
        return False
    event_id = None
    if held.state in USABLE:
        record_step(connection, actor, held, StepTaken(Step.QUARANTINE, reason), now)
        event_id = _latest_event(connection, vial_id)
    if row is None:
        values = {"excursion_id": excursion, "vial_id": vial_id, "event_id": event_id}
        connection.execute(insert(TemperatureHold).values(values))
    else:
        open_again = {"decision": None, "decided": None, "event_id": event_id or row.event_id}
        connection.execute(update(TemperatureHold).where(*this).values(open_again))
    change = AuditChange("hold_by_temperature", "vial", str(vial_id), after={"excursion": excursion})
    write_down(connection, [change], who=actor.who, at=now, reason=reason)
    return held.state in HERE


def _latest_event(connection: Connection, vial_id: int) -> int | None:
    return connection.scalar(select(func.max(VialEvent.id)).where(VialEvent.vial_id == vial_id))


_LEAVES: Sequence[str] = (Step.FINISH, Step.USE_UP, Step.WASTE, Step.RETURN)
"""Steps with which a vial leaves its place for good."""
