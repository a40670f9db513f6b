"""What an alert concerns: batches and units on record, and the checks of what it names.

Counted on each request, so that checks after the alert are included.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, insert, or_, select

from service.authenticity.evidence import AlertKind
from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError
from service.gs1.identifiers import Expiry
from service.registry.lists.kinds.alerts import AlertFacts, notices
from service.registry.recalls.near_lots import lots_like
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Alert, Batch, Manufacturer, Product, Scan, Unit

MOST = 500
_MOST_COUNTED = 100_000
"""Counting stops here: an alert of a whole product would read every check ever made of it."""


@dataclass(frozen=True, slots=True)
class MatchedChecks:
    """The checks that an alert matches. `clinics`: organisations that made them; `last`: the latest one."""

    batches: int
    units: int
    scans: int
    clinics: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class AlertDetails:
    """One alert as people read it."""

    id: int
    authority: str
    kind: AlertKind
    product_name: str
    product_id: int | None
    gtin: str
    lot: str
    lot_key: str
    expiry: Expiry | None
    serial: str
    serial_prefix: str
    lot_issued: bool | None
    recall_class: str
    reference: str
    reported: str
    source_url: str
    detail: str
    uncut: tuple[str, ...]
    entered: datetime | None
    withdrawn: bool = False
    touched: MatchedChecks | None = None


def listed(database: Database, who: AuditActor, *, regulator: bool, search: str = "") -> list[AlertDetails]:
    """Return alerts, latest first, at most `MOST`: all for a regulator, those of their own products for
    others.

    `search`: a part of a lot, product, authority or reference.
    """
    statement = _visible(who, regulator=regulator).order_by(Alert.id.desc()).limit(MOST)
    if search.strip():
        wanted = search.strip()
        fields = (Alert.lot, Alert.product_name, Alert.authority, Alert.reference, Alert.gtin)
        statement = statement.where(or_(*(each.icontains(wanted, autoescape=True) for each in fields)))
    with database.reading() as connection:
        return [_shown(row) for row in connection.execute(statement).mappings()]


def alerts_before(
    database: Database, who: AuditActor, before: int, limit: int, *, regulator: bool
) -> list[AlertDetails]:
    """Return alerts as `listed` does, those before the id `before` (0: all)."""
    statement = _visible(who, regulator=regulator).order_by(Alert.id.desc()).limit(limit)
    if before:
        statement = statement.where(Alert.id < before)
    with database.reading() as connection:
        return [_shown(row) for row in connection.execute(statement).mappings()]


def count_unparsed(database: Database, who: AuditActor, *, regulator: bool) -> int:
    """Return how many of them have text that could not be parsed."""
    with database.reading() as connection:
        inner = _visible(who, regulator=regulator).where(Alert.uncut != "").subquery()
        return connection.scalar(select(func.count()).select_from(inner)) or 0


def find(database: Database, number: int, who: AuditActor, *, regulator: bool) -> AlertDetails:
    """Return one alert and what it concerns. NotFoundError for one that they may not see."""
    with database.reading() as connection:
        statement = _visible(who, regulator=regulator).where(Alert.id == number)
        row = connection.execute(statement).mappings().first()
        if row is None:
            expected = "the number of an alert"
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected=expected, field="id")
        shown = _shown(row)
        return replace(shown, touched=match_checks(connection, shown))


def alert_row(connection: Connection, number: int) -> AlertDetails | None:
    """Return any alert, without what it concerns; None where there is none of this number."""
    row = connection.execute(select(Alert.__table__).where(Alert.id == number)).mappings().first()
    return _shown(row) if row is not None else None


@dataclass(frozen=True, slots=True)
class AlertPreview:
    """What an alert would concern. `known`: it is on record. `meant`: lots that may be meant instead."""

    touched: MatchedChecks
    product: str
    known: bool
    meant: tuple[str, ...]


def preview(database: Database, facts: AlertFacts, who: AuditActor, *, regulator: bool) -> AlertPreview:
    """Return what an alert would concern, without changing anything. ForbiddenError as `raise_alert`."""
    with database.reading() as connection:
        product_id = _product(connection, facts, who, regulator=regulator)
        lot, first = facts.lot, notices(facts)[0]
        alert = AlertDetails(
            id=0,
            kind=facts.kind,
            product_id=product_id,
            lot=lot.printed if lot else "",
            lot_key=lot.key if lot else "",
            expiry=facts.expiries[0],
            uncut=(),
            entered=None,
            **{name: getattr(facts, name) for name in _OF_FACTS},
        )
        on_record = connection.scalar(select(Alert.id).where(Alert.fingerprint == first["fingerprint"]))
        named = select(Product.name).where(Product.id == product_id)
        return AlertPreview(
            touched=match_checks(connection, alert),
            product=connection.scalar(named) or "" if product_id is not None else "",
            known=on_record is not None,
            meant=lots_like(connection, lot, product_id) if lot is not None else (),
        )


_OF_FACTS = (
    *("authority", "product_name", "gtin", "serial", "serial_prefix", "lot_issued", "recall_class"),
    *("reference", "reported", "source_url", "detail"),
)


def products(database: Database, who: AuditActor, *, regulator: bool) -> list[tuple[str, str]]:
    """Return GTIN and name of the products that an alert may be entered about, by name; at most `MOST`."""
    statement = select(Product.gtin, Product.name).join(
        Manufacturer, Manufacturer.id == Product.manufacturer_id
    )
    if not regulator and who.organisation_id is not None:
        statement = statement.where(Manufacturer.organisation_id == who.organisation_id)
    with database.reading() as connection:
        rows = connection.execute(statement.order_by(Product.name, Product.gtin).limit(MOST))
        return [(row[0], row[1]) for row in rows]


def count_checks_of_new(database: Database, since: datetime) -> int:
    """Return how many checks so far match alerts that came on record since this moment (`MOST` of them)."""
    statement = select(Alert.__table__).where(Alert.entered >= since).order_by(Alert.id).limit(MOST)
    with database.reading() as connection:
        wanted = [_scans(_shown(row)) for row in connection.execute(statement).mappings()]
        found: set[str] = set()
        for where in wanted:
            found.update(connection.scalars(select(Scan.id).where(where).limit(_MOST_COUNTED)))
    return len(found)


def match_checks(connection: Connection, alert: AlertDetails) -> MatchedChecks:
    """Count what it names: its lot wherever that was presented, its serials, or else its whole product."""
    batches = _batches(alert)
    units = _units(alert)
    checks = select(Scan.at, Scan.organisation_id).where(_scans(alert)).limit(_MOST_COUNTED).subquery()
    figures = (func.count(), func.count(checks.c.organisation_id.distinct()), func.max(checks.c.at))
    count, clinics, last = connection.execute(select(*figures).select_from(checks)).one()
    return MatchedChecks(
        batches=connection.scalar(select(func.count()).select_from(Batch).where(batches)) or 0,
        units=connection.scalar(select(func.count()).select_from(Unit).where(units)) or 0,
        scans=count,
        clinics=clinics,
        last=last.replace(tzinfo=UTC) if last is not None and last.tzinfo is None else last,
    )


def raise_alert(
    database: Database,
    facts: AlertFacts,
    *,
    who: AuditActor,
    reason: str,
    regulator: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Put one alert on record, effective with the next check; return its id, also where it was on record
    before.

    A manufacturer may do so for its own products only: ForbiddenError otherwise. A terminal may for all.
    """
    with database.transaction() as connection:
        product_id = _product(connection, facts, who, regulator=regulator)
        at, numbers = clock(), []
        for notice in notices(facts):
            known = connection.execute(
                select(Alert.id, Alert.withdrawn).where(Alert.fingerprint == notice["fingerprint"])
            ).first()
            if known is not None:
                if known.withdrawn:
                    expected = (
                        "an alert that says what is new since it was withdrawn, for example as a detail"
                    )
                    named = f"{facts.product_name or facts.gtin} {facts.lot or facts.serial}".strip()
                    raise ConflictError(
                        ErrorCode.WITHDRAWN_BEFORE, given=named, expected=expected, field="detail"
                    )
                numbers.append(known.id)
                continue
            more = {"product_id": product_id, "entered": at, "organisation_id": who.organisation_id}
            statement = insert(Alert).values(notice | more).returning(Alert.id)
            numbers.append(connection.execute(statement).scalar_one())
            said = {name: value for name, value in notice.items() if value not in (None, "")}
            change = AuditChange("create", "alert", notice["fingerprint"], after=said)
            write_down(connection, [change], who=who, at=at, reason=reason)
        return int(numbers[0])


def _product(connection: Connection, facts: AlertFacts, who: AuditActor, *, regulator: bool) -> int | None:
    row = connection.execute(
        select(Product.id, Manufacturer.organisation_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == facts.gtin)
    ).first()
    if who.organisation_id is None or regulator:
        return row.id if row else None
    if row is None or row.organisation_id != who.organisation_id:
        raise ForbiddenError(ErrorCode.NOT_ALLOWED, given=facts.gtin, field="gtin")
    return int(row.id)


def _visible(who: AuditActor, *, regulator: bool) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(Alert.__table__)
    if regulator or who.organisation_id is None:
        return statement
    mine = Manufacturer.organisation_id == who.organisation_id
    products = select(Product.id).join(Manufacturer, Manufacturer.id == Product.manufacturer_id).where(mine)
    lots = select(Batch.lot_key).where(Batch.product_id.in_(products))
    return statement.where(
        or_(
            Alert.product_id.in_(products),
            Alert.organisation_id == who.organisation_id,
            # an alert without a GTIN may be about any lot of that number
            (Alert.gtin == "") & (Alert.lot_key != "") & Alert.lot_key.in_(lots),
        )
    )


def _batches(alert: AlertDetails) -> ColumnElement[bool]:
    if alert.lot_key:
        same = Batch.lot_key == alert.lot_key
        return same & (Batch.product_id == alert.product_id) if alert.product_id is not None else same
    if alert.product_id is not None and not (alert.serial or alert.serial_prefix):
        return Batch.product_id == alert.product_id
    return false()


def _units(alert: AlertDetails) -> ColumnElement[bool]:
    if alert.serial or alert.serial_prefix:
        if alert.product_id is None:
            return false()  # of any product: no index would find them, and they say nothing
        serial = func.lower(Unit.serial)
        folded = (alert.serial or alert.serial_prefix).casefold()
        same = serial == folded if alert.serial else func.substr(serial, 1, len(folded)) == folded
        return (Unit.product_id == alert.product_id) & same
    wanted = select(Batch.product_id, Batch.id).where(_batches(alert)).subquery()
    return Unit.batch_id.in_(select(wanted.c.id)) & Unit.product_id.in_(select(wanted.c.product_id))


def _scans(alert: AlertDetails) -> ColumnElement[bool]:
    of_product = Scan.product_id == alert.product_id if alert.product_id is not None else None
    if alert.serial or alert.serial_prefix:
        serial = func.lower(Scan.presented["serial"].as_string())
        folded = (alert.serial or alert.serial_prefix).casefold()
        same = serial == folded if alert.serial else func.substr(serial, 1, len(folded)) == folded
        by_lot = Scan.lot_key == alert.lot_key if alert.lot_key else of_product
        return same & by_lot if by_lot is not None else same
    if alert.lot_key:
        same = Scan.lot_key == alert.lot_key
        # a lot typed without its product may be the one that is meant
        return same & or_(of_product, Scan.product_id.is_(None)) if of_product is not None else same
    return of_product if of_product is not None else false()


def _shown(row: Any) -> AlertDetails:
    same = {
        name: row[name]
        for name in (
            *("id", "authority", "product_name", "product_id", "gtin", "lot", "lot_key", "serial"),
            *("serial_prefix", "lot_issued", "recall_class", "reference", "reported", "source_url"),
            *("detail", "entered", "withdrawn"),
        )
    }
    expiry = Expiry.from_record(row["expiry"], row["expiry_month_only"]) if row["expiry"] else None
    uncut = tuple(line for line in row["uncut"].split("\n") if line)
    return AlertDetails(kind=AlertKind(row["kind"]), expiry=expiry, uncut=uncut, **same)
