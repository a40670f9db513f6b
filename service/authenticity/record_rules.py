"""What a manufacturer's record says of the thing presented: one small rule a reason.

Each rule looks at the evidence and yields its reasons. Silence is not a pass: what no rule could hold
against a record is listed by `not_checked`.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.authenticity import recall_rules
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchRecord, BatchStatus, Evidence, ProductRecord
from service.authenticity.reasons import Action, Match, NotChecked, Reason, ReasonCode
from service.authenticity.stages import Reads, Rule
from service.authenticity.strength_names import named_strength, normal_name, normal_strength
from service.gs1.identifiers import Expiry

Reasons = Iterator[Reason]


def has_ended(day: date, now: datetime, zone: ZoneInfo) -> bool:
    """Whether `day` is over: it lasts to its last second in `zone`, the market's."""
    return now.astimezone(zone).date() > day


def match_level(evidence: Evidence) -> Match:
    """How much of what was presented was found together in one record."""
    if evidence.product is None:
        return Match.NONE
    unit, batch, lot = evidence.unit, evidence.batch, evidence.presented.lot
    if unit is not None and (lot is None or (batch is not None and batch.id == unit.batch.id)):
        return Match.UNIT
    return Match.LOT if batch is not None else Match.PRODUCT


def _recalled(evidence: Evidence) -> Reasons:
    yield from recall_rules.reasons(evidence)
    for batch in _batches(evidence):
        if batch.status is BatchStatus.RECALLED and not recall_rules.stops_batch(evidence, batch, hold=False):
            params = (
                ("scope", "lot"),
                ("lot", batch.lot),
                ("class", batch.recall_class),
                ("reference", batch.recall_reference),
                ("why", batch.recall_reason),
            )
            yield Reason(ReasonCode.RECALLED, Action.REJECT, params)


_BY_DISPOSITION = {
    Disposition.RECALLED: (ReasonCode.RECALLED, Action.REJECT),
    Disposition.EXPIRED: (ReasonCode.EXPIRED, Action.REJECT),
    Disposition.INACTIVE: (ReasonCode.DECOMMISSIONED, Action.REJECT),
    Disposition.DESTROYED: (ReasonCode.DESTROYED, Action.REJECT),
    Disposition.DISPOSED: (ReasonCode.DESTROYED, Action.REJECT),
    Disposition.STOLEN: (ReasonCode.STOLEN, Action.REJECT),
    Disposition.EXPORTED: (ReasonCode.EXPORTED, Action.REJECT),
    Disposition.SAMPLE: (ReasonCode.SAMPLE, Action.REJECT),
    Disposition.DAMAGED: (ReasonCode.ON_HOLD, Action.QUARANTINE),
    Disposition.NON_SELLABLE_OTHER: (ReasonCode.ON_HOLD, Action.QUARANTINE),
    Disposition.UNKNOWN: (ReasonCode.ON_HOLD, Action.QUARANTINE),
    Disposition.LOCKED: (ReasonCode.ON_HOLD, Action.QUARANTINE),
}


def _disposition(evidence: Evidence) -> Reasons:
    if evidence.unit is None:
        return
    state = evidence.unit.disposition
    if state is Disposition.DISPENSED:
        # The clinic is about to use what was already used; the patient may be the one who got it.
        severity = Action.QUARANTINE if evidence.asker is Asker.CLINIC else Action.CHECK
        used = (("used", evidence.used_on.isoformat()),) if evidence.used_on else ()
        yield Reason(ReasonCode.DISPENSED, severity, used)
    elif state in _BY_DISPOSITION:
        code, severity = _BY_DISPOSITION[state]
        yield Reason(code, severity, (("scope", "unit"), ("disposition", state)))


def _expired(evidence: Evidence) -> Reasons:
    now, zone, presented = evidence.now, evidence.zone, evidence.presented.expiry
    for batch in _batches(evidence):
        if has_ended(batch.expiry.last_day, now, zone):
            yield _ended("record", batch.expiry)
            return  # one date is enough to stop; a second says nothing more
    if presented is None or _printed_before(evidence, presented):
        return  # it was put later since: the record decides
    if has_ended(presented.last_day, now, zone):
        yield _ended("printed", presented)


def _ended(source: str, expiry: Expiry) -> Reason:
    return Reason(ReasonCode.EXPIRED, Action.REJECT, (("scope", source), ("expiry", expiry.printed_form)))


def _expiry_mismatch(evidence: Evidence) -> Reasons:
    presented, recorded = evidence.presented.expiry, _recorded_expiry(evidence)
    if presented is not None and recorded is not None and not _batches(evidence)[0].bears(presented):
        yield _against(
            ReasonCode.EXPIRY_MISMATCH, presented=presented.printed_form, recorded=recorded.printed_form
        )
        if (presented.year, presented.month) == (recorded.year, recorded.month):
            # One day of the right month is more often misread than invented: said, and held all the same.
            shown = (("field", "expiry"), ("presented", presented.printed_form))
            yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, shown)


def _printed_before(evidence: Evidence, presented: Expiry) -> bool:
    """Whether this is an expiry that the lot's packs bear, and that was put later after they were printed."""
    batch = next(iter(_batches(evidence)), None)
    return batch is not None and batch.bears(presented) and not presented.agrees_with(batch.expiry)


def _expiry_extended(evidence: Evidence) -> Reasons:
    """Quiet, and said: the date on the pack is no longer the one that counts."""
    presented, recorded = evidence.presented.expiry, _recorded_expiry(evidence)
    if presented is not None and recorded is not None and _printed_before(evidence, presented):
        params = (("presented", presented.printed_form), ("recorded", recorded.printed_form))
        yield Reason(ReasonCode.EXPIRY_EXTENDED, Action.ACCEPT, params)


def _serial_in_other_lot(evidence: Evidence) -> Reasons:
    unit, lot, batch = evidence.unit, evidence.presented.lot, evidence.batch
    if unit is not None and lot is not None and (batch is None or batch.id != unit.batch.id):
        yield _against(ReasonCode.SERIAL_IN_OTHER_LOT, lot=lot.printed)


def _lot_not_on_record(evidence: Evidence) -> Reasons:
    product, lot = evidence.product, evidence.presented.lot
    if product is None and lot is not None and not _near(evidence, "lot"):
        makers = {each.manufacturer for each in evidence.named}
        if len(makers) == 1 and all(each.complete for each in evidence.named):
            # Which of the presentations it is does not matter: none of them has the lot.
            yield _against(ReasonCode.LOT_NOT_ON_RECORD, lot=lot.printed, manufacturer=makers.pop())
    if product is None or lot is None or evidence.batch is not None:
        return
    elsewhere = [other for other in evidence.same_lot if other.id != product.id]
    if elsewhere:
        yield _against(ReasonCode.PRODUCT_MISMATCH, lot=lot.printed, product=product.name)
    if product.complete and not _near(evidence, "lot"):
        yield _against(ReasonCode.LOT_NOT_ON_RECORD, lot=lot.printed, manufacturer=product.manufacturer)


def _serial_not_on_record(evidence: Evidence) -> Reasons:
    product, serial = evidence.product, evidence.presented.serial
    if product is None or serial is None or evidence.unit is not None:
        return
    if product.complete and product.serialised and not _near(evidence, "serial"):
        yield _against(
            ReasonCode.SERIAL_NOT_ON_RECORD, serial=serial.printed, manufacturer=product.manufacturer
        )


def _product_not_on_record(evidence: Evidence) -> Reasons:
    gtin = evidence.presented.gtin
    if evidence.product is not None or gtin is None:
        return
    if evidence.prefix_holder:
        # The number belongs to a company whose whole catalogue is here, and this is not in it.
        yield _against(ReasonCode.PRESENTATION_UNKNOWN, what=gtin.value, manufacturer=evidence.prefix_holder)
    if evidence.same_lot and evidence.presented.lot is not None:
        yield _against(ReasonCode.PRODUCT_MISMATCH, lot=evidence.presented.lot.printed, product=gtin.value)


def _presentation_unknown(evidence: Evidence) -> Reasons:
    product, shown = evidence.product, evidence.presented
    if product is None:
        return
    if shown.strength or shown.product:
        strengths = {normal_strength(each) for each in product.strengths}
        strength = shown.strength or _strength_in_name(evidence, strengths)
        if strength and strengths and normal_strength(strength) not in strengths:
            yield _not_made(product, "strength", strength)
    if shown.substance:
        names = {normal_name(each) for each in re.split("[;/]", product.active_substance) if each.strip()}
        if names and normal_name(shown.substance) not in names:
            yield _not_made(product, "substance", shown.substance)
    if shown.language and product.languages and shown.language not in product.languages:
        yield _not_made(product, "language", shown.language)
    for scheme, number in shown.national:
        held = {each.lstrip("0") for name, each in product.national_numbers if name == scheme}
        if held and number.lstrip("0") not in held:
            yield _not_made(product, "national", f"{scheme} {number}")


def _strength_in_name(evidence: Evidence, strengths: set[str]) -> str | None:
    """Who types `Botox 150 units` has read the strength off the box, in words that can be compared."""
    comparable = all(re.fullmatch(r"[0-9.]+u", each) for each in strengths)
    return named_strength(evidence.presented.product or "") if comparable else None


def _not_made(product: ProductRecord, field: str, what: str) -> Reason:
    return _against(
        ReasonCode.PRESENTATION_UNKNOWN, scope=field, what=what, manufacturer=product.manufacturer
    )


def _market(evidence: Evidence) -> Reasons:
    product, market = evidence.product, evidence.presented.market
    if product is None or market is None:
        return
    if product.markets and market not in product.markets:
        yield _against(ReasonCode.MARKET_NOT_AUTHORISED, scope="product", market=market)
        return
    for batch in _batches(evidence):
        if batch.markets and market not in batch.markets:
            yield _against(ReasonCode.MARKET_NOT_AUTHORISED, scope="lot", market=market)
            return


def _release(evidence: Evidence) -> Reasons:
    # A scan that waited for a network may have met the vial before its lot was released.
    met = min(evidence.now, evidence.scanned_at or evidence.now)
    today = met.astimezone(evidence.zone).date()
    for batch in _batches(evidence):
        if batch.status is BatchStatus.ON_HOLD:
            if recall_rules.stops_batch(evidence, batch, hold=True):
                continue
            yield _against(ReasonCode.ON_HOLD, scope="lot", lot=batch.lot)
        elif batch.status is BatchStatus.PENDING or (batch.released and batch.released > today):
            yield _against(ReasonCode.NOT_RELEASED, lot=batch.lot)


def _no_lot(evidence: Evidence) -> Reasons:
    shown = evidence.presented
    # Somebody who reads an expiry off a product has it in the hand, and found no lot on it.
    named = shown.gtin is not None or bool(shown.national)
    in_hand = named and shown.expiry is not None and shown.serial is None
    if shown.lot is None and (shown.no_lot or in_hand):
        yield _against(ReasonCode.NO_LOT_PRESENTED)


def _misread(evidence: Evidence) -> Reasons:
    if evidence.inferred:
        yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, (("scope", "setting"), ("field", "scan")))
    for near in evidence.near:
        if near.alerted:
            yield _against(ReasonCode.ALERT_CLOSE, scope="similar", field=near.field)
        params = (
            ("field", near.field),
            ("presented", near.presented),
            ("positions", " ".join(str(place + 1) for place in near.differing)),
        )
        yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, params)


def _ambiguous(evidence: Evidence) -> Reasons:
    lot = evidence.presented.lot
    if evidence.product is None and lot is not None and evidence.presented.gtin is None:
        if len(evidence.same_lot) > 1:
            yield Reason(
                ReasonCode.LOT_AMBIGUOUS,
                Action.CHECK,
                (("lot", lot.printed), ("count", str(len(evidence.same_lot)))),
            )
        if evidence.any_same_lot_stopped:
            yield _against(ReasonCode.ALERT_CLOSE, scope="other_product", field="lot")


def _level(evidence: Evidence) -> Reasons:
    product, match = evidence.product, match_level(evidence)
    if product is not None:
        code, severity = _LEVELS[match]
        yield Reason(code, severity, (("product", product.name), ("manufacturer", product.manufacturer)))
    elif evidence.presented.gtin is not None or not evidence.same_lot:
        shown = evidence.presented
        lot_alone = shown.gtin is None and not shown.national and shown.lot is not None
        scope = "lot" if lot_alone else "product"
        yield Reason(ReasonCode.NO_RECORDS_HELD, Action.UNKNOWN, (("scope", scope),))
    else:
        yield Reason(ReasonCode.LOT_ON_RECORD, Action.CHECK, (("product", ""), ("manufacturer", "")))


_LEVELS = {
    Match.UNIT: (ReasonCode.UNIT_ON_RECORD, Action.ACCEPT),
    Match.LOT: (ReasonCode.LOT_ON_RECORD, Action.CHECK),
    Match.PRODUCT: (ReasonCode.PRODUCT_ON_RECORD, Action.CHECK),
    Match.NONE: (ReasonCode.NO_RECORDS_HELD, Action.UNKNOWN),
}

LEVELS = frozenset(code for code, _ in _LEVELS.values())
"""The reasons that say how much matched, not what speaks against it."""

RULES: tuple[Rule, ...] = (
    Rule(Reads.UNIT, _recalled),
    Rule(Reads.UNIT, _disposition),
    Rule(Reads.BATCHES, _expiry_mismatch),
    Rule(Reads.BATCHES, _expired),
    Rule(Reads.UNIT, _serial_in_other_lot),
    Rule(Reads.PRESENTATION, _lot_not_on_record),
    Rule(Reads.UNIT, _serial_not_on_record),
    Rule(Reads.PRESENTATION, _product_not_on_record),
    Rule(Reads.PRESENTATION, _presentation_unknown),
    Rule(Reads.BATCHES, _release),
    Rule(Reads.BATCHES, _market),
    Rule(Reads.PRESENTATION, _no_lot),
    Rule(Reads.UNIT, _misread),
    Rule(Reads.PRESENTATION, _ambiguous),
    Rule(Reads.UNIT, _level),
    Rule(Reads.BATCHES, _expiry_extended),
)
"""In the order in which equally severe reasons lead."""


def not_checked(evidence: Evidence) -> tuple[NotChecked, ...]:
    """What was not presented, and what was but has no record here to be held against."""
    shown, product = evidence.presented, evidence.product
    batches = _batches(evidence)
    # field, presented?, something to hold it against?
    table = (
        (
            NotChecked.LOT,
            NotChecked.LOT_RECORD,
            shown.lot,
            batches or evidence.same_lot or (product and product.complete),
        ),
        (
            NotChecked.SERIAL,
            NotChecked.SERIAL_RECORD,
            shown.serial,
            evidence.unit or (product and product.complete and product.serialised),
        ),
        (NotChecked.EXPIRY, NotChecked.EXPIRY_RECORD, shown.expiry, _recorded_expiry(evidence)),
        (
            NotChecked.MARKET,
            NotChecked.MARKET_RECORD,
            shown.market,
            (product and product.markets) or any(batch.markets for batch in batches),
        ),
        (
            NotChecked.STRENGTH,
            NotChecked.STRENGTH_RECORD,
            shown.strength,
            product and product.strengths,
        ),
    )
    missing = [unheld if given else absent for absent, unheld, given, held in table if not (given and held)]
    # Few are asked for these two: they are missed only where an answer would have told something.
    if product is not None:
        missing += _unasked(NotChecked.SUBSTANCE, shown.substance, product.active_substance)
        missing += _unasked(NotChecked.LANGUAGE, shown.language, product.languages)
    if shown.substance and not (product and product.active_substance):
        missing.append(NotChecked.SUBSTANCE_RECORD)
    if shown.language and not (product and product.languages):
        missing.append(NotChecked.LANGUAGE_RECORD)
    return tuple(missing)


def _unasked(what: NotChecked, given: str | None, held: object) -> Iterator[NotChecked]:
    if held and not given:
        yield what


def _against(code: ReasonCode, **params: str) -> Reason:
    return Reason(code, Action.QUARANTINE, tuple(params.items()))


def _near(evidence: Evidence, field: str) -> bool:
    return any(near.field == field for near in evidence.near)


def _batches(evidence: Evidence) -> tuple[BatchRecord, ...]:
    """The batch that the lot found and the one that the unit belongs to, once where they are the same."""
    batch, unit = evidence.batch, evidence.unit
    if batch is None:
        return () if unit is None else (unit.batch,)
    return (batch,) if unit is None or unit.batch.id == batch.id else (batch, unit.batch)


def _recorded_expiry(evidence: Evidence) -> Expiry | None:
    batches = _batches(evidence)
    return batches[0].expiry if batches else None
