"""Documents of events in the browser: what they would do, the decision, and what became of them."""

import time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.web.core.access import actor, only_for
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text.workspace.capture_text import STATES, field_words, remark_words
from service.web.text.workspace.import_text import file_size

captures = Blueprint("captures", __name__, url_prefix="/imports/events")
captures.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_PATIENCE = 1.5  # seconds that a page waits for work that may be done at once
_LOOK = 0.03
_SHOWN = 50  # refusals on the page
_EACH_PAGE = 50


@captures.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """List the organisation's documents of events."""
    text = request.args.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1
    found, count = services().captures.listed(actor(), page)
    return _shown("listing", jobs=found, page=page, pages=max(1, -(-count // _EACH_PAGE)))


@captures.get("/<token>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(token: str) -> str:
    """Show a document: what it would do, how far it is, or its result."""
    runner, until = services().job_queue, time.monotonic() + _PATIENCE
    job = services().captures.one(actor(), token)
    while job.working and runner.at_work.is_set() and time.monotonic() < until:
        time.sleep(_LOOK)
        job = services().captures.one(actor(), token)
    remarks = [remark_words(each, spoken()) for each in job.seen.get("remarks", ())]
    return _shown("one", job=job, refusals=job.errors[:_SHOWN], remarks=remarks)


@captures.post("/<token>/apply")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def apply(token: str) -> BaseResponse:
    """Put on record what the preview showed."""
    services().captures.decide(actor(), token, request.form.get("reason", ""))
    return redirect(url_for("captures.one", token=token), HTTPStatus.SEE_OTHER)


@captures.post("/<token>/cancel")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def cancel(token: str) -> BaseResponse:
    """End a document that was not decided on."""
    services().captures.cancel(actor(), token)
    return redirect(url_for("captures.one", token=token), HTTPStatus.SEE_OTHER)


def _shown(template: str, /, **more: Any) -> str:
    names = {"states": STATES, "size": file_size, "field_words": field_words}
    return render_template(f"workspace/captures/{template}.html", **names, **more)
