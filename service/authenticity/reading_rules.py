"""Rules on how the thing presented was read: repaired, in part, in several ways, or as a shipping case's.

Each of them calls for a check at least, so that no repaired reading lets a vial pass.
"""

from collections.abc import Iterator

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.stages import Reads, Rule
from service.gs1.repairs import Repair

_OF_SETTINGS = frozenset(
    {
        Repair.SEPARATOR_SPELLED,
        Repair.SEPARATOR_LOST,
        Repair.CAPS_LOCK,
        Repair.LAYOUT,
        Repair.PREFIX_CUT,
        Repair.TAIL_CUT,
    }
)
_OF_SCANS = frozenset({Repair.WITHOUT_FNC1, Repair.BARE_ELEMENTS, Repair.SEVERAL_SCANS, Repair.LINK_FORM})
_MOST_PROBLEMS = 4


def _repaired(evidence: Evidence) -> Iterator[Reason]:
    """What was read is not what came: said, with what it was read as."""
    repairs = set(evidence.presented.repairs)
    if evidence.problems:
        repairs.discard(Repair.ELEMENT_IMPOSSIBLE)
    if not repairs:
        return
    scope = "setting" if repairs & _OF_SETTINGS else "scan" if repairs & _OF_SCANS else "text"
    params = (("scope", scope), ("field", "scan"), ("reading", _read_as(evidence)))
    yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, params)


def _read_as(evidence: Evidence) -> str:
    """The GTIN, lot, expiry and serial that were read, in this order."""
    shown = evidence.presented
    parts = (shown.gtin, shown.lot, shown.expiry, shown.serial)
    return ", ".join(str(each) for each in parts if each)


def _impossible(evidence: Evidence) -> Iterator[Reason]:
    severity = Action.QUARANTINE if evidence.contradictory else Action.CHECK
    for problem in evidence.problems[:_MOST_PROBLEMS]:
        scope = "repeated" if problem.code == "ai_repeated" else "value"
        params = (("scope", scope), ("element", problem.ai), ("value", problem.value))
        yield Reason(ReasonCode.CODE_IMPOSSIBLE, severity, params)


def _case(evidence: Evidence) -> Iterator[Reason]:
    if evidence.case:
        product = evidence.product.name if evidence.product else ""
        yield Reason(ReasonCode.CASE_NOT_PACK, Action.CHECK, (("product", product),))


def _ambiguous(evidence: Evidence) -> Iterator[Reason]:
    if evidence.also_read and evidence.presented.lot is not None:
        lots = ", ".join((evidence.presented.lot.printed, *evidence.also_read))
        yield Reason(ReasonCode.LOT_AMBIGUOUS, Action.CHECK, (("scope", "readings"), ("lots", lots)))


RULES: tuple[Rule, ...] = (
    Rule(Reads.UNIT, _impossible),
    Rule(Reads.UNIT, _case),
    Rule(Reads.UNIT, _repaired),
    Rule(Reads.UNIT, _ambiguous),
)
"""In the order in which equally severe reasons lead."""
