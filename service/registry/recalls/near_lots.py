"""Which lots on record may have been meant by one that is not."""

from difflib import get_close_matches

from sqlalchemy import Connection, or_, select

from service.gs1 import misreads
from service.gs1.identifiers import Lot
from service.storage.models import Batch

MOST = 5
_LATEST = 2000  # lots of a product that are compared letter by letter
_ALIKE = 0.75  # of 1, as difflib measures it


def lots_like(connection: Connection, lot: Lot, product_id: int | None) -> tuple[str, ...]:
    """At most `MOST` lots of the product (None: of any), likeliest first, as printed; none if on record.

    First those one misreading away, then those whose letters are nearly the same.
    """
    own = Batch.product_id == product_id if product_id is not None else Batch.product_id.is_not(None)
    on_record = select(Batch.id).where(own, Batch.lot_key == lot.key).limit(1)
    if connection.scalar(on_record) is not None:
        return ()
    keys = misreads.lot_keys(lot, of_one_product=product_id is not None)
    spelled = or_(Batch.lot_folded == lot.folded, Batch.lot_key.in_(keys))
    near = list(connection.scalars(select(Batch.lot).where(own, spelled).distinct().limit(MOST)))
    if product_id is not None and len(near) < MOST:
        latest = select(Batch.lot_key, Batch.lot).where(own).order_by(Batch.id.desc()).limit(_LATEST)
        printed = {row[0]: row[1] for row in connection.execute(latest)}
        near += [printed[key] for key in get_close_matches(lot.key, printed, MOST, _ALIKE)]
    return tuple(dict.fromkeys(near))[:MOST]
