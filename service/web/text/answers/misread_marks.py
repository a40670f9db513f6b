"""A number that may be misread, character by character, with the doubtful ones marked."""

from dataclasses import dataclass

from service.authenticity.reasons import ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.formatting import visible


@dataclass(frozen=True, slots=True)
class MarkedCharacter:
    """One character as it was presented; `doubtful`: another one may have been meant."""

    text: str
    doubtful: bool


def marked_characters(verdict: Verdict) -> list[MarkedCharacter]:
    """The number of the first reason that points at characters; empty where none does."""
    for reason in verdict.reasons:
        known = dict(reason.params)
        places = {int(place) for place in known.get("positions", "").split()}
        if reason.code is ReasonCode.LIKELY_MISREAD and places:
            shown = known.get("presented", "")[:40]
            return [MarkedCharacter(visible(each), at in places) for at, each in enumerate(shown, 1)]
    return []


def misread_field(verdict: Verdict) -> str:
    """`lot`, `serial` or `expiry`: which is to be read again; empty where none is."""
    codes = (dict(each.params) for each in verdict.reasons if each.code is ReasonCode.LIKELY_MISREAD)
    return next((known["field"] for known in codes if known.get("field") in {"lot", "serial", "expiry"}), "")
