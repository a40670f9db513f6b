"""Gather the evidence for what was presented. Reads only; judging and recording are others' work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

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
from service.verification.questions import Understood

_PREFIX_DIGITS = 7
"""The shortest GS1 company prefix that a medicine's GTIN commonly carries, after the packaging digit."""


def gather(connection: Connection, understood: Understood, asker: Asker, now: datetime) -> Evidence:
    """Everything on record that a verdict on `understood` may look at, at the moment `now` (aware)."""
    presented = understood.presented
    zone = zone_of(presented.market, now.date())
    evidence = Evidence(presented=presented, now=now, zone=zone, asker=asker)
    if presented.gtin is not None:
        evidence = _with_gtin(connection, evidence, presented.gtin)
        if evidence.product is None and understood.typed_digits is not None:
            evidence = _as_lot(connection, evidence, understood.typed_digits)
    elif presented.lot is not None:
        evidence = _with_lot(connection, evidence, presented.lot)
    elif presented.product is not None:
        evidence = replace(evidence, product=_only(records.by_name(connection, presented.product)))
    shown = evidence.presented
    alerts = records.alerts(connection, shown.gtin, shown.lot, shown.serial)
    return replace(evidence, alerts=alerts, near=tuple(_near(connection, evidence, alerts)))


def _with_gtin(connection: Connection, evidence: Evidence, gtin: Gtin) -> Evidence:
    shown = evidence.presented
    found = records.by_gtin(connection, gtin, shown.lot, shown.serial)
    if found is None:
        holder = records.prefix_holder(connection, gtin)
        others = _same_lot_of(connection, shown, lambda other: _same_company(other.gtin, gtin.value))
        return replace(evidence, prefix_holder=holder, same_lot=others)
    product, batch, unit = found
    if shown.serial is not None and unit is None:
        product = replace(product, serialised=records.has_units(connection, product.id))
    others = ()
    if batch is None:
        maker = product.manufacturer
        others = _same_lot_of(connection, shown, lambda other: other.manufacturer == maker)
    return replace(evidence, product=product, batch=batch, unit=unit, same_lot=others)


def _with_lot(connection: Connection, evidence: Evidence, lot: Lot) -> Evidence:
    """Only a lot was given: the one product that has it, or all of them to choose from."""
    named = evidence.presented.product
    holders = records.by_lot(connection, lot)
    if named:
        folded = named.casefold()
        fitting = [pair for pair in holders if folded in pair[0].name.casefold()]
        fitting = fitting or [pair for pair in holders if brand(named) == brand(pair[0].name)]
        if not fitting:
            product = _only(records.by_name(connection, named))
            return replace(evidence, product=product)
        holders = fitting
    products = tuple(product for product, _ in holders)
    if len(holders) != 1:
        stopped = any(batch.status in {BatchStatus.RECALLED, BatchStatus.ON_HOLD} for _, batch in holders)
        return replace(evidence, same_lot=products, any_same_lot_stopped=stopped)
    product, batch = holders[0]
    if evidence.presented.serial is None:
        return replace(evidence, product=product, batch=batch, same_lot=products)
    found = _with_gtin(connection, evidence, Gtin(product.gtin))
    return replace(found, same_lot=products)


def _as_lot(connection: Connection, evidence: Evidence, digits: str) -> Evidence:
    """Digits that would do for a GTIN, and no product has it: a lot of digits, where one is on record."""
    try:
        lot = Lot.parse(digits)
    except IdentifierError:
        return evidence
    typed = replace(evidence, presented=replace(evidence.presented, gtin=None, lot=lot))
    found = _with_lot(connection, replace(typed, prefix_holder="", same_lot=()), lot)
    return found if found.same_lot or found.product else evidence


def _same_lot_of(
    connection: Connection, shown: Presented, related: Callable[[ProductRecord], bool]
) -> tuple[ProductRecord, ...]:
    if shown.lot is None:
        return ()
    return tuple(product for product, _ in records.by_lot(connection, shown.lot) if related(product))


def _same_company(one: str, other: str) -> bool:
    """Lot strings repeat between companies; only under one company's prefix does it mean something."""
    return one[1 : 1 + _PREFIX_DIGITS] == other[1 : 1 + _PREFIX_DIGITS]


def _only(products: list[ProductRecord]) -> ProductRecord | None:
    return products[0] if len(products) == 1 else None


def _near(connection: Connection, evidence: Evidence, alerts: tuple[AlertRecord, ...]) -> Iterator[NearMiss]:
    """Records that what was presented would have matched, had a few characters been read otherwise."""
    shown = evidence.presented
    if evidence.product is not None or shown.gtin is None:
        yield from _near_lots(connection, evidence, alerts)
    if evidence.product is not None and shown.serial is not None and evidence.unit is None:
        serial = shown.serial.printed
        flipped = sorted({serial.upper(), serial.lower(), serial.swapcase()} - {serial})
        for other in records.serials_among(connection, evidence.product.id, flipped):
            pairs = enumerate(zip(serial, other, strict=True))
            yield NearMiss("serial", serial, tuple(place for place, (one, two) in pairs if one != two))


def _near_lots(
    connection: Connection, evidence: Evidence, alerts: tuple[AlertRecord, ...]
) -> Iterator[NearMiss]:
    lot, product = evidence.presented.lot, evidence.product
    if lot is None or evidence.batch is not None or evidence.same_lot:
        return
    alerted = any(alert.lot_folded == lot.folded and concerns_product(alert, evidence) for alert in alerts)
    for other, stopped in records.near_lots(connection, lot, product.id if product else None):
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
