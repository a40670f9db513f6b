"""A number that may be misread, character by character, with the doubtful ones marked."""

from dataclasses import dataclass
from gettext import NullTranslations

from service.authenticity.reasons import ReasonCode
from service.authenticity.verdicts import Verdict
from service.gs1.misreads import look_alike
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


def look_alike_question(marked: list[MarkedCharacter], tr: NullTranslations) -> str:
    """Which of two signs the one marked character is; empty for several, or where it looks like no other.

    The other sign is of the table of look-alikes, never of a record.
    """
    doubtful = [each.text for each in marked if each.doubtful]
    other = look_alike(doubtful[0]) if len(doubtful) == 1 else ""
    if not other:
        return ""
    letter, digit = sorted((doubtful[0], other), reverse=True)  # digits sort before letters
    return tr.gettext(
        "Not found as entered. Is the marked character the letter {letter} or the number {digit}?"
    ).format(letter=letter, digit=digit)


def misread_field(verdict: Verdict) -> str:
    """`lot`, `serial` or `expiry`: which is to be read again; empty where none is."""
    codes = (dict(each.params) for each in verdict.reasons if each.code is ReasonCode.LIKELY_MISREAD)
    return next((known["field"] for known in codes if known.get("field") in {"lot", "serial", "expiry"}), "")
