"""Loads the evidence on what was presented. Reads only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from msgspec.structs import replace

from service.authenticity.alerts.rules import concerns_product
from service.authenticity.descriptions.product_names import folded_name, names, names_differ, nearly
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
from service.authenticity.lots.lot_matching import match_lot
from service.authenticity.lots.misread_matching import Presentation, explains, fits
from service.authenticity.presentation_rules import known_as
from service.errors import ErrorCode, IdentifierError, InvalidFieldsError
from service.gs1 import misreads
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.gs1.iso.countries import zone_of
from service.gs1.national import gtins_of_ndc
from service.gs1.reading import GS1_SYMBOLOGIES
from service.storage.hot import alerts, pack_marks, product_names, product_records, recalls
from service.storage.hot.statements import Snapshot
from service.verification.question import ParsedQuestion, of_carton, with_carton
from service.verification.readings_choice import choose

_PREFIX_DIGITS = 7
"""The shortest GS1 company prefix that a medicine's GTIN commonly carries, after the packaging digit."""


@dataclass(slots=True)
class _Found:
    """Fields of `Evidence` of the same names, while they are being collected."""

    presented: Presented
    product: ProductRecord | None = None
    batch: BatchRecord | None = None
    unit: UnitRecord | None = None
    same_lot: tuple[ProductRecord, ...] = ()
    any_same_lot_stopped: bool = False
    prefix_holder: str = ""
    named: tuple[ProductRecord, ...] = ()
    alike: tuple[BatchRecord, ...] = ()


def load(
    snapshot: Snapshot, parsed: ParsedQuestion, asker: Asker, now: datetime
) -> tuple[Evidence, ParsedQuestion]:
    """Everything on record that a verdict may look at, at the moment `now` (aware), and the reading it is of.

    Of several readings of the question the records choose (`readings_choice`). Raises InvalidFieldsError
    where they have none that can be judged, or where the question names a mark that is none of the product's.
    """
    parsed, evidence = choose(snapshot, parsed, lambda each: _load(snapshot, each, asker, now))
    if parsed.question.marks:
        _require_known_marks(evidence)
    alone = of_carton(parsed)
    if alone is None:
        return evidence, parsed
    alone, carton = choose(snapshot, alone, lambda each: _load(snapshot, each, asker, now))
    return replace(evidence, carton=carton), with_carton(parsed, alone)


def _require_known_marks(evidence: Evidence) -> None:
    """Raise InvalidFieldsError(MARK_UNKNOWN) with each code presented that is no mark of the product."""
    known = {each.mark for each in evidence.marks}
    errors = [
        IdentifierError(
            ErrorCode.MARK_UNKNOWN,
            given=code,
            expected="the code of a mark of this product",
            found="no such mark, or one that was withdrawn",
            field="marks",
        )
        for code, _ in evidence.presented.marks
        if code not in known
    ]
    if errors:
        raise InvalidFieldsError(tuple(errors))


def _load(snapshot: Snapshot, understood: ParsedQuestion, asker: Asker, now: datetime) -> Evidence:
    found = _find(snapshot, understood)
    if found.product is not None and found.presented.product and not found.named:
        found.named = _called_otherwise(snapshot, found.product, found.presented.product)
    shown, used = _with_expiry_chosen(found), _used_on(snapshot, found)
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
        used_on=used[0] if used else None,
        used_without_scan=used is not None and not used[1],
        problems=understood.pack.problems,
        contradictory=_contradicts_itself(understood),
        case=understood.pack.case,
        scanned_at=understood.scanned_at,
        treated_on=understood.treated_on,
        asker=asker,
        alike=found.alike,
        marks=pack_marks.named(snapshot, shown, found.product) if shown.marks else (),
    )
    if evidence.batch is None and shown.lot is not None:
        evidence = replace(evidence, newest_expiry=_newest_expiry(snapshot, evidence))
    near = tuple(_near(snapshot, evidence, whole=_came_whole(understood)))
    return replace(evidence, near=near) if near else evidence


def _with_expiry_chosen(found: _Found) -> Presented:
    """What was presented, with the reading of a date that the record has; the likeliest where it has neither.

    InvalidFieldsError(EXPIRY_AMBIGUOUS) where no batch was found: then nothing can choose.
    """
    shown, batch = found.presented, found.batch or (found.unit and found.unit.batch)
    if not shown.expiry_readings:
        return shown
    if not batch:
        readings = " or ".join(each.printed_form for each in shown.expiry_readings)
        expected = "a date such as 2024-12-31, 12/2024 or DEC 2024"
        error = IdentifierError(
            ErrorCode.EXPIRY_AMBIGUOUS, given=readings, expected=expected, found=readings, field="expiry"
        )
        raise InvalidFieldsError((error,))
    chosen = next((each for each in shown.expiry_readings if batch.bears(each)), shown.expiry_readings[0])
    return replace(shown, expiry=chosen)


def _newest_expiry(snapshot: Snapshot, evidence: Evidence) -> Expiry | None:
    """The latest expiry of the lots that the one presented may be younger than."""
    products = evidence.named if evidence.product is None else (evidence.product,)
    complete = [each for each in products if each.complete]
    found = [product_records.newest_expiry(snapshot, each.id) for each in complete]
    return max((each for each in found if each is not None), key=lambda each: each.last_day, default=None)


def _contradicts_itself(understood: ParsedQuestion) -> bool:
    """Whether a GS1 symbol came with its AIM identifier and names two products or two lots."""
    reading = understood.reading
    return reading is not None and any(
        each.code is ErrorCode.AI_REPEATED
        and each.ai in ("01", "10")
        and reading.symbology in GS1_SYMBOLOGIES
        for each in reading.problems
    )


def _came_whole(understood: ParsedQuestion) -> bool:
    """Whether the lot and serial came in a code that corrects its errors, with its AIM identifier."""
    reading = understood.reading
    return reading is not None and reading.whole and reading.identifier.lot is not None


def _recalls(snapshot: Snapshot, found: _Found) -> tuple[RecallRecord, ...]:
    """Return the recalls in force; of most products there is none, and none is read."""
    if found.product is None or not found.product.stopped:
        return ()
    return recalls.recalls(snapshot, found.product.id, found.presented.serial)


def _used_on(snapshot: Snapshot, found: _Found) -> tuple[date, bool] | None:
    if found.product is None or found.unit is None or found.unit.disposition is not Disposition.DISPENSED:
        return None
    return product_records.used_on(snapshot, found.product.gtin, found.unit.serial)


def _find(snapshot: Snapshot, understood: ParsedQuestion) -> _Found:
    found = _Found(understood.presented)
    if found.presented.gtin is not None:
        _with_gtin(snapshot, found, found.presented.gtin)
    elif found.presented.national:
        _with_national(snapshot, found, *found.presented.national[0])
    elif found.presented.lot is not None:
        _with_lot(snapshot, found, found.presented.lot)
    elif found.presented.product is not None:
        found.named = tuple(_named(snapshot, found.presented.product))
        found.product = _only(found.named)
    return found


def _with_national(snapshot: Snapshot, found: _Found, scheme: str, number: str) -> None:
    """Find the product by a national number, whichever other products have such a lot.

    Where several products have the number (a GTIN changes, the number stays), the lot decides.
    """
    gtins = product_records.gtins_by_national(snapshot, scheme, number)
    if not gtins and scheme == "NDC":
        made = gtins_of_ndc(number)
        gtins = [each.value for each in made if product_records.by_gtin(snapshot, each, None, None)]
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
    product, batches, found.unit = held
    if shown.lot is not None:
        found.batch, found.alike = match_lot(shown.lot, batches, found.unit, shown.expiry)
    if shown.serial is not None and found.unit is None:
        product = replace(product, serialised=product_records.has_units(snapshot, product.id))
    found.product = product
    if found.batch is None and shown.lot is not None:
        _with_source(snapshot, found, product, shown.lot)
    if found.batch is None:
        maker = product.manufacturer
        found.same_lot = _same_lot_of(snapshot, shown, lambda other: other.manufacturer == maker)


def _with_source(snapshot: Snapshot, found: _Found, product: ProductRecord, lot: Lot) -> None:
    """The lot of a relabelled or parallel-imported pack, on record under the GTIN that it had before."""
    for source in product.source_gtins:
        held = product_records.by_gtin(snapshot, Gtin(source), lot, None)
        if held is not None and found.batch is None:
            found.batch, alike = match_lot(lot, held[1], expiry=found.presented.expiry)
            found.alike += alike


def _with_lot(snapshot: Snapshot, found: _Found, lot: Lot) -> None:
    """Only a lot was given: the one product that has it, or all of them to choose from."""
    named = found.presented.product
    holders = product_records.by_lot(snapshot, lot)
    if named:
        folded = folded_name(named)
        fitting = [pair for pair in holders if folded in folded_name(pair[0].name)]
        fitting = fitting or [pair for pair in holders if not names_differ(named, pair[0].name)]
        fitting = fitting or [pair for pair in holders if nearly(named, pair[0].name)]
        holders = fitting
    of_key = holders
    written = [pair for pair in holders if lot.is_written_as(Lot.parse(pair[1].lot))]
    stopped = [pair for pair in holders if _any_stopped([pair[1]])]
    holders = written or stopped or [pair for pair in holders if lot.marks_may_agree(Lot.parse(pair[1].lot))]
    products = tuple({product.id: product for product, _ in holders}.values())
    if named and not products:
        # A name that fits no product with this lot does not hide that one of them is stopped.
        found.any_same_lot_stopped = _any_stopped(batch for _, batch in product_records.by_lot(snapshot, lot))
        found.named = tuple(_named(snapshot, named))
        found.product = _only(found.named)
        return
    if len(products) == 1:
        (found.product,) = products
        batches = [batch for product, batch in of_key if product.id == products[0].id]
        found.batch, found.alike = match_lot(lot, batches, expiry=found.presented.expiry)
        if found.presented.serial is not None:
            _with_gtin(snapshot, found, Gtin(found.product.gtin))
    else:
        found.any_same_lot_stopped = bool(stopped)
    found.same_lot = products


def _any_stopped(batches: Iterable[BatchRecord]) -> bool:
    return any(batch.status in (BatchStatus.RECALLED, BatchStatus.ON_HOLD) for batch in batches)


def _same_lot_of(
    snapshot: Snapshot, shown: Presented, related: Callable[[ProductRecord], bool]
) -> tuple[ProductRecord, ...]:
    if shown.lot is None:
        return ()
    pairs = product_records.by_lot(snapshot, shown.lot)
    holders = [product for product, batch in pairs if shown.lot.is_written_as(Lot.parse(batch.lot))]
    return tuple({each.id: each for each in holders if related(each)}.values())


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
    """Products by what a person typed, else those whose name is a slip away from it."""
    return product_names.called(snapshot, typed) or product_names.nearly_called(snapshot, typed)


def _called_otherwise(snapshot: Snapshot, product: ProductRecord, typed: str) -> tuple[ProductRecord, ...]:
    """The products on record that have the name given, where the one that was found is called otherwise.

    Where it has a part of the name: those of which the name says more, such as what it is made with.
    """
    if not names_differ(typed, known_as(product)):
        return product_names.named_besides(snapshot, product, typed)
    return tuple(each for each in product_names.called(snapshot, typed) if not names_differ(typed, each.name))


def _only(products: Sequence[ProductRecord]) -> ProductRecord | None:
    return products[0] if len(products) == 1 else None


def _near(snapshot: Snapshot, evidence: Evidence, *, whole: bool) -> Iterator[NearMiss]:
    """Records that what was presented would have matched, had a few characters been read otherwise."""
    shown, product = evidence.presented, evidence.product
    if product is not None or shown.gtin is None:
        yield from _near_lots(snapshot, evidence, Presentation(shown, evidence.unit, whole))
    if product is not None and shown.serial is not None and evidence.unit is None:
        # only one of several: a person looks at the same characters once
        found = product_records.near_serials(snapshot, product.id, shown.serial, whole=whole)
        marked = {place for each in found for place in misreads.places(shown.serial.printed, each)}
        if found:
            yield NearMiss("serial", shown.serial.printed, tuple(sorted(marked)))


def _near_lots(snapshot: Snapshot, evidence: Evidence, given: Presentation) -> Iterator[NearMiss]:
    lot, product = evidence.presented.lot, evidence.product
    if lot is None or evidence.batch is not None:
        return
    marks = [each for each in evidence.alike if lot.marks_may_agree(Lot.parse(each.lot))]
    if any(fits(each, given) for each in marks) and not any(
        lot.is_written_as(Lot.parse(each.lot)) for each in marks
    ):
        yield NearMiss("lot", lot.printed, misreads.mark_places(lot))
    if evidence.alike or (evidence.same_lot and product is None):
        return
    product_id = product.id if product else None
    alerted = any(
        alert.lot_folded == lot.folded and concerns_product(alert, evidence) for alert in evidence.alerts
    )
    formats = product_records.lot_formats(snapshot, product_id) if product_id is not None else None
    seen: set[str] = set()
    for near in product_records.near_lots(snapshot, lot, product_id):
        seen.add(near.key)
        excuses = explains(near.batch, near.key, lot, given, formats)
        if excuses or alerted or near.stopped:
            places = misreads.lot_places(lot, near.key)
            yield NearMiss("lot", lot.printed, places, alerted or near.stopped, excuses)
    for alert in alerts.near_alerts(snapshot, lot, product_id):
        if concerns_product(alert, evidence) and alert.lot_key not in seen:
            seen.add(alert.lot_key)
            places = misreads.lot_places(lot, alert.lot_key)
            yield NearMiss("lot", lot.printed, places, alerted=True, excuses=False)
