"""Words for documents of events: their states, and what of them is not read."""

from gettext import NullTranslations

from service.web.text.formatting import N_

STATES = {
    "waiting": (N_("Being checked"), "wait"),
    "preview": (N_("Waits for you"), "wait"),
    "applying": (N_("Being put on record"), "wait"),
    "done": (N_("On record"), "good"),
    "failed": (N_("Refused"), "bad"),
    "cancelled": (N_("Cancelled"), "plain"),
}
"""The words of each state, and the style of its badge."""

_REMARKS = {
    "The master data in the header is not read.": N_("The master data in the header is not read."),
    "The master data of the document is not read.": N_("The master data of the document is not read."),
    "It is a query, not its answer: it has no events.": N_(
        "It is a query, not its answer: it has no events."
    ),
}


def remark_words(remark: str, tr: NullTranslations) -> str:
    """A remark in the person's language; one that names a thing of the document stays as it is."""
    known = _REMARKS.get(remark)
    return tr.gettext(known) if known else remark


def field_words(error: dict[str, object]) -> str:
    """The field of a refusal with its value, as the document has them."""
    given = f": {error['given']}" if error["given"] else ""
    return f"{error['field']}{given}"
