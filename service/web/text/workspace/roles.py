"""Roles, kinds of organisation and what was done, in a person's words."""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.web.text.formatting import N_

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.ADMIN: (N_("Administrator"), N_("Lets people in, and may do everything else here.")),
    Role.IMPORTER: (N_("Importer"), N_("Puts products, batches and units on record.")),
    Role.RELEASER: (N_("Releaser"), N_("Releases, holds and recalls.")),
    Role.CLINIC: (N_("Clinic"), N_("Receives, uses and sets aside vials.")),
    Role.VIEWER: (N_("Viewer"), N_("Sees what the organisation has, and changes nothing.")),
}
KINDS: Mapping[OrganisationKind, str] = {
    OrganisationKind.MANUFACTURER: N_("Manufacturer"),
    OrganisationKind.DISTRIBUTOR: N_("Distributor"),
    OrganisationKind.CLINIC: N_("Clinic"),
    OrganisationKind.REGULATOR: N_("Authority"),
}

SCOPES: Mapping[ApiKeyScope, str] = {
    ApiKeyScope.VERIFY: N_("Check vials, as this organisation"),
    ApiKeyScope.READ: N_("Read this organisation's records"),
    ApiKeyScope.IMPORT: N_("Put records in"),
    ApiKeyScope.RELEASE: N_("Correct, release and recall what is on record"),
}
OBJECTS: Mapping[str, str] = {
    "account": N_("Account"),
    "invitation": N_("Invitation"),
    "key": N_("Key"),
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
}


def object_words(object_type: str, tr: NullTranslations) -> str:
    """What an audit entry is about; what has no word yet is shown as it is kept."""
    return tr.gettext(OBJECTS[object_type]) if object_type in OBJECTS else object_type.replace("_", " ")


def role_names(roles: Iterable[Role], tr: NullTranslations) -> str:
    """Return a person's roles, the most powerful first: Administrator, Importer."""
    held = set(roles)
    return ", ".join(tr.gettext(ROLES[role][0]) for role in Role if role in held) or tr.gettext(
        ROLES[Role.VIEWER][0]
    )
