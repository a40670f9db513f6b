"""`judge(evidence) -> Verdict`: runs every rule, keeps every reason, and lets the worst lead.

`judge` is `combine` of its two stages. The first, `judge_presentation`, is the same for all units of a lot
and may be kept by a caller; the second, `judge_unit`, is not.

A verdict never says that a vial is what it claims to be: it says how much of what was presented was found
together in one manufacturer's record, what speaks against it, and what was not checked.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity import coverage, outside_rules, pair_rules, reading_rules, record_rules
from service.authenticity.alerts import rules as alert_rules
from service.authenticity.alerts.matching import merged
from service.authenticity.evidence import (
    Asker,
    BatchRecord,
    Evidence,
    ProductRecord,
    UnitRecord,
)
from service.authenticity.marks import rules as mark_rules
from service.authenticity.reasons import OF_CARTON, Action, Advice, Match, NotChecked, Reason, ReasonCode
from service.authenticity.scan_history import rules as scan_rules
from service.authenticity.stages import Finding, Reads, Rule, findings


class Record(Struct, frozen=True):
    """What is on record for the thing presented, as far down as it was found."""

    product: ProductRecord
    batch: BatchRecord | None = None
    unit: UnitRecord | None = None


class Judgement(Struct, frozen=True, cache_hash=True):
    """What is said of the thing presented. `reasons`: worst first; `headline`: the code of the first.

    `choices`: the products to choose from where the lot alone fits several.
    """

    action: Action
    match: Match
    reasons: tuple[Reason, ...]
    headline: ReasonCode
    advice: tuple[Advice, ...]
    not_checked: tuple[NotChecked, ...]
    choices: tuple[ProductRecord, ...] = ()


class Verdict(Struct, frozen=True):
    """The answer: a judgement, the record it rests on (None: none was found), and its moment (aware)."""

    judgement: Judgement
    record: Record | None
    as_of: datetime

    @property
    def action(self) -> Action:
        """What to do with the vial."""
        return self.judgement.action

    @property
    def match(self) -> Match:
        """How much was found together in one record."""
        return self.judgement.match

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason, worst first."""
        return self.judgement.reasons

    @property
    def headline(self) -> ReasonCode:
        """The code of the worst reason."""
        return self.judgement.headline

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What to do next, in order."""
        return self.judgement.advice

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What was not looked at."""
        return self.judgement.not_checked

    @property
    def lots_to_choose(self) -> tuple[str, ...]:
        """The lots on record that what was presented can be read as, where these are several."""
        said = (dict(each.params) for each in self.reasons if each.code is ReasonCode.LOT_AMBIGUOUS)
        return next((tuple(each["lots"].split(", ")) for each in said if each.get("scope") == "readings"), ())

    @property
    def choices(self) -> tuple[ProductRecord, ...]:
        """The products to choose from where the lot alone fits several."""
        return self.judgement.choices


class PresentationFindings(Struct, frozen=True):
    """What `judge_presentation` finds: the same for every unit of the lot that differs in its serial alone.

    `missing`: what to present next. `same_lot`: the products that have a batch with the lot presented.
    """

    findings: tuple[Finding, ...]
    asker: Asker
    missing: tuple[Advice, ...]
    same_lot: tuple[ProductRecord, ...]


class UnitFindings(Struct, frozen=True):
    """What `judge_unit` finds: all that depends on the unit, its history or the moment."""

    findings: tuple[Finding, ...]
    match: Match
    not_checked: tuple[NotChecked, ...]
    record: Record | None
    as_of: datetime


def judge(evidence: Evidence) -> Verdict:
    """Judge what was presented. Total: every evidence gets a verdict, none raises."""
    return combine(judge_presentation(evidence), judge_unit(evidence))


def judge_presentation(evidence: Evidence) -> PresentationFindings:
    """The first stage: valid for each unit of the lot presented, until the day ends in its zone."""
    return PresentationFindings(
        findings(_RULES, evidence, of_unit=False),
        evidence.asker,
        tuple(_missing_steps(evidence)),
        evidence.same_lot,
    )


def judge_unit(evidence: Evidence) -> UnitFindings:
    """The second stage."""
    return UnitFindings(
        findings(_RULES, evidence, of_unit=True),
        record_rules.match_level(evidence),
        coverage.not_checked(evidence),
        record_of(evidence),
        evidence.now,
    )


def combine(presentation: PresentationFindings, unit: UnitFindings) -> Verdict:
    """The verdict of both stages: the worst reason leads, and of equally severe ones the earlier rule's."""
    found = sorted((*presentation.findings, *unit.findings), key=lambda each: each.order)
    by_rule = merged(each.reason for each in found)
    reasons = tuple(sorted(by_rule, key=lambda reason: -reason.severity.rank))
    action, codes = reasons[0].severity, {reason.code for reason in reasons}
    advice = _advice(presentation, action, codes)
    judgement = Judgement(
        action=action,
        match=unit.match,
        reasons=reasons,
        headline=reasons[0].code,
        advice=tuple(dict.fromkeys(advice)),
        not_checked=coverage.without_contradiction(unit.not_checked, reasons),
        choices=presentation.same_lot if _asks_for_product(reasons) else (),
    )
    return Verdict(judgement, unit.record, unit.as_of)


def _asks_for_product(reasons: tuple[Reason, ...]) -> bool:
    """Whether several products have the lot; not where several lots may be meant."""
    return any(each.code is ReasonCode.LOT_AMBIGUOUS and "scope" not in dict(each.params) for each in reasons)


def record_of(evidence: Evidence) -> Record | None:
    """The record that a verdict on this evidence rests on."""
    if evidence.product is None:
        return None
    unit = evidence.unit
    batch = evidence.batch or (unit.batch if unit and evidence.presented.lot is None else None)
    return Record(evidence.product, batch, unit)


def _of_alerts(evidence: Evidence) -> Iterator[Reason]:
    return alert_rules.reasons(evidence, record_rules.match_level(evidence)) if evidence.alerts else iter(())


def _of_pair(evidence: Evidence) -> Iterator[Reason]:
    return pair_rules.reasons(evidence, evidence.carton) if evidence.carton is not None else iter(())


def _of_carton(evidence: Evidence) -> Iterator[Reason]:
    """What is wrong with the box is wrong with the pack; how much of it matched is the vial's to say.

    Such a reason is marked with `OF_CARTON`, unless it is true of the vial as well.
    """
    carton = evidence.carton
    if carton is None:
        return
    of_vial = set(_of_one(evidence))
    for each in _of_one(carton):
        if each.code not in record_rules.LEVELS and each not in of_vial:
            yield replace(each, params=(*each.params, OF_CARTON))


def _of_one(evidence: Evidence) -> Iterator[Reason]:
    """What notices and records say of the vial alone, or of its box alone."""
    yield from _of_alerts(evidence)
    for rule in (*reading_rules.RULES, *record_rules.RULES):
        yield from rule.reasons(evidence)


# A regulator's notice tells a person more than a date that has passed: it leads among equals.
_RULES: tuple[Rule, ...] = (
    Rule(Reads.UNIT, _of_alerts),
    Rule(Reads.UNIT, _of_pair),
    *mark_rules.RULES,
    *reading_rules.RULES,
    *record_rules.RULES,
    *outside_rules.RULES,
    Rule(Reads.UNIT, scan_rules.reasons),
    Rule(Reads.UNIT, _of_carton),
)

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


def _advice(presentation: PresentationFindings, action: Action, codes: set[ReasonCode]) -> Iterator[Advice]:
    clinic = presentation.asker is Asker.CLINIC
    if ReasonCode.LOT_AMBIGUOUS in codes:
        yield Advice.CHOOSE_PRODUCT
    if codes & {ReasonCode.LIKELY_MISREAD, ReasonCode.CODE_IMPOSSIBLE}:
        yield Advice.LOOK_AGAIN
    if action in _STOP:
        yield Advice.SET_ASIDE if clinic else Advice.DO_NOT_USE
        if clinic and codes & scan_rules.OF_ONE_UNIT:
            # One of them may be the one that was issued, and it may be this one: the clinic has to trace it.
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
    if ReasonCode.RECORDS_OVERDUE in codes:
        yield Advice.ASK_ABOUT_LOT
    yield from presentation.missing
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
