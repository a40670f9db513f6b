"""Names a reason for which vials are stopped, so that a clinic's acknowledgement of it can be kept."""

import hashlib

from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.verdicts import Verdict

ISSUED = frozenset(
    {
        ReasonCode.RECALLED,
        ReasonCode.ON_HOLD,
        ReasonCode.ALERT_FALSIFIED,
        ReasonCode.ALERT_LOT_COUNTERFEITED,
        ReasonCode.STOLEN,
    }
)
"""Reasons that a manufacturer or regulator issued: another text is another notice."""

SEEN = frozenset(
    {
        ReasonCode.SEEN_ELSEWHERE,
        ReasonCode.SEEN_AFTER_DISPENSING,
        ReasonCode.IMPOSSIBLE_JOURNEY,
        ReasonCode.MANY_DEVICES,
        ReasonCode.LOT_SEEN_ELSEWHERE,
    }
)
"""Reasons of the scan history: their figures grow with each scan, the notice stays the same."""

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


def stop_key(reason: Reason) -> str:
    """The key of a reason, 32 characters: the same for the same code and, where it was issued, same text."""
    params = sorted(reason.params) if reason.code in ISSUED else []
    text = "\0".join([str(reason.code), *(f"{name}={value}" for name, value in params if value)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def told_reasons(verdict: Verdict) -> list[Reason]:
    """The reasons of a verdict of which a clinic is told, also for vials that it has used; the worst first.

    Not told: that a vial has expired since, and that its number was used (by the clinic itself).
    """
    told = [each for each in verdict.reasons if each.code in ISSUED | SEEN and each.severity in _STOP]
    return sorted(told, key=lambda each: -each.severity.rank)
