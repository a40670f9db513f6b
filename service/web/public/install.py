"""What lets a browser install the service as an app: its manifest, its worker, and a page without a network.

The worker keeps that page and its parts alone. Answers are never kept: nothing old may pass for a check.
"""

import json

from flask import Blueprint, Response, current_app, render_template, url_for

from service.web.core.access import open_to_everyone
from service.web.core.i18n import set_language_headers, spoken

install = Blueprint("install", __name__)
install.after_request(set_language_headers)

_COLOUR = "#0b4f6c"
_SIDES = (192, 512)


@install.get("/manifest.webmanifest")
@open_to_everyone
def manifest() -> Response:
    """The manifest (W3C Web Application Manifest)."""
    drawn = [
        {"src": url_for("static", filename=f"install/icon-{side}.png"), "sizes": f"{side}x{side}"}
        for side in _SIDES
    ]
    said = {
        "name": "Vialcheck",
        "short_name": "Vialcheck",
        "description": spoken().gettext("Check a vial"),
        "id": "/",
        "start_url": url_for("pages.ask"),
        "scope": url_for("pages.ask"),
        "display": "standalone",
        "background_color": _COLOUR,
        "theme_color": _COLOUR,
        "icons": [each | {"type": "image/png", "purpose": "any"} for each in drawn],
    }
    return Response(json.dumps(said), mimetype="application/manifest+json")


@install.get("/worker.js")
@open_to_everyone
def worker() -> Response:
    """The service worker, in charge of every page but the scan station's, which has its own."""
    return current_app.send_static_file("install/worker.js")


@install.get("/offline")
@open_to_everyone
def offline() -> str:
    """What is shown where no page comes: that nothing was checked, and what to do."""
    return render_template("public/offline.html")
