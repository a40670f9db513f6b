"""What a manufacturer's record says of the thing presented: one small rule a reason.

Each rule looks at the evidence and yields its reasons. Silence is not a pass: what no rule could hold against
a record is listed by `coverage.not_checked`. The rules on numbers are in `lot_rules`, those on a unit's
disposition in `disposition_rules`, those on how the product is described in `presentation_rules`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.authenticity import disposition_rules, lot_rules, presentation_rules, recall_rules
from service.authenticity.evidence import BatchRecord, BatchStatus, Evidence
from service.authenticity.reasons import Action, Match, Reason, ReasonCode, against
from service.authenticity.stages import Reads, Rule
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
    for batch in evidence.batches:
        if batch.status is BatchStatus.RECALLED and not recall_rules.stops_batch(evidence, batch, hold=False):
            yield _batch_recalled(batch)
    yield from _stopped_alike(evidence)


def _batch_recalled(batch: BatchRecord) -> Reason:
    params = (
        ("scope", "lot"),
        ("lot", batch.lot),
        ("class", batch.recall_class),
        ("reference", batch.recall_reference),
        ("why", batch.recall_reason),
    )
    return Reason(ReasonCode.RECALLED, Action.REJECT, params)


def _stopped_alike(evidence: Evidence) -> Reasons:
    """Yield recalls and holds of lots that differ in their marks alone: recalls ignore marks, toward caution.

    Where the lot is on record as it is written, another one that differs in its marks is another lot; then
    looking at the marks once more is all that is asked for.
    """
    for batch in evidence.alike:
        if batch.status not in (BatchStatus.RECALLED, BatchStatus.ON_HOLD) or batch in evidence.batches:
            continue
        if evidence.batch is not None:
            yield against(ReasonCode.ALERT_CLOSE, scope="marks", lot=batch.lot)
        elif batch.status is BatchStatus.RECALLED:
            yield _batch_recalled(batch)
        else:
            yield against(ReasonCode.ON_HOLD, scope="lot", lot=batch.lot)


def _expired(evidence: Evidence) -> Reasons:
    presented = evidence.presented.expiry
    for batch in evidence.batches:
        if _was_over(batch.expiry.last_day, evidence):
            yield _ended("record", batch.expiry)
            return  # one date is enough to stop; a second says nothing more
    if presented is None or _printed_before(evidence, presented):
        return  # it was put later since: the record decides
    if _was_over(presented.last_day, evidence):
        yield _ended("printed", presented)


def _was_over(day: date, evidence: Evidence) -> bool:
    """Whether `day` was over when the pack was used, or is over now where it is still to be used."""
    if evidence.treated_on is not None:
        return evidence.treated_on > day
    return has_ended(day, evidence.now, evidence.zone)


def _ended(source: str, expiry: Expiry) -> Reason:
    return Reason(ReasonCode.EXPIRED, Action.REJECT, (("scope", source), ("expiry", expiry.printed_form)))


def _expiry_mismatch(evidence: Evidence) -> Reasons:
    presented, recorded = evidence.presented.expiry, evidence.recorded_expiry
    if presented is not None and recorded is not None and not evidence.batches[0].bears(presented):
        yield against(
            ReasonCode.EXPIRY_MISMATCH, presented=presented.printed_form, recorded=recorded.printed_form
        )
        if (presented.year, presented.month) == (recorded.year, recorded.month):
            # One day of the right month is more often misread than invented: said, and held all the same.
            shown = (("field", "expiry"), ("presented", presented.printed_form))
            yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, shown)


def _printed_before(evidence: Evidence, presented: Expiry) -> bool:
    """Whether this is an expiry that the lot's packs bear, and that was put later after they were printed."""
    batch = next(iter(evidence.batches), None)
    return batch is not None and batch.bears(presented) and not presented.agrees_with(batch.expiry)


def _expiry_extended(evidence: Evidence) -> Reasons:
    """Quiet, and said: the date on the pack is no longer the one that counts."""
    presented, recorded = evidence.presented.expiry, evidence.recorded_expiry
    if presented is not None and recorded is not None and _printed_before(evidence, presented):
        params = (("presented", presented.printed_form), ("recorded", recorded.printed_form))
        yield Reason(ReasonCode.EXPIRY_EXTENDED, Action.ACCEPT, params)


def _market(evidence: Evidence) -> Reasons:
    product, market = evidence.product, evidence.presented.market
    if product is None or market is None:
        return
    if product.markets and market not in product.markets:
        yield against(ReasonCode.MARKET_NOT_AUTHORISED, scope="product", market=market)
        return
    for batch in evidence.batches:
        if batch.markets and market not in batch.markets:
            yield against(ReasonCode.MARKET_NOT_AUTHORISED, scope="lot", market=market)
            return


def _release(evidence: Evidence) -> Reasons:
    # A scan that waited for a network may have met the vial before its lot was released.
    met = min(evidence.now, evidence.scanned_at or evidence.now)
    today = met.astimezone(evidence.zone).date()
    for batch in evidence.batches:
        if batch.status is BatchStatus.ON_HOLD:
            if recall_rules.stops_batch(evidence, batch, hold=True):
                continue
            yield against(ReasonCode.ON_HOLD, scope="lot", lot=batch.lot)
        elif batch.status is BatchStatus.PENDING or (batch.released and batch.released > today):
            yield against(ReasonCode.NOT_RELEASED, lot=batch.lot)


def _no_lot(evidence: Evidence) -> Reasons:
    shown = evidence.presented
    # An expiry read off a product without a lot: the asker has it in the hand, and found no lot on it.
    named = shown.gtin is not None or bool(shown.national)
    in_hand = named and shown.expiry is not None and shown.serial is None
    if shown.lot is None and (shown.no_lot or in_hand):
        yield against(ReasonCode.NO_LOT_PRESENTED)
    elif shown.no_lot:  # the box says one, or its code
        yield against(ReasonCode.NO_LOT_PRESENTED, scope="vial")


def _unknown_lot(evidence: Evidence, match: Match) -> tuple[tuple[str, str], ...]:
    """The parameters of a level that found the product, and not the lot that was presented with it.

    Empty where another reason says what a missing lot means: every lot is on record, or it is another's.
    """
    lot = evidence.presented.lot
    found = match not in (Match.PRODUCT, Match.NONE) or evidence.alike or evidence.same_lot
    complete = any(each.complete for each in (*evidence.named, evidence.product) if each is not None)
    return (("scope", "unknown lot"), ("lot", lot.printed)) if lot and not (found or complete) else ()


def _level(evidence: Evidence) -> Reasons:
    product, match = evidence.product, match_level(evidence)
    if product is not None:
        code, severity = _LEVELS[match]
        params = (("product", product.name), ("manufacturer", product.manufacturer))
        yield Reason(code, severity, (*_unknown_lot(evidence, match), *params))
    elif makers := {each.manufacturer for each in evidence.named}:
        params = (("product", evidence.presented.product or ""), ("manufacturer", ", ".join(sorted(makers))))
        yield Reason(ReasonCode.PRODUCT_ON_RECORD, Action.CHECK, (*_unknown_lot(evidence, match), *params))
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
    Rule(Reads.UNIT, disposition_rules.disposition),
    Rule(Reads.BATCHES, _expiry_mismatch),
    Rule(Reads.BATCHES, _expired),
    Rule(Reads.UNIT, lot_rules.serial_in_other_lot),
    Rule(Reads.PRESENTATION, lot_rules.lot_not_on_record),
    Rule(Reads.UNIT, lot_rules.serial_not_on_record),
    Rule(Reads.PRESENTATION, lot_rules.product_not_on_record),
    Rule(Reads.PRESENTATION, presentation_rules.presentation_unknown),
    Rule(Reads.PRESENTATION, presentation_rules.form_unknown),
    Rule(Reads.PRESENTATION, presentation_rules.name_not_on_record),
    Rule(Reads.BATCHES, _release),
    Rule(Reads.BATCHES, _market),
    Rule(Reads.PRESENTATION, _no_lot),
    Rule(Reads.UNIT, lot_rules.misread),
    Rule(Reads.PRESENTATION, lot_rules.ambiguous),
    Rule(Reads.UNIT, _level),
    Rule(Reads.BATCHES, _expiry_extended),
)
"""In the order in which equally severe reasons lead."""
