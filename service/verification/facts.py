"""Gather the evidence for what was presented. Reads only; judging and recording are others' work."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from msgspec.structs import replace

from service.authenticity.alert_matching import names, names_differ
from service.authenticity.alert_rules import concerns_product
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import (
    Asker,
    BatchRecord,
    BatchStatus,
    Evidence,
    NearMiss,
    Presented,
    ProductRecord,
    RecallRecord,
    UnitRecord,
)
from service.authenticity.strength_names import named_strength
from service.errors import IdentifierError
from service.gs1 import misreads
from service.gs1.identifiers import Gtin, Lot
from service.gs1.iso.countries import zone_of
from service.gs1.wedge import ScannerFault
from service.storage.hot import alerts, product_records, recalls
from service.storage.hot.statements import Snapshot
from service.verification.question import ParsedQuestion

_MOST_WORDS = 4
"""So many words of a typed name are looked for: a brand and what people write around it."""

_NUMBER = re.compile(r"[0-9]+")

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
    named: tuple[ProductRecord, ...] = ()


def load(snapshot: Snapshot, understood: ParsedQuestion, asker: Asker, now: datetime) -> Evidence:
    """Everything on record that a verdict on `understood` may look at, at the moment `now` (aware)."""
    evidence = _load(snapshot, understood, asker, now)
    if understood.carton is None:
        return evidence
    shown = replace(understood.carton, market=understood.presented.market)
    carton = ParsedQuestion(shown, understood.carton_reading, None, scanned_at=understood.scanned_at)
    return replace(evidence, carton=_load(snapshot, carton, asker, now))


def _load(snapshot: Snapshot, understood: ParsedQuestion, asker: Asker, now: datetime) -> Evidence:
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
        named=found.named,
        alerts=alerts.alerts(snapshot, shown.gtin, shown.lot, shown.serial),
        recalls=_recalls(snapshot, found),
        used_on=_used_on(snapshot, found),
        inferred=understood.reading is not None
        and bool(understood.reading.faults - {ScannerFault.SEPARATOR_SPELLED}),
        scanned_at=understood.scanned_at,
        asker=asker,
    )
    near = tuple(_near(snapshot, evidence))
    return replace(evidence, near=near) if near else evidence


def _recalls(snapshot: Snapshot, found: _Found) -> tuple[RecallRecord, ...]:
    """Those that stand; of most products none does, and nobody has to look."""
    if found.product is None or not found.product.stopped:
        return ()
    return recalls.recalls(snapshot, found.product.id, found.presented.serial)


def _used_on(snapshot: Snapshot, found: _Found) -> date | None:
    if found.product is None or found.unit is None or found.unit.disposition is not Disposition.DISPENSED:
        return None
    return product_records.used_on(snapshot, found.product.gtin, found.unit.serial)


def _find(snapshot: Snapshot, understood: ParsedQuestion) -> _Found:
    found = _Found(understood.presented)
    if found.presented.gtin is not None:
        _with_gtin(snapshot, found, found.presented.gtin)
        if found.product is None and understood.typed_digits is not None:
            found = _as_lot(snapshot, found, understood.typed_digits)
    elif found.presented.national:
        _with_national(snapshot, found, *found.presented.national[0])
    elif found.presented.lot is not None:
        _with_lot(snapshot, found, found.presented.lot)
    elif found.presented.product is not None:
        found.product = _only(_named(snapshot, found.presented.product))
    return found


def _with_national(snapshot: Snapshot, found: _Found, scheme: str, number: str) -> None:
    """A country's number instead of a GTIN: it names the product, whoever else has such a lot.

    Where several products bear it (a GTIN changes, the number stays), the lot tells them apart.
    """
    gtins = product_records.gtins_by_national(snapshot, scheme, number)
    lot = found.presented.lot
    holders = product_records.by_lot(snapshot, lot) if lot is not None and len(gtins) > 1 else []
    named = [product.gtin for product, _ in holders if product.gtin in gtins] or gtins
    if len(named) == 1:
        _with_gtin(snapshot, found, Gtin(named[0]))
    elif named:
        found.same_lot = tuple(product for product, _ in holders if product.gtin in named)
        found.any_same_lot_stopped = _any_stopped(
            batch for product, batch in holders if product.gtin in named
        )


def _with_gtin(snapshot: Snapshot, found: _Found, gtin: Gtin) -> None:
    shown = found.presented
    held = product_records.by_gtin(snapshot, gtin, shown.lot, shown.serial)
    if held is None:
        found.prefix_holder = product_records.prefix_holder(snapshot, gtin) or _whole_catalogue(
            snapshot, shown.product
        )
        found.same_lot = _same_lot_of(
            snapshot,
            shown,
            lambda other: _same_company(other.gtin, gtin.value) or _is_called(other, shown.product),
        )
        return
    product, found.batch, found.unit = held
    if shown.serial is not None and found.unit is None:
        product = replace(product, serialised=product_records.has_units(snapshot, product.id))
    found.product = product
    if found.batch is None:
        maker = product.manufacturer
        found.same_lot = _same_lot_of(snapshot, shown, lambda other: other.manufacturer == maker)


def _with_lot(snapshot: Snapshot, found: _Found, lot: Lot) -> None:
    """Only a lot was given: the one product that has it, or all of them to choose from."""
    named = found.presented.product
    holders = product_records.by_lot(snapshot, lot)
    if named:
        folded = named.casefold()
        fitting = [pair for pair in holders if folded in pair[0].name.casefold()]
        fitting = fitting or [pair for pair in holders if not names_differ(named, pair[0].name)]
        if not fitting:
            found.named = tuple(_named(snapshot, named))
            found.product = _only(list(found.named))
            return
        holders = fitting
    if len(holders) == 1:
        found.product, found.batch = holders[0]
        if found.presented.serial is not None:
            _with_gtin(snapshot, found, Gtin(found.product.gtin))
    else:
        found.any_same_lot_stopped = _any_stopped(batch for _, batch in holders)
    found.same_lot = tuple(product for product, _ in holders)


def _any_stopped(batches: Iterable[BatchRecord]) -> bool:
    return any(batch.status in (BatchStatus.RECALLED, BatchStatus.ON_HOLD) for batch in batches)


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
    return tuple(product for product, _ in product_records.by_lot(snapshot, shown.lot) if related(product))


def _same_company(one: str, other: str) -> bool:
    """Lot strings repeat between companies; only under one company's prefix does it mean something."""
    return one[1 : 1 + _PREFIX_DIGITS] == other[1 : 1 + _PREFIX_DIGITS]


def _whole_catalogue(snapshot: Snapshot, typed: str | None) -> str:
    """The maker of what the product is called, if all of its products are here; empty if not, or not one."""
    makers = {product.manufacturer for product in _named(snapshot, typed)} if typed else set()
    return makers.pop() if len(makers) == 1 and makers <= product_records.whole_catalogues(snapshot) else ""


def _is_called(product: ProductRecord, typed: str | None) -> bool:
    return bool(typed) and bool(names(typed or "") & names(product.name))


def _named(snapshot: Snapshot, typed: str) -> list[ProductRecord]:
    """Products by what somebody typed: as a part of their names, else by the words in it that name."""
    found = product_records.by_name(snapshot, typed)
    if found:
        return found
    wanted = names(typed)
    words = sorted(wanted, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    by_word = next(filter(None, (product_records.by_name(snapshot, word) for word in words)), [])
    found = [
        each
        for each in by_word
        if wanted <= names(f"{each.name} {each.manufacturer} {each.active_substance}")
    ]
    units, _, _ = (named_strength(typed) or "").partition(" ")
    return [each for each in found if units in _NUMBER.findall(each.name)] or found


def _only(products: list[ProductRecord]) -> ProductRecord | None:
    return products[0] if len(products) == 1 else None


def _near(snapshot: Snapshot, evidence: Evidence) -> Iterator[NearMiss]:
    """Records that what was presented would have matched, had a few characters been read otherwise."""
    shown, product = evidence.presented, evidence.product
    if product is not None or shown.gtin is None:
        yield from _near_lots(snapshot, evidence)
    if product is not None and shown.serial is not None and evidence.unit is None:
        # which of several it resembles is nobody's business: a person looks at the same places once
        found = product_records.near_serials(snapshot, product.id, shown.serial)
        marked = {place for each in found for place in misreads.places(shown.serial.printed, each)}
        if found:
            yield NearMiss("serial", shown.serial.printed, tuple(sorted(marked)))


def _near_lots(snapshot: Snapshot, evidence: Evidence) -> Iterator[NearMiss]:
    lot, product = evidence.presented.lot, evidence.product
    if lot is None or evidence.batch is not None or evidence.same_lot:
        return
    product_id = product.id if product else None
    alerted = any(
        alert.lot_folded == lot.folded and concerns_product(alert, evidence) for alert in evidence.alerts
    )
    seen: set[str] = set()
    for key, stopped in product_records.near_lots(snapshot, lot, product_id):
        seen.add(key)
        yield NearMiss("lot", lot.printed, misreads.lot_places(lot, key), alerted or stopped)
    for alert in alerts.near_alerts(snapshot, lot, product_id):
        if concerns_product(alert, evidence) and alert.lot_key not in seen:
            seen.add(alert.lot_key)
            yield NearMiss("lot", lot.printed, misreads.lot_places(lot, alert.lot_key), alerted=True)
