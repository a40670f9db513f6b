"""Scopes of keys and what audit entries are about, in a person's words."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.accounts.actors import ApiKeyScope
from service.web.text.formatting import N_

SCOPES: Mapping[ApiKeyScope, str] = {
    ApiKeyScope.VERIFY: N_("Check vials, as this organisation"),
    ApiKeyScope.READ: N_("Read this organisation's records"),
    ApiKeyScope.IMPORT: N_("Put records in"),
    ApiKeyScope.RELEASE: N_("Correct, release and recall what is on record"),
    ApiKeyScope.TEMPERATURE: N_("Send readings of the places where vials lie"),
    ApiKeyScope.STOCK: N_("Record deliveries and uses, and acknowledge recalls"),
}
OBJECTS: Mapping[str, str] = {
    "account": N_("Account"),
    "invitation": N_("Invitation"),
    "key": N_("Key"),
    "device": N_("Shared tablet"),
    "place": N_("Place for vials"),
    "organisation": N_("Organisation"),
    "manufacturer": N_("Manufacturer"),
    "product": N_("Product"),
    "batch": N_("Batch"),
    "unit": N_("Unit"),
    "alert": N_("Notice"),
    "report": N_("Report"),
    "change_request": N_("Request"),
    "unit_change": N_("Change of units"),
    "import": N_("Import"),
    "recall": N_("Recall"),
    "receipt": N_("Receipt"),
    "webhook": N_("Webhook"),
}


def object_words(object_type: str, tr: NullTranslations) -> str:
    """What an audit entry is about; what has no word yet is shown as it is kept."""
    return tr.gettext(OBJECTS[object_type]) if object_type in OBJECTS else object_type.replace("_", " ")
