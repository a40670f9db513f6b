"""What the codes of the core say to people, in English; other languages come from the catalogues.

Doors and terminal ask here and nowhere else. `tr` is a catalogue of `service.web.language`. Everything
returned is plain text: a template escapes it.

>>> from gettext import NullTranslations
>>> action_title(Action.REJECT, Asker.PATIENT, NullTranslations())
'Do not use this product'
"""

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.web.wording.errors import error_message
from service.web.wording.hosts import host_note
from service.web.wording.reasons import reason_message
from service.web.wording.steps import (
    action_title,
    advice_messages,
    headline,
    not_checked_messages,
    verdict_title,
)
from service.web.wording.words import country_name, date_words, visible

__all__ = [
    "Action",
    "Asker",
    "action_title",
    "advice_messages",
    "country_name",
    "date_words",
    "error_message",
    "headline",
    "host_note",
    "not_checked_messages",
    "reason_message",
    "verdict_title",
    "visible",
]
