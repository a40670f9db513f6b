"""What a person may do, in a person's words."""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from service.accounts.actors import Role
from service.web.text.formatting import N_
from service.web.text.locales import listed

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.ADMIN: (N_("Administrator"), N_("Lets people in, and may do everything else here.")),
    Role.IMPORTER: (N_("Importer"), N_("Puts products, batches and units on record.")),
    Role.RELEASER: (N_("Releaser"), N_("Releases, holds and recalls.")),
    Role.CLINIC: (N_("Clinic"), N_("Receives, uses and sets aside vials.")),
    Role.VIEWER: (N_("Viewer"), N_("Sees what the organisation has, and changes nothing.")),
}


def role_names(roles: Iterable[Role], tr: NullTranslations) -> str:
    """Return a person's roles, the most powerful first: Administrator, Importer."""
    held = set(roles)
    return listed((tr.gettext(ROLES[role][0]) for role in Role if role in held), tr) or tr.gettext(
        ROLES[Role.VIEWER][0]
    )
