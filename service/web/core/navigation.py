"""What every page shows: the menu of a signed-in person, and whether demonstration records are on record; and
where a form may lead back to.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

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
    ("exports.page", N_("Exports")),
    ("release.page", N_("Release")),
    ("recalls.listing", N_("Recalls")),
    ("alerts.listing", N_("Alerts")),
    ("marks.listing", N_("Fakes by eye")),
    ("triage.listing", N_("Reports")),
    ("people.page", N_("People")),
    ("organisation.page", N_("Organisation")),
    ("keys.page", N_("Keys")),
    ("devices.page", N_("Shared tablets")),
    ("webhooks.page", N_("Webhooks")),
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


_PARTS = {
    "lot_labels": "overview.page",
    "statements": "release.page",
    "embed": "organisation.page",
    **dict.fromkeys(("me", "factors", "tablet"), ""),
}
"""Pages of other blueprints that belong to one of the menu's."""


def menu() -> Iterator[tuple[str, str, str]]:
    """Yield endpoint and name of each page for this person, and its `aria-current`: `page` for the current
    one, `true` for the one that the current page is a part of, else empty.
    """
    who, place = guest_or_actor(), _place()
    for endpoint, name in PAGES:
        access = access_of(current_app, endpoint)
        if who is not None and access is not None and access.lets(who):
            current = "page" if endpoint == request.endpoint else "true" if endpoint == place else ""
            yield endpoint, g.translation.gettext(name), current


def _place() -> str:
    """The endpoint of the menu's page that the current page is, or is a part of; empty for none."""
    here = request.endpoint or ""
    if here in dict(PAGES):
        return here
    blueprint = here.partition(".")[0]
    same = (endpoint for endpoint, _ in PAGES if endpoint.partition(".")[0] == blueprint)
    return _PARTS.get(blueprint) or next(same, "")


def shows_demonstration() -> bool:
    """Whether the page has to say "Demonstration"; False where the database cannot be asked."""
    try:
        return is_demonstration(services().database)
    except UnavailableError:
        return False  # the page is the one that says so


def own_path(text: str | None) -> str:
    """Return `text` where it is a path of this service, else an empty text: no open redirects.

    >>> own_path("/audit?page=2"), own_path("//evil.example"), own_path("https://evil.example/")
    ('/audit?page=2', '', '')
    """
    if not text or not text.isascii() or not text.isprintable() or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if text.startswith("/") and not text.startswith("//") and not parts.netloc else ""
