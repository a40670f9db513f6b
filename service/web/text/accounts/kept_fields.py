"""What a form held when a shared tablet locked itself, in a person's words."""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from service.web.text.formatting import N_, visible

_LABELS: Mapping[str, str] = {
    "scan": N_("Scanned or typed"),
    "reason": N_("Reason"),
    "units": N_("Units"),
    "reference": N_("Reference"),
    "supplier": N_("Supplier"),
    "note_number": N_("Number of the delivery note"),
    "count": N_("How many"),
    "holder": N_("Who holds it"),
    "question": N_("Question"),
    "text": N_("In your words"),
    "due": N_("Due"),
    "lot": N_("Lot"),
}
_LONGEST = 500


def kept_words(fields: Iterable[tuple[str, str]], tr: NullTranslations) -> list[tuple[str, str]]:
    """Return label and text of each field that a person fills in and that was not empty."""
    return [
        (tr.gettext(_LABELS[name]), visible(text, _LONGEST))
        for name, text in fields
        if name in _LABELS and text.strip()
    ]
