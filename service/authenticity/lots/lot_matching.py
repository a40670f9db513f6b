"""Which batch a lot as presented is, among those that are written with its letters and digits."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from service.authenticity.evidence import BatchRecord, UnitRecord
from service.gs1.identifiers import Expiry, Lot

T = TypeVar("T")


class LotMatch(NamedTuple):
    """`batch`: the one; None where none, or more than one, is written so. `alike`: the others."""

    batch: BatchRecord | None
    alike: tuple[BatchRecord, ...] = ()


def written_as(lot: Lot, recorded: Iterable[T], lot_of: Callable[[T], str]) -> list[T]:
    """Those that are written as the lot is; else, where it has no marks, those that it may stand for."""
    rows = list(recorded)
    exact = [each for each in rows if Lot.parse(lot_of(each)).written == lot.written]
    return exact or [each for each in rows if lot.is_written_as(Lot.parse(lot_of(each)))]


def the_one(lot: Lot, recorded: Iterable[T], lot_of: Callable[[T], str]) -> T | None:
    """The only one that a person, or a list, may mean by the lot; None where there is none, or a choice.

    Marks that one of two ways of writing leaves out tell nothing apart here: a list may have been typed.
    """
    rows = list(recorded)
    found = written_as(lot, rows, lot_of)
    found = found or [each for each in rows if lot.marks_may_agree(Lot.parse(lot_of(each)))]
    return found[0] if len(found) == 1 else None


def match_lot(
    lot: Lot, batches: Sequence[BatchRecord], unit: UnitRecord | None = None, expiry: Expiry | None = None
) -> LotMatch:
    """Choose among batches of one product that have the lot's `key`.

    As printed, with its marks; else, where all marks were left out, the only one; of several the one that the
    unit belongs to, or the only one that bears the expiry.
    """
    fitting = written_as(lot, batches, lambda each: each.lot)
    if len(fitting) > 1 and unit is not None:
        fitting = [each for each in fitting if each.id == unit.batch.id] or fitting
    if len(fitting) > 1 and expiry is not None:
        fitting = [each for each in fitting if each.bears(expiry)] or fitting
    found = fitting[0] if len(fitting) == 1 else None
    return LotMatch(found, tuple(each for each in batches if each is not found))
