"""What was done to a record, in words: the actions that the audit knows."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.web.wording.words import N_

EVENTS: Mapping[str, str] = {
    "create": N_("Put in"),
    "change": N_("Changed"),
    "commission": N_("Units put in"),
    "release": N_("Released"),
    "hold": N_("Put on hold"),
    "recall": N_("Recalled"),
    "lift": N_("Recall or hold lifted"),
    "extend": N_("Expiry date put later"),
}


def event_words(action: str, tr: NullTranslations) -> str:
    """An audit entry's action; one that has no words yet is shown as it is kept."""
    return tr.gettext(EVENTS[action]) if action in EVENTS else action.replace("_", " ")
