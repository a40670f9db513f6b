"""Pages that explain an answer: what it shows, and what it does not."""

from flask import render_template

from service.web.core.access import open_to_everyone
from service.web.core.i18n import spoken
from service.web.public.blueprint import pages
from service.web.text.result_page import places


@pages.get("/about")
@open_to_everyone
def about() -> str:
    """What an answer shows and what it does not."""
    return render_template("public/about.html", places=places(spoken()))


@pages.get("/limits")
@open_to_everyone
def limits() -> str:
    """What a matching answer does not show, and what a clinic can do about each."""
    return render_template("public/limits.html", places=places(spoken()))
