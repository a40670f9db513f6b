"""Issuing and lifting recalls and holds: each is a record of its own and takes effect with the next check."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from service.authenticity.evidence import BatchRecord, RecallRecord, RecallScope
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Gtin, Lot
from service.registry.lists.cells import free_text
from service.registry.recalls.batch_status import reached, settle
from service.registry.recalls.clinic_messages import tell_clinics
from service.registry.recalls.forms import RecallForm
from service.registry.recalls.near_lots import lots_like
from service.registry.recalls.owning_lots import find_owning_lots, owners
from service.registry.recalls.queries import find_within, owned, standing
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database, by_character
from service.storage.idempotency import IdempotentRequest, find_made, note_made
from service.storage.models import (
    Batch,
    Manufacturer,
    Product,
    Recall,
    RecalledSerial,
    RecallLift,
    Scan,
    Unit,
)

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RecallPreview:
    """What a recall would affect. `scans`: checks so far of what it names; `standing`: recalls in force.

    `unknown`: lots that are not on record, each with those that may be meant. `all_serials`: every serial of
    a range or list is on record; where one is not, a vial of any lot without its serial may be meant.
    """

    gtin: str
    product: str
    manufacturer: str
    batches: tuple[BatchRecord, ...]
    units: int
    scans: int
    standing: int
    unknown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    all_serials: bool = True


def _now() -> datetime:
    return datetime.now(UTC)


def preview(database: Database, order: RecallForm, *, who: AuditActor) -> RecallPreview:
    """Return what a recall would affect, without changing anything. NotFoundError for a product that is not
    theirs.
    """
    with database.reading() as connection:
        product_id, name, manufacturer = _product(connection, order.gtin, who)
        owning, all_serials = _owning(connection, order, product_id)
        batches = _reached(connection, order, product_id, owning)
        return RecallPreview(
            gtin=order.gtin.value,
            product=name,
            manufacturer=manufacturer,
            batches=batches,
            units=_units(connection, order, product_id, batches),
            scans=_scans(connection, order, product_id, batches),
            standing=len(standing(connection, product_id)),
            unknown=tuple(
                (lot.printed, lots_like(connection, lot, product_id))
                for lot in order.lots
                if lot.key not in {Lot.parse(each.lot).key for each in batches}
            ),
            all_serials=all_serials,
        )


def issue(
    database: Database,
    order: RecallForm,
    *,
    who: AuditActor,
    clock: Callable[[], datetime] = _now,
    asked: IdempotentRequest | None = None,
) -> int:
    """Issue a recall or hold and return its id. NotFoundError for a product that is not theirs.

    Several lots at once are a recall each, under the number of the first as `order_id`, in one transaction.
    `asked`: the program's request, which is carried out once however often it is sent.
    """
    with database.transaction() as connection:
        at, made = clock(), find_made(connection, asked, "recall")
        if made is None:
            made = issue_within(connection, order, who=who, at=at)
            note_made(connection, asked, "recall", made, at)
        return made


def issue_within(connection: Connection, order: RecallForm, *, who: AuditActor, at: datetime) -> int:
    """`issue`, in the caller's transaction."""
    product_id, _, _ = _product(connection, order.gtin, who, lock=True)
    before = standing(connection, product_id)
    common = {"product_id": product_id, "at": at, "actor": who.name, "account_id": who.account_id}
    several = order.scope is RecallScope.LOT and len(order.lots) > 1
    rows = [_columns(order, lot) for lot in (order.lots if several else (order.lot,))]
    action = "hold" if order.hold else "recall"
    changes, numbers = list[AuditChange](), list[int]()
    for row in rows:
        number: int = connection.execute(
            insert(Recall).values(row | common).returning(Recall.id)
        ).scalar_one()
        numbers.append(number)
        said = {name: value for name, value in row.items() if value not in (None, "")}
        said |= {"gtin": order.gtin.value, "serials": len(order.serials)}
        changes.append(AuditChange(action, "recall", str(number), after=said))
    if several:
        of_order = update(Recall).where(Recall.id.in_(numbers))
        connection.execute(of_order.values(order_id=numbers[0]))
    if order.serials:
        serials = [{"recall_id": numbers[0], "serial": serial} for serial in order.serials]
        connection.execute(insert(RecalledSerial), serials)
    find_owning_lots(connection, product_id)
    changes += _settled(connection, product_id, before, action)
    after = standing(connection, product_id)
    tell_clinics(connection, product_id, before=before, after=after, at=at)
    write_down(connection, changes, who=who, at=at, reason=order.reason)
    return numbers[0]


def lift(
    database: Database,
    number: int,
    *,
    reason: str,
    reference: str = "",
    also: Collection[int] = (),
    who: AuditActor,
    clock: Callable[[], datetime] = _now,
) -> None:
    """Lift a recall or hold, by another record. CONFLICT for one that was lifted before.

    `also`: others of the same order, lifted with it.
    """
    reason, reference = free_text(reason, 500), free_text(reference, 200)
    if not reason:
        raise RefusedError(ErrorCode.VALUE_MISSING, field="reason")
    with database.transaction() as connection:
        issued = find_within(connection, number, who)
        product_id, _, _ = _product(connection, Gtin(issued.gtin), who, lock=True)
        at, before = clock(), standing(connection, product_id)
        changes = []
        for each in dict.fromkeys((number, *also)):
            found = find_within(connection, each, who)
            if found.lifted is not None or (each != number and found.order_id != issued.order_id):
                raise ConflictError(
                    ErrorCode.CONFLICT,
                    given=str(each),
                    expected="a recall that stands",
                    found="one lifted before",
                )
            values: dict[str, Any] = {"recall_id": each, "at": at, "reason": reason, "reference": reference}
            values |= {"actor": who.name, "account_id": who.account_id}
            connection.execute(insert(RecallLift).values(values))
            said = {"reason": reason, "reference": reference}
            changes.append(AuditChange("lift", "recall", str(each), after=said))
        changes += _settled(connection, product_id, before, "lift")
        write_down(connection, changes, who=who, at=at, reason=reason)


def _product(
    connection: Connection, gtin: Gtin, who: AuditActor, *, lock: bool = False
) -> tuple[int, str, str]:
    """Return id, name and manufacturer of a product of theirs, locked against concurrent recalls of it."""
    statement = owned(
        select(Product.id, Product.name, Manufacturer.name)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin.value),
        who,
    )
    row = connection.execute(statement.with_for_update(of=Product) if lock else statement).first()
    if row is None:
        raise NotFoundError(ErrorCode.PRODUCT_NOT_ON_RECORD, given=gtin.value, field="gtin")
    return row[0], row[1], row[2]


def _settled(
    connection: Connection, product_id: int, before: list[RecallRecord], action: str
) -> list[AuditChange]:
    """Update the product's `stopped` mark and its batches to the recalls now in force."""
    after = standing(connection, product_id)
    connection.execute(update(Product).where(Product.id == product_id).values(stopped=bool(after)))
    return list(settle(connection, product_id, before=before, after=after, action=action))


def _columns(order: RecallForm, lot: Lot | None) -> dict[str, Any]:
    fields = asdict(order)
    kept = ("expiry_from", "expiry_to", "serial_from", "serial_to", "recall_class", "reference", "reason")
    return {name: fields[name] for name in (*kept, "public_text")} | {
        "kind": "hold" if order.hold else "recall",
        "scope": str(order.scope),
        "lot": lot.printed if lot else "",
        "lot_key": lot.key if lot else "",
    }


def _owning(connection: Connection, order: RecallForm, product_id: int) -> tuple[tuple[str, ...], bool]:
    """The keys of the lots that own the serials, and whether all of these are on record."""
    if order.scope not in (RecallScope.RANGE, RecallScope.LIST):
        return (), True
    batches, whole = owners(connection, product_id, order.serial_from, order.serial_to, order.serials)
    keys = connection.scalars(select(Batch.lot_key).where(Batch.id.in_(batches)))
    return tuple(sorted(set(keys))), whole


def _reached(
    connection: Connection, order: RecallForm, product_id: int, owning: tuple[str, ...]
) -> tuple[BatchRecord, ...]:
    """The batches that the order reaches; those of serials that are on record, where it names no lot."""
    if order.scope in (RecallScope.RANGE, RecallScope.LIST) and not order.lots and not owning:
        return ()
    found: dict[int, BatchRecord] = {}
    for lot in order.lots or (None,):
        recall = _as_record(order, lot, owning)
        found |= {each.id: each for each in reached(connection, recall, product_id)}
    return tuple(found.values())


def _as_record(order: RecallForm, lot: Lot | None, owning: tuple[str, ...]) -> RecallRecord:
    return RecallRecord(
        id=0,
        hold=order.hold,
        scope=order.scope,
        lot=lot.printed if lot else "",
        lot_key=lot.key if lot else "",
        expiry_from=order.expiry_from,
        expiry_to=order.expiry_to,
        serial_from=order.serial_from,
        serial_to=order.serial_to,
        owning_lots=owning,
    )


def _units(connection: Connection, order: RecallForm, product_id: int, batches: Sequence[BatchRecord]) -> int:
    where: list[ColumnElement[bool]] = [Unit.product_id == product_id]
    if order.scope is not RecallScope.PRODUCT and (order.lots or order.scope is RecallScope.WINDOW):
        where.append(Unit.batch_id.in_([each.id for each in batches]))
    counted = select(func.count()).select_from(Unit)
    if order.scope is RecallScope.LIST:
        return sum(
            connection.scalar(counted.where(*where, func.lower(Unit.serial).in_(some))) or 0
            for some in _some(order.serials)
        )
    if order.scope is RecallScope.RANGE:
        where.append(_in_range(connection, func.lower(Unit.serial), order))
    return connection.scalar(counted.where(*where)) or 0


def _scans(connection: Connection, order: RecallForm, product_id: int, batches: Sequence[BatchRecord]) -> int:
    """Count the checks of what the recall names; of a lot also those where only the lot was typed."""
    of_product: ColumnElement[bool] = Scan.product_id == product_id
    serial = func.lower(Scan.presented["serial"].as_string())
    counted = select(func.count()).select_from(Scan)
    match order.scope:
        case RecallScope.PRODUCT:
            where = of_product
        case RecallScope.LOT:
            keys = [lot.key for lot in order.lots]
            where = Scan.lot_key.in_(keys) & or_(of_product, Scan.product_id.is_(None))
        case RecallScope.WINDOW:
            where = of_product & Scan.batch_id.in_([each.id for each in batches])
        case RecallScope.RANGE:
            where = of_product & _in_range(connection, serial, order)
        case RecallScope.LIST:
            return sum(
                connection.scalar(counted.where(of_product, serial.in_(some))) or 0
                for some in _some(order.serials)
            )
    return connection.scalar(counted.where(where)) or 0


def _in_range(connection: Connection, serial: ColumnElement[str], order: RecallForm) -> ColumnElement[bool]:
    """`in_range` of the rules, in SQL."""
    between = by_character(connection, serial).between(order.serial_from, order.serial_to)
    return (func.length(serial) == len(order.serial_from)) & between


def _some(serials: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [serials[at : at + _AT_ONCE] for at in range(0, len(serials), _AT_ONCE)]
