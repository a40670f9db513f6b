"""Gather the evidence for what was presented. Reads only; judging and recording are others' work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from service.authenticity.alert_rules import brand, concerns_product
from service.authenticity.evidence import (
    AlertRecord,
    Asker,
    BatchStatus,
    Evidence,
    NearMiss,
    Presented,
    ProductRecord,
)
from service.errors import IdentifierError
from service.gs1.countries import zone_of
from service.gs1.identifiers import Gtin, Lot
from service.storage import records
from service.storage.prepared import Snapshot
from service.verification.questions import Understood

_PREFIX_DIGITS = 7
"""The shortest GS1 company prefix that a medicine's GTIN commonly carries, after the packaging digit."""


def gather(snapshot: Snapshot, understood: Understood, asker: Asker, now: datetime) -> Evidence:
    """Everything on record that a verdict on `understood` may look at, at the moment `now` (aware)."""
    presented = understood.presented
    zone = zone_of(presented.market, now.date())
    evidence = Evidence(presented=presented, now=now, zone=zone, asker=asker)
    if presented.gtin is not None:
        evidence = _with_gtin(snapshot, evidence, presented.gtin)
        if evidence.product is None and understood.typed_digits is not None:
            evidence = _as_lot(snapshot, evidence, understood.typed_digits)
    elif presented.lot is not None:
        evidence = _with_lot(snapshot, evidence, presented.lot)
    elif presented.product is not None:
        evidence = replace(evidence, product=_only(records.by_name(snapshot, presented.product)))
    shown = evidence.presented
    alerts = records.alerts(snapshot, shown.gtin, shown.lot, shown.serial)
    return replace(evidence, alerts=alerts, near=tuple(_near(snapshot, evidence, alerts)))


def _with_gtin(snapshot: Snapshot, evidence: Evidence, gtin: Gtin) -> Evidence:
    shown = evidence.presented
    found = records.by_gtin(snapshot, gtin, shown.lot, shown.serial)
    if found is None:
        holder = records.prefix_holder(snapshot, gtin)
        others = _same_lot_of(snapshot, shown, lambda other: _same_company(other.gtin, gtin.value))
        return replace(evidence, prefix_holder=holder, same_lot=others)
    product, batch, unit = found
    if shown.serial is not None and unit is None:
        product = replace(product, serialised=records.has_units(snapshot, product.id))
    others = ()
    if batch is None:
        maker = product.manufacturer
        others = _same_lot_of(snapshot, shown, lambda other: other.manufacturer == maker)
    return replace(evidence, product=product, batch=batch, unit=unit, same_lot=others)


def _with_lot(snapshot: Snapshot, evidence: Evidence, lot: Lot) -> Evidence:
    """Only a lot was given: the one product that has it, or all of them to choose from."""
    named = evidence.presented.product
    holders = records.by_lot(snapshot, lot)
    if named:
        folded = named.casefold()
        fitting = [pair for pair in holders if folded in pair[0].name.casefold()]
        fitting = fitting or [pair for pair in holders if brand(named) == brand(pair[0].name)]
        if not fitting:
            product = _only(records.by_name(snapshot, named))
            return replace(evidence, product=product)
        holders = fitting
    products = tuple(product for product, _ in holders)
    if len(holders) != 1:
        stopped = any(batch.status in {BatchStatus.RECALLED, BatchStatus.ON_HOLD} for _, batch in holders)
        return replace(evidence, same_lot=products, any_same_lot_stopped=stopped)
    product, batch = holders[0]
    if evidence.presented.serial is None:
        return replace(evidence, product=product, batch=batch, same_lot=products)
    found = _with_gtin(snapshot, evidence, Gtin(product.gtin))
    return replace(found, same_lot=products)


def _as_lot(snapshot: Snapshot, evidence: Evidence, digits: str) -> Evidence:
    """Digits that would do for a GTIN, and no product has it: a lot of digits, where one is on record."""
    try:
        lot = Lot.parse(digits)
    except IdentifierError:
        return evidence
    typed = replace(evidence, presented=replace(evidence.presented, gtin=None, lot=lot))
    found = _with_lot(snapshot, replace(typed, prefix_holder="", same_lot=()), lot)
    return found if found.same_lot or found.product else evidence


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


def _near(snapshot: Snapshot, evidence: Evidence, alerts: tuple[AlertRecord, ...]) -> Iterator[NearMiss]:
    """Records that what was presented would have matched, had a few characters been read otherwise."""
    shown = evidence.presented
    if evidence.product is not None or shown.gtin is None:
        yield from _near_lots(snapshot, evidence, alerts)
    if evidence.product is not None and shown.serial is not None and evidence.unit is None:
        serial = shown.serial.printed
        flipped = sorted({serial.upper(), serial.lower(), serial.swapcase()} - {serial})
        for other in records.serials_among(snapshot, evidence.product.id, flipped):
            pairs = enumerate(zip(serial, other, strict=True))
            yield NearMiss("serial", serial, tuple(place for place, (one, two) in pairs if one != two))


def _near_lots(snapshot: Snapshot, evidence: Evidence, alerts: tuple[AlertRecord, ...]) -> Iterator[NearMiss]:
    lot, product = evidence.presented.lot, evidence.product
    if lot is None or evidence.batch is not None or evidence.same_lot:
        return
    alerted = any(alert.lot_folded == lot.folded and concerns_product(alert, evidence) for alert in alerts)
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
