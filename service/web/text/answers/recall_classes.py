"""What the class of a recall means, in words: the classes of the FDA (21 CFR 7.3(m)) and of the MHRA."""

import re
from gettext import NullTranslations

from service.web.text.formatting import N_, visible

_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_MEANINGS = {
    "1": N_("Class 1 recall, the most serious: it can do serious harm, or kill."),
    "2": N_("Class 2 recall: it can make you ill for a while. Lasting harm is unlikely."),
    "3": N_("Class 3 recall: it is unlikely to do harm, and must not be used all the same."),
    "4": N_("Class 4 notice: no harm is expected. Do not use it before your pharmacy has told you how."),
}
_NOT_SAID = N_("How serious it is was not said: treat it as serious.")


def recall_class_number(text: str) -> str:
    """1 to 4 for `Class II`, `2`, `II`; empty for anything else."""
    found = re.fullmatch(r"\s*(?:class)?\s*([1-4]|I{1,3}|IV)\s*", text, re.IGNORECASE)
    if found is None:
        return ""
    return _ROMAN.get(found[1].upper(), found[1])


def recall_class_words(text: str, tr: NullTranslations) -> str:
    """What a class as it was written means for the reader; a class that is not known is repeated."""
    number = recall_class_number(text)
    if number:
        return tr.gettext(_MEANINGS[number])
    if text.strip():
        return tr.gettext("Recall class: {name}.").format(name=visible(text)) + " " + tr.gettext(_NOT_SAID)
    return tr.gettext(_NOT_SAID)


def recall_class_meaning(text: str, tr: NullTranslations) -> str:
    """The same behind a label that says that it is a recall's class."""
    return recall_class_words(text, tr) if recall_class_number(text) else visible(text)
