"""What every page shows: the menu of a signed-in person, and whether demonstration records are on record."""

from collections.abc import Iterator

from flask import Flask, current_app, g, request

from service.errors import UnavailableError
from service.registry.demonstration import is_demonstration
from service.web.core.access import access_of, guest_or_actor
from service.web.core.services import services
from service.web.text.formatting import N_

PAGES: tuple[tuple[str, str], ...] = (
    ("overview.page", N_("Overview")),
    ("watch.listing", N_("Watch")),
    ("imports.listing", N_("Imports")),
    ("release.page", N_("Release")),
    ("recalls.listing", N_("Recalls")),
    ("alerts.listing", N_("Alerts")),
    ("triage.listing", N_("Reports")),
    ("people.page", N_("People")),
    ("keys.page", N_("Keys")),
    ("audit.page", N_("Changes")),
    ("clinic.first", N_("Clinic")),
    ("clinic.receive", N_("Receive")),
    ("clinic.use", N_("Use a vial")),
    ("clinic.stock", N_("Stock")),
    ("clinic.trace", N_("Trace a lot")),
)
"""Endpoint and name of each page in the menu, in its order."""


def init_app(app: Flask) -> None:
    """Add both to the templates."""
    app.jinja_env.globals.update(menu=menu, shows_demonstration=shows_demonstration)


def menu() -> Iterator[tuple[str, str, bool]]:
    """Yield endpoint and name of each page for this person, and whether it is the current one."""
    who = guest_or_actor()
    for endpoint, name in PAGES:
        access = access_of(current_app, endpoint)
        if who is not None and access is not None and access.lets(who):
            yield endpoint, g.translation.gettext(name), endpoint == request.endpoint


def shows_demonstration() -> bool:
    """Whether the page has to say "Demonstration"; False where the database cannot be asked."""
    try:
        return is_demonstration(services().database)
    except UnavailableError:
        return False  # the page is the one that says so
