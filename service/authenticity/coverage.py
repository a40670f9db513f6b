"""What a verdict did not look at: not presented, or nothing on record to hold it against.

A field that a reason speaks of was looked at: the two lists never contradict each other.
"""

from collections.abc import Iterable, Iterator

from service.authenticity.descriptions.dosage_forms import forms_agree
from service.authenticity.descriptions.substance_names import substances_agree
from service.authenticity.evidence import Evidence
from service.authenticity.presentation_rules import name_agrees, strength_agrees
from service.authenticity.reasons import NotChecked, Reason, ReasonCode


def not_checked(evidence: Evidence) -> tuple[NotChecked, ...]:
    """What was not presented, and what was but has no record here to be held against."""
    shown, product, batches = evidence.presented, evidence.product, evidence.batches
    known_lots = (batches or evidence.same_lot or evidence.alike) or (product and product.complete)
    # field, presented?, something to hold it against?
    table = (
        (NotChecked.LOT, NotChecked.LOT_RECORD, shown.lot or shown.no_lot, shown.no_lot or known_lots),
        (
            NotChecked.SERIAL,
            NotChecked.SERIAL_RECORD,
            shown.serial,
            evidence.unit or (product and product.complete and product.serialised),
        ),
        (NotChecked.EXPIRY, NotChecked.EXPIRY_RECORD, shown.expiry, evidence.recorded_expiry),
        (
            NotChecked.MARKET,
            NotChecked.MARKET_RECORD,
            shown.market,
            (product and product.markets) or any(batch.markets for batch in batches),
        ),
    )
    missing = [unheld if given else absent for absent, unheld, given, held in table if not (given and held)]
    missing += _strength(evidence)
    # Few are asked for these three: they are missed only where an answer would have told something.
    held = product if product is not None else None
    for absent, unheld, given, known in (
        (
            NotChecked.SUBSTANCE,
            NotChecked.SUBSTANCE_RECORD,
            shown.substance,
            held and _substance_compared(shown.substance, held.active_substance),
        ),
        (NotChecked.LANGUAGE, NotChecked.LANGUAGE_RECORD, shown.language, held and held.languages),
        (
            NotChecked.FORM,
            NotChecked.FORM_RECORD,
            shown.form,
            held and held.form and (not shown.form or forms_agree(shown.form, held.form) is not None),
        ),
    ):
        if known and not given:
            missing.append(absent)
        if given and not known:
            missing.append(unheld)
    return tuple(missing)


def _substance_compared(presented: str | None, recorded: str) -> bool:
    """Whether a substance is on record, and the one presented, if any, can be held against it."""
    return bool(recorded) and (not presented or substances_agree(presented, recorded) is not None)


def _strength(evidence: Evidence) -> Iterator[NotChecked]:
    shown, product = evidence.presented, evidence.product
    if shown.strength:
        if product is None or strength_agrees(product, shown.strength) is None:
            yield NotChecked.STRENGTH_RECORD
    elif product is None or not shown.product or name_agrees(product, shown.product) is None:
        yield NotChecked.STRENGTH


def without_contradiction(
    missing: tuple[NotChecked, ...], reasons: Iterable[Reason]
) -> tuple[NotChecked, ...]:
    """What is left of `missing` where reasons speak of some of the fields."""
    looked_at = {each for reason in reasons for each in _speaks_of(reason)}
    return tuple(each for each in missing if each not in looked_at)


_LOT = frozenset({NotChecked.LOT_RECORD})
_SERIAL = frozenset({NotChecked.SERIAL_RECORD})
_EXPIRY = frozenset({NotChecked.EXPIRY_RECORD})
_SPEAKS_OF = {
    ReasonCode.UNIT_ON_RECORD: _SERIAL,
    ReasonCode.LOT_ON_RECORD: _LOT,
    ReasonCode.LOT_NOT_ON_RECORD: _LOT,
    ReasonCode.LOT_AMBIGUOUS: _LOT,
    ReasonCode.RECORDS_OVERDUE: _LOT,
    ReasonCode.NOT_RELEASED: _LOT,
    ReasonCode.PRODUCT_MISMATCH: _LOT,
    ReasonCode.NO_LOT_PRESENTED: frozenset({NotChecked.LOT}),
    ReasonCode.SERIAL_IN_OTHER_LOT: _LOT | _SERIAL,
    ReasonCode.SERIAL_NOT_ON_RECORD: _SERIAL,
    ReasonCode.EXPIRY_MISMATCH: _EXPIRY,
    ReasonCode.EXPIRY_EXTENDED: _EXPIRY,
    ReasonCode.MARKET_NOT_AUTHORISED: frozenset({NotChecked.MARKET_RECORD}),
    ReasonCode.FORM_UNKNOWN: frozenset({NotChecked.FORM, NotChecked.FORM_RECORD}),
}
_BY_SCOPE = {
    "lot": _LOT,
    "similar": _LOT,
    "serial": _SERIAL,
    "unit": _SERIAL,
    "printed": _EXPIRY,
    "expiry": _EXPIRY,
    "window": _EXPIRY,
    "strength": frozenset({NotChecked.STRENGTH, NotChecked.STRENGTH_RECORD}),
    "substance": frozenset({NotChecked.SUBSTANCE, NotChecked.SUBSTANCE_RECORD}),
    "language": frozenset({NotChecked.LANGUAGE, NotChecked.LANGUAGE_RECORD}),
}


def _speaks_of(reason: Reason) -> Iterator[NotChecked]:
    yield from _SPEAKS_OF.get(reason.code, ())
    params = dict(reason.params)
    for name in ("scope", "field"):
        yield from _BY_SCOPE.get(params.get(name, ""), ())
