"""The scan station at `/scan`: the page, its worker, its service worker.

The list stays in the browser until a signed-in member of a clinic records it as a delivery. Each scan is
asked of the JSON interface; nothing here reads the records.
"""

import secrets
from pathlib import Path

from flask import Blueprint, Response, current_app, g, jsonify, make_response, render_template, url_for

from service.accounts.actors import OrganisationKind, Role
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.web.core.access import guest_or_actor, open_to_everyone
from service.web.core.question_form import known_layout
from service.web.text import action_title
from service.web.text.locales import country_choices
from service.web.text.station_text import CHOICES, page_words
from service.web.text.verdict_text import caveat

station = Blueprint("station", __name__, url_prefix="/scan")

# WebAssembly is compiled in the worker and nowhere else, so only the worker's own answer allows that.
_READER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
# These two run from below /scan, in whose charge they are; all others are static files like any.
_PARTS_OF_THEIR_OWN = {"reader.js", "offline.js"}


@station.get("")
@open_to_everyone
def page() -> Response:
    """The page. It brings its sentences as data: the scripts hold none."""
    tr = g.translation
    titles = {f"title_{action}": action_title(action, Asker.CLINIC, tr) for action in Action}
    rendered = render_template(
        "station/page.html",
        layout=known_layout(),
        nonce=secrets.token_urlsafe(18),
        words=page_words(tr) | titles | {"caveat": caveat(Action.ACCEPT, tr)},
        actions=list(Action),
        receives=_receives(),
        choices=[(name, tr.gettext(text)) for name, text in CHOICES.items()],
        countries=country_choices(tr),
    )
    response = make_response(rendered)
    response.vary.add("Accept-Language")
    response.headers["Content-Language"] = g.language
    return response


def _receives() -> bool:
    """Whether the list can go on the record of a clinic: a person who may write there is signed in."""
    who = guest_or_actor()
    return who is not None and who.kind is OrganisationKind.CLINIC and who.may(Role.CLINIC)


@station.get("/reader.js")
@open_to_everyone
def reader() -> Response:
    """The worker that reads codes out of pictures."""
    response = _script("reader.js")
    response.headers["Content-Security-Policy"] = _READER_POLICY
    return response


@station.get("/offline.js")
@open_to_everyone
def offline() -> Response:
    """The service worker. Its own folder would be /scan/, without the page itself."""
    response = _script("offline.js")
    response.headers["Service-Worker-Allowed"] = url_for("station.page")
    return response


@station.get("/parts.json")
@open_to_everyone
def parts() -> Response:
    """Every address that the page needs without a network."""
    static = Path(current_app.static_folder or "")
    folders = ("scan", "vendor/zxing-wasm")
    files = [path for folder in folders for path in (static / folder).rglob("*") if path.is_file()]
    names = sorted(path.relative_to(static).as_posix() for path in files if path.name != "LICENSE")
    shared = ["icon.svg", "vialcheck.css", "vialcheck.js"]
    loaded = [name for name in names if name.rpartition("/")[2] not in _PARTS_OF_THEIR_OWN]
    addresses = [url_for("static", filename=name) for name in (*shared, *loaded)]
    return jsonify([url_for("station.page"), url_for("station.reader"), *addresses])


def _script(name: str) -> Response:
    return current_app.send_static_file(f"scan/{name}")
