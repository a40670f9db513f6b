"""Details of a unit, a lot, or serials with a common prefix: where they were seen, by whom, from when to
when.

What is shown are aggregates of many scans, by place and day. No single scan with its time and device is
stored, and none can be derived.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.lots.lot_matching import written_as
from service.authenticity.scan_history.sightings import Region, Sighting, SightingKind, day_of
from service.gs1.identifiers import Lot
from service.registry.suspects.queries import NOBODYS, SuspectLine, find, lot_key, nothing, product
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import Subject, SubjectScope
from service.storage.hot.statements import within
from service.storage.models import AuditEntry, Batch, Unit

_MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class SightingGroup:
    """All scans of one kind of asker in one place. `devices`: a lower bound (0: none known).

    Scans of single devices of the public are merged over all their places and shown by the month (`by_month`:
    from the first of one to the last of one), so that no person's scan can be singled out.
    """

    kind: SightingKind
    places: tuple[Region, ...]
    first: date
    last: date
    count: int
    devices: int
    by_month: bool = False


@dataclass(frozen=True, slots=True)
class SuspectDecision:
    """An earlier decision of a person, and its note."""

    at: datetime
    actor: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuspectDetails:
    """A subject with its sightings. `line`: None where it is no suspect. `lot` of a unit is its batch's."""

    subject: Subject
    gtin: str
    product: str
    shown: str
    lot: str
    on_record: bool
    line: SuspectLine | None
    spots: tuple[SightingGroup, ...]
    decisions: tuple[SuspectDecision, ...]
    seen: tuple[Sighting, ...]

    @property
    def by_country(self) -> dict[str, int]:
        """How many scans were made in each known country."""
        found: dict[str, int] = {}
        for each in self.seen:
            if each.place.country:
                found[each.place.country] = found.get(each.place.country, 0) + each.count
        return found


def open_one(database: Database, actor: Actor, scope: SubjectScope, gtin: str, name: str) -> SuspectDetails:
    """Return one subject, by its product's GTIN (empty: without a product) and its name; NotFoundError.

    `scope` LOT covers lots on record and lots not on record.
    """
    with database.reading() as connection:
        return within_a_transaction(connection, actor, scope, gtin, name)


def within_a_transaction(
    connection: Connection, actor: Actor, scope: SubjectScope, gtin: str, name: str
) -> SuspectDetails:
    """The same within a transaction that goes on to change something."""
    subject, of_product, shown, lot, on_record = _subject(connection, actor, scope, gtin, name)
    line = find(connection, actor, subject.scope, subject.product_id, subject.name)
    seen = kept.seen_before(within(connection), (subject,))[subject.scope]
    if line is None and not seen and not on_record:
        raise nothing(name)
    return SuspectDetails(
        subject=subject,
        gtin=of_product[0],
        product=of_product[1],
        shown=shown,
        lot=lot,
        on_record=on_record,
        line=line,
        spots=tuple(_spots(seen)),
        decisions=tuple(_decisions(connection, named(of_product[0], subject))),
        seen=seen,
    )


def named(gtin: str, subject: Subject) -> str:
    """Return the name by which the audit refers to it: `scope gtin/name`."""
    return f"{subject.scope} {gtin or '-'}/{subject.name}"


def _subject(
    connection: Connection, actor: Actor, scope: SubjectScope, gtin: str, name: str
) -> tuple[Subject, tuple[str, str], str, str, bool]:
    if not gtin:
        if actor.kind is not OrganisationKind.REGULATOR or scope is not SubjectScope.LOT:
            raise nothing(name)
        key = lot_key(name)
        return Subject(SubjectScope.UNKNOWN_LOT, NOBODYS, key), ("", ""), key, key, False
    row = product(connection, actor, gtin)
    known = (row.gtin, row.name)
    if scope is SubjectScope.LOT:
        key = lot_key(name)
        alike = connection.scalars(
            select(Batch.lot).where(Batch.product_id == row.id, Batch.lot_key == key)
        ).all()
        lot = next(iter(written_as(Lot.parse(name), alike, str)), None) or next(iter(alike), None)
        kind = SubjectScope.LOT if lot is not None else SubjectScope.UNKNOWN_LOT
        return Subject(kind, row.id, key), known, lot or key, lot or key, lot is not None
    if scope is SubjectScope.NEIGHBOURS:
        return Subject(scope, row.id, name[:64]), known, name[:64], "", False
    unit = connection.execute(
        select(Unit.serial, Batch.lot)
        .join(Batch, Batch.id == Unit.batch_id)
        .where(Unit.product_id == row.id, Unit.serial == name)
    ).first()
    if unit is None:
        raise nothing(name)
    return Subject(SubjectScope.UNIT, row.id, unit.serial), known, unit.serial, unit.lot, True


def _spots(seen: Iterable[Sighting]) -> Iterator[SightingGroup]:
    single = [each for each in seen if each.kind is SightingKind.STRANGER and each.clients.bit_count() <= 1]
    others = [each for each in seen if each not in single]
    for each in sorted(others, key=lambda each: (each.first, each.kind, each.place)):
        devices = each.devices.bit_count()
        first, last = day_of(each.first), day_of(each.last)
        yield SightingGroup(each.kind, (each.place,), first, last, each.count, devices)
    if single:
        devices = 0
        for each in single:
            devices |= each.devices
        first, last = day_of(min(each.first for each in single)), day_of(max(each.last for each in single))
        yield SightingGroup(
            SightingKind.STRANGER,
            tuple(sorted({each.place for each in single})),
            first.replace(day=1),
            last.replace(day=monthrange(last.year, last.month)[1]),
            sum(each.count for each in single),
            devices.bit_count(),
            by_month=True,
        )


def _decisions(connection: Connection, object_id: str) -> Iterable[SuspectDecision]:
    query = (
        select(AuditEntry.at, AuditEntry.actor, AuditEntry.action, AuditEntry.reason)
        .where(AuditEntry.object_type == "suspect", AuditEntry.object_id == object_id[:80])
        .order_by(AuditEntry.id.desc())
        .limit(_MOST_EVENTS)
    )
    return [SuspectDecision(*row) for row in connection.execute(query)]
