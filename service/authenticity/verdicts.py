"""`judge(evidence) -> Verdict`: every rule is asked, every reason is kept, the worst leads.

A verdict never says that a vial is what it claims to be: it says how much of what was presented was found
together in one manufacturer's record, what speaks against it, and what was not checked.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from service.authenticity import alert_rules, pair_rules, record_rules
from service.authenticity.evidence import (
    Asker,
    BatchRecord,
    Evidence,
    ProductRecord,
    UnitRecord,
)
from service.authenticity.reasons import Action, Advice, Match, NotChecked, Reason, ReasonCode
from service.authenticity.scan_history import rules as scan_rules


class Record(Struct, frozen=True):
    """What is on record for the thing presented, as far down as it was found."""

    product: ProductRecord
    batch: BatchRecord | None = None
    unit: UnitRecord | None = None


class Verdict(Struct, frozen=True):
    """The answer. `reasons` are sorted, worst first; `headline` is the code of the first."""

    action: Action
    match: Match
    reasons: tuple[Reason, ...]
    headline: ReasonCode
    advice: tuple[Advice, ...]
    not_checked: tuple[NotChecked, ...]
    record: Record | None
    choices: tuple[ProductRecord, ...]
    as_of: datetime


def judge(evidence: Evidence) -> Verdict:
    """Judge what was presented. Total: every evidence gets a verdict, none raises."""
    match = record_rules.match_level(evidence)
    found = [*alert_rules.reasons(evidence, match)]
    if evidence.carton is not None:
        found += pair_rules.reasons(evidence, evidence.carton)
    found += record_rules.reasons(evidence, match)
    found += scan_rules.reasons(evidence)
    if evidence.carton is not None:
        found += _of_carton(evidence.carton)
    # A stable sort: among equals the order of the rules decides which sentence leads, and a regulator's
    # notice tells a person more than a date that has passed.
    reasons = tuple(sorted(dict.fromkeys(found), key=lambda reason: -reason.severity.rank))
    action = reasons[0].severity
    return Verdict(
        action=action,
        match=match,
        reasons=reasons,
        headline=reasons[0].code,
        advice=tuple(dict.fromkeys(_advice(evidence, action, reasons))),
        not_checked=record_rules.not_checked(evidence),
        record=_record(evidence),
        choices=evidence.same_lot if _must_choose(reasons) else (),
        as_of=evidence.now,
    )


def _must_choose(reasons: tuple[Reason, ...]) -> bool:
    return any(reason.code is ReasonCode.LOT_AMBIGUOUS for reason in reasons)


def _record(evidence: Evidence) -> Record | None:
    if evidence.product is None:
        return None
    unit = evidence.unit
    batch = evidence.batch or (unit.batch if unit and evidence.presented.lot is None else None)
    return Record(evidence.product, batch, unit)


def _of_carton(carton: Evidence) -> Iterator[Reason]:
    """What is wrong with the box is wrong with the pack; how much of it matched is the vial's to say."""
    match = record_rules.match_level(carton)
    for reason in (*alert_rules.reasons(carton, match), *record_rules.reasons(carton, match)):
        if reason.code not in record_rules.LEVELS:
            yield reason


_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


def _advice(evidence: Evidence, action: Action, reasons: tuple[Reason, ...]) -> Iterator[Advice]:
    codes = {reason.code for reason in reasons}
    clinic = evidence.asker is Asker.CLINIC
    if ReasonCode.LOT_AMBIGUOUS in codes:
        yield Advice.CHOOSE_PRODUCT
    if ReasonCode.LIKELY_MISREAD in codes:
        yield Advice.LOOK_AGAIN
    if action in _STOP:
        yield Advice.SET_ASIDE if clinic else Advice.DO_NOT_USE
        if clinic and codes & scan_rules.OF_ONE_UNIT:
            # One of them may be the one that was issued, and it may be this one: somebody has to find out.
            yield Advice.TRACE_SUPPLY
        yield Advice.CONTACT_MANUFACTURER
        if clinic and codes & scan_rules.OF_ONE_UNIT:
            yield Advice.ASK_TO_CLEAR
        yield Advice.REPORT
        if clinic:
            yield Advice.RECORD_DISPOSITION
        elif codes & {ReasonCode.DISPENSED}:
            yield Advice.ASK_CLINIC
        return
    yield from _missing_steps(evidence)
    if action is Action.UNKNOWN:
        yield Advice.ASK_MANUFACTURER
    yield Advice.COMPARE_PACKS if clinic else Advice.ASK_CLINIC
    yield Advice.STOP_IF_DOUBT


def _missing_steps(evidence: Evidence) -> Iterator[Advice]:
    presented = evidence.presented
    if presented.serial is None:
        yield Advice.SCAN_CODE
    if presented.expiry is None:
        yield Advice.GIVE_EXPIRY
    if presented.market is None:
        yield Advice.GIVE_COUNTRY
