"""What a stocktake found: the books of a site against what was counted there.

Work goes on while it is counted. A vial that was received, opened, used, sent or put aside since the
stocktake began was in a person's hand: it is not missing, and without a serial it may have been counted or
not.

Vials without serial numbers are counted by product and lot.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.clinics.queries import HeldVial
from service.clinics.vial_lifecycle import VialState


@dataclass(frozen=True, slots=True)
class CountedScan:
    """One scan of a stocktake. `vial_id`: the clinic's vial with this serial, None for none; `was_here`: by
    the books it lay at this site then. `vials`: of packs without a serial how many; negative: a correction.
    """

    id: int
    at: datetime
    actor: str
    vial_id: int | None
    was_here: bool
    gtin: str
    product_name: str
    lot: str
    lot_key: str
    serial: str
    vials: int


@dataclass(frozen=True, slots=True)
class ExcessPacks:
    """Packs that were counted and should not be there. `scan`: the first of them; `vials`: how many."""

    scan: CountedScan
    vials: int


@dataclass(frozen=True, slots=True)
class LotCount:
    """The packs of one lot without serial numbers: how many were counted, and how many the books have.

    `most`: with those that left, or came, since the stocktake began.
    """

    scan: CountedScan
    counted: int
    expected: int
    most: int


@dataclass(frozen=True, slots=True)
class StocktakeResult:
    """`counted`: packs. `missing`: by the books here, and not counted. `lots`: those without serials."""

    counted: int
    missing: tuple[HeldVial, ...]
    excess: tuple[ExcessPacks, ...]
    lots: tuple[LotCount, ...]

    @property
    def agrees(self) -> bool:
        """Whether what was counted is what the books say."""
        return not self.missing and not self.excess


_LotKey = tuple[str, str]


def compare(
    present: Sequence[HeldVial], handled: Sequence[HeldVial], scans: Sequence[CountedScan]
) -> StocktakeResult:
    """Compare what the books have at a site with what was counted.

    `present`: the vials that lie there now, by the books; `handled`: those with a step since the stocktake
    began, wherever they are now.
    """
    moved = {each.id for each in handled}
    by_serial = [each for each in scans if each.serial]
    missing = [*_missing_serials(present, moved, by_serial)]
    excess = [*_strange_serials(present, by_serial)]
    lots = [*_lots(present, handled, [each for each in scans if not each.serial])]
    for key, lot in lots:
        if lot.counted > lot.most:
            excess.append(ExcessPacks(lot.scan, lot.counted - lot.most))
        missing += _of_lot(present, key, moved)[lot.counted :] if lot.counted < lot.expected else []
    keys = {key for key, _ in lots}
    uncounted = {_key(each) for each in present if not each.serial} - keys
    missing += [each for key in sorted(uncounted) for each in _of_lot(present, key, moved)]
    counted = len(by_serial) + sum(lot.counted for _, lot in lots)
    return StocktakeResult(counted, tuple(missing), tuple(excess), tuple(lot for _, lot in lots))


def _missing_serials(
    present: Iterable[HeldVial], moved: Collection[int], scans: Iterable[CountedScan]
) -> Iterator[HeldVial]:
    seen = {each.vial_id for each in scans}
    numbers = {(each.gtin, each.serial) for each in scans}
    for vial in present:
        counted = vial.id in seen or (vial.gtin, vial.serial) in numbers
        if vial.serial and not counted and vial.id not in moved:
            yield vial


def _strange_serials(present: Iterable[HeldVial], scans: Iterable[CountedScan]) -> Iterator[ExcessPacks]:
    """Those that did not lie here when they were scanned, and do not lie here now."""
    here = {each.id for each in present}
    numbers = {(each.gtin, each.serial) for each in present if each.serial}
    for scan in scans:
        if not scan.was_here and scan.vial_id not in here and (scan.gtin, scan.serial) not in numbers:
            yield ExcessPacks(scan, 1)


def _lots(
    present: Iterable[HeldVial], handled: Iterable[HeldVial], scans: Iterable[CountedScan]
) -> Iterator[tuple[_LotKey, LotCount]]:
    groups: dict[_LotKey, list[CountedScan]] = {}
    for scan in scans:
        groups.setdefault((scan.gtin, scan.lot_key), []).append(scan)
    moved = [each for each in handled if not each.serial]
    ids = {each.id for each in moved}
    for key, group in groups.items():
        expected = len(_of_lot(present, key, ids))
        unsure = sum(_key(each) == key for each in moved)
        yield key, LotCount(group[0], sum(each.vials for each in group), expected, expected + unsure)


def _of_lot(present: Iterable[HeldVial], key: _LotKey, moved: Collection[int]) -> list[HeldVial]:
    """Those without a serial that no person handled since; unopened ones last, which are missed first."""
    same = [each for each in present if not each.serial and _key(each) == key and each.id not in moved]
    return sorted(same, key=lambda each: (each.state is VialState.IN_STOCK, each.id))


def _key(vial: HeldVial) -> _LotKey:
    return vial.gtin, vial.lot_key
