"""At which of a clinic's sites this browser stands: a cookie, by a person's choice; else the main site."""

from datetime import timedelta

from werkzeug.wrappers import Response

from service.clinics.stock_control.sites import MAIN_SITE, ClinicSite
from service.web.core.access import actor
from service.web.core.cookies import delete_cookie, read_cookie, set_cookie
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.formatting import N_

_COOKIE = "vialcheck_site"
_A_YEAR = timedelta(days=365)
_MAIN = N_("Main site")


def sites() -> list[ClinicSite]:
    """Return the clinic's sites, each with its name in words; one alone: the clinic has no further ones."""
    found = services().stock_control.sites.all(actor())
    return [each if each.name else ClinicSite(each.id, spoken().gettext(_MAIN)) for each in found]


def names_of_sites() -> dict[int | None, str]:
    """Return the names in words, by id."""
    return {each.id: each.name for each in sites()}


def this_site() -> ClinicSite:
    """Return where this browser stands. A site that is not the clinic's own is its main site."""
    chosen = read_cookie(_COOKIE)
    if not chosen:
        return MAIN_SITE
    own = services().stock_control.sites.all(actor())
    return next((each for each in own if str(each.id) == chosen), MAIN_SITE)


def remember_site(response: Response, site: ClinicSite) -> None:
    """Keep the choice in this browser for a year."""
    if site.id is None:
        delete_cookie(response, _COOKIE)
    else:
        set_cookie(response, _COOKIE, str(site.id), _A_YEAR)


def site_of(text: str) -> ClinicSite:
    """Return the site of a form's field; empty: the main one. NotFoundError for another clinic's."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return services().stock_control.sites.one(actor(), number if text else None)
