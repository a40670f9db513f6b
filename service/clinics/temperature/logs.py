"""Takes in logs of temperature: readings are put down once, judged, and what they say is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from service.accounts.actors import Actor
from service.clinics.plain_text import printable
from service.clinics.queries import vials
from service.clinics.temperature.excursions import HeldByReadings, HoldWords, judge
from service.clinics.temperature.logger_files import LoggerLog
from service.clinics.temperature.places import KnownPlace, place_in, put_into
from service.clinics.temperature.readings import LogGap, LoggerReading, gaps_in
from service.clinics.vial_lifecycle import HERE
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import TemperatureLog, TemperatureReading, Vial

_AT_ONCE = 1000
MOST_GAPS = 20
"""The latest gaps that are told."""


@dataclass(frozen=True, slots=True)
class LogTaken:
    """What a log brought. `known`: readings that were on record; `gaps`: times without readings in it, and
    between it and the reading before.
    """

    log_id: int
    new: int
    known: int
    without_value: int
    gaps: tuple[LogGap, ...]
    found: HeldByReadings


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that was taken in, as a list shows it."""

    at: datetime
    actor: str
    file_name: str
    first: datetime
    last: datetime
    new: int
    known: int


class TemperatureLogs:
    """Takes in logs, and puts vials into places, which are then judged by what is on record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_in(
        self, actor: Actor, place_id: int, log: LoggerLog, file_name: str, words: HoldWords, now: datetime
    ) -> LogTaken:
        """Put down the readings that are new, and hold what lay outside its limits. NotFoundError.

        All in one transaction; the same log again changes nothing.
        """
        readings = log.readings
        with self._database.transaction() as connection:
            place = place_in(connection, actor, place_id)
            self._database.advisory_lock(connection, _LOCK + place.id)
            number = _note_log(connection, actor, place, log, file_name, now)
            new = self._put_down(connection, place, number, readings)
            counted = {"new": new, "known": len(readings) - new}
            connection.execute(update(TemperatureLog).where(TemperatureLog.id == number).values(counted))
            found = judge(connection, actor, place, readings[0].at, readings[-1].at, words, now)
            change = AuditChange("take_in_log", "place", place.name, after=counted | {"log": number})
            write_down(connection, [change], who=actor.who, at=now, reason=printable(file_name) or "log")
            gaps = tuple(_gaps(connection, place, readings)[-MOST_GAPS:])
        return LogTaken(number, new, len(readings) - new, log.without_value, gaps, found)

    def put_vials(
        self,
        actor: Actor,
        place_id: int,
        vial_ids: Sequence[int],
        words: HoldWords,
        now: datetime,
        *,
        since_received: bool,
    ) -> tuple[int, HeldByReadings]:
        """Put vials of the clinic into a place; return how many, and what its readings hold of them.

        NotFoundError for another clinic's place; vials that the clinic does not have are left out.
        """
        with self._database.transaction() as connection:
            place = place_in(connection, actor, place_id)
            mine = Vial.id.in_(vial_ids), Vial.state.in_(HERE)
            held = vials(connection, actor.organisation_id, *mine)
            moved = put_into(connection, actor, place, held, now, since_received=since_received)
            since = min((each.received for each in held), default=now) if since_received else now
            found = judge(connection, actor, place, since, now, words, now)
        return len(moved), found

    def latest(self, actor: Actor, place_id: int, *, most: int = 20) -> list[KnownLog]:
        """Return the logs of a place that came last. NotFoundError."""
        with self._database.reading() as connection:
            place = place_in(connection, actor, place_id)
            rows = connection.execute(
                select(
                    TemperatureLog.at,
                    TemperatureLog.actor,
                    TemperatureLog.file_name,
                    TemperatureLog.first,
                    TemperatureLog.last,
                    TemperatureLog.new,
                    TemperatureLog.known,
                )
                .where(TemperatureLog.place_id == place.id)
                .order_by(TemperatureLog.id.desc())
                .limit(most)
            )
            return [KnownLog(*row) for row in rows]

    def _put_down(
        self, connection: Connection, place: KnownPlace, log_id: int, readings: Sequence[LoggerReading]
    ) -> int:
        """Insert the readings that are not on record, and return how many."""
        mine = TemperatureReading.place_id == place.id
        count = select(func.count()).select_from(TemperatureReading).where(mine)
        before = connection.scalar(count) or 0
        common = {"place_id": place.id, "log_id": log_id}
        for start in range(0, len(readings), _AT_ONCE):
            rows = [
                common | {"at": each.at, "hundredths": each.hundredths}
                for each in readings[start : start + _AT_ONCE]
            ]
            connection.execute(self._database.insert_new(TemperatureReading), rows)
        return (connection.scalar(count) or 0) - before


def _note_log(
    connection: Connection, actor: Actor, place: KnownPlace, log: LoggerLog, file_name: str, now: datetime
) -> int:
    values = {
        "place_id": place.id,
        "at": now,
        "actor": actor.name,
        "account_id": actor.account_id,
        "file_name": printable(file_name)[:200],
        "first": log.readings[0].at,
        "last": log.readings[-1].at,
        "new": 0,
        "known": 0,
    }
    made = connection.execute(insert(TemperatureLog).values(values).returning(TemperatureLog.id))
    number: int = made.scalar_one()
    return number


def _gaps(connection: Connection, place: KnownPlace, readings: Sequence[LoggerReading]) -> list[LogGap]:
    """The gaps of a log, and the one between it and the reading before it."""
    here = TemperatureReading.place_id == place.id
    earlier = select(func.max(TemperatureReading.at)).where(here, TemperatureReading.at < readings[0].at)
    before = connection.scalar(earlier)
    joined = [LoggerReading(before, 0), *readings] if before is not None else list(readings)
    return gaps_in(joined)


_LOCK = 0x7465_6D70_0000_0000
"""Readings of one place are taken in one log after the other (`Database.advisory_lock`)."""
