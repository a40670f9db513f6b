"""Which batch a lot as presented is, among those that are written with its letters and digits."""

from collections.abc import Sequence
from typing import NamedTuple

from service.authenticity.evidence import BatchRecord, UnitRecord
from service.gs1.identifiers import Expiry, Lot


class LotMatch(NamedTuple):
    """`batch`: the one; None where none, or more than one, is written so. `alike`: the others."""

    batch: BatchRecord | None
    alike: tuple[BatchRecord, ...] = ()


def match_lot(
    lot: Lot, batches: Sequence[BatchRecord], unit: UnitRecord | None = None, expiry: Expiry | None = None
) -> LotMatch:
    """Choose among batches of one product that have the lot's `key`.

    As printed, with its marks; else, where all marks were left out, the only one; of several the one that the
    unit belongs to, or the only one that bears the expiry.
    """
    fitting = [each for each in batches if Lot.parse(each.lot).written == lot.written]
    if not fitting:
        fitting = [each for each in batches if lot.is_written_as(Lot.parse(each.lot))]
    if len(fitting) > 1 and unit is not None:
        fitting = [each for each in fitting if each.id == unit.batch.id] or fitting
    if len(fitting) > 1 and expiry is not None:
        fitting = [each for each in fitting if each.bears(expiry)] or fitting
    found = fitting[0] if len(fitting) == 1 else None
    return LotMatch(found, tuple(each for each in batches if each is not found))
