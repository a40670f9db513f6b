"""Which lots a recall of serial numbers touches, where it names none: those that own the serials on record.

Only where every serial of it is on record is that all of them. Then a vial of another lot, whose serial was
not given, is not told that it may be concerned.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, update

from service.authenticity.evidence import RecallScope
from service.storage.database import by_character
from service.storage.models import Batch, Recall, RecalledSerial, RecallLift, Unit

_OF_SERIALS = (RecallScope.RANGE, RecallScope.LIST)
_AT_ONCE = 500


def find_owning_lots(connection: Connection, product_id: int) -> None:
    """Bring `Recall.owning_lots` of the product's recalls in force up to date, in the transaction."""
    _find(connection, Recall.product_id == product_id)


def find_owning_lots_of(connection: Connection, products: Select[int]) -> None:
    """Do so for several products, given as a select of their ids."""
    _find(connection, Recall.product_id.in_(products))


def find_owning_lots_after(connection: Connection, import_id: int) -> None:
    """Do so for each product of which the import put units on record."""
    _find(connection, exists().where(Unit.product_id == Recall.product_id, Unit.import_id == import_id))


def _find(connection: Connection, which: ColumnElement[bool]) -> None:
    for row in connection.execute(_in_force(which)).all():
        listed = select(RecalledSerial.serial).where(RecalledSerial.recall_id == row.id)
        serials = list(connection.scalars(listed)) if row.scope == RecallScope.LIST else []
        batches, whole = owners(connection, row.product_id, row.serial_from, row.serial_to, serials)
        keys = connection.scalars(select(Batch.lot_key).where(Batch.id.in_(batches))) if whole else ()
        found = tuple(sorted(set(keys)))
        if found != row.owning_lots:
            connection.execute(update(Recall).where(Recall.id == row.id).values(owning_lots=found))


def _in_force(which: ColumnElement[bool]) -> Select[int, int, str, str, str, tuple[str, ...]]:
    return (
        select(
            Recall.id,
            Recall.product_id,
            Recall.scope,
            Recall.serial_from,
            Recall.serial_to,
            Recall.owning_lots,
        )
        .outerjoin(RecallLift, RecallLift.recall_id == Recall.id)
        .where(which, Recall.scope.in_(_OF_SERIALS), Recall.lot_key == "", RecallLift.recall_id.is_(None))
    )


def owners(
    connection: Connection, product_id: int, first: str, last: str, serials: Sequence[str]
) -> tuple[set[int], bool]:
    """The ids of the batches that own the serials (lower case), and whether all serials are on record."""
    batches: set[int] = set()
    count = 0
    for where in _conditions(connection, product_id, first, last, serials):
        batches.update(connection.scalars(select(Unit.batch_id).where(where).distinct()))
        distinct = select(func.count(func.lower(Unit.serial).distinct())).where(where)
        count += connection.scalar(distinct) or 0
    wanted = range_size(first, last) if first else len(serials)
    return batches, count == wanted


def range_size(first: str, last: str) -> int | None:
    """How many serials there are from `first` to `last`, where only digits at the end differ; else None.

    >>> range_size("ab0098", "ab0102"), range_size("aa1", "ab1")
    (5, None)
    """
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    ends = first[same:], last[same:]
    if not all(each.isascii() and each.isdigit() for each in ends if each):
        return None
    return int(ends[1] or 0) - int(ends[0] or 0) + 1


def _conditions(
    connection: Connection, product_id: int, first: str, last: str, serials: Sequence[str]
) -> Sequence[ColumnElement[bool]]:
    own, serial = Unit.product_id == product_id, func.lower(Unit.serial)
    if first:
        between = by_character(connection, serial).between(first, last)
        return [own & (func.length(serial) == len(first)) & between]
    return [own & serial.in_(serials[at : at + _AT_ONCE]) for at in range(0, len(serials), _AT_ONCE)]
