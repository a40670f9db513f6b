"""What a mark says that differs on the pack in hand.

One answer of an untrained person may be a mistake: it asks for a closer look. A clinic's answer, or two marks
that differ, hold the pack. Marks that agree lift nothing: a good copy has them too.
"""

from collections.abc import Iterator

from service.authenticity.evidence import Asker, Evidence, MarkRecord, Seen
from service.authenticity.marks.matching import holds_in_market
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.stages import Reads, Rule

_ENOUGH = 2
"""So many marks that differ are enough, also where a patient looked."""


def mark_differs(evidence: Evidence) -> Iterator[Reason]:
    """One reason for each mark that differs.

    A mark of other countries' packs says nothing. Where the country is not known, a mark of some countries
    asks for a closer look, and is not counted with others.
    """
    seen = dict(evidence.presented.marks)
    differing = [each for each in evidence.marks if seen.get(each.mark) is Seen.DIFFERS]
    certain = [each for each in differing if holds_in_market(each, evidence.presented)]
    enough = evidence.asker is Asker.CLINIC or len(certain) >= _ENOUGH
    for each in differing:
        if each in certain:
            yield _reason(each, Action.QUARANTINE if enough else Action.CHECK)
        elif holds_in_market(each, evidence.presented) is None:
            yield _reason(each, Action.CHECK)


def _reason(mark: MarkRecord, severity: Action) -> Reason:
    params = (
        ("mark", mark.mark),
        ("authority", mark.authority),
        ("part", mark.part),
        ("look_at", mark.look_at),
        ("should_be", mark.should_be),
        ("differs", mark.differs),
        ("reference", mark.reference),
        ("reported", mark.reported),
        ("source", mark.source_url),
    )
    return Reason(ReasonCode.MARK_DIFFERS, severity, params)


# Marks belong to the product and are seen on the pack: nothing of the unit's record is read.
RULES: tuple[Rule, ...] = (Rule(Reads.PRESENTATION, mark_differs),)
