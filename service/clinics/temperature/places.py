"""A clinic's fridges, freezers and rooms, and which vials lay in which of them, when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import Actor
from service.clinics import queries
from service.clinics.plain_text import printable
from service.clinics.queries import HeldVial
from service.clinics.vial_lifecycle import HERE
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.gs1.iso.countries import zone_names
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import StoragePlace, TemperatureReading, Vial, VialPlace

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """One place of a clinic. `last_reading`: when (UTC), None for none yet."""

    id: int
    organisation_id: int
    name: str
    zone: ZoneInfo
    usual: bool
    last_reading: datetime | None


class StoragePlaces:
    """Adds places, lists them, and puts vials into them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, actor: Actor) -> list[KnownPlace]:
        """Return the clinic's places, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _PLACES.where(StoragePlace.organisation_id == actor.organisation_id).order_by(
                    StoragePlace.name
                )
            )
            return [_known(row) for row in rows]

    def one(self, actor: Actor, place_id: int) -> KnownPlace:
        """Return one place. NotFoundError, also for another clinic's."""
        with self._database.reading() as connection:
            return place_in(connection, actor, place_id)

    def add(self, actor: Actor, name: str, zone: str, now: datetime) -> int:
        """Add a place and return its id. The first one is where vials that come in lie.

        RefusedError for no name or a time zone that is none of the country's; ConflictError(TAKEN).
        """
        name = " ".join(printable(name).split())
        if not name:
            raise RefusedError(ErrorCode.PLACE_NAME_MISSING, field="name")
        if len(name) > _LONGEST_NAME:
            raise RefusedError(ErrorCode.NAME_INVALID, given=name, field="name")
        if zone not in zones_for(actor):
            raise RefusedError(ErrorCode.ZONE_MISSING, given=zone, field="zone")
        mine = StoragePlace.organisation_id == actor.organisation_id
        values = {"organisation_id": actor.organisation_id, "name": name, "zone": zone, "created": now}
        try:
            with self._database.transaction() as connection:
                values["usual"] = connection.scalar(select(StoragePlace.id).where(mine).limit(1)) is None
                made = connection.execute(insert(StoragePlace).values(values).returning(StoragePlace.id))
                number: int = made.scalar_one()
                change = AuditChange("add_place", "place", name, after={"name": name, "zone": zone})
                write_down(connection, [change], who=actor.who, at=now, reason="storage")
        except IntegrityError as error:
            raise ConflictError(ErrorCode.TAKEN, given=name, field="name") from error
        return number

    def set_usual(self, actor: Actor, place_id: int, now: datetime) -> None:
        """From now on vials that come in lie in this place. NotFoundError."""
        with self._database.transaction() as connection:
            place = place_in(connection, actor, place_id)
            mine = StoragePlace.organisation_id == actor.organisation_id
            connection.execute(update(StoragePlace).where(mine).values(usual=StoragePlace.id == place_id))
            change = AuditChange("set_usual_place", "place", place.name)
            write_down(connection, [change], who=actor.who, at=now, reason="storage")

    def vials_here(self, actor: Actor) -> list[tuple[HeldVial, str]]:
        """Return the vials that the clinic has, each with the name of its place, empty for none."""
        with self._database.reading() as connection:
            held = queries.vials(connection, actor.organisation_id, Vial.state.in_(HERE))
            names = {each.id: each.name for each in self.of(actor)}
            current = current_places(connection, [each.id for each in held])
        return [(each, names.get(current.get(each.id, 0), "")) for each in held]


def zones_for(actor: Actor) -> tuple[str, ...]:
    """The time zones of the clinic's country; UTC for an unknown one."""
    return zone_names(actor.country) or ("UTC",)


def place_in(connection: Connection, actor: Actor, place_id: int) -> KnownPlace:
    """Return a place of the clinic, within a transaction. NotFoundError."""
    mine = StoragePlace.id == place_id, StoragePlace.organisation_id == actor.organisation_id
    row = connection.execute(_PLACES.where(*mine)).first()
    if row is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(place_id), expected="a place of yours")
    return _known(row)


def put_into(
    connection: Connection,
    actor: Actor,
    place: KnownPlace,
    vials: Iterable[HeldVial],
    now: datetime,
    *,
    since_received: bool,
) -> list[int]:
    """Put vials into a place, and return those that were not there already.

    `since_received`: those that lay in no known place were there since they came in; all others from now on.
    """
    held = list(vials)
    current = current_places(connection, [each.id for each in held])
    moved = [each for each in held if current.get(each.id) != place.id]
    common = {"place_id": place.id, "at": now, "actor": actor.name, "account_id": actor.account_id}
    rows = [
        common
        | {"vial_id": each.id, "since": each.received if since_received and each.id not in current else now}
        for each in moved
    ]
    if rows:
        connection.execute(insert(VialPlace), rows)
        after = {"vials": len(rows), "since": "received" if since_received else "now"}
        change = AuditChange("put_into_place", "place", place.name, after=after)
        write_down(connection, [change], who=actor.who, at=now, reason="storage")
    return [each.id for each in moved]


def put_in_usual_place(connection: Connection, actor: Actor, vial_ids: Sequence[int], now: datetime) -> None:
    """Put vials that have just come in into the clinic's usual place, where it has one."""
    usual = StoragePlace.organisation_id == actor.organisation_id, StoragePlace.usual
    place_id = connection.scalar(select(StoragePlace.id).where(*usual))
    if place_id is not None and vial_ids:
        common = {"place_id": place_id, "since": now, "at": now, "actor": actor.name}
        common["account_id"] = actor.account_id
        connection.execute(insert(VialPlace), [common | {"vial_id": each} for each in vial_ids])


def current_places(connection: Connection, vial_ids: Sequence[int]) -> dict[int, int]:
    """The place in which each vial lies now, by its id; without those that lie in none."""
    if not vial_ids:
        return {}
    query = select(VialPlace.vial_id, VialPlace.place_id).where(VialPlace.vial_id.in_(vial_ids))
    rows = connection.execute(query.order_by(VialPlace.since, VialPlace.id))
    return {row.vial_id: row.place_id for row in rows}


_LAST = (
    select(func.max(TemperatureReading.at))
    .where(TemperatureReading.place_id == StoragePlace.id)
    .correlate(StoragePlace)
    .scalar_subquery()
)
_PLACES = select(
    StoragePlace.id,
    StoragePlace.organisation_id,
    StoragePlace.name,
    StoragePlace.zone,
    StoragePlace.usual,
    _LAST.label("last_reading"),
)


def _known(row: Row[*tuple[Any, ...]]) -> KnownPlace:
    return KnownPlace(row.id, row.organisation_id, row.name, ZoneInfo(row.zone), row.usual, row.last_reading)
