"""For the owner of a recall: how many vials of it which clinics have or used, and which have not read of it.

Counts alone: what a clinic did with a vial, and its references, are never read here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import Connection, or_, select

from service.accounts.actors import Actor
from service.authenticity.evidence import Evidence, Presented, RecallRecord, RecallScope
from service.authenticity.recall_rules import Reach, reach_of, reason_of
from service.clinics.notices.stop_keys import stop_key
from service.clinics.vial_lifecycle import HERE
from service.gs1.identifiers import Expiry, Lot, Serial
from service.storage.database import Database
from service.storage.models import (
    Manufacturer,
    Organisation,
    Product,
    Recall,
    RecalledSerial,
    StopAcknowledgement,
    Vial,
)


@dataclass(frozen=True, slots=True)
class ClinicProgress:
    """How many vials of a recall a clinic has, and has opened; `open`: for so many it has not read of it."""

    clinic: str
    here: int
    used: int
    open: int


def recall_progress(database: Database, actor: Actor, recall_ids: Iterable[int]) -> list[ClinicProgress]:
    """Return the clinics that one or several recalls concern, by name. Empty for another owner's recall."""
    found: dict[str, dict[int, tuple[bool, bool, bool]]] = {}
    with database.reading() as connection:
        for recall in connection.execute(_own(actor).where(Recall.id.in_(list(recall_ids)))):
            for row in _concerned(connection, recall):
                of_clinic = found.setdefault(row.name, {})
                unread = row.acknowledged is None or of_clinic.get(row.id, (False, False, False))[2]
                of_clinic[row.id] = row.state in HERE, row.opened is not None, unread
    return [
        ClinicProgress(clinic, *(sum(each[place] for each in vials.values()) for place in range(3)))
        for clinic, vials in sorted(found.items())
    ]


def _own(actor: Actor) -> Any:
    return (
        select(Recall.__table__)
        .join(Product, Product.id == Recall.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Manufacturer.organisation_id == actor.organisation_id)
    )


def _concerned(connection: Connection, row: Any) -> list[Any]:
    """The vials that the recall reaches, with who acknowledged it for them."""
    recall = _record(row)
    listed = frozenset(
        connection.scalars(select(RecalledSerial.serial).where(RecalledSerial.recall_id == row.id))
    )
    of_key = (StopAcknowledgement.vial_id == Vial.id) & (
        StopAcknowledgement.key == stop_key(reason_of(recall))
    )
    statement = (
        select(Vial.id, Vial.lot, Vial.serial, Vial.state, Vial.opened, Vial.expiry, Vial.expiry_month_only)
        .add_columns(Organisation.name, StopAcknowledgement.at.label("acknowledged"))
        .join(Organisation, Organisation.id == Vial.organisation_id)
        .outerjoin(StopAcknowledgement, of_key)
        .where(Vial.product_id == row.product_id, or_(Vial.state.in_(HERE), Vial.used_on.is_not(None)))
    )
    return [each for each in connection.execute(statement) if _reaches(recall, listed, each)]


def _reaches(recall: RecallRecord, listed: frozenset[str], vial: Any) -> bool:
    """By what is printed on the vial alone."""
    named = replace(recall, listed=vial.serial.casefold() in listed)
    expiry = Expiry.from_record(vial.expiry, vial.expiry_month_only) if vial.expiry else None
    lot, serial = (
        Lot.parse(vial.lot) if vial.lot else None,
        Serial.parse(vial.serial) if vial.serial else None,
    )
    shown = Presented(lot=lot, serial=serial, expiry=expiry)
    return reach_of(named, Evidence(shown, datetime.now(UTC), ZoneInfo("UTC"))) is Reach.SURELY


def _record(row: Any) -> RecallRecord:
    return RecallRecord(
        id=row.id,
        hold=row.kind == "hold",
        scope=RecallScope(row.scope),
        lot=row.lot,
        lot_key=row.lot_key,
        expiry_from=row.expiry_from,
        expiry_to=row.expiry_to,
        serial_from=row.serial_from,
        serial_to=row.serial_to,
        recall_class=row.recall_class,
        reference=row.reference,
        reason=row.reason,
        public_text=row.public_text,
    )
