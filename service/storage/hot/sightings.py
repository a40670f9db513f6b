"""The scan history on disk: read with one select before a verdict, updated in the transaction of the scan.

A scan is counted into at most three subjects: the unit or lot that it found, or the lot not on record; and
for a serial not on record its client and its neighbourhood. A subject has one row for each place
(`models.sightings.SightingRow`), whatever the number of scans.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    type_coerce,
    union_all,
)

from service.authenticity.scan_history.history import Cleared
from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds
from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    Region,
    Sighting,
    SightingKind,
    rank,
    together,
)
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.hot.statements import Part, PreparedInsert, PreparedSelect, Row, Snapshot
from service.storage.models import Clearing, DetectionThresholds, Product, SightingRow


class SubjectScope(StrEnum):
    """What kind of thing a subject is."""

    UNIT = "unit"
    LOT = "lot"
    UNKNOWN_LOT = "unknown_lot"
    GUESSER = "guesser"
    NEIGHBOURS = "neighbours"


class Subject(Struct, frozen=True, order=True):
    """A thing whose scans are counted. `name`: a serial as printed, a lot's key, a client's mark, or a
    serial's prefix.
    """

    scope: SubjectScope
    product_id: int
    name: str


class NewSighting(Struct, frozen=True):
    """One scan to be counted into one subject."""

    subject: Subject
    sighting: Sighting


MOST_ROWS = 2 * MOST_PLACES * len(SightingKind)
"""More rows than a subject has: of each kind the kept places, and some that are not merged yet."""


def _from_row(kind: int, country: str, region: str, *rest: int) -> Sighting:
    return Sighting(SightingKind(kind), Region(country, region), *rest)


LINE = Part(
    (
        SightingRow.kind,
        SightingRow.country,
        SightingRow.region,
        SightingRow.first,
        SightingRow.last,
        SightingRow.count,
        SightingRow.clients,
        SightingRow.windows,
        SightingRow.windows_later,
        SightingRow.periods,
    ),
    _from_row,
)


def _of(number: int) -> Any:
    names = [f"{name}{number}" for name in ("scope", "product_id", "name")]
    return select(*LINE.columns, SightingRow.scope).where(
        SightingRow.scope == bindparam(names[0]),
        SightingRow.product_id == bindparam(names[1]),
        SightingRow.name == bindparam(names[2]),
    )


_STATEMENTS = (
    PreparedSelect(_of(0).limit(MOST_ROWS), LINE),
    PreparedSelect(union_all(_of(0), _of(1)).limit(2 * MOST_ROWS), LINE),
    PreparedSelect(union_all(_of(0), _of(1), _of(2)).limit(3 * MOST_ROWS), LINE),
)
"""For one, two and three subjects."""


def _number(column: Any) -> ColumnElement[Any]:
    """Without a result processor: both drivers return a number as it is, and SQLAlchemy would import the
    driver's.
    """
    return type_coerce(column, Integer)


_earlier = (
    select(
        func.max(Clearing.score).label("score"),
        func.max(Clearing.devices).label("devices"),
    )
    .where(Clearing.product_id == bindparam("product_id"), Clearing.serial == bindparam("serial"))
    .subquery()
)
_JUDGED_BY = PreparedSelect(
    select(
        _number(DetectionThresholds.suspicion),
        DetectionThresholds.devices,
        _number(DetectionThresholds.recheck_days),
        _number(DetectionThresholds.lot_checks),
        DetectionThresholds.lot_countries,
        DetectionThresholds.guesses,
        _number(_earlier.c.score),
        _earlier.c.devices,
    )
    .select_from(Product)
    .outerjoin(DetectionThresholds, DetectionThresholds.manufacturer_id == Product.manufacturer_id)
    .join(_earlier, _earlier.c.score.is_(None) | _earlier.c.score.is_not(None))
    .where(Product.id == bindparam("product_id"))
)
_CODES = PreparedSelect(
    select(Clearing.codes, Clearing.protected)
    .where(Clearing.product_id == bindparam("product_id"), Clearing.serial == bindparam("serial"))
    .limit(1000)
)


def seen_before(
    snapshot: Snapshot, subjects: tuple[Subject, ...]
) -> dict[SubjectScope, tuple[Sighting, ...]]:
    """Return the sightings of up to three subjects, by scope, in one select."""
    if not subjects:
        return {}
    values: dict[str, object] = {}
    for number, each in enumerate(subjects):
        values[f"scope{number}"] = each.scope
        values[f"product_id{number}"] = each.product_id
        values[f"name{number}"] = each.name
    found: dict[SubjectScope, list[Sighting]] = {each.scope: [] for each in subjects}
    for line, scope in _STATEMENTS[len(subjects) - 1].rows(snapshot, values):
        found[scope].append(line)
    return {scope: what_counts(lines) for scope, lines in found.items()}


def what_counts(lines: list[Sighting]) -> tuple[Sighting, ...]:
    """Return the rows of a subject that count; rows that are not merged yet may stand among them."""
    return together(lines) if len(lines) > MOST_PLACES + 1 else tuple(lines)


def judged_by(snapshot: Snapshot, product_id: int, serial: str) -> tuple[Thresholds, Cleared | None]:
    """Return the manufacturer's thresholds, and the clearing of this unit (serial as printed), None where
    there is none.
    """
    values = {"product_id": product_id, "serial": serial}
    thresholds, score, devices = _judged_by(_JUDGED_BY.rows(snapshot, values))
    if score is None:
        return thresholds, None
    clearings = _CODES.rows(snapshot, values)
    codes = frozenset(code for each, _ in clearings for code in each)
    return thresholds, Cleared(score, devices, codes, any(protected for _, protected in clearings))


def thresholds_at_once(database: Database, product_id: int, serial: str) -> Thresholds | None:
    """Return the manufacturer's thresholds, read by one select of its own.

    None where a person has cleared the unit (serial as printed): a clearing counts for what was seen until
    then, and has to be read in one snapshot with that (`judged_by`).
    """
    values = {"product_id": product_id, "serial": serial}
    thresholds, score, _ = _judged_by(database.at_once(_JUDGED_BY, values))
    return thresholds if score is None else None


def _judged_by(rows: tuple[Row, ...]) -> tuple[Thresholds, Any, Any]:
    """Return thresholds, and score and devices of the clearings; both None where there is none."""
    *set_by_maker, score, devices = rows[0] if rows else (None,) * 8
    if set_by_maker[0] is None:
        return DEFAULTS, score, devices
    suspicion, most, recheck, checks, countries, guesses = set_by_maker
    thresholds = replace(
        DEFAULTS,
        suspicion=suspicion,
        devices=most,
        recheck_days=recheck,
        lot_checks=checks,
        lot_countries=countries,
        guesses=guesses,
    )
    return thresholds, score, devices


def _merged(old: Any, new: Any) -> dict[str, Any]:
    """`Sighting.and_also` in SQL that both databases take."""
    return {
        "first": case((new.first < old.first, new.first), else_=old.first),
        "last": case((new.last > old.last, new.last), else_=old.last),
        "count": old.count + new.count,
        "clients": old.clients.bitwise_or(new.clients),
        "windows": old.windows.bitwise_or(new.windows),
        "windows_later": old.windows_later.bitwise_or(new.windows_later),
        "periods": old.periods.bitwise_or(new.periods),
    }


class HistoryWriter:
    """Adds scans to the history, within the transaction that records them."""

    def __init__(self, database: Database) -> None:
        statement = database.insert_or_merge(SightingRow, _merged)
        self._add = PreparedInsert(statement, database.engine.dialect)

    def add(
        self, connection: Connection, seen: Iterable[NewSighting], crowded: Iterable[Subject] = ()
    ) -> None:
        """Add scans. `crowded`: subjects that have as many places as are kept, or more."""
        gathered: dict[Subject, list[Sighting]] = {}
        for each in seen:
            gathered.setdefault(each.subject, []).append(each.sighting)
        # One order for all processes: two writers wait for each other and cannot deadlock.
        rows = [
            _to_row(subject, line) for subject in sorted(gathered) for line in together(gathered[subject])
        ]
        if rows:
            self._add.rows(connection, rows)
        for subject in sorted(set(crowded)):
            self._tidy(connection, subject)

    def take_back(self, connection: Connection, subject: Subject, kind: SightingKind, place: Region) -> None:
        """Remove the line of one kind and place. The caller reads what of it stands after that, and adds it
        again: a scan of another writer is then either seen by the caller, or added later.

        Where the place is not kept (more than `MOST_PLACES`) nothing is removed.
        """
        where = (
            SightingRow.scope == subject.scope,
            SightingRow.product_id == subject.product_id,
            SightingRow.name == subject.name,
            SightingRow.kind == kind,
            SightingRow.rank == rank(place.country, place.region),
        )
        connection.execute(delete(SightingRow).where(*where))

    def _tidy(self, connection: Connection, subject: Subject) -> None:
        """Merge the places that are not kept into the row for the remainder."""
        its_own = (
            SightingRow.scope == subject.scope,
            SightingRow.product_id == subject.product_id,
            SightingRow.name == subject.name,
        )
        statement = select(*LINE.columns).where(*its_own).order_by(SightingRow.kind, SightingRow.rank)
        lines = [_from_row(*row) for row in connection.execute(statement.with_for_update())]
        kept = together(lines)
        if len(kept) < len(lines):
            connection.execute(delete(SightingRow).where(*its_own))
            self._add.rows(connection, [_to_row(subject, line) for line in kept])


def _to_row(subject: Subject, sighting: Sighting) -> dict[str, object]:
    return {
        "scope": subject.scope,
        "product_id": subject.product_id,
        "name": subject.name,
        "kind": sighting.kind,
        "rank": sighting.rank,
        "country": sighting.place.country,
        "region": sighting.place.region,
        "first": sighting.first,
        "last": sighting.last,
        "count": sighting.count,
        "clients": sighting.clients,
        "windows": sighting.windows,
        "windows_later": sighting.windows_later,
        "periods": sighting.periods,
    }


def clear(
    connection: Connection,
    unit: Subject,
    suspicion: SuspicionScore,
    codes: Iterable[str],
    *,
    who: AuditActor,
    at: datetime,
    reason: str,
    protect: bool = False,
) -> None:
    """Record that a person found nothing wrong in a unit's scans, at this suspicion.

    Up to that score (and margin) they no longer count against this unit; the reasons `codes` are not given
    again. `protect`: scans by strangers alone never stop it again. No other unit is concerned, and no scan is
    removed.
    """
    values: dict[str, Any] = {
        "score": suspicion.score,
        "devices": suspicion.devices,
        "codes": tuple(sorted(codes)),
    }
    values["protected"] = protect
    connection.execute(
        insert(Clearing).values(
            product_id=unit.product_id, serial=unit.name, at=at, actor=who.name, reason=reason, **values
        )
    )
    change = AuditChange(
        "clear_history", "unit", f"{unit.product_id}/{unit.name}", after={**values, "codes": sorted(codes)}
    )
    write_down(connection, [change], who=who, at=at, reason=reason)
