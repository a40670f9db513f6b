"""What an answer leads with, what else it says at once, and what a reader does about all of it together."""

from gettext import NullTranslations

from service.authenticity.evidence import Asker
from service.authenticity.reasons import OF_CARTON, Action, Reason, ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.answers.guidance import GRAVEST_DANGERS, KEEP, danger_of, guidance_of, steps_of
from service.web.text.reasons.reason_messages import reason_sentence

_WORSE_THAN_EXPIRED = frozenset(
    {
        ReasonCode.ALERT_FALSIFIED,
        ReasonCode.ALERT_LOT_COUNTERFEITED,
        ReasonCode.RECALLED,
        ReasonCode.LOT_NOT_ON_RECORD,
        ReasonCode.SERIAL_NOT_ON_RECORD,
        ReasonCode.SERIAL_IN_OTHER_LOT,
        ReasonCode.EXPIRY_MISMATCH,
        ReasonCode.NO_LOT_PRESENTED,
        ReasonCode.DECOMMISSIONED,
        ReasonCode.DESTROYED,
        ReasonCode.STOLEN,
        ReasonCode.MARK_DIFFERS,
    }
)

_MOST_ALSO = 3


def leading_reason(verdict: Verdict, asker: Asker) -> Reason:
    """What an answer is about: its first reason, which is the worst.

    To a patient a pack that may be a fake is worse than one that is out of date: it is kept, not taken back.
    """
    first = verdict.reasons[0]
    if first.code is ReasonCode.ALERT_LOT_COUNTERFEITED and first.severity is Action.CHECK:
        # What was seen on this very pack says more than a warning about its name.
        seen = (each for each in verdict.reasons if each.code is ReasonCode.MARK_DIFFERS)
        return next(seen, first)
    if asker is Asker.CLINIC or first.code is not ReasonCode.EXPIRED:
        return first
    return next((each for each in _stopping(verdict) if each.code in _WORSE_THAN_EXPIRED), first)


def also_said(verdict: Verdict, asker: Asker, tr: NullTranslations) -> list[str]:
    """What stands beside the leading reason: all else that stops the vial, and that it was used already."""
    lead = leading_reason(verdict, asker)
    others = [*_stopping(verdict), *(each for each in verdict.reasons if each.code is ReasonCode.DISPENSED)]
    said = dict.fromkeys(reason_sentence(each, asker, tr) for each in others)
    said.pop(reason_sentence(lead, asker, tr), None)
    return list(said)[:_MOST_ALSO]


def dangers(verdict: Verdict, tr: NullTranslations) -> str:
    """How serious it is for a patient: the leading reason's words, and that it may be a fake where it may."""
    lead = leading_reason(verdict, Asker.PATIENT)
    words = [danger_of(lead, tr)]
    gravest = next((each for each in _stopping(verdict) if _danger(each) in GRAVEST_DANGERS), None)
    if gravest is not None and _danger(lead) not in GRAVEST_DANGERS:
        words.append(danger_of(gravest, tr))
    return " ".join(filter(None, words))


def patient_steps(verdict: Verdict, emergency: str, tr: NullTranslations, lot: str = "") -> list[str]:
    """What a patient does now; empty where nothing is said. What may be a fake is kept, whatever leads.

    `emergency`: the number of the ambulance, or empty; `lot`: as it was presented, or empty.
    """
    lead = leading_reason(verdict, Asker.PATIENT)
    keeping = next((each for each in _stopping(verdict) if KEEP in guidance_of(each).steps), None)
    stops = lead.severity.rank >= Action.QUARANTINE.rank and lead.code is not ReasonCode.DISPENSED
    if stops and keeping is not None and KEEP not in guidance_of(lead).steps:
        lead = keeping
    return steps_of(lead, emergency, tr, lot)


def is_of_carton(reason: Reason) -> bool:
    """Whether the reason is true of the box alone, not of the vial in it."""
    return OF_CARTON in reason.params


def _stopping(verdict: Verdict) -> list[Reason]:
    return [each for each in verdict.reasons if each.severity.rank >= Action.QUARANTINE.rank]


def _danger(reason: Reason) -> str:
    return guidance_of(reason).danger
