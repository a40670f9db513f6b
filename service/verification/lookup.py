"""Gather the evidence for what was presented. Reads only; judging and recording are others' work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from service.authenticity.alert_rules import concerns_product, told_apart
from service.authenticity.evidence import (
    Asker,
    BatchRecord,
    BatchStatus,
    Evidence,
    NearMiss,
    Presented,
    ProductRecord,
    UnitRecord,
)
from service.errors import IdentifierError
from service.gs1.countries import zone_of
from service.gs1.identifiers import Gtin, Lot
from service.storage import records
from service.storage.prepared import Snapshot
from service.verification.questions import Understood

_PREFIX_DIGITS = 7
"""The shortest GS1 company prefix that a medicine's GTIN commonly carries, after the packaging digit."""


@dataclass(slots=True)
class _Found:
    """What the fields of `Evidence` of the same names become, while it is being gathered."""

    presented: Presented
    product: ProductRecord | None = None
    batch: BatchRecord | None = None
    unit: UnitRecord | None = None
    same_lot: tuple[ProductRecord, ...] = ()
    any_same_lot_stopped: bool = False
    prefix_holder: str = ""


def gather(snapshot: Snapshot, understood: Understood, asker: Asker, now: datetime) -> Evidence:
    """Everything on record that a verdict on `understood` may look at, at the moment `now` (aware)."""
    evidence = _gathered(snapshot, understood, asker, now)
    if understood.carton is None:
        return evidence
    carton = Understood(replace(understood.carton, market=understood.presented.market), None, None)
    return replace(evidence, carton=_gathered(snapshot, carton, asker, now))


def _gathered(snapshot: Snapshot, understood: Understood, asker: Asker, now: datetime) -> Evidence:
    found = _find(snapshot, understood)
    shown = found.presented
    evidence = Evidence(
        presented=shown,
        now=now,
        zone=zone_of(shown.market, now.date()),
        product=found.product,
        batch=found.batch,
        unit=found.unit,
        same_lot=found.same_lot,
        any_same_lot_stopped=found.any_same_lot_stopped,
        prefix_holder=found.prefix_holder,
        alerts=records.alerts(snapshot, shown.gtin, shown.lot, shown.serial),
        asker=asker,
    )
    near = tuple(_near(snapshot, evidence))
    return replace(evidence, near=near) if near else evidence


def _find(snapshot: Snapshot, understood: Understood) -> _Found:
    found = _Found(understood.presented)
    if found.presented.gtin is not None:
        _with_gtin(snapshot, found, found.presented.gtin)
        if found.product is None and understood.typed_digits is not None:
            found = _as_lot(snapshot, found, understood.typed_digits)
    elif found.presented.lot is not None:
        _with_lot(snapshot, found, found.presented.lot)
    elif found.presented.product is not None:
        found.product = _only(records.by_name(snapshot, found.presented.product))
    return found


def _with_gtin(snapshot: Snapshot, found: _Found, gtin: Gtin) -> None:
    shown = found.presented
    held = records.by_gtin(snapshot, gtin, shown.lot, shown.serial)
    if held is None:
        found.prefix_holder = records.prefix_holder(snapshot, gtin)
        found.same_lot = _same_lot_of(snapshot, shown, lambda other: _same_company(other.gtin, gtin.value))
        return
    product, found.batch, found.unit = held
    if shown.serial is not None and found.unit is None:
        product = replace(product, serialised=records.has_units(snapshot, product.id))
    found.product = product
    if found.batch is None:
        maker = product.manufacturer
        found.same_lot = _same_lot_of(snapshot, shown, lambda other: other.manufacturer == maker)


def _with_lot(snapshot: Snapshot, found: _Found, lot: Lot) -> None:
    """Only a lot was given: the one product that has it, or all of them to choose from."""
    named = found.presented.product
    holders = records.by_lot(snapshot, lot)
    if named:
        folded = named.casefold()
        fitting = [pair for pair in holders if folded in pair[0].name.casefold()]
        fitting = fitting or [pair for pair in holders if not told_apart(named, pair[0].name)]
        if not fitting:
            found.product = _only(records.by_name(snapshot, named))
            return
        holders = fitting
    if len(holders) == 1:
        found.product, found.batch = holders[0]
        if found.presented.serial is not None:
            _with_gtin(snapshot, found, Gtin(found.product.gtin))
    else:
        stopped = {BatchStatus.RECALLED, BatchStatus.ON_HOLD}
        found.any_same_lot_stopped = any(batch.status in stopped for _, batch in holders)
    found.same_lot = tuple(product for product, _ in holders)


def _as_lot(snapshot: Snapshot, found: _Found, digits: str) -> _Found:
    """Digits that would do for a GTIN, and no product has it: a lot of digits, where one is on record."""
    try:
        lot = Lot.parse(digits)
    except IdentifierError:
        return found
    typed = _Found(replace(found.presented, gtin=None, lot=lot))
    _with_lot(snapshot, typed, lot)
    return typed if typed.same_lot or typed.product else found


def _same_lot_of(
    snapshot: Snapshot, shown: Presented, related: Callable[[ProductRecord], bool]
) -> tuple[ProductRecord, ...]:
    if shown.lot is None:
        return ()
    return tuple(product for product, _ in records.by_lot(snapshot, shown.lot) if related(product))


def _same_company(one: str, other: str) -> bool:
    """Lot strings repeat between companies; only under one company's prefix does it mean something."""
    return one[1 : 1 + _PREFIX_DIGITS] == other[1 : 1 + _PREFIX_DIGITS]


def _only(products: list[ProductRecord]) -> ProductRecord | None:
    return products[0] if len(products) == 1 else None


def _near(snapshot: Snapshot, evidence: Evidence) -> Iterator[NearMiss]:
    """Records that what was presented would have matched, had a few characters been read otherwise."""
    shown = evidence.presented
    if evidence.product is not None or shown.gtin is None:
        yield from _near_lots(snapshot, evidence)
    if evidence.product is not None and shown.serial is not None and evidence.unit is None:
        serial = shown.serial.printed
        flipped = sorted({serial.upper(), serial.lower(), serial.swapcase()} - {serial})
        for other in records.serials_among(snapshot, evidence.product.id, flipped):
            pairs = enumerate(zip(serial, other, strict=True))
            yield NearMiss("serial", serial, tuple(place for place, (one, two) in pairs if one != two))


def _near_lots(snapshot: Snapshot, evidence: Evidence) -> Iterator[NearMiss]:
    lot, product = evidence.presented.lot, evidence.product
    if lot is None or evidence.batch is not None or evidence.same_lot:
        return
    alerted = any(
        alert.lot_folded == lot.folded and concerns_product(alert, evidence) for alert in evidence.alerts
    )
    for other, stopped in records.near_lots(snapshot, lot, product.id if product else None):
        yield NearMiss("lot", lot.printed, _differing(lot, other), alerted or stopped)


def _differing(lot: Lot, other: str) -> tuple[int, ...]:
    """Where the lot as presented and the one on record part, as places in the lot as presented."""
    theirs = Lot.parse(other).key
    places, at = [], 0  # `at` runs through the key, which lacks the separators of the printed form
    for place, character in enumerate(lot.printed):
        if at < len(theirs) and lot.key[at : at + 1] == character.upper():
            if lot.key[at] != theirs[at]:
                places.append(place)
            at += 1
    return tuple(places)
