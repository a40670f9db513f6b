"""The rule on a unit's disposition (CBV 2.0, section 7.2): which dispositions stop a vial, and how."""

from collections.abc import Iterator

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, Evidence
from service.authenticity.reasons import Action, Reason, ReasonCode

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


def disposition(evidence: Evidence) -> Iterator[Reason]:
    """What the unit's disposition on record says; nothing where it is in circulation."""
    if evidence.unit is None:
        return
    state = evidence.unit.disposition
    if state is Disposition.DISPENSED:
        # The clinic is about to use what was already used; the patient may be the one who got it.
        severity = Action.QUARANTINE if evidence.asker is Asker.CLINIC else Action.CHECK
        used = (("used", evidence.used_on.isoformat()),) if evidence.used_on else ()
        if evidence.used_without_scan:
            # A number can be typed by a clinic that never held the pack: that stops nothing by itself.
            yield Reason(ReasonCode.RECORDED_WITHOUT_SCAN, Action.CHECK, used)
            return
        yield Reason(ReasonCode.DISPENSED, severity, used)
    elif state in _BY_DISPOSITION:
        code, severity = _BY_DISPOSITION[state]
        yield Reason(code, severity, (("scope", "unit"), ("disposition", state)))
