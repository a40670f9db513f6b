"""What the codes of the core say to people, in English; other languages come from the catalogues.

Doors and terminal ask here and nowhere else. `tr` is a catalogue of `service.web.core.i18n`. Everything
returned is plain text: a template escapes it.

>>> from gettext import NullTranslations
>>> action_title(Action.REJECT, Asker.PATIENT, NullTranslations())
'Do not use this product'
"""

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.web.text.error_messages import error_message
from service.web.text.formatting import date_words, visible
from service.web.text.host_notes import host_note
from service.web.text.locales import country_name
from service.web.text.reasons.reason_messages import reason_message
from service.web.text.verdict_text import (
    action_title,
    advice_messages,
    headline,
    next_steps,
    not_checked_messages,
    verdict_title,
)

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
    "next_steps",
    "not_checked_messages",
    "reason_message",
    "verdict_title",
    "visible",
]
