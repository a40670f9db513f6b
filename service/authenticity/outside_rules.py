"""What the responder of another organisation says of the identifiers, where this registry has no records.

Its word alone never lets a pack pass: at best the verdict is `check`. It can hold a pack, and it cannot have
one destroyed: at worst it is `quarantine`.
"""

from collections.abc import Iterable, Iterator

from service.authenticity.evidence import Evidence, OutsideAnswer
from service.authenticity.reasons import Action, Reason, ReasonCode, against
from service.authenticity.stages import Reads, Rule

STOPS = frozenset({"Expired", "Recalled", "Suspect", "Illegitimate"})
"""Additional information of an LMS answer with which a unit is not to be used, also where it is verified."""


def _outside(evidence: Evidence) -> Iterator[Reason]:
    answer = evidence.outside
    if answer is None or evidence.product is not None:
        return
    if answer.verified and answer.info not in STOPS:
        yield Reason(ReasonCode.VERIFIED_ELSEWHERE, Action.CHECK, (("source", answer.source),))
    else:
        found = ", ".join(filter(None, (answer.reason, answer.info))) or "verified: false"
        yield against(ReasonCode.NOT_VERIFIED_ELSEWHERE, source=answer.source, found=found)


def heard_in(reasons: Iterable[Reason]) -> OutsideAnswer | None:
    """The outside answer that reasons rest on, so that a later verdict can rest on it too; None for none."""
    for each in reasons:
        if each.code in (ReasonCode.VERIFIED_ELSEWHERE, ReasonCode.NOT_VERIFIED_ELSEWHERE):
            params = dict(each.params)
            verified = each.code is ReasonCode.VERIFIED_ELSEWHERE
            return OutsideAnswer(params["source"], verified, params.get("found", ""))
    return None


RULES: tuple[Rule, ...] = (Rule(Reads.UNIT, _outside),)
"""The answer is about one unit: no other unit of a lot gets it."""
